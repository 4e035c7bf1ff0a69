"""Render jobs and their states (schema 7): queued > in_progress > succeeded | failed, and nothing else here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Table

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.db.tables import cc_book_render_jobs, cc_lessons, cc_scorm_render_jobs, cc_video_render_jobs
from coursecrafter.domain.course import Engine

TABLES: Mapping[Engine, Table] = {
    Engine.E1: cc_video_render_jobs,
    Engine.E2: cc_video_render_jobs,
    Engine.E3: cc_book_render_jobs,
    Engine.E4: cc_scorm_render_jobs,
}
INTERRUPTED = "The render was interrupted. Its finished steps are kept; build again to go on."


@dataclass(frozen=True, slots=True)
class RenderJob:
    """A job's row."""

    id: UUID
    engine: Engine
    project_id: UUID
    lesson_id: UUID | None


def request_render(
    conn: Connection, author: Author, engine: Engine, project_id: UUID, lesson_id: UUID | None
) -> RenderJob:
    """Write a queued job."""
    table = TABLES[engine]
    values: dict[str, Any] = {"project_id": project_id, "job_state": "queued", "requested_by": author.user_id}
    values["requested_at"] = _now()
    if engine in {Engine.E1, Engine.E2}:
        values |= {"engine": engine.value, "version_label": "v1"}
    if engine is not Engine.E3:
        values["lesson_id"] = lesson_id
    job_id = conn.execute(table.insert().values(values).returning(table.c.id)).scalar_one()
    return RenderJob(job_id, engine, project_id, lesson_id)


def start_render(conn: Connection, author: Author, job: RenderJob) -> None:
    """Move it from queued to in_progress."""
    values: dict[str, Any] = {"job_state": "in_progress"}
    if "started_at" in TABLES[job.engine].c:
        values["started_at"] = _now()
    else:
        values["metadata"] = {"started_at": _now().isoformat()}
    _move(conn, job, "queued", values)
    _tell(conn, author, Event.RENDER_STARTED, job)


def complete_render(
    conn: Connection, author: Author, job: RenderJob, asset_id: UUID, metadata: Mapping[str, Any]
) -> None:
    """Move it from in_progress to succeeded: name the result, and mark the engine done for the lesson."""
    values = {"job_state": "succeeded", "completed_at": _now(), "result_asset_id": asset_id}
    _move(conn, job, "in_progress", {**values, _metadata_column(job): dict(metadata)})
    if job.lesson_id is not None:
        conn.execute(
            cc_lessons.update()
            .where(cc_lessons.c.id == job.lesson_id)
            .values(engine_flags=cc_lessons.c.engine_flags.op("||")({job.engine.value: True}), status="ready")
        )
    _tell(conn, author, Event.RENDER_SUCCEEDED, job, asset_id=str(asset_id))


def fail_render(conn: Connection, author: Author, job: RenderJob, message: str) -> None:
    """Move it from in_progress to failed: say what happened and what to do."""
    _move(conn, job, "in_progress", {"job_state": "failed", "completed_at": _now(), "error_message": message})
    _tell(conn, author, Event.RENDER_FAILED, job, message=message)


def close_interrupted(conn: Connection, project_id: UUID) -> int:
    """Fail jobs that a killed process left behind; call it only while holding the project's lock."""
    count = 0
    for table in {id(table): table for table in TABLES.values()}.values():
        left = table.c.job_state.in_(["queued", "in_progress"])
        values = {"job_state": "failed", "completed_at": _now(), "error_message": INTERRUPTED}
        count += conn.execute(table.update().where(table.c.project_id == project_id, left).values(values)).rowcount
    return count


def _move(conn: Connection, job: RenderJob, before: str, values: Mapping[str, Any]) -> None:
    table = TABLES[job.engine]
    moved = conn.execute(table.update().where(table.c.id == job.id, table.c.job_state == before).values(dict(values)))
    if moved.rowcount != 1:
        msg = f"job {job.id} is not {before}"
        raise RuntimeError(msg)


def _metadata_column(job: RenderJob) -> str:
    return "job_metadata" if "job_metadata" in TABLES[job.engine].c else "metadata"


def _tell(conn: Connection, author: Author, event: Event, job: RenderJob, **payload: Any) -> None:
    log_event(
        conn,
        author,
        event,
        project_id=job.project_id,
        lesson_id=job.lesson_id,
        engine=job.engine.value,
        job_id=str(job.id),
        **payload,
    )


def _now() -> datetime:
    return datetime.now(UTC)
