"""A video elsewhere is a card whose code another reader finds in the finished film."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import av
import pytest
import zxingcpp

from coursecrafter.domain.course import Brand, SegmentContent, SourceType
from coursecrafter.engines.e1_voiceover import card
from coursecrafter.engines.e1_voiceover.card import card_svg, is_right_to_left, wrapped
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.engines.e1_voiceover.video_card import video_card_svg
from narration import Workbench, make_course, make_lesson, make_picture

ADDRESS = "https://www.youtube.com/watch?v=jNQXAC9IVRw&t=30"


def youtube(intro: str = "") -> SegmentContent:
    return SegmentContent(UUID(int=9), 2, SourceType.YOUTUBE, None, intro, youtube_url=ADDRESS)


def test_the_code_in_the_finished_film_leads_to_the_video(workbench: Workbench) -> None:
    lesson = make_lesson([("How a fire door works", [youtube()])])

    rendered = render(make_course(lesson), lesson, workbench.bench)

    with av.open(workbench.file(rendered, "final_video")) as film:
        frame = next(film.decode(video=0)).to_ndarray(width=854, height=480, format="rgb24")
    assert [code.text for code in zxingcpp.read_barcodes(frame)] == [ADDRESS]
    assert not rendered.has_error


def test_a_card_stays_until_a_phone_has_read_it(workbench: Workbench) -> None:
    lesson = make_lesson([("See", [youtube("Watch this.")])])

    (shot,) = plan_video(make_course(lesson), lesson).scenes[0].shots

    assert shot.at_least_s == 8
    assert shot.text == "Watch this."


def test_what_follows_a_card_shows_the_slide_again(workbench: Workbench) -> None:
    slide = make_picture(workbench, "slide", 10)
    after = replace(slide, text="Now you know.", picture=None)
    lesson = make_lesson([("See", [slide, youtube(), after])])

    shots = plan_video(make_course(lesson), lesson).shots

    assert shots[2].visual == shots[0].visual != shots[1].visual


def test_a_card_keeps_hostile_text_as_text() -> None:
    svg = video_card_svg("<script>" * 40, "\x00&" * 300, ADDRESS, Brand("<b>"))

    assert "<script" not in svg
    assert "\x00" not in svg
    assert "…" in svg
    assert "youtu.be/jNQXAC9IVRw?t=30" in svg


def test_a_word_of_thousands_of_signs_is_cut_where_its_place_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    width_px = card._width_px
    monkeypatch.setattr(card, "_width_px", lambda text, *more: measured.append(text) or width_px(text, *more))

    (line,) = wrapped("x" * 20_000, 40, 400, 928, 2)

    assert line == wrapped("x" * 100, 40, 400, 928, 2)[0] == "x" * (len(line) - 1) + "…"
    assert len(measured) < 50  # each takes as long as its text is long


def test_a_line_of_a_script_that_runs_to_the_left_is_marked_so() -> None:
    svg = card_svg("نهاية الدرس.", "السلامة (ISO 9001) اليوم", Brand("Acme"))

    assert is_right_to_left("1. نهاية")
    assert not is_right_to_left("Acme نهاية")
    assert svg.count("\u202b") == svg.count("\u202c") == 2
    assert '<tspan font-family="Inter">(ISO 9001)</tspan>' in svg
