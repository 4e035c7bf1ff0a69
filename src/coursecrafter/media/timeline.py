"""Exact time: where each segment's sound and picture stand.

Sound lives on a grid of AAC frames (1024 samples at 48 kHz), pictures on a grid of video frames (1/30 s). Both are laid
out from the same exact running time, so rounding never adds up: after an hour a picture is still less than half a
frame from its sound.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

VIDEO_FPS = 30
SAMPLE_RATE_HZ = 48_000
AAC_FRAME_SAMPLES = 1024
AAC_FRAME_S = Fraction(AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ)

LEAD_IN_S = Fraction(1, 2)
"""From the first picture to the first word: an eye needs a moment before the ear is busy."""
GAP_IN_SLIDE_S = Fraction(7, 20)
GAP_BETWEEN_SLIDES_S = Fraction(7, 10)
SILENT_SEGMENT_S = Fraction(5, 2)
SHORTEST_GAP_S = 3 * AAC_FRAME_S
"""A block ends with up to two frames of padding, and its start is rounded by up to half a frame."""
SHORTEST_SEGMENT_S = Fraction(1, 5)


@dataclass(frozen=True, slots=True)
class Span:
    """What the layout needs to know of a segment.

    Attributes:
        voice_s: length of its sound in seconds; 0 for silence.
        onset_s: from the start of its sound block to the first audible sample.
        gap_s: silence after it.
        at_least_s: how long its picture stays at least; for a silent segment without one, `SILENT_SEGMENT_S`.
    """

    voice_s: Fraction
    gap_s: Fraction = GAP_IN_SLIDE_S
    at_least_s: Fraction | None = None
    onset_s: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Cue:
    """Where a segment stands.

    Attributes:
        sound_frame: index of the AAC frame at which its sound block begins.
        first_frame, end_frame: its video frames, the end excluded.
    """

    sound_frame: int
    first_frame: int
    end_frame: int

    @property
    def sound_s(self) -> Fraction:
        """When its sound block begins, in seconds."""
        return self.sound_frame * AAC_FRAME_S

    @property
    def start_s(self) -> Fraction:
        """When its picture appears, in seconds."""
        return Fraction(self.first_frame, VIDEO_FPS)

    @property
    def end_s(self) -> Fraction:
        """When its picture goes, in seconds."""
        return Fraction(self.end_frame, VIDEO_FPS)

    @property
    def frames(self) -> int:
        """How many video frames it stays."""
        return self.end_frame - self.first_frame


@dataclass(frozen=True, slots=True)
class Timeline:
    """A laid out video.

    Attributes:
        cues: one per segment; the video frames follow each other without a hole from 0 to `video_frames`.
        video_frames, sound_frames: length of the video and of its sound, in their own frames.
    """

    cues: tuple[Cue, ...]
    video_frames: int
    sound_frames: int

    @property
    def duration_s(self) -> Fraction:
        """Length of the picture, in seconds."""
        return Fraction(self.video_frames, VIDEO_FPS)


def segment_duration_s(span: Span) -> Fraction:
    """How long a segment takes, its gap included, in seconds."""
    if span.voice_s == 0:
        return max(SHORTEST_SEGMENT_S, SILENT_SEGMENT_S if span.at_least_s is None else span.at_least_s) + span.gap_s
    with_gap = span.voice_s + max(span.gap_s, SHORTEST_GAP_S)
    return max(SHORTEST_SEGMENT_S, with_gap, span.at_least_s or Fraction(0))


def lay_out(spans: Sequence[Span], lead_in_s: Fraction = LEAD_IN_S) -> Timeline:
    """Place segments one after the other.

    Args:
        spans: N segments in playing order, at least one.
        lead_in_s: silence before the first; its picture is already there.

    Returns:
        N cues. A picture appears at the video frame nearest to the first audible sample of its segment; the first
        one appears at once.

    Source: schema 2.6 (on_screen_duration, gap_after).
    """
    at_s = lead_in_s
    sound_frames: list[int] = []
    first_frames: list[int] = []
    for span in spans:
        sound_frame = nearest(at_s / AAC_FRAME_S)
        sound_frames.append(sound_frame)
        first_frames.append(video_frame_at(sound_frame * AAC_FRAME_S + span.onset_s))
        at_s += segment_duration_s(span)
    end = math.ceil(at_s * VIDEO_FPS)
    starts = [0, *first_frames[1:]]
    ends = [*first_frames[1:], end]
    cues = tuple(Cue(*places) for places in zip(sound_frames, starts, ends, strict=True))
    return Timeline(cues, end, math.ceil(Fraction(end, VIDEO_FPS) / AAC_FRAME_S))


def video_frame_at(at_s: Fraction) -> int:
    """The video frame whose start is nearest to a time."""
    return nearest(at_s * VIDEO_FPS)


def nearest(value: Fraction) -> int:
    """The nearest integer; halves go up, so that equal steps stay equal."""
    return math.floor(value + Fraction(1, 2))
