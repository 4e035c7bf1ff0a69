"""Recognises the words on pages that are pictures.

Runs in the sandbox: `python -m coursecrafter.ingest.scan_parser LANGUAGES PAGES SECONDS PDF JSON`, as `eng+deu 1,2,5
100`. It draws each page and gives it to tesseract, which runs behind the same walls.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pypdfium2

DOTS_PER_INCH = 300
POINTS_PER_INCH = 72
MAX_PAGE_PIXELS = 20_000_000
PAGE_WALL_S = 60.0


def recognise_page(page: pypdfium2.PdfPage, languages: str, folder: Path) -> str:
    """The words of a page, line by line.

    Source: tesseract(1): stdin, stdout, `--dpi`; its training wants letters of about 30 pixels, 300 dots to the inch.
    """
    width, height = page.get_size()
    scale = min(DOTS_PER_INCH / POINTS_PER_INCH, (MAX_PAGE_PIXELS / max(1.0, width * height)) ** 0.5)
    target = folder / "page.png"
    page.render(scale=scale, grayscale=True).to_pil().save(target)
    dpi = max(70, round(scale * POINTS_PER_INCH))
    command = ["tesseract", str(target), "stdout", "-l", languages, "--dpi", str(dpi)]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=PAGE_WALL_S)
    return answer.stdout.decode(errors="replace")


def recognise_pages(
    document: pypdfium2.PdfDocument, pages: Sequence[str], languages: str, until_s: float, folder: Path
) -> dict[str, str]:
    """The words of pages by their numbers; what does not come in time is left out.

    Args:
        until_s: of the monotonic clock; no page is begun later.
    """
    found = {}
    for number in pages:
        if time.monotonic() > until_s:
            break
        with suppress(subprocess.TimeoutExpired):
            found[number] = recognise_page(document[int(number) - 1], languages, folder)
    return found


def main(arguments: Sequence[str]) -> None:
    """Recognise the pages, write the JSON file."""
    languages, pages, seconds, source, target = arguments
    until_s = time.monotonic() + float(seconds)
    document = pypdfium2.PdfDocument(source)
    found = recognise_pages(document, pages.split(","), languages, until_s, Path(target).parent)
    Path(target).write_text(json.dumps(found, ensure_ascii=True), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
