"""Pixels: the still picture of a scene, and the narration laid over it.

Shapes and words are drawn as coverage masks straight onto the pixels, so a state of the narration costs the lines that
change. (An SVG of the same shapes, rendered by resvg, took five times as long, most of it in PNG.)
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import Box, Lettering, Page
from coursecrafter.engines.e2_video.layout import SceneLayout
from coursecrafter.engines.e2_video.ornaments import FULL, Plate
from coursecrafter.engines.e2_video.palette import RGB, WHITE, Ground, Mark
from coursecrafter.engines.e2_video.stages import Cut
from coursecrafter.engines.e2_video.typesetting import PlacedToken, breaks_anywhere, reads_right_to_left
from coursecrafter.errors import VideoError


class UnreadableIllustration(VideoError):
    """A model's illustration is not a picture that can be opened."""

    code = "CC-0233"
    status = 502
    retry = True
    remedy = "Try again, or choose another model for pictures."


PAINT_VERSION = 4
"""Part of the key of every picture; raise it when the same layout gives other pixels."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
"""Height x width x 3, 8-bit RGB."""

MASK_SCALE = 3
LOGO_SIZE_PX = (260, 44)
LIGHT_LOGO, LIGHT_GROUND, DARK_GROUND = 0.75, 0.8, 0.5
"""How light, 0 to 1: above the first a logo is nearly white; a coloured ground lies below the second."""


@dataclass(frozen=True, slots=True)
class Backing:
    """What stands behind everything in a scene.

    Attributes:
        width_px, height_px: of the frame.
        start, end: top left and bottom right of a gradient.
        picture: covers it; PNG, JPEG or WebP.
    """

    width_px: int
    height_px: int
    start: RGB
    end: RGB
    picture: bytes | None = None


def backing_of(layout: SceneLayout, backdrop: tuple[RGB, RGB, bytes | None] | None = None) -> Backing:
    """What stands behind a scene: its ground, or on a card what is given."""
    start, end, picture = (layout.ground.surface, layout.ground.surface_end, None)
    if layout.template.cut is Cut.CARD and backdrop is not None:
        start, end, picture = backdrop
    return Backing(layout.size.width_px, layout.size.height_px, start, end, picture)


def paint_background(
    layout: SceneLayout, illustration: bytes, logo: Image.Image | None = None, backing: Backing | None = None
) -> Pixels:
    """All of a scene's still picture but its text.

    Args:
        layout: from `lay_out_scene`.
        illustration: PNG, JPEG or WebP.
        logo: stands in the foot.
        backing: behind it all; None: the scene's ground.

    Returns:
        Height x width x 3, as the layout's frame.

    Raises:
        UnreadableIllustration: CC-0233.
    """
    pixels = paint_backing(backing or backing_of(layout)).copy()
    for plate in layout.plates:
        if plate.is_picture:
            _fill(pixels, plate, _open_illustration(illustration), layout.illustration)
        else:
            _paint_plate(pixels, plate)
    if logo is None:
        return pixels
    canvas = Image.fromarray(pixels)
    _paste_logo(canvas, logo, layout)
    return np.array(canvas)


def still_lettering(layout: SceneLayout, *, has_logo: bool) -> tuple[Lettering, ...]:
    """The text of a still picture; a logo takes the place of the brand's name, which comes last."""
    return layout.still[:-1] if has_logo else layout.still


@lru_cache(maxsize=4)
def paint_backing(backing: Backing) -> Pixels:
    """A gradient from the top left corner to the bottom right one, or a picture; to be copied before it is painted on.

    Raises:
        UnreadableIllustration: CC-0233.
    """
    if backing.picture is not None:
        picture = _open_illustration(backing.picture)
        made = np.array(ImageOps.fit(picture, (backing.width_px, backing.height_px), Image.Resampling.LANCZOS))
    elif backing.start == backing.end:
        made = np.full((backing.height_px, backing.width_px, 3), backing.start, np.uint8)
    else:
        across = np.linspace(0, 1, backing.width_px, dtype=np.float32)[np.newaxis, :]
        down = np.linspace(0, 1, backing.height_px, dtype=np.float32)[:, np.newaxis]
        share = ((across + down) / 2)[:, :, np.newaxis]
        start, end = np.array(backing.start, np.float32), np.array(backing.end, np.float32)
        made = (start + (end - start) * share + np.float32(0.5)).astype(np.uint8)
    made.flags.writeable = False
    return made


def picture_mask(layout: SceneLayout) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Coverage of what is seen of the illustration, 0 to 255, as large as its box."""
    return _seen(next(plate for plate in layout.plates if plate.is_picture), layout.illustration)


def lay_picture(pixels: Pixels, picture: Pixels, box: Box, mask: np.ndarray[Any, np.dtype[np.uint8]]) -> None:
    """Lay a picture of a box's size over it, where a mask covers it."""
    area = pixels[box.y : box.bottom, box.x : box.right]
    share = mask[:, :, np.newaxis].astype(np.int32)
    behind = area.astype(np.int32)
    area[:] = behind + ((picture.astype(np.int32) - behind) * share + 127) // 255


def paint_lettering(pixels: Pixels, part: Lettering, opacity: int = FULL, lift_px: int = 0) -> None:
    """Draw text that stands still onto a picture."""
    is_rtl = reads_right_to_left([word.token.text for word in part.words])
    for word in part.words:
        _paint_word(pixels, word, part.face, part.ink, is_rtl=is_rtl, opacity=opacity, lift_px=lift_px)


def paint_page(
    pixels: Pixels,
    page: Page,
    ground: Ground,
    *,
    inks: Sequence[int],
    opacity: int = FULL,
    lift_px: int = 0,
    is_coming: bool = False,
) -> None:
    """Draw a page of narration onto a picture.

    Args:
        inks: for each word of the page 0 (still to come), 1 (being spoken) or 2 (spoken).
        opacity: 0 to 256, of all of it.
        lift_px: how far below its place it stands.
        is_coming: whether it comes, so that what stayed of the page before stands there already.
    """
    stayed = page.stayed if is_coming else 0
    for part in page.standing[:stayed]:
        paint_lettering(pixels, part)
    for part in page.standing[stayed:]:
        paint_lettering(pixels, part, opacity, lift_px)
    paint_words(pixels, page, ground, range(len(page.words)), inks, opacity, lift_px)


def paint_words(
    pixels: Pixels,
    page: Page,
    ground: Ground,
    which: Sequence[int],
    inks: Sequence[int],
    opacity: int = FULL,
    lift_px: int = 0,
) -> None:
    """Draw some words of a page, given by their index; boxes first, so that no box covers a neighbour."""
    is_rtl = reads_right_to_left([word.token.text for word in page.words])
    colors = (ground.dim_ink, ground.mark_ink, ground.ink)
    radius_px = int(page.face.size_px / 5) if ground.mark_style is Mark.BOX else 0
    marked = [page.words[index] for index in which if inks[index] == 1]
    for box in mark_boxes(marked, page.face, ground.mark_style):
        _paint_box(pixels, _lowered(box, lift_px), ground.mark, radius_px, opacity)
    for index in which:
        _paint_word(
            pixels,
            page.words[index],
            page.face,
            colors[inks[index]],
            is_rtl=is_rtl,
            opacity=opacity,
            lift_px=lift_px,
        )


def mark_boxes(words: Sequence[PlacedToken], face: Face, style: Mark = Mark.BOX) -> list[Box]:
    """The boxes behind words that are spoken together: one for those of a line that no space parts."""
    boxes: list[Box] = []
    before: PlacedToken | None = None
    for word in words:
        box = mark_box(word, face, style)
        if before and before.baseline_px == word.baseline_px and not word.token.has_space:
            left, right = min(boxes[-1].x, box.x), max(boxes[-1].right, box.right)
            boxes[-1] = Box(left, box.y, right - left, box.height)
        else:
            boxes.append(box)
        before = word
    return boxes


def mark_box(word: PlacedToken, face: Face, style: Mark = Mark.BOX) -> Box:
    """The box behind a word while it is spoken, which ends half-way to the next word; or the line below it.

    Where words are not parted, it ends with the word's own room.
    """
    size = face.size_px
    if style is Mark.LINE:
        high = max(int(size / 9), 2)
        return Box(round(word.x_px), word.baseline_px + round(0.16 * size), round(word.width_px), high)
    beyond_px = 0 if breaks_anywhere(word.token.text[0]) else 0.11 * size
    left, right = round(word.x_px - beyond_px), round(word.x_px + word.width_px + beyond_px)
    top, bottom = word.baseline_px - round(0.92 * size), word.baseline_px + round(0.31 * size)
    return Box(left, top, right - left, bottom - top)


def _paint_word(
    pixels: Pixels, word: PlacedToken, face: Face, ink: RGB, *, is_rtl: bool, opacity: int, lift_px: int
) -> None:
    mask = face.mask(word.token.text, is_rtl)
    x, y = round(word.x_px) + mask.left_px, word.baseline_px + mask.top_px + lift_px
    _blend(pixels, mask.pixels, x, y, ink, opacity)


def _lowered(box: Box, by_px: int) -> Box:
    return Box(box.x, box.y + by_px, box.width, box.height)


def _paint_box(pixels: Pixels, box: Box, color: RGB, radius_px: int, opacity: int = FULL) -> None:
    _blend(pixels, np.asarray(_rounded(box.width, box.height, radius_px)), box.x, box.y, color, opacity)


def _blend(
    pixels: Pixels, coverage: np.ndarray[Any, np.dtype[np.uint8]], x: int, y: int, ink: RGB, opacity: int
) -> None:
    """Lay a colour over a picture where a mask covers it; what lies outside the picture is left out."""
    height, width = coverage.shape
    left, top = max(x, 0), max(y, 0)
    right, bottom = min(x + width, pixels.shape[1]), min(y + height, pixels.shape[0])
    if left >= right or top >= bottom:
        return
    area = pixels[top:bottom, left:right]
    share = coverage[top - y : bottom - y, left - x : right - x, np.newaxis].astype(np.int32) * opacity
    behind = area.astype(np.int32)
    area[:] = behind + ((np.array(ink, np.int32) - behind) * share + 255 * 128) // (255 * 256)


def _rounded(width: int, height: int, radius_px: int) -> Image.Image:
    """Coverage of a rectangle with round corners."""
    if not radius_px:
        return Image.new("L", (width, height), 255)
    scale = MASK_SCALE
    radius = min(radius_px, width // 2, height // 2) * scale
    mask = Image.new("L", (width * scale, height * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle((0, 0, width * scale - 1, height * scale - 1), radius, fill=255)
    return mask.resize((width, height), Image.Resampling.BOX)


def _open_illustration(content: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as picture:
            return picture.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise UnreadableIllustration("The illustration of a scene cannot be opened.", detail=str(error)) from error


def _fill(pixels: Pixels, outline: Plate, picture: Image.Image, box: Box) -> None:
    """Fill an outline with a picture; what is seen of it is fitted, not what lies beyond the frame."""
    fitted = np.asarray(ImageOps.fit(picture, (box.width, box.height), Image.Resampling.LANCZOS))
    lay_picture(pixels, fitted, box, _seen(outline, box))


def _seen(outline: Plate, box: Box) -> np.ndarray[Any, np.dtype[np.uint8]]:
    whole = outline.box
    mask = np.asarray(_rounded(whole.width, whole.height, outline.radius_px))
    return mask[box.y - whole.y : box.bottom - whole.y, box.x - whole.x : box.right - whole.x]


def _paint_plate(pixels: Pixels, plate: Plate) -> None:
    if not plate.tilt_degrees:
        _paint_box(pixels, plate.box, plate.color, plate.radius_px, plate.opacity)
        return
    box = plate.box
    tilted = _tilted(_rounded(box.width, box.height, plate.radius_px), plate.tilt_degrees)
    x, y = box.x - (tilted.width - box.width) // 2, box.y - (tilted.height - box.height) // 2
    _blend(pixels, np.asarray(tilted), x, y, plate.color, plate.opacity)


def _paste_logo(canvas: Image.Image, logo: Image.Image, layout: SceneLayout) -> None:
    """The logo in the foot, on a plate where it would not be seen or where the ground is a colour of its own."""
    scale = layout.size.scale
    size = (round(LOGO_SIZE_PX[0] * scale), round(LOGO_SIZE_PX[1] * scale))
    fitted = ImageOps.contain(logo.convert("RGBA"), size, Image.Resampling.LANCZOS)
    foot = layout.foot
    plate = _logo_plate(fitted, layout.ground)
    pad = round(18 * scale) if plate else 0
    x = foot.right - fitted.width - pad if layout.text.is_rtl else foot.x + pad
    y = foot.y - round(10 * scale) - fitted.height // 2
    if plate is not None:
        high = round(12 * scale)
        mask = _rounded(fitted.width + 2 * pad, fitted.height + 2 * high, round(14 * scale))
        canvas.paste(plate, (x - pad, y - high), mask)
    canvas.paste(fitted, (x, y), fitted)


def _logo_plate(logo: Image.Image, ground: Ground) -> RGB | None:
    """The colour of the plate below a logo; None: it needs none."""
    drawn = np.asarray(logo)
    seen = drawn[drawn[..., 3] > FULL // 2][:, :3]
    is_light = bool(len(seen)) and float(seen.mean()) / 255 > LIGHT_LOGO
    lightness = sum(ground.surface) / 765
    if is_light:
        return None if lightness < DARK_GROUND else ground.ink
    return None if lightness > LIGHT_GROUND else WHITE


def _tilted(mask: Image.Image, degrees: float) -> Image.Image:
    """A mask turned about its middle, in a frame that holds all of it."""
    large = mask.resize((mask.width * 2, mask.height * 2), Image.Resampling.BILINEAR)
    turned = large.rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    return turned.resize((turned.width // 2, turned.height // 2), Image.Resampling.BOX)
