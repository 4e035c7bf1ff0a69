"""The figures of queue and renders for Prometheus, read at most every few seconds however often they are asked for."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from threading import Lock

from coursecrafter.db.session import Database
from coursecrafter.observe.figures import Figure
from coursecrafter.watchdog.figures import Installation, Renders
from coursecrafter.watchdog.looking import look_at_queue, read_renders
from coursecrafter.watchdog.verdict import stalled_jobs

QUEUE_KEPT_S = 5.0
RENDERS_KEPT_S = 60.0
"""All renders of a week are counted for them."""


class InstallationFigures:
    """Gives the figures of an installation once it is open; none before."""

    def __init__(self) -> None:
        self._database: Database | None = None
        self._lock = Lock()
        self._queue: tuple[float, Installation] | None = None
        self._renders: tuple[float, Renders | None] | None = None

    def watch(self, database: Database) -> None:
        """From now on, tell of this installation."""
        self._database = database

    def __call__(self) -> list[Figure]:
        """The figures of this moment.

        Raises:
            DatabaseUnreachable: CC-0016.
        """
        if self._database is None:
            return []
        with self._lock:
            now_s = time.monotonic()
            if self._queue is None or now_s - self._queue[0] >= QUEUE_KEPT_S:
                self._queue = (now_s, look_at_queue(self._database))
            if self._renders is None or now_s - self._renders[0] >= RENDERS_KEPT_S:
                self._renders = (now_s, read_renders(self._database))
            return [*_of_queue(self._queue[1]), *_of_renders(self._renders[1])]


def _of_queue(seen: Installation) -> Iterator[Figure]:
    for lane in seen.lanes:
        label = {"lane": lane.lane}
        yield Figure("coursecrafter_queue_waiting", "Jobs that wait in a lane.", lane.waiting, label)
        yield Figure("coursecrafter_queue_retries", "Jobs among them that were begun before.", lane.retries, label)
        yield Figure("coursecrafter_queue_running", "Jobs that workers are at.", lane.running, label)
        said = "Since when the job waits that waits longest; 0 if none does."
        yield Figure("coursecrafter_queue_oldest_seconds", said, lane.oldest_s or 0.0, label)
        yield Figure("coursecrafter_queue_workers", "Workers that take work from a lane and live.", lane.workers, label)
        yield Figure("coursecrafter_queue_slots", "Jobs that they may do at once.", lane.slots, label)
    stalled = Counter(job.lane for job, _, _ in stalled_jobs(seen))
    for lane in seen.lanes:
        said = "Jobs whose worker is silent, or that run longer than they may."
        yield Figure("coursecrafter_queue_stalled", said, stalled[lane.lane], {"lane": lane.lane})
    yield Figure("coursecrafter_queue_versions", "Versions of the program on workers.", len(seen.versions))


def _of_renders(renders: Renders | None) -> Iterator[Figure]:
    if renders is None:
        return
    for times in renders.times:
        said = "How long renders of the last 7 days took."
        for quantile, seconds in (("0.5", times.p50_s), ("0.95", times.p95_s), ("1", times.max_s)):
            label = {"engine": times.engine, "quantile": quantile}
            yield Figure("coursecrafter_render_seconds", said, seconds, label)
        yield Figure("coursecrafter_renders", "Renders that they were.", times.renders, {"engine": times.engine})
    said = "Renders that succeeded in the last 24 hours."
    yield Figure("coursecrafter_renders_succeeded", said, renders.succeeded_today)
    said = "Renders that failed in the last 24 hours, by code."
    for failures in renders.failures:
        yield Figure("coursecrafter_renders_failed", said, failures.count, {"code": failures.code or "none"})
