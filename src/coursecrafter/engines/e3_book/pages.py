"""Pictures of the book's pages: for the preview, and the cover of the EPUB edition."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import BinaryIO

import pypdfium2

from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.jobs.steps import Produced, Step, content_key

PREVIEW_PAGES = 8
PREVIEW_HEIGHT_PX = 1100
COVER_HEIGHT_PX = 2000
JPEG_QUALITY = 85

_PDFIUM = Lock()
"""pdfium may be used by one thread at a time."""


def draw_pages(pdf: StoredObject, bench: Bench) -> tuple[StoredObject, tuple[StoredObject, ...]]:
    """Draw the cover, and the first pages for a preview.

    Returns:
        The cover as a JPEG 2000 px high, and up to eight pages as JPEG 1100 px high, in order.
    """

    def make(folder: Path) -> dict[str, Produced]:
        with open_pdf(bench.store.get_bytes(pdf)) as document:
            sizes = [("cover", 0, COVER_HEIGHT_PX)]
            shown = range(min(PREVIEW_PAGES, len(document)))
            sizes += [(f"page_{place + 1}", place, PREVIEW_HEIGHT_PX) for place in shown]
            for name, place, height_px in sizes:
                page = document[place]
                picture = page.render(scale=height_px / page.get_height()).to_pil().convert("RGB")
                picture.save(folder / f"{name}.jpg", quality=JPEG_QUALITY, subsampling=0, optimize=True)
        return {name: Produced(folder / f"{name}.jpg", "image/jpeg") for name, _, _ in sizes}

    key = content_key("book_pages", 1, pdf=pdf.sha256, height_px=PREVIEW_HEIGHT_PX, cover_px=COVER_HEIGHT_PX)
    files = bench.steps.run([Step("book_pages", key, make, "page pictures")])[0].files
    pages = tuple(files[f"page_{place}"] for place in range(1, len(files)))
    return files["cover"], pages


@contextmanager
def open_pdf(content: bytes | BinaryIO) -> Iterator[pypdfium2.PdfDocument]:
    """A PDF, opened in pdfium for this thread alone; a file that seeks is read piece by piece."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(content)
        try:
            yield document
        finally:
            document.close()
