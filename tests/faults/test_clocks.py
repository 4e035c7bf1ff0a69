"""Clocks of a worker and of the database set by an hour: nobody is given up, nothing is put off or done twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from background_shops import until
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from coursecrafter.gateway.tries import MOST_TRIES
from faults.crew import Crew
from faults.floors import judge, new_course, settled
from faults.lessons import lesson_of, one_text_deck
from faults.paid_provider import open_paid_provider
from faults.plan import FaultPlan
from faults.watching import attempt_at, rows, wait_begun, workers

HOUR_S = 3600
_BEATS = "UPDATE queue.procrastinate_workers SET last_heartbeat = last_heartbeat + make_interval(secs => :step)"
_WAITS = "UPDATE queue.procrastinate_jobs SET scheduled_at = scheduled_at + make_interval(secs => :step)"


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
def test_a_workers_clock_that_is_set_by_an_hour_changes_nothing(
    step_s: int, database: Database, settings: Settings, crew: Crew, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    clock, floor = tmp_path / "clock", new_course(database, settings)
    with open_paid_provider(database, settings) as paid:
        plan = FaultPlan(clock=str(clock), busy_kind="voice_block", busy_s=2.0)
        crew.ready("wrong", plan=plan)
        crew.ready("right", renders=0)
        lesson_id = lesson_of(floor, one_text_deck(tmp_path))
        known = workers(database)
        paid.refused = MOST_TRIES
        job_id = floor.order(Engine.E1, lesson_id)
        wait_begun(database, job_id)

        clock.write_text(str(step_s))
        begun = time.monotonic()
        job = floor.ended(job_id)
        took_s = time.monotonic() - begun
        settled(database)
        # Whoever looks after chores begins anew where its clock is set back: they are timed by it.
        until(lambda: sorted(workers(database).values()) == sorted(known.values()))
        still = workers(database)
        crew.close()

    verdict = judge([floor])
    attempts, tries = attempt_at(database, job_id).attempts, job.metadata.get("tries")
    line = f"one try failed and the next came in time, {took_s:.1f} s in all, attempts {attempts}"
    counted(f"a worker's clock set by {step_s} s: {line}, workers given up {len(known) - len(still)}; {verdict}")
    assert job.state == "succeeded"
    assert (tries, attempts) == (1, 2)
    assert len(known.keys() - still.keys()) <= (step_s < 0)
    # Nothing waits for the hour to pass; a wait of minutes in which nothing moves is given up on before.
    assert took_s < HOUR_S / 2
    assert set(paid.charges.values()) == {1}
    verdict.require()


@pytest.mark.parametrize("step_s", [HOUR_S, -HOUR_S])
def test_a_databases_clock_that_is_set_by_an_hour_changes_nothing(
    step_s: int, database: Database, settings: Settings, crew: Crew, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    floor = new_course(database, settings)
    with open_paid_provider(database, settings) as paid:
        crew.ready("one", plan=FaultPlan(busy_kind="voice_block", busy_s=2.0))
        crew.ready("other", renders=0)
        lesson_id = lesson_of(floor, one_text_deck(tmp_path))
        known = workers(database)
        paid.refused = MOST_TRIES
        job_id = floor.order(Engine.E1, lesson_id)
        until(lambda: attempt_at(database, job_id).attempts == 1)

        # What was written before the clock was set stands as far from its `now` as the clock was set.
        with database.admin() as conn:
            # The queue's own trigger looks for its table there.
            conn.execute(sa.text("SET LOCAL search_path = queue"))
            for statement in (_BEATS, _WAITS):
                conn.execute(sa.text(statement), {"step": -step_s})
        begun = time.monotonic()
        job = floor.ended(job_id)
        took_s = time.monotonic() - begun
        settled(database)
        still = workers(database)
        crew.close()

    verdict = judge([floor])
    attempts = attempt_at(database, job_id).attempts
    late = rows(database, "SELECT FROM queue.procrastinate_jobs WHERE status = 'todo'")
    counted(
        f"the database's clock set by {step_s} s: over after {took_s:.1f} s, attempts {attempts}, put off {len(late)}, "
        f"workers given up {len(known) - len(still)}; {verdict}"
    )
    assert job.state == "succeeded"
    assert attempts == 2
    assert still == known
    assert took_s < HOUR_S / 2
    verdict.require()
