"""How the factory does: renders that wait, run and fail, what models cost today, what is stored (product, Watchdog).

It counts what the request may see: in an organisation, what was shared with whoever asks.
"""

from __future__ import annotations

from sqlalchemy import Connection

from coursecrafter.reading.answers import answer, fill, many, read_one
from coursecrafter.reading.costs import COST_USD
from coursecrafter.reading.jobs import JOBS

STALLED_AFTER = "15 minutes"
"""A job that runs says so more often than that."""
AVERAGED_OVER = "30 days"

_TODAY = "date_trunc('day', now(), 'UTC')"

# Ids are UUIDv7: those of today are found by their first 48 bits, milliseconds, where no index knows the time.
_FIRST_ID_OF_TODAY = fill(
    "CAST(lpad(to_hex(CAST(extract(epoch FROM {today}) * 1000 AS bigint)), 12, '0') || repeat('0', 20) AS uuid)",
    today=_TODAY,
)

# Only what is counted: metadata of jobs may be long.
_JOBS = fill(
    """
SELECT j.engine, j.job_state, j.requested_at, j.started_at, j.completed_at, j.updated_at,
  coalesce(j.said -> 'error' ->> 'code', substring(j.error_message FROM 'CC-[0-9]{{4}}')) AS code,
  j.result_asset_id FROM ({jobs}) j
""",
    jobs=JOBS,
)

_STATUS = answer(
    """
WITH jobs AS MATERIALIZED ({jobs}),
calls AS MATERIALIZED (
  SELECT c.status, {cost} AS cost_usd FROM course_crafter.cc_ai_calls c
  WHERE c.id >= {first_id} AND c.created_at >= {today}
),
files AS (
  SELECT a.file_path, max(CASE WHEN jsonb_typeof(a.metadata -> 'size_bytes') = 'number'
    THEN CAST(a.metadata ->> 'size_bytes' AS bigint) ELSE 0 END) AS size_bytes
  FROM course_crafter.cc_assets a GROUP BY a.file_path
  UNION SELECT f.file_path, f.size_bytes FROM course_crafter.cc_source_files f
)
SELECT now() AS at,
  (SELECT count(*) FROM jobs WHERE job_state = 'queued') AS render_queue_depth,
  (SELECT extract(epoch FROM now() - min(requested_at)) FROM jobs WHERE job_state = 'queued') AS oldest_queued_s,
  (SELECT count(*) FROM jobs WHERE job_state = 'in_progress') AS running,
  (SELECT count(*) FROM jobs WHERE job_state = 'in_progress'
    AND updated_at < now() - interval '{stalled_after}') AS stalled,
  {failed_today} AS failed_today,
  {durations} AS avg_job_duration,
  (SELECT coalesce(sum(cost_usd), 0) FROM calls) AS cost_today,
  (SELECT count(*) FROM calls WHERE status = 'failed')
    + (SELECT count(*) FROM jobs WHERE job_state = 'failed' AND completed_at >= {today}) AS errors_today,
  (SELECT coalesce(sum(size_bytes), 0) FROM files) AS stored_bytes,
  (SELECT count(*) FROM jobs j LEFT JOIN course_crafter.cc_assets a
      ON a.id = j.result_asset_id
    WHERE j.job_state = 'succeeded' AND a.id IS NULL) AS missing_assets
""",
    jobs=_JOBS,
    today=_TODAY,
    first_id=_FIRST_ID_OF_TODAY,
    stalled_after=STALLED_AFTER,
    cost=fill(COST_USD, row="c"),
    failed_today=many(
        """
SELECT code, count(*) AS count FROM jobs
WHERE job_state = 'failed' AND completed_at >= {today} GROUP BY 1 ORDER BY 2 DESC, 1
""",
        today=_TODAY,
    ),
    durations=many(
        """
SELECT engine, avg(extract(epoch FROM completed_at - started_at)) AS seconds, count(*) AS jobs FROM jobs
WHERE job_state = 'succeeded' AND started_at IS NOT NULL AND completed_at >= now() - interval '{averaged_over}'
GROUP BY engine ORDER BY engine
""",
        averaged_over=AVERAGED_OVER,
    ),
)


def read_status(conn: Connection) -> bytes:
    """Figures of the renders, the calls to models and the files that the request may see; days are UTC."""
    return read_one(conn, _STATUS, {}, "status")
