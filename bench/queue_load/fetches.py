"""What one fetch costs while many jobs wait."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from api_load.processes import TICKS_PER_S

from queue_load.world import World

ROUNDS = 100
LIMITS = (1, '{"e2": 1}')
_PLANT = sa.text(
    """
INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority, args)
SELECT 'renders', 'render', -1 - (n - 1) / :orgs, jsonb_build_object(
  'org_id', md5('org' || (n - 1) % :orgs)::uuid, 'user_id', md5('user')::uuid, 'project_id', md5('project')::uuid,
  'subject_id', md5('job' || n)::uuid, 'kind', 'e' || 1 + n % 4)
FROM generate_series(1, :waiting) n
"""
)
_PLANT_RUNNING = sa.text(
    """
INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority, status, worker_id, args)
VALUES ('renders', 'render', 0, 'doing', :worker, jsonb_build_object('org_id', md5('org0')::uuid, 'kind', 'e1'))
"""
)
_END = sa.text(
    """
UPDATE queue.procrastinate_jobs j SET status = CASE j.status WHEN 'todo' THEN 'doing' ELSE 'succeeded' END
  ::queue.procrastinate_job_status
FROM (SELECT id FROM queue.procrastinate_jobs ORDER BY priority DESC, id LIMIT :ended) first WHERE j.id = first.id
"""
)
_FETCH = sa.text(
    "SELECT id FROM queue.fetch(CAST(:lanes AS text[]), :worker, :most_of_org, CAST(:most_of_kind AS jsonb))"
)
_WORKER = sa.text("INSERT INTO queue.procrastinate_workers DEFAULT VALUES RETURNING id")


@dataclass(frozen=True, slots=True)
class Fetch:
    """What a fetch costs.

    Attributes:
        case: how things stand.
        cpu_ms: of the server's process; ticks of 10 ms over all rounds.
    """

    waiting: int
    organisations: int
    case: str
    p50_ms: float
    p95_ms: float
    cpu_ms: float
    is_found: bool


def measure_fetches(world: World, waiting: tuple[int, ...]) -> Iterator[Fetch]:
    """Each number of jobs, of one organisation and of 200, with and without limits."""
    for jobs in waiting:
        for organisations in (1, 200):
            for is_analysed in (False, True):
                worker = _plant(world, jobs, organisations, is_analysed=is_analysed)
                case = "no limits" if is_analysed else "no limits, old statistics"
                yield _measure(world, jobs, organisations, case, worker)
            yield _measure(world, jobs, organisations, "limits", worker, limits=(2, LIMITS[1]))
            with world.database.queue() as conn:
                conn.execute(_PLANT_RUNNING, {"worker": worker})
            yield _measure(world, jobs, organisations, "one organisation is full", worker, limits=LIMITS)
            yield _measure(world, jobs, organisations, "another lane, empty", worker, lane="calls")


def measure_empty(world: World) -> Fetch:
    """A fetch that finds nothing, in the queue as it stands."""
    with world.database.queue() as conn:
        worker = int(conn.execute(_WORKER).scalar_one())
    return _measure(world, 0, len(world.authors), "nothing waits", worker)


def measure_behind_ended(world: World, ended: int) -> Iterator[Fetch]:
    """While a back-up sees rows as they were, what has ended since cannot be cleared away; and once it can."""
    worker = _plant(world, 2 * ended, 200, is_analysed=True)
    engine = sa.create_engine(world.urls.admin, poolclass=sa.pool.NullPool, isolation_level="REPEATABLE READ")
    with engine.connect() as back_up:
        back_up.execute(sa.text("SELECT count(*) FROM queue.procrastinate_jobs"))
        for _ in range(2):
            # Begun, then ended.
            with world.database.queue() as conn:
                conn.execute(_END, {"ended": ended})
        yield _measure(world, ended, 200, f"a back-up sees {ended:,} that ended", worker)
    yield _measure(world, ended, 200, "the back-up is over", worker)
    world.settle()
    yield _measure(world, ended, 200, "and the table is vacuumed", worker)


def _plant(world: World, waiting: int, organisations: int, *, is_analysed: bool) -> int:
    world.empty()
    with world.database.admin() as admin:
        admin.execute(sa.text("ALTER TABLE queue.procrastinate_jobs DISABLE TRIGGER USER"))
        admin.execute(_PLANT, {"waiting": waiting, "orgs": organisations})
        admin.execute(sa.text("ALTER TABLE queue.procrastinate_jobs ENABLE TRIGGER USER"))
    if is_analysed:
        world.settle()
    with world.database.queue() as conn:
        return int(conn.execute(_WORKER).scalar_one())


def _measure(
    world: World,
    waiting: int,
    organisations: int,
    case: str,
    worker: int,
    *,
    limits: tuple[int | None, str] = (None, "{}"),
    lane: str = "renders",
) -> Fetch:
    lanes = {"renders": ["renders", "help"]}.get(lane, [lane])
    asked = {"lanes": lanes, "worker": worker, "most_of_org": limits[0], "most_of_kind": limits[1]}
    took, found = [], 0
    with world.database.queue() as conn:
        conn.execute(_FETCH, asked).all()
        backend = int(conn.execute(sa.text("SELECT pg_backend_pid()")).scalar_one())
        before = _ticks(backend)
        for _ in range(ROUNDS):
            with conn.begin_nested() as fetching:
                begun = time.perf_counter()
                found += len(conn.execute(_FETCH, asked).all())
                took.append(1000 * (time.perf_counter() - begun))
                fetching.rollback()
        cpu_ms = 1000 * (_ticks(backend) - before) / TICKS_PER_S / ROUNDS
        conn.rollback()
    p95 = statistics.quantiles(took, n=20)[18]
    return Fetch(waiting, organisations, case, statistics.median(took), p95, cpu_ms, found > 0)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:13]))
