"""Delete and restore: one deletion marks all it takes with one same time, and restoring takes back exactly that time.

Rows without `deleted_at` are hidden through their parent. Source: schema 1 (soft delete).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Connection, Table, Uuid, any_, func, literal, or_, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.db.refusals import StateRefused
from coursecrafter.db.tables import (
    cc_assets,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_projects,
    cc_scenes,
    cc_segments,
)
from coursecrafter.domain.nouns import NOUNS

PARENTS: dict[Table, tuple[tuple[str, Table], ...]] = {
    cc_projects: (),
    cc_learning_units: (("project_id", cc_projects),),
    cc_modules: (("learning_unit_id", cc_learning_units),),
    cc_lessons: (("module_id", cc_modules),),
    cc_scenes: (("lesson_id", cc_lessons),),
    cc_segments: (("scene_id", cc_scenes),),
    cc_assets: (
        ("segment_id", cc_segments),
        ("scene_id", cc_scenes),
        ("lesson_id", cc_lessons),
        ("project_id", cc_projects),
    ),
}
"""By table, the keys to what a row goes with; from the top down, so that each level is marked after the one above."""


class ParentDeleted(StateRefused):
    """What should be restored stands in something that is deleted itself."""

    code = "CC-0033"
    remedy = "Restore what it stands in first."


def delete_row(
    conn: Connection,
    author: Author,
    event: Event,
    table: Table,
    row_id: UUID,
    *,
    project_id: UUID,
    lesson_id: UUID | None = None,
) -> datetime:
    """Mark a row, and all that stands in it, as deleted, as one act.

    Returns:
        The time that marks this deletion.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    with edit(conn, author, event, project_id=project_id, lesson_id=lesson_id) as act:
        return mark_deleted(act, table, row_id)


def restore_row(
    conn: Connection,
    author: Author,
    event: Event,
    table: Table,
    row_id: UUID,
    *,
    project_id: UUID,
    lesson_id: UUID | None = None,
) -> None:
    """Take back a deletion with exactly what it took along, as one act.

    Raises:
        NotFound: CC-0020, there is no such row, or it is not deleted.
        NotAllowed: CC-0021.
        ParentDeleted: CC-0033.
    """
    with edit(conn, author, event, project_id=project_id, lesson_id=lesson_id) as act:
        take_back(act, table, row_id)


def mark_deleted(act: Edit, table: Table, row_id: UUID) -> datetime:
    """Mark a row, and all that stands in it, as deleted, as part of an act.

    The caller holds what is above (see `edits`). Rows below wait for those who are changing them, so that nothing added
    a moment before is left behind. The event tells how many rows of each table went along (`taken_along`).

    Returns:
        The time that marks this deletion.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    hold_row(act.conn, table, row_id)
    # The clock, not the transaction's time: two deletions in one transaction are two.
    at: datetime = act.conn.execute(select(func.clock_timestamp())).scalar_one()
    act.change(table, row_id, deleted_at=at)
    _count(act, "taken_along", mark_below(act.conn, table, row_id, None, at))
    return at


def take_back(act: Edit, table: Table, row_id: UUID) -> None:
    """Take back a deletion with exactly what it took along, as part of an act.

    The caller holds what is above. The event tells how many rows of each table came back (`brought_back`).

    Raises:
        NotFound: CC-0020, there is no such row, or it is not deleted.
        NotAllowed: CC-0021.
        ParentDeleted: CC-0033.
    """
    row = hold_row(act.conn, table, row_id, deleted=True)
    if row.deleted_at is None:
        raise missing(table)
    for key, parent in PARENTS[table]:
        above = getattr(row, key)
        if above is not None and find_row(act.conn, parent, above, deleted=True).deleted_at is not None:
            raise ParentDeleted(f"The {NOUNS[table.name]} stands in a deleted {NOUNS[parent.name]}.")
    _count(act, "brought_back", mark_below(act.conn, table, row_id, row.deleted_at, None))
    act.change(table, row_id, deleted=True, deleted_at=None)


def _count(act: Edit, word: str, marked: Mapping[str, int]) -> None:
    """Add to what the event tells; an act may delete more than one row."""
    told: dict[str, int] = act.payload.setdefault(word, {})
    for table, count in marked.items():
        told[table] = told.get(table, 0) + count


def mark_below(
    conn: Connection, table: Table, row_id: UUID, before: datetime | None, after: datetime | None
) -> dict[str, int]:
    """Mark what stands below a row, level by level; how many rows of each table."""
    marked: dict[Table, list[UUID]] = {table: [row_id]}
    for below, keys in list(PARENTS.items())[list(PARENTS).index(table) + 1 :]:
        inside: list[ColumnElement[bool]] = [
            below.c[key] == any_(literal(marked[parent], ARRAY(Uuid))) for key, parent in keys if marked.get(parent)
        ]
        if not inside:
            continue
        change = below.update().where(or_(*inside), below.c.deleted_at.is_not_distinct_from(before))
        rows = conn.execute(change.values(deleted_at=after).returning(below.c.id))
        marked[below] = list(rows.scalars())
    return {one.name: len(ids) for one, ids in marked.items() if one is not table and ids}
