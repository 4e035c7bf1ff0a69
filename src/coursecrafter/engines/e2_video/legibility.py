"""Whether text can be read: measured on the pixels that it is painted over.

Source: WCAG 2.2, 1.4.3 Contrast (Minimum), relative luminance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from coursecrafter.engines.e2_video.fitting import Box, Lettering, Page
from coursecrafter.engines.e2_video.paint import Pixels
from coursecrafter.engines.e2_video.palette import RGB, Ground
from coursecrafter.engines.e2_video.typesetting import PlacedToken, reads_right_to_left

SRGB_KNEE = 0.04045


@dataclass(frozen=True, slots=True)
class Legibility:
    """What was measured.

    Attributes:
        lowest_contrast: of any text with any pixel behind it.
        words: how many were looked at.
        cut_words: how many reach out of the picture or under the illustration.
    """

    lowest_contrast: float
    words: int
    cut_words: int


def measure_text(pixels: Pixels, parts: Sequence[Lettering], illustration: Box) -> Legibility:
    """Measure texts against a picture on which they are not painted yet."""
    lowest, words, cut = 21.0, 0, 0
    for part in parts:
        is_rtl = reads_right_to_left([word.token.text for word in part.words])
        for word in part.words:
            box = ink_box(word, part, is_rtl)
            words += 1
            if not _is_inside(box, pixels) or _meets(box, illustration):
                cut += 1
                continue
            lowest = min(lowest, _lowest_contrast(pixels[box.y : box.bottom, box.x : box.right], part.ink))
    return Legibility(round(lowest, 2), words, cut)


def narration_parts(page: Page, ground: Ground) -> list[Lettering]:
    """A page's texts in the weakest colour that they ever have."""
    return [Lettering(page.words, page.face, ground.dim_ink), *page.standing]


def ink_box(word: PlacedToken, part: Lettering, is_rtl: bool) -> Box:
    """What a word's letters cover."""
    mask = part.face.mask(word.token.text, is_rtl)
    height, width = mask.pixels.shape
    return Box(round(word.x_px) + mask.left_px, word.baseline_px + mask.top_px, width, height)


def _is_inside(box: Box, pixels: Pixels) -> bool:
    return box.x >= 0 and box.y >= 0 and box.right <= pixels.shape[1] and box.bottom <= pixels.shape[0]


def _meets(box: Box, other: Box) -> bool:
    return box.x < other.right and other.x < box.right and box.y < other.bottom and other.y < box.bottom


def _lowest_contrast(behind: Pixels, ink: RGB) -> float:
    """Contrast with the pixel that is nearest in luminance."""
    if not behind.size:
        return 21.0
    luminance = np.clip(_luminance(behind), 0, 1)
    own = float(_luminance(np.array([[ink]], np.uint8))[0, 0])
    ratios = [
        (max(own, other) + 0.05) / (min(own, other) + 0.05)
        for other in (float(luminance.min()), float(luminance.max()))
    ]
    is_between = luminance.min() <= own <= luminance.max()
    return 1.0 if is_between else min(ratios)


def _luminance(pixels: Pixels) -> np.ndarray[Any, np.dtype[np.float32]]:
    linear = _linear()
    red, green, blue = (linear[pixels[..., channel]] for channel in range(3))
    return np.asarray(0.2126 * red + 0.7152 * green + 0.0722 * blue, np.float32)


@cache
def _linear() -> np.ndarray[Any, np.dtype[np.float32]]:
    value = np.arange(256, dtype=np.float32) / 255
    return np.where(value <= SRGB_KNEE, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)
