"""Many organisations and many jobs on the real queue: each job is done once, in a fair order, at a steady cost."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from procrastinate.jobs import Job, Status

from coursecrafter.config import load_queue_settings
from coursecrafter.db.session import Database, Identity
from coursecrafter.jobs.queue_app import Presence, QueueManager, make_connector
from coursecrafter.jobs.queueing import enqueue_render
from tenants import Tenant, settle_tenant

SIMULATION = Path(__file__).parents[2] / "bench" / "scale_simulation.py"
ORGANISATIONS, JOBS = 20, 500
FETCH = sa.text("SELECT * FROM queue.fetch(CAST(:lanes AS text[]), :worker, NULL, '{}')")
END = sa.text("UPDATE queue.procrastinate_jobs SET status = 'succeeded' WHERE id = :job")
NEW_WORKER = sa.text("INSERT INTO queue.procrastinate_workers DEFAULT VALUES RETURNING id")
WAITING = 20_000
PLANT = sa.text(
    """
INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority, args)
SELECT 'renders', 'render', -n, jsonb_build_object('org_id', gen_random_uuid(), 'subject_id', gen_random_uuid())
FROM generate_series(1, :waiting) n
"""
)
PLANT_CALL = sa.text(
    "INSERT INTO queue.procrastinate_jobs (queue_name, task_name, priority) VALUES ('calls', 'call', :priority)"
)
READ = sa.text(
    """
SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables
WHERE schemaname = 'queue' AND relname = 'procrastinate_jobs'
"""
)


@pytest.fixture
def tenants(database: Database) -> list[Tenant]:
    """A few organisations, and an empty queue."""
    with database.queue() as conn:
        conn.execute(sa.text("DELETE FROM queue.procrastinate_jobs"))
    return [settle_tenant(database, f"scale{uuid4().hex[:8]}") for _ in range(4)]


def enqueue(database: Database, author: Identity, count: int = 1) -> None:
    assert author.project_id is not None
    with database.app(author) as conn:
        for _ in range(count):
            enqueue_render(conn, author.project_id, uuid4(), "e1")


def begin(database: Database, worker: int, lanes: tuple[str, ...] = ("renders", "help")) -> UUID:
    """Fetch a job and end it; whose it was."""
    with database.queue() as conn:
        job = conn.execute(FETCH, {"lanes": list(lanes), "worker": worker}).mappings().one()
        conn.execute(END, {"job": job["id"]})
    return UUID(job["args"]["org_id"])


def test_organisations_that_come_new_are_served_in_the_order_in_which_they_came(
    database: Database, tenants: list[Tenant]
) -> None:
    large, *small = (tenant.author for tenant in tenants)
    with database.queue() as conn:
        worker = conn.execute(NEW_WORKER).scalar_one()
    enqueue(database, large, 20)
    for _ in range(5):
        begin(database, worker)

    for author in small:
        enqueue(database, author)

    assert [begin(database, worker) for _ in range(4)] == [*(one.org_id for one in small), large.org_id]


@pytest.mark.parametrize("is_analysed", [False, True])
@pytest.mark.parametrize("lane", ["renders", "calls"])
def test_a_fetch_reads_a_few_rows_however_many_wait(
    database: Database, tenants: list[Tenant], lane: str, is_analysed: bool
) -> None:
    with database.queue() as conn:
        worker = conn.execute(NEW_WORKER).scalar_one()
        conn.execute(PLANT, {"waiting": WAITING})
    if is_analysed:
        with database.admin() as admin:
            admin.execute(sa.text("SET LOCAL ROLE cc_owner"))
            admin.execute(sa.text("ANALYZE queue.procrastinate_jobs"))
    with database.queue() as conn:
        conn.execute(PLANT_CALL, {"priority": -2 * WAITING})

    with database.queue() as conn:
        # A connection counts on until it has told the server, which it does once a second at most.
        before = conn.execute(READ).scalar_one()
        found = conn.execute(FETCH, {"lanes": [lane, "help"], "worker": worker}).mappings().all()
        read = conn.execute(READ).scalar_one() - before

    assert [job["queue_name"] for job in found] == [lane]
    assert read < 20


def test_a_worker_that_leaves_has_none_of_what_it_ended_written_again(
    database: Database, tenants: list[Tenant]
) -> None:
    async def end_one() -> None:
        connector = make_connector(database.urls.worker)
        await connector.open_async()
        manager = QueueManager(connector, load_queue_settings(2), Presence("leaving", "renders", 1))
        job = await manager.fetch_job(["renders"], await manager.register_worker())
        assert job is not None
        await manager.finish_job(job, Status.SUCCEEDED, delete_job=False)
        await connector.close_async()

    enqueue(database, tenants[0].author)

    # A browser of other tests may keep a loop of this thread.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, end_one()).result()

    with database.queue() as conn:
        left = conn.execute(sa.text("SELECT status::text, worker_id FROM queue.procrastinate_jobs")).all()
    assert left == [("succeeded", None)]


def test_a_task_that_a_worker_does_not_know_goes_back_to_those_who_do(
    database: Database, tenants: list[Tenant]
) -> None:
    async def fetch_one() -> Job | None:
        connector = make_connector(database.urls.worker)
        await connector.open_async()
        manager = QueueManager(connector, load_queue_settings(2), Presence("older", "renders", 1))
        manager.tasks = {"something else"}
        job = await manager.fetch_job(["renders"], await manager.register_worker())
        await connector.close_async()
        return job

    enqueue(database, tenants[0].author)

    with ThreadPoolExecutor(1) as apart:
        fetched = apart.submit(asyncio.run, fetch_one()).result()

    with database.queue() as conn:
        left = conn.execute(sa.text("SELECT status::text, scheduled_at > now() FROM queue.procrastinate_jobs")).all()
    assert fetched is None
    assert left == [("todo", True)]


def test_twenty_organisations_have_equal_shares_and_no_job_is_lost_or_done_twice(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    sizes = ["--organisations", str(ORGANISATIONS), "--jobs", str(JOBS), "--workers", "2", "--per-second", "150"]

    # It ends with an error if a job is lost or done twice.
    ran = subprocess.run(
        [sys.executable, str(SIMULATION), *sizes, "--json", str(figures)],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert ran.returncode == 0, ran.stderr
    told = json.loads(figures.read_text())
    assert told["load"]["jobs"] == JOBS
    assert len(told["newcomers"]["passed_by"]) == ORGANISATIONS - 1
    assert max(told["newcomers"]["passed_by"]) <= 1
    assert told["backlog"]["jain"] > 0.98
