"""The plan of a narrated lesson: what is shown, what is spoken, and where the pauses are. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from uuid import UUID

from coursecrafter.domain.clip import SegmentClip
from coursecrafter.domain.course import Course, LessonContent, SceneContent, SegmentContent
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.speech import NO_TAKES, Takes
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e1_voiceover.card import card_svg, end_of_lesson
from coursecrafter.engines.e1_voiceover.video_card import video_card_svg
from coursecrafter.errors import VideoError
from coursecrafter.gateway.speech_step import is_speakable
from coursecrafter.media.timeline import GAP_BETWEEN_SLIDES_S, GAP_IN_SLIDE_S, SILENT_SEGMENT_S

END_CARD_S = Fraction(3)
VIDEO_CARD_S = Fraction(8)
"""A viewer needs as long to take out a phone and point it at the code."""
GAP_BEFORE_END_CARD_S = Fraction(1)
CLIP_STANDS_S = Fraction(1, 5)
"""How long a video that begins with a clip shows its first picture, beside the moment before any sound."""
MOVE_MARGIN_S = Fraction(1, 5)
"""A segment stays longer than its picture moves: its frames are rounded to its sound, a fade's last steps are faint."""


class NothingToShow(VideoError):
    """The lesson has no segment."""

    code = "CC-0201"
    status = 422
    remedy = "Add a slide or a segment to the lesson, or leave the lesson out."


@dataclass(frozen=True, slots=True)
class Visual:
    """What is to be seen: a stored picture, or a card drawn from SVG. One of the two.

    Attributes:
        stretch: the part of the film that shows the picture, if there is a film and it does.
        clip: a film clip that is seen on it.
        plays: whether that clip plays; else its first picture stands.
    """

    picture: StoredObject | None = None
    svg: str = ""
    stretch: Stretch | None = None
    clip: SegmentClip | None = None
    plays: bool = False

    @property
    def base_key(self) -> str:
        """Equal for visuals that show the same, were there no clip."""
        return self.picture.sha256 if self.picture else self.svg

    @property
    def key(self) -> str:
        """Equal for visuals that show the same picture."""
        if self.clip is None:
            return self.base_key
        box = json.dumps(self.clip.box.to_json()) if self.clip.box else ""
        played = json.dumps(self.clip.playback.seen) if self.clip.playback.seen else ""
        return f"{self.base_key}/{self.clip.stored.sha256}/{box}{played}"

    def at_rest(self) -> Visual:
        """The same without its movement."""
        return replace(self, stretch=self.stretch.at_rest()) if self.stretch else self


@dataclass(frozen=True, slots=True)
class Shot:
    """One segment of the video, or one of the two parts of a segment in which a clip plays.

    Attributes:
        segment_id: None for the end card.
        text: what is spoken, exactly as it stands on screen; "" for silence.
        at_least_s: how long it stays at least; None: as long as its voice.
        gap_s: silence after it.
        takes: what its author thinks of earlier sounds of it.
        heard: the clip that is heard in it; nobody speaks then.
    """

    segment_id: UUID | None
    text: str
    visual: Visual
    at_least_s: Fraction | None
    gap_s: Fraction
    label: str
    takes: Takes = NO_TAKES
    heard: SegmentClip | None = None


@dataclass(frozen=True, slots=True)
class PlannedScene:
    """A chapter of the video.

    Attributes:
        title: never "".
        shots: at least one.
    """

    title: str
    shots: tuple[Shot, ...]


@dataclass(frozen=True, slots=True)
class VideoPlan:
    """A whole video; its last scene is the end card."""

    scenes: tuple[PlannedScene, ...]

    @property
    def shots(self) -> tuple[Shot, ...]:
        """All shots in playing order."""
        return tuple(shot for scene in self.scenes for shot in scene.shots)


def plan_video(course: Course, lesson: LessonContent, film: FilmCut | None = None) -> VideoPlan:
    """Plan a lesson's video; with a film, what it shows of a segment takes the picture's place.

    A segment without a picture shows the one before it; before the first picture stands a card with the lesson's title.
    A video elsewhere is a card of its own. A clip plays once its segment's text is spoken over its first picture.

    Raises:
        NothingToShow: CC-0201.

    Source: product, E1; schema 2.6 (on_screen_duration, gap_after).
    """
    scenes = [scene for scene in lesson.scenes if scene.segments]
    if not scenes:
        raise NothingToShow(f"The lesson “{_short(lesson.title)}” has nothing to show.")
    first, last = scenes[0].segments[0], scenes[-1].segments[-1]
    visuals = _visuals(course, lesson, film)
    planned = [
        PlannedScene(
            scene.title or f"{lesson.title} ({number})",
            tuple(
                shot
                for segment in scene.segments
                for shot in _shots(scene, segment, next(visuals), is_first=segment is first, is_last=segment is last)
            ),
        )
        for number, scene in enumerate(scenes, 1)
    ]
    words = end_of_lesson(course.language)
    card = Visual(svg=card_svg(words, lesson.title, course.brand))
    end = PlannedScene(words, (Shot(None, "", card, END_CARD_S, Fraction(0), "end card"),))
    return VideoPlan((*planned, end))


def _visuals(course: Course, lesson: LessonContent, film: FilmCut | None) -> Iterator[Visual]:
    shown = Visual(svg=card_svg(lesson.title, course.name, course.brand))
    played: set[Stretch | None] = set()
    for scene in lesson.scenes:
        for segment in scene.segments:
            if segment.youtube_url:
                title = scene.title or lesson.title
                yield Visual(svg=video_card_svg(title, segment.text, segment.youtube_url, course.brand))
                continue
            stretch = film.find(segment.source_ref, segment.id) if film else None
            if stretch in played:
                # The second half of a segment that was split: it goes on, or stands.
                stretch = stretch and stretch.at_rest()
            played.add(stretch)
            seen = Visual(segment.picture) if segment.picture else shown.at_rest()
            shown = replace(seen, stretch=stretch) if segment.picture or stretch else seen
            yield shown


def _shots(
    scene: SceneContent, segment: SegmentContent, visual: Visual, *, is_first: bool, is_last: bool
) -> Iterator[Shot]:
    """One shot; two where a clip plays after something is said, or where the video begins with it.

    The first sound of a video comes a moment after its first picture, and a clip's must not.
    """
    shot = _shot(scene, segment, visual, is_last=is_last)
    clip = segment.clip
    if clip is None:
        yield shot
        return
    seen = replace(visual, stretch=None) if clip.is_sound else replace(visual, stretch=None, clip=clip)
    if shot.text or is_first:
        stands_s = None if shot.text else CLIP_STANDS_S
        yield replace(shot, visual=seen, at_least_s=stands_s, gap_s=GAP_IN_SLIDE_S if shot.text else Fraction(0))
    default_s = GAP_BEFORE_END_CARD_S if is_last else _gap_s(scene, segment)
    gap_s = segment.gap_after_s or default_s
    plays = replace(seen, plays=not clip.is_sound)
    yield Shot(segment.id, "", plays, segment.duration_s, gap_s, shot.label, heard=clip)


def _shot(scene: SceneContent, segment: SegmentContent, visual: Visual, *, is_last: bool) -> Shot:
    text = segment.text if is_speakable(segment.text) else ""
    label = place_of(segment.source_ref) if segment.source_ref else f"scene {scene.sequence}"
    default_s = GAP_BEFORE_END_CARD_S if is_last else _gap_s(scene, segment)
    gap_s = segment.gap_after_s or (default_s if text else Fraction(0))
    return Shot(segment.id, text, visual, _at_least_s(segment, visual, is_silent=not text), gap_s, label, segment.takes)


def place_of(source_ref: str) -> str:
    """As people name it, in lines of progress, failures and reports: "slide 3", "slide 3 build 1"."""
    slide, build, *_ = (*source_ref.split("."), "0")
    return f"slide {slide}" if build == "0" else f"slide {slide} build {build}"


def _at_least_s(segment: SegmentContent, visual: Visual, *, is_silent: bool) -> Fraction | None:
    """What moves is seen to its end, also where less is said, and a card for a video until its code can be read."""
    if segment.youtube_url:
        return max(segment.duration_s or Fraction(0), VIDEO_CARD_S)
    if visual.stretch is None or not visual.stretch.moving_s:
        return segment.duration_s
    shortest_s = SILENT_SEGMENT_S if is_silent else Fraction(0)
    wanted_s = shortest_s if segment.duration_s is None else segment.duration_s
    return max(wanted_s, visual.stretch.moving_s + MOVE_MARGIN_S)


def _gap_s(scene: SceneContent, segment: SegmentContent) -> Fraction:
    return GAP_BETWEEN_SLIDES_S if segment is scene.segments[-1] else GAP_IN_SLIDE_S


def _short(title: str) -> str:
    return title if len(title) <= 80 else title[:79] + "…"  # noqa: PLR2004  # what a line of a message holds
