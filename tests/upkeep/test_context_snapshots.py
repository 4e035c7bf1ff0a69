"""The context that calls to models were made with stays as long as a call names it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from course_people import Cast
from coursecrafter.authoring.context import change_context
from coursecrafter.authoring.snapshots import context_snapshot
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_ai_calls
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore
from coursecrafter.upkeep.collecting import Collected, collect

DAY = timedelta(days=1)


def keep_snapshot(cast: Cast, store: ObjectStore, **said: str) -> StoredObject:
    """The course's context once this was said of it."""
    cast.do(change_context, cast.project_id, **said)
    with cast.session() as conn:
        return store.put_bytes(context_snapshot(conn, cast.project_id), "application/json")


def call_with(database: Database, cast: Cast, stored: StoredObject) -> UUID:
    """A call whose row names a snapshot."""
    values = {"engine": "e2", "call_type": "llm_outline", "provider": "openai", "status": "success"}
    payload = {"task": "outline", "template": "outline/1", "context": stored.sha256}
    with database.admin() as conn:
        added = cc_ai_calls.insert().values(project_id=cast.project_id, request_payload=payload, **values)
        call_id: UUID = conn.scalars(added.returning(cc_ai_calls.c.id)).one()
    return call_id


def test_a_snapshot_that_a_call_names_is_in_use(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    named = keep_snapshot(cast, store, audience_level="intro")
    unnamed = keep_snapshot(cast, store, audience_level="advanced")
    call_with(database, cast, named)

    first = collect(database, store_url, now=datetime.now(UTC) + 2 * DAY)
    second = collect(database, store_url, now=datetime.now(UTC) + 4 * DAY)

    assert first == Collected(laid_aside=1, laid_aside_bytes=unnamed.size_bytes)
    assert second == Collected(removed=1, removed_bytes=unnamed.size_bytes)
    assert b'"intro"' in store.get_bytes(named)


def test_a_snapshot_goes_after_the_last_call_that_names_it(
    cast: Cast, database: Database, store: ObjectStore, store_url: str
) -> None:
    stored = keep_snapshot(cast, store, region="africa")
    call_id = call_with(database, cast, stored)
    kept = collect(database, store_url, now=datetime.now(UTC) + 2 * DAY)
    with database.admin() as conn:
        conn.execute(sa.delete(cc_ai_calls).where(cc_ai_calls.c.id == call_id))

    gone = collect(database, store_url, now=datetime.now(UTC) + 4 * DAY)

    assert kept == Collected()
    assert gone.laid_aside == 1
