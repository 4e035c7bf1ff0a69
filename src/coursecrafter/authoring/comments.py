"""Review comments and their resolution: events of the project, with no other home.

A reviewer writes them without a right to change the course, so they hold no row; nobody's undo takes them back.
Source: architecture ("Where a thing goes that has no column of its own").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table, func, select, text

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.authoring.rows import find_row, missing
from coursecrafter.db.refusals import NotAllowed, UnusableText, ValueRefused, require_storable
from coursecrafter.db.tables import (
    SCHEMA,
    cc_activity_log,
    cc_ai_calls,
    cc_asset_versions,
    cc_lessons,
    cc_projects,
    metadata,
)

LOGS = frozenset({cc_activity_log, cc_ai_calls, cc_asset_versions})
KEYS = ("lesson_id", "book_id", "brand_profile_id")
"""What leads from a row without a project to one that has it."""


@dataclass(frozen=True, slots=True)
class About:
    """The row that a comment is about.

    Attributes:
        table: its table's name, as `cc_segments`.
    """

    table: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment.

    Attributes:
        about: None for the lesson or the project as a whole.
        resolved_at: None while it is open.
    """

    id: UUID
    at: datetime
    user_id: UUID | None
    lesson_id: UUID | None
    about: About | None
    text: str
    resolved_by: UUID | None
    resolved_at: datetime | None


def add_comment(
    conn: Connection,
    author: Author,
    project_id: UUID,
    *,
    text: str,
    lesson_id: UUID | None = None,
    about: About | None = None,
) -> UUID:
    """Comment on a project, a lesson or one of their rows.

    Args:
        lesson_id: None: that of the row it is about, if it stands in one.

    Returns:
        The comment's id.

    Raises:
        NotFound: CC-0020, also of the lesson or row.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        UnusableText: CC-0027.
    """
    _require_right(conn, project_id)
    if not text.strip():
        raise ValueRefused("The text of the comment is empty.")
    lesson_id = _lesson_of(conn, project_id, lesson_id, about)
    named = None if about is None else {"table": about.table, "id": str(about.id)}
    try:
        require_storable(cc_activity_log, {"event_payload": {"text": text}})
    except UnusableText as error:
        raise UnusableText("The text of the comment holds a sign that no text can hold.") from error
    return log_event(
        conn, author, Event.COMMENT_ADDED, project_id=project_id, lesson_id=lesson_id, about=named, text=text
    )


def resolve_comment(conn: Connection, author: Author, comment_id: UUID) -> None:
    """Mark a comment as dealt with; one that is so already stays so.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    _settle(conn, author, comment_id, Event.COMMENT_RESOLVED)


def reopen_comment(conn: Connection, author: Author, comment_id: UUID) -> None:
    """Take back that a comment was dealt with; one that is open stays so.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    _settle(conn, author, comment_id, Event.COMMENT_REOPENED)


def comments_of(
    conn: Connection, project_id: UUID, *, lesson_id: UUID | None = None, about: About | None = None
) -> tuple[Comment, ...]:
    """The comments of a project, the oldest first; only those of a lesson or on one row, if named.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_projects, project_id)
    log = cc_activity_log
    kinds = (Event.COMMENT_ADDED, Event.COMMENT_RESOLVED, Event.COMMENT_REOPENED)
    wanted = select(log).where(log.c.project_id == project_id, log.c.event_type.in_(kinds)).order_by(log.c.id)
    if lesson_id is not None:
        wanted = wanted.where(log.c.lesson_id == lesson_id)
    rows = conn.execute(wanted).all()
    last = {row.event_payload["comment"]: row for row in rows if row.event_type != Event.COMMENT_ADDED}
    found = [_comment(row, last.get(str(row.id))) for row in rows if row.event_type == Event.COMMENT_ADDED]
    return tuple(comment for comment in found if about is None or comment.about == about)


def _comment(row: Row[Any], last: Row[Any] | None) -> Comment:
    about: Mapping[str, str] | None = row.event_payload["about"]
    settled = last if last is not None and last.event_type == Event.COMMENT_RESOLVED else None
    return Comment(
        row.id,
        row.created_at,
        row.user_id,
        row.lesson_id,
        None if about is None else About(about["table"], UUID(about["id"])),
        row.event_payload["text"],
        None if settled is None else settled.user_id,
        None if settled is None else settled.created_at,
    )


def _settle(conn: Connection, author: Author, comment_id: UUID, event: Event) -> None:
    comment = find_row(conn, cc_activity_log, comment_id)
    if comment.event_type != Event.COMMENT_ADDED or comment.project_id is None:
        raise missing(cc_activity_log)
    _require_right(conn, comment.project_id)
    # A row of a log cannot be held: twenty who resolve one comment wait for each other here, and the first did it.
    conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 2))"), {"key": str(comment_id)})
    log = cc_activity_log
    settled = select(log.c.event_type).where(
        log.c.project_id == comment.project_id,
        log.c.event_type.in_((Event.COMMENT_RESOLVED, Event.COMMENT_REOPENED)),
        log.c.event_payload["comment"].astext == str(comment_id),
    )
    last = conn.execute(settled.order_by(log.c.id.desc()).limit(1)).scalar() or Event.COMMENT_REOPENED
    if last != event:
        place = {"project_id": comment.project_id, "lesson_id": comment.lesson_id}
        log_event(conn, author, event, **place, comment=str(comment_id))


def _require_right(conn: Connection, project_id: UUID) -> None:
    find_row(conn, cc_projects, project_id)
    if project_id not in conn.execute(select(func.platform.scope("comment"))).scalar_one():
        raise NotAllowed("Your role in the project does not let you write comments.")


def _lesson_of(conn: Connection, project_id: UUID, lesson_id: UUID | None, about: About | None) -> UUID | None:
    """The lesson that a comment belongs to, once all that it names is found alive in the project."""
    row = None if about is None else _find_about(conn, project_id, about)
    if lesson_id is None:
        lesson_id = getattr(row, "lesson_id", None)
        if about is not None and about.table == cc_lessons.name:
            lesson_id = about.id
    if lesson_id is not None and find_row(conn, cc_lessons, lesson_id).project_id != project_id:
        raise missing(cc_lessons)
    return lesson_id


def _find_about(conn: Connection, project_id: UUID, about: About) -> Row[Any]:
    table = metadata.tables.get(f"{SCHEMA}.{about.table}")
    if table is None or table in LOGS:
        raise ValueRefused("The comment is about nothing that a course has.")
    row = find_row(conn, table, about.id)
    if _project_of(conn, table, row) != project_id:
        raise missing(table)
    return row


def _project_of(conn: Connection, table: Table, row: Row[Any]) -> UUID | None:
    """The project that a row stands in, if it stands in one."""
    if table is cc_projects:
        return row.id  # type: ignore[no-any-return]  # a row's columns have no types
    if "project_id" in table.c:
        return row.project_id  # type: ignore[no-any-return]  # likewise
    key = next(name for name in KEYS if name in table.c)
    # A copied key points at more than one table; the one whose id it is comes first.
    parent = next(one.column.table for one in table.c[key].foreign_keys if one.column.name == "id")
    return _project_of(conn, parent, find_row(conn, parent, getattr(row, key)))
