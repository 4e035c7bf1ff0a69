"""The brand's colours as a style sheet, each pair of text and ground readable by day and by night.

Source: WCAG 2.2, 1.4.3 (contrast 4.5:1 for text) and 1.4.11 (3:1 for what is not text).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from coloraide import Color

from coursecrafter.domain.course import Brand

TEXT_CONTRAST = 4.6  # a little more than 4.5, since colours are rounded to 8 bits
SHAPE_CONTRAST = 3.1
LIGHTNESS_STEP = 0.005
MIDDLE_LUMINANCE = 0.18
RIGHT_HUE, WRONG_HUE = 152.0, 28.0
Theme = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Ground:
    """Lightness of the parts of a theme, in OKLCH."""

    paper: float
    surface: float
    tint: float
    line: float
    line_strong: float
    ink: float
    muted: float
    band: float
    is_dark: bool


DAY = _Ground(0.975, 1.0, 0.95, 0.905, 0.78, 0.23, 0.48, 0.36, is_dark=False)
NIGHT = _Ground(0.185, 0.225, 0.275, 0.33, 0.45, 0.945, 0.75, 0.275, is_dark=True)


def theme_css(brand: Brand) -> str:
    """The style sheet `theme.css`: the brand's font and its colours for light and dark."""
    font = " ".join(re.findall(r"[\w-]+", brand.font))
    name = f'--brand-font:"{font or "Inter"}";'
    return (
        f":root{{{name}{_declared(theme(brand, DAY))}}}\n"
        f"@media (prefers-color-scheme:dark){{:root{{{_declared(theme(brand, NIGHT))}}}}}\n"
    )


def theme(brand: Brand, ground: _Ground) -> Theme:
    """Colours by name, as `#rrggbb`."""
    hue, chroma = _hue_and_chroma(brand.primary_color)
    # A grey brand stays grey; a colourful one tints its paper just enough to be felt.
    faint = min(chroma, 0.12) / 12
    grounds = {
        name: _hex(lightness, faint * strength, hue)
        for name, lightness, strength in (
            ("paper", ground.paper, 0.7),
            ("surface", ground.surface, 1 if ground.is_dark else 0),
            ("tint", ground.tint, 2.2),
            ("line", ground.line, 1.5),
            ("line-strong", ground.line_strong, 2),
            ("band", ground.band, 8 if ground.is_dark else 9),
        )
    }
    tint = grounds["tint"]
    accent = readable(brand.primary_color, tint, TEXT_CONTRAST)
    right, wrong = (_hex(0.55, 0.13, hue_of) for hue_of in (RIGHT_HUE, WRONG_HUE))
    right_tint, wrong_tint = (_hex(ground.tint, 0.03, hue_of) for hue_of in (RIGHT_HUE, WRONG_HUE))
    band = _band(brand.primary_color, grounds["band"], ground)
    return {
        **grounds,
        "ink": _hex(ground.ink, faint, hue),
        "muted": readable(_hex(ground.muted, faint * 2, hue), tint, TEXT_CONTRAST),
        "accent": accent,
        "accent-strong": _shifted(accent, 0.05 if ground.is_dark else -0.05),
        "accent-text": accent,
        "on-accent": _on(accent),
        "focus": accent,
        "mark": readable(brand.secondary_color, tint, SHAPE_CONTRAST),
        "band": band,
        "on-band": _on(band),
        "band-line": _mixed(band, _on(band), 0.3),
        "band-mark": readable(brand.secondary_color, band, SHAPE_CONTRAST),
        "right": readable(right, right_tint, TEXT_CONTRAST),
        "right-tint": right_tint,
        "wrong": readable(wrong, wrong_tint, TEXT_CONTRAST),
        "wrong-tint": wrong_tint,
    }


def readable(color: str, ground: str, contrast: float) -> str:
    """The colour, made darker or lighter until it stands out from its ground; it keeps its hue."""
    below = Color(ground)
    wanted = Color(color).convert("oklch")
    step, end = (-LIGHTNESS_STEP, 0.0) if below.luminance() > MIDDLE_LUMINANCE else (LIGHTNESS_STEP, 1.0)
    while Color(_fitted(wanted)).contrast(below) < contrast and abs(wanted["lightness"] - end) > LIGHTNESS_STEP:
        wanted["lightness"] = wanted["lightness"] + step
    return _fitted(wanted)


def _band(primary: str, usual: str, ground: _Ground) -> str:
    """The band at the head: by day the brand's colour itself if white stands out from it, else a deep shade of it."""
    is_deep = not ground.is_dark and Color(primary).contrast("white") >= TEXT_CONTRAST
    return _fitted(Color(primary)) if is_deep else usual


def _hue_and_chroma(color: str) -> tuple[float, float]:
    lch = Color(color).convert("oklch")
    return (0.0 if math.isnan(lch["hue"]) else lch["hue"]), lch["chroma"]


def _hex(lightness: float, chroma: float, hue: float) -> str:
    return _fitted(Color("oklch", [lightness, chroma, hue]))


def _shifted(color: str, by: float) -> str:
    lch = Color(color).convert("oklch")
    lch["lightness"] = min(1.0, max(0.0, lch["lightness"] + by))
    return _fitted(lch)


def _mixed(color: str, other: str, share: float) -> str:
    return _fitted(Color(color).mix(other, share, space="oklab"))


def _on(ground: str) -> str:
    """White or near black, whichever can be read better."""
    return max(("#ffffff", "#111418"), key=lambda color: Color(ground).contrast(color))


def _fitted(color: Color) -> str:
    return str(color.convert("srgb").fit("srgb", method="oklch-chroma").to_string(hex=True))


def _declared(colors: Theme) -> str:
    return "".join(f"--{name}:{color};" for name, color in colors.items())
