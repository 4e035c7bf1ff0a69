"""The plan says what is spoken and shown, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from coursecrafter.engines.e1_voiceover.card import card_svg, end_of_lesson
from coursecrafter.engines.e1_voiceover.plan import NothingToShow, plan_video
from coursecrafter.media.timeline import GAP_BETWEEN_SLIDES_S, GAP_IN_SLIDE_S
from narration import Workbench, make_course, make_lesson, make_picture, narrated_lesson


def test_the_golden_plan(workbench: Workbench) -> None:
    lesson = narrated_lesson(workbench)

    plan = plan_video(make_course(lesson), lesson)

    assert [(scene.title, len(scene.shots)) for scene in plan.scenes] == [
        ("Fire doors", 1),
        ("What to do", 3),
        ("Fire doors (3)", 2),
        ("Thanks", 1),
        ("End of lesson", 1),
    ]
    assert [(shot.text, shot.at_least_s, shot.gap_s) for shot in plan.shots] == [
        ("Fire doors save lives", None, GAP_BETWEEN_SLIDES_S),
        ("Keep every fire door shut\nNever wedge it open", None, GAP_IN_SLIDE_S),
        ("Report a damaged door, today.", None, GAP_IN_SLIDE_S),
        ("Then check it again.", None, GAP_BETWEEN_SLIDES_S),
        ("", Fraction(2), 0),
        ("", Fraction(1), 0),
        ("Thank you for looking after each other.", Fraction(6), 1),
        ("", Fraction(3), 0),
    ]


def test_a_segment_without_a_picture_repeats_the_one_before(workbench: Workbench) -> None:
    lesson = narrated_lesson(workbench)

    shots = plan_video(make_course(lesson), lesson).shots

    assert shots[3].visual == shots[2].visual != shots[1].visual


def test_before_the_first_picture_stands_the_title(workbench: Workbench) -> None:
    segment = replace(make_picture(workbench, "x", 1), picture=None, text="Hello")
    lesson = make_lesson([(None, [segment])], "Night shift")

    shot = plan_video(make_course(lesson), lesson).shots[0]

    assert "Night shift" in shot.visual.svg


def test_the_author_s_own_gap_is_kept(workbench: Workbench) -> None:
    segment = replace(make_picture(workbench, "x", 1), text="Hello", gap_after_s=Fraction(2))
    lesson = make_lesson([(None, [segment])])

    assert plan_video(make_course(lesson), lesson).shots[0].gap_s == 2


def test_a_lesson_without_segments_is_refused() -> None:
    lesson = make_lesson([("Empty", [])], "L" * 500)

    with pytest.raises(NothingToShow, match="nothing to show"):
        plan_video(make_course(lesson), lesson)


def test_the_end_card_speaks_the_course_s_language() -> None:
    assert end_of_lesson("de-AT") == "Ende der Lektion"
    assert end_of_lesson("tlh") == "End of lesson"


def test_a_card_keeps_hostile_text_as_text() -> None:
    brand = make_course(make_lesson([])).brand

    svg = card_svg('<script>"&\x00', "x" * 900 + " 漢字" * 200, replace(brand, name="", primary_color="#ffee00"))

    assert "<script>" not in svg
    assert "\x00" not in svg
    assert svg.count("<text") == 4
    assert "…" in svg
