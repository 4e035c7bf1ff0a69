"""A document from a stranger becomes a value: guard, parse in the sandbox, check the answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coursecrafter.domain.course import SourceDocument
from coursecrafter.errors import IngestError
from coursecrafter.ingest.archive import EncryptedFile
from coursecrafter.ingest.characters import clean_line, clean_text
from coursecrafter.ingest.guard import check_document
from coursecrafter.ingest.sandbox import parse_sandboxed


class UnreadableDocument(IngestError):
    """The document's content is damaged and cannot be read."""

    code = "CC-0117"
    remedy = "Open it in the program that made it, save it anew and give that copy."


class EmptyDocument(IngestError):
    """There is no text in the document."""

    code = "CC-0118"
    remedy = "Give a document with text; a scan needs text recognition (OCR) first."


def read_document(path: Path) -> SourceDocument:
    """Read a .docx, .pdf, .txt or .md file.

    Returns:
        Its title (its own, else its file name) and at least one paragraph; pages are known for a PDF only.

    Raises:
        IngestError: what the guard refuses (CC-0103 to CC-0119).
        UnreadableDocument: CC-0117.
        EmptyDocument: CC-0118.
    """
    kind = check_document(path)
    answer, run = parse_sandboxed("coursecrafter.ingest.document_parser", [kind.value], path)
    try:
        return _document(answer, path)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableDocument("The document could not be read: it is damaged.", detail=run.output) from error


def _document(answer: dict[str, Any], path: Path) -> SourceDocument:
    if answer["is_locked"]:
        raise EncryptedFile("The document is protected by a password.")
    rows = ((clean_text(text), None if page is None else int(page)) for text, page in answer["paragraphs"])
    paragraphs = tuple((text, page) for text, page in rows if text)
    if not paragraphs:
        raise EmptyDocument("There is no text in the document.")
    return SourceDocument(clean_line(answer["title"]) or clean_line(path.stem), paragraphs)
