"""Uploads that go on after a cut: the state behind the tus protocol.

An upload is a row, and its bytes so far are parts in the organisation's store, so that any machine can go on. The row
names the parts; a part that it does not name was never there. Writers take turns by the offset: of two at the same one,
the first to commit goes on and the other is told where things stand.

Source: tus resumable upload protocol 1.0.0: core, creation, expiration, checksum, termination.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from coursecrafter.db.refusals import NotFound, StateRefused, require_storable
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import uploads
from coursecrafter.errors import CourseCrafterError, IngestError
from coursecrafter.storage.incoming import IncomingFile, open_incoming
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.kinds import FileKind
from coursecrafter.uploads.quotas import room_left
from coursecrafter.uploads.receiving import EmptyFile, Limits, WrongLength
from coursecrafter.uploads.rules import UploadRules

KEPT_HOURS = 24
MAX_PARTS = 5_000
MAX_UNDER_WAY = 50
CHECKSUMS = ("sha1", "sha256", "md5")
_LIVES_ON = sa.text(f"now() + interval '{KEPT_HOURS} hours'")


class WrongOffset(IngestError):
    """The upload does not stand where the sender goes on: somebody else sent, or bytes were lost."""

    code = "CC-0136"
    status = 409
    remedy = "Ask with HEAD how far the upload is, and go on from there."


class WrongChecksum(IngestError):
    """The bytes that came are not those that were sent."""

    code = "CC-0137"
    status = 460
    retry = True
    remedy = "Send the same part again."


class UnknownChecksum(IngestError):
    """The checksum is of a kind that is not known, or is none."""

    code = "CC-0138"
    status = 400
    remedy = "Send the algorithm's name, a blank and the checksum in Base64; OPTIONS names the algorithms."


class TooManyUploads(IngestError):
    """The sender has too many uploads under way, or sends one in too many parts."""

    code = "CC-0139"
    status = 429
    remedy = "Finish or cancel uploads that are under way, and send larger parts."


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload under way.

    Attributes:
        state: receiving, finished or refused.
        parts: names and lengths, in order.
        details: what the row keeps beside them: what became of it.
        expires_at: when it is thrown away unless something comes.
    """

    id: UUID
    project_id: UUID
    lesson_id: UUID | None
    purpose: str
    file_name: str
    size_bytes: int
    received_bytes: int
    state: str
    parts: tuple[tuple[str, int], ...]
    details: Mapping[str, Any]
    expires_at: datetime

    @property
    def folder(self) -> str:
        """Where its parts are."""
        return f"uploads/{self.id}"


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a sender says of a part."""

    algorithm: str
    digest: bytes


def create_upload(
    conn: sa.Connection,
    identity: Identity,
    rules: UploadRules,
    *,
    project_id: UUID,
    lesson_id: UUID | None,
    purpose: str,
    file_name: str,
    kind: FileKind,
    size_bytes: int,
) -> Upload:
    """Begin an upload; its room is taken at once.

    Raises:
        FileTooLarge, EmptyFile, RoomUsedUp: CC-0112, CC-0125, CC-0127.
        TooManyUploads: CC-0139.
    """
    # Who counts holds the organisation's room, so that no two take the last of it.
    room = room_left(conn, rules)
    if not size_bytes:
        raise EmptyFile("The file is empty.")
    Limits(min(kind.facts.max_bytes, rules.largest_bytes), room).require(size_bytes)
    under_way = sa.select(sa.func.count()).select_from(uploads).where(uploads.c.state == "receiving")
    if conn.execute(under_way).scalar_one() >= MAX_UNDER_WAY:
        raise TooManyUploads(f"{MAX_UNDER_WAY} uploads are under way already.")
    values: dict[str, Any] = {
        "org_id": identity.org_id,
        "user_id": identity.user_id,
        "project_id": project_id,
        "lesson_id": lesson_id,
        "purpose": purpose,
        "file_name": file_name,
        "size_bytes": size_bytes,
        "details": {"parts": []},
    }
    require_storable(uploads, values)
    made = sa.insert(uploads).values(**values, expires_at=_LIVES_ON).returning(uploads)
    return _upload(conn.execute(made).one())


def find_upload(conn: sa.Connection, upload_id: UUID) -> Upload:
    """An upload of the caller's own.

    Raises:
        NotFound: CC-0020, there is none, it is somebody else's, or its time is over.
    """
    return _upload(_row(conn, upload_id))


@contextmanager
def appending(
    database: Database, identity: Identity, store: ObjectStore, upload: Upload, offset: int, checksum: Checksum | None
) -> Iterator[Appender]:
    """Take the next bytes of an upload; what came is kept even if the sender breaks off, unless a checksum was given.

    Raises:
        WrongOffset: CC-0136.
        StateRefused: CC-0025, it is finished.
        TooManyUploads: CC-0139, it has too many parts.
    """
    if upload.state != "receiving":
        raise StateRefused("The upload is finished already.")
    if upload.received_bytes != offset:
        raise WrongOffset(f"The upload stands at {upload.received_bytes} bytes, not at {offset}.")
    if len(upload.parts) >= MAX_PARTS:
        raise TooManyUploads(f"The upload came in {MAX_PARTS} parts already.")
    with open_incoming(store) as file:
        yield Appender(database, identity, store, upload, file, checksum)


class Appender:
    """Takes one part of an upload.

    Args:
        file: where the part comes in.
    """

    def __init__(
        self,
        database: Database,
        identity: Identity,
        store: ObjectStore,
        upload: Upload,
        file: IncomingFile,
        checksum: Checksum | None,
    ) -> None:
        self._database, self._identity, self._store = database, identity, store
        self._upload, self._file, self._checksum = upload, file, checksum
        # What the protocol's checksums are for is cuts and slips, not attacks.
        self._digest = hashlib.new(checksum.algorithm, usedforsecurity=False) if checksum else None

    def write(self, chunk: bytes) -> None:
        """Take the next bytes.

        Raises:
            WrongLength: CC-0126, more came than the file has.
        """
        if self._upload.received_bytes + self._file.size_bytes + len(chunk) > self._upload.size_bytes:
            raise WrongLength("More bytes came than the file has.")
        self._file.write(chunk)
        if self._digest is not None:
            self._digest.update(chunk)

    def finish(self, *, is_cut: bool = False) -> Upload:
        """Keep the part; how the upload stands then.

        Args:
            is_cut: the sender broke off: what came without a checksum counts, with one it does not.

        Raises:
            WrongChecksum: CC-0137.
            WrongOffset: CC-0136, another writer was first.
        """
        if self._checksum is not None and self._digest is not None:
            is_right = hmac.compare_digest(self._digest.digest(), self._checksum.digest)
            if is_cut or not is_right:
                raise WrongChecksum("The bytes that came do not fit their checksum.")
        if not self._file.size_bytes:
            return self._upload
        self._file.close()
        name = f"{self._upload.folder}/{self._upload.received_bytes:016d}-{uuid4().hex}"
        self._store.put_part(name, self._file.path)
        try:
            with self._database.app(self._identity) as conn:
                return _add_part(conn, self._upload, name, self._file.size_bytes)
        except BaseException:
            # Only this part: the others are another writer's.
            self._store.remove_part(name)
            raise


@contextmanager
def assembled(store: ObjectStore, upload: Upload, suffix: str) -> Iterator[IncomingFile]:
    """The whole file of an upload that is complete, put together while it is hashed.

    Raises:
        WrongLength: CC-0126, some of it is still to come.
        ObjectMissing: CC-0702.
    """
    if upload.received_bytes != upload.size_bytes:
        raise WrongLength(f"{upload.received_bytes} of {upload.size_bytes} bytes have come.")
    with open_incoming(store, suffix) as file:
        for name, size_bytes in upload.parts:
            for piece in store.read_part(name, size_bytes):
                file.write(piece)
        file.close()
        yield file


def finish_upload(conn: sa.Connection, upload_id: UUID) -> None:
    """Note that an upload is whole and its file taken: the room that it held is its file's.

    Raises:
        NotFound: CC-0020.
        StateRefused: CC-0025, somebody else has finished it.
    """
    _settle(conn, upload_id, "finished", {})


def refuse_upload(conn: sa.Connection, upload_id: UUID, error: CourseCrafterError) -> None:
    """Note that an upload's file is not taken, and why: the room that it held is free.

    Raises:
        NotFound: CC-0020.
        StateRefused: CC-0025.
    """
    _settle(conn, upload_id, "refused", {"error": {"code": error.code, "message": error.message}})


def note_result(conn: sa.Connection, upload_id: UUID, result: Mapping[str, str]) -> None:
    """Keep what became of an upload's file, for a sender who did not hear the answer.

    Args:
        result: as `source_id`.
    """
    conn.execute(sa.update(uploads).where(uploads.c.id == upload_id).values(details={"result": dict(result)}))


def cancel_upload(conn: sa.Connection, upload_id: UUID) -> Upload:
    """End an upload and forget it; its parts go once the transaction has ended (`ObjectStore.remove_parts`).

    Raises:
        NotFound: CC-0020.
    """
    upload = _upload(_row(conn, upload_id, is_held=True))
    conn.execute(sa.delete(uploads).where(uploads.c.id == upload_id))
    return upload


def forget_expired(database: Database, open_store: Callable[[UUID], ObjectStore]) -> int:
    """Throw away uploads of all organisations that were not finished in time, with their parts; how many.

    Args:
        open_store: the store of an organisation.
    """
    with database.accounts() as conn:
        gone = conn.execute(sa.text("SELECT id, org_id FROM platform.forget_uploads()")).all()
    for row in gone:
        open_store(row.org_id).remove_parts(f"uploads/{row.id}")
    return len(gone)


def read_checksum(header: str | None) -> Checksum | None:
    """What `Upload-Checksum` says.

    Raises:
        UnknownChecksum: CC-0138.
    """
    if header is None:
        return None
    algorithm, _, encoded = header.partition(" ")
    try:
        digest = base64.b64decode(encoded, validate=True)
    except ValueError as error:
        raise UnknownChecksum("The checksum is not written in Base64.") from error
    if algorithm not in CHECKSUMS or len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise UnknownChecksum(f"“{algorithm[:20]}” is no checksum that is known here.")
    return Checksum(algorithm, digest)


def _add_part(conn: sa.Connection, seen: Upload, name: str, size_bytes: int) -> Upload:
    now = _upload(_row(conn, seen.id, is_held=True))
    if now.state != "receiving" or now.received_bytes != seen.received_bytes:
        raise WrongOffset(f"Another sender was first; the upload stands at {now.received_bytes} bytes.")
    parts = [*now.parts, (name, size_bytes)]
    values = {
        "received_bytes": now.received_bytes + size_bytes,
        "details": {**now.details, "parts": parts},
        "expires_at": _LIVES_ON,
    }
    changed = sa.update(uploads).where(uploads.c.id == seen.id).values(values).returning(uploads)
    return _upload(conn.execute(changed).one())


def _settle(conn: sa.Connection, upload_id: UUID, state: str, details: Mapping[str, Any]) -> None:
    if _row(conn, upload_id, is_held=True).state != "receiving":
        raise StateRefused("The upload is finished already.")
    done = {"state": state, "details": dict(details), "expires_at": _LIVES_ON}
    conn.execute(sa.update(uploads).where(uploads.c.id == upload_id).values(done))


def _row(conn: sa.Connection, upload_id: UUID, *, is_held: bool = False) -> sa.Row[Any]:
    wanted = sa.select(uploads).where(uploads.c.id == upload_id, uploads.c.expires_at > sa.func.now())
    row = conn.execute(wanted.with_for_update() if is_held else wanted).first()
    if row is None:
        raise NotFound("There is no such upload, or its time is over.")
    return row


def _upload(row: sa.Row[Any]) -> Upload:
    parts = tuple((name, length) for name, length in row.details.get("parts", ()))
    named = (row.id, row.project_id, row.lesson_id, row.purpose, row.file_name)
    counted = (row.size_bytes, row.received_bytes, row.state)
    return Upload(*named, *counted, parts, row.details, row.expires_at)
