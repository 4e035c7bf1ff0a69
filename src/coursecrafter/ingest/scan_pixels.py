"""Draws pages of a PDF as a model is shown them: sharp enough to be read, and no larger.

Runs in the sandbox: `python -m coursecrafter.ingest.scan_pixels PAGES PDF FOLDER`, as `1,2,5`; page 5 becomes `5.jpg`.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image

DOTS_PER_INCH = 150
POINTS_PER_INCH = 72
MOST_PIXELS = 4_000_000
MOST_SIDE_PX = 4000
"""Models look at less by themselves, and refuse more than 8000."""
MOST_BYTES = 3_500_000
QUALITY = 85
SMALLER = 0.7


def draw_page(page: pypdfium2.PdfPage) -> bytes:
    """A page as a JPEG of at most `MOST_BYTES`; one page stands in memory at a time."""
    width, height = (max(1.0, side) for side in page.get_size())
    scale = min(
        DOTS_PER_INCH / POINTS_PER_INCH,
        (MOST_PIXELS / (width * height)) ** 0.5,
        MOST_SIDE_PX / max(width, height),
    )
    bitmap = page.render(scale=scale, rev_byteorder=True, prefer_bgrx=False)
    picture = bitmap.to_pil().convert("RGB")
    bitmap.close()
    while len(content := _coded(picture)) > MOST_BYTES:
        picture = picture.resize((max(1, int(picture.width * SMALLER)), max(1, int(picture.height * SMALLER))))
    return content


def _coded(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


def main(arguments: Sequence[str]) -> None:
    """Draw the pages into the folder; one that is damaged is left out."""
    pages, source, folder = arguments
    document = pypdfium2.PdfDocument(source)
    for number in pages.split(","):
        try:
            page = document[int(number) - 1]
        except (pypdfium2.PdfiumError, IndexError):
            continue
        Path(folder, f"{number}.jpg").write_bytes(draw_page(page))
        page.close()


if __name__ == "__main__":
    main(sys.argv[1:])
