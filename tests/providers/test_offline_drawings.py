"""Drawings of a text: every word whole, legible and by itself, in every family, shape and script."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt
import pytest
import resvg_py
from coloraide import Color
from PIL import Image

from coursecrafter.gateway.ports import ImageRequest
from coursecrafter.gateway.providers.offline_image import OfflineImage, compose_svg
from coursecrafter.gateway.providers.picture_canvas import make_scheme
from coursecrafter.gateway.providers.picture_families import DRAWINGS
from coursecrafter.gateway.providers.picture_lettering import Type, fit, fonts_of
from coursecrafter.gateway.providers.picture_pad import legible
from coursecrafter.gateway.providers.picture_sayings import persons_of, share_of
from coursecrafter.gateway.sketches import Family, Lettering, Part, Sketch

BRAND = ("#1f4e8c", "#f2a33a")
SQUARE, WIDE, TALL = (360, 360), (640, 360), (360, 640)
LABELS = {
    "de": (
        "Gefährdungsbeurteilung schreiben",
        "Unterweisen",
        "Schutzausrüstung bereitlegen",
        "Wartung planen und melden",
        "Protokoll",
        "Betriebsanweisung aushängen",
        "Fluchtwege",
    ),
    "ar": (
        "جمع الزجاجات الفارغة",
        "فرز حسب اللون",
        "سحق وتنظيف",
        "صهر في الفرن",
        "تعبئة",
        "توزيع على المتاجر",
        "استعمال",
    ),
    "zh": ("收集所有空瓶子", "按颜色分类", "粉碎并清洗", "在熔炉中熔化", "灌装", "分发到商店", "使用"),
}
TITLES = {"de": "Sicher arbeiten in der Instandhaltung", "ar": "كيف يصبح الزجاج جديدا", "zh": "玻璃如何再生"}
QUOTES = {
    "de": "Nicht weil es schwer ist, wagen wir es nicht, sondern weil wir es nicht wagen, ist es schwer.",
    "ar": "اطلبوا العلم من المهد إلى اللحد.",
    "zh": "学而时习之，不亦说乎？有朋自远方来，不亦乐乎？",
}
SEEN_PX = 6
LEAST_CONTRAST = 4.5


def sketch(family: Family, language: str, count: int = 4) -> Sketch:
    labels = LABELS[language]
    parts = tuple(map(Part, labels[:count]))
    if family is Family.QUOTATION:
        parts = (Part(QUOTES[language], labels[1]),)
    elif family is Family.FIGURE:
        parts = (Part("98,7 %", QUOTES[language]),)
    elif family is Family.COMPARISON:
        parts = tuple(Part(label, "\n".join(labels[2:5])) for label in labels[:2])
    elif family is Family.TIMELINE:
        parts = tuple(replace(part, note=str(1900 + 20 * nth)) for nth, part in enumerate(parts))
    return Sketch(family, language, TITLES[language], parts)


def request(
    drawn: Sketch, seed: int = 0, size: tuple[int, int] = SQUARE, palette: tuple[str, ...] = BRAND, **style: str
) -> ImageRequest:
    return ImageRequest("Sicherheit", *size, palette, seed, style, drawn)


def pixels(svg: str, drawn: Sketch) -> npt.NDArray[np.uint8]:
    texts = [drawn.title, *(text for part in drawn.parts for text in (part.label, part.note))]
    fonts = [str(path) for path in fonts_of(texts, drawn.language)]
    png = resvg_py.svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=fonts)
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def texts_of(svg: str) -> list[str]:
    return re.findall(r"<text .*?</text>", svg)


def masks(svg: str, drawn: Sketch, *, is_reversed: bool) -> npt.NDArray[np.int64]:
    """For each pixel which line of text covers it, from 1; 0 where none does. Edges are hard."""
    found = texts_of(svg)
    order = range(len(found) - 1, -1, -1) if is_reversed else range(len(found))
    lines = [re.sub(r'fill="#[0-9a-f]+"', f'fill="#{(nth + 1) * 8:06x}"', found[nth]) for nth in order]
    head = svg[: svg.index(">") + 1]
    body = "".join(line.replace("<text ", '<text text-rendering="optimizeSpeed" ') for line in lines)
    seen = pixels(f'{head}<rect width="100%" height="100%" fill="#000000"/>{body}</svg>', drawn).astype(np.int64)
    return (seen[..., 0] * 65536 + seen[..., 1] * 256 + seen[..., 2]) // 8


def contrasts(ink: npt.NDArray[Any], behind: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Contrast ratios of colours, rows of sRGB. Source: WCAG 2.2, contrast ratio."""

    def luminance(rgb: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        share = rgb / 255
        linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
        return linear @ np.array([0.2126, 0.7152, 0.0722])

    one, other = luminance(ink), luminance(behind)
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def require_fine(asked: ImageRequest) -> None:
    """No line of text touches another or the picture's edge, and each can be read on all that lies behind it."""
    drawn = asked.sketch
    assert drawn is not None
    svg = compose_svg(asked)
    found = texts_of(svg)
    seen = masks(svg, drawn, is_reversed=False)
    assert (seen == masks(svg, drawn, is_reversed=True)).all(), "two lines overlap"
    edges = np.concatenate([seen[0], seen[-1], seen[:, 0], seen[:, -1]])
    assert not edges.any(), "a line touches the picture's edge"
    behind = pixels(re.sub(r"<text .*?</text>", "", svg), drawn)
    for nth, line in enumerate(found):
        covered = behind[seen == nth + 1]
        assert len(covered) >= SEEN_PX, f"a line cannot be seen: {line}"
        ink = int(re.findall(r'fill="#([0-9a-f]+)"', line)[0], 16)
        worst = contrasts(np.array([[ink >> 16, ink >> 8 & 255, ink & 255]]), covered).min()
        assert worst >= LEAST_CONTRAST, f"{worst:.2f}:1 in {line}"


@pytest.mark.parametrize("family", DRAWINGS)
@pytest.mark.parametrize(
    ("language", "size"), [("de", SQUARE), ("de", WIDE), ("de", TALL), ("ar", SQUARE), ("zh", TALL)]
)
def test_every_word_is_whole_and_legible(family: Family, language: str, size: tuple[int, int]) -> None:
    for seed in range(len(DRAWINGS[family])):
        require_fine(request(sketch(family, language), seed, size))


@pytest.mark.parametrize("family", DRAWINGS)
def test_what_is_only_blanks_is_drawn_without_words(family: Family) -> None:
    shown = sketch(family, "de")
    blank = replace(shown, title=" ", parts=tuple(Part(" \u00a0", " ") for _ in shown.parts))

    for seed in range(len(DRAWINGS[family])):
        words = re.findall(r">([^<>]*[^\W\d_]{2}[^<>]*)<", compose_svg(request(blank, seed)))
        assert words == []  # a number or a letter that names a side is none


@pytest.mark.parametrize(
    "family", [one for one in DRAWINGS if one not in {Family.COMPARISON, Family.QUOTATION, Family.FIGURE}]
)
@pytest.mark.parametrize(("count", "size"), [(2, WIDE), (7, SQUARE)])
def test_few_parts_and_many_fit(family: Family, count: int, size: tuple[int, int]) -> None:
    for seed in range(len(DRAWINGS[family])):
        require_fine(request(sketch(family, "de", count), seed, size))


@pytest.mark.parametrize(
    "palette", [("#ffffff", "#e30613"), ("#000000",), ("#ffcc00", "#111111"), ("#39ff14", "#ff00ff")]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_are_legible_in_any_brands_colours(palette: tuple[str, ...], scheme: str) -> None:
    for nth, family in enumerate(DRAWINGS):
        require_fine(
            request(sketch(family, "de"), nth + (4 if scheme == "dark" else 0), palette=palette, scheme=scheme)
        )


@pytest.mark.parametrize("family", DRAWINGS)
def test_seeds_that_follow_one_another_give_drawings_that_differ(family: Family) -> None:
    drawn = sketch(family, "de")

    shown = [pixels(compose_svg(request(drawn, seed)), drawn).astype(float).mean(axis=2) for seed in range(4)]

    for nth, one in enumerate(shown):
        for other in shown[nth + 1 :]:
            assert (np.abs(one - other) > 12).mean() > 0.02


@pytest.mark.parametrize("family", DRAWINGS)
def test_the_same_drawing_has_the_same_bytes(family: Family) -> None:
    answers = [OfflineImage().draw(request(sketch(family, "de"), 1)).content for _ in range(2)]

    assert answers[0] == answers[1]


@pytest.mark.parametrize("size", [(1920, 1080), (1024, 1024), (1080, 1920)])
def test_a_drawing_has_the_size_asked_for(size: tuple[int, int]) -> None:
    answer = OfflineImage().draw(request(sketch(Family.CYCLE, "zh"), 0, size))

    with Image.open(io.BytesIO(answer.content)) as picture:
        assert (picture.size, picture.format) == (size, "PNG")


@pytest.mark.parametrize("family", DRAWINGS)
def test_a_drawing_without_lettering_has_no_words(family: Family) -> None:
    bare = replace(sketch(family, "de"), lettering=Lettering.NONE)

    for seed in range(len(DRAWINGS[family])):
        svg = compose_svg(request(bare, seed))
        told = " ".join(re.sub(r"<[^>]+>", " ", line) for line in texts_of(svg))
        assert not re.search(r"[^\W\d_]{2,}", told)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("count", "least"), [(2, 0.6), (3, 0.9), (4, 0.9), (7, 0.9)])
def test_a_checklist_without_words_fills_its_place(seed: int, count: int, least: float) -> None:
    place = 0.86
    bare = replace(sketch(Family.CHECKLIST, "de", count), lettering=Lettering.NONE, area=(place, place))
    asked = request(bare, seed)
    card = make_scheme(BRAND, is_dark=False).card

    boxes = re.findall(
        rf'<rect x="\S+" y="(\S+)" width="\S+" height="(\S+)" rx="\S+" fill="{card}"', compose_svg(asked)
    )
    top, bottom = min(float(y) for y, _ in boxes), max(float(y) + float(high) for y, high in boxes)

    assert least <= (bottom - top) / (place * asked.height_px) <= 1
    assert abs(top + bottom - asked.height_px) < 0.04 * asked.height_px


def test_labels_alone_leave_out_the_title_and_what_is_quoted() -> None:
    labels = replace(sketch(Family.QUOTATION, "de"), lettering=Lettering.LABELS)
    steps = replace(sketch(Family.PROCESS, "de"), lettering=Lettering.LABELS)

    assert "schwer" not in compose_svg(request(labels))
    assert "Unterweisen" in compose_svg(request(labels))
    assert "Instandhaltung" not in compose_svg(request(steps))
    assert "Unterweisen" in compose_svg(request(steps))


@pytest.mark.parametrize("zone", ["left", "right", "bottom"])
def test_a_quiet_zone_stays_free_of_the_drawing(zone: str) -> None:
    drawn = sketch(Family.PROCESS, "de")
    seen = masks(compose_svg(request(drawn, 0, WIDE, text_zone=zone)), drawn, is_reversed=False) > 0

    quiet = {"left": seen[:, :256], "right": seen[:, -256:], "bottom": seen[-140:]}[zone]
    assert seen.any()
    assert not quiet.any()


def test_a_background_shows_no_drawing() -> None:
    assert "<text" not in compose_svg(request(sketch(Family.PROCESS, "de"), mode="background"))


def test_what_may_be_cut_off_shows_nothing_of_the_drawing() -> None:
    """A round or narrow place shows the middle of a picture."""
    drawn = replace(sketch(Family.DIAGRAM, "de"), area=(0.6, 0.8))

    seen = masks(compose_svg(request(drawn)), drawn, is_reversed=False) > 0

    assert seen.any()
    assert not seen[:, :70].any()
    assert not seen[:, -70:].any()


def test_a_text_never_becomes_markup() -> None:
    hostile = "</text><script>alert(1)</script>&xxe;\x00\ud800 <image href='file:///etc/passwd'/>"
    drawn = Sketch(Family.CHECKLIST, "en", hostile, (Part(hostile), Part("“Quoted” & 'more'")))

    tags = {element.tag.rpartition("}")[2] for element in ET.fromstring(compose_svg(request(drawn))).iter()}  # noqa: S314  # our own drawing

    assert {"script", "image"}.isdisjoint(tags)
    assert OfflineImage().draw(request(drawn)).content.startswith(b"\x89PNG")


def test_an_endless_label_ends_in_an_ellipsis() -> None:
    block = fit("Donaudampfschifffahrtsgesellschaft " * 9, Type(600, "de"), 20, 2, (4.0, 3.1))

    assert len(block.lines) == 2
    assert block.lines[-1].endswith("…")


def test_punctuation_closes_up_over_what_no_font_draws() -> None:
    unknown = "\U00010600"  # Linear A
    block = fit(
        f"Well done {unknown}\u200d{unknown}\ufe0f, all {unknown} of you {unknown} !", Type(600, "en"), 60, 1, (4.0,)
    )
    name = fit(f"Use {unknown} .NET", Type(600, "en"), 60, 1, (4.0,))

    assert block.lines == ("Well done, all of you!",)
    assert name.lines == ("Use .NET",)


def test_words_turn_black_or_white_where_no_shade_of_theirs_can_be_read() -> None:
    assert Color(legible("#777777", "#767676")).contrast("#767676", method="wcag21") >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("amount", "share", "persons"),
    [
        ("9 percent", 0.09, None),
        ("98,7%", 0.987, None),
        ("140 %", None, None),
        ("4,000 litres", None, None),
        ("Uma em cada cinco", 0.2, (1, 5)),
        ("two out of three", 2 / 3, (2, 3)),
        ("jeder vierte", 0.25, (1, 4)),
        ("five out of two", None, None),
    ],
)
def test_a_share_is_drawn_as_large_as_it_is(amount: str, share: float | None, persons: tuple[int, int] | None) -> None:
    assert share_of(amount) == pytest.approx(share)
    assert persons_of(amount) == persons
    require_fine(request(Sketch(Family.FIGURE, "en", "", (Part(amount, "of all things"),)), 2))
