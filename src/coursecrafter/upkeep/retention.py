"""Forget what is old in the logs: calls to AI that nothing names as its origin, and events that are no content."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.authoring.events import PASSING
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_activity_log, cc_ai_calls, metadata, organisations
from coursecrafter.upkeep.references import STREAMED, of_organisation, texts_of
from coursecrafter.upkeep.scratch import BATCH, Scratch, open_scratch

KEPT_DAYS = 365
_ID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many rows went.

    Attributes:
        ai_calls: of `cc_ai_calls`.
        events: of `cc_activity_log`.
    """

    ai_calls: int = 0
    events: int = 0

    def __add__(self, other: Forgotten) -> Forgotten:
        return Forgotten(self.ai_calls + other.ai_calls, self.events + other.events)


def forget_old(
    database: Database,
    *,
    ai_calls_days: int = KEPT_DAYS,
    events_days: int = KEPT_DAYS,
    now: datetime | None = None,
    is_trial: bool = False,
) -> Forgotten:
    """Delete what is old, some hundred rows in a transaction, in all organisations.

    A call stays as long as any row of its organisation names it.

    Args:
        ai_calls_days: calls are kept so long.
        events_days: events that tell nothing of content are kept so long.
        now: the time by which ages are told, UTC; None: the clock's.
        is_trial: only say how many would go.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    at = now or datetime.now(UTC)
    with database.admin() as conn:
        org_ids = conn.scalars(sa.select(organisations.c.id).order_by(organisations.c.id)).all()
    forgotten = Forgotten()
    for org_id in org_ids:
        old_calls = _old(cc_ai_calls, org_id, at - timedelta(days=ai_calls_days))
        passing = cc_activity_log.c.event_type.in_(sorted(PASSING))
        old_events = sa.and_(_old(cc_activity_log, org_id, at - timedelta(days=events_days)), passing)
        with open_scratch() as scratch:
            _keep_origins(database, org_id, old_calls, scratch)
            calls = _forget(database, cc_ai_calls, old_calls, scratch, is_trial=is_trial)
            events = _forget(database, cc_activity_log, old_events, scratch, is_trial=is_trial)
        forgotten += Forgotten(calls, events)
    return forgotten


def _old(table: sa.Table, org_id: UUID, before: datetime) -> sa.ColumnElement[bool]:
    ours = of_organisation(table, org_id)
    return sa.and_(*(() if ours is None else (ours,)), table.c.created_at < before)


def _keep_origins(database: Database, org_id: UUID, old: sa.ColumnElement[bool], scratch: Scratch) -> None:
    """Note which old calls are named by a row of another kind."""
    with database.admin() as conn:
        if conn.execute(sa.select(cc_ai_calls.c.id).where(old).limit(1)).first() is None:
            return
        for table in metadata.sorted_tables:
            ours, values = of_organisation(table, org_id), texts_of(table)
            if table is cc_ai_calls or ours is None or not values:
                continue
            told = sa.func.unnest(sa.func.regexp_matches(sa.func.concat_ws(" ", *values), _ID, "g"))
            named = sa.select(sa.cast(told, sa.Uuid).label("id")).where(ours).subquery()
            wanted = sa.select(cc_ai_calls.c.id).where(old, cc_ai_calls.c.id.in_(sa.select(named.c.id)))
            with conn.execute(wanted, execution_options=STREAMED) as found:
                scratch.keep_ids(str(row.id) for row in found)


def _forget(
    database: Database, table: sa.Table, old: sa.ColumnElement[bool], scratch: Scratch, *, is_trial: bool
) -> int:
    forgotten = 0
    for ids in _pages(database, table, old):
        gone = [one for one in ids if not scratch.is_kept_id(str(one))]
        forgotten += len(gone)
        if not is_trial:
            with database.admin() as conn:
                conn.execute(table.delete().where(table.c.id.in_(gone)))
    return forgotten


def _pages(database: Database, table: sa.Table, old: sa.ColumnElement[bool]) -> Iterator[list[UUID]]:
    last = _FIRST
    while True:
        wanted = sa.select(table.c.id).where(old, table.c.id > last).order_by(table.c.id).limit(BATCH)
        with database.admin() as conn:
            ids = list(conn.scalars(wanted))
        if not ids:
            return
        yield ids
        last = ids[-1]
