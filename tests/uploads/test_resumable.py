"""An upload goes on where it was cut, on any machine, and its bytes are there once."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once
from coursecrafter.authoring.author import Author
from coursecrafter.db.refusals import NotFound, StateRefused
from coursecrafter.db.session import Identity
from coursecrafter.db.tables import uploads
from coursecrafter.domain.stored import StoredObject
from coursecrafter.ingest.guard import FileTooLarge
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads import resumable
from coursecrafter.uploads.admission import CheckedFile, check_file, keeping
from coursecrafter.uploads.kinds import FileKind
from coursecrafter.uploads.quotas import RoomUsedUp, room_left
from coursecrafter.uploads.receiving import EmptyFile, WrongLength
from coursecrafter.uploads.resumable import (
    Checksum,
    TooManyUploads,
    UnknownChecksum,
    Upload,
    WrongChecksum,
    WrongOffset,
    appending,
    assembled,
    cancel_upload,
    create_upload,
    find_upload,
    forget_expired,
    read_checksum,
    refuse_upload,
)
from coursecrafter.uploads.rules import ScanPolicy, UploadRules

RULES = UploadRules(scan=ScanPolicy.OFF)
TEXT = b"Find the exit before you need it. " * 3


class Sender:
    """Somebody who sends a text in parts."""

    def __init__(self, cast: Cast, folder: Path, author: Author | None = None) -> None:
        self.cast = cast
        self.author = author or cast.owner
        self.folder = folder
        self.identity = Identity(self.author.org_id, self.author.user_id)

    @property
    def store(self) -> ObjectStore:
        """Opened anew each time, as another machine would."""
        return ObjectStore(str(self.folder), self.author.org_id)

    def begin(self, size_bytes: int = len(TEXT), rules: UploadRules = RULES, kind: FileKind = FileKind.TEXT) -> UUID:
        place: dict[str, Any] = {"project_id": self.cast.project_id, "lesson_id": None, "purpose": "document"}
        with self.cast.session(self.author) as conn:
            return create_upload(
                conn, self.identity, rules, **place, file_name="a.txt", kind=kind, size_bytes=size_bytes
            ).id

    def look(self, upload_id: UUID) -> Upload:
        with self.cast.session(self.author) as conn:
            return find_upload(conn, upload_id)

    def send(self, upload: Upload, offset: int, content: bytes, checksum: Checksum | None = None) -> Upload:
        with appending(self.cast.database, self.identity, self.store, upload, offset, checksum) as appender:
            appender.write(content)
            return appender.finish()

    def keep(self, checked: CheckedFile, upload_id: UUID, rules: UploadRules = RULES) -> StoredObject:
        database = self.cast.database
        with (
            keeping(database, self.identity, self.store, checked, rules) as kept,
            database.app(self.identity) as conn,
        ):
            return kept.count(conn, upload_id)

    def parts(self) -> list[Path]:
        return [path for path in self.folder.rglob("*") if path.is_file() and "uploads" in path.parts]


@pytest.fixture
def sender(cast: Cast, tmp_path: Path) -> Sender:
    return Sender(cast, tmp_path)


def test_an_upload_is_put_together_from_its_parts(sender: Sender) -> None:
    upload_id = sender.begin()
    for start in range(0, len(TEXT), 40):
        sender.send(sender.look(upload_id), start, TEXT[start : start + 40])

    upload = sender.look(upload_id)
    with assembled(sender.store, upload, ".txt") as file:
        checked = check_file(file, FileKind.TEXT, RULES)
        stored = sender.keep(checked, upload_id)

    assert stored.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert sender.store.get_bytes(stored) == TEXT
    assert sender.look(upload_id).state == "finished"


def test_a_cut_keeps_what_came(sender: Sender) -> None:
    upload_id = sender.begin()

    with appending(sender.cast.database, sender.identity, sender.store, sender.look(upload_id), 0, None) as appender:
        appender.write(TEXT[:50])
        appender.finish(is_cut=True)

    assert sender.look(upload_id).received_bytes == 50
    assert sender.send(sender.look(upload_id), 50, TEXT[50:]).received_bytes == len(TEXT)


def test_a_wrong_offset_is_refused_and_changes_nothing(sender: Sender) -> None:
    upload_id = sender.begin()
    upload = sender.send(sender.look(upload_id), 0, TEXT[:10])

    for offset in (0, 9, 11):
        with pytest.raises(WrongOffset, match="CC-0136"):
            sender.send(upload, offset, b"x")

    assert sender.look(upload_id).received_bytes == 10
    assert len(sender.parts()) == 1


def test_of_two_writers_at_once_the_first_goes_on(sender: Sender) -> None:
    upload_id = sender.begin()
    seen = sender.look(upload_id)

    ends = all_at_once([lambda text=text: sender.send(seen, 0, text * 20) for text in (b"a", b"b", b"c", b"d")])

    upload = sender.look(upload_id)
    assert sum(isinstance(end, WrongOffset) for end in ends) == 3
    assert upload.received_bytes == 20
    assert len(sender.parts()) == len(upload.parts) == 1
    assert len(set(b"".join(sender.store.read_part(*upload.parts[0])))) == 1


def test_more_bytes_than_the_file_has_are_refused(sender: Sender) -> None:
    upload_id = sender.begin()

    with pytest.raises(WrongLength):
        sender.send(sender.look(upload_id), 0, TEXT + b"x")

    assert sender.look(upload_id).received_bytes == 0
    assert not sender.parts()


def test_an_upload_that_is_not_whole_is_not_put_together(sender: Sender) -> None:
    upload = sender.send(sender.look(sender.begin()), 0, TEXT[:10])

    with pytest.raises(WrongLength, match="10 of"), assembled(sender.store, upload, ".txt"):
        pytest.fail("it was put together")


@pytest.mark.parametrize("algorithm", resumable.CHECKSUMS)
def test_a_checksum_is_held_to(sender: Sender, algorithm: str) -> None:
    upload = sender.look(sender.begin())
    digest = base64.b64encode(hashlib.new(algorithm, TEXT).digest()).decode()
    checksum = read_checksum(f"{algorithm} {digest}")

    with pytest.raises(WrongChecksum, match="CC-0137"):
        sender.send(upload, 0, TEXT[:-1] + b"x", checksum)
    assert not sender.parts()

    assert sender.send(upload, 0, TEXT, checksum).received_bytes == len(TEXT)


@pytest.mark.parametrize("header", ["sha1", "crc32 AAAA", "sha1 ???", "sha1 AAAA", "", "sha1 é"])
def test_a_checksum_that_is_none_is_refused(header: str) -> None:
    with pytest.raises(UnknownChecksum, match="CC-0138"):
        read_checksum(header)


def test_an_upload_holds_its_room_until_it_ends(sender: Sender) -> None:
    rules = UploadRules(default_quota_bytes=150, scan=ScanPolicy.OFF)
    upload_id = sender.begin(100, rules)

    with pytest.raises(RoomUsedUp):
        sender.begin(51, rules)
    with sender.cast.session() as conn:
        cancel_upload(conn, upload_id)
    assert sender.look(sender.begin(150, rules)).size_bytes == 150


def test_a_whole_upload_needs_no_room_beside_its_own(sender: Sender) -> None:
    rules = UploadRules(default_quota_bytes=len(TEXT), scan=ScanPolicy.OFF)
    upload = sender.send(sender.look(sender.begin(rules=rules)), 0, TEXT)

    with assembled(sender.store, upload, ".txt") as file:
        checked = check_file(file, FileKind.TEXT, rules)
        sender.keep(checked, upload.id, rules)

    with sender.cast.session() as conn:
        assert room_left(conn, rules) == 0


def test_a_refused_upload_frees_its_room_and_says_why(sender: Sender) -> None:
    upload_id = sender.begin(100)
    with sender.cast.session() as conn:
        refuse_upload(conn, upload_id, EmptyFile("The file is empty."))

    upload = sender.look(upload_id)
    assert (upload.state, upload.details["error"]["code"]) == ("refused", "CC-0125")
    with pytest.raises(StateRefused):
        sender.send(upload, 0, b"x")


@pytest.mark.parametrize(("size", "refusal"), [(0, EmptyFile), (20 << 30, FileTooLarge)])
def test_a_length_that_is_not_taken_begins_no_upload(sender: Sender, size: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        sender.begin(size, kind=FileKind.MP4)


def test_nobody_has_more_uploads_under_way_than_a_few(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resumable, "MAX_UNDER_WAY", 2)
    sender.begin(), sender.begin()

    with pytest.raises(TooManyUploads, match="CC-0139"):
        sender.begin()


def test_an_upload_is_its_senders_alone(sender: Sender, tmp_path: Path) -> None:
    upload_id = sender.begin()

    for other in (sender.cast.editor, sender.cast.stranger):
        with pytest.raises(NotFound):
            Sender(sender.cast, tmp_path, other).look(upload_id)


def test_what_is_not_finished_in_time_is_forgotten_with_its_parts(sender: Sender) -> None:
    upload_id = sender.begin()
    sender.send(sender.look(upload_id), 0, TEXT[:10])
    with sender.cast.database.admin() as conn:
        conn.execute(sa.update(uploads).where(uploads.c.id == upload_id).values(expires_at=sa.text("now()")))

    with pytest.raises(NotFound):
        sender.look(upload_id)
    forgotten = forget_expired(sender.cast.database, lambda org_id: ObjectStore(str(sender.folder), org_id))

    assert forgotten == 1
    assert not sender.parts()
