"""A brand's colours, made fit for reading.

Source: WCAG 2.2, 1.4.3 Contrast (Minimum).
"""

from __future__ import annotations

from dataclasses import dataclass

from coloraide import Color

from coursecrafter.domain.course import Brand

WHITE = "#ffffff"
BLACK = "#000000"
READABLE = 4.6


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a book, each `#rrggbb`.

    Attributes:
        primary, secondary: the brand's.
        deep, light, pale: the primary colour darker, lighter, and as a tint of the paper.
        ink: the primary colour, dark enough for text on white.
        on_primary: text on the primary colour.
    """

    primary: str
    secondary: str
    deep: str
    light: str
    pale: str
    ink: str
    on_primary: str


def make_palette(brand: Brand) -> Palette:
    """Derive a book's colours from a brand's two."""
    primary = Color(brand.primary_color)
    return Palette(
        primary=_hex(primary),
        secondary=_hex(Color(brand.secondary_color)),
        deep=_hex(_with_lightness(primary, -0.12)),
        light=_hex(_with_lightness(primary, 0.12)),
        pale=_hex(primary.mix(WHITE, 0.92, space="oklab")),
        ink=_ink(primary),
        on_primary=max((WHITE, BLACK), key=lambda ink: Color(ink).contrast(primary)),
    )


def _ink(primary: Color) -> str:
    """The colour itself or the first darker one that can be read on white; the last is black, which can."""
    darker = (Color(_hex(_with_lightness(primary, -0.05 * step))) for step in range(21))
    return _hex(next(colour for colour in darker if colour.contrast(WHITE) >= READABLE))


def _with_lightness(colour: Color, change: float) -> Color:
    moved = colour.convert("oklch")
    moved["lightness"] = min(1.0, max(0.0, moved["lightness"] + change))
    return moved


def _hex(colour: Color) -> str:
    return colour.convert("srgb").fit("srgb").to_string(hex=True)
