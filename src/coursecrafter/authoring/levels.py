"""The three levels of a course tree below the project, and the one form that all their acts have.

Each act holds the project first, so that two never wait for each other in a circle, and leaves siblings at 1 to n.
Source: schema 2.2 to 2.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deletion import mark_deleted, take_back
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.ordering import place_among, renumber, require_same
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.db.tables import cc_learning_units, cc_lessons, cc_modules, cc_projects
from coursecrafter.domain.nouns import NOUNS
from coursecrafter.errors import RequestError


class MoveRefused(RequestError):
    """What should be moved cannot stand there."""

    code = "CC-0032"
    remedy = "Choose a place in the same project."


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the tree, and what its acts are called.

    Attributes:
        parent: the table of what a row stands in.
        key: the column that names it.
        moved: it stands in something else now.
        reordered: siblings stand in another order.
    """

    table: Table
    parent: Table
    key: str
    created: Event
    changed: Event
    moved: Event
    reordered: Event
    deleted: Event
    restored: Event


UNITS = Level(
    cc_learning_units,
    cc_projects,
    "project_id",
    Event.LEARNING_UNIT_CREATED,
    Event.LEARNING_UNIT_CHANGED,
    Event.LEARNING_UNITS_REORDERED,  # they stand in nothing but their project
    Event.LEARNING_UNITS_REORDERED,
    Event.LEARNING_UNIT_DELETED,
    Event.LEARNING_UNIT_RESTORED,
)
MODULES = Level(
    cc_modules,
    cc_learning_units,
    "learning_unit_id",
    Event.MODULE_CREATED,
    Event.MODULE_CHANGED,
    Event.MODULE_MOVED,
    Event.MODULES_REORDERED,
    Event.MODULE_DELETED,
    Event.MODULE_RESTORED,
)
LESSONS = Level(
    cc_lessons,
    cc_modules,
    "module_id",
    Event.LESSON_CREATED,
    Event.LESSON_CHANGED,
    Event.LESSON_MOVED,
    Event.LESSONS_REORDERED,
    Event.LESSON_DELETED,
    Event.LESSON_RESTORED,
)


def hold_in_tree(conn: Connection, table: Table, row_id: UUID, *, deleted: bool = False) -> Row[Any]:
    """A row of the tree, held, and its project before it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    if table is not cc_projects:
        project_id = find_row(conn, table, row_id, deleted=deleted).project_id
        hold_row(conn, cc_projects, project_id, deleted=deleted)
    return hold_row(conn, table, row_id, deleted=deleted)


def siblings_in(conn: Connection, level: Level, parent_id: UUID) -> list[UUID]:
    """The live rows that stand in a parent, in order."""
    table = level.table
    inside = select(table.c.id).where(table.c[level.key] == parent_id, table.c.deleted_at.is_(None))
    return list(conn.execute(inside.order_by(table.c.sequence, table.c.id)).scalars())


def keys_below(level: Level, above: Row[Any]) -> dict[str, Any]:
    """The keys of a row that stands in another: what it names and what it copies from it."""
    copied = {name: value for name, value in above._asdict().items() if name in {"project_id", "learning_unit_id"}}
    return {**copied, level.key: above.id}


def create_row(
    conn: Connection, author: Author, level: Level, parent_id: UUID, position: int | None, values: Mapping[str, Any]
) -> UUID:
    """Add a row to a parent at a place; its id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    above = hold_in_tree(conn, level.parent, parent_id)
    row_id: UUID = conn.execute(select(func.platform.uuidv7())).scalar_one()
    order = place_among(siblings_in(conn, level, parent_id), row_id, position)
    keys = keys_below(level, above)
    with edit(conn, author, level.created, **_whose(level, keys["project_id"], row_id)) as act:
        act.add(level.table, id=row_id, **keys, **values, sequence=order.index(row_id) + 1)
        renumber(act, level.table, order)
    return row_id


def change_row(
    conn: Connection,
    author: Author,
    level: Level,
    row_id: UUID,
    unless_changed_since: datetime | None,
    values: Mapping[str, Any],
) -> None:
    """Set fields of a row.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        EditedMeanwhile: CC-0026.
    """
    row = find_row(conn, level.table, row_id)
    with edit(conn, author, level.changed, **_whose(level, row.project_id, row_id)) as act:
        act.change(level.table, row_id, unless_changed_since=unless_changed_since, **values)


def move_row(
    conn: Connection, author: Author, level: Level, row_id: UUID, parent_id: UUID | None, position: int | None
) -> None:
    """Put a row at a place among its siblings, or among those of another parent in the same project.

    Args:
        parent_id: None: where it stands.
        position: None: the end.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
        MoveRefused: CC-0032.
    """
    row = hold_in_tree(conn, level.table, row_id)
    left_id: UUID = getattr(row, level.key)
    goal = hold_goal(conn, level, row, left_id if parent_id is None else parent_id)
    is_elsewhere = goal.id != left_id
    left = [one for one in siblings_in(conn, level, left_id) if one != row_id]
    order = place_among(siblings_in(conn, level, goal.id), row_id, position)
    event = level.moved if is_elsewhere else level.reordered
    with edit(conn, author, event, **_whose(level, row.project_id, row_id)) as act:
        act.change(level.table, row_id, **keys_below(level, goal), sequence=order.index(row_id) + 1)
        renumber(act, level.table, order)
        if is_elsewhere:
            renumber(act, level.table, left)


def hold_goal(conn: Connection, level: Level, row: Row[Any], parent_id: UUID) -> Row[Any]:
    """What a row should stand in, held; the caller holds their project.

    Raises:
        NotFound: CC-0020.
        MoveRefused: CC-0032.
    """
    goal = find_row(conn, level.parent, parent_id)
    project_id = goal.id if level.parent is cc_projects else goal.project_id
    if project_id != row.project_id:
        raise MoveRefused(f"The {NOUNS[level.parent.name]} belongs to another project.")
    return hold_row(conn, level.parent, parent_id)


def order_rows(conn: Connection, author: Author, level: Level, parent_id: UUID, ids: Sequence[UUID]) -> None:
    """Put all rows of a parent into an order.

    Args:
        ids: each live row of the parent, once.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    above = hold_in_tree(conn, level.parent, parent_id)
    require_same(siblings_in(conn, level, parent_id), ids)
    with edit(conn, author, level.reordered, project_id=keys_below(level, above)["project_id"]) as act:
        renumber(act, level.table, ids)


def delete_in_order(conn: Connection, author: Author, level: Level, row_id: UUID) -> None:
    """Mark a row, and all that stands in it, as deleted; what follows moves up.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    row = hold_in_tree(conn, level.table, row_id)
    with edit(conn, author, level.deleted, **_whose(level, row.project_id, row_id)) as act:
        mark_deleted(act, level.table, row_id)
        renumber(act, level.table, siblings_in(conn, level, getattr(row, level.key)))


def restore_in_order(conn: Connection, author: Author, level: Level, row_id: UUID) -> None:
    """Take back a deletion; the row stands where it stood, or at the end of what is shorter now.

    Raises:
        NotFound: CC-0020, there is no such row, or it is not deleted.
        NotAllowed: CC-0021.
        ParentDeleted: CC-0033.
    """
    row = hold_in_tree(conn, level.table, row_id, deleted=True)
    if row.deleted_at is None:
        raise missing(level.table)
    siblings = siblings_in(conn, level, getattr(row, level.key))
    order = place_among(siblings, row_id, max(1, min(row.sequence, len(siblings) + 1)))
    with edit(conn, author, level.restored, **_whose(level, row.project_id, row_id)) as act:
        take_back(act, level.table, row_id)
        renumber(act, level.table, order)


def _whose(level: Level, project_id: UUID, row_id: UUID) -> dict[str, Any]:
    """Where an event belongs: a lesson's to the lesson too."""
    return {"project_id": project_id, "lesson_id": row_id if level is LESSONS else None}
