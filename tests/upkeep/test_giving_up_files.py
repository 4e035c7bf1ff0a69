"""An uploaded file that nothing uses any more gives its room back; its sending and deleting cannot be undone then."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast
from coursecrafter.authoring.documents import add_document, delete_document
from coursecrafter.authoring.history import NotUndoable, history, undo, undo_last
from coursecrafter.authoring.source_parses import keep_source_parse
from coursecrafter.authoring.sources import add_source, delete_source, find_source
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_activity_log, uploaded_files
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.upkeep.collecting import collect
from coursecrafter.uploads.quotas import count_file
from coursecrafter.uploads.scanning import Verdict

DAY = timedelta(days=1)
ANY = "application/octet-stream"


def after(days: float) -> datetime:
    return datetime.now(UTC) + days * DAY


def room_used(database: Database, cast: Cast) -> int:
    used = sa.select(sa.func.coalesce(sa.func.sum(uploaded_files.c.size_bytes), 0))
    with database.admin() as conn:
        return int(conn.scalars(used.where(uploaded_files.c.org_id == cast.owner.org_id)).one())


def send_source(cast: Cast, store: ObjectStore, content: bytes = b"deck") -> tuple[UUID, StoredObject]:
    stored = store.put_bytes(content, ANY)
    with cast.session() as conn:
        count_file(conn, cast.owner.org_id, stored, Verdict("clean"), None)
        source = add_source(
            conn, cast.owner, cast.project_id, stored, file_type="pptx", purpose="engine1_ppt", name="Deck.pptx"
        )
    return source, stored


def test_a_source_that_is_there_keeps_its_room(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    _, stored = send_source(cast, store)

    assert collect(database, store_url, now=after(90)).given_up == 0
    assert room_used(database, cast) == 4
    assert store.has(stored)


def test_a_source_that_was_deleted_gives_its_room_back(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    source, stored = send_source(cast, store)
    cast.do(delete_source, source)

    soon, later = collect(database, store_url), collect(database, store_url, now=after(2))
    last = collect(database, store_url, now=after(4))

    assert soon.given_up == 0
    assert (later.given_up, later.given_up_bytes, later.laid_aside) == (1, 4, 1)
    assert last.removed == 1
    assert room_used(database, cast) == 0
    assert not store.has(stored)


def test_what_was_found_in_it_does_not_hold_it(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    """What was made of a source stays, and says of which file it is."""
    source, stored = send_source(cast, store)
    with cast.session() as conn:
        found = find_source(conn, source)
        keep_source_parse(conn, cast.owner, store, found, name="Deck.pptx", mime_type=ANY, scan="clean", found={})
    kept = collect(database, store_url, now=after(2))
    cast.do(delete_source, source)

    gone = collect(database, store_url, now=after(2))

    assert kept.given_up == 0
    assert (gone.given_up, gone.laid_aside) == (1, 1)
    assert stored.sha256 in {one.name for batch in store.list_below("aside") for one in batch}


def test_a_document_that_was_deleted_gives_its_room_back(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    stored = store.put_bytes(b"handbook", ANY)
    with cast.session() as conn:
        count_file(conn, cast.owner.org_id, stored, Verdict("clean"), None)
        document = add_document(conn, cast.owner, cast.project_id, stored, name="Handbook.pdf")
    cast.do(delete_document, document)

    assert collect(database, store_url, now=after(2)).given_up == 1
    assert room_used(database, cast) == 0


def test_deleting_can_be_undone_within_the_grace_and_not_when_the_file_goes(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    source, stored = send_source(cast, store)
    cast.do(delete_source, source)
    collect(database, store_url)
    with cast.session() as conn:
        undo_last(conn, cast.owner, cast.project_id)
    assert store.has(stored)
    cast.do(delete_source, source)
    with cast.session() as conn:
        deleting = history(conn, cast.project_id)[0].id

    collect(database, store_url, now=after(2))

    with cast.session() as conn, pytest.raises(NotUndoable):
        undo(conn, cast.owner, deleting)
    with cast.session() as conn:
        kinds = [one.event for one in history(conn, cast.project_id)]
    assert len(kinds) >= 4


def test_the_history_of_what_is_kept_stays_whole(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    send_source(cast, store)
    with database.admin() as conn:
        before = conn.execute(sa.select(cc_activity_log).order_by(cc_activity_log.c.id)).all()

    collect(database, store_url, now=after(2))

    with database.admin() as conn:
        assert conn.execute(sa.select(cc_activity_log).order_by(cc_activity_log.c.id)).all() == before


HOLDERS: dict[str, Callable[[ObjectStore, StoredObject], str]] = {
    "a film cut": lambda store, film: store.put_bytes(json.dumps({"film": film.sha256}).encode(), ANY).key,
    "an asset": lambda _, film: film.key,
}


@pytest.mark.parametrize("holder", HOLDERS)
def test_a_deleted_source_that_the_course_still_uses_keeps_its_room(
    cast: Cast, database: Database, store: ObjectStore, store_url: str, holder: str
) -> None:
    source, stored = send_source(cast, store)
    cast.do(delete_source, source)
    with database.admin() as conn:
        conn.execute(
            sa.text(
                "UPDATE course_crafter.cc_assets SET file_path = :path, mime_type = 'application/json' WHERE id = :id"
            ),
            {"path": HOLDERS[holder](store, stored), "id": cast.rows["cc_assets"]},
        )

    assert collect(database, store_url, now=after(2)).given_up == 0
    assert room_used(database, cast) == 4


def test_the_same_bytes_sent_again_are_counted_again(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    source, _ = send_source(cast, store)
    cast.do(delete_source, source)
    collect(database, store_url, now=after(2))

    _, stored = send_source(cast, store)
    collect(database, store_url, now=after(4))

    assert room_used(database, cast) == 4
    assert store.get_bytes(stored) == b"deck"
