"""A file is there with all its rows, or not at all; its room is counted once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.sources import add_source
from coursecrafter.db.refusals import NotAllowed
from coursecrafter.db.session import Identity
from coursecrafter.db.tables import cc_source_files, uploaded_files
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.incoming import open_incoming
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.uploads.admission import CheckedFile, check_file, keeping
from coursecrafter.uploads.kinds import FileKind
from coursecrafter.uploads.quotas import RoomUsedUp, room_left
from coursecrafter.uploads.rules import ScanPolicy, UploadRules, WallsTooLow

RULES = UploadRules(scan=ScanPolicy.OFF)


def identity_of(author: Author) -> Identity:
    return Identity(author.org_id, author.user_id)


@contextmanager
def checked(store: ObjectStore, text: bytes) -> Iterator[CheckedFile]:
    with open_incoming(store, ".txt") as file:
        file.write(text)
        file.close()
        yield check_file(file, FileKind.TEXT, RULES)


def take(
    cast: Cast,
    store: ObjectStore,
    text: bytes,
    rules: UploadRules = RULES,
    author: Author | None = None,
    work: Callable[[sa.Connection], Any] = lambda _conn: None,
) -> None:
    who = author or cast.owner
    identity = identity_of(who)
    with (
        checked(store, text) as file,
        keeping(cast.database, identity, store, file, rules) as kept,
        cast.database.app(identity) as conn,
    ):
        kept.count(conn)
        work(conn)


def rows(cast: Cast, org_id: UUID) -> list[tuple[int, str, str]]:
    with cast.database.admin() as conn:
        wanted = sa.select(uploaded_files.c.size_bytes, uploaded_files.c.mime_type, uploaded_files.c.scan)
        return [tuple(row) for row in conn.execute(wanted.where(uploaded_files.c.org_id == org_id))]


def objects(*stores: ObjectStore) -> list[str]:
    """What lies in stores, and what has come in and is nowhere yet."""
    folders = ("objects", "aside", "uploads", "steps")
    kept = [one.key for store in stores for name in folders for batch in store.list_below(name) for one in batch]
    return kept + [path.name for path in stores[0].incoming_folder.iterdir()]


@pytest.fixture
def store(cast: Cast, store_url: str) -> ObjectStore:
    return ObjectStore(store_url, cast.owner.org_id)


def test_the_same_bytes_take_room_once_in_an_organisation(cast: Cast, store: ObjectStore) -> None:
    take(cast, store, b"Find the exit.")
    take(cast, store, b"Find the exit.", author=cast.editor)

    assert rows(cast, cast.owner.org_id) == [(14, "text/plain", "not_scanned")]
    assert len(objects(store)) == 1
    with cast.session() as conn:
        assert room_left(conn, UploadRules(default_quota_bytes=20)) == 6
        assert room_left(conn, UploadRules(default_quota_bytes=10)) == 0
        assert room_left(conn, RULES) is None


def test_another_organisation_counts_for_itself(cast: Cast, store: ObjectStore, store_url: str) -> None:
    take(cast, store, b"Find the exit!")
    other = ObjectStore(store_url, cast.stranger.org_id)
    take(cast, other, b"Find the exit!", author=cast.stranger)

    assert len(objects(store, other)) == 2
    assert (14, "text/plain", "not_scanned") in rows(cast, cast.stranger.org_id)


def test_a_file_beyond_the_room_leaves_nothing(cast: Cast, store: ObjectStore) -> None:
    take(cast, store, b"x" * 60, UploadRules(default_quota_bytes=100))

    with pytest.raises(RoomUsedUp, match="CC-0127"):
        take(cast, store, b"y" * 60, UploadRules(default_quota_bytes=100))

    assert len(objects(store)) == len(rows(cast, cast.owner.org_id)) == 1


def test_of_two_who_would_take_the_last_room_one_does(cast: Cast, store: ObjectStore) -> None:
    rules = UploadRules(default_quota_bytes=100)

    ends = all_at_once([lambda text=text: take(cast, store, text * 60, rules) for text in (b"a", b"b", b"c")])

    assert sorted(type(end).__name__ for end in ends) == ["NoneType", "RoomUsedUp", "RoomUsedUp"]
    assert len(objects(store)) == len(rows(cast, cast.owner.org_id)) == 1


def test_what_its_place_refuses_is_not_kept(cast: Cast, store: ObjectStore) -> None:
    def add(conn: sa.Connection) -> None:
        stored = StoredObject("0" * 64, 1, "text/plain")
        place = {"file_type": "pptx", "purpose": "engine1_ppt", "name": "x.pptx"}
        add_source(conn, cast.viewer, cast.project_id, stored, **place)

    with pytest.raises(NotAllowed):
        take(cast, store, b"a viewer's", author=cast.viewer, work=add)

    assert not objects(store)
    assert not rows(cast, cast.owner.org_id)


def test_bytes_that_somebody_else_keeps_stay_when_a_second_sender_fails(cast: Cast, store: ObjectStore) -> None:
    take(cast, store, b"kept")

    with pytest.raises(ZeroDivisionError):
        take(cast, store, b"kept", work=lambda _conn: 1 // 0)

    assert len(objects(store)) == 1


def test_a_server_without_the_walls_asked_for_takes_nothing(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("coursecrafter.uploads.rules.sandbox_level", lambda: "rlimits")

    with open_incoming(store, ".txt") as file, pytest.raises(WallsTooLow, match="CC-0141"):
        check_file(file, FileKind.TEXT, UploadRules(lowest_walls="bubblewrap"))


def test_nobody_sees_what_another_organisation_sent(cast: Cast, store: ObjectStore) -> None:
    take(cast, store, b"ours alone")

    with cast.session(cast.stranger) as conn:
        assert not [row for row in conn.execute(sa.select(uploaded_files)) if row.org_id == cast.owner.org_id]
        assert (
            conn.execute(sa.select(cc_source_files).where(cc_source_files.c.project_id == cast.project_id)).all() == []
        )
