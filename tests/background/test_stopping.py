"""A worker that is told to stop: alive until it has stopped, and stopped also if its database is away."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from uuid import UUID

import pytest
import sqlalchemy as sa

from background_shops import PATIENCE_S, Shopfloor, chalk_deck, open_shopfloor, until
from coursecrafter.background.runner import Background
from coursecrafter.config import load_queue_settings
from coursecrafter.db.embedded import find_instance
from coursecrafter.domain.course import Engine
from database import open_test_server

LEASES = 2
"""A step that takes so long would have been begun elsewhere."""

# A render of one long step.
LONG_STEP = """
import sys, time
from pathlib import Path
from coursecrafter.authoring.render_jobs import fail_render, start_render
from coursecrafter.background import child, tasks

def wait_and_end(shop, project_id, job_id):
    with shop.database.worker(shop.identity(project_id)) as conn:
        start_render(conn, shop.author, job_id)
    while not Path(sys.argv[1]).exists():
        time.sleep(0.05)
    with shop.database.worker(shop.identity(project_id)) as conn:
        fail_render(conn, shop.author, job_id, "said by the first")
    return {}

tasks.TASKS["render"] = wait_and_end
child.main()
"""


@pytest.fixture
def lesson(floor: Shopfloor, tmp_path: Path) -> tuple[Shopfloor, UUID]:
    return planned(floor, tmp_path)


def planned(floor: Shopfloor, folder: Path) -> tuple[Shopfloor, UUID]:
    """A lesson with a plan that no voice has spoken yet."""
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(chalk_deck(folder / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    return course, lesson_id


@contextmanager
def held_back(course: Shopfloor) -> Iterator[None]:
    """Whoever speaks waits: a step that lasts as long as a test wants."""
    with course.database.admin() as admin:
        admin.exec_driver_sql("LOCK TABLE course_crafter.cc_ai_calls IN ACCESS EXCLUSIVE MODE")
        yield


def beat_of(course: Shopfloor, worker_id: int) -> datetime | None:
    """Its last heartbeat; None once it is given up or has left."""
    with course.database.queue() as conn:
        beat = sa.text("SELECT last_heartbeat FROM queue.procrastinate_workers WHERE id = :id")
        found: datetime | None = conn.scalar(beat, {"id": worker_id})
        return found


def test_a_worker_that_is_told_to_stop_shows_that_it_lives_until_its_step_has_ended(
    floor: Shopfloor, lesson: tuple[Shopfloor, UUID], tmp_path: Path
) -> None:
    course, lesson_id = lesson
    floor.background.close()
    go = tmp_path / "go"
    queue = replace(load_queue_settings(2), grace_s=PATIENCE_S)
    program = [sys.executable, "-c", LONG_STEP, str(go)]
    stopping = Background(course.settings, course.database, queue=queue, program=program)
    job_id = course.order(Engine.E1, lesson_id)
    until(lambda: course.job(job_id).state == "in_progress")
    with course.database.queue() as conn:
        doing = sa.text("SELECT worker_id FROM queue.procrastinate_jobs WHERE args ->> 'subject_id' = :id")
        worker_id = conn.scalar(doing, {"id": str(job_id)})
    other = floor.background = Background(course.settings, course.database, queue=queue)
    until(lambda: other.worker is not None and other.worker.is_registered)
    begun = beat_of(course, worker_id)
    closing = Thread(target=stopping.close)
    closing.start()

    assert begun is not None
    enough = begun + timedelta(seconds=LEASES * queue.lease_s)
    until(lambda: (beat_of(course, worker_id) or enough) >= enough)
    is_known = beat_of(course, worker_id) is not None
    go.touch()
    closing.join(PATIENCE_S)

    assert is_known
    assert course.job(job_id).error_message == "said by the first"


def test_a_worker_whose_database_is_away_stops_all_the_same(tmp_path: Path) -> None:
    with (
        open_test_server() as server,
        server.session_database() as database,
        open_shopfloor(database, tmp_path / "home") as floor,
    ):
        instance = find_instance(server.home / "postgresql", 18)
        course, lesson_id = planned(floor, tmp_path)
        floor.background.close()
        queue = replace(load_queue_settings(2), lease_s=2, grace_s=1)
        stopping = Background(course.settings, course.database, queue=queue)
        with held_back(course):
            job_id = course.order(Engine.E1, lesson_id)
            until(lambda: course.job(job_id).state == "in_progress")
        instance._run("pg_ctl", "stop", "-w", "-m", "immediate", data=instance.data)
        closing = Thread(target=stopping.close, daemon=True)
        closing.start()
        closing.join(PATIENCE_S)
        has_stopped = not closing.is_alive()
        instance.start()
        floor.background = Background(course.settings, course.database, queue=queue)

        assert has_stopped
        assert course.ended(job_id).state == "succeeded"
