"""States of an installation, planted into the queue and the rows as they would come about."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from course_people import Cast
from coursecrafter.db.session import Database
from coursecrafter.watchdog.figures import Installation, LaneFigures, WorkerFigures

AT = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
WALLED = {"sandbox": "bubblewrap", "office": "7.4.7.2", "speech": "1.51", "typst": "0.13.2"}


_WORKER = sa.text(
    """
INSERT INTO queue.workers (id, name, host, pid, version, lane, slots, facts, started_at)
VALUES (:id, :host, :host, 1, :version, :lane, 2, CAST(:facts AS jsonb), now() - interval '1 hour')
"""
)


def healthy() -> Installation:
    """Two machines at work, and nothing that waits."""
    lanes = tuple(LaneFigures(name, 0, 0, None, 0, 2, 4) for name in ("renders", "help", "calls", "upkeep"))
    return Installation(AT, lanes, (worker("a"), worker("b")), (), looked_at=AT - timedelta(seconds=30))


def worker(host: str, **told: Any) -> WorkerFigures:
    return replace(WorkerFigures(host, host, "1.0.0", "upkeep", 2, 3600.0, 1.0, WALLED), **told)


def plant_worker(
    database: Database, *, host: str = "one", lane: str = "renders", silent: str = "0 s", version: str = "1.0.0"
) -> int:
    """A worker that registered an hour ago."""
    with database.queue() as conn:
        beat = "INSERT INTO queue.procrastinate_workers (last_heartbeat) VALUES (now() - CAST(:silent AS interval))"
        worker_id = int(conn.execute(sa.text(f"{beat} RETURNING id"), {"silent": silent}).scalar_one())
        told = {"id": worker_id, "host": host, "version": version, "lane": lane, "facts": json.dumps(WALLED)}
        conn.execute(_WORKER, told)
    return worker_id


def plant_job(
    database: Database,
    *,
    lane: str = "renders",
    kind: str = "e1",
    since: str = "0 s",
    worker_id: int | None = None,
    subject_id: UUID | None = None,
    org_id: UUID | None = None,
    project_id: UUID | None = None,
) -> int:
    """A job that waits since then, or that a worker is at since then."""
    args = {"kind": kind, "subject_id": subject_id, "org_id": org_id, "project_id": project_id}
    with database.queue() as conn:
        told = {"lane": lane, "args": json.dumps(args, default=str)}
        insert = "INSERT INTO queue.procrastinate_jobs (queue_name, task_name, args) VALUES (:lane, 'render', :args)"
        job = int(conn.execute(sa.text(f"{insert} RETURNING id"), told).scalar_one())
        if worker_id is not None:
            begin = "UPDATE queue.procrastinate_jobs SET status = 'doing', worker_id = :worker WHERE id = :id"
            conn.execute(sa.text(begin), {"worker": worker_id, "id": job})
        age = "UPDATE queue.procrastinate_events SET at = now() - CAST(:since AS interval) WHERE job_id = :id"
        conn.execute(sa.text(age), {"since": since, "id": job})
    return job


def plant_renders(
    cast: Cast, count: int, *, state: str = "succeeded", took: str = "60 s", code: str | None = None, ago: str = "1 h"
) -> list[UUID]:
    """E1 renders of the cast's lesson that ended so long ago."""
    insert = sa.text(
        """
INSERT INTO course_crafter.cc_video_render_jobs
  (project_id, lesson_id, engine, version_label, job_state, requested_at, started_at, completed_at, job_metadata)
SELECT :project_id, :lesson_id, 'e1', 'v1', 'queued', now(), now() - CAST(:ago AS interval) - CAST(:took AS interval),
  now() - CAST(:ago AS interval), CAST(:metadata AS jsonb)
FROM generate_series(1, :count) RETURNING id
"""
    )
    place = {"project_id": cast.project_id, "lesson_id": cast.rows["cc_lessons"]}
    told = {**place, "count": count, "ago": ago, "took": took}
    metadata = json.dumps({"error": {"code": code}} if code else {})
    with cast.database.admin() as conn:
        ids = list(conn.scalars(insert, {**told, "metadata": metadata}))
        for step in ("in_progress", state):
            move = "UPDATE course_crafter.cc_video_render_jobs SET job_state = :state WHERE id = ANY (:ids)"
            conn.execute(sa.text(move), {"state": step, "ids": ids})
    return ids


def plant_call(cast: Cast, cost_usd: float, *, days_ago: int) -> None:
    """A call to a model that cost so much, at that day's noon or earlier."""
    insert = sa.text(
        """
INSERT INTO course_crafter.cc_ai_calls
  (id, project_id, engine, call_type, provider, request_payload, response_meta, status, created_at)
SELECT CAST(lpad(to_hex(CAST(extract(epoch FROM at) * 1000 AS bigint)), 12, '0') || substr(md5(random()::text), 1, 20)
  AS uuid), :project_id, 'e1', 'tts', 'paid', '{}', CAST(:meta AS jsonb), 'success', at
FROM (SELECT date_trunc('day', now(), 'UTC') - make_interval(days => :days) AS at) day
"""
    )
    with cast.database.admin() as conn:
        meta = json.dumps({"cost_usd": cost_usd})
        conn.execute(insert, {"project_id": cast.project_id, "meta": meta, "days": days_ago})


def age_rows(database: Database, table: str, age: str) -> None:
    """Make the rows of a table look as if they had last changed so long ago, past the trigger that notes changes."""
    name = f"course_crafter.{table}"
    with database.admin() as conn:
        conn.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        rows = sa.table(table, sa.column("updated_at"), schema="course_crafter")
        conn.execute(sa.update(rows).values(updated_at=sa.text("now() - CAST(:age AS interval)")), {"age": age})
        conn.execute(sa.text(f"ALTER TABLE {name} ENABLE TRIGGER USER"))
