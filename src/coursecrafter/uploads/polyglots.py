"""Refuses a file that is two kinds of file at once: what one program shows as a picture another may run.

A file ends where its own structure ends, begins with what it is, and holds no archive that an unpacker would find.

Source: PKWARE APPNOTE 4.3.16 (end of central directory); ISO 32000, 7.5.5; PNG, 11.2.5 (IEND); ITU-T T.81, B.1.1.3;
GIF 89a, 27 (trailer); RFC 9649, 2.4; ISO/IEC 14496-12, 4.2; A. Albertini, "Funky file formats".
"""

from __future__ import annotations

import mmap
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from coursecrafter.errors import IngestError
from coursecrafter.ingest.archive import TruncatedFile
from coursecrafter.uploads.kinds import Content

PDF_HEAD_BYTES = 1024
"""PDF readers look for their mark so far into any file."""
END_BYTES = 22
"""Length of the record that ends an archive without a comment, which Office never writes."""
TAIL_BYTES = (1 << 16) + END_BYTES
MAX_BLOCKS = 1_000_000
BOX_HEAD_BYTES = 8
_ZIP_END = b"PK\x05\x06"
_ZIP_ENTRY = b"PK\x01\x02"
_MARKUP = re.compile(rb"<(script|html|svg|!doctype|\?php|iframe|body)\b", re.IGNORECASE)
_PDF_END = re.compile(rb"%%EOF[\s\0]*\Z")
_NOT_ZERO = re.compile(rb"[^\0]")
_JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
_JPEG_END, _JPEG_PLAIN = 0xD9, 0x01
_BOX_NAME = re.compile(rb"[ -~\xa9]{4}")
_GIF_TRAILER, _GIF_IMAGE, _GIF_EXTENSION = 0x3B, 0x2C, 0x21


class PolyglotFile(IngestError):
    """The file is two kinds of file in one, or something is appended to it."""

    code = "CC-0124"
    remedy = "Open it in the program that made it, save it anew, and upload that copy."


def require_one_kind(path: Path, content: Content) -> None:
    """Refuse a file that is more than it shows.

    Args:
        path: a file that begins as this content does; an archive has passed `ingest.archive`.

    Raises:
        PolyglotFile: CC-0124.
        TruncatedFile: CC-0105, it ends before its structure does.
    """
    if content is Content.TEXT:
        # Text all through, so it holds none of the signs that the others are told by.
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as found:
        if content is not Content.PDF and b"%PDF-" in found[:PDF_HEAD_BYTES]:
            raise PolyglotFile(f"The file is {content.value} and a PDF at once.")
        if content is Content.OFFICE:
            _check_archive(path, found)
        elif _holds_archive(found):
            raise PolyglotFile(f"The file is {content.value}, but an archive is hidden in it.")
        if content in _LOOSE and _MARKUP.search(found[-TAIL_BYTES:]):
            raise PolyglotFile(f"The file is {content.value}, but a web page is hidden in it.")
        if content in _ENDS:
            _check_end(found, content)
        elif content is Content.PDF:
            _check_pdf(found)


def _check_archive(path: Path, found: mmap.mmap) -> None:
    """Its directory ends the file, and its first entry begins it: readers of either end see the same."""
    end = found.rfind(_ZIP_END)
    if end + END_BYTES != len(found):
        raise PolyglotFile("Something is appended to the file that does not belong to it.")
    with zipfile.ZipFile(path) as archive:
        first = min((entry.header_offset for entry in archive.infolist()), default=0)
    if first != 0:
        raise PolyglotFile("Something is put before the file that does not belong to it.")


def _holds_archive(found: mmap.mmap) -> bool:
    """Whether an unpacker would find an archive at the file's end."""
    tail = found[-TAIL_BYTES:]
    place = tail.rfind(_ZIP_END)
    while place >= 0:
        if len(tail) - place >= END_BYTES:
            entries, size = struct.unpack_from("<HI", tail, place + 10)
            directory = len(found) - len(tail) + place - size
            if entries and directory >= 0 and found[directory : directory + 4] == _ZIP_ENTRY:
                return True
        place = tail.rfind(_ZIP_END, 0, place)
    return False


def _check_pdf(found: mmap.mmap) -> None:
    tail = found[-TAIL_BYTES:]
    if b"%%EOF" not in tail:
        raise TruncatedFile("The PDF is cut off: its end is missing.")
    if not _PDF_END.search(tail):
        raise PolyglotFile("Something is appended to the PDF that does not belong to it.")


def _check_end(found: mmap.mmap, content: Content) -> None:
    try:
        end = _ENDS[content](found)
    except (struct.error, IndexError) as error:
        raise TruncatedFile(f"The file is cut off or damaged: {content.value} that does not end.") from error
    # Cameras append further pictures to a JPEG (CIPA DC-007), and some programs fill a file up with zeros.
    is_more = _NOT_ZERO.search(found, end) and not (content is Content.JPEG and _is_more_pictures(found, end))
    if is_more:
        raise PolyglotFile(f"Something is appended to {content.value} that does not belong to it.")


def _is_more_pictures(found: mmap.mmap, end: int) -> bool:
    while begin := _NOT_ZERO.search(found, end):
        if found[begin.start() : begin.start() + 3] != b"\xff\xd8\xff":
            return False
        end = _jpeg_end(found, begin.start())
    return True


def _png_end(found: mmap.mmap) -> int:
    place = 8
    for _ in range(MAX_BLOCKS):
        length, kind = int.from_bytes(found[place : place + 4]), found[place + 4 : place + 8]
        place += 12 + length
        if place > len(found):
            break
        if kind == b"IEND":
            return place
    raise IndexError


def _jpeg_end(found: mmap.mmap, start: int = 0) -> int:
    place = start + 2
    for _ in range(MAX_BLOCKS):
        marker = _JPEG_MARKER.search(found, place)
        if marker is None:
            break
        kind, place = found[marker.end() - 1], marker.end()
        if kind == _JPEG_END:
            return place
        if kind != _JPEG_PLAIN:
            place += int(struct.unpack_from(">H", found, place)[0])
    raise IndexError


def _gif_end(found: mmap.mmap) -> int:
    place = 13 + _color_table(found[10])
    blocks = iter(range(MAX_BLOCKS))
    for _ in blocks:
        kind = found[place]
        if kind == _GIF_TRAILER:
            return place + 1
        if kind == _GIF_IMAGE:
            place = _gif_blocks(found, blocks, place + 11 + _color_table(found[place + 9]))
        elif kind == _GIF_EXTENSION:
            place = _gif_blocks(found, blocks, place + 2)
        else:
            break
    raise IndexError


def _gif_blocks(found: mmap.mmap, blocks: Iterator[int], place: int) -> int:
    for _ in blocks:
        length = found[place]
        place += 1 + length
        if not length:
            return place
    raise IndexError


def _color_table(flags: int) -> int:
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _riff_end(found: mmap.mmap) -> int:
    end: int = struct.unpack_from("<I", found, 4)[0] + 8
    if end > len(found):
        raise IndexError
    return end


def _film_end(found: mmap.mmap) -> int:
    """Boxes, one behind the other, to the last that is whole."""
    place = 0
    for _ in range(MAX_BLOCKS):
        if len(found) - place < BOX_HEAD_BYTES:
            return place
        size, kind = struct.unpack_from(">I4s", found, place)
        if size == 0 and kind == b"mdat":
            return len(found)
        if size == 1:
            size = int.from_bytes(found[place + BOX_HEAD_BYTES : place + 2 * BOX_HEAD_BYTES])
        if size < BOX_HEAD_BYTES or not _BOX_NAME.fullmatch(kind):
            return place
        place += size
        if place > len(found):
            break
    raise IndexError


_ENDS: dict[Content, Callable[[mmap.mmap], int]] = {
    Content.PNG: _png_end,
    Content.JPEG: _jpeg_end,
    Content.GIF: _gif_end,
    Content.WEBP: _riff_end,
    Content.FILM: _film_end,
}
_LOOSE = {Content.FILM, Content.WAV, Content.MP3, Content.OGG, Content.FLAC}
"""Kinds that players read although more stands at their end."""
