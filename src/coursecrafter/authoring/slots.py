"""The slot of an asset: the place it fills, and how writers of one slot take turns (schema 4.2).

A slot is named by the finest level it names: a segment's by segment and role; a scene's, a lesson's or the project's by
that level, engine and role. So it is the same slot wherever its scene or lesson moves. Source: schema 4.2 ("only one
active per (role, segment)"); decisions "active slot above segments", "versions".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from coursecrafter.authoring.rows import find_row, hold_row, missing, share_row
from coursecrafter.db.tables import cc_assets, cc_lessons, cc_projects, cc_scenes, cc_segments
from coursecrafter.domain.course import Engine


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of an asset.

    Attributes:
        engine: None for what belongs to no engine.
        role: as `final_video` or `slide_picture`.
    """

    project_id: UUID
    role: str
    engine: Engine | None = None
    lesson_id: UUID | None = None
    scene_id: UUID | None = None
    segment_id: UUID | None = None

    def matches(self) -> ColumnElement[bool]:
        """The slot's rows, deleted ones too: a version is never given twice."""
        same = [cc_assets.c.role == self.role]
        if self.segment_id is not None:
            return and_(cc_assets.c.segment_id == self.segment_id, *same)
        same += [cc_assets.c.segment_id.is_(None)]
        same += [cc_assets.c.engine.is_not_distinct_from(self.engine.value if self.engine else None)]
        if self.scene_id is not None:
            return and_(cc_assets.c.scene_id == self.scene_id, *same)
        same += [cc_assets.c.scene_id.is_(None), cc_assets.c.lesson_id.is_not_distinct_from(self.lesson_id)]
        return and_(cc_assets.c.project_id == self.project_id, *same)


def slot_of(row: Row[Any]) -> Slot:
    """The slot of an asset's row."""
    engine = Engine(row.engine) if row.engine else None
    return Slot(row.project_id, row.role, engine, row.lesson_id, row.scene_id, row.segment_id)


def hold_slot(conn: Connection, slot: Slot, *, deleted: bool = False) -> Sequence[Row[Any]]:
    """Hold a slot until the transaction ends; its rows by version, deleted ones too.

    A lesson's slots are held with the lesson. The project's own are held one by one, so that their writers wait neither
    for each other nor for those who work in a lesson.

    Args:
        deleted: also where what the slot is in is deleted.

    Raises:
        NotFound: CC-0020, what the slot is in does not exist, is deleted, or does not stand where the slot says.
        NotAllowed: CC-0021.
    """
    if slot.lesson_id is None:
        share_row(conn, cc_projects, slot.project_id, deleted=deleted)
        key = f"{slot.project_id}/{slot.engine or ''}/{slot.role}"
        conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
    else:
        _hold_place(conn, slot, slot.lesson_id, deleted=deleted)
    return conn.execute(select(cc_assets).where(slot.matches()).order_by(cc_assets.c.version)).all()


def _hold_place(conn: Connection, slot: Slot, lesson_id: UUID, *, deleted: bool) -> None:
    if hold_row(conn, cc_lessons, lesson_id, deleted=deleted).project_id != slot.project_id:
        raise missing(cc_lessons)
    if slot.scene_id is not None:
        scene = find_row(conn, cc_scenes, slot.scene_id, deleted=deleted)
        if scene.lesson_id != lesson_id:
            raise missing(cc_scenes)
    if slot.segment_id is not None:
        segment = find_row(conn, cc_segments, slot.segment_id, deleted=deleted)
        if segment.scene_id != slot.scene_id:
            raise missing(cc_segments)


def active_of(rows: Sequence[Row[Any]]) -> Row[Any] | None:
    """The active one of a slot's rows."""
    return next((row for row in rows if row.is_active and row.deleted_at is None), None)
