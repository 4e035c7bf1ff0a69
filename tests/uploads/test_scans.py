"""Scanned pages are read where tesseract is, and said to be unread where it is not."""

from __future__ import annotations

import ctypes
from pathlib import Path

import pypdfium2
import pytest
from PIL import Image
from pypdfium2 import raw

from coursecrafter.ingest import documents, scans
from coursecrafter.ingest.documents import EmptyDocument, read_document
from coursecrafter.ingest.scans import ScanNotRead, recognised_languages
from upload_files import make_scan

needs_tesseract = pytest.mark.skipif(not recognised_languages(), reason="tesseract is not installed")
FIRST = "Find the exit before you need it.\nKeep it free at all times."


@pytest.fixture
def without_tesseract(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scans, "recognised_languages", tuple)


def make_mixed(path: Path) -> None:
    """Two pages: a scan, and one that carries a word as text."""
    make_scan(path.with_suffix(".scan.pdf"), FIRST)
    document = pypdfium2.PdfDocument(path.with_suffix(".scan.pdf"))
    page = document.new_page(595, 842)
    text = raw.FPDFPageObj_NewTextObj(document, b"Helvetica", 24)
    units = "Assembly point".encode("utf-16-le") + b"\0\0"
    raw.FPDFText_SetText(text, ctypes.cast(ctypes.create_string_buffer(units), ctypes.POINTER(ctypes.c_ushort)))
    raw.FPDFPageObj_Transform(text, 1, 0, 0, 1, 72, 700)
    raw.FPDFPage_InsertObject(page, text)
    page.gen_content()
    document.save(path)
    document.close()


@needs_tesseract
def test_the_words_of_a_scan_are_read_with_their_pages(tmp_path: Path) -> None:
    make_scan(tmp_path / "scan.pdf", FIRST, "The assembly point is behind the house.")

    document = read_document(tmp_path / "scan.pdf")

    assert [page for _, page in document.paragraphs] == sorted(page or 0 for _, page in document.paragraphs)
    text = {page: " ".join(said for said, at in document.paragraphs if at == page) for page in (1, 2)}
    assert "Find the exit before you need it." in text[1]
    assert "assembly point" in text[2]
    assert not document.caveats


@needs_tesseract
def test_a_scanned_page_stands_among_written_ones(tmp_path: Path) -> None:
    make_mixed(tmp_path / "mixed.pdf")

    document = read_document(tmp_path / "mixed.pdf")

    assert document.paragraphs[-1] == ("Assembly point", 2)
    assert "Find the exit" in document.paragraphs[0][0]


@pytest.mark.usefixtures("without_tesseract")
def test_a_scan_is_refused_plainly_where_nothing_can_read_it(tmp_path: Path) -> None:
    make_scan(tmp_path / "scan.pdf", FIRST)

    with pytest.raises(ScanNotRead, match="CC-0145") as refusal:
        read_document(tmp_path / "scan.pdf")

    assert "tesseract-ocr" in refusal.value.remedy


@pytest.mark.usefixtures("without_tesseract")
def test_a_scanned_page_among_written_ones_is_named_where_nothing_can_read_it(tmp_path: Path) -> None:
    make_mixed(tmp_path / "mixed.pdf")

    document = read_document(tmp_path / "mixed.pdf")

    assert document.paragraphs == (("Assembly point", 2),)
    assert document.caveats[-1] == "1 scanned pages were not read, the first of them page 1."


@needs_tesseract
def test_pages_beyond_the_limit_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "MAX_PAGES", 1)
    make_scan(tmp_path / "scan.pdf", FIRST, FIRST)

    document = read_document(tmp_path / "scan.pdf")

    assert {page for _, page in document.paragraphs} == {1}
    assert document.caveats == ("1 scanned pages were not read, the first of them page 2.",)


@needs_tesseract
def test_a_scan_of_nothing_has_no_text(tmp_path: Path) -> None:
    Image.new("L", (600, 800), 255).save(tmp_path / "blank.pdf")

    with pytest.raises(EmptyDocument):
        read_document(tmp_path / "blank.pdf")


@needs_tesseract
@pytest.mark.parametrize("setting", ["PER_PAGE_S", "LAST_PAGE_S"])
def test_recognition_ends_when_its_time_is_over(setting: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether the reader notices by itself or has to be ended."""
    monkeypatch.setattr(scans, "PER_PAGE_S", 0.0)
    monkeypatch.setattr(scans, setting, {"PER_PAGE_S": -1.0, "LAST_PAGE_S": 0.2}[setting])
    make_scan(tmp_path / "scan.pdf", FIRST)

    with pytest.raises(EmptyDocument):
        read_document(tmp_path / "scan.pdf")
