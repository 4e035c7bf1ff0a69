"""The rows of a lesson's plan, as the verbs of scenes, segments, scripts and voices share them.

A segment belongs to the engine that made it: E1 where it has a script of E1, else the engine of its script. Others may
have a script for it too, and then show it, but change nothing else of it. Each engine's own segments of a scene have
places of their own: E1's from 1, the others' from 1001, since a deck may grow. Source: product, domain model.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, exists, func, select

from coursecrafter.authoring.edits import Edit
from coursecrafter.authoring.ordering import renumber
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.db.tables import cc_lessons, cc_scenes, cc_scripts, cc_segments, cc_voice_tracks
from coursecrafter.domain.course import Engine
from coursecrafter.errors import RequestError

VIDEO_ENGINES = frozenset({Engine.E1, Engine.E2})
FIRST_OWN = 1001


class Unchanged(Enum):
    """The value of a field that a call leaves alone, where None says something."""

    UNCHANGED = "unchanged"


UNCHANGED: Final = Unchanged.UNCHANGED


class NotInVideo(RequestError):
    """The segment is in no video of that engine, or another engine made it."""

    code = "CC-0040"
    status = 409
    remedy = "Change it in the plan of the engine that made it."


def first_place(engine: Engine) -> int:
    """Where the places of an engine's own segments begin in each scene."""
    return 1 if engine is Engine.E1 else FIRST_OWN


def hold_lesson_of(conn: Connection, table: Table, row_id: UUID, *, deleted: bool = False) -> tuple[Row[Any], Row[Any]]:
    """Hold a lesson, then a row in it; both as they are once held.

    Args:
        deleted: also where one of them is deleted.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson_id = find_row(conn, table, row_id, deleted=deleted).lesson_id
    lesson = hold_row(conn, cc_lessons, lesson_id, deleted=deleted)
    return lesson, hold_row(conn, table, row_id, deleted=deleted)


def hold_segment(conn: Connection, segment_id: UUID) -> tuple[Row[Any], Row[Any], Engine]:
    """Hold a segment and its lesson; the lesson, the segment with its script, and the engine that made it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NotInVideo: CC-0040, it has no script.
    """
    lesson, segment = hold_lesson_of(conn, cc_segments, segment_id)
    engine = engine_of(conn, segment.id)
    return lesson, own_segment(conn, lesson.id, engine, segment.id), engine


def engine_of(conn: Connection, segment_id: UUID) -> Engine:
    """The engine that made a segment.

    Raises:
        NotInVideo: CC-0040.
    """
    of_segment = select(func.min(cc_scripts.c.engine)).where(cc_scripts.c.segment_id == segment_id)
    first = conn.execute(of_segment).scalar()
    if first is None:
        raise NotInVideo("The segment has no script, so it is in no video.")
    return Engine(first)


def own_segment(conn: Connection, lesson_id: UUID, engine: Engine, segment_id: UUID) -> Row[Any]:
    """A live segment of a lesson that this engine made, with its script.

    Raises:
        NotFound: CC-0020.
        NotInVideo: CC-0040.
    """
    wanted = _with_script(engine).where(
        _is_own(engine), cc_segments.c.lesson_id == lesson_id, cc_segments.c.id == segment_id
    )
    row = conn.execute(wanted).first()
    if row is None:
        if find_row(conn, cc_segments, segment_id).lesson_id != lesson_id:
            raise missing(cc_segments)
        raise NotInVideo(f"The segment is none of {engine.value.upper()}'s own.")
    return row


def own_segments(conn: Connection, scene_id: UUID, engine: Engine) -> Sequence[Row[Any]]:
    """The live segments of a scene that this engine made, with their scripts, in order."""
    return conn.execute(_with_script(engine).where(_is_own(engine), cc_segments.c.scene_id == scene_id)).all()


def shown_segments(conn: Connection, lesson_id: UUID, engine: Engine) -> Sequence[Row[Any]]:
    """The live segments of a lesson in an engine's video, with scene and script, in playing order."""
    return conn.execute(
        _with_script(engine)
        .add_columns(cc_scenes.c.title.label("scene_title"), _is_own(engine).label("is_own"))
        .join(cc_scenes, cc_scenes.c.id == cc_segments.c.scene_id)
        .where(cc_segments.c.lesson_id == lesson_id, cc_scenes.c.deleted_at.is_(None))
        .order_by(None)
        .order_by(cc_scenes.c.sequence, cc_scenes.c.id, cc_segments.c.sequence, cc_segments.c.id)
    ).all()


def _is_own(engine: Engine) -> ColumnElement[bool]:
    """Whether no engine before this one has a script for the segment."""
    others = cc_scripts.alias()
    return ~exists().where(others.c.segment_id == cc_segments.c.id, others.c.engine < engine.value)


def _with_script(engine: Engine) -> Select[Any]:
    return (
        select(
            cc_segments,
            cc_scripts.c.id.label("script_id"),
            cc_scripts.c.draft_text,
            cc_scripts.c.final_text,
            cc_scripts.c.status.label("script_status"),
        )
        .join(cc_scripts, cc_scripts.c.segment_id == cc_segments.c.id)
        .where(cc_segments.c.deleted_at.is_(None), cc_scripts.c.engine == engine.value)
        .order_by(cc_segments.c.sequence, cc_segments.c.id)
    )


def spoken_text(row: Row[Any]) -> str:
    """What a script says: its final text, else its draft."""
    text: str | None = row.final_text if row.final_text is not None else row.draft_text
    return text or ""


def live_scenes(conn: Connection, lesson_id: UUID) -> Sequence[Row[Any]]:
    """A lesson's scenes in playing order."""
    wanted = select(cc_scenes).where(cc_scenes.c.lesson_id == lesson_id, cc_scenes.c.deleted_at.is_(None))
    return conn.execute(wanted.order_by(cc_scenes.c.sequence, cc_scenes.c.id)).all()


def number_segments(act: Edit, scene_id: UUID, engine: Engine, ids: Sequence[UUID] | None = None) -> None:
    """Give an engine's own segments of a scene their places, in this order or in the one they have."""
    order = [row.id for row in own_segments(act.conn, scene_id, engine)] if ids is None else ids
    renumber(act, cc_segments, order, first=first_place(engine))


def reopen_lesson(act: Edit, lesson_id: UUID) -> None:
    """Take a lesson that was ready back into design."""
    if find_row(act.conn, cc_lessons, lesson_id).status == "ready":
        act.change(cc_lessons, lesson_id, status="in_design")


def withdraw_voices(act: Edit, script_id: UUID) -> None:
    """Take back the approval of voices that say a script's earlier words."""
    tracks = select(cc_voice_tracks.c.id).where(cc_voice_tracks.c.script_id == script_id)
    for track_id in act.conn.execute(tracks.where(cc_voice_tracks.c.status == "approved")).scalars().all():
        act.change(cc_voice_tracks, track_id, status="generated")


def touch_segment(conn: Connection, segment_id: UUID) -> None:
    """Let a segment's `updated_at` tell of a change of its script, for those who edit both as one."""
    conn.execute(cc_segments.update().where(cc_segments.c.id == segment_id).values(sequence=cc_segments.c.sequence))
