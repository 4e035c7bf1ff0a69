"""Pages of a PDF become pictures of 1920 x 1080.

Runs in the sandbox: `python -m coursecrafter.ingest.page_pixels PDF FOLDER`; page 1 becomes `1.png`.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pypdfium2
from PIL import Image, ImageFilter

WIDTH_PX, HEIGHT_PX = 1920, 1080
PNG_LEVEL = 3
"""Larger by a tenth than at level 6, and three times as fast."""
EDGE_PX = 6
EDGE_SKIPPED_PX = 2
BLUR_PX = 60
SAME_COLOUR = 24
MOSTLY = 0.5

Pixels = npt.NDArray[np.uint8]


def render_page(page: pypdfium2.PdfPage) -> Pixels:
    """Draw a page as large as it fits, in the middle.

    Returns:
        1080 x 1920 x 3, RGB. What the page leaves empty continues its edges, softened.
    """
    width, height = page.get_size()
    scale = min(WIDTH_PX / width, HEIGHT_PX / height)
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    drawn = np.ascontiguousarray(bitmap.to_numpy()[:HEIGHT_PX, :WIDTH_PX, :3])
    bitmap.close()
    return fit_frame(drawn)


def fit_frame(drawn: Pixels) -> Pixels:
    """Centre a picture in the frame and continue its edges to the frame's.

    Args:
        drawn: at most 1080 x 1920 x 3; it touches the frame on two sides.
    """
    height, width = drawn.shape[:2]
    left, top = (WIDTH_PX - width) // 2, (HEIGHT_PX - height) // 2
    frame = np.empty((HEIGHT_PX, WIDTH_PX, 3), np.uint8)
    frame[top : top + height, left : left + width] = drawn
    middle = frame[top : top + height]
    middle[:, :left] = _edge(drawn[:, :EDGE_PX])
    middle[:, left + width :] = _edge(drawn[:, -EDGE_PX:])
    frame[:top] = frame[top]
    frame[top + height :] = frame[top + height - 1]
    if top > 1:
        across = frame.transpose(1, 0, 2)
        across[:, :top] = _edge(across[:, top : top + EDGE_PX])
        across[:, top + height :] = _edge(across[:, top + height - EDGE_PX : top + height])
    return frame


def _edge(strip: Pixels) -> Pixels:
    """One column that continues a strip.

    Where most of an edge has one colour that colour is the background, and what crosses the edge ends there; else it
    is a gradient or a photo, which goes on line by line, softened.
    """
    inner = strip[:, EDGE_SKIPPED_PX:-EDGE_SKIPPED_PX] if strip.shape[1] > 2 * EDGE_SKIPPED_PX else strip
    column = np.median(inner, axis=1, keepdims=True)
    middle = np.median(column, axis=0, keepdims=True)
    is_background = np.abs(column - middle).max(axis=2) <= SAME_COLOUR
    if is_background.mean() > MOSTLY:
        return np.broadcast_to(middle, column.shape).astype(np.uint8)
    picture = Image.fromarray(np.repeat(column.astype(np.uint8), 3, axis=1))
    softened = picture.filter(ImageFilter.BoxBlur((0, BLUR_PX))).filter(ImageFilter.BoxBlur((0, BLUR_PX)))
    return np.asarray(softened)[:, 1:2]


def main(arguments: Sequence[str]) -> None:
    """Draw each page of the first file into the second folder."""
    source, folder = map(Path, arguments)
    document = pypdfium2.PdfDocument(source)
    for index in range(len(document)):
        page = document[index]
        Image.fromarray(render_page(page)).save(folder / f"{index + 1}.png", compress_level=PNG_LEVEL)
        page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
