"""Pictures of a deck's builds, drawn by LibreOffice in the sandbox.

One run draws one copy of the deck that holds the wanted states as slides; nothing of one organisation meets another's.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from coursecrafter.domain.deck import Deck
from coursecrafter.errors import IngestError
from coursecrafter.ingest.deck_reader import UnreadableDeck
from coursecrafter.ingest.guard import check_deck
from coursecrafter.ingest.office import find_office
from coursecrafter.ingest.sandbox import CompletedRun, run_python, run_sandboxed

BuildRef = tuple[int, int]
"""Slide number and build index."""

OFFICE_MEMORY_MB = 6144
PYTHON_MEMORY_MB = 3072
BASE_WALL_S = 90.0
PAGE_WALL_S = 3.0
"""LibreOffice takes 0.05 to 0.3 s for a page; a loaded machine may take ten times as long."""
_PDF_OPTIONS = json.dumps(
    {
        "UseLosslessCompression": {"type": "boolean", "value": "true"},
        "ReduceImageResolution": {"type": "boolean", "value": "true"},
        "MaxImageResolution": {"type": "long", "value": "300"},
        "ExportBookmarks": {"type": "boolean", "value": "false"},
        "UseTaggedPDF": {"type": "boolean", "value": "false"},
    },
    separators=(",", ":"),
)


class DrawingFailed(IngestError):
    """LibreOffice could not draw the slides."""

    code = "CC-0114"
    remedy = "Open the deck in PowerPoint, save it anew as .pptx and try that copy; the log holds LibreOffice's words."


class DrawingTimedOut(IngestError):
    """Drawing the slides took longer than it may."""

    code = "CC-0115"
    retry = True
    remedy = "Try again when the machine is less busy, or split the deck in two."


def draw_builds(path: Path, deck: Deck, wanted: Sequence[BuildRef]) -> Iterator[tuple[BuildRef, bytes]]:
    """Draw builds of a deck.

    Args:
        path: the file that the deck was read from.
        deck: what `read_deck` gave for it.
        wanted: builds to draw; those that look the same are drawn once.

    Yields:
        Each wanted build once with its PNG, 1920 x 1080, those that look the same after one another.

    Raises:
        OfficeMissing: CC-0113.
        DrawingFailed: CC-0114.
        DrawingTimedOut: CC-0115.
    """
    by_key = _group_by_picture(deck, wanted)
    if not by_key:
        return
    check_deck(path)
    office = find_office()
    pages = [builds[0] for builds in by_key.values()]
    with tempfile.TemporaryDirectory(prefix="cc-draw-") as name:
        folder = Path(name)
        wall_s = BASE_WALL_S + PAGE_WALL_S * len(pages)
        _write_copy(path.absolute(), pages, folder, wall_s)
        _convert(office, folder, wall_s)
        _render(folder, len(pages), wall_s)
        for page, builds in enumerate(by_key.values(), 1):
            picture = folder / "pictures" / f"{page}.png"
            content = picture.read_bytes()
            picture.unlink()
            yield from ((build, content) for build in builds)


def _group_by_picture(deck: Deck, wanted: Sequence[BuildRef]) -> dict[str, list[BuildRef]]:
    keys = {(slide.number, build.index): build.picture_key for slide in deck.slides for build in slide.builds}
    groups: dict[str, list[BuildRef]] = {}
    for build in dict.fromkeys(wanted):
        groups.setdefault(keys[build], []).append(build)
    return groups


def _write_copy(deck: Path, pages: Sequence[BuildRef], folder: Path, wall_s: float) -> None:
    wanted = folder / "pages.json"
    wanted.write_text(json.dumps(pages))
    run = run_python(
        "coursecrafter.ingest.state_deck",
        [deck, wanted, folder / "states.pptx"],
        reads=[deck],
        writes=folder,
        wall_s=wall_s,
        memory_mb=PYTHON_MEMORY_MB,
    )
    if run.returncode != 0:
        raise UnreadableDeck("The deck could not be taken apart for drawing.", detail=run.output)


def _convert(office: Path, folder: Path, wall_s: float) -> None:
    argv: list[str | Path] = [
        office,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--norestore",
        "--nologo",
        "--convert-to",
        f"pdf:impress_pdf_Export:{_PDF_OPTIONS}",
        "--outdir",
        folder,
        folder / "states.pptx",
    ]
    run = run_sandboxed(argv, writes=folder, wall_s=wall_s, memory_mb=OFFICE_MEMORY_MB)
    # LibreOffice ends with 0 also where it wrote nothing.
    _check(run, is_done=(folder / "states.pdf").is_file())


def _render(folder: Path, pages: int, wall_s: float) -> None:
    pictures = folder / "pictures"
    pictures.mkdir()
    run = run_python(
        "coursecrafter.ingest.page_pixels",
        [folder / "states.pdf", pictures],
        reads=[],
        writes=folder,
        wall_s=wall_s,
        memory_mb=PYTHON_MEMORY_MB,
    )
    drawn = {path.name for path in pictures.iterdir() if path.is_file() and not path.is_symlink()}
    _check(run, is_done=run.returncode == 0 and drawn == {f"{page}.png" for page in range(1, pages + 1)})


def _check(run: CompletedRun, *, is_done: bool) -> None:
    if run.is_timed_out:
        raise DrawingTimedOut(f"Drawing the slides was ended after {run.wall_s:.0f} seconds.", detail=run.output)
    if not is_done:
        raise DrawingFailed("LibreOffice could not draw this deck's slides.", detail=run.output)
