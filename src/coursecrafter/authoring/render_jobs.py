"""Render jobs (schema 7): queued > in_progress > succeeded | failed | cancelled, and nothing else.

Each verb that moves a job holds its lesson first, since the lesson's status follows its jobs: `rendering` while one is
in progress; once the last one ends `ready` if anything was ever rendered or approved, else `in_design` as before.
Progress is no content and comes many times a minute, so it alone leaves no event.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import AssetVersion, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.job_rows import (
    TABLES,
    RenderJob,
    find_job,
    find_retry,
    has_job,
    hold_job,
    job_of,
    metadata_column,
    unfinished_jobs,
)
from coursecrafter.authoring.rows import hold_row, missing, share_row
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.states import require_move
from coursecrafter.db.refusals import StateRefused, ValueMissing
from coursecrafter.db.tables import cc_lessons, cc_projects, cc_video_render_jobs
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import Output
from coursecrafter.errors import JobError
from coursecrafter.jobs.queueing import is_queued

INTERRUPTED = "The render was interrupted. Its finished steps are kept; build again to go on."
LOG_LINES = 200
MOST_LOSSES = 10
"""So often a job is begun anew that was lost without having come any further."""
LONGEST_LINE = 500
"""Signs; older lines and longer ends are left out, since a row is read whole each time it is shown."""


class NothingRendered(JobError):
    """A render that has no result cannot succeed."""

    code = "CC-0603"
    remedy = "Look at the render's log, and render again."


class LostTooOften(JobError):
    """A render's worker was lost each time it was begun."""

    code = "CC-0618"
    remedy = "Look for a huge picture, font or film in the lesson; the log of the machine says what ended the worker."


class NotRetried(JobError):
    """Only a render that failed or was cancelled is tried again."""

    code = "CC-0604"
    status = 409
    remedy = "Wait for it to end; to render what has changed since, ask for a new render."


def request_render(
    conn: Connection,
    author: Author,
    engine: Engine,
    project_id: UUID,
    lesson_id: UUID | None,
    *,
    settings: Mapping[str, Any] | None = None,
) -> RenderJob:
    """Queue a render.

    Args:
        lesson_id: None for a book, and for a module's package.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueMissing: CC-0023, a video without a lesson.
        StateRefused: CC-0025, the lesson is a draft or archived.
    """
    place = None if engine is Engine.E3 else lesson_id
    if place is None and TABLES[engine] is cc_video_render_jobs:
        raise ValueMissing("The lesson of the video job is missing.")
    return _queue(conn, author, engine, project_id, place, {"settings": dict(settings)} if settings else {})


def retry_render(conn: Connection, author: Author, job_id: UUID) -> RenderJob:
    """Queue a render again that failed or was cancelled, with its settings, as a job of its own.

    While such a job waits or runs, asking again gives that one.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, the lesson is a draft or archived.
        NotRetried: CC-0604.
    """
    job = hold_job(conn, job_id)
    if job.state not in {"failed", "cancelled"}:
        raise NotRetried(f"The {job.noun} is {_said(job.state)}.")
    waiting = find_retry(conn, job)
    if waiting is not None:
        return waiting
    kept = {"settings": job.settings} if job.settings else {}
    return _queue(conn, author, job.engine, job.project_id, job.lesson_id, {**kept, "retry_of": str(job_id)})


def start_render(conn: Connection, author: Author, job_id: UUID) -> None:
    """Begin a queued job; of two who begin it one is refused.

    Raises:
        NotFound: CC-0020, there is no such job, or its lesson is deleted.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not queued, or its lesson is a draft or archived.
    """
    job = hold_job(conn, job_id)
    _require(job, "in_progress")
    _hold_place(conn, job.project_id, job.lesson_id)
    begun: dict[str, Any] = {"started_at": _now()}
    if "started_at" not in job.table.c:
        begun = {metadata_column(job.table).name: {**job.metadata, "started_at": _now().isoformat()}}
    with _act(conn, author, Event.RENDER_STARTED, job) as act:
        act.change(job.table, job_id, job_state="in_progress", **begun)
        if job.lesson_id is not None:
            act.change(cc_lessons, job.lesson_id, status="rendering")


def go_on_render(conn: Connection, author: Author, job_id: UUID) -> None:
    """Begin a queued job, or go on with one whose worker was lost, handed it over or tries again.

    A job that is lost again and again without coming further ends its worker, so it is not begun for ever.

    Raises:
        NotFound: CC-0020, there is no such job, or its lesson is deleted.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it has ended, or its lesson is a draft or archived.
        LostTooOften: CC-0618.
    """
    job = hold_job(conn, job_id)
    if job.state != "in_progress":
        start_render(conn, author, job_id)
        job = hold_job(conn, job_id)
        losses = 0
    else:
        _hold_place(conn, job.project_id, job.lesson_id)
        is_lost = not job.metadata.get("is_left") and job.metadata.get("steps", 0) <= job.metadata.get("begun_at", 0)
        losses = job.metadata.get("losses", 0) + 1 if is_lost else 0
        if losses > MOST_LOSSES:
            raise LostTooOften(f"The {job.noun} was begun {losses} times, and its worker was lost each time.")
        report_progress(conn, job_id, line="goes on where it was left")
        job = hold_job(conn, job_id)
    noted = {"losses": losses, "begun_at": job.metadata.get("steps", 0), "is_left": False}
    _note(conn, job, noted)


def leave_render(conn: Connection, job_id: UUID, line: str, *, is_failed_try: bool) -> int:
    """Note that a job's worker lets it go on later or elsewhere; how often a try has failed so far.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not in progress.
    """
    report_progress(conn, job_id, line=line)
    job = hold_job(conn, job_id)
    tries = int(job.metadata.get("tries", 0)) + is_failed_try
    _note(conn, job, {"tries": tries, "is_left": True})
    return tries


def report_progress(
    conn: Connection,
    job_id: UUID,
    *,
    progress: float | None = None,
    step: str | None = None,
    line: str | None = None,
    time_left_s: float | None = None,
    steps: int = 0,
) -> None:
    """Note how far a running job is; what is left out stays.

    Args:
        progress: 0 to 1; a figure beyond is cut, and one that is lower than before or no number is left aside.
        steps: how many are done; the most of all attempts is kept.
        line: one more line of the log.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not in progress: whoever renders should stop.
    """
    table = find_job(conn, job_id).table
    job = job_of(table, hold_row(conn, table, job_id))
    if job.state != "in_progress":
        raise StateRefused(f"The {job.noun} is {_said(job.state)}, not in progress.")
    noted: dict[str, Any] = {}
    if progress is not None and not math.isnan(progress):
        noted["progress"] = max(job.progress, min(max(progress, 0.0), 1.0))
    if step is not None:
        noted["step"] = _storable(step)
    if line is not None:
        entry = {"at": _now().isoformat(), "text": _storable(line)[:LONGEST_LINE]}
        noted["log"] = [*job.metadata.get("log", ()), entry][-LOG_LINES:]
        noted["lines"] = job.lines + 1
    if steps > job.metadata.get("steps", 0):
        noted["steps"] = steps
    if time_left_s is not None and math.isfinite(time_left_s):
        noted["time_left_s"] = max(time_left_s, 0.0)
    _note(conn, job, noted)


def complete_render(
    conn: Connection, author: Author, job_id: UUID, outputs: Sequence[Output], metadata: Mapping[str, Any]
) -> list[AssetVersion]:
    """Publish a render: all its outputs become active, the first of them the job's result, or none does.

    Returns:
        By output, the version that is active now.

    Raises:
        NotFound: CC-0020, there is no such job, or what it was rendered for is deleted.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it is not in progress.
        NothingRendered: CC-0603.
    """
    job = hold_job(conn, job_id)
    _require(job, "succeeded")
    if not outputs:
        raise NothingRendered(f"The {job.noun} made nothing.")
    with _act(conn, author, Event.RENDER_SUCCEEDED, job) as act:
        kept = [_publish(act, job, output) for output in outputs]
        act.payload["asset_id"] = str(kept[0].id)
        said = {**job.metadata, **metadata, "progress": 1.0, "time_left_s": 0.0}
        _end(act, job, "succeeded", {"result_asset_id": kept[0].id, metadata_column(job.table).name: said})
    return kept


def fail_render(
    conn: Connection, author: Author, job_id: UUID, message: str, *, told: Mapping[str, Any] | None = None
) -> None:
    """End a job that failed, waiting or running.

    Args:
        message: what happened and what to do, for an author.
        told: the same for a program: code, message, remedy and place; the job's metadata keeps it as `error`.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it has ended already.
    """
    job = hold_job(conn, job_id)
    _require(job, "failed")
    with _act(conn, author, Event.RENDER_FAILED, job) as act:
        act.payload["message"] = _storable(message)
        error = {"error": _all_storable(told)} if told else {}
        _end(act, job, "failed", {"error_message": _storable(message), **_said_last(job, error)})


def cancel_render(conn: Connection, author: Author, job_id: UUID) -> None:
    """Cancel a job that waits or runs; what it would have published is refused from now on.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        StateRefused: CC-0025, it succeeded or failed already.
    """
    job = hold_job(conn, job_id)
    if job.state == "cancelled":
        return
    _require(job, "cancelled")
    with _act(conn, author, Event.RENDER_CANCELLED, job) as act:
        _end(act, job, "cancelled", _said_last(job, {}))


def close_interrupted(conn: Connection, author: Author, project_id: UUID) -> int:
    """Fail jobs that a killed process left behind; call it only while holding the project's lock.

    Jobs that the queue holds go on by themselves.

    Returns:
        How many there were.
    """
    left = [job for job in unfinished_jobs(conn, project_id) if not is_queued(conn, job.id)]
    # Lessons in one order, so that two who hold several never wait for each other in a circle.
    for job in sorted(left, key=lambda job: (str(job.lesson_id or ""), job.id)):
        fail_render(conn, author, job.id, INTERRUPTED)
    return len(left)


def _note(conn: Connection, job: RenderJob, noted: Mapping[str, Any]) -> None:
    """What is no content, and so leaves no event."""
    changed = job.table.update().where(job.table.c.id == job.id)
    conn.execute(changed.values({metadata_column(job.table).name: {**job.metadata, **noted}}))


def _queue(
    conn: Connection,
    author: Author,
    engine: Engine,
    project_id: UUID,
    lesson_id: UUID | None,
    metadata: Mapping[str, Any],
) -> RenderJob:
    _hold_place(conn, project_id, lesson_id)
    table = TABLES[engine]
    place: dict[str, Any] = {"project_id": project_id, "lesson_id": lesson_id}
    values = {name: value for name, value in place.items() if name in table.c}
    if table is cc_video_render_jobs:
        values |= {"engine": engine.value, "version_label": "v1"}
    asked = {"requested_by": author.user_id, "requested_at": _now(), metadata_column(table).name: dict(metadata)}
    with edit(conn, author, Event.RENDER_REQUESTED, **place, engine=engine.value) as act:
        job_id = act.add(table, **values, **asked, job_state="queued")
        act.payload["job_id"] = str(job_id)
    return find_job(conn, job_id)


def _hold_place(conn: Connection, project_id: UUID, lesson_id: UUID | None) -> None:
    """Hold what a job renders, where it may be rendered."""
    if lesson_id is None:
        share_row(conn, cc_projects, project_id)
        return
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if lesson.project_id != project_id:
        raise missing(cc_lessons)
    require_move(cc_lessons, lesson.status, "rendering")


def _act(conn: Connection, author: Author, event: Event, job: RenderJob) -> AbstractContextManager[Edit]:
    told = {"engine": job.engine.value, "job_id": str(job.id)}
    return edit(conn, author, event, project_id=job.project_id, lesson_id=job.lesson_id, **told)


def _publish(act: Edit, job: RenderJob, output: Output) -> AssetVersion:
    slot = Slot(job.project_id, output.role, job.engine, job.lesson_id, output.scene_id, output.segment_id)
    return put_asset(act, slot, output.object, output.asset_type, output.metadata)


def _said_last(job: RenderJob, noted: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a job that was given up: nobody waits for what was left of it."""
    said = {name: value for name, value in job.metadata.items() if name != "time_left_s"}
    return {metadata_column(job.table).name: {**said, **noted}}


def _end(act: Edit, job: RenderJob, state: str, values: Mapping[str, Any]) -> None:
    """End a job, and say of its lesson what is true once nothing of it is in progress."""
    act.change(job.table, job.id, job_state=state, completed_at=_now(), **values)
    if job.lesson_id is None or has_job(act.conn, job.lesson_id, "in_progress"):
        return
    lesson = hold_row(act.conn, cc_lessons, job.lesson_id, deleted=True)
    if lesson.status == "rendering":
        is_done = any(lesson.engine_flags.values()) or has_job(act.conn, job.lesson_id, "succeeded")
        act.change(cc_lessons, job.lesson_id, deleted=True, status="ready" if is_done else "in_design")


def _require(job: RenderJob, state: str) -> None:
    if job.state == state:
        raise StateRefused(f"The {job.noun} is {_said(state)} already.")
    require_move(job.table, job.state, state)


def _said(state: str) -> str:
    return state.replace("_", " ")


def _storable(text: str) -> str:
    """A text of a program, such as a line of its log, as the database can hold it."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _all_storable(told: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _storable(value) if isinstance(value, str) else value for name, value in told.items()}


def _now() -> datetime:
    return datetime.now(UTC)
