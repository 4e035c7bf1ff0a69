"""Pictures that a model drew: whole, large enough, and how near they come to the brand's colours."""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from coloraide import Color
from PIL import Image, UnidentifiedImageError

from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.ports import ImageAnswer, ImageRequest

LEAST_SIDE_PX = 1024
"""Source: quality.md, generated images."""
MOST_PIXELS = 64_000_000
MIME_TYPES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SAMPLE_PX = 48
COLOUR_STEP = 24
MOST_COLOURS = 8
FOREIGN_DISTANCE = 0.16
"""In OKLab; about as far as one plain colour is from its neighbour on the wheel."""
GREY_CHROMA = 0.04
MOST_FOREIGN = 0.5


def require_whole_picture(answer: ImageAnswer, request: ImageRequest) -> ImageAnswer:
    """The picture with the type that its bytes say.

    Raises:
        UnusableAnswer: CC-0325, it is no picture, is damaged or is smaller than asked for.
    """
    try:
        with Image.open(io.BytesIO(answer.content), formats=list(MIME_TYPES)) as picture:
            kind, size = picture.format or "", picture.size
            if size[0] * size[1] > MOST_PIXELS:
                raise UnusableAnswer(f"The picture has {size[0]} x {size[1]} pixels, which is too many.", may_cost=True)
            picture.load()
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise UnusableAnswer("The answer is no whole picture.", detail=repr(error), may_cost=True) from error
    least = (min(request.width_px, LEAST_SIDE_PX), min(request.height_px, LEAST_SIDE_PX))
    if size[0] < least[0] or size[1] < least[1]:
        raise UnusableAnswer(
            f"The picture has {size[0]} x {size[1]} pixels; at least {least[0]} x {least[1]} were asked for.",
            may_cost=True,
        )
    return replace(answer, mime_type=MIME_TYPES[kind])


def foreign_share(content: bytes, palette: Sequence[str]) -> float:
    """The share of a picture, 0 to 1, whose colours are far from all of a palette; greys belong to each.

    Args:
        content: PNG, JPEG or WebP.
        palette: colours as `#rrggbb`.
    """
    with Image.open(io.BytesIO(content)) as picture:
        small = picture.convert("RGB").resize((SAMPLE_PX, SAMPLE_PX))
        pixels: list[tuple[int, int, int]] = list(
            zip(*(channel.get_flattened_data() for channel in small.split()), strict=True)
        )
    kept = Counter(tuple(channel // COLOUR_STEP * COLOUR_STEP for channel in pixel) for pixel in pixels)
    brand = [_lab(Color(colour)) for colour in palette]
    foreign = sum(count for rgb, count in kept.items() if _is_foreign(rgb, brand))
    return foreign / len(pixels)


def is_off_brand(content: bytes, palette: Sequence[str]) -> bool:
    """Whether a picture's colours are mostly not the brand's."""
    return bool(palette) and foreign_share(content, palette) > MOST_FOREIGN


def _is_foreign(rgb: Sequence[int], brand: Sequence[Sequence[float]]) -> bool:
    found = _lab(Color("srgb", [(channel + COLOUR_STEP / 2) / 255 for channel in rgb]))
    if math.hypot(found[1], found[2]) < GREY_CHROMA:
        return False
    # Lighter and darker shades of a brand's colour are the brand's: hue and chroma decide.
    return all(math.hypot(found[1] - one[1], found[2] - one[2]) > FOREIGN_DISTANCE for one in brand)


def _lab(colour: Color) -> list[float]:
    return [float(value) for value in colour.convert("oklab").coords()]
