"""Look at what costs more than a moment, and so is looked at every few minutes: costs of AI, and files in the store."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.reading.answers import fill
from coursecrafter.reading.costs import COST_USD
from coursecrafter.storage.objects import ObjectStore, StoreUnreachable, aside_of
from coursecrafter.watchdog.figures import ProjectCost, Seldom, StoredFiles
from coursecrafter.watchdog.looking import first_id_since, read_as_administrator

EVERY_S = 600.0
MEAN_DAYS = 14
MOST_COSTS = 20
SAMPLE = 40
"""Assets looked for each time, from a random one on: 5,760 a day."""

_COSTS = sa.text(
    fill(
        """
WITH days AS (
  SELECT project_id, date_trunc('day', created_at, 'UTC') = date_trunc('day', now(), 'UTC') AS is_today,
    min(created_at) AS first_at, sum({cost}) AS cost_usd
  FROM course_crafter.cc_ai_calls c WHERE c.id >= :first_id GROUP BY 1, 2
)
SELECT CAST(project_id AS text) AS project_id,
  CAST(coalesce(sum(cost_usd) FILTER (WHERE is_today), 0) AS float8) AS today_usd,
  CAST(coalesce(sum(cost_usd) FILTER (WHERE NOT is_today) / greatest(1, ceil(
    extract(epoch FROM date_trunc('day', now(), 'UTC') - min(first_at) FILTER (WHERE NOT is_today)) / 86400
  )), 0) AS float8) AS mean_usd
FROM days GROUP BY project_id HAVING coalesce(sum(cost_usd) FILTER (WHERE is_today), 0) > 0
ORDER BY 2 DESC, 1
""",
        cost=fill(COST_USD, row="c"),
    )
)
_STORED = sa.text(
    """
SELECT count(DISTINCT org_id) AS organisations, CAST(coalesce(sum(size_bytes), 0) AS bigint) AS size_bytes FROM (
  SELECT p.org_id, f.file_path, max(f.size_bytes) AS size_bytes FROM (
    SELECT project_id, file_path, CASE WHEN jsonb_typeof(metadata -> 'size_bytes') = 'number'
      THEN CAST(metadata ->> 'size_bytes' AS bigint) ELSE 0 END AS size_bytes FROM course_crafter.cc_assets
    UNION ALL SELECT project_id, file_path, size_bytes FROM course_crafter.cc_source_files
  ) f JOIN course_crafter.cc_projects p ON p.id = f.project_id GROUP BY p.org_id, f.file_path
) one
"""
)
_FIRST = sa.text("SELECT id FROM course_crafter.cc_assets ORDER BY id LIMIT 1")
_SAMPLE = sa.text(
    """
SELECT p.org_id, a.file_path FROM course_crafter.cc_assets a JOIN course_crafter.cc_projects p ON p.id = a.project_id
WHERE a.is_active AND a.deleted_at IS NULL AND p.deleted_at IS NULL AND a.id >= :first_id
  AND a.updated_at < now() - interval '1 minute'
ORDER BY a.id LIMIT :most
"""
)


def look_seldom(database: Database, store_url: str, at: datetime) -> Seldom | None:
    """Costs and files of all organisations; None: this process has no rights of an administrator.

    Args:
        at: now, by the database.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    since = datetime.combine(at.astimezone(UTC).date(), datetime.min.time(), UTC) - timedelta(days=MEAN_DAYS)
    rows = read_as_administrator(database, _COSTS, {"first_id": first_id_since(since)})
    if rows is None:
        return None
    costs = [ProjectCost(row.project_id, row.today_usd, row.mean_usd) for row in rows]
    total_usd = sum(cost.today_usd for cost in costs)
    return Seldom(at, tuple(costs[:MOST_COSTS]), total_usd, _stored(database, store_url, at))


def _stored(database: Database, store_url: str, at: datetime) -> StoredFiles:
    rows = read_as_administrator(database, _STORED, {}) or ()
    organisations, size_bytes = (rows[0].organisations, rows[0].size_bytes) if rows else (0, 0)
    sample = _sampled(database, at)
    try:
        missing = sum(not _is_there(store_url, org_id, key) for org_id, key in sample)
    except StoreUnreachable:
        return StoredFiles(organisations, size_bytes, 0, 0, is_reachable=False)
    return StoredFiles(organisations, size_bytes, len(sample), missing)


def _sampled(database: Database, at: datetime) -> set[tuple[UUID, str]]:
    """Files of active assets: those from a random moment on, and the first ones where that is too near to the end."""
    first = read_as_administrator(database, _FIRST, {})
    if not first:
        return set()
    oldest_ms, newest_ms = first[0].id.int >> 80, int(at.timestamp() * 1000)
    chosen = UUID(int=random.randint(min(oldest_ms, newest_ms), newest_ms) << 80)  # noqa: S311 - no secret
    sample: set[tuple[UUID, str]] = set()
    for first_id in (chosen, UUID(int=0)):
        rows = read_as_administrator(database, _SAMPLE, {"first_id": first_id, "most": SAMPLE - len(sample)}) or ()
        sample |= {(row.org_id, row.file_path) for row in rows}
    return sample


def _is_there(store_url: str, org_id: UUID, key: str) -> bool:
    """Whether a file is in its place, or laid aside, from where a reader gets it; it is not brought back."""
    store = ObjectStore(store_url, org_id)
    return store.look(key) is not None or store.look(aside_of(key)) is not None
