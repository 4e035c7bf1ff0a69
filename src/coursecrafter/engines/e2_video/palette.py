"""Colours of a video, worked out in OKLCH from the two colours of a brand, whatever they are.

A palette has four grounds: a light one tinted like the brand, the brand's own, a plain paper, and the white of a card.
Which scene stands on which, its template says. Each ground brings its inks. The contrast of every text with what lies
behind it is at least 4.5:1, also of words still to come, which are drawn weaker.

Source: WCAG 2.2, 1.4.3 Contrast (Minimum).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

from coloraide import Color

from coursecrafter.domain.course import Brand

RGB = tuple[int, int, int]
Shade = Callable[[float], RGB]
"""The colour of one lightness, 0 to 1."""

TEXT_CONTRAST = 4.5
DIM_CONTRAST = 4.7
"""Of words still to come; a little above the floor, since rounding to 8 bits takes some."""
INK_CONTRAST = 9.0
"""Of spoken words; as far above the dim words as a glance needs."""

MARK_CONTRAST = 3.2

WHITE: RGB = (255, 255, 255)
BRIGHT_INK: RGB = (24, 24, 24)
"""About as dark as the ink on a bright ground will be."""
BRIGHT_INK_CONTRAST = 7.5

GREY_CHROMA = 0.03
PAPER_LIGHTNESS = 0.93
"""Below it a colour has no hue to speak of."""
YELLOW_HUES = (75.0, 120.0)


class Mark(StrEnum):
    """How the word being spoken is marked: a box with round or sharp corners behind it, or a line below it."""

    BOX = "box"
    BLOCK = "block"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class Ground:
    """A surface with all that may stand on it.

    Attributes:
        surface, surface_end: top left and bottom right of its gradient.
        ink: spoken words and headings.
        dim_ink: words still to come, small print.
        mark, mark_ink: what marks the word being spoken, and the word itself.
        accent: numbers and progress; legible as text.
        line: quiet shapes that carry no meaning.
    """

    surface: RGB
    surface_end: RGB
    ink: RGB
    dim_ink: RGB
    mark: RGB
    mark_ink: RGB
    accent: RGB
    line: RGB
    mark_style: Mark = Mark.BOX

    @property
    def marked_contrast(self) -> float:
        """Contrast of the word being spoken with what is behind it."""
        behind = (self.surface, self.surface_end) if self.mark_style is Mark.LINE else (self.mark,)
        return min(contrast(self.mark_ink, color) for color in behind)

    @property
    def contrasts(self) -> tuple[float, ...]:
        """Contrast of each ink with what is behind it, the worse end of the gradient."""
        on_surface = [
            min(contrast(ink, self.surface), contrast(ink, self.surface_end))
            for ink in (self.ink, self.dim_ink, self.accent)
        ]
        return (*on_surface, self.marked_contrast)


@dataclass(frozen=True, slots=True)
class Palette:
    """The grounds of a brand's videos."""

    light: Ground
    brand: Ground
    paper: Ground
    card: Ground


def make_palette(brand: Brand) -> Palette:
    """Grounds that keep a brand's colours recognisable and every text legible."""
    return _palette(brand.primary_color, brand.secondary_color)


@lru_cache(maxsize=16)
def _palette(primary_color: str, secondary_color: str) -> Palette:
    primary, secondary = (Color(name).convert("oklch") for name in (primary_color, secondary_color))
    for color in (primary, secondary):
        color["hue"] = 0.0 if color.is_nan("hue") else color["hue"]
    leading, accent = (primary, secondary) if not _is_paper(primary) else (secondary, primary)
    return Palette(
        light=_light_ground(leading, accent),
        brand=_brand_ground(leading, accent),
        paper=_paper_ground(leading, accent),
        card=_card_ground(leading, accent),
    )


def contrast(one: RGB, other: RGB) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    return float(_from_rgb(one).contrast(_from_rgb(other), method="wcag21"))


def hex_color(color: str) -> RGB:
    """The colour of `#rrggbb`."""
    red, green, blue = bytes.fromhex(color.removeprefix("#"))
    return (red, green, blue)


def _is_paper(color: Color) -> bool:
    """Whether a colour is white or nearly so: no ground of its own beside the light one."""
    return bool(color["lightness"] > PAPER_LIGHTNESS and color["chroma"] < GREY_CHROMA)


def _light_ground(leading: Color, accent: Color) -> Ground:
    hue, tint = leading["hue"], min(leading["chroma"], 0.06)
    surface, surface_end = _rgb(0.985, tint * 0.12, hue), _rgb(0.955, tint * 0.3, hue)
    ink = _rgb(0.23, tint * 0.8, hue)
    mark_from = accent if accent["chroma"] >= GREY_CHROMA else leading
    # Yellow is only yellow while it is bright.
    is_yellow = YELLOW_HUES[0] <= mark_from["hue"] <= YELLOW_HUES[1]
    mark = _rgb(0.92 if is_yellow else 0.87, min(mark_from["chroma"], 0.16), mark_from["hue"])
    return Ground(
        surface,
        surface_end,
        ink=ink,
        dim_ink=_dimmed(ink, surface_end),
        mark=mark,
        mark_ink=_inked(_rgb(0.2, tint * 0.8, hue), mark, INK_CONTRAST),
        accent=_inked(_rgb(min(leading["lightness"], 0.6), leading["chroma"], hue), surface_end, TEXT_CONTRAST + 0.2),
        line=_rgb(0.91, tint * 0.6, hue),
    )


def _brand_ground(leading: Color, accent: Color) -> Ground:
    lightness, chroma, hue = leading["lightness"], leading["chroma"], leading["hue"]
    deep = _lightness(_settle(lambda light: _rgb(light, chroma, hue), lightness, 0.15, WHITE, INK_CONTRAST))
    bright = _lightness(
        _settle(lambda light: _rgb(light, chroma, hue), lightness, 1.0, BRIGHT_INK, BRIGHT_INK_CONTRAST)
    )
    # A deepened yellow is brown, and no brand's yellow: bright colours keep their light and take dark ink.
    if 2 * (bright - lightness) < lightness - deep:
        return _bright_ground(bright, chroma, hue, accent)
    lightness = max(deep, 0.2)
    surface, surface_end = _rgb(lightness, chroma, hue), _rgb(max(lightness - 0.07, 0.14), chroma * 0.9, hue)
    is_grey = accent["chroma"] < GREY_CHROMA
    mark_lightness = 0.93 if is_grey else min(max(accent["lightness"], 0.78), 0.9)
    mark = _rgb(mark_lightness, accent["chroma"], accent["hue"])
    return Ground(
        surface,
        surface_end,
        ink=WHITE,
        dim_ink=_dimmed(WHITE, surface),
        mark=mark,
        mark_ink=_inked(_rgb(0.22, min(chroma, 0.06), hue), mark, 7.0),
        accent=_inked(mark, surface, TEXT_CONTRAST + 0.2),
        line=_rgb(lightness + 0.09, chroma * 0.9, hue),
    )


def _paper_ground(leading: Color, accent: Color) -> Ground:
    """Paper with nearly black ink: colour stands in rules and numbers alone."""
    surface = _rgb(0.972, min(leading["chroma"], 0.1) * 0.06, leading["hue"])
    ink = _rgb(0.2, min(leading["chroma"], 0.03), leading["hue"])
    mark_from = accent if accent["chroma"] >= GREY_CHROMA else leading
    # A line is no text: three to one is what a mark needs (WCAG 2.2, 1.4.11).
    mark = _inked(
        _rgb(min(mark_from["lightness"], 0.72), mark_from["chroma"], mark_from["hue"]), surface, MARK_CONTRAST
    )
    return Ground(
        surface,
        surface,
        ink=ink,
        dim_ink=_dimmed(ink, surface),
        mark=mark,
        mark_ink=ink,
        accent=_inked(
            _rgb(min(leading["lightness"], 0.6), leading["chroma"], leading["hue"]), surface, TEXT_CONTRAST + 0.2
        ),
        line=_rgb(0.86, min(leading["chroma"], 0.05) * 0.4, leading["hue"]),
        mark_style=Mark.LINE,
    )


def _card_ground(leading: Color, accent: Color) -> Ground:
    return replace(_light_ground(leading, accent), surface=WHITE, surface_end=WHITE)


def _bright_ground(lightness: float, chroma: float, hue: float, accent: Color) -> Ground:
    surface, surface_end = _rgb(lightness, chroma, hue), _rgb(lightness - 0.03, chroma, hue)
    ink = _inked(_rgb(0.2, min(chroma, 0.05), hue), surface_end, 7.0)
    accent_ink = _rgb(min(accent["lightness"], 0.4), accent["chroma"], accent["hue"])
    return Ground(
        surface,
        surface_end,
        ink=ink,
        dim_ink=_dimmed(ink, surface_end),
        mark=ink,
        mark_ink=_inked(_rgb(0.97, 0.02, hue), ink, 7.0),
        accent=_inked(accent_ink, surface_end, TEXT_CONTRAST + 0.2),
        line=_rgb(lightness - 0.07, chroma, hue),
    )


def _inked(ink: RGB, behind: RGB, floor: float) -> RGB:
    """The colour, moved away from what is behind it until it is legible; black or white if nothing else helps."""
    color = _from_rgb(ink).convert("oklch")
    lightness, chroma, hue = color["lightness"], color["chroma"], 0.0 if color.is_nan("hue") else color["hue"]
    is_darker = contrast((0, 0, 0), behind) > contrast((255, 255, 255), behind)
    goal = 0.0 if is_darker else 1.0
    return _settle(lambda light: _rgb(light, chroma, hue), lightness, goal, behind, floor)


def _settle(shade: Shade, start: float, goal: float, against: RGB, floor: float) -> RGB:
    """The first shade from lightness `start` towards `goal` that has the contrast; the last one if none has it."""
    for step in range(41):
        tried = shade(start + (goal - start) * step / 40)
        if contrast(tried, against) >= floor:
            return tried
    return tried


def _dimmed(ink: RGB, behind: RGB) -> RGB:
    """The ink thinned with what is behind it, as far as it stays legible."""
    for percent in range(30, 100, 2):
        thinned = _mix(ink, behind, percent)
        if contrast(thinned, behind) >= DIM_CONTRAST:
            return thinned
    return ink


def _mix(ink: RGB, behind: RGB, percent: int) -> RGB:
    red, green, blue = ((percent * i + (100 - percent) * b + 50) // 100 for i, b in zip(ink, behind, strict=True))
    return (red, green, blue)


def _rgb(lightness: float, chroma: float, hue: float) -> RGB:
    color = Color("oklch", [min(max(lightness, 0.0), 1.0), max(chroma, 0.0), hue])
    color = color.convert("srgb").fit("srgb", method="oklch-chroma")
    red, green, blue = (round(255 * min(max(value, 0.0), 1.0)) for value in color.coords())
    return (red, green, blue)


def _lightness(color: RGB) -> float:
    return float(_from_rgb(color).convert("oklch")["lightness"])


def _from_rgb(color: RGB) -> Color:
    return Color("srgb", [value / 255 for value in color])
