"""What becomes of work that is cancelled, killed, stopped or left."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import pytest

from background_shops import Shopfloor, chalk_deck, until
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.documents import ProjectDocument, documents_of
from coursecrafter.authoring.render_jobs import INTERRUPTED, cancel_render, start_render
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import find_source
from coursecrafter.background.processes import _children
from coursecrafter.background.runner import Background
from coursecrafter.background.workers import WorkerDied, WorkGivenUp
from coursecrafter.domain.course import Engine
from coursecrafter.engines.e1_voiceover.plan import NothingToShow


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
    processes = [worker._process for worker in background._workers]
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
    job_id = course.order(Engine.E1, lesson_id, voice_profile="en_male_lively_2")

    with held_back(course):
        future = course.background.render(course.identity, job_id)
        until(lambda: course.job(job_id).state == "in_progress")
        at_work = [pid for pid in pids(course.background) if is_alive(pid)]
        below = [child for pid in at_work for child in _children(pid)]
        course.do(cancel_render, job_id)
        waited_s = until(future.done, 10)

    assert waited_s < 2
    assert isinstance(future.exception(), WorkGivenUp)
    assert not any(is_alive(pid) for pid in below)
    assert course.job(job_id).state == "cancelled"
    assert course.read(versions_of, Slot(course.project_id, "final_video", Engine.E1, lesson_id)) == ()


def test_a_process_that_is_killed_fails_its_job_and_the_next_one_succeeds(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    job_id = course.order(Engine.E1, lesson_id, voice_profile="en_female_lively_2")

    with held_back(course):
        future = course.background.render(course.identity, job_id)
        until(lambda: course.job(job_id).state == "in_progress")
        for pid in pids(course.background):
            os.kill(pid, signal.SIGKILL)
        until(future.done, 10)

    job = course.job(job_id)
    assert isinstance(future.exception(), WorkerDied)
    assert (job.state, job.metadata["error"]["code"]) == ("failed", "CC-0609")
    assert "remedy" in job.metadata["error"]
    assert course.rendered(Engine.E1, lesson_id).state == "succeeded"


def test_a_render_that_fails_says_what_where_and_what_to_do(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    other_id = course.lesson("Empty")
    course.ask("design_module", lesson_id=other_id)
    job_id = course.order(Engine.E1, other_id)

    error = course.background.render(course.identity, job_id).exception(120)

    job = course.job(job_id)
    assert isinstance(error, NothingToShow)
    assert job.state == "failed"
    assert job.error_message == "The lesson “Empty” has nothing to show."
    assert job.metadata["error"] == {
        "code": "CC-0201",
        "message": job.error_message,
        "remedy": NothingToShow.remedy,
        "place": None,
    }


def test_a_start_takes_up_what_a_stop_left(lesson: tuple[Shopfloor, UUID], deck: Path, tmp_path: Path) -> None:
    course, lesson_id = lesson
    left = course.order(Engine.E1, lesson_id)
    course.do(start_render, left)
    waiting = course.order(Engine.E1, lesson_id)
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


def test_a_stop_ends_what_runs_and_leaves_what_waits(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    background = Background(course.settings, course.database)
    running = course.order(Engine.E1, lesson_id, voice_profile="en_male_neutral_2")
    waiting = course.order(Engine.E1, lesson_id)

    with held_back(course):
        background.render(course.identity, running)
        background.render(course.identity, waiting)
        until(lambda: course.job(running).state == "in_progress")
        background.close()

    assert (course.job(running).state, course.job(running).error_message) == ("failed", INTERRUPTED)
    assert course.job(waiting).state == "queued"
    course.do(cancel_render, waiting)


def _document(course: Shopfloor, document_id: UUID) -> ProjectDocument:
    found = course.read(documents_of, course.store, course.project_id)
    return next(one for one in found if one.id == document_id)


def _found(course: Shopfloor, source_id: UUID) -> object:
    return course.read(read_source_parse, course.store, course.read(find_source, source_id))
