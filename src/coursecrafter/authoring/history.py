"""What happened to a course, and undo and redo of all its content.

An event that changed content holds what was before and after. Undoing it is one more act, `undone`, which names it;
redoing is undoing that. So nothing is ever taken out of the history, and each act has a chain: the event, its undoing,
its redoing ... of which only the newest can be turned back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Row,
    Select,
    Subquery,
    Table,
    Text,
    Uuid,
    any_,
    case,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import distinct_on

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.engine_flags import refresh_changed
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.settling import settle, settled_siblings
from coursecrafter.authoring.turning_back import LOGS, ChangedSince, table_of, turn_back
from coursecrafter.authoring.undoable import UNDOABLE
from coursecrafter.db.tables import (
    cc_activity_log,
    cc_book_sections,
    cc_book_structures,
    cc_brand_profiles,
    cc_brand_templates,
    cc_lessons,
    cc_projects,
)
from coursecrafter.errors import RequestError

OWNERS_OF_ROWS: Mapping[Table, tuple[str, Table]] = {
    cc_book_sections: ("book_id", cc_book_structures),
    cc_brand_templates: ("brand_profile_id", cc_brand_profiles),
}
"""What is held before a row of these tables, besides project and lesson."""


class NotUndoable(RequestError):
    """What happened is nothing that can be undone."""

    code = "CC-0053"
    remedy = "Undo a change of the course's content; end what is shared, rendered or said in its own way."


class AlreadyUndone(RequestError):
    """This was undone already, or redone."""

    code = "CC-0054"
    status = 409
    remedy = "Load the history again, and take the newest step of it."


class NothingLeft(RequestError):
    """There is nothing left to undo or to redo."""

    code = "CC-0055"
    status = 409
    remedy = "Change something first; acts of other people are undone from the history."


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of a project's history.

    Attributes:
        user_id: who did it; None: the system.
        told: what the event says besides its changes.
        rows: table and id of what was changed, each once.
        is_undone: it was turned back and stands so.
        is_undoable: it can be undone, or redone if it is an undoing, as far as the event itself goes.
    """

    id: UUID
    at: datetime
    user_id: UUID | None
    event: str
    lesson_id: UUID | None
    told: Mapping[str, Any]
    rows: tuple[tuple[str, UUID], ...]
    is_undone: bool
    is_undoable: bool


def undo(conn: Connection, author: Author, event_id: UUID) -> UUID:
    """Turn back all that one event changed, or nothing; an undoing that is undone is a redoing.

    Returns:
        The event of the undoing.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, the state machine does not lead back.
        ChangedSince: CC-0052.
        NotUndoable: CC-0053.
        AlreadyUndone: CC-0054.
    """
    event = find_row(conn, cc_activity_log, event_id)
    if event.event_type not in UNDOABLE or not _changes(event):
        raise NotUndoable("This cannot be undone: it changed no content of the course.")
    _hold_above(conn, event)
    root_id = event.event_payload["act"] if event.event_type == Event.UNDONE else str(event_id)
    newest = _newest_undoing(conn, event.project_id, root_id)
    if event.event_type == Event.UNDONE:
        is_over = newest is None or newest.id != event_id
    else:
        is_over = newest is not None and not newest.event_payload["is_redo"]
    if is_over:
        raise AlreadyUndone("This was undone, or redone, already.")
    # Of an act that was redone, the redoing is what stands there now.
    return _turn(conn, author, event if newest is None else newest, root_id)


def redo(conn: Connection, author: Author, event_id: UUID) -> UUID:
    """Do again what was undone.

    Args:
        event_id: the event of the undoing.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025.
        ChangedSince: CC-0052.
        NotUndoable: CC-0053, it is no undoing.
        AlreadyUndone: CC-0054.
    """
    event = find_row(conn, cc_activity_log, event_id)
    if event.event_type != Event.UNDONE or event.event_payload["is_redo"]:
        raise NotUndoable("This cannot be redone: it undid nothing.")
    return undo(conn, author, event_id)


def undo_last(conn: Connection, author: Author, project_id: UUID, lesson_id: UUID | None = None) -> UUID:
    """Undo the newest act of this author that is not undone, in a project or in one of its lessons.

    Raises:
        NothingLeft: CC-0055.
        CourseCrafterError: as `undo`; an act of somebody else on the same things makes it refuse.
    """
    hold_row(conn, cc_projects, project_id)
    wanted = _own_acts(author, project_id, lesson_id).order_by(cc_activity_log.c.id.desc()).limit(1)
    event_id = conn.execute(wanted).scalar()
    if event_id is None:
        raise NothingLeft("There is nothing of yours left to undo here.")
    return undo(conn, author, event_id)


def redo_last(conn: Connection, author: Author, project_id: UUID, lesson_id: UUID | None = None) -> UUID:
    """Redo what this author undid last, unless they changed something since.

    Raises:
        NothingLeft: CC-0055.
        CourseCrafterError: as `redo`.
    """
    hold_row(conn, cc_projects, project_id)
    newest, log = _undoings(project_id), cc_activity_log
    wanted = (
        select(log.c.id)
        .join(newest, newest.c.id == log.c.id)
        .where(newest.c.is_redo.is_(False), *_scope(author, project_id, lesson_id))
    )
    event_id = conn.execute(wanted.order_by(log.c.id.desc()).limit(1)).scalar()
    if event_id is None or conn.execute(_own_acts(author, project_id, lesson_id).where(log.c.id > event_id)).first():
        raise NothingLeft("There is nothing of yours left to redo here.")
    return redo(conn, author, event_id)


def history(
    conn: Connection, project_id: UUID, *, lesson_id: UUID | None = None, limit: int = 50, before: UUID | None = None
) -> tuple[Happened, ...]:
    """What happened in a project or in one of its lessons, the newest first.

    Args:
        before: the last line that was read, to go on from.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_projects, project_id, deleted=True)
    newest, log = _undoings(project_id), cc_activity_log
    wanted = (
        select(log, newest.c.id.label("undoing_id"), newest.c.is_redo)
        .outerjoin(newest, newest.c.act == _act_id())
        .where(log.c.project_id == project_id)
    )
    if lesson_id is not None:
        wanted = wanted.where(log.c.lesson_id == lesson_id)
    if before is not None:
        wanted = wanted.where(log.c.id < before)
    return tuple(_happened(row) for row in conn.execute(wanted.order_by(log.c.id.desc()).limit(limit)))


def _turn(conn: Connection, author: Author, event: Row[Any], root_id: str) -> UUID:
    was_undoing = event.event_type == Event.UNDONE and not event.event_payload["is_redo"]
    told: dict[str, Any] = {"undoes": str(event.id), "act": root_id, "is_redo": was_undoing}
    changes = _changes(event)
    settled = settled_siblings(conn, changes)
    place = {"project_id": event.project_id, "lesson_id": event.lesson_id}
    with edit(conn, author, Event.UNDONE, **place, **told) as act:
        turn_back(act, changes)
        settle(act, settled)
        refresh_changed(act)
        refresh_changed(act)
    if act.event_id is None:
        raise ChangedSince("It is as it was before already.")
    return act.event_id


def _hold_above(conn: Connection, event: Row[Any]) -> None:
    """Hold what stands above all that an event changed, from the top down: project, lesson, book or brand."""
    tables = {table_of(change) for change in _changes(event)}
    if event.project_id is None:
        # Nothing above holds two who undo one act of the organisation apart.
        conn.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 3))"), {"key": str(event.org_id)})
    else:
        project = hold_row(conn, cc_projects, event.project_id, deleted=True)
        if project.deleted_at is not None and cc_projects not in tables:
            raise missing(cc_projects)
    if event.lesson_id is not None:
        hold_row(conn, cc_lessons, event.lesson_id, deleted=True)
    for table, (key, parent) in OWNERS_OF_ROWS.items():
        if table in tables:
            for row_id in _owners(conn, event, table, key):
                if conn.execute(select(parent.c.id).where(parent.c.id == row_id)).first():
                    hold_row(conn, parent, row_id)


def _owners(conn: Connection, event: Row[Any], table: Table, key: str) -> list[UUID]:
    changes = [change for change in _changes(event) if table_of(change) is table]
    told = [state[key] for change in changes for state in (change["before"], change["after"]) if state and key in state]
    ids = literal([UUID(change["id"]) for change in changes], ARRAY(Uuid))
    known = conn.execute(select(table.c[key]).where(table.c.id == any_(ids))).scalars()
    return sorted({*map(UUID, told), *known})


def _changes(event: Row[Any]) -> Sequence[Mapping[str, Any]]:
    """What an event changed, without the logs that nobody takes back."""
    changes: Sequence[Mapping[str, Any]] = event.event_payload.get("changes", ())
    return [change for change in changes if table_of(change) not in LOGS]


def _newest_undoing(conn: Connection, project_id: UUID | None, root_id: str) -> Row[Any] | None:
    log = cc_activity_log
    same = log.c.event_payload["act"].astext == root_id
    undoings = select(log).where(log.c.event_type == Event.UNDONE, same)
    undoings = undoings.where(log.c.project_id.is_not_distinct_from(project_id))
    return conn.execute(undoings.order_by(log.c.id.desc()).limit(1)).first()


def _undoings(project_id: UUID) -> Subquery:
    """The newest undoing or redoing of each act of a project."""
    log = cc_activity_log.alias()
    act = log.c.event_payload["act"].astext
    return (
        select(act.label("act"), log.c.id, log.c.event_payload["is_redo"].as_boolean().label("is_redo"))
        .where(log.c.project_id == project_id, log.c.event_type == Event.UNDONE)
        .ext(distinct_on(act))
        .order_by(act, log.c.id.desc())
        .subquery()
    )


def _own_acts(author: Author, project_id: UUID, lesson_id: UUID | None) -> Select[UUID]:
    """The author's acts that are not undone."""
    newest, log = _undoings(project_id), cc_activity_log
    return (
        select(log.c.id)
        .outerjoin(newest, newest.c.act == _act_id())
        .where(log.c.event_type.in_(UNDOABLE - {Event.UNDONE}), log.c.event_payload.has_key("changes"))
        .where(or_(newest.c.id.is_(None), newest.c.is_redo), *_scope(author, project_id, lesson_id))
    )


def _scope(author: Author, project_id: UUID, lesson_id: UUID | None) -> list[ColumnElement[bool]]:
    log = cc_activity_log
    mine = [log.c.project_id == project_id, log.c.user_id == author.user_id]
    return mine if lesson_id is None else [*mine, log.c.lesson_id == lesson_id]


def _act_id() -> ColumnElement[str]:
    """The act that an event belongs to: an undoing to the one that it undid, any other to itself."""
    log = cc_activity_log
    return case((log.c.event_type == Event.UNDONE, log.c.event_payload["act"].astext), else_=log.c.id.cast(Text))


def _happened(row: Row[Any]) -> Happened:
    payload, is_undoing = row.event_payload, row.event_type == Event.UNDONE
    rows = dict.fromkeys((change["table"], UUID(change["id"])) for change in _changes(row))
    is_undone = row.undoing_id != row.id if is_undoing else row.undoing_id is not None and not row.is_redo
    told = {name: value for name, value in payload.items() if name != "changes"}
    is_undoable = row.event_type in UNDOABLE and bool(rows) and not is_undone
    return Happened(
        row.id, row.created_at, row.user_id, row.event_type, row.lesson_id, told, tuple(rows), is_undone, is_undoable
    )
