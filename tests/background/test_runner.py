"""What becomes of work that is cancelled, killed, stopped or left."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from api_people import without_admin
from background_shops import PATIENCE_S, Shopfloor, chalk_deck, until
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.documents import ProjectDocument, documents_of
from coursecrafter.authoring.job_rows import read_pace
from coursecrafter.authoring.render_jobs import (
    INTERRUPTED,
    cancel_render,
    close_interrupted,
    request_render,
    start_render,
)
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import find_source
from coursecrafter.background.carrying import FIRST_WAIT_S, LONGEST_WAIT_S, MOST_DEATHS, wait_before
from coursecrafter.background.chores import tend
from coursecrafter.background.films import NoSourceYet
from coursecrafter.background.processes import _children
from coursecrafter.background.runner import Background, NothingToTake
from coursecrafter.config import load_queue_settings
from coursecrafter.domain.course import Engine
from coursecrafter.engines.e1_voiceover.plan import NothingToShow
from coursecrafter.jobs.queueing import is_queued


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return chalk_deck(tmp_path_factory.mktemp("decks") / "Chalk.pptx")


@pytest.fixture
def lesson(floor: Shopfloor, deck: Path) -> tuple[Shopfloor, UUID]:
    """A lesson with a plan that no voice has spoken yet."""
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    return course, lesson_id


def pids(background: Background) -> list[int]:
    """The child processes that are alive."""
    processes = [child._process for child in background.carrier.children]
    return [process.pid for process in processes if process is not None and process.poll() is None]


def is_alive(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


@contextmanager
def held_back(course: Shopfloor) -> Iterator[None]:
    """Whoever renders the course waits for its lesson's row: a render that lasts as long as a test wants."""
    with course.database.admin() as admin:
        admin.exec_driver_sql("LOCK TABLE course_crafter.cc_ai_calls IN ACCESS EXCLUSIVE MODE")
        yield


def test_a_cancelled_render_ends_with_its_processes_within_two_seconds(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson

    with held_back(course):
        job_id = course.order(Engine.E1, lesson_id, voice_profile="en_male_lively_2")
        until(lambda: course.job(job_id).state == "in_progress")
        at_work = [pid for pid in pids(course.background) if is_alive(pid)]
        below = [child for pid in at_work for child in _children(pid)]
        course.do(cancel_render, job_id)
        waited_s = until(lambda: not course.read(is_queued, job_id))

    assert waited_s < 2 + course.errand_s()
    assert at_work
    assert not any(is_alive(pid) for pid in below)
    assert course.job(job_id).state == "cancelled"
    assert course.read(versions_of, Slot(course.project_id, "final_video", Engine.E1, lesson_id)) == ()


def test_a_process_that_is_killed_is_replaced_and_the_render_succeeds(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson

    with held_back(course):
        job_id = course.order(Engine.E1, lesson_id, voice_profile="en_female_lively_2")
        until(lambda: course.job(job_id).state == "in_progress")
        kill(pids(course.background))
        until(lambda: "ended unexpectedly" in log_of(course, job_id))

    assert course.ended(job_id).state == "succeeded"


def test_a_process_that_is_killed_each_time_fails_its_job_with_a_code(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson

    with held_back(course):
        job_id = course.order(Engine.E1, lesson_id, voice_profile="en_female_calm_1")
        for tries in range(MOST_DEATHS):
            until(lambda: course.job(job_id).state == "in_progress" and bool(pids(course.background)))
            until(lambda tries=tries: log_of(course, job_id).count("goes on") == tries)
            kill(pids(course.background))
            until(lambda tries=tries: course.job(job_id).metadata.get("tries", 0) == tries + 1)

    job = course.ended(job_id)
    assert (job.state, job.metadata["error"]["code"]) == ("failed", "CC-0609")
    assert job.metadata["error"]["remedy"]
    assert course.rendered(Engine.E1, lesson_id).state == "succeeded"


def test_a_render_that_fails_says_what_where_and_what_to_do(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    other_id = course.lesson("Empty")
    course.ask("design_module", lesson_id=other_id)

    job = course.ended(course.order(Engine.E1, other_id))

    assert job.state == "failed"
    assert job.error_message == "The lesson “Empty” has nothing to show."
    assert job.metadata["error"] == {
        "code": "CC-0201",
        "message": job.error_message,
        "remedy": NothingToShow.remedy,
        "place": None,
    }


def test_a_start_takes_up_what_the_queue_does_not_hold(
    lesson: tuple[Shopfloor, UUID], deck: Path, tmp_path: Path
) -> None:
    course, lesson_id = lesson
    left = course.do(request_render, Engine.E1, course.project_id, lesson_id).id
    course.do(start_render, left)
    waiting = course.do(request_render, Engine.E1, course.project_id, lesson_id).id
    text = tmp_path / "Notes.md"
    text.write_text("# Chalk\n\nChalk is soft. Slate is hard.\n")
    document_id = course.document(text)
    source_id = course.upload(deck, "pptx")

    background = Background(course.settings, course.database)
    try:
        until(lambda: course.job(waiting).state == "succeeded")
        until(lambda: _found(course, source_id) is not None and _document(course, document_id).status == "parsed")
    finally:
        background.close()

    assert (course.job(left).state, course.job(left).error_message) == ("failed", INTERRUPTED)
    assert _document(course, document_id).summary


def test_what_the_queue_holds_is_nobodys_to_fail(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson

    with held_back(course):
        job_id = course.order(Engine.E1, lesson_id, voice_profile="en_male_calm_1")
        until(lambda: course.job(job_id).state == "in_progress")
        failed = course.do(close_interrupted, course.project_id)
        taken_up = tend(course.database)

    assert (failed, taken_up) == (0, 0)
    assert course.ended(job_id).state == "succeeded"


def test_a_stop_hands_over_what_runs_and_leaves_what_waits(
    floor: Shopfloor, lesson: tuple[Shopfloor, UUID], tmp_path: Path
) -> None:
    course, lesson_id = lesson
    queue = replace(load_queue_settings(2), grace_s=0.5)
    background = Background(course.settings, course.database, queue=queue)
    floor.background.close()
    try:
        with held_back(course):
            running = course.order(Engine.E1, lesson_id, voice_profile="en_male_neutral_2")
            until(lambda: course.job(running).state == "in_progress")
            waiting = course.order(Engine.E1, lesson_id)
            begun = time.monotonic()
            background.close()
            took_s = time.monotonic() - begun
        states = [course.job(job_id).state for job_id in (running, waiting)]
    finally:
        floor.background = Background(course.settings, course.database)

    # The render alone would have kept it for ever.
    assert took_s < 5 + course.errand_s()
    assert states == ["in_progress", "queued"]
    assert [course.ended(job_id).state for job_id in (running, waiting)] == ["succeeded", "succeeded"]
    assert "goes on where it was left" in log_of(course, running)


def test_a_call_is_answered_by_whichever_worker_there_is(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    caller = Background(course.settings, course.database, is_working=False)

    try:
        answer = caller.call(course.identity, "design_module", lesson_id=lesson_id).result(PATIENCE_S)
        with pytest.raises(NoSourceYet):
            caller.call(course.identity, "parse_ppt", lesson_id=uuid4()).result(PATIENCE_S)
    finally:
        caller.close()

    assert answer["interactions"]


def test_a_worker_without_the_administrators_login_leaves_chores_to_others(
    floor: Shopfloor, lesson: tuple[Shopfloor, UUID]
) -> None:
    course, lesson_id = lesson
    unprivileged = without_admin(course.database)
    floor.background.close()

    worker = Background(course.settings, unprivileged)
    try:
        until(lambda: worker.worker is not None and worker.worker.is_registered)
        job = course.rendered(Engine.E4, lesson_id)
        with course.database.queue() as conn:
            lanes = set(conn.execute(sa.text("SELECT lane FROM queue.workers")).scalars())
        with pytest.raises(NothingToTake):
            Background(course.settings, unprivileged, queue=replace(load_queue_settings(2), renders=0, calls=0))
    finally:
        worker.close()
        unprivileged.close()
        floor.background = Background(course.settings, course.database)

    assert job.state == "succeeded"
    assert lanes == {"renders", "calls"}


def test_time_left_is_told_from_past_renders(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    course.rendered(Engine.E1, lesson_id, voice_profile="en_male_lively_1")

    pace = course.read(read_pace, course.project_id, Engine.E1)

    assert {"speech", "still", "voice_block", "mux"} <= pace.keys()
    assert all(seconds > 0 for seconds in pace.values())
    assert course.read(read_pace, course.project_id, Engine.E3) == {}


@pytest.mark.parametrize("tries", [1, 2, 3, 9])
def test_another_try_waits_longer_each_time_within_bounds(tries: int) -> None:
    waits = [wait_before(tries) for _ in range(50)]

    longest = min(FIRST_WAIT_S * 2 ** (tries - 1), LONGEST_WAIT_S)
    assert longest / 2 <= min(waits) < max(waits) <= longest
    assert len(set(waits)) > 40


def kill(processes: list[int]) -> None:
    for pid in processes:
        os.kill(pid, signal.SIGKILL)


def log_of(course: Shopfloor, job_id: UUID) -> str:
    return "\n".join(text for _, text in course.job(job_id).log)


def _document(course: Shopfloor, document_id: UUID) -> ProjectDocument:
    found = course.read(documents_of, course.store, course.project_id)
    return next(one for one in found if one.id == document_id)


def _found(course: Shopfloor, source_id: UUID) -> object:
    return course.read(read_source_parse, course.store, course.read(find_source, source_id))
