"""A deck becomes a course: which lessons it holds, their scenes, and what each segment says and shows.

Pure. Source: schema 2, 2.5, 2.6; product, E1 ("slides become scenes; a slide's builds become segments").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby

from coursecrafter.domain.course import SourceType
from coursecrafter.domain.deck import Build, Deck, Slide, SlideClip

SILENT_SLIDE_S = Fraction(3)
SILENT_BUILD_S = Fraction(3, 2)
LONGEST_TITLE = 200


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """One build that is heard or seen, or a clip that plays after it.

    Attributes:
        source_ref: slide number and build index, "3.0", and of a clip its place after that, "3.0.1"; None for narration
            that comes from no slide.
        text: what is spoken: the on-screen text that appears with it, exactly, unless its author chose the notes.
        duration_s: how long a silent one stays; None: as long as its voice.
    """

    source_type: SourceType
    source_ref: str | None
    text: str
    duration_s: Fraction | None


@dataclass(frozen=True, slots=True)
class PlannedScene:
    """One slide."""

    title: str | None
    segments: tuple[PlannedSegment, ...]


@dataclass(frozen=True, slots=True)
class PlannedLesson:
    """One lesson, alone in a module of a learning unit of the same title."""

    title: str
    code: str
    scenes: tuple[PlannedScene, ...]


def plan_lessons(deck: Deck, course_name: str) -> tuple[PlannedLesson, ...]:
    """Plan a deck's lessons: one for each of its sections, or one for all of it.

    Args:
        deck: at least one slide.
        course_name: title of the only lesson of a deck without sections.

    Returns:
        Lessons in order. Two sections of one name stay two lessons; slides before the first section join it.
    """
    groups = _sections(deck.slides)
    if len(groups) == 1:
        groups = [(course_name, list(deck.slides))]
    return tuple(
        PlannedLesson(_short(title), f"L{place}.1", tuple(_scene(slide) for slide in slides))
        for place, (title, slides) in enumerate(groups, 1)
    )


def plan_scenes(deck: Deck) -> tuple[PlannedScene, ...]:
    """Plan the scenes of a lesson that is all of a deck: one for each slide."""
    return tuple(_scene(slide) for slide in deck.slides)


def _sections(slides: Iterable[Slide]) -> list[tuple[str, list[Slide]]]:
    groups = [(name, list(run)) for name, run in groupby(slides, key=lambda slide: slide.section)]
    if len(groups) > 1 and groups[0][0] is None:
        before = groups.pop(0)[1]
        groups[0] = (groups[0][0], before + groups[0][1])
    return [(name or "", run) for name, run in groups]


def clips_of(slide: Slide) -> dict[str, SlideClip]:
    """What plays on a slide, by the place of the segment that plays it: "3.0.1" is the first after build 0 of slide 3.

    A clip plays after the segment of its build, or of the last one before it that has a segment.
    """
    kept = [build.index for build in _visible_builds(slide.builds)]
    found: dict[str, SlideClip] = {}
    for clip in slide.clips:
        build = max((index for index in kept if index <= clip.build), default=kept[0])
        place = 1 + sum(ref.startswith(f"{slide.number}.{build}.") for ref in found)
        found[f"{slide.number}.{build}.{place}"] = clip
    return found


def _scene(slide: Slide) -> PlannedScene:
    builds = _visible_builds(slide.builds)
    is_silent = not any(build.spoken for build in builds)
    clips = clips_of(slide)
    segments = tuple(
        segment
        for build in builds
        for segment in (
            _segment(slide.number, build, is_silent=is_silent),
            *(_played(ref) for ref in clips if ref.startswith(f"{slide.number}.{build.index}.")),
        )
    )
    title = slide.title or next((build.blocks[0].text for build in builds if build.blocks), None)
    return PlannedScene(_short(title) if title else None, segments)


def _visible_builds(builds: Sequence[Build]) -> list[Build]:
    """Leave out builds that neither say nor show anything new."""
    kept: list[Build] = []
    for build in builds:
        if not kept or build.spoken or build.picture_key != kept[-1].picture_key:
            kept.append(build)
    return kept


def _segment(number: int, build: Build, *, is_silent: bool) -> PlannedSegment:
    source_type = SourceType.PPT_ANIMATION if build.index else SourceType.PPT_SLIDE
    duration_s = None if build.spoken else SILENT_SLIDE_S if is_silent else SILENT_BUILD_S
    return PlannedSegment(source_type, f"{number}.{build.index}", build.spoken, duration_s)


def _played(ref: str) -> PlannedSegment:
    return PlannedSegment(SourceType.OTHER_VIDEO, ref, "", None)


def _short(title: str) -> str:
    line = " ".join(title.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"
