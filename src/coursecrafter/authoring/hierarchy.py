"""What an author does with learning units, modules and lessons (schema 2.2 to 2.4).

The three levels share one form (`levels`); here each act has its name and its fields. All raise NotFound (CC-0020) for
what does not exist, is deleted or is not for this person to know of, and NotAllowed (CC-0021).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.codes import require_code
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.levels import (
    LESSONS,
    MODULES,
    UNITS,
    Level,
    change_row,
    create_row,
    delete_in_order,
    move_row,
    order_rows,
    restore_in_order,
)
from coursecrafter.authoring.rows import hold_row
from coursecrafter.authoring.states import require_move
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.tables import cc_lessons


class PartFields(TypedDict, total=False):
    """What a learning unit or a module says of itself; what is left out stays."""

    title: str
    description: str | None


class LessonFields(TypedDict, total=False):
    """What a lesson says of itself; what is left out stays."""

    title: str
    code: str | None
    objective: str | None


def create_learning_unit(
    conn: Connection,
    author: Author,
    project_id: UUID,
    *,
    title: str,
    description: str | None = None,
    position: int | None = None,
) -> UUID:
    """Add a learning unit to a project, at a place or at the end; its id.

    Raises:
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
    """
    return _create(conn, author, UNITS, project_id, position, {"title": title, "description": description})


def create_module(
    conn: Connection,
    author: Author,
    learning_unit_id: UUID,
    *,
    title: str,
    description: str | None = None,
    position: int | None = None,
) -> UUID:
    """Add a module to a learning unit, at a place or at the end; its id.

    Raises:
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
    """
    return _create(conn, author, MODULES, learning_unit_id, position, {"title": title, "description": description})


def create_lesson(
    conn: Connection,
    author: Author,
    module_id: UUID,
    *,
    title: str,
    code: str | None = None,
    objective: str | None = None,
    position: int | None = None,
) -> UUID:
    """Add a lesson to a module, at a place or at the end; its id.

    Raises:
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
    """
    return _create(conn, author, LESSONS, module_id, position, {"title": title, "code": code, "objective": objective})


def change_learning_unit(
    conn: Connection,
    author: Author,
    learning_unit_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[PartFields],
) -> None:
    """Change a learning unit's title or description.

    Raises:
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    _change(conn, author, UNITS, learning_unit_id, unless_changed_since, fields)


def change_module(
    conn: Connection,
    author: Author,
    module_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[PartFields],
) -> None:
    """Change a module's title or description.

    Raises:
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    _change(conn, author, MODULES, module_id, unless_changed_since, fields)


def change_lesson(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[LessonFields],
) -> None:
    """Change a lesson's title, code or objective.

    Raises:
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    _change(conn, author, LESSONS, lesson_id, unless_changed_since, fields)


def begin_design(conn: Connection, author: Author, lesson_id: UUID) -> None:
    """Take a lesson that is a draft into design, since something is being made of it; any other stays as it is."""
    if hold_row(conn, cc_lessons, lesson_id).status == "draft":
        change_lesson_status(conn, author, lesson_id, "in_design")


def change_lesson_status(conn: Connection, author: Author, lesson_id: UUID, status: str) -> None:
    """Move a lesson along its states: draft, in_design, rendering, ready, archived.

    Raises:
        ValueRefused: CC-0022, no such state.
        StateRefused: CC-0025.
    """
    row = hold_row(conn, cc_lessons, lesson_id)
    require_move(cc_lessons, row.status, status)
    place = {"project_id": row.project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.LESSON_STATUS_CHANGED, **place) as act:
        act.change(cc_lessons, lesson_id, status=status)


def move_learning_unit(conn: Connection, author: Author, learning_unit_id: UUID, *, position: int) -> None:
    """Put a learning unit at another place of its project.

    Raises:
        PlaceRefused: CC-0031.
    """
    move_row(conn, author, UNITS, learning_unit_id, None, position)


def move_module(
    conn: Connection,
    author: Author,
    module_id: UUID,
    *,
    learning_unit_id: UUID | None = None,
    position: int | None = None,
) -> None:
    """Put a module at a place of its learning unit, or of another of the same project; its lessons follow.

    Args:
        learning_unit_id: None: where it stands.
        position: None: the end.

    Raises:
        PlaceRefused: CC-0031.
        MoveRefused: CC-0032.
    """
    move_row(conn, author, MODULES, module_id, learning_unit_id, position)


def move_lesson(
    conn: Connection, author: Author, lesson_id: UUID, *, module_id: UUID | None = None, position: int | None = None
) -> None:
    """Put a lesson at a place of its module, or of another of the same project.

    Args:
        module_id: None: where it stands.
        position: None: the end.

    Raises:
        PlaceRefused: CC-0031.
        MoveRefused: CC-0032.
    """
    move_row(conn, author, LESSONS, lesson_id, module_id, position)


def order_learning_units(conn: Connection, author: Author, project_id: UUID, ids: Sequence[UUID]) -> None:
    """Put all learning units of a project into an order that names each of them once.

    Raises:
        PlaceRefused: CC-0031.
    """
    order_rows(conn, author, UNITS, project_id, ids)


def order_modules(conn: Connection, author: Author, learning_unit_id: UUID, ids: Sequence[UUID]) -> None:
    """Put all modules of a learning unit into an order that names each of them once.

    Raises:
        PlaceRefused: CC-0031.
    """
    order_rows(conn, author, MODULES, learning_unit_id, ids)


def order_lessons(conn: Connection, author: Author, module_id: UUID, ids: Sequence[UUID]) -> None:
    """Put all lessons of a module into an order that names each of them once.

    Raises:
        PlaceRefused: CC-0031.
    """
    order_rows(conn, author, LESSONS, module_id, ids)


def delete_learning_unit(conn: Connection, author: Author, learning_unit_id: UUID) -> None:
    """Delete a learning unit with its modules and lessons."""
    delete_in_order(conn, author, UNITS, learning_unit_id)


def delete_module(conn: Connection, author: Author, module_id: UUID) -> None:
    """Delete a module with its lessons."""
    delete_in_order(conn, author, MODULES, module_id)


def delete_lesson(conn: Connection, author: Author, lesson_id: UUID) -> None:
    """Delete a lesson with all that is in it."""
    delete_in_order(conn, author, LESSONS, lesson_id)


def restore_learning_unit(conn: Connection, author: Author, learning_unit_id: UUID) -> None:
    """Take back the deletion of a learning unit with what it took along.

    Raises:
        ParentDeleted: CC-0033.
    """
    restore_in_order(conn, author, UNITS, learning_unit_id)


def restore_module(conn: Connection, author: Author, module_id: UUID) -> None:
    """Take back the deletion of a module with what it took along.

    Raises:
        ParentDeleted: CC-0033.
    """
    restore_in_order(conn, author, MODULES, module_id)


def restore_lesson(conn: Connection, author: Author, lesson_id: UUID) -> None:
    """Take back the deletion of a lesson with what it took along.

    Raises:
        ParentDeleted: CC-0033.
    """
    restore_in_order(conn, author, LESSONS, lesson_id)


def _create(
    conn: Connection, author: Author, level: Level, parent_id: UUID, position: int | None, values: Mapping[str, Any]
) -> UUID:
    _require_fields(level, values)
    return create_row(conn, author, level, parent_id, position, values)


def _change(
    conn: Connection,
    author: Author,
    level: Level,
    row_id: UUID,
    unless_changed_since: datetime | None,
    fields: Mapping[str, Any],
) -> None:
    _require_fields(level, fields)
    change_row(conn, author, level, row_id, unless_changed_since, fields)


def _require_fields(level: Level, fields: Mapping[str, Any]) -> None:
    require_titles(level.table, fields, "title")
    require_code(level.table, fields.get("code"))
