"""A film or a recording that plays in a segment's place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from fractions import Fraction
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
class ClipPlayback:
    """How a clip is played, other than whole, upright and aloud: what its deck's author chose. Its file stays as it is.

    Attributes:
        start_ms, end_ms: cut off its beginning and its end.
        fade_in_ms, fade_out_ms: how long it comes and goes, of what is left.
        is_muted: whether its sound is left out.
        crop: cut off its pictures on the left, at the top, on the right and at the bottom, in 1/100 000 of their width
            and height.
        is_mirrored: whether left and right change sides, before its pictures are turned.
        turns: how often its pictures are turned clockwise by 90 degrees, 0 to 3.
        fills_box: whether it takes all of its place, as a film on a slide does; else it keeps its own shape there.
    """

    start_ms: int = 0
    end_ms: int = 0
    fade_in_ms: int = 0
    fade_out_ms: int = 0
    is_muted: bool = False
    crop: tuple[int, int, int, int] = (0, 0, 0, 0)
    is_mirrored: bool = False
    turns: int = 0
    fills_box: bool = False

    @property
    def heard(self) -> Mapping[str, Any]:
        """What of it changes the sound, as a JSON object; empty where nothing does."""
        return {name: value for name, value in self.to_json().items() if name in _HEARD}

    @property
    def seen(self) -> Mapping[str, Any]:
        """What of it changes the pictures, as a JSON object; empty where nothing does."""
        return {name: value for name, value in self.to_json().items() if name != "is_muted"}

    def leaves_nothing_of(self, lasts_s: Fraction) -> bool:
        """Whether a file that lasts so many seconds would be cut off whole."""
        return 0 < lasts_s * 1000 <= self.start_ms + self.end_ms

    def span_s(self, lasts_s: Fraction) -> tuple[Fraction, Fraction | None]:
        """When it begins and ends in its file, in seconds; None: with the file.

        Args:
            lasts_s: of the file; 0 where it is not known, and then nothing is cut off its end.
        """
        if self.leaves_nothing_of(lasts_s):
            return Fraction(0), None
        end_s = lasts_s - Fraction(self.end_ms, 1000) if self.end_ms and lasts_s else None
        return Fraction(self.start_ms, 1000), end_s

    def to_json(self) -> Mapping[str, Any]:
        """A JSON object from which `from_json` makes an equal playback: what is not as the file has it."""
        chosen = {one.name: getattr(self, one.name) for one in fields(self)}
        plain = {one.name: one.default for one in fields(self)}
        return {
            name: list(value) if name == "crop" else value for name, value in chosen.items() if value != plain[name]
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> ClipPlayback:
        """The playback that `to_json` wrote; what cannot be is put right, since a stranger's deck may be behind it."""
        left, top, right, bottom = (_within(one, WHOLE) for one in value.get("crop", cls().crop))
        is_left = left + right < WHOLE and top + bottom < WHOLE
        return cls(
            **{name: _within(value.get(name, 0), LONGEST_MS) for name in _TIMES},
            is_muted=bool(value.get("is_muted")),
            crop=(left, top, right, bottom) if is_left else cls().crop,
            is_mirrored=bool(value.get("is_mirrored")),
            turns=int(value.get("turns", 0)) % 4,
            fills_box=bool(value.get("fills_box")),
        )


WHOLE = 100_000
"""A whole width or height, as a crop counts it."""
LONGEST_MS = 24 * 3600 * 1000
_TIMES = ("start_ms", "end_ms", "fade_in_ms", "fade_out_ms")
_HEARD = (*_TIMES, "is_muted")


def _within(value: Any, most: int) -> int:
    return min(max(int(value), 0), most)


AS_IT_IS = ClipPlayback()


@dataclass(frozen=True, slots=True)
class SegmentClip:
    """A clip and its place.

    Attributes:
        stored: an MP4; or a recording, which sounds while the segment's picture stands.
        box: where it plays; None: it fills the frame.
        name: its file's own.
        playback: how it is played.
    """

    stored: StoredObject
    box: ClipBox | None = None
    name: str = ""
    playback: ClipPlayback = AS_IT_IS

    @property
    def is_sound(self) -> bool:
        """Whether there is nothing to be seen of it."""
        return self.stored.mime_type.startswith("audio/")
