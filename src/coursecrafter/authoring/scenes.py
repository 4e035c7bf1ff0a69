"""Scenes: the conceptual chunks of a lesson, in order (schema 2.5). A scene stays in its lesson."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deletion import mark_deleted, take_back
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.ordering import place_among, renumber, require_same
from coursecrafter.authoring.plan_rows import (
    UNCHANGED,
    Unchanged,
    hold_lesson_of,
    live_scenes,
    reopen_lesson,
)
from coursecrafter.authoring.rows import hold_row
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.tables import cc_lessons, cc_scenes


def create_scene(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    *,
    title: str | None = None,
    description: str | None = None,
    position: int | None = None,
) -> UUID:
    """Add a scene to a lesson.

    Args:
        position: among the lesson's scenes; None: the end.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    others = [row.id for row in live_scenes(conn, lesson_id)]
    # Its own id is not known yet: a stand-in shows whether there is such a place before anything is written.
    place_among(others, lesson_id, position)
    values = {"title": title, "description": description, "sequence": len(others) + 1}
    require_titles(cc_scenes, values, "title")
    with edit(conn, author, Event.SCENE_CREATED, project_id=lesson.project_id, lesson_id=lesson_id) as act:
        scene_id = act.add(cc_scenes, lesson_id=lesson_id, **values)
        _order(act, lesson_id, place_among(others, scene_id, position))
    return scene_id


def change_scene(
    conn: Connection,
    author: Author,
    scene_id: UUID,
    *,
    title: str | Unchanged | None = UNCHANGED,
    description: str | Unchanged | None = UNCHANGED,
    unless_changed_since: datetime | None = None,
) -> None:
    """Give a scene another title or description; None takes it away.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
        UnusableText: CC-0027.
    """
    lesson, _ = hold_lesson_of(conn, cc_scenes, scene_id)
    values: dict[str, Any] = {}
    if title is not UNCHANGED:
        values["title"] = title
    if description is not UNCHANGED:
        values["description"] = description
    require_titles(cc_scenes, values, "title")
    with edit(conn, author, Event.SCENE_CHANGED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        act.change(cc_scenes, scene_id, unless_changed_since=unless_changed_since, **values)
        if act.changes:
            reopen_lesson(act, lesson.id)


def reorder_scene(conn: Connection, author: Author, scene_id: UUID, position: int) -> None:
    """Put a scene at another place in its lesson.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    lesson, _ = hold_lesson_of(conn, cc_scenes, scene_id)
    order = place_among([row.id for row in live_scenes(conn, lesson.id)], scene_id, position)
    with edit(conn, author, Event.SCENES_REORDERED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        _order(act, lesson.id, order)


def reorder_scenes(conn: Connection, author: Author, lesson_id: UUID, scene_ids: Sequence[UUID]) -> None:
    """Put all scenes of a lesson into this order.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    require_same([row.id for row in live_scenes(conn, lesson_id)], scene_ids)
    with edit(conn, author, Event.SCENES_REORDERED, project_id=lesson.project_id, lesson_id=lesson_id) as act:
        _order(act, lesson_id, scene_ids)


def delete_scene(conn: Connection, author: Author, scene_id: UUID) -> None:
    """Delete a scene with its segments, of all engines, and their pictures.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson, _ = hold_lesson_of(conn, cc_scenes, scene_id)
    with edit(conn, author, Event.SCENE_DELETED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        mark_deleted(act, cc_scenes, scene_id)
        _order(act, lesson.id, [row.id for row in live_scenes(conn, lesson.id)])


def restore_scene(conn: Connection, author: Author, scene_id: UUID) -> None:
    """Take back the deletion of a scene with what it took along, to its place or as near to it as there is one.

    Raises:
        NotFound: CC-0020, there is none, or it is not deleted.
        NotAllowed: CC-0021.
        ParentDeleted: CC-0033.
    """
    lesson, row = hold_lesson_of(conn, cc_scenes, scene_id, deleted=True)
    with edit(conn, author, Event.SCENE_RESTORED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        others = [one.id for one in live_scenes(conn, lesson.id)]
        take_back(act, cc_scenes, scene_id)
        place = min(max(row.sequence, 1), len(others) + 1)
        _order(act, lesson.id, place_among(others, scene_id, place))


def _order(act: Edit, lesson_id: UUID, order: Sequence[UUID]) -> None:
    renumber(act, cc_scenes, order)
    if act.changes:
        reopen_lesson(act, lesson_id)
