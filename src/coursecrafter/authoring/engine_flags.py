"""Which engines a lesson is done with: `cc_lessons.engine_flags` follows what was rendered and approved (schema 2.4).

A lesson's flag of an engine is true exactly while the engine's active result is one that an author approved. A render
published later makes it false until that is approved too; going back to an approved version makes it true again. So
the flags say nothing that the slots and the events do not say, and `refresh_flags` can work them out at any time; each
verb that changes a slot calls it in the same transaction. A lesson that no engine was approved for has `{}`.

A book is the project's: its approval names the lessons that had a section in it, of their own or of their module or
learning unit, and counts for these. A section written later is not in that book, so it changes no flag.

Source: product ("A finished video is published by the author's approval, which marks its engine done for the lesson").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Connection, Row, Uuid, any_, literal, or_, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.authoring.rows import hold_row, missing
from coursecrafter.authoring.slots import Slot, active_of, hold_slot, slot_of
from coursecrafter.db.tables import cc_activity_log, cc_assets, cc_book_sections, cc_book_structures, cc_lessons
from coursecrafter.domain.course import Engine
from coursecrafter.domain.look import VIDEO_ROLES
from coursecrafter.errors import AssetError

RESULTS: Mapping[Engine, str] = {
    Engine.E1: "final_video",
    Engine.E2: "final_video",
    Engine.E3: "book_pdf",
    Engine.E4: "scorm_package",
}
"""By engine, the role of its result: what is approved. Other shapes and formats follow it."""

APPROVALS: Mapping[Engine, Event] = {
    Engine.E1: Event.ENGINE1_VIDEO_APPROVED,
    Engine.E2: Event.ENGINE2_VIDEO_APPROVED,
    Engine.E3: Event.ENGINE3_BOOK_APPROVED,
    Engine.E4: Event.ENGINE4_MODULE_APPROVED,
}


class NothingToApprove(AssetError):
    """There is no active result of this engine that could be approved."""

    code = "CC-0704"
    status = 409
    remedy = "Render it first, or make one of its versions active."


def result_slot(engine: Engine, project_id: UUID, lesson_id: UUID | None) -> Slot:
    """The slot of an engine's result; a book's is the project's."""
    return Slot(project_id, RESULTS[engine], engine, None if engine is Engine.E3 else lesson_id)


def _result_slots(engine: Engine, project_id: UUID, lesson_id: UUID | None) -> list[Slot]:
    """Where an engine's result may stand: the wide video before those of other shapes."""
    slot = result_slot(engine, project_id, lesson_id)
    return [replace(slot, role=role) for role in (VIDEO_ROLES if engine is Engine.E2 else [slot.role])]


def _active_result(
    conn: Connection, engine: Engine, project_id: UUID, lesson_id: UUID | None, *, deleted: bool = False
) -> Row[Any] | None:
    """The active result, held; None: there is none in any shape."""
    for slot in _result_slots(engine, project_id, lesson_id):
        active = active_of(hold_slot(conn, slot, deleted=deleted))
        if active is not None:
            return active
    return None


def approve_output(conn: Connection, author: Author, engine: Engine, project_id: UUID, lesson_id: UUID | None) -> None:
    """Approve the active result of an engine, and so mark the engine done; approving it again changes nothing.

    Args:
        lesson_id: None for the book.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NothingToApprove: CC-0704.
    """
    slot = result_slot(engine, project_id, lesson_id)
    if slot.lesson_id is None and engine is not Engine.E3:
        raise missing(cc_lessons)
    active = _active_result(conn, engine, project_id, lesson_id)
    if active is None:
        raise NothingToApprove("There is nothing to approve: no version is active.")
    if _approvals(conn, engine, active):
        return
    lessons = [slot.lesson_id] if slot.lesson_id else _lessons_in_book(conn, project_id)
    told = {"asset_id": str(active.id), "version": active.version, "lesson_ids": [str(one) for one in lessons]}
    place = {"project_id": project_id, "lesson_id": slot.lesson_id}
    with edit(conn, author, APPROVALS[engine], **place) as act:
        act.payload.update(told)
        _set_flags(act, engine, slot, lessons)
    if not act.changes:
        # A book without lessons: what changes is only that it is approved.
        log_event(conn, author, APPROVALS[engine], **place, **told)


def refresh_flags(act: Edit, slot: Slot) -> None:
    """Work out the flags that depend on a slot, once its rows have changed."""
    engine = slot.engine
    if engine is None or slot not in _result_slots(engine, slot.project_id, slot.lesson_id):
        return
    active = _active_result(act.conn, engine, slot.project_id, slot.lesson_id, deleted=True)
    approved = [] if active is None else _approvals(act.conn, engine, active)
    _set_flags(act, engine, slot, [UUID(lesson) for payload in approved for lesson in payload["lesson_ids"]])


def refresh_changed(act: Edit) -> None:
    """Work out the flags that depend on any asset that an act has changed, for acts that change rows of all kinds."""
    ids = {UUID(change["id"]) for change in act.changes if change["table"] == cc_assets.name}
    rows = act.conn.execute(select(cc_assets).where(cc_assets.c.id == any_(literal(list(ids), ARRAY(Uuid))))).all()
    for slot in dict.fromkeys(slot_of(row) for row in rows):
        refresh_flags(act, slot)


def _approvals(conn: Connection, engine: Engine, asset: Row[Any]) -> Sequence[Mapping[str, Any]]:
    """What the events say that approved an asset and were not undone."""
    payload = cc_activity_log.c.event_payload
    of_project = select(cc_activity_log).where(cc_activity_log.c.project_id == asset.project_id)
    approved = of_project.where(
        cc_activity_log.c.event_type == APPROVALS[engine].value, payload["asset_id"].astext == str(asset.id)
    )
    undoings = of_project.where(cc_activity_log.c.event_type == Event.UNDONE.value).order_by(cc_activity_log.c.id)
    found = []
    for event in conn.execute(approved).all():
        chain = conn.execute(undoings.where(payload["act"].astext == str(event.id))).all()
        if not chain or chain[-1].event_payload["is_redo"]:
            found.append(event.event_payload)
    return found


def _set_flags(act: Edit, engine: Engine, slot: Slot, done: Sequence[UUID]) -> None:
    """Set the engine's flag where it differs: true for the lessons that are done, else false."""
    for lesson in _lessons_of(act.conn, engine, slot, done):
        is_done = lesson.id in done
        if lesson.engine_flags.get(engine.value, False) != is_done:
            flags = {**lesson.engine_flags, engine.value: is_done}
            act.change(cc_lessons, lesson.id, deleted=True, engine_flags=flags)


def _lessons_of(conn: Connection, engine: Engine, slot: Slot, done: Sequence[UUID]) -> list[Row[Any]]:
    """The lessons whose flag may differ, held; deleted ones too, since they may come back."""
    if slot.lesson_id is not None:
        return [hold_row(conn, cc_lessons, slot.lesson_id, deleted=True)]
    flagged = cc_lessons.c.engine_flags[engine.value].as_boolean()
    lessons = select(cc_lessons.c.id).where(
        cc_lessons.c.project_id == slot.project_id, or_(flagged, cc_lessons.c.id.in_(done))
    )
    # In one order, so that two who need several never wait for each other in a circle.
    ids = conn.execute(lessons.order_by(cc_lessons.c.id)).scalars().all()
    return [hold_row(conn, cc_lessons, one, deleted=True) for one in ids]


def _lessons_in_book(conn: Connection, project_id: UUID) -> list[UUID]:
    """The lessons that have a section in the project's book."""
    sections, lessons = cc_book_sections, cc_lessons
    mapped = (
        select(sections.c.mapping_id)
        .join(cc_book_structures, cc_book_structures.c.id == sections.c.book_id)
        .where(cc_book_structures.c.project_id == project_id, sections.c.mapping_id.is_not(None))
    )
    levels = (lessons.c.id, lessons.c.module_id, lessons.c.learning_unit_id)
    inside = select(lessons.c.id).where(
        lessons.c.project_id == project_id, lessons.c.deleted_at.is_(None), or_(*(one.in_(mapped) for one in levels))
    )
    return list(conn.execute(inside.order_by(lessons.c.id)).scalars())
