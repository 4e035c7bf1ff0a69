"""Old logs are forgotten: calls that nothing names, and events that are no content."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast
from coursecrafter.authoring.events import PASSING, Event
from coursecrafter.authoring.undoable import UNDOABLE
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_activity_log, cc_ai_calls
from coursecrafter.upkeep.retention import Forgotten, forget_old
from tenants import table_named

YEAR_LATER = datetime.now(UTC) + timedelta(days=366)


def ids_of(database: Database, table: sa.Table, cast: Cast) -> set[UUID]:
    with database.admin() as conn:
        return set(conn.scalars(sa.select(table.c.id).where(table.c.project_id == cast.project_id)))


def log(database: Database, cast: Cast, event_type: str, **payload: Any) -> UUID:
    values = {
        "org_id": cast.owner.org_id,
        "project_id": cast.project_id,
        "event_type": event_type,
        "event_payload": payload,
    }
    with database.admin() as conn:
        written = cc_activity_log.insert().values(values).returning(cc_activity_log.c.id)
        return UUID(str(conn.scalars(written).one()))


def test_a_call_that_nothing_names_is_forgotten_after_its_time(cast: Cast, database: Database) -> None:
    young = forget_old(database, now=YEAR_LATER - timedelta(days=2))
    old = forget_old(database, now=YEAR_LATER)

    assert young == Forgotten()
    # One of the course and one of the stranger's.
    assert old == Forgotten(ai_calls=2)
    assert ids_of(database, cc_ai_calls, cast) == set()


@pytest.mark.parametrize(
    ("table", "column", "is_json"),
    [
        ("cc_assets", "metadata", True),
        ("cc_asset_versions", "metadata", True),
        ("cc_activity_log", "event_payload", True),
        ("cc_video_render_jobs", "job_metadata", True),
        ("cc_scripts", "draft_text", False),
        ("cc_voice_tracks", "voice_profile", False),
    ],
)
def test_a_call_stays_as_long_as_a_row_names_it(
    cast: Cast, database: Database, table: str, column: str, is_json: bool
) -> None:
    call_id, rows = str(cast.rows["cc_ai_calls"]), table_named(table)
    value = {"made": {"ai_call_id": call_id}} if is_json else f"by {call_id}"
    with database.admin() as conn:
        conn.execute(rows.update().where(rows.c.id == cast.rows[table]).values({column: value}))

    assert forget_old(database, now=YEAR_LATER) == Forgotten(ai_calls=1)
    assert ids_of(database, cc_ai_calls, cast) == {cast.rows["cc_ai_calls"]}


def test_events_without_content_are_forgotten_and_the_others_stay(cast: Cast, database: Database) -> None:
    logged = {event: log(database, cast, event.value) for event in Event}
    before = ids_of(database, cc_activity_log, cast)

    forgotten = forget_old(database, now=YEAR_LATER)

    assert forgotten.events == len(PASSING)
    assert before - ids_of(database, cc_activity_log, cast) == {logged[event] for event in PASSING}


def test_each_kind_has_its_own_time(cast: Cast, database: Database) -> None:
    log(database, cast, Event.RENDER_STARTED.value)
    in_ten_days = datetime.now(UTC) + timedelta(days=10)

    assert forget_old(database, ai_calls_days=9, now=in_ten_days) == Forgotten(ai_calls=2)
    assert forget_old(database, events_days=9, now=in_ten_days) == Forgotten(events=1)


def test_a_trial_forgets_nothing(cast: Cast, database: Database) -> None:
    log(database, cast, Event.RENDER_STARTED.value)

    told = forget_old(database, now=YEAR_LATER, is_trial=True)

    assert told == forget_old(database, now=YEAR_LATER) == Forgotten(ai_calls=2, events=1)


def test_thousands_are_forgotten_in_batches(cast: Cast, database: Database) -> None:
    event = {"org_id": cast.owner.org_id, "project_id": cast.project_id, "event_type": Event.RENDER_FAILED.value}
    with database.admin() as conn:
        conn.execute(cc_activity_log.insert(), [event] * 1_700)

    assert forget_old(database, now=YEAR_LATER).events == 1_700
    assert forget_old(database, now=YEAR_LATER) == Forgotten()


def test_nothing_that_can_be_undone_is_ever_forgotten() -> None:
    assert not PASSING & UNDOABLE
