"""Plans that engines propose: E1's from a deck, E2's from an outline, brought in line with the rows there are.

What an author made of a proposal - other words, splits, merges, another order, deletions - stays as long as the
proposal is the one it was: for E1 slide by slide, for E2 as a whole. Where it is another, an author's own wording stays
as long as the proposal under it, the script's draft, is the same. Rows that say the same already are not touched.
Source: product, domain model, E1, E2; schema 2.5, 2.6, 5.1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deck_plan import PlannedScene, PlannedSegment
from coursecrafter.authoring.deletion import mark_deleted
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import log_event
from coursecrafter.authoring.ordering import renumber
from coursecrafter.authoring.outlines import KnownOutline
from coursecrafter.authoring.plan_rows import (
    first_place,
    live_scenes,
    number_segments,
    own_segments,
    reopen_lesson,
    shown_segments,
)
from coursecrafter.authoring.plans import approve_rows, plan_events
from coursecrafter.authoring.rows import hold_row
from coursecrafter.authoring.segment_edits import add_script, exact_seconds, reword
from coursecrafter.db.tables import cc_lessons, cc_scenes, cc_segments
from coursecrafter.domain.course import Engine, SourceType
from coursecrafter.domain.outline import OutlineScene


@dataclass(frozen=True, slots=True)
class _Proposal:
    """What all steps of one proposal share."""

    act: Edit
    author: Author
    engine: Engine
    project_id: UUID
    lesson_id: UUID


def set_deck_plan(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    scenes: Sequence[PlannedScene],
    earlier: Sequence[PlannedScene] = (),
) -> None:
    """Bring E1's scenes and segments of a lesson in line with its deck, slide by slide, and approve them.

    Args:
        scenes: what the deck holds for the lesson.
        earlier: what it held when it was last read; nothing where that is not known.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, plan_events(Engine.E1).changed, **place) as act:
        _set_slides(_Proposal(act, author, Engine.E1, lesson.project_id, lesson_id), scenes, earlier)
        _finish(act, lesson_id, Engine.E1)
    if act.changes:
        log_event(conn, author, plan_events(Engine.E1).approved, **place, scenes=len(scenes))


def set_outline(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    outline: Sequence[OutlineScene],
    earlier: KnownOutline | None = None,
) -> tuple[UUID, ...]:
    """Give a lesson E2's narration: segments of type text in the scenes there are, and scenes of its own.

    No row of E1 changes, but the lesson is no longer ready if something does.

    Args:
        earlier: the outline as it was last proposed.

    Returns:
        The scene of each scene of the outline, in order.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, plan_events(Engine.E2).changed, **place) as act:
        if earlier is not None and earlier.scenes == tuple(outline):
            ids = earlier.scene_ids
        else:
            ids = _set_outline(_Proposal(act, author, Engine.E2, lesson.project_id, lesson_id), outline)
        _finish(act, lesson_id, Engine.E2)
    if act.changes:
        log_event(conn, author, plan_events(Engine.E2).approved, **place, scenes=len(outline))
    return ids


def _finish(act: Edit, lesson_id: UUID, engine: Engine) -> None:
    approve_rows(act, lesson_id, engine)
    if act.changes:
        reopen_lesson(act, lesson_id)


def _set_slides(proposal: _Proposal, scenes: Sequence[PlannedScene], earlier: Sequence[PlannedScene]) -> None:
    act, lesson_id = proposal.act, proposal.lesson_id
    rows = _rows_by_slide(act.conn, lesson_id)
    # A lesson that never had a scene has nothing that its author could have taken away.
    known = list(earlier) if _had_scenes(act.conn, lesson_id) else []
    slides = [_slide(before) for before in known] or list(rows)
    stood = [row.id for row in live_scenes(act.conn, lesson_id)]
    order, last = list(stood), None
    for place, scene in enumerate(scenes):
        before = known[place] if place < len(known) else None
        stands = rows.get(slides[place], []) if place < len(slides) else []
        scene_id = _set_slide(proposal, scene, before, stands)
        if scene_id is not None and scene_id not in order:
            order.insert(order.index(last) + 1 if last else 0, scene_id)
        last = scene_id or last
    for slide in slides[len(scenes) :]:
        order = _remove_slide(act, rows.get(slide, ()), order)
    if order != stood:
        renumber(act, cc_scenes, order)


def _set_slide(
    proposal: _Proposal, scene: PlannedScene, before: PlannedScene | None, rows: Sequence[Row[Any]]
) -> UUID | None:
    """Bring the segments of one slide in line; their scene, or None where its author took it away."""
    act = proposal.act
    scene_id: UUID | None = rows[0].scene_id if rows else None
    if before is not None and _unnumbered(before) == _unnumbered(scene):
        for row in rows:
            act.change(cc_segments, row.id, source_ref=f"{_slide(scene)}.{row.source_ref.partition('.')[2]}")
        return scene_id
    if scene_id is None:
        last = len(live_scenes(act.conn, proposal.lesson_id))
        scene_id = act.add(cc_scenes, lesson_id=proposal.lesson_id, title=scene.title, sequence=last + 1)
    elif before is None or before.title != scene.title:
        act.change(cc_scenes, scene_id, title=scene.title)
    _set_segments(proposal, scene_id, rows, scene.segments, before.segments if before else ())
    return scene_id


def _remove_slide(act: Edit, rows: Sequence[Row[Any]], order: list[UUID]) -> list[UUID]:
    """Delete the segments of a slide that the deck no longer has, and a scene that holds no other of E1's."""
    for row in rows:
        mark_deleted(act, cc_segments, row.id)
    scenes = dict.fromkeys(row.scene_id for row in rows)
    emptied = [scene_id for scene_id in scenes if not own_segments(act.conn, scene_id, Engine.E1)]
    for scene_id in emptied:
        mark_deleted(act, cc_scenes, scene_id)
    return [scene_id for scene_id in order if scene_id not in emptied]


def _set_outline(proposal: _Proposal, outline: Sequence[OutlineScene]) -> tuple[UUID, ...]:
    act = proposal.act
    narrated = _narrated_scenes(act.conn, proposal.lesson_id)
    shown = {row.scene_id for row in shown_segments(act.conn, proposal.lesson_id, Engine.E1)}
    own = [scene_id for scene_id in narrated if scene_id not in shown]
    ids: list[UUID] = []
    for place, scene in enumerate(outline):
        following = next((one.scene_id for one in outline[place:] if one.scene_id), None)
        scene_id = scene.scene_id or _own_scene(proposal, own.pop(0) if own else None, scene.heading, ids, following)
        planned = [PlannedSegment(SourceType.TEXT, None, segment.text, None) for segment in scene.segments]
        _set_segments(proposal, scene_id, narrated.get(scene_id, ()), planned)
        ids.append(scene_id)
    for scene_id in own:
        mark_deleted(act, cc_scenes, scene_id)
    for scene_id in narrated.keys() - {*ids, *own}:
        for row in narrated[scene_id]:
            mark_deleted(act, cc_segments, row.id)
    return tuple(ids)


def _own_scene(
    proposal: _Proposal, scene_id: UUID | None, heading: str, before: Sequence[UUID], following: UUID | None
) -> UUID:
    """A scene of the video's own, directly after the one before it: at the same place, or at 0 before the first."""
    act = proposal.act
    scenes = [row.id for row in live_scenes(act.conn, proposal.lesson_id)]
    places = {row.id: row.sequence for row in live_scenes(act.conn, proposal.lesson_id)}
    sequence = places[before[-1]] if before else 0
    if scene_id is None:
        return act.add(cc_scenes, lesson_id=proposal.lesson_id, title=heading, sequence=sequence)
    at = scenes.index(scene_id)
    is_placed = (not before or scenes.index(before[-1]) < at) and (not following or at < scenes.index(following))
    act.change(cc_scenes, scene_id, title=heading, sequence=places[scene_id] if is_placed else sequence)
    return scene_id


def _set_segments(
    proposal: _Proposal,
    scene_id: UUID,
    rows: Sequence[Row[Any]],
    planned: Sequence[PlannedSegment],
    earlier: Sequence[PlannedSegment] = (),
) -> None:
    """Bring the rows of one scene in line with what is planned; segments that an author added stay where they are."""
    act, engine = proposal.act, proposal.engine
    matches, surplus = _match(rows, planned)
    for row in surplus:
        mark_deleted(act, cc_segments, row.id)
    ids = []
    for match, segment in zip(matches, planned, strict=True):
        if match is None:
            ids.append(_add_segment(proposal, scene_id, segment))
        else:
            _update_segment(proposal, match, segment, earlier)
            ids.append(match.id)
    stand = [row.id for row in own_segments(act.conn, scene_id, engine)]
    in_order = iter([one for one in ids if one in stand])
    number_segments(act, scene_id, engine, [next(in_order) if one in ids else one for one in stand])


def _match(rows: Sequence[Row[Any]], planned: Sequence[PlannedSegment]) -> tuple[list[Row[Any] | None], list[Row[Any]]]:
    """The row of each planned segment, if there is one, and the rows that are left: by words first, then by order.

    What plays a clip stays with clips: it has no words, as a silent build has none.
    """
    left = list(rows)
    matches: list[Row[Any] | None] = []
    for segment in planned:
        same = next((row for row in left if row.draft_text == segment.text and _is_alike(row, segment)), None)
        if same is not None:
            left.remove(same)
        matches.append(same)
    for place, segment in enumerate(planned):
        other = next((row for row in left if _is_alike(row, segment)), None) if matches[place] is None else None
        if other is not None:
            left.remove(other)
            matches[place] = other
    return matches, left


def _is_alike(row: Row[Any], segment: PlannedSegment) -> bool:
    is_clip = row.source_type == SourceType.OTHER_VIDEO.value
    return is_clip is (segment.source_type is SourceType.OTHER_VIDEO)


def _add_segment(proposal: _Proposal, scene_id: UUID, segment: PlannedSegment) -> UUID:
    act, engine = proposal.act, proposal.engine
    segment_id = act.add(
        cc_segments,
        scene_id=scene_id,
        lesson_id=proposal.lesson_id,
        sequence=first_place(engine) + len(own_segments(act.conn, scene_id, engine)),
        script_text=segment.text,
        on_screen_duration=_duration(segment),
        source_type=segment.source_type.value,
        source_ref=segment.source_ref,
        status="approved",
    )
    place = (proposal.lesson_id, scene_id, segment_id)
    texts = (segment.text, segment.text)
    add_script(act, proposal.author, proposal.project_id, place, engine, *texts, status="approved")
    return segment_id


def _update_segment(
    proposal: _Proposal, row: Row[Any], segment: PlannedSegment, earlier: Sequence[PlannedSegment]
) -> None:
    values: dict[str, Any] = {"source_type": segment.source_type.value, "source_ref": segment.source_ref}
    proposed_s = {one.duration_s for one in earlier if one.text == segment.text}
    if segment.duration_s not in proposed_s:
        values["on_screen_duration"] = _duration(segment)
    proposal.act.change(cc_segments, row.id, **values)
    if row.draft_text != segment.text:
        reword(proposal.act, proposal.author, row.script_id, draft_text=segment.text, final_text=segment.text)


def _duration(segment: PlannedSegment) -> Decimal | None:
    return None if segment.duration_s is None else exact_seconds("on_screen_duration", segment.duration_s)


def _rows_by_slide(conn: Connection, lesson_id: UUID) -> dict[str, list[Row[Any]]]:
    """E1's segments that come from the deck, in playing order, wherever their author moved them."""
    rows: dict[str, list[Row[Any]]] = {}
    for row in shown_segments(conn, lesson_id, Engine.E1):
        if row.source_ref is not None:
            rows.setdefault(row.source_ref.partition(".")[0], []).append(row)
    return rows


def _narrated_scenes(conn: Connection, lesson_id: UUID) -> dict[UUID, list[Row[Any]]]:
    """The segments that an outline proposed for E2, by scene, in playing order."""
    rows: dict[UUID, list[Row[Any]]] = {}
    for row in shown_segments(conn, lesson_id, Engine.E2):
        if row.is_own and row.draft_text is not None:
            rows.setdefault(row.scene_id, []).append(row)
    return rows


def _had_scenes(conn: Connection, lesson_id: UUID) -> bool:
    wanted = select(func.count()).select_from(cc_scenes).where(cc_scenes.c.lesson_id == lesson_id)
    return conn.execute(wanted).scalar_one() > 0


def _slide(scene: PlannedScene) -> str:
    """The number of the slide that a scene comes from."""
    return (scene.segments[0].source_ref or "").partition(".")[0]


def _unnumbered(scene: PlannedScene) -> PlannedScene:
    """The scene without the number of its slide: moved in the deck, it is still the same."""
    builds = ((segment.source_ref or "").partition(".")[2] for segment in scene.segments)
    segments = (replace(one, source_ref=build) for one, build in zip(scene.segments, builds, strict=True))
    return replace(scene, segments=tuple(segments))
