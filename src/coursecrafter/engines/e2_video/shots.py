"""Shots: each segment's place in the video, its words' times and its pictures. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from coursecrafter.domain.course import SegmentContent
from coursecrafter.domain.look import Look, ScreenText, Transition
from coursecrafter.domain.speech import Speech, Word
from coursecrafter.engines.e2_video.fitting import Page
from coursecrafter.engines.e2_video.layout import SceneLayout
from coursecrafter.engines.e2_video.plan import (
    COME_FRAMES,
    LEAVE_FRAMES,
    SCENE_LEAD_FRAMES,
    SEGMENT_LEAD_FRAMES,
    Beats,
    ClipPart,
    Place,
    find_beats,
    find_sentences,
    place_runs,
    plan_states,
)
from coursecrafter.engines.e2_video.run import RunPlan, Way
from coursecrafter.media.sound import VoiceBlock
from coursecrafter.media.timeline import VIDEO_FPS, Span, Timeline, lay_out, video_frame_at

SCENE_GAP_S = Fraction(9, 10)
SEGMENT_GAP_S = Fraction(1, 2)
"""Silence after a segment: long enough for the words to go, the next to come, and an eye to rest."""
LAST_GAP_S = Fraction(3, 2)
SILENT_PAGE_S = Fraction(3)


@dataclass(frozen=True, slots=True)
class Shot:
    """A segment with its sound and its pictures.

    Attributes:
        scene: index of its scene.
        gap_s: silence after it, in seconds.
        place: its pictures' place in the video.
        sound_s: when its sound begins, in seconds from the first frame.
        words: with times in seconds from the video's first frame.
        beats: per page, when its words light up.
        plan: its pictures.
    """

    content: SegmentContent
    scene: int
    speech: Speech | None
    block: VoiceBlock
    gap_s: Fraction
    place: Place
    sound_s: Fraction
    words: tuple[Word, ...]
    beats: tuple[Beats, ...]
    plan: RunPlan

    @property
    def sound_end_s(self) -> Fraction:
        """When its sound ends, in seconds from the first frame."""
        return self.sound_s + self.block.sound_s


def plan_shots(
    segments: Sequence[SegmentContent],
    scene_of: Sequence[int],
    layouts: Sequence[SceneLayout],
    speeches: Sequence[Speech | None],
    blocks: Sequence[VoiceBlock],
    look: Look,
    clip_frames: Sequence[int | None],
) -> tuple[Timeline, tuple[Shot, ...]]:
    """Lay the segments out in time, and plan what each shows.

    Args:
        segments: N segments in playing order.
        scene_of: for each the index of its scene.
        layouts: of the scenes.
        speeches, blocks: N of each; a block without packets is silence.
        look: how scenes follow each other and words light up.
        clip_frames: of the scenes' film clips, at 30 a second; None for a scene without one.
    """
    pages = [page for layout in layouts for page in layout.pages]
    gaps = [_gap_s(segment, scene_of, index, look.transition) for index, segment in enumerate(segments)]
    timeline = lay_out([_span(*parts) for parts in zip(segments, blocks, gaps, pages, strict=True)])
    places = place_runs(timeline.cues, scene_of, [layout.keeps_words for layout in layouts], look.transition)
    shots = []
    scene_frame = 0
    for index, segment in enumerate(segments):
        speech, block, place = speeches[index], blocks[index], places[index]
        sound_s = timeline.cues[index].sound_s
        words = _in_video(speech, block, sound_s)
        origin_s, cue = sound_s + block.onset_s, timeline.cues[index]
        # The first cue begins with the video; every other one with its own first sound.
        origin_frame = (cue.first_frame if index else video_frame_at(origin_s)) - place.first_frame
        beats = tuple(find_beats(page, words, origin_s, origin_frame) for page in pages[index])
        if look.text is ScreenText.SENTENCE:
            beats = tuple(find_sentences(page, one) for page, one in zip(pages[index], beats, strict=True))
        layout = layouts[scene_of[index]]
        way = Way(look.transition, look.text, layout.text.is_rtl, look.size.scale)
        if place.enters_scene:
            scene_frame = place.first_frame + COME_FRAMES[look.transition]
        frames = clip_frames[scene_of[index]]
        clip = ClipPart(place.first_frame - scene_frame, frames) if frames else None
        states = plan_states(place, beats, look.transition, clip)
        plan = RunPlan.of(pages[index], layout.ground, way, beats, states)
        shots.append(Shot(segment, scene_of[index], speech, block, gaps[index], place, sound_s, words, beats, plan))
    return timeline, tuple(shots)


def _gap_s(segment: SegmentContent, scene_of: Sequence[int], index: int, transition: Transition) -> Fraction:
    """The silence that its author gave a segment, if there is room in it for what happens then; else ours."""
    if index + 1 == len(scene_of):
        return segment.gap_after_s or LAST_GAP_S
    is_same = scene_of[index + 1] == scene_of[index]
    lead = SEGMENT_LEAD_FRAMES if is_same else SCENE_LEAD_FRAMES[transition]
    least_s = Fraction(lead + LEAVE_FRAMES, VIDEO_FPS)
    return max(segment.gap_after_s or (SEGMENT_GAP_S if is_same else SCENE_GAP_S), least_s)


def _span(segment: SegmentContent, block: VoiceBlock, gap_s: Fraction, pages: Sequence[Page]) -> Span:
    at_least_s = segment.duration_s
    if at_least_s is None and not block.packets:
        at_least_s = SILENT_PAGE_S * len(pages)
    return Span(block.sound_s, gap_s, at_least_s, block.onset_s)


def _in_video(speech: Speech | None, block: VoiceBlock, sound_s: Fraction) -> tuple[Word, ...]:
    """The spoken words with times from the video's first frame."""
    if speech is None or not block.packets:
        return ()
    shift_s = sound_s - block.trimmed_s
    return tuple(
        Word(word.char_start, word.char_end, word.start_s + shift_s, word.end_s + shift_s, word.is_estimated)
        for word in speech.words
    )
