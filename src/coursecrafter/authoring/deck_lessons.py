"""The lessons that a deck asks for, brought in line with those a project has (schema 2.2 to 2.4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deck_plan import PlannedLesson
from coursecrafter.authoring.deletion import mark_deleted
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.levels import LESSONS, MODULES, UNITS, Level, keys_below, siblings_in
from coursecrafter.authoring.rows import find_row, hold_row
from coursecrafter.db.tables import cc_learning_units, cc_projects


def set_lessons(conn: Connection, author: Author, project_id: UUID, lessons: Sequence[PlannedLesson]) -> list[UUID]:
    """Give a project these lessons, each in a learning unit and module of its own, and take away the rest.

    Lessons are matched by place, so that a lesson keeps its id, its jobs and its assets when the deck changes. What
    stands beside a learning unit's first lesson stays.

    Returns:
        The lessons' ids in order.
    """
    hold_row(conn, cc_projects, project_id)
    with edit(conn, author, Event.LESSONS_CHANGED, project_id=project_id) as act:
        ids = [_set_lesson(act, project_id, place, lesson) for place, lesson in enumerate(lessons, 1)]
        for surplus in siblings_in(conn, UNITS, project_id)[len(lessons) :]:
            mark_deleted(act, cc_learning_units, surplus)
    return ids


def _set_lesson(act: Edit, project_id: UUID, place: int, lesson: PlannedLesson) -> UUID:
    unit_id = _set_row(act, UNITS, project_id, place, {"title": lesson.title})
    module_id = _set_row(act, MODULES, unit_id, 1, {"title": lesson.title})
    described = {"title": lesson.title, "code": lesson.code}
    return _set_row(act, LESSONS, module_id, 1, described, new={"status": "in_design"})


def _set_row(
    act: Edit,
    level: Level,
    parent_id: UUID,
    place: int,
    values: Mapping[str, Any],
    new: Mapping[str, Any] | None = None,
) -> UUID:
    """The id of the row at a place, made or brought up to date."""
    table = level.table
    standing = select(table).where(table.c[level.key] == parent_id, table.c.deleted_at.is_(None))
    row = act.conn.execute(standing.where(table.c.sequence == place)).first()
    if row is None:
        above = find_row(act.conn, level.parent, parent_id)
        return act.add(table, **keys_below(level, above), sequence=place, **values, **(new or {}))
    if any(getattr(row, name) != value for name, value in values.items()):
        act.change(table, row.id, **values)
    found: UUID = row.id
    return found
