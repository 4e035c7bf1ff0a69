"""Pixels: the still picture of a scene, and the narration laid over it.

Shapes and words are drawn as coverage masks straight onto the pixels, so a state of the narration costs the lines that
change. (An SVG of the same shapes, rendered by resvg, took five times as long, most of it in PNG.)
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageOps

from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import Box, Lettering, Page
from coursecrafter.engines.e2_video.palette import RGB, Ground
from coursecrafter.engines.e2_video.templates import (
    FOOT_BASELINE_PX,
    HEIGHT_PX,
    MARGIN_PX,
    WIDTH_PX,
    Clip,
    SceneLayout,
    Template,
)
from coursecrafter.engines.e2_video.typesetting import PlacedToken, reads_right_to_left
from coursecrafter.errors import VideoError


class UnreadableIllustration(VideoError):
    """A model's illustration is not a picture that can be opened."""

    code = "CC-0233"
    status = 502
    retry = True
    remedy = "Try again, or choose another model for pictures."


PAINT_VERSION = 1
"""Part of the key of every picture; raise it when the same layout gives other pixels."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
"""Height x width x 3, 8-bit RGB."""

MOST_DASHES = 16
MASK_SCALE = 3
DASH_PX = 6
PROGRESS_PX = 320
RADIUS_PX = {Clip.PANEL: 40, Clip.EDGE: 72, Clip.CIRCLE: 2000}
LOGO_SIZE_PX = (260, 44)
FULL = 256
"""Of an opacity."""


def paint_background(layout: SceneLayout, illustration: bytes, logo: Image.Image | None = None) -> Pixels:
    """All of a scene's still picture but its text.

    Args:
        layout: from `lay_out_scene`.
        illustration: PNG, JPEG or WebP.
        logo: stands in the foot.

    Returns:
        1080 x 1920 x 3.

    Raises:
        UnreadableIllustration: CC-0233.
    """
    pixels = paint_ground(layout.ground).copy()
    _paint_ornament(pixels, layout)
    _paint_rule(pixels, layout)
    _paint_progress(pixels, layout)
    canvas = Image.fromarray(pixels)
    _paste_clipped(canvas, _open_illustration(illustration), layout.illustration, layout.clip)
    if logo is not None:
        _paste_logo(canvas, logo, layout)
    return np.array(canvas)


def still_lettering(layout: SceneLayout, *, has_logo: bool) -> tuple[Lettering, ...]:
    """The text of a still picture; a logo takes the place of the brand's name, which comes last."""
    return layout.still[:-1] if has_logo else layout.still


@lru_cache(maxsize=4)
def paint_ground(ground: Ground) -> Pixels:
    """The ground's gradient, from the top left corner to the bottom right one; to be copied before it is painted on."""
    across = np.linspace(0, 1, WIDTH_PX, dtype=np.float32)[np.newaxis, :]
    down = np.linspace(0, 1, HEIGHT_PX, dtype=np.float32)[:, np.newaxis]
    share = ((across + down) / 2)[:, :, np.newaxis]
    start, end = np.array(ground.surface, np.float32), np.array(ground.surface_end, np.float32)
    ground_pixels = (start + (end - start) * share + np.float32(0.5)).astype(np.uint8)
    ground_pixels.flags.writeable = False
    return ground_pixels


def paint_lettering(pixels: Pixels, part: Lettering, opacity: int = FULL, lift_px: int = 0) -> None:
    """Draw text that stands still onto a picture."""
    is_rtl = reads_right_to_left([word.token.text for word in part.words])
    for word in part.words:
        _paint_word(pixels, word, part.face, part.ink, is_rtl=is_rtl, opacity=opacity, lift_px=lift_px)


def paint_page(
    pixels: Pixels, page: Page, ground: Ground, *, inks: Sequence[int], opacity: int = FULL, lift_px: int = 0
) -> None:
    """Draw a page of narration onto a picture.

    Args:
        inks: for each word of the page 0 (still to come), 1 (being spoken) or 2 (spoken).
        opacity: 0 to 256, of all of it.
        lift_px: how far below its place it stands.
    """
    for part in page.standing:
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
    for index in which:
        if inks[index] == 1:
            _paint_box(
                pixels,
                _lowered(mark_box(page.words[index], page.face), lift_px),
                ground.mark,
                page.face.size_px // 5,
                opacity,
            )
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


def mark_box(word: PlacedToken, face: Face) -> Box:
    """The box behind a word while it is spoken: it ends half-way to the next word."""
    size = face.size_px
    left, right = round(word.x_px - 0.11 * size), round(word.x_px + word.width_px + 0.11 * size)
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


def _paste_clipped(canvas: Image.Image, picture: Image.Image, box: Box, clip: Clip) -> None:
    fitted = ImageOps.fit(picture, (box.width, box.height), Image.Resampling.LANCZOS)
    canvas.paste(fitted, (box.x, box.y), _rounded(box.width, box.height, RADIUS_PX[clip]))


def _paste_logo(canvas: Image.Image, logo: Image.Image, layout: SceneLayout) -> None:
    """The logo in the foot, on a plate of white where the ground is the brand's own colour."""
    fitted = ImageOps.contain(logo.convert("RGBA"), LOGO_SIZE_PX, Image.Resampling.LANCZOS)
    at_right = _text_at_right(layout)
    x = WIDTH_PX - MARGIN_PX - fitted.width if at_right else MARGIN_PX
    y = FOOT_BASELINE_PX - 10 - fitted.height // 2
    if layout.template not in {Template.SPLIT, Template.POINTS}:
        plate = (fitted.width + 36, fitted.height + 24)
        x = x - 36 if at_right else x
        canvas.paste((255, 255, 255), (x, y - 12), _rounded(*plate, 14))
        x += 18
    canvas.paste(fitted, (x, y), fitted)


def _text_at_right(layout: SceneLayout) -> bool:
    return layout.illustration.x + layout.illustration.width // 2 < WIDTH_PX // 2


def _paint_ornament(pixels: Pixels, layout: SceneLayout) -> None:
    """Quiet shapes around the illustration; none reaches the text."""
    box, ground = layout.illustration, layout.ground
    if layout.clip is Clip.PANEL:
        tilted = _tilted(_rounded(box.width, box.height, RADIUS_PX[Clip.PANEL]), 4 if _text_at_right(layout) else -4)
        x, y = box.x - (tilted.width - box.width) // 2, box.y - (tilted.height - box.height) // 2
        _blend(pixels, np.asarray(tilted), x, y, ground.mark, FULL)
    elif layout.clip is Clip.CIRCLE:
        _paint_box(pixels, _grown(box, 64), ground.line, box.width, opacity=FULL // 2)
        _paint_box(pixels, _grown(box, 18), ground.mark, box.width)
    else:
        shift = 28 if _text_at_right(layout) else -28
        _paint_box(pixels, Box(box.x + shift, box.y, box.width, box.height), ground.mark, RADIUS_PX[Clip.EDGE])


def _paint_rule(pixels: Pixels, layout: SceneLayout) -> None:
    """The short line between the scene's number and the small line."""
    number = layout.still[0].words[0]
    x = number.x_px - 76 if layout.text.is_rtl else number.x_px + number.width_px + 20
    _paint_box(pixels, Box(round(x), number.baseline_px - 12, 56, 3), layout.ground.accent, 1)


def _paint_progress(pixels: Pixels, layout: SceneLayout) -> None:
    """One dash per scene, at the other end of the foot from the brand; a bar where dashes would be dots."""
    number, count, ground = layout.text.number, layout.text.count, layout.ground
    column = _progress_box(layout)
    if count > MOST_DASHES:
        _paint_box(pixels, column, ground.line, DASH_PX // 2)
        _paint_box(
            pixels, Box(column.x, column.y, column.width * number // count, DASH_PX), ground.accent, DASH_PX // 2
        )
        return
    step = min(36, PROGRESS_PX // count)
    for index in range(count):
        x = column.right - step * (index + 1) + 8 if layout.text.is_rtl else column.right - step * (count - index) + 8
        if layout.text.is_rtl:
            x -= PROGRESS_PX - step * count
        is_done = index < number
        _paint_box(pixels, Box(x, column.y, step - 8, DASH_PX), ground.accent if is_done else ground.line, DASH_PX // 2)


def _progress_box(layout: SceneLayout) -> Box:
    """The end of the foot where the brand is not, or of the part of it that an illustration leaves."""
    left, right = MARGIN_PX, WIDTH_PX - MARGIN_PX
    if layout.clip is Clip.EDGE:
        box = layout.illustration
        left, right = (box.right + 120, right) if _text_at_right(layout) else (left, box.x - 60)
    x = left if layout.text.is_rtl else right - PROGRESS_PX
    return Box(x, FOOT_BASELINE_PX - 13, PROGRESS_PX, DASH_PX)


def _grown(box: Box, by_px: int) -> Box:
    return Box(box.x - by_px, box.y - by_px, box.width + 2 * by_px, box.height + 2 * by_px)


def _tilted(mask: Image.Image, degrees: float) -> Image.Image:
    """A mask turned about its middle, in a frame that holds all of it."""
    large = mask.resize((mask.width * 2, mask.height * 2), Image.Resampling.BILINEAR)
    turned = large.rotate(-degrees, Image.Resampling.BICUBIC, expand=True)
    return turned.resize((turned.width // 2, turned.height // 2), Image.Resampling.BOX)
