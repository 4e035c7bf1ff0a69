"""What the voice is asked to say is what stands in the deck's XML, word for word, slide by slide.

The deck is read here with zipfile and lxml alone: what stands on a slide is found without a line of the product's own
reader. COURSECRAFTER_TEST_DECKS names a folder of decks; without it the example stands in.
"""

from __future__ import annotations

import os
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from lxml import etree

from coursecrafter.authoring.deck_plan import plan_lessons
from coursecrafter.gateway.ports import Purpose
from coursecrafter.gateway.speech_step import speak_texts
from coursecrafter.ingest.deck_reader import read_deck
from decks import Sketch, add_chart, add_group, add_slide_number, add_table, add_text, appear, make_deck
from narration import make_workbench
from system.courses import EXAMPLE

FOLDER = os.environ.get("COURSECRAFTER_TEST_DECKS")
DECKS = [EXAMPLE, *(sorted(Path(FOLDER).glob("*.pptx")) if FOLDER else [])]
NS = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "d": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
R_ID = f"{{{NS['r']}}}id"
UNSEEN = (
    "ancestor::mc:Fallback | ancestor::p:sp[p:nvSpPr/p:nvPr/p:ph[@type='sldNum' or @type='dt' or @type='ftr']]"
    " | ancestor::*[*/p:cNvPr[@hidden='1' or @hidden='true']]"
    " | ancestor::a:fld[starts-with(@type, 'slidenum') or starts-with(@type, 'datetime')]"
)

LOW = (0.6, 6.95)
"""Inches from the left and from above."""


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text)


class Xml:
    """A deck's parts, as they lie in the ZIP."""

    def __init__(self, deck: Path) -> None:
        self._zip = zipfile.ZipFile(deck)

    def root(self, part: str) -> etree._Element:
        return etree.fromstring(self._zip.read(part).replace(b"http://purl.oclc.org/ooxml/", b"strict:"))

    def targets(self, part: str) -> dict[str, str]:
        folder, name = posixpath.split(part)
        rels = self.root(f"{folder}/_rels/{name}.rels")
        return {
            one.get("Id", ""): posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/")
            for one in rels
        }

    def shown_slides(self) -> Iterator[tuple[int, str]]:
        targets = self.targets("ppt/presentation.xml")
        listed = self.root("ppt/presentation.xml").xpath("p:sldIdLst/p:sldId", namespaces=NS)
        for number, one in enumerate(listed, 1):
            part = targets[one.get(R_ID)]
            if self.root(part).get("show") not in {"0", "false"}:
                yield number, part

    def words_on(self, part: str) -> Counter[str]:
        """The words of a slide: text, tables, titles of charts and their axes, nodes of diagrams."""
        root, targets = self.root(part), self.targets(part)
        found = [*paragraphs(root)]
        for chart in root.xpath("//c:chart/@r:id", namespaces=NS):
            found += chart_words(self.root(targets[chart]))
        for diagram in root.xpath("//d:relIds/@r:dm", namespaces=NS):
            model = self.root(targets[diagram])
            found += [
                "".join(p.itertext())
                for p in model.xpath("//d:pt[not(@type) or @type='node' or @type='asst']/d:t/a:p", namespaces=NS)
            ]
        return Counter(word for text in found for word in words(text))


def chart_words(chart: etree._Element) -> list[str]:
    shown = "not(../c:delete[@val='1'])"
    titles = chart.xpath(f"//c:chart/c:title//a:p | //c:plotArea/*/c:title[{shown}]//a:p", namespaces=NS)
    return ["".join(title.xpath(".//a:t/text()", namespaces=NS)) for title in titles]


def paragraphs(root: etree._Element) -> Iterator[str]:
    for paragraph in root.xpath("//p:cSld//a:p", namespaces=NS):
        runs = paragraph.xpath(f".//a:t[not({UNSEEN})] | .//a:br", namespaces=NS)
        yield "".join(run.text or "" if run.tag.endswith("}t") else "\n" for run in runs)


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """Every kind of text, with builds, a hidden slide and a slide number."""

    def draw(slide: object) -> None:
        add_text(slide, "Note", "Read me – 2 × 3")
        add_table(slide, "Table", [["Part", "Price"], ["Pump", "40 €"]])
        add_chart(slide, "Chart", "Sales by region")
        add_group(slide, "Group", "One", "Two")
        add_slide_number(slide)

    return make_deck(
        tmp_path / "mixed.pptx",
        [
            Sketch(title="All kinds", draw=draw, effects=(appear("Table"), appear("Chart"))),
            Sketch(title="Steps & “quotes”", bullets=("First\vline", "<b>Second</b>"), effects=(appear("Content", 0),)),
        ],
    )


def judge(deck: Path, folder: Path) -> dict[int, tuple[Counter[str], Counter[str]]]:
    """By slide: the words that are on it, and the words that the voice is asked to say."""
    workbench = make_workbench(folder)
    lessons = plan_lessons(read_deck(deck), "Course")
    said: dict[int, Counter[str]] = {}
    for segment in (one for lesson in lessons for scene in lesson.scenes for one in scene.segments):
        workbench.gateway.spoken.clear()
        speak_texts(
            workbench.bench.steps,
            workbench.bench.store,
            workbench.gateway,
            [segment.text],
            language="en",
            voice="en_female_neutral_1",
            purpose=Purpose(UUID(int=1), None, None, "speech"),
        )
        number = int((segment.source_ref or "").partition(".")[0])
        # A text that was spoken before is found again, and is the same.
        asked = workbench.gateway.spoken or [segment.text]
        said[number] = said.get(number, Counter()) + Counter(words(" ".join(asked)))
    xml = Xml(deck)
    return {number: (xml.words_on(part), said.get(number, Counter())) for number, part in xml.shown_slides()}


def test_every_kind_of_text_is_spoken_as_it_stands(mixed: Path, tmp_path: Path) -> None:
    judged = judge(mixed, tmp_path)

    assert len(judged) == 2
    assert sum(judged[1][0].values()) > 12
    for shown, said in judged.values():
        assert said == shown


@pytest.mark.parametrize("deck", DECKS, ids=lambda deck: deck.stem)
def test_a_deck_is_spoken_as_it_stands(deck: Path, tmp_path: Path) -> None:
    wrong = {
        number: (dict(shown - said), dict(said - shown))
        for number, (shown, said) in judge(deck, tmp_path).items()
        if shown != said
    }

    assert not wrong, f"by slide, shown but not said, and said but not shown: {wrong}"


def test_a_footer_is_all_that_is_shown_and_not_said(tmp_path: Path) -> None:
    footers = [f"Acme GmbH · Confidential · {number}" for number in range(1, 6)]
    deck = make_deck(
        tmp_path / "footers.pptx",
        [
            Sketch(
                f"Topic {place}", (f"Point {place}",), draw=lambda slide, text=text: add_text(slide, "F", text, at=LOW)
            )
            for place, text in enumerate(footers, 11)
        ],
    )

    judged = judge(deck, tmp_path)

    assert [shown - said for shown, said in judged.values()] == [Counter(words(footer)) for footer in footers]
    assert [said - shown for shown, said in judged.values()] == [Counter()] * 5
