"""Where a line may not end, or may well: figures keep their units, compounds part at their own hyphens. Pure text."""

from __future__ import annotations

import re

UNITS = frozenset({
    "%", "‰", "€", "$", "£", "¥", "EUR", "USD", "GBP", "CHF", "°C", "°F", "K", "g", "kg", "mg", "t", "km", "m", "cm",
    "mm", "µm", "h", "min", "s", "ms", "l", "ml", "km/h", "m/s", "kW", "kWh", "W", "V", "A", "Hz", "kHz", "MHz", "GHz",
    "kB", "MB", "GB", "TB", "J", "kJ", "MJ", "N", "kN", "Pa", "kPa", "MPa", "bar", "psi", "rpm", "dB", "Uhr", "px",
    "pt", "Mio", "Mrd",
})  # fmt: skip
"""As they are written; a letter in the other case is another unit or a word."""
BEFORE_FIGURES = frozenset({
    "§", "§§", "Art", "Abs", "Nr", "No", "Fig", "Abb", "Tab", "Kap", "Ch", "Sec", "Vol", "Bd", "Bl", "S", "p", "ca",
    "e.g", "i.e", "z.B", "d.h",
})  # fmt: skip
"""What announces the figure after it."""
TITLES = frozenset({"Dr", "Prof", "Mr", "Mrs", "Ms", "St", "vs", "Mio", "Mrd", "bzw", "ca"})
CLOSING = ".,;:!?)”’»…"
_FIGURE = re.compile(r"^[(\[“‘«„]?[-−±~≈<>≤≥]?[\d¼½¾][\d.,:/–-]*$")
_PARTS = re.compile(r"(?<=[^\W\d_]{2})[-‐–—/](?=[^\W\d_]{2})")


def stays_with(before: str, after: str) -> bool:
    """Whether no line ends between two words: between "72" and "h", "Art." and "6"."""
    is_unit = after.rstrip(CLOSING) in UNITS and bool(_FIGURE.match(before))
    is_figure = before.lstrip("(").rstrip(".") in BEFORE_FIGURES and bool(_FIGURE.match(after.rstrip(CLOSING)))
    return is_unit or is_figure


def parts_of(word: str) -> tuple[str, ...]:
    """A word in the parts that its own hyphens and strokes join, each with the mark that ends it."""
    ends = [found.end() for found in _PARTS.finditer(word)]
    return tuple(word[start:end] for start, end in zip([0, *ends], [*ends, len(word)], strict=True))


def goes_on(before: str, after: str) -> bool:
    """Whether a sentence goes on after a word that ends in a full stop: "Dr. Weiß", "e.g. two", "Mio. €"."""
    if not before.endswith("."):
        return False
    bare = before.lstrip("([“‘«„\"'").rstrip(".")
    is_short = bare in TITLES or bare in BEFORE_FIGURES or (len(bare) == 1 and bare.isalpha())
    return is_short or after[:1].islower() or after.rstrip(CLOSING) in UNITS
