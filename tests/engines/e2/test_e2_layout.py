"""Colours, type and templates, at their limits."""

from __future__ import annotations

import io
from itertools import product

import numpy as np
import pytest
from PIL import Image

from coursecrafter.domain.course import Brand
from coursecrafter.domain.look import FrameSize, Shape
from coursecrafter.engines.e2_video.faces import Face, undrawable
from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText, choose_arrangement, lay_out_scene
from coursecrafter.engines.e2_video.legibility import measure_text, narration_parts
from coursecrafter.engines.e2_video.logo import UnreadableLogo, open_logo
from coursecrafter.engines.e2_video.paint import (
    UnreadableIllustration,
    paint_background,
    paint_lettering,
    still_lettering,
)
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.stages import Arrangement
from coursecrafter.engines.e2_video.templates import BOLD, EDITORIAL, HOUSE, PANEL, Template
from coursecrafter.engines.e2_video.typesetting import HYPHEN, break_lines, place_lines, tokenize, visual_order

COLORS = ("#ffffff", "#000000", "#ffff00", "#ff0000", "#00ff00", "#0000ff", "#808080", "#f2a33a", "#1f4e8c", "#fafafa")


def picture() -> bytes:
    held = io.BytesIO()
    Image.new("RGB", (64, 64), (90, 120, 200)).save(held, "PNG")
    return held.getvalue()


def scene(number: int, heading: str, *texts: str, count: int = 9, language: str = "en") -> SceneText:
    return SceneText(number, count, heading, "A lesson", texts, "Acme Safety", language)


HARD = [
    scene(1, "x" * 500, "y" * 500),
    scene(2, "word " * 100, "A long sentence of several words. " * 40),
    scene(3, "Donaudampfschifffahrtsgesellschaftskapitänsmützenständer", "Kurz."),
    scene(
        4, "الذكاء الاصطناعي في التعليم", "يساعد الذكاء الاصطناعي المعلمين، لكن PowerPoint 2024 مفيد.", language="ar"
    ),
    scene(5, "机器学习的四个步骤", "收集数据，并检查其质量。" * 30, language="zh"),
    scene(6, "Points", "One.", "Two is a little longer.", "Three.", "Four.", "Five.", "Six."),
    scene(7, "هدف", "أولا.", "ثانيا.", "ثالثا.", language="ar"),
    scene(9, "The end", "First.", "Second.", "Third."),
    scene(20, "Many scenes\x00 \ud800<b>&", "Tab\tand\nline.", count=40),
    scene(2, "", ""),
]


@pytest.mark.parametrize(("primary", "secondary"), list(product(COLORS, COLORS))[::3])
def test_any_two_brand_colours_give_legible_text(primary: str, secondary: str) -> None:
    palette = make_palette(Brand("Acme", primary, secondary))

    grounds = (palette.light, palette.brand, palette.paper, palette.card)
    assert min(ratio for ground in grounds for ratio in ground.contrasts) >= 4.5


TEMPLATES = (PANEL, BOLD, EDITORIAL, HOUSE)


def laid_out(text: SceneText, template: Template, shape: Shape) -> SceneLayout:
    """In a third of the size: everything is in proportion."""
    return lay_out_scene(text, make_palette(Brand("Acme", "#e11d2a", "#0b5fff")), template, FrameSize(shape, 360))


@pytest.mark.parametrize("shape", Shape)
@pytest.mark.parametrize("number", range(len(HARD)))
def test_nothing_is_cut_off_or_too_weak(number: int, shape: Shape) -> None:
    """Each text in each shape, and each template in each shape with several texts."""
    layout = laid_out(HARD[number], TEMPLATES[(number + list(Shape).index(shape)) % len(TEMPLATES)], shape)
    pixels = paint_background(layout, picture())
    still = still_lettering(layout, has_logo=False)
    narration = [part for pages in layout.pages for page in pages for part in narration_parts(page, layout.ground)]

    found = [measure_text(pixels, part, layout.illustration) for part in (still, narration)]

    assert [one.cut_words for one in found] == [0, 0]
    assert min(one.lowest_contrast for one in found) >= 4.5


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_every_character_of_the_narration_is_on_a_page(text: SceneText) -> None:
    layout = lay_out_scene(text, make_palette(Brand("Acme")))

    for written, pages in zip(text.texts, layout.pages, strict=True):
        shown = "".join(word.token.text for page in pages for word in page.words)
        assert shown.replace(HYPHEN, "") == "".join(token.text for token in tokenize(written))


def test_arrangements_follow_what_a_scene_says() -> None:
    chosen = [
        choose_arrangement(scene(1, "a", "b")),
        choose_arrangement(scene(9, "a", "b")),
        choose_arrangement(scene(2, "a", "Short and strong.")),
        choose_arrangement(scene(2, "a", "One.", "Two.", "Three.")),
        choose_arrangement(scene(2, "a", "One of two.", "Two of two.")),
    ]

    assert chosen == [
        Arrangement.OPENING, Arrangement.CLOSING, Arrangement.STATEMENT, Arrangement.POINTS, Arrangement.SPLIT,
    ]  # fmt: skip


def test_a_heading_that_cannot_fit_ends_in_an_ellipsis_and_is_reported() -> None:
    layout = lay_out_scene(HARD[1], make_palette(Brand("Acme")))

    assert layout.is_heading_cut
    assert layout.still[2].words[-1].token.text.endswith("…")


def test_words_of_the_other_direction_keep_their_order() -> None:
    arabic = tokenize("استخدم Microsoft PowerPoint الآن")
    latin = tokenize("Say السلام عليكم now")

    assert [token.text for token in visual_order(arabic, is_rtl=True)] == ["الآن", "Microsoft", "PowerPoint", "استخدم"]
    assert [token.text for token in visual_order(latin, is_rtl=False)] == ["Say", "عليكم", "السلام", "now"]


def test_arabic_lines_end_at_the_right_edge() -> None:
    face = Face(600, 40)
    lines = break_lines(tokenize("يساعد الذكاء المعلمين"), face, 900)

    words = place_lines(lines, face, x_px=100, width_px=900, baseline_px=50, leading_px=60)

    assert words[0].x_px + words[0].width_px == pytest.approx(1000)
    assert words[0].x_px > words[1].x_px > words[2].x_px


def test_chinese_breaks_anywhere_but_before_a_comma() -> None:
    lines = break_lines(tokenize("收集数据，并检查"), Face(600, 40), 130)

    assert ["".join(token.text for token in line.tokens) for line in lines] == ["收集数", "据，并", "检查"]


def test_unwritable_characters_are_left_out_and_named() -> None:
    assert [token.text for token in tokenize("a\x00b \ud800 c\u200bd")] == ["a", "b", "cd"]
    assert undrawable("ab\U0001f9ff\ue000") in {"", "\U0001f9ff"}


UNKNOWN = "\U00010600"
"""Of Linear A: as an emoji on most machines, a character that no font draws."""


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Well done {}.", ["Well", "done."]),
        ("{} Well {}done{}! {}", ["Well", "done!"]),
        ("See (this {}) now", ["See", "(this)", "now"]),
        ("An “{}” or ({}) goes", ["An", "or", "goes"]),
        ("The ({} party) begins", ["The", "(party)", "begins"]),
        ("Bravo {} !", ["Bravo", "!"]),
        ("Good {} . Now", ["Good.", "Now"]),
        ("{}. Now", ["Now"]),
        ("完成{}。好", ["完", "成。", "好"]),
        ("A — b", ["A", "—", "b"]),
        ("{}\u200d{}\ufe0f", []),
    ],
)
def test_punctuation_closes_up_over_what_no_font_draws(text: str, words: list[str]) -> None:
    assert [token.text for token in tokenize(text.replace("{}", UNKNOWN))] == words


def test_what_no_font_draws_leaves_its_space_and_its_line_to_what_follows() -> None:
    same, lower = tokenize(f"a {UNKNOWN}完")[1], tokenize(f"a\n{UNKNOWN}. b")[1]

    assert (same.text, same.has_space, same.starts_line) == ("完", True, False)
    assert (lower.text, lower.has_space, lower.starts_line) == ("b", True, True)


def test_a_logo_takes_the_place_of_the_name() -> None:
    svg = b'<svg xmlns="http://www.w3.org/2000/svg" width="4" height="1"><path d="M0 0h4v1h-4z" fill="#f0f"/></svg>'
    layout = lay_out_scene(HARD[5], make_palette(Brand("Acme")))

    pixels = paint_background(layout, picture(), open_logo(svg))

    assert (pixels[990:1030, 120:380] == (255, 0, 255)).all(axis=2).sum() > 1000
    assert len(still_lettering(layout, has_logo=True)) == len(layout.still) - 1


@pytest.mark.parametrize("number", [1, 9, 4])
def test_a_logo_on_the_brands_ground_stands_on_a_white_plate(number: int) -> None:
    layout = lay_out_scene(scene(number, "هدف" if number == 4 else "a", "b c d"), make_palette(Brand("Acme")))
    held = io.BytesIO()
    Image.new("RGBA", (80, 40), (10, 20, 30, 255)).save(held, "PNG")

    pixels = paint_background(layout, picture(), open_logo(held.getvalue()))

    assert (pixels[970:1060] == (255, 255, 255)).all(axis=2).sum() > 500


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", b"<svg", b'<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"/>'],
)
def test_a_logo_that_is_no_plain_picture_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableLogo):
        open_logo(content)


def test_an_svg_logo_reads_no_other_file(tmp_path) -> None:
    secret = tmp_path / "secret.png"
    Image.new("RGB", (40, 10), (255, 0, 0)).save(secret)
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="10">'
        f'<image href="{secret}" width="40" height="10"/><image xlink:href="{secret}" width="40" height="10"/></svg>'
    )

    assert np.asarray(open_logo(svg.encode()))[..., 3].max() == 0


def test_an_illustration_that_is_no_picture_is_refused() -> None:
    with pytest.raises(UnreadableIllustration):
        paint_background(lay_out_scene(HARD[5], make_palette(Brand("Acme"))), b"no picture")


def test_text_over_a_picture_of_its_own_colour_is_found() -> None:
    layout = lay_out_scene(HARD[5], make_palette(Brand("Acme")))
    pixels = paint_background(layout, picture())
    paint_lettering(pixels, layout.still[2])

    assert measure_text(pixels, [layout.still[2]], layout.illustration).lowest_contrast < 4.5
