"""The example course: what its script makes is what is committed, and it holds what it promises."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree
from pptx import Presentation

EXAMPLES = Path(__file__).parents[3] / "examples"
DECK = EXAMPLES / "safe-sign-in.pptx"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
P14 = "{http://schemas.microsoft.com/office/powerpoint/2010/main}"


@pytest.fixture(scope="module")
def slides() -> list[etree._Element]:
    return [slide._element for slide in Presentation(str(DECK)).slides]


def test_the_script_makes_exactly_the_committed_deck(tmp_path: Path) -> None:
    made = tmp_path / "deck.pptx"

    subprocess.run([sys.executable, str(EXAMPLES / "make_deck.py"), str(made)], check=True, timeout=60)

    assert made.read_bytes() == DECK.read_bytes()


def test_the_deck_has_three_sections_that_hold_all_its_slides() -> None:
    with zipfile.ZipFile(DECK) as archive:
        presentation = etree.fromstring(archive.read("ppt/presentation.xml"))

    sections = list(presentation.iter(f"{P14}section"))

    assert [section.get("name") for section in sections] == [
        "How passwords fall",
        "A password that holds",
        "Beyond the password",
    ]
    listed = [one.get("id") for section in sections for one in section.iter(f"{P14}sldId")]
    assert listed == [one.get("id") for one in presentation.iter(f"{P}sldId")]


def test_builds_of_every_kind_stand_in_the_deck(slides: list[etree._Element]) -> None:
    effects = [one for slide in slides for one in slide.iter(f"{P}cTn") if one.get("presetClass")]

    assert {one.get("presetClass") for one in effects} == {"entr", "exit", "emph"}
    assert {one.get("nodeType") for one in effects} == {"clickEffect", "withEffect", "afterEffect"}
    built = Counter(_target(slide, one) for slide in slides for one in slide.iter(f"{P}cTn") if one.get("presetClass"))
    assert set(built) == {"sp", "paragraph", "pic", "grpSp", "cxnSp", "chart", "table"}


def test_every_build_names_a_shape_that_stands_on_its_slide(slides: list[etree._Element]) -> None:
    for slide in slides:
        shapes = [one.get("id") for one in slide.iter(f"{P}cNvPr")]

        assert len(shapes) == len(set(shapes))
        assert {one.get("spid") for one in slide.iter(f"{P}spTgt", f"{P}bldP", f"{P}bldGraphic")} <= set(shapes)
        times = [one.get("id") for one in slide.iter(f"{P}cTn")]
        assert len(times) == len(set(times))


def test_every_picture_table_and_chart_has_an_alt_text(slides: list[etree._Element]) -> None:
    shown = [one for slide in slides for one in slide.iter(f"{P}pic", f"{P}graphicFrame")]

    assert len(shown) > 10
    assert all(next(one.iter(f"{P}cNvPr")).get("descr") for one in shown)


def test_one_slide_is_hidden_and_each_has_notes() -> None:
    slides = list(Presentation(str(DECK)).slides)

    assert [number for number, slide in enumerate(slides, 1) if slide._element.get("show") == "0"] == [5]
    assert all(slide.notes_slide.notes_text_frame.text.endswith(".") for slide in slides)


def _target(slide: etree._Element, effect: etree._Element) -> str:
    target = next(effect.iter(f"{P}spTgt"))
    if target.find(f"{P}txEl") is not None:
        return "paragraph"
    holder = slide.xpath(f".//*[local-name()='cNvPr'][@id='{target.get('spid')}']/../..")[0]
    kind = str(etree.QName(holder).localname)
    if kind != "graphicFrame":
        return kind
    return "chart" if holder.xpath(".//*[local-name()='chart']") else "table"
