"""A file that is coming in: hashed while it is written, and gone unless it is kept.

It lies beside the store's objects until its content has been looked at, so that what is refused never was an object and
what is kept is moved, not copied. A process that is killed leaves its file; the next one clears it away.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.backends import translated
from coursecrafter.storage.objects import ObjectStore

ABANDONED_S = 24 * 3600
"""A file that nobody has written to for so long belongs to a process that is gone."""


class IncomingFile:
    """A file that grows; its hash grows with it.

    Attributes:
        path: where it lies; its ending is the one asked for.
        size_bytes: so far.
    """

    def __init__(self, store: ObjectStore, path: Path, file: BinaryIO) -> None:
        self.path = path
        self.size_bytes = 0
        self._store = store
        self._file = file
        self._digest = hashlib.sha256()

    def write(self, chunk: bytes) -> None:
        """Add bytes.

        Raises:
            StoreFull: CC-0701.
        """
        with translated():
            self._file.write(chunk)
        self._digest.update(chunk)
        self.size_bytes += len(chunk)

    def close(self) -> None:
        """Bring all of it to the disk; nothing can be added afterwards.

        Raises:
            StoreFull: CC-0701.
        """
        if self._file.closed:
            return
        with translated():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def stored(self, mime_type: str) -> StoredObject:
        """What it is as an object, whether or not it has become one."""
        return StoredObject(self._digest.hexdigest(), self.size_bytes, mime_type)

    def keep(self, mime_type: str) -> tuple[StoredObject, bool]:
        """Make it an object of the store: the object, and whether it is new.

        Raises:
            StoreFull: CC-0701.
        """
        self.close()
        stored = self.stored(mime_type)
        return stored, self._store.adopt_file(self.path, stored)


@contextmanager
def open_incoming(store: ObjectStore, suffix: str = "") -> Iterator[IncomingFile]:
    """Begin a file; whatever of it has not been kept in the end is removed.

    Args:
        store: of the organisation that it is for.
        suffix: its ending with the dot, of our own choice and never a stranger's.

    Raises:
        StoreFull: CC-0701.
    """
    folder = store.incoming_folder
    path = folder / f"{uuid4().hex}{suffix}"
    with translated():
        folder.mkdir(parents=True, exist_ok=True)
        _clear_abandoned(folder)
        file = path.open("xb")
    try:
        yield IncomingFile(store, path, file)
    finally:
        with suppress(OSError):
            file.close()
        path.unlink(missing_ok=True)


def _clear_abandoned(folder: Path) -> None:
    before = time.time() - ABANDONED_S
    for entry in os.scandir(folder):
        with suppress(FileNotFoundError):
            if entry.stat(follow_symlinks=False).st_mtime < before:
                Path(entry.path).unlink()
