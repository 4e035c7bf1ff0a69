"""Refuses hostile and wrong files before any parser sees them."""

from __future__ import annotations

import mmap
import re
import zipfile
from enum import StrEnum
from pathlib import Path

from coursecrafter.errors import IngestError
from coursecrafter.ingest.archive import EncryptedFile, TruncatedFile, open_archive, read_part

MAX_DECK_BYTES = 512 << 20
MAX_DOCUMENT_BYTES = 256 << 20
MAX_TEXT_BYTES = 16 << 20
_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "application/vnd.openxmlformats-officedocument."
_DECK_TYPES = {f"{_MAIN}presentationml.{kind}.main+xml" for kind in ("presentation", "slideshow", "template")}
_DOCUMENT_TYPES = {f"{_MAIN}wordprocessingml.{kind}.main+xml" for kind in ("document", "template")}
_OVERRIDE = re.compile(r"<(?:\w+:)?Override\b[^>]*>")
_ATTRIBUTE = re.compile(r"""\b(PartName|ContentType)\s*=\s*["']([^"']*)["']""")
_SLIDE = re.compile(rb"<(?:\w+:)?sldId\b")


class NotADeck(IngestError):
    """The file is no PowerPoint deck, whatever its name says."""

    code = "CC-0102"
    status = 415
    remedy = "Upload a .pptx file as PowerPoint, Keynote, Google Slides or LibreOffice saves it."


class OldPowerPoint(IngestError):
    """The deck is in PowerPoint's format of before 2007 (.ppt)."""

    code = "CC-0104"
    status = 415
    remedy = "Open it in PowerPoint or LibreOffice, save it as .pptx and upload that file."


class MacroDeck(IngestError):
    """The file contains macros."""

    code = "CC-0106"
    remedy = "Save it without macros (as .pptx or .docx, not .pptm or .docm) and upload that file."


class DeckWithoutSlides(IngestError):
    """The deck has no slide that is shown."""

    code = "CC-0110"
    remedy = "Add a slide, or show one that is hidden, save the deck and upload it again."


class NoPresentation(IngestError):
    """The file is an Office file or archive without a presentation in it."""

    code = "CC-0111"
    status = 415
    remedy = "Upload the deck itself: a .pptx file, not an archive around it and not a document of another kind."


class FileTooLarge(IngestError):
    """The file is larger than may be uploaded."""

    code = "CC-0112"
    status = 413
    remedy = "Compress its pictures and films, or split it, and upload the smaller file."


class FileNotReadable(IngestError):
    """There is no file at the path given, or it may not be read."""

    code = "CC-0116"
    remedy = "Check the path and its permissions."


class WrongDocument(IngestError):
    """The document's content is not what its name says, or a kind that is not taken."""

    code = "CC-0119"
    status = 415
    remedy = "Give a .docx, .pdf, .txt or .md file, named for what it is."


class DocumentKind(StrEnum):
    """Documents that can be read beside a deck."""

    DOCX = "docx"
    PDF = "pdf"
    TEXT = "txt"
    MARKDOWN = "md"


def check_deck(path: Path) -> None:
    """Refuse a file that is no deck or that would harm its reader, in milliseconds.

    Raises:
        NotADeck, EncryptedFile, OldPowerPoint, TruncatedFile, MacroDeck, ZipBomb, DeclaredEntities, OversizedPicture,
        DeckWithoutSlides, NoPresentation, FileTooLarge, FileNotReadable: CC-0102 to CC-0116.
    """
    head = _read_head(path, MAX_DECK_BYTES)
    if head.startswith(_COMPOUND):
        _refuse_compound(path)
    if not head.startswith(_ZIP):
        raise NotADeck("The file is not a PowerPoint deck, although it is given as one.", detail=path.name)
    with path.open("rb") as file, open_archive(file) as archive:
        main = _main_part(archive, _DECK_TYPES)
        if main is None:
            raise NoPresentation("There is no presentation in the file.", detail=path.name)
        if not _SLIDE.search(read_part(archive, main)):
            raise DeckWithoutSlides("The deck has no slides.")


def check_document(path: Path) -> DocumentKind:
    """Refuse a document that would harm its reader or is not what its name says; else say what it is.

    Raises:
        WrongDocument, EncryptedFile, TruncatedFile, MacroDeck, ZipBomb, DeclaredEntities, OversizedPicture,
        FileTooLarge, FileNotReadable: CC-0103 to CC-0119.
    """
    kind = _kind(path)
    head = _read_head(path, MAX_DOCUMENT_BYTES if kind in {DocumentKind.DOCX, DocumentKind.PDF} else MAX_TEXT_BYTES)
    if kind is DocumentKind.DOCX:
        _check_docx(path, head)
    elif kind is DocumentKind.PDF and b"%PDF-" not in head:
        raise WrongDocument("The file is named .pdf, but it is no PDF.", detail=path.name)
    elif kind in {DocumentKind.TEXT, DocumentKind.MARKDOWN} and _is_binary(head):
        raise WrongDocument(f"The file is named {path.suffix}, but it holds no text.", detail=path.name)
    return kind


def _kind(path: Path) -> DocumentKind:
    suffix = path.suffix.lower().removeprefix(".")
    try:
        return DocumentKind({"markdown": "md"}.get(suffix, suffix))
    except ValueError:
        raise WrongDocument("This kind of document cannot be read.", detail=path.name) from None


def _check_docx(path: Path, head: bytes) -> None:
    if head.startswith(_COMPOUND) and _mentions(path, "EncryptedPackage"):
        raise EncryptedFile("The document is protected by a password.")
    if not head.startswith(_ZIP):
        raise WrongDocument("The file is named .docx, but it is no Word document of today's format.", detail=path.name)
    with path.open("rb") as file, open_archive(file) as archive:
        if _main_part(archive, _DOCUMENT_TYPES) is None:
            raise WrongDocument("The file is named .docx, but there is no Word document in it.", detail=path.name)


def _read_head(path: Path, max_bytes: int) -> bytes:
    try:
        if path.stat().st_size > max_bytes:
            raise FileTooLarge(f"The file is larger than {max_bytes >> 20} MB.")
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as error:
        raise FileNotReadable(f"The file {path.name} cannot be read.", detail=repr(error)) from error


def _refuse_compound(path: Path) -> None:
    """A compound file is a protected deck, an old one, or something else."""
    if _mentions(path, "EncryptedPackage"):
        raise EncryptedFile("The deck is protected by a password.")
    if _mentions(path, "PowerPoint Document"):
        raise OldPowerPoint("The deck is in PowerPoint's old format (.ppt), whatever its name says.")


def _mentions(path: Path, stream: str) -> bool:
    """Whether a compound file's directory names a stream; names are UTF-16."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(stream.encode("utf-16-le")) >= 0


def _main_part(archive: zipfile.ZipFile, types: set[str]) -> str | None:
    """Name of the part that has one of these content types.

    Raises:
        MacroDeck: CC-0106, some part is a macro, or says that it may have some.
        TruncatedFile: CC-0105, the part is named but missing.
    """
    names = {name.lstrip("/"): name for name in archive.namelist()}
    listed = (
        read_part(archive, "[Content_Types].xml").decode(errors="replace") if "[Content_Types].xml" in names else ""
    )
    if re.search("macroEnabled|vbaProject", listed, re.IGNORECASE) or any("vbaproject" in n.lower() for n in names):
        raise MacroDeck("The file contains macros, which are never run here, so it is not taken.")
    for override in _OVERRIDE.findall(listed):
        attributes = dict(_ATTRIBUTE.findall(override))
        if attributes.get("ContentType") in types:
            name = attributes.get("PartName", "").lstrip("/")
            if name not in names:
                raise TruncatedFile("The file is damaged: its main part is missing.", detail=name)
            return names[name]
    return None


def _is_binary(head: bytes) -> bool:
    return b"\0" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))
