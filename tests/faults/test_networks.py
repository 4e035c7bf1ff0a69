"""A worker that is cut off from the database: its work goes on elsewhere, and it comes back under another number."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from background_shops import until
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from faults.crew import Crew
from faults.floors import judge, new_course, settled, snapshot
from faults.lessons import lesson_of
from faults.plan import FaultPlan
from faults.watching import attempt_at, handover_of, last_beat, wait_begun, workers
from faults.wire import open_wire

REAL_LEASE_S = 8


def test_a_worker_that_is_cut_off_loses_its_work_within_fifteen_seconds_and_comes_back(
    database: Database,
    settings: Settings,
    crew: Crew,
    plain: Path,
    undisturbed: list[str],
    counted: Callable[[str], None],
) -> None:
    floor, first = new_course(database, settings), crew.ready("calm")
    lesson_of(floor, plain)
    first.kill()
    with open_wire(database.urls) as (wire, urls):
        busy = FaultPlan(busy_kind="book_pdf", busy_s=12.0)
        crew.ready("cut", urls=urls, plan=busy, lease_s=REAL_LEASE_S, calls=0)
        book_id = floor.order(Engine.E3, None)
        wait_begun(database, book_id)
        until(lambda: floor.job(book_id).state == "in_progress")
        before = attempt_at(database, book_id).worker
        whole = crew.ready("whole", lease_s=REAL_LEASE_S)

        wire.cut()
        beat = last_beat(database, before)
        wait_begun(database, book_id, by_other_than=before)
        handover = handover_of(database, book_id, beat)
        job = floor.ended(book_id)
        time.sleep(2)
        wire.heal()
        begun = time.monotonic()
        until(lambda: any(name == "cut" and number != before for number, name in workers(database).items()))
        back_s = time.monotonic() - begun
        errand_s = floor.errand_s()
        whole.kill()
        again = floor.ended(floor.order(Engine.E3, None))
        settled(database)
        crew.close()

    verdict = judge([floor])
    line = f"{handover}, back {back_s:.1f} s after it healed under another number"
    counted(f"network cut, lease {REAL_LEASE_S} s: {line}; {verdict}")
    assert (job.state, again.state) == ("succeeded", "succeeded")
    assert attempt_at(database, book_id).worker != before
    handover.require(REAL_LEASE_S, errand_s)
    # The second render found every step made: its files are those of the first.
    assert {line.rpartition(" ")[2] for line in snapshot(floor)} <= {line.rpartition(" ")[2] for line in undisturbed}
    verdict.require()
