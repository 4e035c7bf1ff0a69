"""Scanned pages: their words, where the machine has tesseract to recognise them, and their pictures for a model."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from coursecrafter.errors import IngestError
from coursecrafter.ingest.sandbox import PARSE_MEMORY_MB, parse_sandboxed, run_python
from coursecrafter.ingest.scan_pixels import MOST_BYTES

MAX_PAGES = 200
PER_PAGE_S = 20.0
LAST_PAGE_S = 90.0
"""What a page that is begun in time may take, with the start of all."""
DRAWN_PAGE_S, FIRST_DRAWN_S = 5.0, 60.0
"""What the drawing of a page may take, and of the first one with the start of all."""
JPEG = b"\xff\xd8\xff"
PROBE_TIMEOUT_S = 30
MOST_LANGUAGES = 3
_NO_HOME = {"PATH": "/usr/bin:/bin:/usr/local/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}
_NOT_LANGUAGES = {"osd", "equ"}
_LANGUAGE = re.compile(r"[A-Za-z]{3}(_[A-Za-z]+)*")


class ScanNotRead(IngestError):
    """The document is a scan, and this server has nothing to recognise text with."""

    code = "CC-0145"
    remedy = (
        "Give a PDF with text; or let a model read such pages: whoever leads the organisation's providers can name one"
        " in a route of the kind parse (“coursecrafter ai route parse PROVIDER/MODEL”). Whoever runs this server can"
        " install tesseract with the document's language (Debian, Ubuntu: apt-get install tesseract-ocr"
        " tesseract-ocr-deu)."
    )


@lru_cache(maxsize=1)
def recognised_languages() -> tuple[str, ...]:
    """Languages that tesseract knows on this machine, English first, the others by name; none without it."""
    program = shutil.which("tesseract")
    if program is None:
        return ()
    answer = subprocess.run(
        [program, "--list-langs"], capture_output=True, text=True, check=False, timeout=PROBE_TIMEOUT_S, env=_NO_HOME
    )
    named = {line.strip() for line in answer.stdout.splitlines()[1:]} - _NOT_LANGUAGES
    return tuple(sorted(filter(_LANGUAGE.fullmatch, named), key=lambda name: (name != "eng", name)))


def read_scans(path: Path, pages: Sequence[int]) -> dict[int, str]:
    """What stands on pages of a PDF that are pictures, by page; nothing of a page that could not be read in time.

    Args:
        path: a PDF that the guard let pass.
        pages: from 1, at most `MAX_PAGES`.

    Raises:
        ScanNotRead: CC-0145, tesseract is not installed, or knows no language.
    """
    languages = recognised_languages()[:MOST_LANGUAGES]
    if not languages:
        raise ScanNotRead("The document's pages are pictures, and this server cannot recognise the text in them.")
    time_s = PER_PAGE_S * len(pages)
    arguments = ["+".join(languages), ",".join(str(page) for page in pages), str(time_s)]
    wall_s = time_s + LAST_PAGE_S
    answer, _ = parse_sandboxed("coursecrafter.ingest.scan_parser", arguments, path, wall_s=wall_s)
    wanted = {str(page): page for page in pages}
    if not isinstance(answer, dict):
        return {}
    return {wanted[key]: text for key, text in answer.items() if key in wanted and isinstance(text, str)}


def draw_scans(path: Path, pages: Sequence[int], folder: Path) -> dict[int, Path]:
    """Draw pages of a PDF for a model that reads them; a page that could not be drawn is left out.

    Args:
        path: a PDF that the guard let pass.
        pages: from 1, at most `MAX_PAGES`.
        folder: an empty one, where they stand as JPEG files of at most `MOST_BYTES` each.
    """
    pictures = folder.absolute()
    run_python(
        "coursecrafter.ingest.scan_pixels",
        [",".join(str(page) for page in pages), path.absolute(), pictures],
        reads=[path.absolute()],
        writes=pictures,
        wall_s=FIRST_DRAWN_S + DRAWN_PAGE_S * len(pages),
        memory_mb=PARSE_MEMORY_MB,
    )
    drawn = {page: pictures / f"{page}.jpg" for page in pages}
    return {page: file for page, file in drawn.items() if _is_sound(file)}


def _is_sound(file: Path) -> bool:
    """Whether a child left a picture there, and nothing else."""
    if file.is_symlink() or not file.is_file() or file.stat().st_size > MOST_BYTES:
        return False
    with file.open("rb") as opened:
        return opened.read(len(JPEG)) == JPEG
