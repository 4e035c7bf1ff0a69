"""Scripts: the words of segments and scenes, from draft to approval (schema 5.1), with all their versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.plan_rows import (
    UNCHANGED,
    Unchanged,
    engine_of,
    hold_lesson_of,
    reopen_lesson,
    spoken_text,
    touch_segment,
    withdraw_voices,
)
from coursecrafter.authoring.rows import find_row, missing
from coursecrafter.authoring.states import require_move
from coursecrafter.db.tables import cc_activity_log, cc_scripts, cc_segments

TEXTS = ("draft_text", "final_text")


@dataclass(frozen=True, slots=True)
class ScriptChange:
    """One change of a script.

    Attributes:
        user_id: None for the system.
        before, after: the columns that changed; no `before` where the script was made.
        texts: its draft and final text once changed.
    """

    event_id: UUID
    event_type: str
    at: datetime
    user_id: UUID | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any]
    texts: Mapping[str, str | None]


def change_script(
    conn: Connection,
    author: Author,
    script_id: UUID,
    *,
    draft_text: str | Unchanged | None = UNCHANGED,
    final_text: str | Unchanged | None = UNCHANGED,
    unless_changed_since: datetime | None = None,
) -> None:
    """Give a script other words; it waits for approval again.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        EditedMeanwhile: CC-0026.
        UnusableText: CC-0027.
    """
    values = {"draft_text": draft_text, "final_text": final_text}
    texts = {name: text for name, text in values.items() if text is not UNCHANGED}
    lesson, row = _hold(conn, script_id)
    with edit(conn, author, Event.SCRIPT_CHANGED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        _reword(act, author, row, texts, unless_changed_since)


def submit_for_review(conn: Connection, author: Author, script_id: UUID) -> None:
    """Hand a script to its reviewers.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025.
    """
    lesson, row = _hold(conn, script_id)
    require_move(cc_scripts, row.status, "review")
    with edit(conn, author, Event.SCRIPT_SUBMITTED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        act.change(cc_scripts, row.id, status="review")
        if act.changes:
            _reopen_segment(act, row)


def approve_script(conn: Connection, author: Author, script_id: UUID) -> None:
    """Approve the words of a script; its segment takes them over.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025.
    """
    lesson, row = _hold(conn, script_id)
    require_move(cc_scripts, row.status, "approved")
    with edit(conn, author, Event.SCRIPT_APPROVED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        approve_words(act, row)


def approve_words(act: Edit, row: Row[Any]) -> None:
    """Approve a script within an act; a draft that nobody rewrote becomes the final text."""
    text = spoken_text(row)
    act.change(cc_scripts, row.id, status="approved", final_text=text)
    if row.segment_id is not None and engine_of(act.conn, row.segment_id) == row.engine:
        act.change(cc_segments, row.segment_id, script_text=text)


def reopen_script(conn: Connection, author: Author, script_id: UUID) -> None:
    """Take a script back into drafting, and its segment with it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson, row = _hold(conn, script_id)
    require_move(cc_scripts, row.status, "draft")
    with edit(conn, author, Event.SCRIPT_REOPENED, project_id=lesson.project_id, lesson_id=lesson.id) as act:
        act.change(cc_scripts, row.id, status="draft")
        if act.changes:
            _reopen_segment(act, row)


def script_history(conn: Connection, script_id: UUID) -> tuple[ScriptChange, ...]:
    """Who changed a script, when, from what to what; the newest first.

    Raises:
        NotFound: CC-0020.
    """
    row = find_row(conn, cc_scripts, script_id)
    texts: dict[str, str | None] = {name: getattr(row, name) for name in TEXTS}
    history: list[ScriptChange] = []
    for event in _events(conn, row):
        changes = [one for one in event.event_payload["changes"] if one["id"] == str(script_id)]
        before, after = _together(changes)
        history.append(
            ScriptChange(event.id, event.event_type, event.created_at, event.user_id, before, after, dict(texts))
        )
        texts |= {name: (before or {}).get(name) for name in TEXTS if name in after}
    return tuple(history)


def restore_script_version(conn: Connection, author: Author, script_id: UUID, event_id: UUID) -> None:
    """Give a script the words that it had once an event had happened; it waits for approval again.

    Raises:
        NotFound: CC-0020, also where the event told of another script.
        NotAllowed: CC-0021.
    """
    lesson, row = _hold(conn, script_id)
    found = next((one for one in script_history(conn, script_id) if one.event_id == event_id), None)
    if found is None:
        raise missing(cc_activity_log)
    place = {"project_id": lesson.project_id, "lesson_id": lesson.id}
    with edit(conn, author, Event.SCRIPT_CHANGED, **place, restored_from=str(event_id)) as act:
        _reword(act, author, row, found.texts, None)


def _hold(conn: Connection, script_id: UUID) -> tuple[Row[Any], Row[Any]]:
    """A script and its lesson; what stands in a deleted segment is not found."""
    lesson, row = hold_lesson_of(conn, cc_scripts, script_id)
    if row.segment_id is not None and find_row(conn, cc_segments, row.segment_id, deleted=True).deleted_at is not None:
        raise missing(cc_scripts)
    return lesson, row


def _reword(
    act: Edit, author: Author, row: Row[Any], texts: Mapping[str, Any], unless_changed_since: datetime | None
) -> None:
    act.change(cc_scripts, row.id, unless_changed_since=unless_changed_since, **texts)
    if act.changes:
        act.change(cc_scripts, row.id, status="draft", created_by=author.user_id)
        withdraw_voices(act, row.id)
        _reopen_segment(act, row)


def _reopen_segment(act: Edit, row: Row[Any]) -> None:
    # A script that another engine lends a segment opens nothing of the engine that made it.
    if row.segment_id is not None and engine_of(act.conn, row.segment_id) == row.engine:
        act.change(cc_segments, row.segment_id, status="draft")
        touch_segment(act.conn, row.segment_id)
    reopen_lesson(act, row.lesson_id)


def _events(conn: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    told = {"changes": [{"table": "cc_scripts", "id": str(row.id)}]}
    wanted = select(cc_activity_log).where(
        cc_activity_log.c.project_id == row.project_id,
        cc_activity_log.c.lesson_id == row.lesson_id,
        cc_activity_log.c.event_payload.contains(told),
    )
    # Ids are given in the order of the clock while the lesson is held; created_at is when a transaction began.
    return conn.execute(wanted.order_by(cc_activity_log.c.id.desc())).all()


def _together(changes: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The changes of one act to one row as one."""
    before: dict[str, Any] | None = None if changes[0]["before"] is None else {}
    after: dict[str, Any] = {}
    for change in changes:
        if before is not None:
            before = {**(change["before"] or {}), **before}
        after |= change["after"] or {}
    return before, after
