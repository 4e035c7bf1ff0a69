"""In which project a thing stands, for calls that begin work on it: whoever asks must be allowed to change it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.rows import find_row, hold_row, missing, share_row
from coursecrafter.db.tables import cc_interactions, cc_lessons, cc_projects, cc_scenes, cc_scripts, cc_segments
from coursecrafter.domain.course import Engine


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


def scene_of_segment(conn: Connection, lesson_id: UUID, segment_id: UUID, engine: Engine) -> UUID:
    """The scene of a segment in an engine's video of a lesson.

    Raises:
        NotFound: CC-0020, also a segment of another lesson.
        NotInVideo: CC-0040.
    """
    segment = find_row(conn, cc_segments, segment_id)
    if segment.lesson_id != lesson_id:
        raise missing(cc_segments)
    scripts = select(cc_scripts.c.id).where(cc_scripts.c.segment_id == segment_id, cc_scripts.c.engine == engine.value)
    if conn.execute(scripts).first() is None:
        raise NotInVideo(f"The segment is not in {engine.value.upper()}'s video.")
    scene_id: UUID = segment.scene_id
    return scene_id
