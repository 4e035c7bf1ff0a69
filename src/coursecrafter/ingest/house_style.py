"""An organisation's own deck as a template: its colours, type, logo and background, as a brand for videos.

The deck is a stranger's: guard, parse in the sandbox, check the answer. Type that does not ship with the product is set
in what is nearest to it, and said so.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coloraide import Color

from coursecrafter.domain.course import Backdrop, Brand
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import VideoError
from coursecrafter.ingest.guard import check_deck
from coursecrafter.ingest.sandbox import parse_sandboxed
from coursecrafter.media.fonts import FAMILIES, FONT_FAMILY

SERIF_FAMILY = "Literata"
SERIFS = re.compile(
    r"serif(?<!sans serif)|times|georgia|garamond|cambria|palatino|book antiqua|bookman|century|caladea|didot|bodoni|"
    r"baskerville|merriweather|literata|playfair|lora\b|crimson|charter|constantia|minion|sabon|roman\b|slab|rockwell",
    re.IGNORECASE,
)
COLOR = re.compile("#[0-9a-f]{6}")
LEAST_CHROMA, LEAST_HUE_APART = 0.045, 28.0
PNG = b"\x89PNG\r\n\x1a\n"
PNG_TYPE = "image/png"
OFFICE_COLORS = frozenset({"#4472c4", "#4f81bd", "#5b9bd5", "#156082"})
"""First accents of the themes that Office begins every deck with: nobody's brand, but better than none."""


class NoHouseStyle(VideoError):
    """A deck says nothing of how an organisation's slides look."""

    code = "CC-0237"
    status = 422
    remedy = "Give a deck or template (.pptx) of your organisation that has a slide, or set the colours by hand."


@dataclass(frozen=True, slots=True)
class HouseStyle:
    """What a deck looks like.

    Attributes:
        primary_color, secondary_color: `#rrggbb`.
        heading_font, font: families that ship with the product.
        logo: a PNG, if a picture repeats on the slides.
        backdrop_start, backdrop_end: `#rrggbb` of the background's gradient; equal for one colour.
        backdrop_picture: a PNG that covers it.
        notes: sentences on what is not as in the deck.
    """

    primary_color: str
    secondary_color: str
    heading_font: str
    font: str
    logo: bytes | None
    backdrop_start: str
    backdrop_end: str
    backdrop_picture: bytes | None
    notes: tuple[str, ...]

    def as_brand(self, name: str, keep: Callable[[bytes, str], StoredObject]) -> Brand:
        """The brand of the organisation of this name.

        Args:
            keep: stores bytes of a MIME type, as `ObjectStore.put_bytes`.
        """
        picture = keep(self.backdrop_picture, PNG_TYPE) if self.backdrop_picture else None
        return Brand(
            name,
            self.primary_color,
            self.secondary_color,
            logo=keep(self.logo, PNG_TYPE) if self.logo else None,
            font=self.font,
            heading_font=self.heading_font,
            backdrop=Backdrop(self.backdrop_start, self.backdrop_end, picture),
        )


def read_house_style(path: Path) -> HouseStyle:
    """Read what a deck looks like.

    Args:
        path: a .pptx file from outside.

    Raises:
        IngestError: what the guard refuses (CC-0102 to CC-0116).
        NoHouseStyle: CC-0237, there is nothing to be read.
    """
    check_deck(path)
    answer, run = parse_sandboxed("coursecrafter.ingest.house_parser", [], path)
    try:
        return _style(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        detail = f"{error!r}, parser ended with {run.returncode}: {run.output}"
        raise NoHouseStyle("The deck's own look cannot be read.", detail=detail) from error


def _style(answer: Mapping[str, Any]) -> HouseStyle:
    colors = {str(slot): _color(value) for slot, value in answer["colors"].items()}
    primary, secondary = _two_colors(colors)
    heading, body = (_shipped(answer[kind]) for kind in ("major", "minor"))
    backdrop = answer["backdrop"] or {"start": "#ffffff", "end": "#ffffff", "picture": None}
    logo = _png(answer["logo"])
    notes = [*_font_notes("headings", answer["major"], heading), *_font_notes("texts", answer["minor"], body)]
    if logo is None:
        notes.append("No picture repeats on its slides that could be a logo; the name stands in its place.")
    if answer["backdrop"] is None:
        notes.append("Its background cannot be told; white stands in its place.")
    if primary in OFFICE_COLORS:
        notes.append("Its colours are those that Office begins with.")
    start, end = _color(backdrop["start"]), _color(backdrop["end"])
    return HouseStyle(primary, secondary, heading, body, logo, start, end, _png(backdrop["picture"]), tuple(notes))


def _two_colors(colors: Mapping[str, str]) -> tuple[str, str]:
    """The first accent that is a colour, and the first one after it that a glance tells from it."""
    slots = [*(f"accent{number}" for number in range(1, 7)), "dk2", "lt2"]
    tried = [(name, Color(name).convert("oklch")) for slot in slots if (name := colors.get(slot))]
    vivid = [(name, color) for name, color in tried if color["chroma"] >= LEAST_CHROMA]
    if not vivid:
        dark = colors.get("dk2") or colors.get("dk1") or Brand("").primary_color
        return dark, colors.get("accent2", dark)
    (primary, leading), *others = vivid
    apart = [name for name, color in others if _hue_apart(leading["hue"], color["hue"]) >= LEAST_HUE_APART]
    rest = [name for name, _ in others if name != primary]
    return primary, next(iter([*apart, *rest]), primary)


def _hue_apart(one: float, other: float) -> float:
    return min((one - other) % 360, (other - one) % 360)


def _shipped(family: str | None) -> str:
    if family in FAMILIES:
        return str(family)
    return SERIF_FAMILY if SERIFS.search(family or "") else FONT_FAMILY


def _font_notes(what: str, wanted: str | None, shipped: str) -> list[str]:
    return [] if wanted in {None, shipped} else [f"Its {what} are set in {shipped}: “{wanted}” does not ship with us."]


def _color(value: str) -> str:
    if not COLOR.fullmatch(value):
        raise ValueError(value)
    return value


def _png(encoded: str | None) -> bytes | None:
    if encoded is None:
        return None
    content = base64.b64decode(encoded, validate=True)
    if not content.startswith(PNG):
        raise ValueError(content[:8])
    return content
