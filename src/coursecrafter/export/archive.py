"""A ZIP that is written in bounded memory, twice the same, with a hash for every file in it.

Media stand uncompressed: they are compressed already, and what stands uncompressed can be read back in place, which is
how `checked` looks at files before the archive is handed out.
"""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO, cast

COMPRESSED_SUFFIXES = frozenset({".css", ".html", ".js", ".json", ".srt", ".svg", ".txt", ".vtt", ".xhtml", ".xml"})
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a ZIP can name."""

FILE_MODE, FOLDER_MODE = 0o100644, 0o40755
UNIX = 3
WINDOW_BUFFER_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive.

    Attributes:
        offset: of its first byte in the archive's file; its bytes stand there as they are only if it is not compressed.
    """

    path: PurePosixPath
    size_bytes: int
    sha256: str
    offset: int
    is_compressed: bool


class Archive:
    """A ZIP under way.

    Args:
        file: an empty file on disk, open for reading and writing.
        modified: ISO 8601 time that every entry carries.
    """

    def __init__(self, file: BinaryIO, modified: str) -> None:
        self._file = file
        self._zip = zipfile.ZipFile(file, "w", zipfile.ZIP_STORED)
        moment = datetime.fromisoformat(modified)
        self._moment = max(EARLIEST, moment.timetuple()[:6])
        self.entries: list[Entry] = []

    def add_folder(self, path: PurePosixPath) -> None:
        """Add a folder, so that it is there even where nothing stands in it."""
        entry = zipfile.ZipInfo(f"{path}/", self._moment)
        entry.external_attr, entry.create_system = FOLDER_MODE << 16, UNIX
        self._zip.writestr(entry, b"")

    def add_bytes(self, path: PurePosixPath, content: bytes) -> Entry:
        """Add a file whose bytes are at hand."""
        return self.add(path, (content,), len(content))

    def add(self, path: PurePosixPath, pieces: Iterable[bytes], size_bytes: int) -> Entry:
        """Add a file that comes in pieces.

        Args:
            size_bytes: how long it should be; only a hint, the entry says how long it was.
        """
        listed = zipfile.ZipInfo(str(path), self._moment)
        listed.external_attr, listed.create_system = FILE_MODE << 16, UNIX
        is_compressed = path.suffix.lower() in COMPRESSED_SUFFIXES
        listed.compress_type = zipfile.ZIP_DEFLATED if is_compressed else zipfile.ZIP_STORED
        listed.file_size = size_bytes
        digest, written = hashlib.sha256(), 0
        with self._zip.open(listed, "w") as target:
            offset = self._file.tell()
            for piece in pieces:
                digest.update(piece)
                written += len(piece)
                target.write(piece)
        self.entries.append(Entry(path, written, digest.hexdigest(), offset, is_compressed))
        return self.entries[-1]

    def open(self, entry: Entry) -> BinaryIO:
        """Read back a file that was added and is not compressed."""
        self._file.flush()
        window = _Window(self._file.fileno(), entry.offset, entry.size_bytes)
        return cast("BinaryIO", io.BufferedReader(window, WINDOW_BUFFER_BYTES))

    def close(self) -> None:
        """Write the directory: the archive is whole."""
        self._zip.close()
        self._file.flush()


@contextmanager
def open_archive(file: BinaryIO, modified: str) -> Iterator[Archive]:
    """An archive that is whole if nothing went wrong within."""
    archive = Archive(file, modified)
    try:
        yield archive
    except BaseException:
        with suppress(OSError, ValueError):  # a disk that is full takes no directory either
            archive.close()
        raise
    archive.close()


class _Window(io.RawIOBase):
    """A part of a file on disk as a file of its own; the file's own place is left alone."""

    def __init__(self, descriptor: int, offset: int, size_bytes: int) -> None:
        super().__init__()
        self._descriptor, self._offset, self._size = descriptor, offset, size_bytes
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._place, os.SEEK_END: self._size}[whence]
        self._place = max(0, start + offset)
        return self._place

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed's WriteableBuffer is no class
        length = max(0, min(len(buffer), self._size - self._place))
        piece = os.pread(self._descriptor, length, self._offset + self._place)
        buffer[: len(piece)] = piece
        self._place += len(piece)
        return len(piece)
