"""A brand's colours, whatever they are, can be read."""

from __future__ import annotations

import pytest
from coloraide import Color

from coursecrafter.domain.course import Brand
from coursecrafter.engines.e4_elearning.theme import DAY, NIGHT, theme, theme_css

BRANDS = ["#1f4e8c", "#ffee00", "#000000", "#ffffff", "#777777", "#e11d48", "#00ff88"]
TEXTS = [
    ("ink", "paper"), ("ink", "surface"), ("ink", "tint"), ("ink", "right-tint"), ("ink", "wrong-tint"),
    ("muted", "paper"), ("muted", "surface"), ("muted", "tint"), ("accent-text", "paper"), ("accent-text", "surface"),
    ("accent-text", "tint"), ("on-accent", "accent"), ("on-accent", "accent-strong"), ("on-band", "band"),
    ("right", "right-tint"), ("wrong", "wrong-tint"), ("right", "surface"), ("wrong", "surface"),
]  # fmt: skip
SHAPES = [("mark", "surface"), ("mark", "tint"), ("band-mark", "band"), ("focus", "surface"), ("focus", "paper")]


@pytest.mark.parametrize("ground", [DAY, NIGHT], ids=["day", "night"])
@pytest.mark.parametrize("primary", BRANDS)
@pytest.mark.parametrize("secondary", ["#f2a33a", "#ffffff", "#000000"])
def test_every_text_and_shape_stands_out(primary: str, secondary: str, ground: object) -> None:
    colors = theme(Brand("Brand", primary, secondary), ground)  # type: ignore[arg-type]  # one of the two grounds

    for needed, pairs in ((4.5, TEXTS), (3.0, SHAPES)):
        weak = [pair for pair in pairs if Color(colors[pair[0]]).contrast(Color(colors[pair[1]])) < needed]
        assert weak == []


def test_a_readable_brand_colour_is_not_changed() -> None:
    colors = theme(Brand("Brand", "#1f4e8c"), DAY)

    assert colors["accent"] == colors["band"] == "#1f4e8c"


def test_the_style_sheet_has_both_themes_and_the_font() -> None:
    css = theme_css(Brand("Brand", font=""))

    assert css.startswith(':root{--brand-font:"Inter";--paper:#')
    assert "@media (prefers-color-scheme:dark){:root{--paper:#1" in css
