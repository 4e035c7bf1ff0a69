"""A deck as its reader sees it: slides, and the builds in which each slide appears.

Source: ECMA-376 Part 1, 19.5 (Animation); schema 2.6 (`ppt_slide`, `ppt_animation`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from coursecrafter.domain.clip import AS_IT_IS, ClipBox, ClipPlayback
from coursecrafter.domain.stored import StoredObject


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
        script: what is spoken instead of what appears; None: that.
    """

    index: int
    trigger: Trigger
    blocks: tuple[TextBlock, ...]
    picture_key: str
    script: str | None = None

    @property
    def text(self) -> str:
        """What appears: blocks joined by newlines."""
        return "\n".join(block.text for block in self.blocks if block.text.strip())

    @property
    def spoken(self) -> str:
        """What is said while it stands: exactly what appears, unless an author chose otherwise."""
        return self.text if self.script is None else self.script


@dataclass(frozen=True, slots=True)
class SlideClip:
    """A film or recording that plays on a slide.

    Attributes:
        part: of the deck, that holds it.
        name: as its author knows it.
        is_sound: whether there is nothing to be seen of it.
        build: after what is said of this one it plays.
        box: where it plays on the slide's picture; None for a recording.
        stored: its bytes, once they were taken out of the deck.
        playback: how it is played.
    """

    part: str
    name: str
    is_sound: bool
    build: int
    box: ClipBox | None = None
    stored: StoredObject | None = None
    playback: ClipPlayback = AS_IT_IS


@dataclass(frozen=True, slots=True)
class Slide:
    """A slide that the audience sees.

    Attributes:
        number: its place in the deck, from 1, hidden slides counted.
        title: its title placeholder's text on one line, of a slide without text what its picture is called, or None.
        builds: at least one.
        notes: the speaker's notes, "" where there are none.
        section: name of the deck section it stands in, or None.
        alt_texts: descriptions of its pictures, where the author gave some.
        caveats: what of its animation could not be drawn or played, as sentences for the report.
        clips: what plays on it, in playing order.
    """

    number: int
    title: str | None
    builds: tuple[Build, ...]
    notes: str = ""
    section: str | None = None
    alt_texts: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()
    clips: tuple[SlideClip, ...] = ()


@dataclass(frozen=True, slots=True)
class MissingFont:
    """A font that a deck asks for and this machine lacks.

    Attributes:
        name: its family.
        substitute: the family that is drawn with instead; "" where it is not known.
        has_same_widths: whether that one was made to have its widths, so that lines break where they did.
    """

    name: str
    substitute: str = ""
    has_same_widths: bool = False

    @property
    def sentence(self) -> str:
        """What a person is told of it."""
        if not self.substitute:
            return f"The font “{self.name}” is missing on this machine."
        if self.has_same_widths:
            return f"The font “{self.name}” is missing; {self.substitute}, which has its widths, stands in."
        return f"The font “{self.name}” is missing; {self.substitute} stands in, and lines may break elsewhere."


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
    missing_fonts: tuple[MissingFont, ...] = field(default=())

    def caveats(self, numbers: Iterable[int]) -> tuple[str, ...]:
        """Sentences on what of these slides could not be drawn as it is."""
        wanted = frozenset(numbers)
        shown = [slide for slide in self.slides if slide.number in wanted]
        animation = [f"Slide {slide.number}: {caveat}" for slide in shown for caveat in slide.caveats]
        return (*(font.sentence for font in self.missing_fonts), *animation)

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
                "missing_fonts": tuple(map(_font, value["missing_fonts"])),
            }
        )


def _font(value: dict[str, Any] | str) -> MissingFont:
    """Of decks that were read before substitutes were looked for only the name is known."""
    return MissingFont(value) if isinstance(value, str) else MissingFont(**value)


def _slide(value: dict[str, Any]) -> Slide:
    return Slide(
        **{
            **value,
            "builds": tuple(_build(b) for b in value["builds"]),
            "alt_texts": tuple(value["alt_texts"]),
            "caveats": tuple(value["caveats"]),
            # Decks that were read before films were taken out of them hold none.
            "clips": tuple(_clip(c) for c in value.get("clips", ())),
        }
    )


def _clip(value: dict[str, Any]) -> SlideClip:
    box, stored = value["box"], value["stored"]
    placed = {"box": ClipBox.from_json(box) if box else None, "stored": StoredObject(**stored) if stored else None}
    # Decks that were read before trims and crops were kept to hold none.
    return SlideClip(**{**value, **placed, "playback": ClipPlayback.from_json(value.get("playback", {}))})


def _build(value: dict[str, Any]) -> Build:
    blocks = tuple(block_from_json(b) for b in value["blocks"])
    # Decks that were read before authors could choose another script hold none.
    return Build(value["index"], Trigger(value["trigger"]), blocks, value["picture_key"], value.get("script"))


def block_from_json(value: dict[str, Any]) -> TextBlock:
    """The block that `dataclasses.asdict` took apart."""
    rows = tuple(tuple(row) for row in value["rows"])
    return TextBlock(BlockKind(value["kind"]), value["text"], value["level"], rows, value["is_bullet"])
