"""A lesson's plan: its scenes and segments, and the scripts that put a segment into an engine's video.

One plan per lesson; a segment is in an engine's video when it has a script of that engine (product, domain model).
Source: schema 2.5, 2.6, 5.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deck_plan import PlannedScene, PlannedSegment
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.db.tables import cc_scenes, cc_scripts, cc_segments
from coursecrafter.domain.course import Engine, SourceType
from coursecrafter.domain.outline import OutlineScene

FIRST_NARRATED = 1001


def set_deck_plan(
    conn: Connection, author: Author, project_id: UUID, lesson_id: UUID, scenes: Sequence[PlannedScene]
) -> None:
    """Bring E1's scenes and segments of a lesson in line with its deck, row by row, and approve them.

    A row that says the same already is not touched; an author's own wording stays as long as the deck's text under it
    is the same.
    """
    known = _scenes_of(conn, lesson_id, Engine.E1)
    changes = 0
    for place, scene in enumerate(scenes):
        row = known[place] if place < len(known) else None
        scene_id, count = _set_scene(conn, lesson_id, row, place + 1, scene.title)
        changes += count + _set_segments(conn, author, Engine.E1, (project_id, lesson_id, scene_id), scene.segments)
    for row in known[len(scenes) :]:
        _remove_segments(conn, _segments_of(conn, row.id, Engine.E1))
        conn.execute(cc_scenes.update().where(cc_scenes.c.id == row.id).values(deleted_at=func.now()))
        changes += 1
    if changes:
        where = {"project_id": project_id, "lesson_id": lesson_id}
        log_event(conn, author, Event.ENGINE1_PLAN_CHANGED, **where, changes=changes)
        log_event(conn, author, Event.ENGINE1_PLAN_APPROVED, **where, scenes=len(scenes))


def set_outline(
    conn: Connection, author: Author, project_id: UUID, lesson_id: UUID, outline: Sequence[OutlineScene]
) -> tuple[UUID, ...]:
    """Give a lesson E2's narration: segments of type text in the scenes there are, and scenes of its own.

    No row of E1 changes. Rows that say the same already are not touched.

    Returns:
        The scene of each scene of the outline, in order.
    """
    deck_scenes = {row.id: row.sequence for row in _scenes_of(conn, lesson_id, Engine.E1)}
    known = _scenes_of(conn, lesson_id, Engine.E2)
    own = [row for row in known if row.id not in deck_scenes]
    changes, ids, place = 0, [], 0
    for scene in outline:
        if scene.scene_id is None:
            # A scene of the video's own stands directly after the scene before it: before the deck's first, at 0.
            scene_id, count = _set_scene(conn, lesson_id, own.pop(0) if own else None, place, scene.heading)
        else:
            scene_id, count, place = scene.scene_id, 0, deck_scenes[scene.scene_id]
        planned = [PlannedSegment(SourceType.TEXT, None, segment.text, None) for segment in scene.segments]
        changes += count + _set_segments(conn, author, Engine.E2, (project_id, lesson_id, scene_id), planned)
        ids.append(scene_id)
    for row in known:
        if row.id not in ids:
            changes += _remove_segments(conn, _segments_of(conn, row.id, Engine.E2))
    conn.execute(cc_scenes.update().where(cc_scenes.c.id.in_([row.id for row in own])).values(deleted_at=func.now()))
    if changes:
        where = {"project_id": project_id, "lesson_id": lesson_id}
        log_event(conn, author, Event.ENGINE2_OUTLINE_CHANGED, **where, changes=changes)
        log_event(conn, author, Event.ENGINE2_OUTLINE_APPROVED, **where, scenes=len(outline))
    return tuple(ids)


def _scenes_of(conn: Connection, lesson_id: UUID, engine: Engine) -> Sequence[Row[Any]]:
    """Live scenes that hold a segment of that engine, in order."""
    has_script = (
        select(cc_scripts.c.id)
        .join(cc_segments, cc_segments.c.id == cc_scripts.c.segment_id)
        .where(cc_scripts.c.scene_id == cc_scenes.c.id, cc_scripts.c.engine == engine.value)
        .where(cc_segments.c.deleted_at.is_(None))
    )
    wanted = select(cc_scenes).where(cc_scenes.c.lesson_id == lesson_id, cc_scenes.c.deleted_at.is_(None))
    return conn.execute(wanted.where(has_script.exists()).order_by(cc_scenes.c.sequence, cc_scenes.c.id)).all()


def _segments_of(conn: Connection, scene_id: UUID, engine: Engine) -> Sequence[Row[Any]]:
    """Live segments of a scene in that engine's video, with their script, in order."""
    return conn.execute(
        select(cc_segments, cc_scripts.c.id.label("script_id"), cc_scripts.c.draft_text, cc_scripts.c.final_text)
        .join(cc_scripts, cc_scripts.c.segment_id == cc_segments.c.id)
        .where(cc_segments.c.scene_id == scene_id, cc_segments.c.deleted_at.is_(None))
        .where(cc_scripts.c.engine == engine.value)
        .order_by(cc_segments.c.sequence)
    ).all()


def _set_scene(
    conn: Connection, lesson_id: UUID, row: Row[Any] | None, sequence: int, title: str | None
) -> tuple[UUID, int]:
    """A scene's id, and how many rows changed."""
    values = {"sequence": sequence, "title": title}
    if row is None:
        made = cc_scenes.insert().values(lesson_id=lesson_id, **values).returning(cc_scenes.c.id)
        return conn.execute(made).scalar_one(), 1
    if (row.sequence, row.title) == (sequence, title):
        return row.id, 0
    conn.execute(cc_scenes.update().where(cc_scenes.c.id == row.id).values(values))
    return row.id, 1


def _set_segments(
    conn: Connection,
    author: Author,
    engine: Engine,
    place: tuple[UUID, UUID, UUID],
    planned: Sequence[PlannedSegment],
) -> int:
    """Bring one engine's segments of a scene (project, lesson, scene) in line; count the rows that changed."""
    known = _segments_of(conn, place[2], engine)
    changes = _remove_segments(conn, known[len(planned) :])
    for index, segment in enumerate(planned):
        if index < len(known):
            changes += _update_segment(conn, known[index], segment)
        else:
            _add_segment(conn, author, engine, place, index, segment)
            changes += 1
    return changes


def _add_segment(
    conn: Connection,
    author: Author,
    engine: Engine,
    place: tuple[UUID, UUID, UUID],
    index: int,
    segment: PlannedSegment,
) -> None:
    project_id, lesson_id, scene_id = place
    # The narration's own segments stand behind the deck's, which may grow.
    first = 1 if engine is Engine.E1 else FIRST_NARRATED
    segment_id = conn.execute(
        cc_segments.insert()
        .values(scene_id=scene_id, lesson_id=lesson_id, sequence=first + index, **_segment_values(segment))
        .returning(cc_segments.c.id)
    ).scalar_one()
    conn.execute(
        cc_scripts.insert().values(
            project_id=project_id,
            lesson_id=lesson_id,
            scene_id=scene_id,
            segment_id=segment_id,
            engine=engine.value,
            draft_text=segment.text,
            final_text=segment.text,
            status="approved",
            created_by=author.user_id,
        )
    )


def _update_segment(conn: Connection, row: Row[Any], segment: PlannedSegment) -> int:
    values = _segment_values(segment)
    if row.draft_text == segment.text:
        # The deck's words are the same: what an author wrote over them stays.
        values["script_text"] = row.final_text
    else:
        script = {"draft_text": segment.text, "final_text": segment.text}
        conn.execute(cc_scripts.update().where(cc_scripts.c.id == row.script_id).values(script))
    if all(getattr(row, column) == value for column, value in values.items()):
        return 0
    conn.execute(cc_segments.update().where(cc_segments.c.id == row.id).values(values))
    return 1


def _segment_values(segment: PlannedSegment) -> dict[str, Any]:
    duration = None if segment.duration_s is None else Decimal(float(segment.duration_s))
    return {
        "source_type": segment.source_type.value,
        "source_ref": segment.source_ref,
        "script_text": segment.text,
        "on_screen_duration": duration,
        "status": "approved",
    }


def _remove_segments(conn: Connection, rows: Sequence[Row[Any]]) -> int:
    gone = [row.id for row in rows]
    conn.execute(cc_segments.update().where(cc_segments.c.id.in_(gone)).values(deleted_at=func.now()))
    return len(gone)
