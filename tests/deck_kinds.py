"""One deck with builds of every kind, and how tests read and draw it."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from coursecrafter.domain.deck import Deck, Slide
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.slide_pictures import draw_builds
from decks import (
    Effect,
    Sketch,
    add_box,
    add_chart,
    add_connector,
    add_group,
    add_picture,
    add_slide_number,
    add_table,
    add_text,
    appear,
    leave,
)

Pixels = npt.NDArray[np.uint8]
LONG_TITLE = " ".join(["Thermodynamics"] * 33)[:500].strip()
FITTED = tuple(
    f"Point {number} is long enough to be broken into two lines when it stands in its box" for number in range(9)
)


def _connected(slide: object) -> None:
    left = add_box(slide, "Left", "Pump", at=(1, 2))
    right = add_box(slide, "Right", "Valve", at=(8, 5))
    add_connector(slide, "Line", left, right)


def _two_texts(slide: object) -> None:
    add_text(slide, "First", "What stands there", at=(1, 2))
    add_text(slide, "Second", "What comes with it", at=(1, 3))
    add_text(slide, "Third", "What follows by itself", at=(1, 4))


def _coloured(slide: object) -> None:
    add_box(slide, "Box", "Surface and text", at=(1, 2), size=(6, 2))


KINDS = {
    "shape": Sketch("By shape", draw=lambda s: add_box(s, "Box", "A box"), effects=(appear("Box"),)),
    "paragraph": Sketch("By paragraph", FITTED, effects=[appear("Content", n) for n in range(9)]),
    "with": Sketch("With", draw=_two_texts, effects=(appear("First"), appear("Second").along())),
    "after": Sketch("After", draw=_two_texts, effects=(appear("First"), appear("Third").after())),
    "opening": Sketch("Opening", draw=_two_texts, effects=(appear("First").along(), appear("Second").after())),
    "exit": Sketch("Exit", draw=_two_texts, effects=(leave("First"), appear("Second"))),
    "emphasis": Sketch("Emphasis", draw=_two_texts, effects=(Effect("First", "emph"), appear("Second"))),
    "picture": Sketch(
        "Picture", draw=lambda s: add_picture(s, "Stripes", description="Two stripes"), effects=(appear("Stripes"),)
    ),
    "connector": Sketch("Connector", draw=_connected, effects=(appear("Line"), appear("Right"))),
    "table": Sketch(
        "Table", draw=lambda s: add_table(s, "Table", [["Part", "Price"], ["Pump", "40"]]), effects=(appear("Table"),)
    ),
    "group": Sketch("Group", draw=lambda s: add_group(s, "Group", "One", "Two"), effects=(appear("Group"),)),
    "title": Sketch("Title comes late", ("What is there",), effects=(appear("Title"),)),
    "chart": Sketch(
        "Chart",
        draw=lambda s: add_chart(s, "Chart", "Sales by region"),
        effects=[
            Effect(
                "Chart", part=f'<p:graphicEl><a:chart seriesIdx="{n}" categoryIdx="-3" bldStep="series"/></p:graphicEl>'
            )
            for n in (0, 1)
        ],
    ),
    "path": Sketch("Motion", draw=_two_texts, effects=(Effect("First", "path"),)),
    "characters": Sketch(
        "Characters", draw=_two_texts, effects=(Effect("First", part='<p:txEl><p:charRg st="0" end="4"/></p:txEl>'),)
    ),
    "surface": Sketch("Surface", draw=_coloured, effects=(appear("Box", 0), Effect("Box", part="<p:bg/>"))),
    "no text": Sketch(None, draw=lambda s: add_picture(s, "Stripes")),
    "hidden": Sketch("Never shown", is_hidden=True),
    "numbered": Sketch("Numbered", draw=add_slide_number, notes="Say hello.\nThen go on."),
    "repeated": Sketch("Same title", ("Same text",)),
    "repeated again": Sketch("Same title", ("Same text",)),
    "long": Sketch(LONG_TITLE),
    "arabic": Sketch("مقدمة في السلامة", ("الخطوة الأولى", "الخطوة الثانية"), effects=(appear("Content", 1),)),
    "chinese": Sketch("安全培训", ("第一步：检查设备", "第二步：启动"), effects=(appear("Content", 1),)),
}


@dataclass(frozen=True)
class Drawn:
    """A deck with all its pictures."""

    path: Path
    deck: Deck
    pngs: dict[tuple[int, int], bytes]

    def slide(self, kind: str) -> Slide:
        """The slide of this kind."""
        return next(slide for slide in self.deck.slides if slide.number == number_of(kind))

    def pixels(self, kind: str, build: int) -> Pixels:
        """1080 x 1920 x 3."""
        return to_pixels(self.pngs[number_of(kind), build])


def number_of(kind: str) -> int:
    """The number of the slide of this kind."""
    return list(KINDS).index(kind) + 1


def to_pixels(png: bytes) -> Pixels:
    """Decode a PNG."""
    with Image.open(io.BytesIO(png)) as picture:
        return np.asarray(picture.convert("RGB"))


def draw_all(path: Path) -> Drawn:
    """Read a deck and draw all of it."""
    deck = read_deck(path)
    wanted = [(slide.number, build.index) for slide in deck.slides for build in slide.builds]
    return Drawn(path, deck, dict(draw_builds(path, deck, wanted)))
