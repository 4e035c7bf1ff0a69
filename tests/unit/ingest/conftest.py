"""A deck with builds of every kind, read and drawn once for all tests."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pypdfium2
import pytest

from coursecrafter.ingest.page_pixels import fit_frame
from deck_kinds import KINDS, Drawn, Pixels, draw_all
from decks import make_deck

OFFICE_TIMEOUT_S = 120


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    return draw_all(make_deck(tmp_path_factory.mktemp("kinds") / "kinds.pptx", list(KINDS.values()), title="All kinds"))


@pytest.fixture(scope="session")
def untouched(drawn: Drawn, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Pixels]:
    """The deck's pages as LibreOffice draws them by itself, by slide number."""
    folder = tmp_path_factory.mktemp("untouched")
    command = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "pdf"]
    subprocess.run(
        [*command, "--outdir", folder, drawn.path], check=True, capture_output=True, timeout=OFFICE_TIMEOUT_S
    )
    pages = _pages(folder / "kinds.pdf")
    return {slide.number: page for slide, page in zip(drawn.deck.slides, pages, strict=True)}


def _pages(pdf: Path) -> list[Pixels]:
    document = pypdfium2.PdfDocument(pdf)
    return [fit_frame(np.asarray(page.render(scale=2).to_pil().convert("RGB"))[:1080, :1920]) for page in document]
