"""Time is exact: no picture leaves its sound, however long the lesson."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from coursecrafter.media.timeline import (
    AAC_FRAME_S,
    LEAD_IN_S,
    SHORTEST_SEGMENT_S,
    SILENT_SEGMENT_S,
    VIDEO_FPS,
    Span,
    lay_out,
    segment_duration_s,
)

VOICES = st.builds(lambda samples: Fraction(samples, 48_000), st.integers(0, 20 * 48_000))
SPANS = st.builds(
    Span,
    voice_s=VOICES,
    gap_s=st.fractions(0, 3),
    at_least_s=st.none() | st.fractions(0, 20),
    onset_s=st.sampled_from([Fraction(0), Fraction(1, 100)]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=15))
def test_every_picture_is_within_half_a_frame_of_its_sound(spans: list[Span]) -> None:
    timeline = lay_out(spans)

    for span, cue in list(zip(spans, timeline.cues, strict=True))[1:]:
        assert abs(cue.start_s - (cue.sound_s + span.onset_s)) <= Fraction(1, 2 * VIDEO_FPS)


@settings(max_examples=40, deadline=None)
@given(st.lists(SPANS, min_size=1, max_size=15))
def test_frames_follow_each_other_and_blocks_never_overlap(spans: list[Span]) -> None:
    timeline = lay_out(spans)

    cues = timeline.cues
    assert cues[0].first_frame == 0
    assert cues[-1].end_frame == timeline.video_frames
    assert all(before.end_frame == after.first_frame for before, after in pairwise(cues))
    assert all(cue.frames > 0 for cue in cues)
    padded = [cue.sound_frame + -(-span.voice_s // AAC_FRAME_S) + 1 for span, cue in zip(spans, cues, strict=True)]
    assert all(end <= after.sound_frame for end, after in zip(padded, cues[1:], strict=False))
    assert timeline.sound_frames * AAC_FRAME_S >= timeline.duration_s


@settings(max_examples=6, deadline=None)
@given(st.lists(SPANS, min_size=5, max_size=5))
def test_nothing_drifts_over_an_hour(five: list[Span]) -> None:
    repeats = int(3600 / sum(map(segment_duration_s, five))) + 1

    timeline = lay_out(five * repeats)

    ideal_s = LEAD_IN_S + sum(map(segment_duration_s, five)) * repeats
    assert 0 <= timeline.duration_s - ideal_s < Fraction(1, VIDEO_FPS)
    last_ideal_s = ideal_s - segment_duration_s(five[-1])
    assert abs(timeline.cues[-1].sound_s - last_ideal_s) <= AAC_FRAME_S / 2


def test_a_segment_lasts_its_voice_and_gap_or_the_time_it_must_stay() -> None:
    assert segment_duration_s(Span(Fraction(3), Fraction(1))) == 4
    assert segment_duration_s(Span(Fraction(3), Fraction(1), Fraction(10))) == 10
    assert segment_duration_s(Span(Fraction(3), Fraction(0))) == 3 + 3 * AAC_FRAME_S
    assert segment_duration_s(Span(Fraction(0), Fraction(0))) == SILENT_SEGMENT_S
    assert segment_duration_s(Span(Fraction(0), Fraction(1), Fraction(4))) == 5
    assert segment_duration_s(Span(Fraction(0), Fraction(0), Fraction(0))) == SHORTEST_SEGMENT_S


def test_a_cue_knows_its_times() -> None:
    cue = lay_out([Span(Fraction(1), Fraction(1))]).cues[0]

    assert (cue.start_s, cue.end_s, cue.frames) == (0, Fraction(5, 2), 75)
