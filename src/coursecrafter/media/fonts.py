"""The typeface that ships with the product: Inter 4.1, static cuts, under the SIL Open Font License 1.1.

Seven TrueType files of one family, "Inter": regular, italic, medium, semibold, bold, bold italic, extra bold. They are
the family's own files reduced to Latin, Greek, Cyrillic, Vietnamese, punctuation, currency, arrows and mathematical
signs, without hints and without contextual alternates: what an advance table measures is what is drawn, and "->" in an
author's text stays two characters.
"""

from __future__ import annotations

from pathlib import Path

FONT_FAMILY = "Inter"
FONT_FOLDER = Path(__file__).parent / "fonts"


def font_files() -> tuple[Path, ...]:
    """The font files, sorted by name; each exists."""
    return tuple(sorted(FONT_FOLDER.glob("Inter-*.ttf")))


def font_file(weight: int, family: str = FONT_FAMILY) -> Path:
    """The upright cut whose weight is nearest to `weight` (400 to 800); of two as near, the lighter.

    Args:
        family: one of `FAMILIES`; any other is drawn in Inter.
    """
    cuts = FAMILIES.get(family)
    if cuts is None:
        family, cuts = FONT_FAMILY, CUTS
    return FONT_FOLDER / f"{family}-{cuts[min(cuts, key=lambda cut: (abs(cut - weight), cut))]}.ttf"


CUTS = {400: "Regular", 500: "Medium", 600: "SemiBold", 700: "Bold", 800: "ExtraBold"}
"""Names of the upright cuts by `usWeightClass`."""

FAMILIES = {FONT_FAMILY: CUTS, "Literata": {400: "Regular", 700: "Bold"}}
"""The families that ship; Literata is described in `fonts/Literata.md`."""
