"""What is to be built."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from coursecrafter.domain.course import Engine

BUILD_ORDER = (Engine.E1, Engine.E4, Engine.E3, Engine.E2)
"""The order in which engines work: what the deck shows first, what is made of it after."""

DEFAULT_PRIMARY = "#1f4e8c"
DEFAULT_SECONDARY = "#f2a33a"


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """An author's order.

    Attributes:
        film: the MP4 of the same deck, if there is one.
        name: the course's name; None: the deck's title.
        code: the course's short code, which also says which course is built again.
        voice: a voice profile; None: a calm one in the deck's language.
        engines: in the order of `BUILD_ORDER`.
    """

    deck: Path
    out: Path
    film: Path | None = None
    documents: tuple[Path, ...] = ()
    name: str | None = None
    code: str | None = None
    voice: str | None = None
    brand_color: str = DEFAULT_PRIMARY
    engines: tuple[Engine, ...] = BUILD_ORDER
