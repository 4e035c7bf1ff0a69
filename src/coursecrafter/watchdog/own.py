"""Lanes as far as one person may see: work in projects that are shared with them, and nothing of others."""

from __future__ import annotations

import json

import sqlalchemy as sa

from coursecrafter.db.session import Database

_PROJECTS = sa.text("SELECT platform.scope('read')")
# The queue's role reaches no course, and its jobs have no policies: whose they are is said here, twice.
_LANES = sa.text(
    """
SELECT j.queue_name AS lane, count(*) FILTER (WHERE j.status = 'todo') AS waiting,
  count(*) FILTER (WHERE j.status = 'todo' AND j.attempts > 0) AS retries,
  count(*) FILTER (WHERE j.status = 'doing') AS running,
  CAST(extract(epoch FROM now() - min(since.at) FILTER (WHERE j.status = 'todo')) AS float8) AS oldest_s
FROM queue.procrastinate_jobs j JOIN LATERAL (
  SELECT max(e.at) AS at FROM queue.procrastinate_events e WHERE e.job_id = j.id AND e.type <> 'scheduled'
) since ON true
WHERE j.status IN ('todo', 'doing') AND j.args ->> 'org_id' = :org_id AND j.args ->> 'project_id' = ANY (:projects)
GROUP BY j.queue_name ORDER BY j.queue_name
"""
)


def read_own_lanes(database: Database, conn: sa.Connection, org_id: str) -> bytes:
    """The lanes that hold work of the projects which a request sees, as a JSON list.

    Args:
        conn: of the request, under row-level security: it says which projects those are.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    projects = [str(one) for one in conn.execute(_PROJECTS).scalar_one() or ()]
    with database.queue() as queue:
        rows = queue.execute(_LANES, {"org_id": org_id, "projects": projects}).mappings().all()
    return json.dumps([dict(row) for row in rows]).encode()
