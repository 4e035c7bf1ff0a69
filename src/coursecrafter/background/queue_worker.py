"""A worker of the queue: fetches work in its lanes, shows that it lives, and takes back what dead workers left.

It runs in a thread of its own with an event loop that only talks: to the queue, and to the threads that wait for child
processes. So heartbeats go on whatever is rendered. Any number of these, on any number of machines, share the work; all
that they have in common is the database and the object store.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.retry import BaseRetryStrategy, RetryDecision
from procrastinate.worker import Worker as QueueClient

from coursecrafter.background.carrying import Again, Carrier
from coursecrafter.background.rescue import Watch
from coursecrafter.config import QueueSettings
from coursecrafter.jobs.fence import Fence
from coursecrafter.jobs.queue_app import AGAIN_S, Presence, QueueApp, QueueManager, make_connector
from coursecrafter.jobs.queueing import CALL, HELP, PARSE_DOCUMENT, PARSE_SOURCE, RENDER, Lane

log = logging.getLogger(__name__)

BEATS_PER_LEASE = 4
LOOK_EVERY_S = 1.0
"""How often to look for work that nobody announces: what waited for another try."""
SELDOM_S = 3600.0
CHORES_AT_ONCE = 2
"""A long collection keeps nobody from watching."""
NEVER_S = 1e9
SET_BACK_S = 60.0
"""A clock that is set back by more is noticed: until it is where it was, the library would think all chores done."""

LANES: Mapping[str, tuple[Lane, ...]] = {
    "renders": (Lane.RENDERS, Lane.HELP),
    "calls": (Lane.CALLS,),
    "upkeep": (Lane.UPKEEP,),
}
"""What a worker's lanes take; chores have one of their own, so that nobody who waits for an answer waits for them."""
TASKS = (RENDER, HELP, CALL, PARSE_SOURCE, PARSE_DOCUMENT)


class _PutBack(BaseRetryStrategy):
    """What `Again` says."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:  # noqa: ARG002
        """When to begin again, or None."""
        if not isinstance(exception, Again):
            return None
        return RetryDecision(retry_at=datetime.now(UTC) + timedelta(seconds=exception.wait_s))


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done now and then, by one worker of all.

    Attributes:
        cron: when, as cron writes it.
    """

    name: str
    cron: str
    work: Callable[[], object]


@dataclass(slots=True)
class _LaneAtWork:
    name: str
    app: QueueApp
    client: QueueClient | None = None
    threads: ThreadPoolExecutor = field(init=False)
    slots: int = 0

    def __post_init__(self) -> None:
        self.threads = ThreadPoolExecutor(max(1, self.slots), f"queue-{self.name}")


class QueueWorker:
    """Works on the queue until it is stopped.

    Args:
        url: of the database, as a worker.
        settings: slots and limits of this machine.
        carrier: does the work.
        name: what the operator calls it; two may have one name.
        facts: what others may know of it.
        chores: done now and then.
    """

    def __init__(
        self,
        url: sa.URL,
        settings: QueueSettings,
        carrier: Carrier,
        *,
        name: str,
        facts: Mapping[str, Any] | None = None,
        chores: tuple[Chore, ...] = (),
    ) -> None:
        self._url = url
        self._settings = settings
        self._carrier = carrier
        self._name = name
        self._facts = dict(facts or {})
        self._chores = chores
        self._stopping = Event()
        self._ready = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lanes: list[_LaneAtWork] = []
        self._thread = Thread(target=self._run, name="queue-worker", daemon=True)

    @property
    def is_registered(self) -> bool:
        """Whether each of its lanes shows that it lives."""
        return bool(self._lanes) and all(lane.client is not None and lane.client.worker_id for lane in self._lanes)

    @property
    def ids(self) -> tuple[int, ...]:
        """The queue's numbers of its lanes."""
        clients = (lane.client for lane in self._lanes)
        return tuple(client.worker_id for client in clients if client is not None and client.worker_id is not None)

    @property
    def is_alive(self) -> bool:
        """Whether it still works."""
        return self._thread.is_alive()

    def know(self, facts: Mapping[str, Any]) -> None:
        """Take facts that came late: they are told with each registration from now on."""
        self._facts.update(facts)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more work; what runs ends, or is handed over."""
        self._stopping.set()
        if self._ready.wait(self._settings.grace_s) and self._loop is not None:
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop_lanes)

    def join(self, timeout_s: float | None = None) -> None:
        """Wait until it has stopped."""
        self._thread.join(timeout_s)

    def _stop_lanes(self) -> None:
        for lane in self._lanes:
            lane.app.manager.leave()
            if lane.client is not None:
                lane.client.stop()  # type: ignore[no-untyped-call]

    def _run(self) -> None:
        try:
            asyncio.run(self._work())
        except Exception:
            log.exception("the queue's worker ended")
        finally:
            self._ready.set()

    async def _work(self) -> None:
        self._loop = asyncio.get_running_loop()
        connector = make_connector(self._url)
        slots = {
            "renders": self._settings.renders,
            "calls": self._settings.calls,
            "upkeep": CHORES_AT_ONCE if self._chores else 0,
        }
        for name, count in slots.items():
            if count:
                presence = Presence(self._name, name, count, self._facts)
                lane = _LaneAtWork(name, QueueApp(connector, self._settings, presence), slots=count)
                self._lanes.append(lane)
                self._register_tasks(lane)
        self._ready.set()
        await self._open(connector)
        watch = asyncio.create_task(self._watch())
        try:
            await asyncio.gather(*(self._run_lane(lane) for lane in self._lanes))
        finally:
            watch.cancel()
            for lane in self._lanes:
                lane.threads.shutdown(wait=False)
            await connector.close_async()

    async def _open(self, connector: Any) -> None:
        """Reach the database, however long that takes."""
        while not self._stopping.is_set():
            try:
                await connector.open_async()
            except ConnectorException as error:
                log.warning("the queue cannot be reached: %s", error.__cause__)
                await asyncio.sleep(AGAIN_S)
            else:
                return

    async def _run_lane(self, lane: _LaneAtWork) -> None:
        """Work in a lane; one that was given up, or whose database was gone, begins anew under another number."""
        beating = asyncio.create_task(self._beat(lane))
        try:
            await self._fetch_on(lane)
        finally:
            beating.cancel()

    async def _beat(self, lane: _LaneAtWork) -> None:
        """Show that a lane lives, also while what it has ends: the library's own beat ends with the word to stop."""
        while True:
            await asyncio.sleep(self._settings.lease_s / BEATS_PER_LEASE)
            worker_id = lane.client and lane.client.worker_id
            if worker_id:
                try:
                    await lane.app.manager.update_heartbeat(worker_id)
                except Exception:
                    # Whoever stops beating is given up for ever.
                    log.exception("no heartbeat")

    async def _fetch_on(self, lane: _LaneAtWork) -> None:
        while not self._stopping.is_set():
            lane.client = QueueClient(
                lane.app,
                queues=[one.value for one in LANES[lane.name]],
                name=self._name,
                concurrency=lane.slots,
                install_signal_handlers=False,
                fetch_job_polling_interval=LOOK_EVERY_S,
                abort_job_polling_interval=SELDOM_S,
                update_heartbeat_interval=SELDOM_S,
                stalled_worker_timeout=NEVER_S,
            )
            if self._stopping.is_set():
                return
            try:
                await lane.client.run()  # type: ignore[no-untyped-call]
            except ConnectorException as error:
                log.warning("the queue was lost: %s", error.__cause__)
                await asyncio.sleep(AGAIN_S)

    async def _watch(self) -> None:
        """Look after the other workers, and after one's own place among them."""
        managers: list[QueueManager] = [lane.app.manager for lane in self._lanes]
        watch = Watch(managers, self._settings.lease_s)
        ahead_s = _clock_ahead_s()
        while managers:
            await asyncio.sleep(self._settings.lease_s / (2 * BEATS_PER_LEASE))
            was_ahead_s, ahead_s = ahead_s, _clock_ahead_s()
            if ahead_s < was_ahead_s - SET_BACK_S:
                self._begin_chores_anew()
            own = {lane.client.worker_id: lane for lane in self._lanes if lane.client and lane.client.worker_id}
            try:
                gone = await watch.look(set(own), time.monotonic())
            except ConnectorException as error:
                log.warning("cannot look after the queue: %s", error.__cause__)
                continue
            for worker_id in gone:
                log.warning("worker %s was given up by the others; it begins anew", worker_id)
                client = own[worker_id].client
                if client is not None:
                    client.stop()  # type: ignore[no-untyped-call]

    def _begin_chores_anew(self) -> None:
        log.warning("the machine's clock was set back; chores are timed anew")
        for lane in self._lanes:
            if lane.name == "upkeep" and lane.client is not None:
                lane.client.stop()  # type: ignore[no-untyped-call]

    def _register_tasks(self, lane: _LaneAtWork) -> None:
        for name in TASKS:
            lane.app.task(name=name, pass_context=True, retry=_PutBack())(self._doing(name, lane))
        if lane.name == "upkeep":
            for chore in self._chores:
                # One of a kind waits at a time: after a long pause each is done once, not once for each minute.
                make = lane.app.task(name=chore.name, queue=Lane.UPKEEP.value, queueing_lock=chore.name)
                task = make(self._choring(chore, lane))
                lane.app.periodic(cron=chore.cron)(task)

    def _doing(self, name: str, lane: _LaneAtWork) -> Callable[..., Any]:
        async def do(context: JobContext, **arguments: Any) -> None:
            job = context.job
            fence = Fence(int(job.id or 0), int(job.worker_id or 0), job.attempts)
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(lane.threads, self._carrier.carry_out, name, arguments, fence)

        return do

    @staticmethod
    def _choring(chore: Chore, lane: _LaneAtWork) -> Callable[..., Any]:
        async def do(timestamp: int) -> None:  # noqa: ARG001 - the library's form
            await asyncio.get_running_loop().run_in_executor(lane.threads, chore.work)

        return do


def _clock_ahead_s() -> float:
    """How far the wall clock is ahead of the one that nobody sets, in seconds."""
    return time.time() - time.monotonic()
