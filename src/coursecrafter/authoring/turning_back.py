"""Turn the changes of an act back, the last one first, as part of another act.

What was changed since is never overwritten: a row must still hold what the act left, and nothing may stand in a row
that goes. Rows that are marked as deleted are marked and unmarked with the time of their own deletion, so that redoing
and undoing go on fitting each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    ForeignKeyConstraint,
    Row,
    Table,
    Uuid,
    and_,
    any_,
    false,
    func,
    literal,
    or_,
    select,
)

from coursecrafter.authoring.deletion import mark_below
from coursecrafter.authoring.edits import Edit, from_json
from coursecrafter.authoring.rows import find_row, hold_row
from coursecrafter.authoring.states import require_move
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import SCHEMA, cc_activity_log, cc_ai_calls, cc_asset_versions, metadata
from coursecrafter.domain.nouns import NOUNS, field_words
from coursecrafter.domain.states import LIFECYCLES
from coursecrafter.errors import RequestError

LOGS = frozenset({cc_activity_log, cc_ai_calls, cc_asset_versions})
"""Tables whose rows are never taken back."""


class ChangedSince(RequestError):
    """What an act changed was changed again since, so it cannot be turned back."""

    code = "CC-0052"
    status = 409
    remedy = "Undo the later changes first, or change it by hand."


def turn_back(act: Edit, changes: Sequence[Mapping[str, Any]]) -> None:
    """Turn changes back, as an event tells them; the caller holds what is above.

    Raises:
        ChangedSince: CC-0052.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, the state machine does not lead back.
    """
    kept = [change for change in changes if table_of(change) not in LOGS]
    _require_empty(act.conn, kept)
    at: datetime = act.conn.execute(select(func.clock_timestamp())).scalar_one()
    for change in reversed(kept):
        table, row_id = table_of(change), UUID(change["id"])
        if change["before"] is None:
            _take_away(act, table, row_id, change["after"], at)
        elif change["after"] is None:
            _bring_back(act, table, row_id, change["before"])
        else:
            _change_back(act, table, row_id, change["before"], change["after"])
    _require_standing(act.conn, kept)


def table_of(change: Mapping[str, Any]) -> Table:
    """The table that a change names."""
    return metadata.tables[f"{SCHEMA}.{change['table']}"]


def _take_away(act: Edit, table: Table, row_id: UUID, after: Mapping[str, Any], at: datetime) -> None:
    """Take a row away that the act added: marked as deleted where there is a mark, for good elsewhere."""
    row = _held(act.conn, table, row_id)
    _require_unchanged(table, row, from_json(table, after))
    if "deleted_at" in table.c:
        act.change(table, row_id, deleted_at=at)
        mark_below(act.conn, table, row_id, None, at)
    else:
        act.remove(table, row_id)


def _bring_back(act: Edit, table: Table, row_id: UUID, before: Mapping[str, Any]) -> None:
    """Bring a row back that the act removed, with its id and its age."""
    values = from_json(table, before)
    if act.conn.execute(select(table.c.id).where(table.c.id == row_id)).first():
        raise ChangedSince(f"The {NOUNS[table.name]} is there again already.")
    for key, parent in _keys(table):
        if values.get(key) is not None:
            try:
                find_row(act.conn, parent, values[key], deleted=True)
            except NotFound as error:
                raise ChangedSince(f"The {field_words(key)} of the {NOUNS[table.name]} is gone since.") from error
    lifecycle = LIFECYCLES.get(table.name)
    if lifecycle is None or values[lifecycle.column] in lifecycle.first:
        act.add(table, **values)
        return
    # No row begins in such a state; it begins in the first and takes the step.
    act.add(table, **{**values, lifecycle.column: lifecycle.first[0]})
    act.change(table, row_id, **{lifecycle.column: values[lifecycle.column]})


def _change_back(act: Edit, table: Table, row_id: UUID, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    row = _held(act.conn, table, row_id)
    wanted, left = from_json(table, before), from_json(table, after)
    if "deleted_at" in left:
        was, is_now = wanted["deleted_at"], left["deleted_at"]
        if row.deleted_at == was:
            # It came along with what it stands in.
            del wanted["deleted_at"], left["deleted_at"]
        else:
            mark_below(act.conn, table, row_id, is_now, was)
    elif "deleted_at" in table.c and row.deleted_at is not None:
        raise ChangedSince(f"The {NOUNS[table.name]} was deleted since.")
    _require_unchanged(table, row, left)
    lifecycle = LIFECYCLES.get(table.name)
    if lifecycle and lifecycle.column in wanted:
        require_move(table, getattr(row, lifecycle.column), wanted[lifecycle.column])
    act.change(table, row_id, deleted=True, **wanted)


def _held(conn: Connection, table: Table, row_id: UUID) -> Row[Any]:
    try:
        return hold_row(conn, table, row_id, deleted=True)
    except NotFound as error:
        raise ChangedSince(f"The {NOUNS[table.name]} was removed since.") from error


def _require_unchanged(table: Table, row: Row[Any], left: Mapping[str, Any]) -> None:
    for name, value in left.items():
        if getattr(row, name) != value:
            raise ChangedSince(f"The {field_words(name)} of the {NOUNS[table.name]} was changed since.")


def _require_empty(conn: Connection, changes: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to take away what something stands in that was put there or changed since."""
    named = _ids(changes)
    for parent, ids in _ids(change for change in changes if change["before"] is None).items():
        for table in metadata.tables.values():
            keys = [] if table in LOGS else [key for key, above in _keys(table, "CASCADE") if above is parent]
            inside = [and_(table.c[key] == any_(_array(ids)), ~_came_with(table, key, parent)) for key in keys]
            if not inside:
                continue
            others = ~(table.c.id == any_(_array(named.get(table, []))))
            if conn.execute(select(table.c.id).where(or_(*inside), others, *_is_live(table)).limit(1)).first():
                raise ChangedSince(f"A new or changed {NOUNS[table.name]} is in the {NOUNS[parent.name]} since.")


def _came_with(table: Table, key: str, parent: Table) -> ColumnElement[bool]:
    """A condition: a row was made with what it stands in, by a copy that tells of no row below it, and is as it was."""
    if "deleted_at" not in parent.c:
        return false()
    above = select(parent.c.id).where(parent.c.id == table.c[key], parent.c.created_at == table.c.created_at)
    return and_(table.c.updated_at == table.c.created_at, above.exists())


def _require_standing(conn: Connection, changes: Sequence[Mapping[str, Any]]) -> None:
    """Refuse to leave a live row in what is deleted."""
    for table, ids in _ids(changes).items():
        own = [table.c.id == any_(_array(ids))]
        if "deleted_at" in table.c:
            own.append(table.c.deleted_at.is_(None))
        for key, parent in _keys(table, "CASCADE"):
            if "deleted_at" in parent.c:
                join = and_(parent.c.id == table.c[key], parent.c.deleted_at.is_not(None))
                if conn.execute(select(table.c.id).join(parent, join).where(*own).limit(1)).first():
                    raise ChangedSince(f"The {NOUNS[parent.name]} of the {NOUNS[table.name]} was deleted since.")


def _is_live(table: Table) -> Iterator[Any]:
    """Conditions: a row is neither deleted nor in anything that is."""
    if "deleted_at" in table.c:
        yield table.c.deleted_at.is_(None)
        return
    for key, parent in _keys(table, "CASCADE"):
        if "deleted_at" in parent.c:
            gone = select(parent.c.id).where(parent.c.id == table.c[key], parent.c.deleted_at.is_not(None))
            yield ~gone.exists()


def _keys(table: Table, on_delete: str | None = None) -> list[tuple[str, Table]]:
    """The keys of a table to rows of a course, each with what it points at.

    Args:
        on_delete: only those that act so when the row they point at goes.
    """
    keys: dict[str, Table] = {}
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and (on_delete in {None, constraint.ondelete}):
            for element in constraint.elements:
                if element.column.name == "id" and element.column.table.schema == SCHEMA:
                    keys[element.parent.name] = element.column.table
    return sorted(keys.items())


def _ids(changes: Iterable[Mapping[str, Any]]) -> dict[Table, list[UUID]]:
    found: dict[Table, list[UUID]] = {}
    for change in changes:
        found.setdefault(table_of(change), []).append(UUID(change["id"]))
    return found


def _array(ids: Sequence[UUID]) -> Any:
    return literal(list(ids), ARRAY(Uuid))
