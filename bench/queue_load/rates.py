"""How fast jobs go through, ours and plain procrastinate's, and how soon one is begun."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from procrastinate import App, PsycopgConnector

from coursecrafter.background.carrying import Carrier
from coursecrafter.background.queue_worker import QueueWorker
from coursecrafter.background.workers import Leaving
from coursecrafter.config import QueueSettings
from coursecrafter.jobs.queueing import PARSE_SOURCE, enqueue_parse
from queue_load.hands import open_hands, percentile, wait_for
from queue_load.world import World, subject_of

CHILD = Path(__file__).with_name("child.py")


@dataclass(frozen=True, slots=True)
class Rate:
    """What it took to put jobs on a queue and to do them.

    Attributes:
        enqueue_ms: p50, p95 and p99 of one transaction that asks for one job.
        enqueue_cpu_ms, drain_cpu_ms: CPU per job of either side and PostgreSQL together.
        drained_per_s: jobs that were done in a second by all workers, from `go` to the last.
    """

    who: str
    workers: int
    jobs: int
    enqueued_per_s: float
    enqueue_ms: tuple[float, float, float]
    enqueue_cpu_ms: float
    drained_per_s: float
    drain_cpu_ms: float
    postgres_cpu_ms: float
    load: float

    @property
    def cpu_ms(self) -> float:
        """CPU of a job from end to end."""
        return self.enqueue_cpu_ms + self.drain_cpu_ms

    @property
    def end_to_end_per_s(self) -> float:
        """Jobs in a second, put on the queue by one and then done."""
        return 1 / (1 / self.enqueued_per_s + 1 / self.drained_per_s)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"cpu_ms": self.cpu_ms, "end_to_end_per_s": self.end_to_end_per_s}


def measure_rate(world: World, workers: int, jobs: int, *, is_peer: bool) -> Rate:
    """Put jobs on a queue one after the other, then let workers of one slot each do them."""
    world.empty()
    subjects = [subject_of(number, 0) for number in range(jobs)]
    postgres, own, begun = world.postgres_cpu_s(), time.process_time(), time.monotonic()
    took_ms = asyncio.run(_defer(world, subjects)) if is_peer else _enqueue(world, subjects)
    enqueue_s = time.monotonic() - begun
    enqueue_cpu = time.process_time() - own + world.postgres_cpu_s() - postgres
    unfinished = world.unfinished_of_peer if is_peer else world.unfinished
    with open_hands(world, workers, is_peer=is_peer) as hands:
        postgres = world.postgres_cpu_s()
        begun_s = hands.go()
        wait_for(lambda: unfinished() == 0)
        postgres = world.postgres_cpu_s() - postgres
        hands.stop()
    done = hands.attempts
    assert sorted(one.subject_id.int for one in done) == sorted(one.int for one in subjects), "each once"
    return Rate(
        "procrastinate" if is_peer else "ours",
        workers,
        jobs,
        jobs / enqueue_s,
        (percentile(took_ms, 0.5), percentile(took_ms, 0.95), percentile(took_ms, 0.99)),
        1000 * enqueue_cpu / jobs,
        jobs / (max(one.ended_s for one in done) - begun_s),
        1000 * (hands.cpu_s + postgres) / jobs,
        1000 * postgres / jobs,
        os.getloadavg()[0],
    )


def measure_start(world: World, jobs: int) -> list[float]:
    """Milliseconds from before a commit to the first line of a warm child process, by NOTIFY."""
    world.empty()
    with tempfile.TemporaryDirectory(prefix="cc-bench-") as folder:
        noted = Path(folder, "noted")
        settings = QueueSettings(0, 1, None, {}, 8, 25, 0, 0)
        carrier = Carrier(world.database, {}, Leaving(), 8, [sys.executable, str(CHILD), str(noted)])
        worker = QueueWorker(world.urls.worker, settings, carrier, name="bench")
        worker.start()
        wait_for(lambda: worker.is_registered)
        asked: dict[UUID, float] = {}
        for number in range(jobs + 1):
            author, source_id = world.authors[number % len(world.authors)], uuid4()
            assert author.project_id is not None
            with world.database.app(author) as conn:
                enqueue_parse(conn, PARSE_SOURCE, author.project_id, source_id)
                asked[source_id] = time.monotonic()
            wait_for(lambda: world.unfinished() == 0)
        worker.stop()
        worker.join(30)
        carrier.close()
        begun = {UUID(name): float(at) for at, name in (line.split() for line in noted.read_text().splitlines())}
    # The first one starts the process.
    return [1000 * (begun[source_id] - at) for source_id, at in list(asked.items())[1:]]


def measure_again(world: World, jobs: int, wait_s: float) -> list[float]:
    """Milliseconds from when a job may be tried again to its second attempt, which nobody announces."""
    world.empty()
    for number in range(jobs):
        world.enqueue(world.authors[number % len(world.authors)], subject_of(number, 0.02))
    with open_hands(world, 1, slots=4, again_s=wait_s) as hands:
        hands.go()
        wait_for(lambda: world.unfinished() == 0)
        hands.stop()
    first = {one.subject_id: one.ended_s for one in hands.attempts if one.attempt == 0}
    return [1000 * (one.begun_s - first[one.subject_id] - wait_s) for one in hands.attempts if one.attempt == 1]


def _enqueue(world: World, subjects: list[UUID]) -> list[float]:
    took = []
    for number, subject_id in enumerate(subjects):
        begun = time.monotonic()
        world.enqueue(world.authors[number % len(world.authors)], subject_id)
        took.append(1000 * (time.monotonic() - begun))
    return took


async def _defer(world: World, subjects: list[UUID]) -> list[float]:
    app = App(connector=PsycopgConnector(conninfo=world.peer_url))
    took = []
    async with app.open_async():
        for number, subject_id in enumerate(subjects):
            author = world.authors[number % len(world.authors)]
            names = {"org_id": author.org_id, "user_id": author.user_id, "project_id": author.project_id}
            told = {name: str(value) for name, value in names.items()} | {"kind": "e1"}
            begun = time.monotonic()
            await app.configure_task("render").defer_async(subject_id=str(subject_id), **told)
            took.append(1000 * (time.monotonic() - begun))
    return took
