"""A film or a recording that plays in a segment's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from coursecrafter.domain.stored import StoredObject

SEGMENT_CLIP = "segment_clip"
"""Role of the asset that holds it."""
PLACES = 6
"""Decimal places of a fraction: finer than a pixel of any picture."""


@dataclass(frozen=True, slots=True)
class ClipBox:
    """Where a clip plays on its slide's picture, as fractions of the picture's width and height from the top left."""

    left: float
    top: float
    width: float
    height: float

    def to_json(self) -> Mapping[str, float]:
        """A JSON object from which `from_json` makes an equal box."""
        return {name: round(value, PLACES) for name, value in asdict(self).items()}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ClipBox:
        """The box that `to_json` wrote."""
        return cls(**{name: float(value[name]) for name in ("left", "top", "width", "height")})


@dataclass(frozen=True, slots=True)
class SegmentClip:
    """A clip and its place.

    Attributes:
        stored: an MP4; or a recording, which sounds while the segment's picture stands.
        box: where it plays; None: it fills the frame.
        name: its file's own.
    """

    stored: StoredObject
    box: ClipBox | None = None
    name: str = ""

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to be seen of it."""
        return self.stored.mime_type.startswith("audio/")
