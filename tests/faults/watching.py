"""What a test sees of the queue while workers are at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from background_shops import moved, until
from coursecrafter.db.session import Database

_JOBS = "SELECT id, status, worker_id, attempts, args ->> 'subject_id' AS subject FROM queue.procrastinate_jobs"
_BEAT = "SELECT last_heartbeat FROM queue.procrastinate_workers WHERE id = :worker"
_NOW = "SELECT clock_timestamp()"
_EVENTS = """
SELECT e.type::text, e.at FROM queue.procrastinate_events e WHERE e.at > :since AND e.job_id = (
  SELECT min(j.id) FROM queue.procrastinate_jobs j WHERE j.args ->> 'subject_id' = :subject
) ORDER BY e.id
"""
_NAMES = "SELECT id, name, version, lane, pid FROM queue.workers ORDER BY id"


NOTICED_S = 15
ERRANDS = 3
"""A look at the queue that comes late, a job that is fetched, a process that is begun for it."""


@dataclass(frozen=True)
class Attempt:
    """A job of the queue as it stands."""

    status: str
    worker: int | None
    attempts: int


@dataclass(frozen=True)
class Handover:
    """How work went from a worker that was silent to another one, by the database's clock.

    Attributes:
        silent_s: until it was put back.
        idle_s: from then until it was begun again.
    """

    silent_s: float
    idle_s: float

    def __str__(self) -> str:
        return (
            f"goes on elsewhere after {self.silent_s + self.idle_s:.1f} s ({self.idle_s:.1f} s after it was put back)"
        )

    def require(self, lease_s: float, errand_s: float) -> None:
        """Refuse work that was taken away too soon, or not as soon as was promised.

        Args:
            errand_s: what the machine needs for the least that it can be asked for. What is promised holds where
                that is next to nothing.
        """
        assert lease_s <= self.silent_s
        assert self.silent_s + self.idle_s < NOTICED_S + ERRANDS * errand_s


def rows(database: Database, statement: str, **values: Any) -> list[Any]:
    """Rows that the administrator sees."""
    with database.admin() as conn:
        return list(conn.execute(sa.text(statement), values))


def attempt_at(database: Database, subject: UUID) -> Attempt:
    """Who works on a row, in which attempt; its render, not its helpers."""
    found = rows(database, f"{_JOBS} WHERE args ->> 'subject_id' = :subject ORDER BY id LIMIT 1", subject=str(subject))
    return Attempt(found[0].status, found[0].worker_id, found[0].attempts)


def workers(database: Database) -> dict[int, str]:
    """Names by number of all that are thought to live; each lane is one."""
    return {row.id: row.name for row in rows(database, _NAMES)}


def processes(database: Database, name: str) -> dict[int, int]:
    """Process ids of the lanes of all workers of a name, by number."""
    return {row.id: row.pid for row in rows(database, _NAMES) if row.name == name}


def versions(database: Database) -> set[str]:
    """Versions of all that are thought to live."""
    return {row.version for row in rows(database, _NAMES)}


def last_beat(database: Database, worker: int | None) -> datetime:
    """When a worker was heard last, by the database's clock."""
    found: datetime = rows(database, _BEAT, worker=worker)[0][0]
    return found


def clock_of(database: Database) -> datetime:
    """What the database's clock shows."""
    found: datetime = rows(database, _NOW)[0][0]
    return found


def handover_of(database: Database, subject: UUID, since: datetime) -> Handover:
    """How work on a row was handed over by a worker that was silent since a moment."""
    happened = rows(database, _EVENTS, subject=str(subject), since=since)
    back = next(at for kind, at in happened if kind == "deferred_for_retry")
    again = next(at for kind, at in happened if kind == "started" and at >= back)
    return Handover((back - since).total_seconds(), (again - back).total_seconds())


def wait_begun(database: Database, subject: UUID, *, by_other_than: int | None = None) -> float:
    """Wait until somebody (else) is at work on a row; how long it took, in seconds."""

    def is_begun() -> bool:
        now = attempt_at(database, subject)
        return now.status == "doing" and now.worker != by_other_than

    return until(is_begun, moved=lambda: moved(database))
