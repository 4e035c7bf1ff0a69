"""Several workers share one lesson, and two lessons share what they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from background_shops import Shopfloor, until
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.slots import Slot
from coursecrafter.background.runner import Background
from coursecrafter.config import load_queue_settings
from coursecrafter.domain.course import Engine
from decks import Sketch, make_deck

SLIDES = 16
ONE = replace(load_queue_settings(2), renders=1, calls=1)


@pytest.fixture
def lesson(floor: Shopfloor, tmp_path: Path) -> tuple[Shopfloor, UUID]:
    """A lesson of many segments."""
    course = floor.course()
    lesson_id = course.lesson()
    sketches = [Sketch(title=f"Kind {n} of chalk", bullets=(f"Sort {n} is soft.",)) for n in range(SLIDES)]
    course.upload(make_deck(tmp_path / "Chalk.pptx", sketches, language="en"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    return course, lesson_id


@contextmanager
def second_worker(floor: Shopfloor) -> Iterator[Background]:
    background = Background(floor.settings, floor.database, queue=ONE, name="second")
    until(lambda: background.worker is not None and background.worker.is_registered)
    try:
        yield background
    finally:
        background.close()


def calls_of(course: Shopfloor) -> int:
    with course.database.admin() as admin:
        asked = sa.text("SELECT count(*) FROM course_crafter.cc_ai_calls WHERE project_id = :id AND call_type = 'tts'")
        return int(admin.execute(asked, {"id": course.project_id}).scalar_one())


def helped(course: Shopfloor, job_id: UUID) -> int:
    with course.database.queue() as conn:
        asked = sa.text(
            "SELECT count(*) FROM queue.procrastinate_jobs j WHERE queue_name = 'help' AND args ->> 'subject_id' = :id"
            " AND EXISTS (SELECT FROM queue.procrastinate_events e WHERE e.job_id = j.id AND e.type = 'started')"
        )
        return int(conn.execute(asked, {"id": str(job_id)}).scalar_one())


def test_the_segments_of_one_lesson_run_on_several_workers(floor: Shopfloor, lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson

    with second_worker(floor) as other:
        job_id = course.order(Engine.E1, lesson_id, voice_profile="en_female_neutral_2")
        job = course.ended(job_id)
        children = [len(one.carrier.children) for one in (floor.background, other)]

    assert job.state == "succeeded", job.error_message
    assert helped(course, job_id) >= 1
    assert all(children)
    # Somebody else made a part of it, and nobody made anything twice.
    assert 0 < sum(count for count, _ in job.metadata["pace"].values()) < 4 * SLIDES
    assert calls_of(course) == SLIDES
    assert len(course.read(versions_of, Slot(course.project_id, "final_video", Engine.E1, lesson_id))) == 1


def test_two_lessons_with_the_same_words_pay_for_them_once(
    floor: Shopfloor, lesson: tuple[Shopfloor, UUID], tmp_path: Path
) -> None:
    course, first_id = lesson
    second_id = course.lesson("Again")
    sketches = [Sketch(title=f"Kind {n} of chalk", bullets=(f"Sort {n} is soft.",)) for n in range(SLIDES)]
    course.upload(make_deck(tmp_path / "Same.pptx", sketches, language="en"), "pptx", second_id)
    course.ask("parse_ppt", lesson_id=second_id)

    with second_worker(floor):
        jobs = [course.order(Engine.E1, one, voice_profile="en_male_neutral_1") for one in (first_id, second_id)]
        states = [course.ended(job_id).state for job_id in jobs]

    assert states == ["succeeded", "succeeded"]
    assert calls_of(course) == SLIDES
