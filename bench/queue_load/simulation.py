"""The parts of the simulation: newcomers behind one that has much, a backlog of many, and work that comes by chance."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

import sqlalchemy as sa

from queue_load.hands import Attempt, Hands, open_hands, wait_for
from queue_load.world import World, subject_of

SAMPLE_S = 0.5
LARGE = (0.05, 0.03, 0.02)
"""Shares of all jobs that the largest organisations have; the others have what is left, by chance."""
BACKLOG = 10
"""Jobs that each of the smaller organisations has waiting, where all wait at once."""
_DEPTH = sa.text(
    """
SELECT count(*) FILTER (WHERE status = 'todo') AS waiting, count(*) FILTER (WHERE status = 'doing') AS running,
  (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections
FROM queue.procrastinate_jobs WHERE status IN ('todo', 'doing')
"""
)


class Asked:
    """Jobs that were put on the queue: whose each is, and when it was committed."""

    def __init__(self, world: World, first: int = 0) -> None:
        self._world = world
        self._number = first
        self.organisation: dict[UUID, int] = {}
        self.committed_s: dict[UUID, float] = {}

    def put(self, organisation: int, length_s: float) -> UUID:
        """Ask for one more."""
        subject_id = subject_of(self._number, length_s)
        self._number += 1
        self._world.enqueue(self._world.authors[organisation], subject_id)
        self.committed_s[subject_id] = time.monotonic()
        self.organisation[subject_id] = organisation
        return subject_id

    def require_each_once(self, attempts: Sequence[Attempt]) -> None:
        """None is lost and none is done twice."""
        done = Counter(one.subject_id for one in attempts)
        assert set(done) == set(self.organisation), "a job was lost"
        assert max(done.values()) == 1, "a job was done twice"


@dataclass(frozen=True, slots=True)
class Newcomers:
    """What organisations met that came new behind one that has much, one at a time, with one worker.

    Attributes:
        passed_by: for each newcomer's job, how many of the large one's were begun between its commit and its begin.
        waited_s: for each, from its commit to its begin.
    """

    behind: int
    length_s: float
    passed_by: list[int]
    waited_s: list[float]


def let_newcomers_come(world: World, jobs: int, newcomers: int, length_s: float) -> Newcomers:
    """One has many jobs waiting; others come with one each, at random moments."""
    world.empty()
    asked, chance = Asked(world), random.Random(1)  # noqa: S311 - a seeded simulation
    for _ in range(jobs):
        asked.put(0, length_s)
    small = []
    with open_hands(world, 1) as hands:
        hands.go()
        for organisation in range(1, newcomers + 1):
            time.sleep(chance.uniform(0.5, 2) * length_s)
            small.append(asked.put(organisation, length_s))
            wait_for(lambda: _is_begun(world, small[-1]), 0.002)
        finish(world, hands)
    asked.require_each_once(hands.attempts)
    begun = {one.subject_id: one.begun_s for one in hands.attempts}
    larges = [at for subject_id, at in begun.items() if asked.organisation[subject_id] == 0]
    spans = [(asked.committed_s[subject_id], begun[subject_id]) for subject_id in small]
    return Newcomers(
        jobs,
        length_s,
        [sum(since < at < until for at in larges) for since, until in spans],
        [until - since for since, until in spans],
    )


def share_of_backlog(world: World, jobs: int, organisations: int, workers: int, length_s: float) -> dict[int, int]:
    """Jobs of each organisation that were begun while all had some waiting; the largest one asked first."""
    world.empty()
    asked = Asked(world)
    for _ in range(jobs):
        asked.put(0, length_s)
    for organisation in range(1, organisations):
        for _ in range(BACKLOG):
            asked.put(organisation, length_s)
    with open_hands(world, workers) as hands:
        hands.go()
        finish(world, hands)
    asked.require_each_once(hands.attempts)
    begun: Counter[int] = Counter()
    for one in sorted(hands.attempts, key=lambda attempt: attempt.begun_s):
        organisation = asked.organisation[one.subject_id]
        if organisation and begun[organisation] == BACKLOG - 1:
            break
        begun[organisation] += 1
    return {organisation: begun[organisation] for organisation in range(organisations)}


@dataclass
class Load:
    """What was seen while jobs came by chance.

    Attributes:
        waited_s: of each organisation's jobs, from commit to begin.
        busy_s: of each job, from its worker's last end or its commit, whichever is later, to its end: what one place is
            taken for, fetching and ending included, while others wait.
        seconds: from the first commit to the last end.
    """

    jobs: int
    workers: int
    seconds: float = 0.0
    waited_s: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy_s: list[float] = field(default_factory=list)
    slept_s: float = 0.0
    depth: list[int] = field(default_factory=list)
    running: list[int] = field(default_factory=list)
    connections: list[int] = field(default_factory=list)
    workers_cpu_s: float = 0.0
    asking_cpu_s: float = 0.0
    postgres_cpu_s: float = 0.0
    peak_mb: list[float] = field(default_factory=list)


def let_work_come(
    world: World, jobs: int, workers: int, per_s: float, lengths_s: tuple[float, float], seed: int
) -> Load:
    """Jobs come at random (Poisson), of organisations of unequal size, and last unequally long."""
    chance = random.Random(seed)  # noqa: S311 - a seeded simulation
    organisations = len(world.authors)
    small = (1 - sum(LARGE)) / (organisations - len(LARGE))
    whose = chance.choices(range(organisations), [*LARGE, *[small] * (organisations - len(LARGE))], k=jobs)
    asked, load = Asked(world), Load(jobs, workers)
    with open_hands(world, workers) as hands, _sampled(world, load):
        hands.go()
        before, own, begun = world.postgres_cpu_s(), time.process_time(), time.monotonic()
        due = begun
        for organisation in whose:
            due += chance.expovariate(per_s)
            time.sleep(max(0.0, due - time.monotonic()))
            asked.put(organisation, chance.uniform(*lengths_s))
        load.asking_cpu_s = time.process_time() - own
        wait_for(lambda: world.unfinished() == 0, SAMPLE_S)
        load.postgres_cpu_s = world.postgres_cpu_s() - before
        hands.stop()
    asked.require_each_once(hands.attempts)
    load.seconds = max(one.ended_s for one in hands.attempts) - begun
    load.workers_cpu_s, load.peak_mb = hands.cpu_s, hands.peak_mb
    free_s: dict[int, float] = {}
    for one in sorted(hands.attempts, key=lambda attempt: attempt.begun_s):
        committed = asked.committed_s[one.subject_id]
        load.waited_s[asked.organisation[one.subject_id]].append(max(0.0, one.begun_s - committed))
        load.busy_s.append(one.ended_s - max(committed, free_s.get(one.worker, committed)))
        load.slept_s += one.ended_s - one.begun_s
        free_s[one.worker] = one.ended_s
    return load


def finish(world: World, hands: Hands) -> None:
    """Wait until nothing is left, and hear what was done."""
    wait_for(lambda: world.unfinished() == 0)
    hands.stop()


def jain(values: Sequence[float]) -> float:
    """Jain's index: 1 where all have the same, 1/n where one has all."""
    return sum(values) ** 2 / (len(values) * sum(value * value for value in values))


def _is_begun(world: World, subject_id: UUID) -> bool:
    asked = "SELECT count(*) FROM queue.procrastinate_jobs WHERE status = 'todo' AND args ->> 'subject_id' = :id"
    with world.database.queue() as conn:
        return conn.execute(sa.text(asked), {"id": str(subject_id)}).scalar_one() == 0


@contextmanager
def _sampled(world: World, load: Load) -> Iterator[None]:
    """Look at the queue now and then."""
    ended = threading.Event()

    def look() -> None:
        with world.autocommit() as admin:
            while not ended.wait(SAMPLE_S):
                seen = admin.execute(_DEPTH).one()
                load.depth.append(seen.waiting)
                load.running.append(seen.running)
                load.connections.append(seen.connections)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
