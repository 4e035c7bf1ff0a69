"""An organisation's own deck as a template: what is read of it, and what a hostile one comes to."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

from coursecrafter.domain.stored import StoredObject
from coursecrafter.ingest.archive import OversizedPicture
from coursecrafter.ingest.guard import NotADeck
from coursecrafter.ingest.house_parser import parse_house
from coursecrafter.ingest.house_style import HouseStyle, NoHouseStyle, _style, read_house_style
from coursecrafter.ingest.package import A, P
from decks import png_bytes, rewrite_parts

THEME = "ppt/theme/theme1.xml"
MASTER = "ppt/slideMasters/slideMaster1.xml"
RED_GREEN = {"accent1": "B01030", "accent2": "107040", "dk2": "202060", "lt1": "FFFFFF"}
GRADIENT = (
    f'<p:bg xmlns:p="{P[1:-1]}" xmlns:a="{A[1:-1]}"><p:bgPr><a:gradFill><a:gsLst>'
    '<a:gs pos="100000"><a:srgbClr val="102030"/></a:gs>'
    '<a:gs pos="0"><a:schemeClr val="accent1"><a:lumMod val="50000"/></a:schemeClr></a:gs>'
    "</a:gsLst></a:gradFill><a:effectLst/></p:bgPr></p:bg>"
)


def make_house(path: Path, *, background: str = GRADIENT, logo: bytes | None = None, slides: int = 3) -> Path:
    """A deck with a theme, a background on its master, and a logo on every slide."""
    deck = Presentation()
    for _ in range(slides):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        if logo:
            picture = slide.shapes.add_picture(io.BytesIO(logo), Inches(9), Inches(0.2), Inches(0.8), Inches(0.4))
            picture.name = "Logo"
    deck.save(path)
    rewrite_parts(path, {THEME: _themed(path), MASTER: _mastered(path, background)})
    return path


def _part(path: Path, name: str) -> etree._Element:
    with zipfile.ZipFile(path) as archive:
        return etree.fromstring(archive.read(name))


def _themed(path: Path) -> bytes:
    root = _part(path, THEME)
    for slot, value in RED_GREEN.items():
        holder = next(root.iter(f"{A}{slot}"))
        for child in list(holder):
            holder.remove(child)
        etree.SubElement(holder, f"{A}srgbClr", val=value)
    for kind, font in (("majorFont", "Georgia"), ("minorFont", "Segoe UI")):
        next(next(root.iter(f"{A}{kind}")).iter(f"{A}latin")).set("typeface", font)
    return etree.tostring(root)


def _mastered(path: Path, background: str) -> bytes:
    root = _part(path, MASTER)
    held = root.find(f"{P}cSld")
    for old in held.findall(f"{P}bg"):
        held.remove(old)
    if background:
        held.insert(0, etree.fromstring(background))
    return etree.tostring(root)


def referred(number: int, color: str = "bg1") -> str:
    return (
        f'<p:bg xmlns:p="{P[1:-1]}" xmlns:a="{A[1:-1]}"><p:bgRef idx="{number}"><a:schemeClr val="{color}"/></p:bgRef>'
        "</p:bg>"
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> HouseStyle:
    folder = tmp_path_factory.mktemp("house")
    return read_house_style(make_house(folder / "house.pptx", logo=png_bytes(300, 150)))


def test_colours_background_and_logo_are_the_decks(house: HouseStyle) -> None:
    assert (house.primary_color, house.secondary_color) == ("#b01030", "#107040")
    assert (house.backdrop_start, house.backdrop_end) == ("#580818", "#102030")
    assert house.logo is not None
    with Image.open(io.BytesIO(house.logo)) as logo:
        assert (logo.format, logo.size) == ("PNG", (300, 150))


def test_fonts_that_do_not_ship_are_replaced_and_named(house: HouseStyle) -> None:
    assert (house.heading_font, house.font) == ("Literata", "Inter")
    assert house.notes == (
        "Its headings are set in Literata: “Georgia” does not ship with us.",
        "Its texts are set in Inter: “Segoe UI” does not ship with us.",
    )


def test_a_brand_is_made_of_it(house: HouseStyle) -> None:
    kept: list[bytes] = []

    def keep(content: bytes, mime_type: str) -> StoredObject:
        kept.append(content)
        return StoredObject("a" * 64, len(content), mime_type)

    brand = house.as_brand("Acme", keep)

    assert (brand.name, brand.primary_color, brand.heading_font) == ("Acme", "#b01030", "Literata")
    assert brand.backdrop is not None
    assert brand.backdrop.picture is None
    assert kept == [house.logo]


@pytest.mark.parametrize(
    ("background", "expected"),
    [(referred(1001), "#ffffff"), (referred(1001, "accent2"), "#107040"), (referred(9), None), ("", None)],
)
def test_a_background_of_the_theme_is_found(background: str, expected: str | None, tmp_path: Path) -> None:
    found = parse_house(make_house(tmp_path / "house.pptx", background=background, slides=1))

    assert (found["backdrop"] or {"start": None})["start"] == expected
    assert found["logo"] is None


def test_percentages_of_strict_files_are_read(tmp_path: Path) -> None:
    strict = GRADIENT.replace('"100000"', '"100%"').replace('"0"', '"0%"').replace('"50000"', '"50%"')
    usual, written = (make_house(tmp_path / f"{at}.pptx", background=one) for at, one in enumerate((GRADIENT, strict)))

    assert parse_house(written)["backdrop"] == parse_house(usual)["backdrop"]


def test_a_picture_behind_everything_is_the_backdrop(tmp_path: Path) -> None:
    path = tmp_path / "house.pptx"
    deck = Presentation()
    held = io.BytesIO()
    Image.fromarray(np.full((90, 120, 3), (10, 90, 160), np.uint8)).save(held, "JPEG")
    for _ in range(3):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.shapes.add_picture(io.BytesIO(held.getvalue()), 0, 0, deck.slide_width, deck.slide_height)
    deck.save(path)

    style = read_house_style(path)

    assert style.backdrop_picture is not None
    with Image.open(io.BytesIO(style.backdrop_picture)) as picture:
        assert picture.size == (120, 90)
    assert style.logo is None
    assert any("could be a logo" in note for note in style.notes)


def test_a_logo_that_cannot_be_decoded_is_left_out(tmp_path: Path) -> None:
    path = make_house(tmp_path / "house.pptx", logo=png_bytes(40, 20))
    with zipfile.ZipFile(path) as archive:
        media = next(name for name in archive.namelist() if name.startswith("ppt/media/"))
    rewrite_parts(path, {media: png_bytes(40, 20)[:60]})

    assert read_house_style(path).logo is None


def test_what_is_no_deck_never_comes_to_the_parser(tmp_path: Path) -> None:
    path = tmp_path / "house.pptx"
    path.write_bytes(b"no deck")

    with pytest.raises(NotADeck):
        read_house_style(path)


def test_a_picture_of_too_many_pixels_is_refused_by_the_guard(tmp_path: Path) -> None:
    path = make_house(tmp_path / "house.pptx", logo=png_bytes(40, 20))
    with zipfile.ZipFile(path) as archive:
        media = next(name for name in archive.namelist() if name.startswith("ppt/media/"))
        content = bytearray(archive.read(media))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    rewrite_parts(path, {media: bytes(content)})

    with pytest.raises(OversizedPicture):
        read_house_style(path)


def test_a_deck_whose_master_is_gone_says_what_to_do(tmp_path: Path) -> None:
    path = make_house(tmp_path / "house.pptx")
    rewrite_parts(path, {MASTER: b"<broken"})

    with pytest.raises(NoHouseStyle) as refused:
        read_house_style(path)
    assert refused.value.code == "CC-0237"


ANSWER = {"colors": {}, "major": None, "minor": None, "backdrop": None, "logo": None}


@pytest.mark.parametrize(
    "changed",
    [
        {"colors": {"accent1": "red"}},
        {"colors": []},
        {"logo": "bm8gcGljdHVyZQ=="},
        {"logo": "%"},
        {"backdrop": {"start": "#ffffff"}},
        {"major": 7},
    ],
)
def test_nothing_of_the_parsers_answer_is_taken_on_trust(changed: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError, AttributeError)):
        _style({**ANSWER, **changed})


def test_a_deck_without_colours_is_dark_and_plain() -> None:
    style = _style({**ANSWER, "colors": {"dk1": "#101010", "accent1": "#808080"}})

    assert (style.primary_color, style.secondary_color) == ("#101010", "#101010")
    assert len(style.notes) == 2


def test_the_second_colour_is_one_that_can_be_told_from_the_first() -> None:
    style = _style({**ANSWER, "colors": {"accent1": "#4472c4", "accent2": "#3060c0", "accent3": "#d06010"}})

    assert (style.primary_color, style.secondary_color) == ("#4472c4", "#d06010")
    assert any("Office begins with" in note for note in style.notes)
