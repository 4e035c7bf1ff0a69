"""What a template looks like, before there is a video: sample scenes beside each other, for an author to choose by."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from coursecrafter.domain.course import Brand
from coursecrafter.domain.look import FrameSize, Shape
from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText, lay_out_scene
from coursecrafter.engines.e2_video.paint import (
    Backing,
    Pixels,
    backing_of,
    paint_background,
    paint_lettering,
    paint_page,
    still_lettering,
)
from coursecrafter.engines.e2_video.palette import RGB, Palette, make_palette
from coursecrafter.engines.e2_video.templates import template_named

SAMPLE_SIDE_PX = 1080
SHEET_GAP_PX = 24
SHEET_COLOR = (226, 228, 232)
SAMPLE_TEXTS = (
    ("A title says what it is about", ("And a sentence says what you will learn.",)),
    (
        "A heading, and what it means",
        ("Each word lights up in the moment in which it is spoken, so eyes follow ears.",),
    ),
    ("Three points", ("The first comes alone.", "The second joins it.", "The third completes them.")),
    ("", ()),
)


def sample_scenes(brand: Brand) -> tuple[SceneText, ...]:
    """A title, a text and a list, as they stand in a video of this brand."""
    return tuple(
        SceneText(number, len(SAMPLE_TEXTS), heading, brand.name, texts, brand.name)
        for number, (heading, texts) in enumerate(SAMPLE_TEXTS[:-1], 1)
    )


def paint_samples(
    template: str,
    brand: Brand,
    size: FrameSize,
    *,
    logo: Image.Image | None = None,
    backdrop: tuple[RGB, RGB, bytes | None] | None = None,
    scenes: Sequence[SceneText] = (),
    picture: bytes | None = None,
) -> bytes:
    """Sample scenes of a template as one PNG: side by side, tall ones too; wide ones below each other.

    Args:
        template: its name.
        logo: the brand's, opened.
        backdrop: what stands behind the cards of the organisation's own slides, see `paint.backing_of`.
        scenes: what they say; none: `sample_scenes`.
        picture: their illustration, a PNG, JPEG or WebP; None: one drawn from the brand's colours.

    Raises:
        UnknownTemplate: CC-0235.
    """
    palette, chosen = make_palette(brand), template_named(template, brand)
    shown = picture or sample_picture(palette)
    layouts = [lay_out_scene(text, palette, chosen, size) for text in scenes or sample_scenes(brand)]
    return _sheet([_painted(layout, shown, logo, backing_of(layout, backdrop)) for layout in layouts], size)


def sample_picture(palette: Palette) -> bytes:
    """A quiet picture in the brand's colours, 1080 x 1080, as PNG."""
    side = SAMPLE_SIDE_PX
    ground, strong = palette.light, palette.brand
    image = Image.new("RGB", (side, side), ground.surface_end)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 700, side, side), fill=ground.line)
    pen.ellipse((230, 190, 850, 810), fill=strong.surface)
    pen.ellipse((390, 350, 690, 650), fill=ground.mark)
    pen.polygon(((540, 420), (640, 580), (440, 580)), fill=strong.surface)
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def _painted(layout: SceneLayout, picture: bytes, logo: Image.Image | None, backing: Backing | None) -> Pixels:
    """A scene in the middle of being spoken."""
    pixels = paint_background(layout, picture, logo, backing)
    for part in still_lettering(layout, has_logo=logo is not None):
        paint_lettering(pixels, part)
    page = layout.pages[len(layout.pages) // 2][0]
    now = len(page.words) // 3
    paint_page(pixels, page, layout.ground, inks=[2] * now + [1] + [0] * (len(page.words) - now - 1))
    return pixels


def _sheet(frames: Sequence[Pixels], size: FrameSize) -> bytes:
    gap = max(round(SHEET_GAP_PX * size.scale), 1)
    is_row = size.shape is not Shape.WIDE
    across, down = (len(frames), 1) if is_row else (1, len(frames))
    width, height = across * (size.width_px + gap) + gap, down * (size.height_px + gap) + gap
    sheet = np.full((height, width, 3), SHEET_COLOR, np.uint8)
    for index, frame in enumerate(frames):
        x, y = (index, 0) if is_row else (0, index)
        left, top = gap + x * (size.width_px + gap), gap + y * (size.height_px + gap)
        sheet[top : top + size.height_px, left : left + size.width_px] = frame
    held = io.BytesIO()
    Image.fromarray(sheet).save(held, "PNG", compress_level=1)
    return held.getvalue()
