"""A lesson's plan as its author sees it: a table of scenes and segments, changed in one go and approved as a whole.

One plan per lesson; a segment is in an engine's video when it has a script of that engine (product, domain model).
Source: schema 2.5, 2.6, 5.1; product, E1 (plan), E2 (script outline).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.courses import SLIDE_PICTURE
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.plan_rows import own_segment, reopen_lesson, shown_segments, spoken_text
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.segment_edits import (
    Seconds,
    change_fields,
    merge,
    order_segments,
    place_segment,
    split,
)
from coursecrafter.db.tables import cc_assets, cc_lessons, cc_scenes, cc_scripts, cc_segments
from coursecrafter.domain.course import Engine, SourceType
from coursecrafter.errors import RequestError


class NothingPlanned(RequestError):
    """The plan holds no segment of this engine."""

    code = "CC-0041"
    status = 409
    remedy = "Read a deck in, let an outline be proposed, or add a segment first."


@dataclass(frozen=True, slots=True)
class PlanEvents:
    """What happens to an engine's plan, by name."""

    changed: Event
    approved: Event
    reopened: Event


PLAN_EVENTS: Mapping[Engine, PlanEvents] = {
    Engine.E1: PlanEvents(Event.ENGINE1_PLAN_CHANGED, Event.ENGINE1_PLAN_APPROVED, Event.ENGINE1_PLAN_REOPENED),
    Engine.E2: PlanEvents(
        Event.ENGINE2_OUTLINE_CHANGED, Event.ENGINE2_OUTLINE_APPROVED, Event.ENGINE2_OUTLINE_REOPENED
    ),
}
"""By engine; the others make no video."""


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of the plan.

    Attributes:
        place: among all segments of the engine's video in this scene, from 1.
        text: what is spoken.
        duration_s: how long it stays at least; None: as long as its voice.
        picture_id: the asset that shows its slide, for the thumbnail.
        updated_at: what `change_segment` takes to find out that somebody else was faster.
    """

    scene_id: UUID
    scene_title: str | None
    segment_id: UUID
    script_id: UUID
    place: int
    source_type: SourceType
    source_ref: str | None
    text: str
    duration_s: Fraction | None
    gap_s: Fraction
    youtube_url: str | None
    picture_id: UUID | None
    status: str
    script_status: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class ChangeText:
    """Say something else."""

    segment_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class ChangeTiming:
    """Stay another time at least; None: as long as the voice."""

    segment_id: UUID
    duration_s: Seconds | None


@dataclass(frozen=True, slots=True)
class ChangeGap:
    """Be silent for another time after it."""

    segment_id: UUID
    gap_s: Seconds


@dataclass(frozen=True, slots=True)
class Place:
    """Stand elsewhere among the segments of the scene."""

    segment_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class Order:
    """Let the segments of a scene stand in this order."""

    scene_id: UUID
    segment_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """Part a segment between two words; `position` counts the signs before."""

    segment_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class Merge:
    """Make neighbours one."""

    segment_ids: tuple[UUID, ...]


PlanChange = ChangeText | ChangeTiming | ChangeGap | Place | Order | Split | Merge


def plan_events(engine: Engine) -> PlanEvents:
    """What happens to an engine's plan, by name.

    Raises:
        NothingPlanned: CC-0041, it makes no video.
    """
    if engine not in PLAN_EVENTS:
        raise NothingPlanned(f"{engine.value.upper()} makes no video, so it has no plan.")
    return PLAN_EVENTS[engine]


def read_plan(conn: Connection, lesson_id: UUID, engine: Engine) -> tuple[PlanLine, ...]:
    """The plan of an engine's video, in playing order.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_lessons, lesson_id)
    pictures = _pictures(conn, lesson_id)
    lines: list[PlanLine] = []
    for row in shown_segments(conn, lesson_id, engine):
        place = lines[-1].place + 1 if lines and lines[-1].scene_id == row.scene_id else 1
        lines.append(_line(row, place, pictures.get(row.id)))
    return tuple(lines)


def update_plan(
    conn: Connection, author: Author, lesson_id: UUID, engine: Engine, changes: Sequence[PlanChange]
) -> None:
    """Carry out all changes of a plan in their order, or none of them.

    Raises:
        NotFound: CC-0020, also a segment of another lesson.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        UnusableText: CC-0027.
        PlaceRefused: CC-0031.
        NotInVideo: CC-0040, a segment that another engine made.
        NoSplitHere: CC-0042.
        NotNeighbours: CC-0043.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    # A caller who goes on after an error finds nothing half done.
    with conn.begin_nested(), edit(conn, author, plan_events(engine).changed, **place) as act:
        for change in changes:
            _carry_out(act, author, lesson_id, engine, change)


def approve_plan(conn: Connection, author: Author, lesson_id: UUID, engine: Engine) -> None:
    """Approve all segments of an engine's video with their scripts.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NothingPlanned: CC-0041.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    rows = shown_segments(conn, lesson_id, engine)
    if not rows:
        raise NothingPlanned(f"There is nothing in {engine.value.upper()}'s plan of the lesson to approve.")
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    scenes = len({row.scene_id for row in rows})
    with edit(conn, author, plan_events(engine).approved, **place, scenes=scenes, segments=len(rows)) as act:
        approve_rows(act, lesson_id, engine)


def reopen_plan(conn: Connection, author: Author, lesson_id: UUID, engine: Engine) -> None:
    """Take back the approval of all segments of an engine's video and of their scripts.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NothingPlanned: CC-0041.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    rows = shown_segments(conn, lesson_id, engine)
    if not rows:
        raise NothingPlanned(f"There is nothing in {engine.value.upper()}'s plan of the lesson to open again.")
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, plan_events(engine).reopened, **place) as act:
        for row in rows:
            act.change(cc_scripts, row.script_id, status="draft")
            if row.is_own:
                act.change(cc_segments, row.id, status="draft")
        if act.changes:
            reopen_lesson(act, lesson_id)


def keep_approvals(
    conn: Connection, author: Author, lesson_id: UUID, engine: Engine, before: Sequence[PlanLine]
) -> None:
    """Take back what a proposal approved of an engine's video: each line is as far as it was.

    Args:
        before: the plan before the proposal, which changed nothing else in it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    rows = {row.id: row for row in shown_segments(conn, lesson_id, engine)}
    with edit(conn, author, plan_events(engine).reopened, **place) as act:
        for line in before:
            row = rows[line.segment_id]
            if row.script_status != line.script_status:
                act.change(cc_scripts, row.script_id, status=line.script_status)
            if row.is_own and row.status != line.status:
                act.change(cc_segments, row.id, status=line.status)
        if act.changes:
            reopen_lesson(act, lesson_id)


def approve_rows(act: Edit, lesson_id: UUID, engine: Engine) -> None:
    """Approve what is not approved yet of an engine's video; no row of another engine is changed."""
    for row in shown_segments(act.conn, lesson_id, engine):
        if row.script_status != "approved" or row.final_text is None:
            act.change(cc_scripts, row.script_id, status="approved", final_text=spoken_text(row))
        if row.is_own and (row.status, row.script_text) != ("approved", spoken_text(row)):
            act.change(cc_segments, row.id, status="approved", script_text=spoken_text(row))


def _carry_out(act: Edit, author: Author, lesson_id: UUID, engine: Engine, change: PlanChange) -> None:
    def segment(segment_id: UUID) -> Row[Any]:
        return own_segment(act.conn, lesson_id, engine, segment_id)

    match change:
        case ChangeText(segment_id, text):
            change_fields(act, author, segment(segment_id), text=text)
        case ChangeTiming(segment_id, duration_s):
            change_fields(act, author, segment(segment_id), duration_s=duration_s)
        case ChangeGap(segment_id, gap_s):
            change_fields(act, author, segment(segment_id), gap_s=gap_s)
        case Place(segment_id, position):
            place_segment(act, segment(segment_id), engine, position)
        case Order(scene_id, segment_ids):
            if find_row(act.conn, cc_scenes, scene_id).lesson_id != lesson_id:
                raise missing(cc_scenes)
            order_segments(act, lesson_id, scene_id, engine, segment_ids)
        case Split(segment_id, position):
            split(act, author, segment(segment_id), engine, position)
        case Merge(segment_ids):
            merge(act, author, lesson_id, engine, segment_ids)


def _pictures(conn: Connection, lesson_id: UUID) -> dict[UUID, UUID]:
    """The active slide picture of each segment."""
    wanted = select(cc_assets.c.segment_id, cc_assets.c.id).where(
        cc_assets.c.lesson_id == lesson_id,
        cc_assets.c.role == SLIDE_PICTURE,
        cc_assets.c.is_active,
        cc_assets.c.deleted_at.is_(None),
    )
    return {row.segment_id: row.id for row in conn.execute(wanted)}


def _line(row: Row[Any], place: int, picture_id: UUID | None) -> PlanLine:
    return PlanLine(
        scene_id=row.scene_id,
        scene_title=row.scene_title,
        segment_id=row.id,
        script_id=row.script_id,
        place=place,
        source_type=SourceType(row.source_type),
        source_ref=row.source_ref,
        text=spoken_text(row),
        duration_s=None if row.on_screen_duration is None else Fraction(row.on_screen_duration),
        gap_s=Fraction(row.gap_after),
        youtube_url=row.youtube_url,
        picture_id=picture_id,
        status=row.status,
        script_status=row.script_status,
        updated_at=row.updated_at,
    )
