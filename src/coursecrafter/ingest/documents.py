"""A document from a stranger becomes a value: guard, parse in the sandbox, check the answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coursecrafter.domain.course import SourceDocument
from coursecrafter.errors import IngestError
from coursecrafter.ingest.archive import EncryptedFile
from coursecrafter.ingest.characters import clean_line, clean_text
from coursecrafter.ingest.document_parser import Paragraph, join_lines
from coursecrafter.ingest.guard import check_document
from coursecrafter.ingest.sandbox import parse_sandboxed
from coursecrafter.ingest.scans import MAX_PAGES, ScanNotRead, read_scans


class UnreadableDocument(IngestError):
    """The document's content is damaged and cannot be read."""

    code = "CC-0117"
    remedy = "Open it in the program that made it, save it anew and give that copy."


class EmptyDocument(IngestError):
    """There is no text in the document."""

    code = "CC-0118"
    remedy = "Give a document with text; a scan must be sharp enough for its words to be recognised."


@dataclass(frozen=True, slots=True)
class WrittenDocument:
    """What a document says in text, and where it does not.

    Attributes:
        title: its own, else its file name.
        paragraphs: with their pages, which are known for a PDF only.
        scans: pages of a PDF that hold pictures and not one word, in order.
    """

    title: str
    paragraphs: tuple[Paragraph, ...]
    scans: tuple[int, ...] = ()


def read_document(path: Path) -> SourceDocument:
    """Read a .docx, .pdf, .txt or .md file.

    Pages of a PDF that are pictures are read by tesseract, where it is installed.

    Returns:
        Its title (its own, else its file name) and at least one paragraph; pages are known for a PDF only.

    Raises:
        IngestError: what the guard refuses (CC-0103 to CC-0119).
        UnreadableDocument: CC-0117.
        EmptyDocument: CC-0118.
        ScanNotRead: CC-0145, its pages are pictures and nothing here recognises text.
    """
    written = read_written(path)
    recognised, caveats = _recognise(path, written.scans, has_text=bool(written.paragraphs))
    return join_pages(written, recognised, caveats)


def read_written(path: Path) -> WrittenDocument:
    """Read what stands in a document as text, and say which of its pages are pictures.

    Raises:
        IngestError: what the guard refuses (CC-0103 to CC-0119).
        UnreadableDocument: CC-0117.
    """
    kind = check_document(path)
    answer, run = parse_sandboxed("coursecrafter.ingest.document_parser", [kind.value], path)
    try:
        title, written, scans = _checked(answer)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableDocument("The document could not be read: it is damaged.", detail=run.output) from error
    return WrittenDocument(title or clean_line(path.stem), tuple(written), tuple(scans))


def join_pages(written: WrittenDocument, read: Sequence[Paragraph], caveats: Sequence[str] = ()) -> SourceDocument:
    """A document with what was read on pages that are pictures in its place.

    Raises:
        EmptyDocument: CC-0118.
    """
    cleaned = ((clean_line(text), page) for text, page in read)
    kept = [(text, page) for text, page in cleaned if text]
    paragraphs = sorted([*written.paragraphs, *kept], key=lambda paragraph: paragraph[1] or 0)
    if not paragraphs:
        raise EmptyDocument("There is no text in the document.")
    return SourceDocument(written.title, tuple(paragraphs), tuple(caveats))


def unread_caveats(scans: Sequence[int], read: Collection[int]) -> list[str]:
    """A sentence on the scanned pages that were not read; none where all were."""
    unread = [page for page in scans if page not in read]
    return [f"{len(unread)} scanned pages were not read, the first of them page {unread[0]}."] if unread else []


def _checked(answer: dict[str, Any]) -> tuple[str, list[Paragraph], list[int]]:
    """Title, paragraphs and scanned pages, of which nothing is taken on trust."""
    if answer["is_locked"]:
        raise EncryptedFile("The document is protected by a password.")
    rows = ((clean_text(text), None if page is None else int(page)) for text, page in answer["paragraphs"])
    scans = [int(page) for page in answer["scans"]]
    return clean_line(answer["title"]), [(text, page) for text, page in rows if text], scans


def _recognise(path: Path, scans: Sequence[int], *, has_text: bool) -> tuple[list[Paragraph], tuple[str, ...]]:
    """What stands on scanned pages, and sentences on those that were not read."""
    read: dict[int, str] = {}
    caveats = []
    if scans:
        try:
            read = read_scans(path, scans[:MAX_PAGES])
        except ScanNotRead as refusal:
            if not has_text:
                raise
            caveats.append(refusal.message)
    paragraphs: list[Paragraph] = [
        (text, page) for page, words in sorted(read.items()) for text in join_lines(words.splitlines())
    ]
    return paragraphs, (*caveats, *unread_caveats(scans, read))
