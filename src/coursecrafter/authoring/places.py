"""In which project a thing stands, for calls that begin work on it: whoever asks must be allowed to change it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.rows import find_row, hold_row, missing, share_row
from coursecrafter.db.tables import cc_interactions, cc_lessons, cc_projects, cc_scenes


def project_of_lesson(conn: Connection, lesson_id: UUID) -> UUID:
    """The project of a lesson that the caller may change.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    project_id: UUID = hold_row(conn, cc_lessons, lesson_id).project_id
    return project_id


def own_project(conn: Connection, project_id: UUID) -> UUID:
    """A project that the caller may change.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    share_row(conn, cc_projects, project_id)
    return project_id


def require_interaction_of(conn: Connection, lesson_id: UUID, interaction_id: UUID) -> None:
    """Refuse an interaction that stands in another lesson.

    Raises:
        NotFound: CC-0020.
    """
    if find_row(conn, cc_interactions, interaction_id).lesson_id != lesson_id:
        raise missing(cc_interactions)


def require_scene_of(conn: Connection, lesson_id: UUID, scene_id: UUID) -> None:
    """Refuse a scene that stands in another lesson.

    Raises:
        NotFound: CC-0020.
    """
    if find_row(conn, cc_scenes, scene_id).lesson_id != lesson_id:
        raise missing(cc_scenes)
