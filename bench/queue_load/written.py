"""What PostgreSQL writes for the queue: rows, log, size, dead rows."""

from __future__ import annotations

import time
from dataclasses import dataclass

import sqlalchemy as sa

from queue_load.world import World

FLUSHED_AFTER_S = 2.0
"""Backends tell their counts a second after their last transaction, at the latest."""
TABLES = ("procrastinate_jobs", "procrastinate_events", "procrastinate_workers", "workers")
_COUNTS = sa.text(
    """
SELECT relname AS name, n_tup_ins AS inserted, n_tup_upd AS updated, n_tup_del AS deleted, n_tup_hot_upd AS hot,
  n_dead_tup AS dead, autovacuum_count AS vacuums, pg_total_relation_size(relid) AS size_bytes
FROM pg_stat_user_tables WHERE schemaname = 'queue' AND relname = ANY (:tables)
"""
)
_WHOLE = sa.text(
    "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn AS wal_bytes, pg_database_size(current_database()) AS size_bytes"
)


@dataclass(frozen=True, slots=True)
class Written:
    """Counters of the server at a moment.

    Attributes:
        tables: of each table: rows inserted, updated and deleted, dead rows, automatic vacuums, bytes.
    """

    tables: dict[str, dict[str, int]]
    wal_bytes: int
    size_bytes: int


def read_written(world: World) -> Written:
    """Its counters, once all have told theirs."""
    time.sleep(FLUSHED_AFTER_S)
    with world.autocommit() as admin:
        tables = {
            row["name"]: {name: int(row[name]) for name in row if name != "name"}
            for row in admin.execute(_COUNTS, {"tables": list(TABLES)}).mappings()
        }
        whole = admin.execute(_WHOLE).one()
    return Written(tables, int(whole.wal_bytes), int(whole.size_bytes))
