"""What calls to models cost (schema 10.1)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_projects
from coursecrafter.reading.answers import answer, fill, read_one

COST_USD = """
CASE WHEN jsonb_typeof({row}.response_meta -> 'cost_usd') = 'number'
  THEN CAST({row}.response_meta ->> 'cost_usd' AS numeric) ELSE 0 END
"""
"""What a call cost; a call that does not say so cost nothing."""

_SUMS = fill(
    """
count(*) AS calls, count(*) FILTER (WHERE c.status = 'failed') AS failed,
coalesce(sum({cost}), 0) AS cost_usd, coalesce(sum(c.input_tokens), 0) AS input_tokens,
coalesce(sum(c.output_tokens), 0) AS output_tokens
""",
    cost=fill(COST_USD, row="c"),
)

_COSTS = answer(
    """
SELECT p.id AS project_id, coalesce(sum(k.cost_usd), 0) AS cost_usd, coalesce(sum(k.calls), 0) AS calls,
  coalesce(sum(k.failed), 0) AS failed,
  coalesce(json_agg(k ORDER BY k.cost_usd DESC, k.engine, k.call_type, k.provider, k.model_name)
    FILTER (WHERE k.calls > 0), '[]') AS parts
FROM course_crafter.cc_projects p LEFT JOIN LATERAL (
  SELECT c.engine, c.call_type, c.provider, c.model_name, {sums} FROM course_crafter.cc_ai_calls c
  WHERE c.project_id = p.id AND c.created_at >= coalesce(CAST(:since AS timestamptz), '-infinity')
    AND c.created_at < coalesce(CAST(:until AS timestamptz), 'infinity')
  GROUP BY c.engine, c.call_type, c.provider, c.model_name
) k ON true
WHERE p.id = :project_id AND p.deleted_at IS NULL GROUP BY p.id
""",
    sums=_SUMS,
)


def read_costs(
    conn: Connection, project_id: UUID, *, since: datetime | None = None, until: datetime | None = None
) -> bytes:
    """What a project's calls to models cost: all of them, and by engine, kind of call, provider and model.

    Args:
        since, until: from this time on, and before that.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _COSTS, {"project_id": project_id, "since": since, "until": until}, cc_projects)
