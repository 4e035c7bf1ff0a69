"""A deck as its reader sees it: slides, and the builds in which each slide appears.

Source: ECMA-376 Part 1, 19.5 (Animation); schema 2.6 (`ppt_slide`, `ppt_animation`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class BlockKind(StrEnum):
    """What a piece of on-screen text is."""

    TITLE = "title"
    SUBTITLE = "subtitle"
    PARAGRAPH = "paragraph"
    TABLE = "table"


class Trigger(StrEnum):
    """What starts a build in the presentation."""

    START = "start"
    CLICK = "click"
    WITH = "with"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class TextBlock:
    """One paragraph or table in reading order.

    Attributes:
        kind: what it is.
        text: a paragraph's text, or a table's cells row by row (cells joined by ", ", rows by newlines).
        level: 0 for top-level text, 1 for a bullet below it, and so on.
        rows: a table's cells, row by row; empty for anything else.
        is_bullet: whether the deck draws a bullet or number before it.
    """

    kind: BlockKind
    text: str
    level: int = 0
    rows: tuple[tuple[str, ...], ...] = ()
    is_bullet: bool = False


@dataclass(frozen=True, slots=True)
class Build:
    """One state of a slide, from one trigger to the next.

    Attributes:
        index: 0 for what stands there when the slide appears, then 1, 2, … in playing order.
        trigger: what starts it.
        blocks: the text that appears with it, in reading order; empty where nothing new can be read.
        picture_key: content key of the state's picture: two states with one key look the same.
    """

    index: int
    trigger: Trigger
    blocks: tuple[TextBlock, ...]
    picture_key: str

    @property
    def text(self) -> str:
        """What appears, as it is spoken: blocks joined by newlines."""
        return "\n".join(block.text for block in self.blocks if block.text.strip())


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide that the audience sees.

    Attributes:
        number: its place in the deck, from 1, hidden slides counted.
        title: its title placeholder's text on one line, or None.
        builds: at least one.
        notes: the speaker's notes, "" where there are none.
        section: name of the deck section it stands in, or None.
        alt_texts: descriptions of its pictures, where the author gave some.
        caveats: what of its animation could not be drawn, as sentences for the report.
    """

    number: int
    title: str | None
    builds: tuple[Build, ...]
    notes: str = ""
    section: str | None = None
    alt_texts: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Deck:
    """A deck that has been read.

    Attributes:
        title: from its properties or its first slide.
        language: BCP 47 tag that most of its text carries ("en-GB", "de-DE"), or "en".
        modified: its own time of last change, ISO 8601 UTC; outputs carry it, so that they do not depend on today.
        slides: the slides that are shown, in order.
        hidden: numbers of the hidden slides, which are left out.
        width_px, height_px: the picture's size; 1920 x 1080.
        missing_fonts: fonts that the deck asks for and this machine lacks.
    """

    title: str
    language: str
    modified: str
    slides: tuple[Slide, ...]
    hidden: tuple[int, ...] = ()
    width_px: int = 1920
    height_px: int = 1080
    missing_fonts: tuple[str, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """A JSON object from which `from_json` makes an equal deck."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Deck:
        """The deck that `to_json` wrote."""
        return cls(
            **{
                **value,
                "slides": tuple(_slide(s) for s in value["slides"]),
                "hidden": tuple(value["hidden"]),
                "missing_fonts": tuple(value["missing_fonts"]),
            }
        )


def _slide(value: dict[str, Any]) -> Slide:
    return Slide(
        **{
            **value,
            "builds": tuple(_build(b) for b in value["builds"]),
            "alt_texts": tuple(value["alt_texts"]),
            "caveats": tuple(value["caveats"]),
        }
    )


def _build(value: dict[str, Any]) -> Build:
    blocks = tuple(block_from_json(b) for b in value["blocks"])
    return Build(value["index"], Trigger(value["trigger"]), blocks, value["picture_key"])


def block_from_json(value: dict[str, Any]) -> TextBlock:
    """The block that `dataclasses.asdict` took apart."""
    rows = tuple(tuple(row) for row in value["rows"])
    return TextBlock(BlockKind(value["kind"]), value["text"], value["level"], rows, value["is_bullet"])
