"""A render job as it stands, read from the table of its engine (schema 7.1 to 7.3).

What the tables have no column for stands in the job's metadata: `settings` (what was asked for), `progress`, `step`,
`log` and how many `lines` it has had, `time_left_s`, `started_at` of books and modules, `retry_of`, `error` (code,
message, remedy and place of a failure), `pace` (by kind of step, how many were made and in how many seconds), what the
queue notes of lost and repeated attempts (`steps`, `losses`, `begun_at`, `tries`, `is_left`), and what the engine says
of its result.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Connection, Row, Table, select

from coursecrafter.authoring.rows import hold_row
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import (
    cc_book_render_jobs,
    cc_lessons,
    cc_scorm_render_jobs,
    cc_video_render_jobs,
)
from coursecrafter.domain.course import Engine
from coursecrafter.domain.nouns import NOUNS

TABLES: Mapping[Engine, Table] = {
    Engine.E1: cc_video_render_jobs,
    Engine.E2: cc_video_render_jobs,
    Engine.E3: cc_book_render_jobs,
    Engine.E4: cc_scorm_render_jobs,
}
PACE_OF = 5
"""Renders, the last ones, from which the next one's time is told."""
JOB_TABLES = (cc_video_render_jobs, cc_scorm_render_jobs, cc_book_render_jobs)


@dataclass(frozen=True, slots=True)
class RenderJob:
    """A job of any engine.

    Attributes:
        lesson_id: None for a book, and for a module's package.
        state: queued, in_progress, succeeded, failed or cancelled.
        started_at: None while it waits.
        metadata: what has no column, as the module says.
    """

    id: UUID
    engine: Engine
    project_id: UUID
    lesson_id: UUID | None
    state: str
    started_at: datetime | None
    completed_at: datetime | None
    result_asset_id: UUID | None
    error_message: str | None
    metadata: Mapping[str, Any]

    @property
    def table(self) -> Table:
        """Where its row stands."""
        return TABLES[self.engine]

    @property
    def noun(self) -> str:
        """What an author calls it."""
        return NOUNS[self.table.name]

    @property
    def settings(self) -> Mapping[str, Any]:
        """What was asked for."""
        settings: Mapping[str, Any] = self.metadata.get("settings", {})
        return settings

    @property
    def is_external(self) -> bool:
        """Whether a worker of somebody else's renders it."""
        return bool(self.settings.get("external"))

    @property
    def progress(self) -> float:
        """From 0 to 1; it never falls."""
        return float(self.metadata.get("progress", 0.0))

    @property
    def log(self) -> tuple[tuple[datetime, str], ...]:
        """The last lines, the oldest first, each with its time."""
        return tuple((datetime.fromisoformat(line["at"]), line["text"]) for line in self.metadata.get("log", ()))

    @property
    def lines(self) -> int:
        """How many lines its log has had; only the last ones are kept."""
        return int(self.metadata.get("lines", len(self.metadata.get("log", ()))))

    @property
    def retry_of(self) -> UUID | None:
        """The job that this one tries again."""
        return UUID(self.metadata["retry_of"]) if "retry_of" in self.metadata else None


def find_job(conn: Connection, job_id: UUID) -> RenderJob:
    """A job of any engine.

    Raises:
        NotFound: CC-0020.
    """
    for table in JOB_TABLES:
        row = conn.execute(select(table).where(table.c.id == job_id)).first()
        if row is not None:
            return job_of(table, row)
    raise NotFound("There is no such render.")


def hold_job(conn: Connection, job_id: UUID) -> RenderJob:
    """A job, held until the transaction ends, and its lesson before it; a deleted one too, since its jobs still end.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    job = find_job(conn, job_id)
    if job.lesson_id is not None:
        hold_row(conn, cc_lessons, job.lesson_id, deleted=True)
    return job_of(job.table, hold_row(conn, job.table, job_id))


def has_job(conn: Connection, lesson_id: UUID, state: str) -> bool:
    """Whether a lesson has a job in a state."""
    found = (
        conn.execute(select(table.c.id).where(table.c.lesson_id == lesson_id, table.c.job_state == state).limit(1))
        for table in (cc_video_render_jobs, cc_scorm_render_jobs)
    )
    return any(one.first() is not None for one in found)


def unfinished_jobs(conn: Connection, project_id: UUID) -> list[RenderJob]:
    """The project's jobs that wait or run."""
    jobs: list[RenderJob] = []
    for table in JOB_TABLES:
        unfinished = table.c.job_state.in_(["queued", "in_progress"])
        rows = conn.execute(select(table).where(table.c.project_id == project_id, unfinished))
        jobs += [job_of(table, row) for row in rows]
    return jobs


def find_retry(conn: Connection, job: RenderJob) -> RenderJob | None:
    """The job that waits or runs as another try of one that has ended."""
    tried_again = metadata_column(job.table)["retry_of"].astext == str(job.id)
    unfinished = job.table.c.job_state.in_(["queued", "in_progress"])
    row = conn.execute(select(job.table).where(tried_again, unfinished)).first()
    return None if row is None else job_of(job.table, row)


def read_pace(conn: Connection, project_id: UUID, engine: Engine) -> dict[str, float]:
    """Seconds that a step of each kind took in the project's last renders of an engine."""
    table = TABLES[engine]
    said = metadata_column(table)["pace"]
    of_engine = (table.c.engine == engine.value,) if "engine" in table.c else ()
    wanted = select(said).where(table.c.project_id == project_id, table.c.job_state == "succeeded", *of_engine)
    rows = conn.execute(wanted.where(said.is_not(None)).order_by(table.c.completed_at.desc()).limit(PACE_OF)).scalars()
    counts: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    for pace in rows:
        for step, (count, took_s) in pace.items():
            counts[step] += count
            seconds[step] = seconds.get(step, 0.0) + took_s
    return {step: seconds[step] / counts[step] for step in seconds if counts[step]}


def metadata_column(table: Table) -> Column[Any]:
    """Where a job keeps what has no column."""
    return table.c["job_metadata" if "job_metadata" in table.c else "metadata"]


def job_of(table: Table, row: Row[Any]) -> RenderJob:
    """The job that a row tells of."""
    metadata = getattr(row, metadata_column(table).name)
    begun = datetime.fromisoformat(metadata["started_at"]) if "started_at" in metadata else None
    return RenderJob(
        row.id,
        _engine(table, row),
        row.project_id,
        getattr(row, "lesson_id", None),
        row.job_state,
        getattr(row, "started_at", begun),
        row.completed_at,
        row.result_asset_id,
        row.error_message,
        metadata,
    )


def _engine(table: Table, row: Row[Any]) -> Engine:
    if table is cc_video_render_jobs:
        return Engine(row.engine)
    return Engine.E3 if table is cc_book_render_jobs else Engine.E4
