"""Refuses a ZIP archive that would harm its reader, from its directory and the first bytes of its entries.

Nothing is unpacked but the heads of entries and archives within the archive, so this takes milliseconds.

Source: PKWARE APPNOTE 4.3 (end of central directory), 4.4 (file headers); D. Fifield, "A better zip bomb" (overlap).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO

from coursecrafter.errors import IngestError
from coursecrafter.ingest.pixels import HEAD_BYTES, is_picture, read_size

MAX_ENTRIES = 20_000
MAX_DIRECTORY_BYTES = 16 << 20
MAX_TOTAL_BYTES = 2 << 30
MAX_XML_BYTES = 64 << 20
MAX_ALL_XML_BYTES = 384 << 20
MAX_NESTED_BYTES = 128 << 20
MAX_INFLATED_BYTES = 64 << 20
FREE_BYTES = 16 << 20
"""An entry up to this length may be as dense as it likes: a white bitmap shrinks a thousandfold."""
MAX_RATIO = 200
MAX_TOTAL_RATIO = 100
FREE_TOTAL_BYTES = 96 << 20
MAX_NESTING = 2
MAX_PIXELS = 120_000_000
PROLOG_BYTES = 4096
_XML = (".xml", ".rels")
# A part's XML begins with a declaration, comments and instructions, then its first element; anything else is refused.
_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?(?:\s|<\?.*?\?>|<!--.*?-->)*<[A-Za-z_]", re.DOTALL)
_END = b"PK\x05\x06"
_END_64, _LOCATOR_64 = b"PK\x06\x06", b"PK\x06\x07"
_FULL_16, _FULL_32 = 0xFFFF, 0xFFFFFFFF


class EncryptedFile(IngestError):
    """The file is protected by a password."""

    code = "CC-0103"
    remedy = "Open it with the password, remove the protection (File, Info, Protect), save it and upload that copy."


class TruncatedFile(IngestError):
    """The file is cut off or damaged."""

    code = "CC-0105"
    remedy = "Copy or download the file again in full; if that fails, save it anew from the program that made it."


class ZipBomb(IngestError):
    """The file unpacks to far more than an honest one would."""

    code = "CC-0107"
    remedy = "Use another copy of the file; if it is your own work, compress its pictures and films and save it anew."


class DeclaredEntities(IngestError):
    """A part of the file declares entities or a document type, which Office never writes."""

    code = "CC-0108"
    remedy = "Open the file in the Office program, save it anew and upload that copy."


class OversizedPicture(IngestError):
    """A picture in the file has more pixels than can be drawn."""

    code = "CC-0109"
    remedy = "Shrink the picture (Picture Format, Compress Pictures), save the file and upload it again."


@dataclass(slots=True)
class _Totals:
    """What has been declared so far, over all archives within the archive."""

    entries: int = 0
    unpacked: int = 0
    xml: int = 0


def open_archive(file: BinaryIO) -> zipfile.ZipFile:
    """Open an archive that has passed every check.

    Raises:
        EncryptedFile, TruncatedFile, ZipBomb, DeclaredEntities, OversizedPicture: what is wrong with it.
    """
    return _open(file, _Totals(), depth=0)


def read_part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Read an entry of an archive that `open_archive` gave.

    Raises:
        TruncatedFile: CC-0105.
    """
    with unpacking():
        return archive.read(name)


@contextmanager
def unpacking() -> Iterator[None]:
    """What goes wrong while an archive is unpacked said as what is wrong with the file.

    Raises:
        TruncatedFile: CC-0105.
    """
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise TruncatedFile("The file is damaged: its archive cannot be read.", detail=repr(error)) from error


def _open(file: BinaryIO, totals: _Totals, *, depth: int) -> zipfile.ZipFile:
    _check_directory(file)
    with unpacking():
        archive = zipfile.ZipFile(file)
        _check_entries(archive, totals)
        for entry in archive.infolist():
            _check_content(archive, entry, totals, depth)
    return archive


def _check_directory(file: BinaryIO) -> None:
    """Bound the directory before the archive is opened, since opening reads all of it."""
    size = file.seek(0, io.SEEK_END)
    start = max(0, size - 22 - _FULL_16 - 76)
    file.seek(start)
    tail = file.read()
    end = tail.rfind(_END)
    if end < 0 or len(tail) - end < 22:  # noqa: PLR2004 - length of the record
        raise TruncatedFile("The file is cut off: the end of its archive is missing.")
    entries, directory = struct.unpack_from("<H", tail, end + 10)[0], struct.unpack_from("<I", tail, end + 12)[0]
    wide = tail.rfind(_END_64, 0, end)
    if tail[max(0, end - 20) : end].startswith(_LOCATOR_64) and wide >= 0 and len(tail) - wide >= 56:  # noqa: PLR2004 - length of the record
        entries, directory = (max(pair) for pair in zip((entries, directory), _wide(tail, wide), strict=True))
    if entries > MAX_ENTRIES or directory > MAX_DIRECTORY_BYTES:
        raise ZipBomb("The file holds far too many parts to be a deck or document.", detail=f"{entries} entries")


def _wide(tail: bytes, place: int) -> tuple[int, int]:
    return struct.unpack_from("<Q", tail, place + 32)[0], struct.unpack_from("<Q", tail, place + 40)[0]


def _check_entries(archive: zipfile.ZipFile, totals: _Totals) -> None:
    entries = sorted(archive.infolist(), key=lambda entry: entry.header_offset)
    totals.entries += len(entries)
    if totals.entries > MAX_ENTRIES:
        raise ZipBomb("The file holds far too many parts to be a deck or document.", detail=f"{totals.entries} entries")
    packed = 0
    for entry, following in zip(entries, [*entries[1:], None], strict=True):
        if entry.flag_bits & 1:
            raise EncryptedFile("The file is protected by a password.")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise TruncatedFile("The file is packed in a way that Office never uses.", detail=entry.filename)
        end = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size
        if end > (archive.start_dir if following is None else following.header_offset):
            raise ZipBomb("The file's parts overlap, as only a zip bomb's do.", detail=entry.filename)
        _check_size(entry, totals)
        packed += entry.compress_size
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > FREE_TOTAL_BYTES and unpacked > MAX_TOTAL_RATIO * max(packed, 1):
        raise ZipBomb("The file unpacks to far more than it should.", detail=f"{packed} to {unpacked} bytes")


def _check_size(entry: zipfile.ZipInfo, totals: _Totals) -> None:
    totals.unpacked += entry.file_size
    is_xml = entry.filename.lower().endswith(_XML)
    totals.xml += entry.file_size if is_xml else 0
    is_dense = entry.file_size > FREE_BYTES and entry.file_size > MAX_RATIO * max(entry.compress_size, 1)
    is_large = is_xml and entry.file_size > MAX_XML_BYTES
    if is_dense or is_large or totals.unpacked > MAX_TOTAL_BYTES or totals.xml > MAX_ALL_XML_BYTES:
        detail = f"{entry.filename}: {entry.compress_size} to {entry.file_size} bytes, {totals} so far"
        raise ZipBomb("The file unpacks to far more than it should.", detail=detail)


def _check_content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, totals: _Totals, depth: int) -> None:
    with archive.open(entry) as stream:
        head = stream.read(PROLOG_BYTES)
        if entry.filename.lower().endswith(_XML):
            _check_prolog(head, entry.filename)
        elif head.startswith(b"PK\x03\x04"):
            _check_nested(archive, entry, totals, depth)
        elif head.startswith(b"\x1f\x8b"):
            _check_gzip(archive.read(entry), entry.filename)
        elif is_picture(head):
            width, height = read_size(head if head.startswith(b"\x89") else head + stream.read(HEAD_BYTES))
            if width * height > MAX_PIXELS:
                raise OversizedPicture(
                    f"A picture in the file measures {width} x {height} pixels, which is too much to draw.",
                    detail=entry.filename,
                )


def _check_prolog(head: bytes, name: str) -> None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.decode("utf-16", "replace").encode()
    if not head.strip():
        return
    if not _PROLOG.match(head):
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise DeclaredEntities("A part of the file declares a document type, which Office never does.", detail=name)
        raise TruncatedFile("A part of the file is damaged: it is no XML.", detail=name)


def _check_nested(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, totals: _Totals, depth: int) -> None:
    if depth >= MAX_NESTING:
        raise ZipBomb("The file holds archives within archives within archives.", detail=entry.filename)
    if entry.file_size > MAX_NESTED_BYTES:
        raise ZipBomb("An archive inside the file is too large to be checked.", detail=entry.filename)
    _open(io.BytesIO(archive.read(entry)), totals, depth=depth + 1).close()


def _check_gzip(content: bytes, name: str) -> None:
    """Packed metafiles (.emz, .wmz) and drawings (.svgz) are unpacked by LibreOffice without a limit."""
    unpacker = zlib.decompressobj(wbits=31)
    unpacked = 0
    while content and not unpacker.eof:
        unpacked += len(unpacker.decompress(content, 1 << 20))
        content = unpacker.unconsumed_tail
        if unpacked > MAX_INFLATED_BYTES:
            raise ZipBomb("A packed picture in the file unpacks to far more than it should.", detail=name)
