"""From a file that came in to an object of the organisation: looked into, scanned, counted, kept.

All that may refuse a file happens before it is an object. What the caller does with it stands in the same transaction
as its count, and the object goes again if that fails: there is the file with all its rows, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.refusals import Contended
from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.stored import StoredObject
from coursecrafter.ingest.guard import check_deck, check_document
from coursecrafter.ingest.inspection import inspect_film, inspect_pdf, inspect_picture, inspect_recording
from coursecrafter.storage.incoming import IncomingFile
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.kinds import FileKind, require_content
from coursecrafter.uploads.polyglots import require_one_kind
from coursecrafter.uploads.quotas import count_file, find_file, room_left
from coursecrafter.uploads.resumable import finish_upload
from coursecrafter.uploads.rules import UploadRules, require_walls
from coursecrafter.uploads.scanning import Verdict, scan

_PILLOW = {FileKind.PNG: "PNG", FileKind.JPEG: "JPEG", FileKind.GIF: "GIF", FileKind.WEBP: "WEBP"}
_FFMPEG = {
    FileKind.M4A: "mp4",
    FileKind.WAV: "wav",
    FileKind.MP3: "mp3",
    FileKind.OGG: "ogg",
    FileKind.FLAC: "flac",
}


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that may be taken.

    Attributes:
        measures: what was found on the way, as `width_px`, `duration_ms` or `pages`.
    """

    file: IncomingFile
    kind: FileKind
    verdict: Verdict
    measures: dict[str, Any]

    @property
    def stored(self) -> StoredObject:
        """What it is as an object."""
        return self.file.stored(self.kind.facts.mime_type)


def check_file(file: IncomingFile, kind: FileKind, rules: UploadRules) -> CheckedFile:
    """Look into a whole file: is it what its name says, that alone, sound, and clean.

    Args:
        file: whole; its path ends in the kind's ending.
        kind: what its name says.
        rules: the operator's.

    Raises:
        IngestError: what refuses it (CC-0102 to CC-0142).
        VideoError: a film cannot be read (CC-0205 to CC-0208).
    """
    require_walls(rules)
    require_content(file.path, kind)
    measures = _look_into(file, kind)
    require_one_kind(file.path, kind.facts.content)
    return CheckedFile(file, kind, scan(file.path, rules), measures)


class KeptFile:
    """A file that has become an object, and is taken back unless it is counted in time."""

    def __init__(self, org_id: UUID, store: ObjectStore, checked: CheckedFile, rules: UploadRules) -> None:
        self.checked = checked
        self.stored, self.is_new = checked.file.keep(checked.kind.facts.mime_type)
        self._org_id, self._store, self._rules = org_id, store, rules

    def count(self, conn: sa.Connection, upload_id: UUID | None = None) -> StoredObject:
        """Count it against the organisation's room, in the transaction that also names it in a row of its own.

        The same bytes sent again take no room.

        Args:
            conn: the request's.
            upload_id: the resumable upload that it came by, which is finished with it and gives its room to it.

        Raises:
            RoomUsedUp: CC-0127.
            Contended: CC-0028, the same bytes came twice at once and the other attempt failed.
            StateRefused: CC-0025, the upload was finished by somebody else.
        """
        if upload_id is not None:
            finish_upload(conn, upload_id)
        count_file(conn, self._org_id, self.stored, self.checked.verdict, room_left(conn, self._rules))
        _require_object(self._store, self.stored)
        return self.stored


@contextmanager
def keeping(
    database: Database, identity: Identity, store: ObjectStore, checked: CheckedFile, rules: UploadRules
) -> Iterator[KeptFile]:
    """Make a file an object for a transaction within, and take it back if that fails.

    Raises:
        StoreFull: CC-0701.
    """
    kept = KeptFile(identity.org_id, store, checked, rules)
    try:
        yield kept
    except BaseException:
        if kept.is_new:
            _take_back(database, identity, store, kept.stored, rules)
        raise


def _require_object(store: ObjectStore, stored: StoredObject) -> None:
    """Another sender of the same bytes may have taken them back; who holds the room keeps others from it now."""
    if not store.has(stored):
        raise Contended("The same file was sent twice at the same time.")


def _look_into(file: IncomingFile, kind: FileKind) -> dict[str, Any]:
    if kind in _PILLOW:
        return inspect_picture(file.path, _PILLOW[kind])
    if kind in _FFMPEG:
        return inspect_recording(file.path, _FFMPEG[kind])
    return _OTHERS[kind](file)


def _deck(file: IncomingFile) -> dict[str, Any]:
    check_deck(file.path)
    return {}


def _document(file: IncomingFile) -> dict[str, Any]:
    check_document(file.path)
    return {}


_OTHERS: dict[FileKind, Callable[[IncomingFile], dict[str, Any]]] = {
    FileKind.PPTX: _deck,
    FileKind.DOCX: _document,
    FileKind.TEXT: _document,
    FileKind.MARKDOWN: _document,
    FileKind.PDF: lambda file: inspect_pdf(file.path),
    FileKind.MP4: lambda file: inspect_film(file.path),
    FileKind.MOV: lambda file: inspect_film(file.path),
}


def _take_back(
    database: Database, identity: Identity, store: ObjectStore, stored: StoredObject, rules: UploadRules
) -> None:
    """Remove an object that no row names, unless somebody else has sent the same bytes meanwhile."""
    with database.app(identity) as conn:
        room_left(conn, rules)
        if find_file(conn, stored.sha256) is None:
            store.remove(stored)
