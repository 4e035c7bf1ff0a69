"""The object store, opened for one organisation.

Objects are named by their SHA-256 and never change, so a second write of the same bytes is a no-op and a reader needs
no lock. Nothing of one organisation is shared with another, not even equal bytes: keys begin with the organisation.
Records of finished steps stand beside the objects (`jobs/steps.py`).

What nothing seems to use is laid aside before it is removed (`upkeep/collecting.py`); whoever asks for it gets it back.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import obstore
from obstore.store import LocalStore

from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.backends import Listed, asked_again, copied, listed, moved, open_remote, remove, translated
from coursecrafter.storage.backends import ObjectMissing as ObjectMissing  # noqa: PLC0414 - whoever opens a store
from coursecrafter.storage.backends import StoreFull as StoreFull  # noqa: PLC0414 - needs to know
from coursecrafter.storage.backends import StoreUnreachable as StoreUnreachable  # noqa: PLC0414 - its errors

if TYPE_CHECKING:
    from obstore import BytesStream, GetResult
    from obstore.store import ObjectStore as Backend

CHUNK_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 256 * 1024
"""What a reader of a part is given at a time: many may read at once."""
RECORD_USED = timedelta(days=1)
"""A record that is older is written anew when it is used, so that its age tells to the day when it was used last."""
OBJECTS, ASIDE = "objects/", "aside/"


class ObjectStore:
    """Content-addressed objects and step records of one organisation.

    Args:
        url: a folder (path or file URL) or an object store's URL (s3://, gs://, az://).
        org_id: the organisation, first part of each key.
    """

    def __init__(self, url: str, org_id: UUID) -> None:
        self.prefix = f"org/{org_id}"
        self._written: list[str] | None = None
        self._backend: Backend
        self.folder: Path | None = None
        if "://" in url and not url.startswith("file://"):
            self._backend = open_remote(url)
        else:
            self.folder = Path(url.removeprefix("file://"))
            with translated():
                self.folder.mkdir(parents=True, exist_ok=True)
            self._backend = LocalStore(str(self.folder))

    def put_bytes(self, content: bytes, mime_type: str) -> StoredObject:
        """Store bytes whole; give back their name.

        Raises:
            StoreFull: CC-0701.
        """
        stored = StoredObject(hashlib.sha256(content).hexdigest(), len(content), mime_type)
        self._put(stored, content)
        return stored

    def put_file(self, path: Path, mime_type: str) -> StoredObject:
        """Store a file whole, hashed first in bounded memory; give back its name.

        Raises:
            StoreFull: CC-0701.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        stored = StoredObject(digest, path.stat().st_size, mime_type)
        self._put(stored, path)
        return stored

    def adopt_file(self, path: Path, stored: StoredObject) -> bool:
        """Take a file that is hashed already, so that it is gone from its place; whether the object is new.

        In a folder store nothing is copied where the file lies in `incoming_folder`.

        Raises:
            StoreFull: CC-0701.
        """
        if self._size(stored.key) == stored.size_bytes:
            path.unlink(missing_ok=True)
            return False
        if self.folder is None:
            self._write(self._path(stored.key), path)
            path.unlink(missing_ok=True)
            return True
        target = self.folder / self._path(stored.key)
        with translated():
            target.parent.mkdir(parents=True, exist_ok=True)
            path.replace(target)
        return True

    def remove(self, stored: StoredObject) -> None:
        """Take an object away, if it is there."""
        remove(self._backend, self._path(stored.key))

    @property
    def incoming_folder(self) -> Path:
        """Where files lie until it is known whether they are kept: on the store's own disk, if it is a folder."""
        return (
            Path(tempfile.gettempdir(), "coursecrafter-incoming") if self.folder is None else self.folder / "incoming"
        )

    def get_bytes(self, stored: StoredObject) -> bytes:
        """The object's bytes.

        Raises:
            ObjectMissing: CC-0702.
        """
        return asked_again(lambda: bytes(self._get(stored.key).bytes()))

    def copy_to(self, stored: StoredObject, target: Path) -> None:
        """Write the object into a file, in bounded memory.

        Raises:
            ObjectMissing: CC-0702.
        """

        def copy() -> None:
            found = self._get(stored.key)
            with target.open("wb") as file:
                for chunk in found.stream(min_chunk_size=CHUNK_BYTES):
                    file.write(chunk)

        asked_again(copy)

    def read_range(self, stored: StoredObject, start: int, length: int) -> Iterator[bytes]:
        """A part of the object, in pieces of bounded size.

        Args:
            start: of the first byte, from 0.
            length: in bytes; what would lie beyond the end is not given.

        Raises:
            ObjectMissing: CC-0702, before the first piece.
        """
        return self._read(stored.key, start, min(start + length, stored.size_bytes))

    def find(self, sha256: str, mime_type: str) -> StoredObject:
        """The object of a name, with the length that it has in the store.

        Raises:
            ObjectMissing: CC-0702.
        """
        key = StoredObject(sha256, 0, mime_type).key
        size_bytes = self._size(key)
        if size_bytes is None and self.fetch_back(key):
            size_bytes = self._size(key)
        if size_bytes is None:
            raise ObjectMissing("A stored file is missing.", detail=key)
        return StoredObject(sha256, size_bytes, mime_type)

    def put_part(self, name: str, path: Path) -> None:
        """Keep a part of an upload under a name of its own (`uploads/...`), to be read by any machine.

        Raises:
            StoreFull: CC-0701.
        """
        self._write(self._path(name), path)

    def read_part(self, name: str, size_bytes: int) -> Iterator[bytes]:
        """A part's bytes in pieces.

        Raises:
            ObjectMissing: CC-0702, before the first piece.
        """
        return self._read(name, 0, size_bytes)

    def remove_part(self, name: str) -> None:
        """Take away a part, if it is there."""
        remove(self._backend, self._path(name))

    def remove_parts(self, folder: str) -> None:
        """Take away all parts below a name (`uploads/...`)."""
        for batch in self.list_below(folder):
            for part in batch:
                self.remove_part(part.key)

    def has(self, stored: StoredObject) -> bool:
        """Whether the object is there, with its length; one that was laid aside is there again."""
        size_bytes = self._size(stored.key)
        if size_bytes is None and self.fetch_back(stored.key):
            size_bytes = self._size(stored.key)
        return size_bytes == stored.size_bytes

    def find_record(self, name: str, key: str) -> dict[str, StoredObject] | None:
        """The files of a finished step, or None if it is not finished or a file of it is gone."""
        path = self._path(f"steps/{name}/{key}.json")
        try:
            found, content = asked_again(lambda: _whole(obstore.get(self._backend, path)))
        except ObjectMissing:
            return None
        files = {label: StoredObject(**file) for label, file in json.loads(content).items()}
        if not all(self.has(file) for file in files.values()):
            return None
        if found.meta["last_modified"] < datetime.now(UTC) - RECORD_USED:
            with translated():
                obstore.put(self._backend, path, content)
        return files

    def put_record(self, name: str, key: str, files: Mapping[str, StoredObject]) -> None:
        """Record a finished step; its files must be stored already."""
        content = json.dumps({label: asdict(file) for label, file in files.items()}, sort_keys=True).encode()
        self._write(self._path(f"steps/{name}/{key}.json"), content)

    def read_key(self, key: str, start: int, end: int) -> Iterator[bytes]:
        """What lies under any key from one byte to before another, in pieces.

        Raises:
            ObjectMissing: CC-0702, before the first piece.
        """
        return self._read(key, start, end)

    def list_below(self, folder: str) -> Iterator[list[Listed]]:
        """What lies below a folder (`objects`, `aside`, `steps`, `uploads`), in lists of up to a thousand."""
        return listed(self._backend, self.prefix, folder)

    def look(self, key: str) -> Listed | None:
        """What lies under a key now."""
        try:
            with translated():
                found = obstore.head(self._backend, self._path(key))
        except ObjectMissing:
            return None
        return Listed(key, found["size"], found["last_modified"])

    def lay_aside(self, key: str) -> bool:
        """Take an object away so that it comes back when it is asked for; whether it was there.

        At each moment it lies in its place, aside, or in both.
        """
        return self._move(key, aside_of(key), is_left=False)

    def fetch_back(self, key: str) -> bool:
        """Bring back an object that was laid aside, as new; whether it was."""
        # Of a copy, the first stays: somebody else may be about to lay the object aside again.
        return self._move(aside_of(key), key, is_left=True)

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Take back everything written within, if it fails: what a refused file would leave behind."""
        self._written = []
        try:
            yield
        except BaseException:
            for path in self._written:
                # What cannot be taken back is named by nothing, and is collected later.
                with suppress(StoreUnreachable):
                    remove(self._backend, path)
            raise
        finally:
            self._written = None

    def _read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        if start >= end:
            return iter(())
        return _pieces(self._get(key, (start, end)).stream(min_chunk_size=PIECE_BYTES))

    def _get(self, key: str, span: tuple[int, int] | None = None) -> GetResult:
        """Begin to read what lies under a key, also if it was laid aside."""
        try:
            return self._get_once(key, span)
        except ObjectMissing:
            if not (key.startswith(OBJECTS) and self.fetch_back(key)):
                raise
        return self._get_once(key, span)

    def _get_once(self, key: str, span: tuple[int, int] | None) -> GetResult:
        with translated():
            return obstore.get(self._backend, self._path(key), options={} if span is None else {"range": span})

    def _size(self, key: str) -> int | None:
        found = self.look(key)
        return None if found is None else found.size_bytes

    def _move(self, source: str, target: str, *, is_left: bool) -> bool:
        source, target = self._path(source), self._path(target)
        if self.folder is not None:
            return moved(self.folder, source, target)
        is_there = copied(self._backend, source, target)
        if is_there and not is_left:
            remove(self._backend, source)
        return is_there

    def _put(self, stored: StoredObject, content: bytes | Path) -> None:
        if self._size(stored.key) != stored.size_bytes:
            self._write(self._path(stored.key), content)

    def _write(self, path: str, content: bytes | Path) -> None:
        with translated():
            obstore.put(self._backend, path, content)
        if self._written is not None:
            self._written.append(path)

    def _path(self, key: str) -> str:
        return f"{self.prefix}/{key}"


def aside_of(key: str) -> str:
    """Where an object lies while it is laid aside."""
    return f"{ASIDE}{key.removeprefix(OBJECTS)}"


def _whole(found: GetResult) -> tuple[GetResult, bytes]:
    return found, bytes(found.bytes())


def _pieces(part: BytesStream) -> Iterator[bytes]:
    with translated():
        for piece in part:
            yield bytes(piece)
