"""When a word lights up, a page turns, a scene changes; and the outline."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from branded_films import SCENES, Studio, make_course, make_lesson
from coursecrafter.domain.course import SegmentContent, SourceDocument, SourceType
from coursecrafter.domain.look import Transition
from coursecrafter.domain.speech import Word
from coursecrafter.engines.e2_video.design import UnusableOutline
from coursecrafter.engines.e2_video.engine import design
from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import Page
from coursecrafter.engines.e2_video.plan import (
    Beats,
    ClipPart,
    Place,
    find_beats,
    find_sentences,
    page_starts,
    place_runs,
    plan_states,
)
from coursecrafter.engines.e2_video.shots import _gap_s
from coursecrafter.engines.e2_video.typesetting import PlacedToken, tokenize
from coursecrafter.media.timeline import Cue
from plain_gateway import answering


def page_of(text: str) -> Page:
    return Page(tuple(PlacedToken(token, 0, 0, 0) for token in tokenize(text)), Face(600, 40))


def word(start: int, end: int, start_ms: int, end_ms: int) -> Word:
    return Word(start, end, Fraction(start_ms, 1000), Fraction(end_ms, 1000))


def test_each_word_has_its_beat_and_a_dash_goes_with_the_word_before() -> None:
    words = [word(0, 2, 0, 300), word(5, 8, 500, 800)]

    beats = find_beats(page_of("We — try!"), words, Fraction(0), 10)

    assert beats == Beats((0, 0, 1), (10, 25), 34)


def test_words_within_one_frame_light_up_together() -> None:
    words = [word(0, 1, 0, 10), word(2, 3, 10, 20), word(4, 5, 400, 500)]

    assert find_beats(page_of("a b c"), words, Fraction(0), 0).of_word == (0, 0, 1)


def test_beats_count_from_the_segments_own_sound() -> None:
    early = find_beats(page_of("a b"), [word(0, 1, 100, 200), word(2, 3, 400, 500)], Fraction(1, 10), 6)
    late = find_beats(page_of("a b"), [word(0, 1, 7117, 7217), word(2, 3, 7417, 7517)], Fraction(7117, 1000), 6)

    assert early == late


def test_a_text_without_times_has_no_beats() -> None:
    assert find_beats(page_of("→ ★"), [], Fraction(0), 0) == Beats((0, 0), (), 0)


def test_the_states_of_a_run() -> None:
    """The golden plan: dip, rise, words in, two beats, all spoken, words out."""
    states = plan_states(Place(0, 60, enters_scene=True, leaves=True), [Beats((0, 1), (18, 30), 40)])

    assert [(s.still, s.beat, s.words, s.hold_frames) for s in states] == [
        (-128, -1, 0, 2), (0, -1, 0, 2), (40, -1, 0, 2), (128, -1, 0, 2), (216, -1, 0, 2),
        (256, -1, 19, 1), (256, -1, 66, 1), (256, -1, 128, 1), (256, -1, 190, 1), (256, -1, 237, 1),
        (256, -1, 256, 3), (256, 0, 256, 12), (256, 1, 256, 10), (256, 2, 256, 16),
        (256, 2, 128, 2), (256, 2, 0, 2),
    ]  # fmt: skip


def test_states_fill_their_run_to_the_frame() -> None:
    for frames in (1, 2, 5, 17, 90, 400):
        states = plan_states(
            Place(7, 7 + frames, enters_scene=True, leaves=True), [Beats((0,), (3,), 9), Beats((0,), (12,), 20)]
        )

        assert sum(state.hold_frames for state in states) == frames


def test_a_page_comes_shortly_before_its_first_word() -> None:
    assert page_starts([Beats((0,), (10,), 40), Beats((0,), (50,), 80)], 100) == [0, 46]
    assert page_starts([Beats((0,), (), 0), Beats((0,), (), 0)], 100) == [0, 50]


def test_a_run_begins_before_its_voice_and_words_that_stay_do_not_leave() -> None:
    cues = [Cue(0, 0, 100), Cue(0, 100, 200), Cue(0, 200, 300)]

    places = place_runs(cues, [0, 0, 1], [True, False])

    assert [(p.first_frame, p.end_frame, p.enters_scene, p.leaves) for p in places] == [
        (0, 94, True, False),
        (94, 184, False, True),
        (184, 300, True, False),
    ]


def test_an_outline_takes_over_the_scenes_of_the_deck(studio: Studio) -> None:
    lesson = make_lesson(SCENES)
    lesson = replace(lesson, scenes=tuple(
        replace(scene, segments=tuple(replace(segment, source_ref=f"{scene.sequence}.0") for segment in scene.segments))
        for scene in lesson.scenes
    ))  # fmt: skip
    course = replace(make_course(lesson), documents=(SourceDocument("Handbook", (("Fire doors stop smoke.", 3),)),))

    outline = design(course, lesson, studio.bench)
    design(course, lesson, studio.bench)

    assert {scene.id for scene in lesson.scenes} <= {scene.scene_id for scene in outline}
    assert all(scene.heading and segment.text for scene in outline for segment in scene.segments)
    assert studio.ledger.counts.total() == 1


def test_a_lesson_of_pictures_says_its_title(studio: Studio) -> None:
    lesson = make_lesson([(None, ("",)), (None, ())])

    (scene,) = design(make_course(lesson), lesson, studio.bench)

    assert (scene.scene_id, scene.heading, scene.segments[0].text) == (None, "Fire doors", "Fire doors")


@pytest.mark.parametrize(
    "value", [None, [], {"scenes": [{"heading": "a"}]}, {"scenes": [{"heading": 1, "segments": []}]}]
)
def test_an_answer_that_is_no_outline_is_refused(studio: Studio, value: Any) -> None:
    lesson = make_lesson(SCENES)
    bench = replace(studio.bench, gateway=answering(value))

    with pytest.raises(UnusableOutline):
        design(make_course(lesson), lesson, bench)
    assert lesson.scenes[0].id == UUID(int=100)


def test_each_transition_comes_in_its_own_time() -> None:
    cues = [Cue(0, 0, 100), Cue(0, 100, 200)]

    starts = {way: place_runs(cues, [0, 1], [False, False], way)[1].first_frame for way in Transition}

    assert starts == {Transition.FADE: 84, Transition.SLIDE: 84, Transition.ZOOM: 84, Transition.NONE: 94}


def test_a_slide_moves_in_every_frame_and_a_cut_in_none() -> None:
    place, beats = Place(0, 60, enters_scene=True, leaves=True), [Beats((0,), (18,), 40)]

    slide, cut = (plan_states(place, beats, way) for way in (Transition.SLIDE, Transition.NONE))

    assert [state.still for state in slide[:12]] == [5, 19, 40, 66, 96, 128, 160, 190, 216, 237, 251, 256]
    assert {state.still for state in cut} == {256}


def test_sentences_light_up_as_a_whole() -> None:
    page = page_of("Shut it. Keep it shut! And go")
    beats = Beats((0, 1, 2, 3, 4, 5, 6), (3, 6, 20, 24, 28, 40, 44), 60)

    assert find_sentences(page, beats) == Beats((0, 0, 1, 1, 1, 2, 2), (3, 20, 40), 60)


def test_sentences_without_times_stand_there_from_the_start() -> None:
    assert find_sentences(page_of("→ ★"), Beats((0, 0), (), 0)) == Beats((0, 0), (), 0)


def test_a_clip_goes_on_from_segment_to_segment_and_ends() -> None:
    place, beats = Place(10, 16, enters_scene=False, leaves=False), [Beats((), (), 0)]

    states = plan_states(place, beats, Transition.FADE, ClipPart(from_frame=3, frames=6))

    assert [(state.clip, state.hold_frames) for state in states if state.words == 256] == [(5, 1)]
    assert [state.clip for state in states] == [3, 4, 5, 5, 5, 5]


def test_a_pause_that_its_author_set_is_kept_where_there_is_room_for_it() -> None:
    def segment(gap_s: float) -> SegmentContent:
        return SegmentContent(UUID(int=1), 1, SourceType.TEXT, None, "a", gap_after_s=Fraction(gap_s))

    gaps = [
        _gap_s(segment(gap_s), scene_of, 0, way)
        for gap_s, scene_of, way in (
            (0, [0, 0], Transition.FADE),
            (2, [0, 0], Transition.FADE),
            (0.125, [0, 0], Transition.FADE),
            (0.125, [0, 1], Transition.FADE),
            (0.125, [0, 1], Transition.NONE),
            (0.75, [0], Transition.FADE),
        )
    ]

    assert gaps == [Fraction(1, 2), 2, Fraction(1, 3), Fraction(2, 3), Fraction(1, 3), Fraction(3, 4)]
