"""The object store, opened for one organisation.

Objects are named by their SHA-256 and never change, so a second write of the same bytes is a no-op and a reader needs
no lock. Nothing of one organisation is shared with another, not even equal bytes: keys begin with the organisation.
Records of finished steps stand beside the objects (`jobs/steps.py`).
"""

from __future__ import annotations

import errno
import hashlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import obstore
from obstore.store import LocalStore, from_url

from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import AssetError

if TYPE_CHECKING:
    from obstore import BytesStream
    from obstore.store import ObjectStore as Backend

CHUNK_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 256 * 1024
"""What a reader of a part is given at a time: many may read at once."""


class StoreFull(AssetError):
    """There is no room left where files are stored."""

    code = "CC-0701"
    status = 507
    retry = True
    remedy = "Free some space, or point COURSECRAFTER_STORE at a larger disk, and run the same command again."


class ObjectMissing(AssetError):
    """A stored file that a row or a record names is not in the store."""

    code = "CC-0702"
    remedy = "Build the course again: what is missing is made anew."


class StoreUnreachable(AssetError):
    """The store did not take or give a file."""

    code = "CC-0703"
    status = 503
    retry = True
    remedy = "Check COURSECRAFTER_STORE, its credentials and its permissions, and try again."


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
            self._backend = from_url(url)
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
        if self.has(stored):
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
        with translated(), suppress(FileNotFoundError):
            obstore.delete(self._backend, self._path(stored.key))

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
        with translated():
            return bytes(obstore.get(self._backend, self._path(stored.key)).bytes())

    def copy_to(self, stored: StoredObject, target: Path) -> None:
        """Write the object into a file, in bounded memory.

        Raises:
            ObjectMissing: CC-0702.
        """
        with translated(), target.open("wb") as file:
            for chunk in obstore.get(self._backend, self._path(stored.key)).stream(min_chunk_size=CHUNK_BYTES):
                file.write(chunk)

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
        with translated():
            size_bytes = int(obstore.head(self._backend, self._path(StoredObject(sha256, 0, mime_type).key))["size"])
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
        with translated(), suppress(FileNotFoundError):
            obstore.delete(self._backend, self._path(name))

    def remove_parts(self, folder: str) -> None:
        """Take away all parts below a name (`uploads/...`)."""
        with translated():
            names = [meta["path"] for batch in obstore.list(self._backend, self._path(folder)) for meta in batch]
            for name in names:
                with suppress(FileNotFoundError):
                    obstore.delete(self._backend, name)

    def has(self, stored: StoredObject) -> bool:
        """Whether the object is there, with its length."""
        try:
            return int(obstore.head(self._backend, self._path(stored.key))["size"]) == stored.size_bytes
        except FileNotFoundError:
            return False

    def find_record(self, name: str, key: str) -> dict[str, StoredObject] | None:
        """The files of a finished step, or None if it is not finished or a file of it is gone."""
        try:
            content = bytes(obstore.get(self._backend, self._path(f"steps/{name}/{key}.json")).bytes())
        except FileNotFoundError:
            return None
        files = {label: StoredObject(**file) for label, file in json.loads(content).items()}
        return files if all(self.has(file) for file in files.values()) else None

    def put_record(self, name: str, key: str, files: Mapping[str, StoredObject]) -> None:
        """Record a finished step; its files must be stored already."""
        content = json.dumps({label: asdict(file) for label, file in files.items()}, sort_keys=True).encode()
        self._write(self._path(f"steps/{name}/{key}.json"), content)

    @contextmanager
    def undone_on_error(self) -> Iterator[None]:
        """Take back everything written within, if it fails: what a refused file would leave behind."""
        self._written = []
        try:
            yield
        except BaseException:
            for path in self._written:
                with suppress(FileNotFoundError):
                    obstore.delete(self._backend, path)
            raise
        finally:
            self._written = None

    def _read(self, key: str, start: int, end: int) -> Iterator[bytes]:
        if start >= end:
            return iter(())
        with translated():
            found = obstore.get(self._backend, self._path(key), options={"range": (start, end)})
        return _pieces(found.stream(min_chunk_size=PIECE_BYTES))

    def _put(self, stored: StoredObject, content: bytes | Path) -> None:
        if not self.has(stored):
            self._write(self._path(stored.key), content)

    def _write(self, path: str, content: bytes | Path) -> None:
        with translated():
            obstore.put(self._backend, path, content)
        if self._written is not None:
            self._written.append(path)

    def _path(self, key: str) -> str:
        return f"{self.prefix}/{key}"


def _pieces(part: BytesStream) -> Iterator[bytes]:
    with translated():
        for piece in part:
            yield bytes(piece)


@contextmanager
def translated() -> Iterator[None]:
    """Turn the backend's words into ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise ObjectMissing("A stored file is missing.", detail=str(error)) from error
    except (OSError, obstore.exceptions.BaseError) as error:
        is_full = getattr(error, "errno", None) == errno.ENOSPC or "No space left" in str(error)
        if is_full:
            raise StoreFull("The disk that holds the course files is full.", detail=str(error)) from error
        raise StoreUnreachable("The file store did not answer as it should.", detail=str(error)) from error
