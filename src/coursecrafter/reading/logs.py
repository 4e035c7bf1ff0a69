"""What models were asked and what happened (schema 10). Payloads of calls and contents of changes stay in the rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_activity_log, cc_ai_calls
from coursecrafter.reading.answers import columns, fill
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import PROJECT

_TIMES = {"since": "created_at >= :since", "until": "created_at < :until", "lesson_id": "lesson_id = :lesson_id"}

_AI_CALLS = Listing(
    "ai_calls",
    "SELECT c.* FROM course_crafter.cc_ai_calls c WHERE c.project_id = :project_id",
    line=columns(cc_ai_calls, "found", leave=("request_payload",)) + ", found.request_payload ->> 'task' AS task",
    parent=PROJECT,
    filters={
        "engine": "engine = :engine",
        "call_type": "call_type = :call_type",
        "status": "status = :status",
        **_TIMES,
    },
)

# Where an event does not name its engine, its type may: engine1_plan_approved.
_ENGINE = """
coalesce({row}event_payload ->> 'engine', 'e' || substring({row}event_type FROM '^engine([1-4])_'))
"""
# Changes hold whole texts: they are cut off for the lines of a page, not for all that are ordered.
_EVENT = fill(
    "{columns}, found.event_payload - 'changes' AS event_payload, {engine} AS engine",
    columns=columns(cc_activity_log, "found", leave=("event_payload",)),
    engine=fill(_ENGINE, row="found."),
)
_EVENT_FILTERS = {
    "engine": fill(_ENGINE, row="") + " = :engine",
    "event_type": "event_type = :event_type",
    **_TIMES,
}

_EVENTS = Listing(
    "events",
    "SELECT e.* FROM course_crafter.cc_activity_log e WHERE e.project_id = :project_id",
    line=_EVENT,
    parent=PROJECT,
    filters=_EVENT_FILTERS,
)
_ORGANISATION_EVENTS = Listing(
    "organisation_events",
    "SELECT e.* FROM course_crafter.cc_activity_log e WHERE e.project_id IS NULL",
    line=_EVENT,
    filters=_EVENT_FILTERS,
)


def read_ai_calls(
    conn: Connection,
    project_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    engine: str | None = None,
    call_type: str | None = None,
    status: str | None = None,
    lesson_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> bytes:
    """A project's calls to models, the newest first: what each was for, who answered, its cost and how it went.

    Args:
        since, until: from this time on, and before that.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    told = {"engine": engine, "call_type": call_type, "status": status, "lesson_id": lesson_id}
    return read_page(conn, _AI_CALLS, page, {"project_id": project_id}, **told, since=since, until=until)


def read_events(
    conn: Connection,
    project_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    engine: str | None = None,
    event_type: str | None = None,
    lesson_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> bytes:
    """What happened in a project, the newest first, without what stood before and after.

    Args:
        engine: of events that tell it.
        since, until: from this time on, and before that.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    told = {"engine": engine, "event_type": event_type, "lesson_id": lesson_id}
    return read_page(conn, _EVENTS, page, {"project_id": project_id}, **told, since=since, until=until)


def read_organisation_events(
    conn: Connection,
    page: Page = FIRST_PAGE,
    *,
    event_type: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> bytes:
    """What happened in the organisation and in no project, the newest first; admins see it.

    Raises:
        CursorRefused: CC-0090.
    """
    return read_page(conn, _ORGANISATION_EVENTS, page, {}, event_type=event_type, since=since, until=until)
