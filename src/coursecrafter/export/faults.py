"""What is wrong with a file that is to leave, found by opening it as the one who receives it will.

Source: exports, "What is validated before an export is handed out".
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath
from typing import BinaryIO

import pypdfium2
from lxml import etree
from PIL import Image

from coursecrafter.engines.e3_book.pages import open_pdf
from coursecrafter.media.playable import film_fault, sound_fault

MANIFEST = "imsmanifest.xml"
MANIFEST_NAMESPACES = {
    "http://www.imsproject.org/xsd/imscp_rootv1p1p2",  # SCORM 1.2
    "http://www.imsglobal.org/xsd/imscp_v1p1",  # SCORM 2004
}
EPUB_TYPE, EPUB_CONTAINER = b"application/epub+zip", "META-INF/container.xml"
SVG_TAG = "{http://www.w3.org/2000/svg}svg"
MOST_MODULE_BYTES = 2 * 1024**3
LARGEST_TEXT_BYTES = 64 * 1024**2
PNG, JPEG, GIF, WEBP = ("image/png", "image/jpeg", "image/gif", "image/webp")


def fault_of(file: BinaryIO, mime_type: str) -> str | None:
    """What is wrong with a file, as the rest of a sentence about it ("cannot be opened as a PDF"); None for nothing.

    Args:
        file: at its beginning; it can seek.
        mime_type: what it should be; of a type that nobody here reads, nothing is said.
    """
    find = OPENERS.get(mime_type.partition(";")[0])
    return None if find is None else find(file)


def module_fault(file: BinaryIO) -> str | None:
    """What is wrong with a SCORM package, as the rest of a sentence; None for nothing.

    Source: SCORM 1.2 CAM, Content Packaging: the manifest stands at the root and names files of the package.
    """
    try:
        with zipfile.ZipFile(file) as package:
            if sum(member.file_size for member in package.infolist()) > MOST_MODULE_BYTES:
                return "is too large when it is unpacked"
            damaged = package.testzip()
            if damaged is not None:
                return f"holds a damaged file ({PurePosixPath(damaged).name})"
            names = set(package.namelist())
            strange = next((name for name in names if not is_tame(name)), None)
            if strange is not None:
                return "holds a file whose name leaves its folder"
            if MANIFEST not in names:
                return f"has no {MANIFEST}"
            return _manifest_fault(package.read(MANIFEST), names)
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        return "cannot be opened as a ZIP"


def is_tame(name: str) -> bool:
    """Whether a name in a ZIP stays in its folder, on any system."""
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and not set(name) & set('\\:*?"<>|\0')


def _manifest_fault(content: bytes, names: set[str]) -> str | None:
    try:
        root = etree.fromstring(content, _parser())
    except etree.XMLSyntaxError:
        return f"has a {MANIFEST} that cannot be read"
    tag = etree.QName(root)
    if tag.localname != "manifest" or tag.namespace not in MANIFEST_NAMESPACES:
        return f"has a {MANIFEST} that is not SCORM's"
    space = f"{{{tag.namespace}}}"
    resources = {one.get("identifier") for one in root.iter(f"{space}resource")}
    launched = [one.get("identifierref") for one in root.iter(f"{space}item") if one.get("identifierref")]
    if not launched or not resources.issuperset(launched):
        return f"has a {MANIFEST} that launches nothing"
    listed = [one.get("href", "") for one in root.iter(f"{space}file")]
    missing = next((name for name in listed if name not in names), None)
    return f"lacks a file that its {MANIFEST} names ({missing})" if missing is not None else None


def _pdf_fault(file: BinaryIO) -> str | None:
    try:
        with open_pdf(file) as document:
            pages = len(document)
            for place in {0, pages - 1} if pages else ():
                document[place].close()
    except (pypdfium2.PdfiumError, ValueError):
        return "cannot be opened as a PDF"
    return None if pages else "has no page"


def _epub_fault(file: BinaryIO) -> str | None:
    try:
        with zipfile.ZipFile(file) as book:
            if book.testzip() is not None:
                return "holds a damaged file"
            if book.namelist()[:1] != ["mimetype"] or book.read("mimetype") != EPUB_TYPE:
                return "is not an EPUB"
            return None if EPUB_CONTAINER in book.namelist() else "lacks its list of contents"
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        return "cannot be opened as an EPUB"


def _zip_fault(file: BinaryIO) -> str | None:
    try:
        with zipfile.ZipFile(file) as archive:
            return "holds a damaged file" if archive.testzip() is not None else None
    except (zipfile.BadZipFile, EOFError, NotImplementedError):
        return "cannot be opened as a ZIP"


def _picture(mime_type: str) -> Callable[[BinaryIO], str | None]:
    def find(file: BinaryIO) -> str | None:
        try:
            with Image.open(file) as picture:
                picture.load()
                found = Image.MIME.get(picture.format or "")
        except (OSError, SyntaxError, ValueError, Image.DecompressionBombError):
            return "cannot be opened as a picture"
        return None if found == mime_type else f"is {found} and not {mime_type}"

    return find


def _drawing_fault(file: BinaryIO) -> str | None:
    try:
        root = etree.fromstring(file.read(LARGEST_TEXT_BYTES), _parser())
    except etree.XMLSyntaxError:
        return "cannot be opened as a drawing"
    return None if root.tag == SVG_TAG else "is not a drawing"


def _text_fault(file: BinaryIO) -> str | None:
    try:
        file.read(LARGEST_TEXT_BYTES).decode()
    except UnicodeDecodeError:
        return "is not written in UTF-8"
    return None


def _captions_fault(file: BinaryIO) -> str | None:
    text = file.read(LARGEST_TEXT_BYTES)
    return None if text.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT") else "is not a caption file"


def _json_fault(file: BinaryIO) -> str | None:
    try:
        json.loads(file.read(LARGEST_TEXT_BYTES))
    except ValueError:
        return "is not JSON"
    return None


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


OPENERS: Mapping[str, Callable[[BinaryIO], str | None]] = {
    "application/epub+zip": _epub_fault,
    "application/json": _json_fault,
    "application/pdf": _pdf_fault,
    "application/zip": _zip_fault,
    "audio/flac": sound_fault,
    "audio/mp4": sound_fault,
    "audio/mpeg": sound_fault,
    "audio/ogg": sound_fault,
    "audio/wav": sound_fault,
    "audio/x-wav": sound_fault,
    "image/svg+xml": _drawing_fault,
    "text/html": _text_fault,
    "text/plain": _text_fault,
    "text/vtt": _captions_fault,
    "application/x-subrip": _text_fault,
    "video/mp4": film_fault,
    "video/webm": film_fault,
    **{mime_type: _picture(mime_type) for mime_type in (PNG, JPEG, GIF, WEBP)},
}
