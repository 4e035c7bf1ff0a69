"""What is to be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coursecrafter.authoring.deck_notes import ScriptSource
from coursecrafter.domain.course import Engine
from coursecrafter.domain.look import Shape

BUILD_ORDER = (Engine.E1, Engine.E4, Engine.E3, Engine.E2)
"""The order in which engines work: what the deck shows first, what is made of it after."""

FILM_SUFFIXES = frozenset({".mp4", ".m4v"})
DEFAULT_PRIMARY = "#1f4e8c"
DEFAULT_SECONDARY = "#f2a33a"


@dataclass(frozen=True, slots=True)
class BuildOrder:
    """An author's order.

    Attributes:
        deck: a PPTX; or an MP4 that has no deck, and becomes one.
        film: the MP4 of the same deck, if there is one.
        notes: what is said over an MP4 that has no deck: text, document or captions.
        name: the course's name; None: the deck's title.
        code: the course's short code, which also says which course is built again.
        voice: a voice profile; None: a calm one in the deck's language.
        script: what the narrated video says: what stands on the slides, or their notes; None: as the course says.
        effects: how videos look, as the settings of a render job say it (`transition`, `text`, `template` …).
        shapes: of the branded video; each gives a video of its own.
        music: a recording that lies under the videos.
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
    script: ScriptSource | None = None
    effects: Mapping[str, Any] = field(default_factory=dict)
    shapes: tuple[Shape, ...] = (Shape.WIDE,)
    music: Path | None = None
    notes: Path | None = None

    @property
    def is_film_alone(self) -> bool:
        """Whether there is no deck."""
        return self.deck.suffix.lower() in FILM_SUFFIXES
