"""The queue as a worker sees it: procrastinate's app, with what ours does otherwise.

Fetching knows turns and limits (`queue.fetch`). Ending and retrying are fenced: who was given up ends nothing of those
who go on. A database that does not answer for a while ends no worker: it beats, listens and says what it has done once
there is an answer again.
"""

from __future__ import annotations

import asyncio
import logging
import math
import os
import socket
import time
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import sqlalchemy as sa
from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager, NotificationCallback

from coursecrafter import __version__
from coursecrafter.config import QueueSettings
from coursecrafter.db.session import NOTICING
from coursecrafter.jobs.queueing import Lane

log = logging.getLogger(__name__)

AGAIN_S = 0.5
"""How soon to ask again a database that did not answer."""
UNKNOWN_AGAIN = timedelta(seconds=10)
# A worker that is frozen between a heartbeat and its commit holds its row: whoever gives it up would wait for ever.
OPTIONS = "-c role=cc_queue -c search_path=queue -c idle_in_transaction_session_timeout=5s"

_FETCH = """
SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
FROM queue.fetch(%(lanes)s::text[], %(worker)s, %(most_of_org)s::integer, %(most_of_kind)s::jsonb)
"""
# Whoever ended it is forgotten with that: the day its worker leaves, all that it ever ended would be written once more.
_FINISH = """
UPDATE queue.procrastinate_jobs SET status = %(status)s, attempts = attempts + 1, worker_id = NULL
WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s AND attempts = %(attempt)s RETURNING id
"""
_RETRY = """
UPDATE queue.procrastinate_jobs SET status = 'todo', attempts = attempts + 1, worker_id = NULL, scheduled_at = %(at)s
WHERE id = %(job)s AND status = 'doing' AND worker_id = %(worker)s AND attempts = %(attempt)s RETURNING id
"""
_PRESENT = """
INSERT INTO queue.workers (id, name, host, pid, version, lane, slots, facts)
VALUES (%(id)s, %(name)s, %(host)s, %(pid)s, %(version)s, %(lane)s, %(slots)s, %(facts)s::jsonb)
ON CONFLICT DO NOTHING
"""
_BEATS = "SELECT id, last_heartbeat FROM queue.procrastinate_workers"
_MINE = "SELECT id FROM queue.procrastinate_jobs WHERE status = 'doing' AND worker_id = ANY (%(workers)s::bigint[])"
_GIVE_UP = "SELECT queue.give_up(%(worker)s, %(seen)s) AS done"
_TAKE_BACK = "SELECT queue.take_back(%(lost)s::bigint[]) AS taken"


@dataclass(slots=True)
class Presence:
    """What a worker tells of itself.

    Attributes:
        name: what its operator calls it.
        lane: renders or calls.
        slots: pieces of work that it does at once.
        facts: sandbox level and versions.
    """

    name: str
    lane: str
    slots: int
    facts: Mapping[str, Any] = field(default_factory=dict)


class QueueManager(JobManager):
    """What a worker asks of the queue.

    Args:
        connector: to the database, as `cc_queue`.
        settings: limits.
        presence: of the worker, told when it registers.

    Attributes:
        known: numbers of the jobs that this process has fetched and not yet given back.
        tasks: names of what it can do; None: whatever there is.
    """

    def __init__(self, connector: PsycopgConnector, settings: QueueSettings, presence: Presence) -> None:
        super().__init__(connector)
        self._connector = connector
        self._settings = settings
        self._presence = presence
        self.known: set[int] = set()
        self._attempts: set[tuple[int, int]] = set()
        self._asks_until = math.inf
        self.tasks: Container[str] | None = None

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The job whose turn it is, within the limits; None too if the database does not answer."""
        asked = {
            "lanes": list(queues or Lane),
            "worker": worker_id,
            "most_of_org": self._settings.renders_per_org,
            "most_of_kind": dict(self._settings.renders_per_engine),
        }
        try:
            rows = await self._connector.execute_query_all_async(_FETCH, **asked)
        except ConnectorException as error:
            _pass(error, "nothing is fetched")
            return None
        if not rows:
            return None
        job = Job.from_row(rows[0])
        if (rows[0]["id"], job.attempts) in self._attempts:
            # A database that went down forgot that it was fetched; whoever is at it holds it again, by the same fence.
            log.warning("job %s was fetched twice; it goes on", job.id)
            return None
        self.known.add(rows[0]["id"])
        self._attempts.add((rows[0]["id"], job.attempts))
        if self.tasks is not None and job.task_name not in self.tasks:
            # Another version of the program queued it, and its workers know what to do.
            log.warning("nobody here knows the task %s", job.task_name)
            await self.retry_job(job, datetime.now(UTC) + UNKNOWN_AGAIN)
            return None
        return job

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:  # noqa: ARG002 - the library's form
        """Say that a job has ended, unless it was given to somebody else."""
        await self._give_back(job, _FINISH, status=status.value)

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime | None = None,
        priority: int | None = None,  # noqa: ARG002 - the library's form
        queue: str | None = None,  # noqa: ARG002 - the library's form
        lock: str | None = None,  # noqa: ARG002 - the library's form
    ) -> None:
        """Put a job back, unless it was given to somebody else."""
        await self._give_back(job, _RETRY, at=retry_at)

    async def register_worker(self) -> int:
        """Register, and tell what others may know of it."""
        worker_id = await super().register_worker()
        told = {"host": socket.gethostname(), "pid": os.getpid(), "version": __version__}
        shown = {"name": self._presence.name, "lane": self._presence.lane, "slots": self._presence.slots}
        await self._connector.execute_query_async(
            _PRESENT, id=worker_id, facts=dict(self._presence.facts), **shown, **told
        )
        return worker_id

    async def prune_stalled_workers(self, seconds_since_heartbeat: float) -> list[int]:  # noqa: ARG002
        """Nobody: the clock of the database may be set. Who is silent is found by waiting (`background.rescue`)."""
        return []

    async def update_heartbeat(self, worker_id: int) -> None:
        """Beat; a database that does not answer is asked at the next beat."""
        try:
            await super().update_heartbeat(worker_id)
        except ConnectorException as error:
            _pass(error, "no heartbeat")

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Listen for jobs, and again once a connection that was lost can be made."""
        while True:
            try:
                await super().listen_for_jobs(on_notification=on_notification, queues=queues)
            except ConnectorException as error:
                _pass(error, "nobody listens")
            await asyncio.sleep(AGAIN_S)

    async def unregister_worker(self, worker_id: int) -> None:
        """Leave; if the database does not answer, the heartbeat that stands still says so."""
        try:
            await super().unregister_worker(worker_id)
        except ConnectorException as error:
            _pass(error, "left without a word")

    async def beats(self) -> dict[int, datetime]:
        """The last heartbeat of each worker."""
        rows = await self._connector.execute_query_all_async(_BEATS)
        return {row["id"]: row["last_heartbeat"] for row in rows}

    async def fetched_by(self, workers: Iterable[int]) -> set[int]:
        """Numbers of the jobs that workers are said to be at work on."""
        rows = await self._connector.execute_query_all_async(_MINE, workers=list(workers))
        return {row["id"] for row in rows}

    async def give_up(self, worker_id: int, seen: datetime) -> bool:
        """Give up a worker whose heartbeat is still the one that was seen."""
        return bool((await self._connector.execute_query_one_async(_GIVE_UP, worker=worker_id, seen=seen))["done"])

    async def take_back(self, lost: Iterable[int]) -> int:
        """Put back what gave-up workers had, and jobs that were lost; how many."""
        return int((await self._connector.execute_query_one_async(_TAKE_BACK, lost=list(lost)))["taken"])

    def leave(self) -> None:
        """Wait for the database no longer than others wait for this worker: by then what it has is theirs."""
        self._asks_until = time.monotonic() + self._settings.lease_s

    async def _give_back(self, job: Job, statement: str, **values: Any) -> None:
        """End an attempt; asked until there is an answer, since nobody else will say it."""
        told = {"job": job.id, "worker": job.worker_id, "attempt": job.attempts, **values}
        while True:
            try:
                rows = await self._connector.execute_query_all_async(statement, **told)
                break
            except ConnectorException as error:
                _pass(error, f"job {job.id} is not given back yet")
                if time.monotonic() > self._asks_until:
                    return
                await asyncio.sleep(AGAIN_S)
        if not rows:
            log.warning("job %s was given to another worker", job.id)
        if job.id is not None:
            self.known.discard(job.id)
            self._attempts.discard((job.id, job.attempts))


class QueueApp(App):
    """Procrastinate's app with our manager; several may share a connector."""

    def __init__(self, connector: PsycopgConnector, settings: QueueSettings, presence: Presence) -> None:
        super().__init__(connector=connector)
        self.manager = QueueManager(connector, settings, presence)
        self.manager.tasks = self.tasks
        self.job_manager = self.manager


def _pass(error: ConnectorException, said: str) -> None:
    """Go on after what passes by itself: a database that does not answer; anything else is a fault of ours."""
    if not isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError):
        raise error
    log.warning("%s: %s", said, str(error.__cause__).strip())


def make_connector(url: sa.URL) -> PsycopgConnector:
    """A connector that works as `cc_queue`."""
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return PsycopgConnector(
        conninfo=address,
        kwargs={"options": OPTIONS, **NOTICING},
        min_size=1,
        max_size=4,
        timeout=5.0,
        reconnect_timeout=30.0,
    )
