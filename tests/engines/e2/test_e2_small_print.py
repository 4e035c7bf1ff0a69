"""Names in the small print, last lines, small type: whole, in step with each other, at the right side."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from coursecrafter.domain.course import Brand
from coursecrafter.domain.look import FrameSize, Shape
from coursecrafter.engines.e2_video.faces import REDUCED_BELOW_PX, Face
from coursecrafter.engines.e2_video.fitting import Box, Lettering, set_line, set_name, without_widow
from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText, lay_out_scene
from coursecrafter.engines.e2_video.legibility import ink_box
from coursecrafter.engines.e2_video.ornaments import progress_px
from coursecrafter.engines.e2_video.paint import mark_box, mark_boxes
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.stages import Arrangement, Cut, set_stage
from coursecrafter.engines.e2_video.templates import BOLD, EDITORIAL, HOUSE, PANEL, Template
from coursecrafter.engines.e2_video.typesetting import break_lines, tokenize

SIZES = (28, 25, 22)
PLACE = Box(100, 1000, 480, 0)
FACE = Face(600, 28)
LONG = "The International Association of Fire Safety Engineers and Building Inspectors of the Greater Region"
ARABIC = "شركة السلامة والوقاية من الحرائق العالمية المحدودة للخدمات"


def laid_out(template: Template = PANEL, shape: Shape = Shape.WIDE, side_px: int = 1080, **said: Any) -> SceneLayout:
    text = SceneText(2, 9, "Fire doors", "A lesson", ("Keep them shut, always and everywhere.",), "Acme")
    return lay_out_scene(replace(text, **said), make_palette(Brand("Acme")), template, FrameSize(shape, side_px))


def rows_of(part: Lettering) -> list[list[str]]:
    """Its words, row by row."""
    rows: dict[int, list[str]] = {}
    for word in part.words:
        rows.setdefault(word.baseline_px, []).append(word.token.text)
    return list(rows.values())


@pytest.mark.parametrize(
    ("name", "size", "rows"),
    [
        ("Acme Safety", 28, 1),
        ("Norddeutsche Feuerwehrgesells.", 28, 1),
        ("Norddeutsche Feuerwehrgesellschaft", 25, 1),
        ("Norddeutsche Feuerwehrgesellschaft mbH & Co. KG", 25, 2),
        ("The Association of Fire Safety Engineers and of Building Inspectors abroad", 22, 2),
    ],
)
def test_a_name_is_set_smaller_then_on_two_lines_before_it_is_cut(name: str, size: int, rows: int) -> None:
    words, face = set_name(name, FACE, PLACE, SIZES)

    assert " ".join(word.token.text for word in words) == name
    assert (face.size_px, len({word.baseline_px for word in words})) == (size, rows)
    assert all(word.x_px >= 100 and word.x_px + word.width_px <= 580 for word in words)


def test_a_name_that_no_two_lines_hold_ends_in_an_ellipsis_after_a_word() -> None:
    words, face = set_name(f"{LONG}, and more", FACE, replace(PLACE, width=420), SIZES)

    told = " ".join(word.token.text for word in words)
    assert face.size_px == SIZES[-1]
    assert told.endswith("…")
    assert LONG.startswith(told.removesuffix("…"))
    assert LONG[len(told) - 1] == " "


def test_a_name_of_one_endless_word_is_parted_and_ends_in_an_ellipsis() -> None:
    words, face = set_name("Donaudampfschifffahrt" * 9, FACE, PLACE, SIZES)

    assert [word.token.text[-1] for word in words] == ["-", "…"]
    assert all(face.length(word.token.text) <= PLACE.width for word in words)


def test_an_endless_word_on_a_line_ends_in_an_ellipsis() -> None:
    (word,) = set_line("x" * 500, FACE, PLACE)

    assert word.token.text == word.token.text.rstrip("…") + "…"
    assert PLACE.width - 30 < FACE.length(word.token.text) <= PLACE.width


def test_two_lines_stand_about_the_middle_of_one() -> None:
    single, _ = set_name("Acme", FACE, PLACE, SIZES)
    double, face = set_name(LONG, FACE, replace(PLACE, width=600), SIZES)

    first, second = sorted({word.baseline_px for word in double})
    assert {word.baseline_px for word in single} == {PLACE.y}
    assert (first - 0.727 * face.size_px + second) / 2 == pytest.approx(PLACE.y - 10, abs=1)


@pytest.mark.parametrize("template", [PANEL, BOLD, EDITORIAL, HOUSE])
@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("number", [1, 2, 9])
def test_a_long_brand_name_stays_clear_of_the_progress_and_of_the_frame(
    template: Template, shape: Shape, number: int
) -> None:
    layout = laid_out(template, shape, brand_name=LONG, number=number)
    foot, part = layout.foot, layout.still[-1]

    boxes = [ink_box(word, part, is_rtl=False) for word in part.words]

    assert min(box.x for box in boxes) >= foot.x - 2
    assert max(box.right for box in boxes) <= foot.right - progress_px(layout.text.count) - 30
    assert max(box.bottom for box in boxes) <= layout.size.height_px - 20
    assert sum(map(len, rows_of(part))) >= 8


@pytest.mark.parametrize(("name", "heading"), [(ARABIC, "Fire doors"), (LONG, "أبواب الحريق")])
def test_a_name_of_the_other_direction_begins_where_the_text_does(name: str, heading: str) -> None:
    layout = laid_out(shape=Shape.TALL, heading=heading, eyebrow=f"{name} 2", brand_name=name)

    for part, place in ((layout.still[-1], layout.foot), (layout.still[1], layout.foot)):
        # The small line above begins where the number ends.
        rows = {word.baseline_px for word in part.words}
        assert len(rows) >= (2 if part is layout.still[-1] else 1)
        for baseline in rows:
            row = [word for word in part.words if word.baseline_px == baseline]
            left, right = min(word.x_px for word in row), max(word.x_px + word.width_px for word in row)
            beside = place.right - right if layout.text.is_rtl else left - place.x
            assert beside == pytest.approx(0 if part is layout.still[-1] else 160, abs=1)


def test_a_small_line_does_not_say_the_heading_again() -> None:
    assert rows_of(laid_out(eyebrow="FIRE-DOORS").still[1]) == []
    assert rows_of(laid_out(eyebrow="Fire safety").still[1]) == [["Fire", "safety"]]


def test_a_long_title_of_a_course_takes_two_small_lines() -> None:
    (first, second) = rows_of(laid_out(shape=Shape.SQUARE, eyebrow="Safety for all who build and mend").still[1])

    assert " ".join((*first, *second)) == "Safety for all who build and mend"


def texts(text: str, width_px: int, size_px: int = 40) -> list[str]:
    face = Face(600, size_px)
    return [
        " ".join(token.text for token in line.tokens)
        for line in without_widow(break_lines(tokenize(text), face, width_px), face, width_px)
    ]


def test_a_last_line_of_one_short_word_takes_another_with_it() -> None:
    assert texts("A fire door keeps all the smoke out.", 620) == ["A fire door keeps all the", "smoke out."]
    assert texts("A fire door holds.", 2000) == ["A fire door holds."]
    assert texts("A fire door is good for Betriebsanweisung.", 500)[-1] == "Betriebsanweisung."


def test_a_line_that_its_author_broke_stays_alone() -> None:
    assert texts("A fire door keeps smoke\nout.", 800) == ["A fire door keeps smoke", "out."]


def test_a_word_as_wide_as_its_column_stays_there() -> None:
    width_px = int(Face(600, 40).length("Feuerwehrgesellschaft")) + 4

    assert texts("Feuerwehrgesellschaft da", width_px) == ["Feuerwehrgesellschaft", "da"]


def test_of_chinese_no_single_character_stands_last() -> None:
    lines = texts("防火门可以阻挡烟雾三十分钟", 480)

    assert "".join(lines).replace(" ", "") == "防火门可以阻挡烟雾三十分钟"
    assert len(lines[-1].split()) > 2


@pytest.mark.parametrize("size_px", [2, 12, 13, 28, REDUCED_BELOW_PX - 1])
def test_small_type_is_as_wide_as_its_place(size_px: int) -> None:
    small, large = Face(600, size_px), Face(600, 400)

    assert small.length("International") == pytest.approx(large.length("International") * size_px / 400, rel=0.02)
    assert small.space_px == pytest.approx(large.space_px * size_px / 400, rel=0.05)
    mask = small.mask("International", is_rtl=False)
    assert mask.pixels.shape[1] <= small.length("International") + 2
    assert mask.top_px == pytest.approx(large.mask("International", is_rtl=False).top_px * size_px / 400, abs=1.5)


def test_reduced_letters_cover_what_the_large_ones_cover() -> None:
    small, large = (Face(800, size).mask("Haus", is_rtl=False).pixels for size in (30, 120))

    assert small.sum(dtype=np.int64) == pytest.approx(large.sum(dtype=np.int64) / 16, rel=0.001)


@pytest.mark.parametrize("side_px", [360, 540, 1080])
def test_words_of_a_preview_do_not_run_into_each_other(side_px: int) -> None:
    layout = laid_out(EDITORIAL, Shape.SQUARE, side_px, brand_name=LONG)

    for row in {word.baseline_px for word in layout.still[-1].words}:
        words = [word for word in layout.still[-1].words if word.baseline_px == row]
        boxes = [ink_box(word, layout.still[-1], is_rtl=False) for word in words]
        gaps = [after.x - before.right for before, after in pairwise(boxes)]
        assert min(gaps) >= 0.12 * layout.still[-1].face.size_px


@pytest.mark.parametrize("side_px", [360, 540, 720])
def test_words_of_another_size_fill_their_places(side_px: int) -> None:
    """Else the spaces behind long words would be wider than others."""
    layout = laid_out(side_px=side_px, brand_name="Norddeutsche Feuerwehrgesellschaft mbH & Co. KG")

    parts = [*layout.still, *(Lettering(page.words, page.face, (0, 0, 0)) for pages in layout.pages for page in pages)]

    shares = [part.face.length(word.token.text) / word.width_px for part in parts for word in part.words]
    assert min(shares) > 0.98


def test_the_box_of_a_word_that_no_space_parts_covers_no_neighbour() -> None:
    layout = laid_out(texts=("防火门可以阻挡烟雾。", "Keep them shut."), language="zh")
    chinese, latin = (pages[0] for pages in layout.pages)

    boxes = [mark_box(word, chinese.face) for word in chinese.words]

    assert all(before.right <= after.x for before, after in pairwise(boxes))
    assert mark_box(latin.words[0], latin.face).x < latin.words[0].x_px - 2


def test_characters_that_are_spoken_together_have_one_box() -> None:
    page = laid_out(texts=("防火门可以阻挡烟雾。", "Keep them shut."), language="zh").pages[0][0]
    latin = laid_out(texts=("Keep them shut.", "Always.")).pages[0][0]

    (box,) = mark_boxes(page.words[:3], page.face)

    assert box.x == mark_box(page.words[0], page.face).x
    assert box.right == mark_box(page.words[2], page.face).right
    assert len(mark_boxes(latin.words, latin.face)) == len(latin.words)


@pytest.mark.parametrize("arrangement", Arrangement)
def test_the_cards_of_a_tall_frame_have_one_left_edge(arrangement: Arrangement) -> None:
    stage = set_stage(Shape.TALL, Cut.CARD, arrangement, is_flipped=False)

    assert stage.card is not None
    assert stage.picture.x - 14 == stage.card.x


@pytest.mark.parametrize("cut", [Cut.PANEL, Cut.BLEED])
def test_a_number_beside_a_bar_of_colour_keeps_off(cut: Cut) -> None:
    stage = set_stage(Shape.SQUARE, cut, Arrangement.CLOSING, is_flipped=True)

    assert stage.eyebrow.x - stage.picture.right - 28 >= 40
