"""The type: which font draws a character, how wide a word is, what its letters cover.

Pillow shapes text (HarfBuzz, FriBidi), so a user's text is drawn and never becomes markup. Inter or Literata draws
Latin, Greek and Cyrillic; other scripts use the Noto fonts of the machine, by script.
"""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont

from coursecrafter.media.fonts import FONT_FAMILY, font_file
from coursecrafter.media.script_fonts import BOLD_FROM, CJK_REGIONS, JOINERS, SCRIPT_FONTS, system_fonts

REDUCED_BELOW_PX, REDUCED_BY = 40, 4
"""FreeType puts each letter on a whole pixel, which leaves small type uneven; so it is drawn larger, and reduced."""
LAST_FONTS = ("NotoSansSymbols2", "NotoSansSymbols", "NotoSansMath", "NotoSans", "DejaVuSans")


@dataclass(frozen=True)
class Face:
    """A weight and size of the type, with a font for every script that the machine can draw.

    Attributes:
        weight: 400 to 800.
        size_px: whole, but in a frame of another size than the layout's.
        tracking_em: added between letters, in ems; only where the family draws all of a word.
        language: chooses between Chinese, Japanese and Korean forms.
        family: one that ships with the product.
    """

    weight: int
    size_px: float
    language: str = "en"
    tracking_em: float = 0.0
    family: str = FONT_FAMILY

    @property
    def space_px(self) -> float:
        """Width of a space between words."""
        return _space_px(self)

    def length(self, text: str) -> float:
        """Width of a word in pixels."""
        return _length_px(self, text)

    def mask(self, text: str, is_rtl: bool) -> Mask:
        """A word's coverage, 0 to 255, and where it lies from the word's origin on the baseline."""
        return _mask(self, text, is_rtl)


@dataclass(frozen=True, slots=True)
class Mask:
    """Coverage of a drawn word.

    Attributes:
        pixels: height x width, 8 bit.
        left_px, top_px: its corner, from the word's origin on the baseline.
    """

    pixels: np.ndarray[tuple[int, int], np.dtype[np.uint8]]
    left_px: int
    top_px: int


def is_drawable(char: str) -> bool:
    """Whether a character leaves a trace or shapes its neighbours: no control, no half of a surrogate pair."""
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Cn", "Co"} or char in JOINERS


def fonts_used(text: str, face: Face) -> tuple[str, ...]:
    """Names of the font files that draw a text, sorted: a picture depends on them."""
    return tuple(
        sorted({path.name for char in set(text) if is_drawable(char) and (path := _font_of(char, face)) is not None})
    )


def undrawable(text: str) -> str:
    """The characters of a text that no font of this machine draws, each once."""
    face = Face(400, 40)
    return "".join(sorted({char for char in text if is_drawable(char) and _font_of(char, face) is None}))


def is_seen(word: str) -> bool:
    """Whether a font of this machine draws anything of a word."""
    face = Face(400, 40)
    return any(char not in JOINERS and _font_of(char, face) is not None for char in word)


def without_undrawable(text: str) -> str:
    """A text without what no font of this machine draws, nor the marks and joiners on it."""
    face = Face(400, 40)
    kept: list[str] = []
    is_kept = True
    for char in filter(is_drawable, text):
        if not (unicodedata.category(char).startswith("M") or char in JOINERS):
            is_kept = _font_of(char, face) is not None
        if is_kept:
            kept.append(char)
    return "".join(kept)


# Fonts: opened once per process. Threads share them, Pillow's drawing holds the interpreter.


def _runs(text: str, face: Face) -> list[tuple[str, Path]]:
    """A word parted by font; what no font draws is left out."""
    runs: list[tuple[str, Path]] = []
    for char in text:
        is_mark = unicodedata.category(char).startswith("M") or char in JOINERS
        path = runs[-1][1] if is_mark and runs else _font_of(char, face)
        if path is None:
            continue
        if runs and runs[-1][1] == path:
            runs[-1] = (runs[-1][0] + char, path)
        else:
            runs.append((char, path))
    return runs


@lru_cache(maxsize=20_000)
def _length_px(face: Face, text: str) -> float:
    if face.size_px < REDUCED_BELOW_PX:
        return _length_px(_enlarged(face), text) / REDUCED_BY
    runs = _runs(text, face)
    if face.tracking_em and len(runs) == 1 and runs[0][1] == font_file(face.weight, face.family):
        drawn, path = runs[0]
        return _open(path, face).getlength(drawn) + face.tracking_em * face.size_px * len(drawn)
    return sum(_open(path, face).getlength(run) for run, path in runs)


@cache
def _space_px(face: Face) -> float:
    if face.size_px < REDUCED_BELOW_PX:
        return _space_px(_enlarged(face)) / REDUCED_BY
    return _open(font_file(face.weight, face.family), face).getlength(" ") + face.tracking_em * face.size_px


@lru_cache(maxsize=2_000)
def _mask(face: Face, text: str, is_rtl: bool) -> Mask:
    if face.size_px < REDUCED_BELOW_PX:
        return _reduced(_mask(_enlarged(face), text, is_rtl))
    runs = _runs(text, face)
    parts: list[tuple[float, str, ImageFont.FreeTypeFont]] = []
    x_px = 0.0
    if face.tracking_em and len(runs) == 1 and runs[0][1] == font_file(face.weight, face.family):
        drawn, path = runs[0]
        font = _open(path, face)
        for index, char in enumerate(drawn):
            # The difference of two lengths carries the kerning between the letters.
            x_px = font.getlength(drawn[: index + 1]) - font.getlength(char) + index * face.tracking_em * face.size_px
            parts.append((x_px, char, font))
    else:
        for run, path in reversed(runs) if is_rtl else runs:
            font = _open(path, face)
            parts.append((x_px, run, font))
            x_px += font.getlength(run)
    return _drawn(parts, face, is_rtl)


def _enlarged(face: Face) -> Face:
    return replace(face, size_px=face.size_px * REDUCED_BY)


def _reduced(mask: Mask) -> Mask:
    """A mask of enlarged type in its own size; what it covers of a pixel is counted from the word's origin."""
    left, top = mask.left_px % REDUCED_BY, mask.top_px % REDUCED_BY
    height, width = mask.pixels.shape
    right, bottom = -(left + width) % REDUCED_BY, -(top + height) % REDUCED_BY
    whole = np.pad(mask.pixels, ((top, bottom), (left, right)))
    rows, columns = (side // REDUCED_BY for side in whole.shape)
    blocks = whole.reshape(rows, REDUCED_BY, columns, REDUCED_BY)
    pixels = (blocks.sum(axis=(1, 3), dtype=np.uint32) // REDUCED_BY**2).astype(np.uint8)
    return Mask(pixels, mask.left_px // REDUCED_BY, mask.top_px // REDUCED_BY)


def _drawn(parts: Sequence[tuple[float, str, ImageFont.FreeTypeFont]], face: Face, is_rtl: bool) -> Mask:
    em = math.ceil(face.size_px)
    width = int(max((x + font.getlength(run) for x, run, font in parts), default=0.0)) + 2 * em
    height, left, top = 3 * em, em, 2 * em
    pixels = np.zeros((height, width), np.uint8)
    for x_px, run, font in parts:
        whole = int(x_px)
        image, (dx, dy) = font.getmask2(
            run, mode="L", start=(x_px - whole, 0), anchor="ls", direction="rtl" if is_rtl else "ltr"
        )
        columns, rows = image.size
        if not columns or not rows:
            continue
        drawn = np.frombuffer(bytes(image), np.uint8).reshape(rows, columns)
        x, y = left + whole + dx, top + dy
        area = pixels[max(y, 0) : y + rows, max(x, 0) : x + columns]
        np.maximum(area, drawn[max(-y, 0) :, max(-x, 0) :][: area.shape[0], : area.shape[1]], out=area)
    ys, xs = np.nonzero(pixels)
    if not len(ys):
        return Mask(np.zeros((0, 0), np.uint8), 0, 0)
    box = slice(ys.min(), ys.max() + 1), slice(xs.min(), xs.max() + 1)
    return Mask(pixels[box].copy(), int(xs.min()) - left, int(ys.min()) - top)


@cache
def _open(path: Path, face: Face) -> ImageFont.FreeTypeFont:
    size, layout = face.size_px, ImageFont.Layout.RAQM
    if path.suffix.lower() != ".ttc":
        return ImageFont.truetype(path, size, layout_engine=layout)
    tag = face.language.lower()
    region = next((name for start, name in CJK_REGIONS.items() if tag.startswith(start)), "SC")
    for index in range(5):
        font = ImageFont.truetype(path, size, index=index, layout_engine=layout)
        if (font.getname()[0] or "").endswith(region):
            return font
    return ImageFont.truetype(path, size, layout_engine=layout)


@lru_cache(maxsize=20_000)
def _font_for(char: str, weight: int, language: str, family: str) -> Path | None:
    stem = next((name for first, last, name in SCRIPT_FONTS if first <= ord(char) <= last), None)
    stems = ((stem,) if stem else ()) + LAST_FONTS
    paths = [
        font_file(weight, family),
        font_file(weight),
        *(path for name in stems if (path := _system_font(name, weight)) is not None),
    ]
    return next((path for path in paths if _has_glyph(path, char, language)), None)


def _font_of(char: str, face: Face) -> Path | None:
    return _font_for(char, face.weight, face.language, face.family)


@cache
def _system_font(stem: str, weight: int) -> Path | None:
    cut = "Bold" if weight >= BOLD_FROM else "Regular"
    names = [f"{stem}-{cut}", f"{stem}-Regular", stem]
    return next((found for name in names if (found := system_fonts().get(name)) is not None), None)


@cache
def _missing_glyph(path: Path, language: str) -> bytes:
    return bytes(_open(path, Face(400, 24, language)).getmask("\U0010fffe"))


@lru_cache(maxsize=20_000)
def _has_glyph(path: Path, char: str, language: str) -> bool:
    mask = bytes(_open(path, Face(400, 24, language)).getmask(char))
    return mask != _missing_glyph(path, language)
