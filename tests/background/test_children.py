"""A child process whose worker is gone ends by itself, and writes nothing on its way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from background_shops import PATIENCE_S, Shopfloor, chalk_deck, until
from coursecrafter.background.runner import Background
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.fence import Fence
from coursecrafter.jobs.queueing import is_queued

# The task waits for a process of its own, and says what came of writing once that was ended. The child's own end is
# put off until it has said so, as on a machine that is busy.
PROGRAM = """
import os, subprocess, sys, time
from pathlib import Path
from coursecrafter.authoring.render_jobs import fail_render
from coursecrafter.background import child, tasks

said, leave = Path(sys.argv[1]), os._exit

def wait_and_fail(shop, project_id, job_id):
    reader = subprocess.Popen(["sleep", "600"])
    said.with_suffix(".begun").touch()
    reader.wait()
    try:
        with shop.database.worker(shop.identity(project_id)) as conn:
            fail_render(conn, shop.author, job_id, "the reader ended")
        say("written")
    except Exception as error:
        say(type(error).__name__)

def say(word):
    # Whole or not there: whoever waits for it goes at once.
    said.with_suffix(".part").write_text(word)
    said.with_suffix(".part").rename(said)

def leave_later(code):
    ends = time.monotonic() + 60
    while not said.exists() and time.monotonic() < ends:
        time.sleep(0.01)
    leave(code)

child.os._exit = leave_later
tasks.TASKS["wait"] = wait_and_fail
child.main()
"""

# The render ends in its row at once, and says so after its worker has looked at the row a few times.
SLOW_TO_SAY = """
import time
from coursecrafter.authoring.render_jobs import fail_render
from coursecrafter.background import child, tasks
from coursecrafter.background.workers import LOOK_EVERY_S

def end_and_say_so(shop, project_id, job_id):
    with shop.database.worker(shop.identity(project_id)) as conn:
        fail_render(conn, shop.author, job_id, "it ended")
    time.sleep(4 * LOOK_EVERY_S)
    return {}

tasks.TASKS["render"] = end_and_say_so
child.main()
"""


def fetched(floor: Shopfloor, job_id: UUID) -> Fence:
    """A render as a worker that is gone has left it: fetched, and not yet given to another one."""
    with floor.database.queue() as conn:
        worker_id = conn.scalar(sa.text("INSERT INTO queue.procrastinate_workers DEFAULT VALUES RETURNING id"))
        fetch = sa.text(
            "UPDATE queue.procrastinate_jobs SET status = 'doing', worker_id = :worker"
            " WHERE args->>'subject_id' = :job RETURNING id, worker_id, attempts"
        )
        return Fence(*conn.execute(fetch, {"worker": worker_id, "job": str(job_id)}).one())


def test_what_breaks_because_the_worker_is_gone_is_not_written_down(floor: Shopfloor, tmp_path: Path) -> None:
    lesson_id = floor.lesson()
    floor.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
    floor.ask("parse_ppt", lesson_id=lesson_id)
    floor.background.close()
    job_id = floor.order(Engine.E1, lesson_id)
    fence = fetched(floor, job_id)
    place = floor.background._place(floor.settings)
    order = {
        "task": "wait",
        "org_id": str(floor.author.org_id),
        "user_id": str(floor.author.user_id),
        "project_id": str(floor.project_id),
        "fence": [fence.job, fence.worker, fence.attempt],
        "arguments": {"job_id": str(job_id)},
    }
    said = tmp_path / "said"
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(said)], stdin=subprocess.PIPE, text=True)
    assert process.stdin is not None
    process.stdin.write(f"{json.dumps(dict(place))}\n{json.dumps(order)}\n")
    process.stdin.flush()
    until(said.with_suffix(".begun").exists)

    process.stdin.close()

    process.wait(PATIENCE_S)
    assert said.read_text() == "WorkTakenOver"
    assert floor.job(job_id).state == "queued"


def test_a_render_that_ended_is_not_taken_for_one_that_nobody_wants(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    floor.background = Background(floor.settings, floor.database)
    course.background = floor.background
    course.upload(chalk_deck(tmp_path / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    floor.background.close()
    background = Background(floor.settings, floor.database, program=[sys.executable, "-c", SLOW_TO_SAY])
    try:
        job_id = course.order(Engine.E1, lesson_id)
        until(lambda: course.job(job_id).state == "failed")
        until(lambda: not course.read(is_queued, job_id))
        processes = [child._process for child in background.carrier.children]
    finally:
        background.close()

    assert processes
    assert None not in processes
