"""Workers that are silent are found by waiting; no clock is compared, and nobody who beats is given up."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import psutil
import pytest
import sqlalchemy as sa

from background_shops import PATIENCE_S, Shopfloor, chalk_deck, until
from coursecrafter.background.rescue import Watch
from coursecrafter.background.runner import Background
from coursecrafter.config import LEASE_S, load_queue_settings
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.queue_app import Presence, QueueManager, make_connector
from faults.watching import clock_of, handover_of

SETTINGS = replace(load_queue_settings(2), lease_s=1.0)


@contextmanager
def silent_worker(floor: Shopfloor) -> Iterator[int]:
    """A worker that never beats again."""
    with floor.database.queue() as conn:
        made = conn.execute(sa.text("INSERT INTO queue.procrastinate_workers DEFAULT VALUES RETURNING id"))
        worker_id = int(made.scalar_one())
    yield worker_id
    with floor.database.queue() as conn:
        conn.execute(sa.text("DELETE FROM queue.procrastinate_workers WHERE id = :id"), {"id": worker_id})


def set_clock(floor: Shopfloor, worker_id: int, by: str) -> None:
    """The database's clock is set: the heartbeats that it wrote look as much older or newer."""
    with floor.database.queue() as conn:
        beat = sa.text(
            "UPDATE queue.procrastinate_workers w SET last_heartbeat = w.last_heartbeat + CAST(:by AS interval)"
            " WHERE w.id = :id"
        )
        conn.execute(beat, {"id": worker_id, "by": by})


def is_registered(floor: Shopfloor, worker_id: int) -> bool:
    with floor.database.queue() as conn:
        found = sa.text("SELECT count(*) FROM queue.procrastinate_workers WHERE id = :id")
        return bool(conn.execute(found, {"id": worker_id}).scalar_one())


def looks(floor: Shopfloor, times_s: list[float], between: dict[int, tuple[int, str]]) -> None:
    """Look after the queue at these moments of a steady clock; set the database's clock before some of them."""

    async def look() -> None:
        connector = make_connector(floor.database.urls.worker)
        await connector.open_async()
        watch = Watch([QueueManager(connector, SETTINGS, Presence("w", "renders", 1))], SETTINGS.lease_s)
        try:
            for number, now_s in enumerate(times_s):
                if number in between:
                    set_clock(floor, *between[number])
                await watch.look(set(floor.background.worker.ids if floor.background.worker else ()), now_s)
        finally:
            await connector.close_async()

    # A browser of other tests may keep a loop of this thread.
    with ThreadPoolExecutor(1) as apart:
        apart.submit(asyncio.run, look()).result()


def test_a_worker_whose_beat_stands_still_for_its_lease_is_given_up(floor: Shopfloor) -> None:
    with silent_worker(floor) as worker_id:
        looks(floor, [0.0, 0.9], {})
        is_there_within_the_lease = is_registered(floor, worker_id)
        looks(floor, [0.0, 0.9, 1.2], {})
        is_there_after_it = is_registered(floor, worker_id)

    assert is_there_within_the_lease
    assert not is_there_after_it


def test_a_worker_that_was_frozen_within_a_heartbeat_does_not_keep_its_work(floor: Shopfloor) -> None:
    """Its transaction holds its row, which whoever gives it up wants: the server ends it."""

    async def look_while_it_is_frozen(worker_id: int) -> None:
        connectors = [make_connector(floor.database.urls.worker) for _ in range(2)]
        for connector in connectors:
            await connector.open_async()
        frozen = await connectors[0].pool.getconn()
        try:
            await frozen.execute("SELECT procrastinate_update_heartbeat_v1(%s)", [worker_id])
            watch = Watch([QueueManager(connectors[1], SETTINGS, Presence("w", "renders", 1))], SETTINGS.lease_s)
            own = set(floor.background.worker.ids if floor.background.worker else ())
            for now_s in (0.0, 1.2):
                await asyncio.wait_for(watch.look(own, now_s), PATIENCE_S)
        finally:
            await connectors[0].pool.putconn(frozen)
            for connector in connectors:
                await connector.close_async()

    with silent_worker(floor) as worker_id:
        with ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, look_while_it_is_frozen(worker_id)).result()

        assert not is_registered(floor, worker_id)


@pytest.mark.parametrize("by", ["-1 hour", "1 hour"])
def test_a_clock_that_is_set_by_an_hour_gives_nobody_up(floor: Shopfloor, by: str) -> None:
    with silent_worker(floor) as worker_id:
        looks(floor, [0.0, 0.9, 1.2, 1.9], {2: (worker_id, by)})

        assert is_registered(floor, worker_id)


def test_a_worker_that_was_given_up_begins_anew_and_its_work_is_done_once(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    worker = floor.background.worker
    assert worker is not None
    before = worker.ids
    job_id = course.order(Engine.E1, lesson_id)
    until(lambda: course.job(job_id).state == "in_progress")

    with floor.database.queue() as conn:
        conn.execute(sa.text("DELETE FROM queue.procrastinate_workers WHERE id = ANY (:ids)"), {"ids": list(before)})

    assert course.ended(job_id).state == "succeeded"
    until(lambda: worker.is_registered and not set(worker.ids) & set(before))


def test_work_that_a_database_forgot_was_fetched_is_done_all_the_same(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    job_id = course.order(Engine.E1, lesson_id)
    until(lambda: course.job(job_id).state == "in_progress")

    # As after a fall back on a standby to which the last commits had not come.
    with floor.database.queue() as conn:
        forgets = (
            "UPDATE queue.procrastinate_jobs SET status = 'todo', worker_id = NULL WHERE args->>'subject_id' = :job"
        )
        conn.execute(sa.text(forgets), {"job": str(job_id)})

    assert course.ended(job_id).state == "succeeded"
    until(lambda: queued_as(floor, job_id) == "succeeded")


def queued_as(floor: Shopfloor, job_id: UUID) -> str:
    with floor.database.queue() as conn:
        found = sa.text("SELECT status FROM queue.procrastinate_jobs WHERE args->>'subject_id' = :job ORDER BY id")
        return str(conn.execute(found, {"job": str(job_id)}).scalars().first())


def test_work_goes_on_elsewhere_within_15_seconds_of_a_kill(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    floor.background.close()
    with killed_in_the_middle(course, lesson_id) as job_id:
        since = clock_of(course.database)
        floor.background = course.background = Background(course.settings, course.database)
        # Nobody is there before who could notice.
        start_s = until(lambda: floor.background.worker is not None and floor.background.worker.is_registered)
        until(lambda: "goes on where it was left" in [text for _, text in course.job(job_id).log])
        handover = handover_of(course.database, job_id, since)

    assert course.ended(job_id).state == "succeeded"
    handover.require(LEASE_S, start_s + course.errand_s())


@contextmanager
def killed_in_the_middle(course: Shopfloor, lesson_id: UUID) -> Iterator[UUID]:
    """A render whose worker, a process of its own, was killed while it ran."""
    urls = course.database.urls
    program = (
        "import sys, time; from pathlib import Path; import sqlalchemy as sa\n"
        "from coursecrafter.background.runner import Background; from coursecrafter.config import Settings\n"
        "from coursecrafter.db.session import Database; from coursecrafter.db.urls import DatabaseUrls\n"
        "database = Database(DatabaseUrls(*map(sa.make_url, sys.argv[1:4])), is_embedded=False)\n"
        "Background(Settings(Path(sys.argv[4]), sys.argv[5], None, None, 2), database)\n"
        "time.sleep(600)\n"
    )
    addresses = [url.render_as_string(hide_password=False) for url in (urls.app, urls.worker, urls.admin)]
    place = [str(course.settings.home), course.settings.store_url]
    process = subprocess.Popen([sys.executable, "-c", program, *addresses, *place])
    try:
        with course.database.admin() as admin:
            # The render stands still at its first call, so that the kill comes in the middle.
            admin.exec_driver_sql("LOCK TABLE course_crafter.cc_ai_calls IN ACCESS EXCLUSIVE MODE")
            job_id = course.order(Engine.E1, lesson_id, voice_profile="en_male_lively_2")
            until(lambda: course.job(job_id).state == "in_progress")
            children = psutil.Process(process.pid).children(recursive=True)
            process.send_signal(signal.SIGKILL)
            process.wait(PATIENCE_S)
            # Whose worker is gone has a second to end by itself: let go on, it would be done by then.
            _, alive = psutil.wait_procs(children, timeout=PATIENCE_S)
        assert not [child for child in alive if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
        yield job_id
    finally:
        process.kill()
        process.wait(PATIENCE_S)
