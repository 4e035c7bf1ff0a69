"""Bytes as they come in: counted and limited before they are written, and gone unless all of them came.

The core is synchronous, so that a thread can write while an event loop waits for the next bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from coursecrafter.errors import IngestError
from coursecrafter.ingest.guard import FileTooLarge
from coursecrafter.storage.incoming import IncomingFile, open_incoming
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.quotas import RoomUsedUp


class EmptyFile(IngestError):
    """The file holds not a single byte."""

    code = "CC-0125"
    remedy = "Check that the file opens on your computer, and upload it again."


class WrongLength(IngestError):
    """More or fewer bytes came than were announced."""

    code = "CC-0126"
    status = 400
    remedy = "Upload the file again; the connection may have been cut."


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come.

    Attributes:
        max_bytes: the longest file of its kind.
        room_bytes: what the organisation has left; None: any amount.
        declared_bytes: what the sender announced; None: nothing.
    """

    max_bytes: int
    room_bytes: int | None = None
    declared_bytes: int | None = None

    def require(self, size_bytes: int) -> None:
        """Refuse a length.

        Raises:
            FileTooLarge: CC-0112.
            RoomUsedUp: CC-0127.
            WrongLength: CC-0126, more than was announced.
        """
        if size_bytes > self.max_bytes:
            raise FileTooLarge(f"The file is larger than {self.max_bytes >> 20} MB, the most that its kind may have.")
        if self.room_bytes is not None and size_bytes > self.room_bytes:
            raise RoomUsedUp("The organisation's room for files is used up.")
        if self.declared_bytes is not None and size_bytes > self.declared_bytes:
            raise WrongLength("More bytes came than were announced.")


class Receiver:
    """Takes a file's bytes, one piece after the other."""

    def __init__(self, file: IncomingFile, limits: Limits) -> None:
        self.file = file
        self._limits = limits

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            FileTooLarge: CC-0112.
            RoomUsedUp: CC-0127.
            WrongLength: CC-0126.
            StoreFull: CC-0701.
        """
        self._limits.require(self.file.size_bytes + len(chunk))
        self.file.write(chunk)

    def finish(self) -> IncomingFile:
        """All have come: the whole file.

        Raises:
            EmptyFile: CC-0125.
            WrongLength: CC-0126.
        """
        declared = self._limits.declared_bytes
        if declared is not None and self.file.size_bytes != declared:
            raise WrongLength(f"{self.file.size_bytes} bytes came, but {declared} were announced.")
        if not self.file.size_bytes:
            raise EmptyFile("The file is empty.")
        self.file.close()
        return self.file


@contextmanager
def receiving(store: ObjectStore, limits: Limits, suffix: str = "") -> Iterator[Receiver]:
    """Begin to take a file; what has not become an object in the end is removed.

    Args:
        store: the organisation's.
        limits: an announced length that is beyond them is refused before a byte is read.
        suffix: the file's ending with the dot, from a `FileKind`.

    Raises:
        FileTooLarge, RoomUsedUp, EmptyFile: CC-0112, CC-0127, CC-0125.
    """
    if limits.declared_bytes is not None:
        limits.require(limits.declared_bytes)
        if not limits.declared_bytes:
            raise EmptyFile("The file is empty.")
    with open_incoming(store, suffix) as file:
        yield Receiver(file, limits)
