"""One act of an author: the rows it changes and the event that tells of it, in one transaction.

Every verb that changes content works through an `Edit`, so that no change goes without its event and each event holds
what stood before and after: `history.undo` needs no more. An act that changes nothing leaves no event.

Verbs lock from the top down: those that change a project's tree hold the project, those that work inside a lesson hold
the lesson first. Two that keep to this order never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.authoring.rows import hold_row
from coursecrafter.db.refusals import EditedMeanwhile, require_storable
from coursecrafter.domain.nouns import NOUNS

_MADE_BY: ContextVar[tuple[str, ...]] = ContextVar("made_by", default=())
"""Ids of the calls to models whose answers an act puts to use."""

KEPT_BY_DATABASE = frozenset({"created_at", "updated_at"})


@dataclass(slots=True)
class Edit:
    """The changes of one act, in the order in which they were made.

    Attributes:
        payload: what the event says besides the changes; a verb may add to it until the edit ends.
        event_id: the event, once the edit has ended and if anything was changed.
    """

    conn: Connection
    payload: dict[str, Any]
    changes: list[dict[str, Any]] = field(default_factory=list)
    event_id: UUID | None = None

    def add(self, table: Table, /, **values: Any) -> UUID:
        """Insert a row; its id.

        Raises:
            UnusableText: CC-0027.
            ValueRefused: CC-0022.
        """
        require_storable(table, values)
        row = self.conn.execute(table.insert().values(values).returning(table)).one()
        self._note(table, row.id, None, as_json(row._asdict()))
        row_id: UUID = row.id
        return row_id

    def change(
        self,
        table: Table,
        row_id: UUID,
        /,
        *,
        unless_changed_since: datetime | None = None,
        deleted: bool = False,
        **values: Any,
    ) -> Row[Any]:
        """Set columns of a live row; columns that hold these values already are left alone.

        Args:
            unless_changed_since: the row's `updated_at` as the author saw it.
            deleted: change a deleted row too.

        Returns:
            The row as it was before.

        Raises:
            NotFound: CC-0020.
            NotAllowed: CC-0021.
            EditedMeanwhile: CC-0026.
            UnusableText: CC-0027.
            ValueRefused: CC-0022.
        """
        require_storable(table, values)
        row = hold_row(self.conn, table, row_id, deleted=deleted)
        if unless_changed_since is not None and row.updated_at != unless_changed_since:
            raise EditedMeanwhile(f"The {NOUNS[table.name]} was changed since you opened it.")
        differing = {name: value for name, value in values.items() if getattr(row, name) != value}
        if differing:
            before = {name: getattr(row, name) for name in differing}
            changed = table.update().where(table.c.id == row_id).values(differing)
            after = self.conn.execute(changed.returning(*(table.c[name] for name in differing))).one()._asdict()
            # A number in JSON may come back in another form: 1e30 as an integer. That is no change.
            told = [name for name in differing if before[name] != after[name]]
            if told:
                self._note(table, row_id, *(as_json({name: row[name] for name in told}) for row in (before, after)))
        return row

    def remove(self, table: Table, row_id: UUID, /) -> Row[Any]:
        """Remove a row for good; the event keeps its last state.

        What hangs below it must be removed first, row by row, or the database takes it along unseen.
        """
        row = hold_row(self.conn, table, row_id)
        self.conn.execute(table.delete().where(table.c.id == row_id))
        # With its age: a row that an undo brings back is as old as it was.
        last = {**as_json(row._asdict()), "created_at": row.created_at.isoformat()}
        self._note(table, row_id, last, None)
        return row

    def _note(
        self, table: Table, row_id: UUID, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
    ) -> None:
        self.changes.append({"table": table.name, "id": str(row_id), "before": before, "after": after})


@contextmanager
def edit(
    conn: Connection,
    author: Author,
    event: Event,
    *,
    project_id: UUID | None,
    lesson_id: UUID | None = None,
    **payload: Any,
) -> Iterator[Edit]:
    """Open an act; its event is written when the block ends without an error and something was changed.

    Args:
        project_id: None for what belongs to the organisation.
    """
    act = Edit(conn, {**payload, **origin()})
    yield act
    if act.changes:
        place = {"project_id": project_id, "lesson_id": lesson_id}
        act.event_id = log_event(conn, author, event, **place, **act.payload, changes=act.changes)


@contextmanager
def made_by(call_ids: Iterable[UUID]) -> Iterator[None]:
    """Acts within the block put answers of these calls to use: their events and the assets they make name them.

    Source: architecture, where a generated text came from.
    """
    token = _MADE_BY.set(tuple(map(str, call_ids)))
    try:
        yield
    finally:
        _MADE_BY.reset(token)


def origin() -> dict[str, Any]:
    """What an event or an asset says of the calls that it came from; nothing where a person made it."""
    calls = _MADE_BY.get()
    return {"ai_call_ids": list(calls)} if calls else {}


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Columns as JSON: ids, times and numbers as text; what the database keeps by itself is left out."""
    return {name: _as_json(value) for name, value in values.items() if name not in KEPT_BY_DATABASE}


def _as_json(value: Any) -> Any:
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, datetime) else value


def from_json(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    """The columns that `as_json` gave, as the driver takes them."""
    return {name: _from_json(table.c[name].type.python_type, value) for name, value in values.items()}


def _from_json(kind: type[Any], value: Any) -> Any:
    if value is None or kind not in {UUID, Decimal, datetime}:
        return value
    return datetime.fromisoformat(value) if kind is datetime else kind(value)
