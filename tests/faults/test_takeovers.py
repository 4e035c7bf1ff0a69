"""Workers that are killed, frozen, told to stop, slow or of one name: their work goes on, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from background_shops import Shopfloor, until
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from faults.crew import Crew, wake
from faults.floors import judge, new_course, settled, snapshot
from faults.lessons import lesson_of
from faults.plan import FaultPlan
from faults.points import killed_at, listed
from faults.watching import attempt_at, handover_of, last_beat, processes, versions, wait_begun, workers

REAL_LEASE_S = 8
LONG_S = 60
FOREVER_S = 300.0
Say = Callable[[str], None]


@pytest.fixture
def course(database: Database, settings: Settings, crew: Crew, plain: Path) -> tuple[Shopfloor, UUID]:
    """A course with a lesson, read by a worker that is gone."""
    first = crew.ready()
    floor = new_course(database, settings)
    lesson_id = lesson_of(floor, plain)
    first.kill()
    return floor, lesson_id


def render_both(floor: Shopfloor, lesson_id: UUID) -> tuple[UUID, UUID]:
    return floor.order(Engine.E3, None), floor.order(Engine.E4, lesson_id)


def busy_at(kind: str, seconds: float = FOREVER_S) -> FaultPlan:
    return FaultPlan(busy_kind=kind, busy_s=seconds)


def test_a_killed_worker_is_noticed_and_its_work_goes_on_within_fifteen_seconds(
    database: Database, crew: Crew, course: tuple[Shopfloor, UUID], undisturbed: list[str], counted: Say
) -> None:
    floor, lesson_id = course
    slow = crew.ready("slow", plan=busy_at("book_pdf"), lease_s=REAL_LEASE_S)
    book_id = floor.order(Engine.E3, None)
    wait_begun(database, book_id)
    until(lambda: floor.job(book_id).state == "in_progress")
    crew.ready("quick", lease_s=REAL_LEASE_S)
    before = attempt_at(database, book_id).worker

    slow.kill()
    beat = last_beat(database, before)
    wait_begun(database, book_id, by_other_than=before)
    handover = handover_of(database, book_id, beat)
    floor.rendered(Engine.E4, lesson_id)
    job = floor.ended(book_id)
    errand_s = floor.errand_s()
    settled(database)
    crew.close()

    verdict = judge([floor], undisturbed)
    counted(f"kill -9, lease {REAL_LEASE_S} s: {handover}, {verdict}")
    assert job.state == "succeeded"
    handover.require(REAL_LEASE_S, errand_s)
    verdict.require()


@pytest.mark.parametrize("point", ["e3.book_pdf.before", "e3.book_pdf.in", "e3.publish.before", "e3.publish.in"])
def test_a_worker_that_is_frozen_beyond_its_lease_publishes_nothing_when_it_wakes(
    point: str,
    database: Database,
    crew: Crew,
    course: tuple[Shopfloor, UUID],
    undisturbed: list[str],
    tmp_path: Path,
    counted: Say,
) -> None:
    floor, lesson_id = course
    plan = listed(tmp_path, [point], is_frozen=True)
    frozen = crew.ready("frozen", plan=plan)
    book_id = floor.order(Engine.E3, None)
    until(lambda: killed_at(plan) == [point])
    numbers = {number for number, name in workers(database).items() if name == "frozen"}
    other = crew.ready("other")

    begun = time.monotonic()
    job = floor.ended(book_id)
    took_s = time.monotonic() - begun
    published = snapshot(floor)
    wake(frozen.family())
    until(lambda: len({n for n, name in workers(database).items() if name == "frozen"} - numbers) == len(numbers))
    other.kill()
    again = floor.rendered(Engine.E4, lesson_id)
    settled(database)
    crew.close()

    verdict = judge([floor], undisturbed)
    counted(f"frozen at {point}: done elsewhere after {took_s:.1f} s, woken, works again; {verdict}")
    assert (job.state, again.state) == ("succeeded", "succeeded")
    assert set(published) <= set(undisturbed)
    verdict.require()


def test_a_worker_that_is_slow_and_lives_is_left_alone(
    database: Database, crew: Crew, course: tuple[Shopfloor, UUID], undisturbed: list[str], counted: Say
) -> None:
    floor, lesson_id = course
    crew.ready("slow", plan=busy_at("book_pdf", 5.0))
    crew.ready("idle", renders=0)
    begun = time.monotonic()

    job_ids = render_both(floor, lesson_id)
    states = [floor.ended(job_id).state for job_id in job_ids]
    took_s = time.monotonic() - begun
    settled(database)
    attempts = [attempt_at(database, job_id).attempts for job_id in job_ids]
    crew.close()

    verdict = judge([floor], undisturbed)
    counted(f"slow and alive for {took_s:.1f} s with a lease of 1 s: attempts {attempts}, {verdict}")
    assert states == ["succeeded", "succeeded"]
    # How often it was begun before, and once for its end.
    assert attempts == [1, 1]
    verdict.require()


def test_two_workers_of_one_name_are_two_workers(
    database: Database, crew: Crew, course: tuple[Shopfloor, UUID], undisturbed: list[str], counted: Say
) -> None:
    floor, lesson_id = course
    first, _ = crew.ready("twin", plan=busy_at("book_pdf")), crew.ready("twin", plan=busy_at("scorm_zip", 2.0))
    known = processes(database, "twin")
    job_ids = render_both(floor, lesson_id)
    for job_id in job_ids:
        wait_begun(database, job_id)

    first.kill()
    states = [floor.ended(job_id).state for job_id in job_ids]
    settled(database)
    left = processes(database, "twin")
    crew.close()

    verdict = judge([floor], undisturbed)
    counted(
        f"two of one name: processes {len(set(known.values()))}, numbers {len(known)}, one killed, numbers left "
        f"{len(left)}; {verdict}"
    )
    assert states == ["succeeded", "succeeded"]
    assert len(set(known.values())) == 2
    assert left == {number: pid for number, pid in known.items() if pid != first.pid}
    verdict.require()


def test_new_code_takes_over_running_work_without_loss(
    database: Database, crew: Crew, course: tuple[Shopfloor, UUID], undisturbed: list[str], counted: Say
) -> None:
    floor, lesson_id = course
    old = crew.ready("old", version="1.0", plan=busy_at("book_pdf", 2.0), is_loaded=True, grace_s=LONG_S)
    job_ids = render_both(floor, lesson_id)
    until(lambda: floor.job(job_ids[0]).state == "in_progress")
    crew.ready("new", version="2.0", renders=0)
    seen = versions(database)

    begun = time.monotonic()
    old.tell()
    old.process.wait(2 * LONG_S)
    stopped_s = time.monotonic() - begun
    crew.ready("newer", version="2.0")
    jobs = [floor.ended(job_id) for job_id in job_ids]
    settled(database)
    crew.close()

    verdict = judge([floor], undisturbed)
    losses = [job.metadata.get("losses", 0) for job in jobs]
    counted(f"new code under running work: the old one left after {stopped_s:.1f} s, losses {losses}, {verdict}")
    assert {"1.0", "2.0"} <= seen
    assert [job.state for job in jobs] == ["succeeded", "succeeded"]
    assert losses == [0, 0]
    # By itself: nobody cut it off.
    assert stopped_s < LONG_S
    verdict.require()


def test_a_step_that_outlasts_the_grace_is_cut_off_and_made_elsewhere(
    database: Database, crew: Crew, course: tuple[Shopfloor, UUID], undisturbed: list[str], counted: Say
) -> None:
    floor, lesson_id = course
    # Neither is to be given up by the other because the machine is busy: it would be cut off for that.
    old = crew.ready("old", plan=busy_at("book_pdf"), grace_s=1, lease_s=REAL_LEASE_S)
    job_ids = [floor.order(Engine.E3, None)]
    wait_begun(database, job_ids[0])
    killed = crew.ready("killed", plan=busy_at("scorm_zip"), grace_s=2 * LONG_S, lease_s=REAL_LEASE_S)
    job_ids.append(floor.order(Engine.E4, lesson_id))
    until(lambda: [floor.job(job_id).state for job_id in job_ids] == ["in_progress"] * 2)
    time.sleep(1)

    begun = time.monotonic()
    for member in (old, killed):
        member.tell()
    old.process.wait(LONG_S)
    left_s = time.monotonic() - begun
    # An orchestrator's patience ends too.
    killed.kill()
    crew.ready("new")
    jobs = [floor.ended(job_id) for job_id in job_ids]
    settled(database)
    crew.close()

    verdict = judge([floor], undisturbed)
    counted(f"a step beyond the grace of 1 s: left after {left_s:.1f} s; another killed meanwhile; {verdict}")
    assert [job.state for job in jobs] == ["succeeded", "succeeded"]
    # The step alone would have kept it for minutes.
    assert 1 <= left_s < LONG_S
    verdict.require()
