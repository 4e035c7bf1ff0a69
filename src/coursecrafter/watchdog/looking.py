"""Look at an installation: the queue each time, and what becomes of renders, in a few milliseconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.jobs.queueing import Lane
from coursecrafter.reading.answers import fill
from coursecrafter.reading.jobs import JOBS
from coursecrafter.watchdog.figures import (
    AnsweredCalls,
    Failures,
    Installation,
    LaneFigures,
    Renders,
    RenderTimes,
    RunningJob,
    WorkerFigures,
)
from coursecrafter.watchdog.notes import Notes, read_notes
from coursecrafter.watchdog.verdict import SERVED_BY, SILENT_S

DAYS = 7
"""Renders of so many days tell how long they take."""
MOST_RENDERS = 10_000
"""The newest of them: more say nothing else, and take longer than whoever looks waits."""
FIRST = 50
"""So many of a lane's oldest jobs are asked since when they wait: some of them may have been put back just now."""

# Others would see no row under row-level security, and take that for nothing.
_SEES_ALL = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
_LANES = sa.text(
    """
WITH live AS MATERIALIZED (
  SELECT id, queue_name, status, attempts, scheduled_at FROM queue.procrastinate_jobs
  WHERE status IN ('todo', 'doing')
), oldest AS (
  SELECT f.queue_name, min(since.at) AS at FROM (
    SELECT queue_name, id, row_number() OVER (PARTITION BY queue_name ORDER BY id) AS place FROM live
    WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now())
  ) f JOIN LATERAL (
    SELECT max(e.at) AS at FROM queue.procrastinate_events e WHERE e.job_id = f.id AND e.type <> 'scheduled'
  ) since ON true
  WHERE f.place <= :first GROUP BY f.queue_name
)
SELECT live.queue_name AS lane, count(*) FILTER (WHERE status = 'todo') AS waiting,
  count(*) FILTER (WHERE status = 'todo' AND attempts > 0) AS retries,
  count(*) FILTER (WHERE status = 'doing') AS running,
  CAST(extract(epoch FROM now() - min(oldest.at)) AS float8) AS oldest_s
FROM live LEFT JOIN oldest ON oldest.queue_name = live.queue_name GROUP BY live.queue_name
"""
)
_WORKERS = sa.text(
    """
SELECT w.name, w.host, w.version, w.lane, w.slots, w.facts,
  CAST(extract(epoch FROM now() - w.started_at) AS float8) AS age_s,
  CAST(extract(epoch FROM now() - p.last_heartbeat) AS float8) AS silent_s
FROM queue.workers w JOIN queue.procrastinate_workers p ON p.id = w.id ORDER BY w.host, w.name, w.lane, w.id
"""
)
_RUNNING = sa.text(
    """
SELECT j.id AS job, j.queue_name AS lane, coalesce(j.args ->> 'kind', j.task_name) AS kind,
  j.args ->> 'subject_id' AS subject_id,
  CAST(coalesce(extract(epoch FROM now() - begun.at), 0) AS float8) AS running_s,
  CAST(extract(epoch FROM now() - w.last_heartbeat) AS float8) AS silent_s
FROM queue.procrastinate_jobs j LEFT JOIN queue.procrastinate_workers w ON w.id = j.worker_id
LEFT JOIN LATERAL (
  SELECT max(e.at) AS at FROM queue.procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started'
) begun ON true
WHERE j.status = 'doing' ORDER BY j.id
"""
)
_STILL = sa.text(
    fill(
        """
SELECT j.id, CAST(extract(epoch FROM now() - j.updated_at) AS float8) AS still_s FROM ({jobs}) j
WHERE j.id = ANY (:ids) AND j.job_state = 'in_progress'
""",
        jobs=JOBS,
    )
)
# Metadata is long, and is unpacked for what failed today alone.
_ENDED = fill(
    """
SELECT j.engine, j.job_state, j.started_at, j.completed_at,
  CASE WHEN j.job_state = 'failed' AND j.completed_at > now() - interval '24 hours'
    THEN coalesce(j.said -> 'error' ->> 'code', substring(j.error_message FROM 'CC-[0-9]{{4}}')) END AS code
FROM ({jobs}) j
WHERE j.id >= :first_id ORDER BY j.id DESC LIMIT :most
""",
    jobs=JOBS,
)
_RENDERS = sa.text(
    fill(
        """
WITH ended AS MATERIALIZED ({ended})
SELECT (
  SELECT coalesce(json_agg(f), '[]') FROM (
    SELECT engine, count(*) AS renders, max(s) AS max_s, percentile_cont(0.5) WITHIN GROUP (ORDER BY s) AS p50_s,
      percentile_cont(0.95) WITHIN GROUP (ORDER BY s) AS p95_s
    FROM (
      SELECT engine, CAST(extract(epoch FROM completed_at - started_at) AS float8) AS s FROM ended
      WHERE job_state = 'succeeded' AND started_at IS NOT NULL
    ) t GROUP BY engine ORDER BY engine
  ) f
) AS times, (
  SELECT count(*) FROM ended WHERE job_state = 'succeeded' AND completed_at > now() - interval '24 hours'
) AS succeeded, (
  SELECT coalesce(json_agg(f), '[]') FROM (
    SELECT code, count(*) AS count FROM ended
    WHERE job_state = 'failed' AND completed_at > now() - interval '24 hours' GROUP BY code ORDER BY 2 DESC, 1
  ) f
) AS failures
""",
        ended=_ENDED,
    )
)


def look(database: Database, *, calls: AnsweredCalls | None = None, notes: Notes | None = None) -> Installation:
    """The installation as it is, with what was noted of what is looked at seldom.

    Args:
        calls: what whoever asks knows of the API.
        notes: None: those that stand in the database.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    seen, subjects = _read_queue(database)
    known = notes or read_notes(database)
    return replace(
        seen,
        running=_with_silence(database, seen.running, subjects),
        renders=read_renders(database),
        seldom=known.seldom,
        drift=known.schema,
        collected=known.collected,
        looked_at=known.looked_at,
        calls=calls,
    )


def look_at_queue(database: Database) -> Installation:
    """Lanes, workers and running jobs alone.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    return _read_queue(database)[0]


def read_renders(database: Database) -> Renders | None:
    """What became of renders of all organisations; None: this process has no rights of an administrator.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    first_id = first_id_since(datetime.now(UTC) - timedelta(days=DAYS))
    rows = read_as_administrator(database, _RENDERS, {"first_id": first_id, "most": MOST_RENDERS})
    if rows is None:
        return None
    failures = tuple(Failures(**one) for one in rows[0].failures)
    return Renders(tuple(RenderTimes(**one) for one in rows[0].times), rows[0].succeeded, failures)


def read_as_administrator(
    database: Database, statement: sa.TextClause, values: Mapping[str, Any]
) -> Sequence[sa.Row[Any]] | None:
    """Rows of all organisations; None where DATABASE_ADMIN_URL is not given to this process."""
    with database.admin() as conn:
        return conn.execute(statement, values).all() if conn.execute(_SEES_ALL).scalar_one() else None


def first_id_since(moment: datetime) -> UUID:
    """The lowest UUIDv7 of a moment: rows are found by it where no index knows the time."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _read_queue(database: Database) -> tuple[Installation, dict[int, UUID]]:
    """The queue, and the rows that running renders work on, by the job's number."""
    with database.queue() as conn:
        at = conn.execute(sa.select(sa.func.now())).scalar_one()
        workers = tuple(WorkerFigures(**row) for row in conn.execute(_WORKERS).mappings())
        lanes = {row.lane: row for row in conn.execute(_LANES, {"first": FIRST})}
        jobs = conn.execute(_RUNNING).all()
    alive, slots = Counter[str](), Counter[str]()
    for worker in workers:
        if worker.silent_s < SILENT_S:
            alive[worker.lane] += 1
            slots[worker.lane] += worker.slots
    figures = tuple(
        LaneFigures(lane, *_counts(lanes.get(lane)), alive[served_by], slots[served_by])
        for lane, served_by in SERVED_BY.items()
    )
    running = tuple(RunningJob(row.job, row.lane, row.kind, row.running_s, row.silent_s) for row in jobs)
    subjects = {row.job: UUID(row.subject_id) for row in jobs if row.lane == Lane.RENDERS and row.subject_id}
    return Installation(at, figures, workers, running), subjects


def _counts(row: sa.Row[Any] | None) -> tuple[int, int, float | None, int]:
    return (0, 0, None, 0) if row is None else (row.waiting, row.retries, row.oldest_s, row.running)


def _with_silence(
    database: Database, running: tuple[RunningJob, ...], subjects: Mapping[int, UUID]
) -> tuple[RunningJob, ...]:
    """The jobs with the time since their renders told anything."""
    rows = read_as_administrator(database, _STILL, {"ids": list(subjects.values())}) if subjects else None
    still = {row.id: row.still_s for row in rows or ()}
    return tuple(replace(job, still_s=still.get(subjects.get(job.job))) for job in running)
