"""The course tree above scenes (schema 2.2 to 2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, Table, func, select

from coursecrafter.authoring.deck_plan import PlannedLesson
from coursecrafter.db.tables import cc_learning_units, cc_lessons, cc_modules


def set_lessons(conn: Connection, project_id: UUID, lessons: Sequence[PlannedLesson]) -> list[UUID]:
    """Give a project these lessons, each in a learning unit and module of its own, and take away the rest.

    Lessons are matched by place, so that a lesson keeps its id, its jobs and its assets when the deck changes.

    Returns:
        The lessons' ids in order.
    """
    ids = [_set_lesson(conn, project_id, place, lesson) for place, lesson in enumerate(lessons, 1)]
    for table in (cc_learning_units, cc_lessons):
        surplus = _surplus(conn, table, project_id, len(ids))
        conn.execute(table.update().where(table.c.id.in_(surplus)).values(deleted_at=func.now()))
    return ids


def _set_lesson(conn: Connection, project_id: UUID, place: int, lesson: PlannedLesson) -> UUID:
    unit_id = _set_row(conn, cc_learning_units, {"project_id": project_id, "sequence": place}, {"title": lesson.title})
    module = {"project_id": project_id, "learning_unit_id": unit_id, "sequence": 1}
    module_id = _set_row(conn, cc_modules, module, {"title": lesson.title})
    place_in_module = {"project_id": project_id, "module_id": module_id, "sequence": 1}
    described = {"title": lesson.title, "code": lesson.code, "learning_unit_id": unit_id}
    return _set_row(conn, cc_lessons, place_in_module, described, new={"status": "in_design"})


def _set_row(
    conn: Connection,
    table: Table,
    where: dict[str, object],
    values: dict[str, object],
    new: dict[str, object] | None = None,
) -> UUID:
    """The id of the row at a place, made or brought up to date."""
    same = [table.c[column] == value for column, value in where.items()]
    row = conn.execute(select(table).where(*same, table.c.deleted_at.is_(None))).first()
    if row is None:
        made = table.insert().values({**where, **values, **(new or {})}).returning(table.c.id)
        row_id: UUID = conn.execute(made).scalar_one()
        return row_id
    if any(getattr(row, column) != value for column, value in values.items()):
        conn.execute(table.update().where(table.c.id == row.id).values(values))
    found: UUID = row.id
    return found


def _surplus(conn: Connection, table: Table, project_id: UUID, count: int) -> list[UUID]:
    """Ids of the live rows that no longer have a place among `count` learning units."""
    unit = cc_learning_units
    gone = select(unit.c.id).where(
        unit.c.project_id == project_id, unit.c.sequence > count, unit.c.deleted_at.is_(None)
    )
    if table is cc_lessons:
        gone = select(cc_lessons.c.id).where(
            cc_lessons.c.project_id == project_id,
            cc_lessons.c.deleted_at.is_(None),
            cc_lessons.c.learning_unit_id.in_(select(unit.c.id).where(unit.c.sequence > count)),
        )
    return list(conn.execute(gone).scalars())
