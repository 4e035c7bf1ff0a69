"""Which font draws a character: Inter for what it has, else the machine's Noto font of the script.

A font that is not installed is not made up for: its characters are drawn by none, and callers leave them out.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import ImageFont

from coursecrafter.media.fonts import FONT_FAMILY, font_file

SYSTEM_FONT_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/System/Library/Fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
SCRIPT_FONTS = (
    (0x0590, 0x05FF, "NotoSansHebrew"),
    (0x0600, 0x06FF, "NotoSansArabic"),
    (0x0750, 0x077F, "NotoSansArabic"),
    (0x0900, 0x097F, "NotoSansDevanagari"),
    (0x0980, 0x09FF, "NotoSansBengali"),
    (0x0A00, 0x0A7F, "NotoSansGurmukhi"),
    (0x0A80, 0x0AFF, "NotoSansGujarati"),
    (0x0B80, 0x0BFF, "NotoSansTamil"),
    (0x0C00, 0x0C7F, "NotoSansTelugu"),
    (0x0C80, 0x0CFF, "NotoSansKannada"),
    (0x0D00, 0x0D7F, "NotoSansMalayalam"),
    (0x0E00, 0x0E7F, "NotoSansThai"),
    (0x10A0, 0x10FF, "NotoSansGeorgian"),
    (0x0530, 0x058F, "NotoSansArmenian"),
    (0x1200, 0x139F, "NotoSansEthiopic"),
    (0x1780, 0x17FF, "NotoSansKhmer"),
    (0xFB50, 0xFDFF, "NotoSansArabic"),
    (0xFE70, 0xFEFE, "NotoSansArabic"),
    (0x1100, 0x11FF, "NotoSansCJK"),
    (0x2E80, 0x9FFF, "NotoSansCJK"),
    (0xAC00, 0xD7FF, "NotoSansCJK"),
    (0xF900, 0xFAFF, "NotoSansCJK"),
    (0xFF00, 0xFFEF, "NotoSansCJK"),
    (0x20000, 0x3FFFF, "NotoSansCJK"),
)
LAST_FONTS = ("NotoSans", "NotoSansSymbols2", "DejaVuSans")
CJK_REGIONS = {"ja": "JP", "ko": "KR", "zh-tw": "TC", "zh-hant": "TC", "zh-hk": "HK"}
JOINERS = "\u200c\u200d"
BOLD_FROM = 550
"""Families with two cuts draw weights above it bold."""
PROBE_PX = 24
MEASURED_PX = 100
MOST_FACES = 8


@dataclass(frozen=True, slots=True)
class ScriptFont:
    """A font file, and the family that it is known by."""

    path: Path
    family: str
    index: int = 0


def parted_by_font(text: str, weight: int, language: str) -> list[tuple[str, ScriptFont]]:
    """A line parted where its font changes; what no font draws is left out.

    Args:
        weight: 400 to 800.
        language: BCP 47; chooses between Chinese, Japanese and Korean forms.
    """
    runs: list[tuple[str, ScriptFont]] = []
    for char in text:
        clings = unicodedata.category(char).startswith("M") or char in JOINERS
        stays = runs and (clings or (char in " \u00a0\u202f" and _has_glyph(runs[-1][1], char)))
        font = runs[-1][1] if stays else font_of(char, weight, language)
        if font is None:
            continue
        if runs and runs[-1][1] == font:
            runs[-1] = (runs[-1][0] + char, font)
        else:
            runs.append((char, font))
    return runs


def width_em(text: str, weight: int, language: str) -> float:
    """How wide a line is, in ems."""
    return sum(_width_em(run, font) for run, font in parted_by_font(text, weight, language))


@lru_cache(maxsize=20_000)
def font_of(char: str, weight: int, language: str) -> ScriptFont | None:
    """The font that draws a character; None for controls and what no font here has."""
    if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Cn", "Co"} and char not in JOINERS:
        return None
    stem = next((name for first, last, name in SCRIPT_FONTS if first <= ord(char) <= last), None)
    stems = ((stem,) if stem else ()) + LAST_FONTS
    fonts = [ScriptFont(font_file(weight), FONT_FAMILY)]
    fonts += [font for name in stems if (font := _system_font(name, weight, language)) is not None]
    return next((font for font in fonts if _has_glyph(font, char)), None)


@cache
def _system_font(stem: str, weight: int, language: str) -> ScriptFont | None:
    names = [*([f"{stem}-Bold"] if weight >= BOLD_FROM else []), f"{stem}-Regular", stem]
    path = next((found for name in names if (found := system_fonts().get(name)) is not None), None)
    if path is None:
        return None
    if path.suffix.lower() != ".ttc":
        return ScriptFont(path, _family(path, 0))
    tag = language.lower()
    region = next((name for start, name in CJK_REGIONS.items() if tag.startswith(start)), "SC")
    families = [_family(path, index) for index in range(MOST_FACES)]
    index = next((nth for nth, family in enumerate(families) if family.endswith(region)), 0)
    return ScriptFont(path, families[index], index)


def _family(path: Path, index: int) -> str:
    try:
        return ImageFont.truetype(path, PROBE_PX, index=index).getname()[0] or ""
    except OSError:  # a collection ends before the last index that is asked for
        return ""


@cache
def system_fonts() -> dict[str, Path]:
    """Font files of the machine by their name without suffix; the first of two with one name."""
    found: dict[str, Path] = {}
    for folder in SYSTEM_FONT_FOLDERS:
        for parent, folders, names in os.walk(Path(folder).expanduser()):
            folders.sort()
            for name in sorted(names):
                if Path(name).suffix.lower() in {".ttf", ".otf", ".ttc"}:
                    found.setdefault(Path(name).stem, Path(parent) / name)
    return found


@cache
def _opened(font: ScriptFont, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font.path, size_px, index=font.index, layout_engine=ImageFont.Layout.RAQM)


@lru_cache(maxsize=20_000)
def _width_em(text: str, font: ScriptFont) -> float:
    return _opened(font, MEASURED_PX).getlength(text) / MEASURED_PX


@cache
def _missing_glyph(font: ScriptFont) -> bytes:
    return bytes(_opened(font, PROBE_PX).getmask("\U0010fffe"))


@lru_cache(maxsize=20_000)
def _has_glyph(font: ScriptFont, char: str) -> bool:
    return bytes(_opened(font, PROBE_PX).getmask(char)) != _missing_glyph(font)
