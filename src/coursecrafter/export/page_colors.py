"""The brand's colours on the page: each with enough contrast to be read, in light and in dark.

Source: WCAG 2.2, Contrast (Minimum): 4.5 to 1 for text.
"""

from __future__ import annotations

from coloraide import Color

from coursecrafter.domain.course import Brand

READABLE = 4.6  # a little over 4.5, since a colour is rounded when it is written
# The papers of page.css on which text stands worst: the darker of the light ones, the lighter of the dark ones.
LIGHT_PAPER, DARK_PAPER = "#f4f5f7", "#1b222a"
LIGHT_INK, DARK_INK = "#ffffff", "#10161b"
STEP = 0.02


def color_rules(brand: Brand) -> str:
    """CSS variables of the brand for both schemes.

    Raises:
        ValueError: a colour of the brand is none.
    """
    primary, accent = Color(brand.primary_color), Color(brand.secondary_color)
    ink = LIGHT_INK if _contrast(primary, LIGHT_INK) >= _contrast(primary, DARK_INK) else DARK_INK
    light, dark = readable_on(primary, LIGHT_PAPER), readable_on(primary, DARK_PAPER)
    return (
        f":root{{--brand:{_hex(primary)};--on-brand:{ink};--accent:{_hex(accent)};--link:{_hex(light)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--link:{_hex(dark)}}}}}"
    )


def readable_on(color: Color, paper: str) -> Color:
    """The colour, made darker or lighter until text in it can be read on the paper."""
    shade = color.convert("oklch")
    step = -STEP if Color(paper).luminance() > 0.5 else STEP  # noqa: PLR2004 - half way between black and white
    while _contrast(shade, paper) < READABLE:
        shade["lightness"] += step
    return shade


def _contrast(color: Color, other: str) -> float:
    return float(color.clone().fit("srgb").contrast(other))


def _hex(color: Color) -> str:
    return color.convert("srgb").fit().to_string(hex=True, alpha=False)
