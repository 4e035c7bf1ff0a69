"""Calls that cost money: each is charged once, whatever ends a worker and whoever wants the same words."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from faults.crew import Crew
from faults.floors import add_lessons, judge, new_course, settled
from faults.lessons import lesson_of, plain_deck
from faults.paid_provider import open_paid_provider
from faults.points import killed_at, listed

POINTS = ("speech.before", "speech.in", "speech.after", "voice_block.in", "mux.in", "publish.in")


def test_every_key_is_charged_once_through_all_kills(
    database: Database, settings: Settings, crew: Crew, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    floor, deck = new_course(database, settings), plain_deck(tmp_path)
    points = [f"e1.{point}" for point in POINTS]
    with open_paid_provider(database, settings) as paid:
        plan = listed(tmp_path, points)
        with crew.kept(2, plan=plan):
            job = floor.ended(floor.order(Engine.E1, lesson_of(floor, deck)))
            settled(database)
        crew.close()

    verdict = judge([floor])
    counted(
        f"paid: keys {len(paid.charges)}, charges {sum(paid.charges.values())}, HTTP calls {sum(paid.calls.values())}, "
        f"repeats {paid.repeats}, kills {len(killed_at(plan))}; {verdict}"
    )
    assert job.state == "succeeded"
    assert sorted(killed_at(plan)) == sorted(points)
    assert set(paid.charges.values()) == {1}
    assert all(len(keys) == 1 for keys in paid.contents.values())
    verdict.require()


def test_two_lessons_with_the_same_words_are_spoken_by_one_call(
    database: Database, settings: Settings, crew: Crew, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    floor, deck = new_course(database, settings), plain_deck(tmp_path)
    with open_paid_provider(database, settings, waits_s=1.0) as paid:
        for _ in range(2):
            crew.ready()
        lessons = add_lessons(floor, "Chalk", "Chalk again")
        for lesson_id in lessons:
            floor.upload(deck, "pptx", lesson_id)
            floor.ask("parse_ppt", lesson_id=lesson_id)
        job_ids = [floor.order(Engine.E1, lesson_id) for lesson_id in lessons]
        states = [floor.ended(job_id).state for job_id in job_ids]
        settled(database)
        crew.close()

    verdict = judge([floor])
    counted(
        f"paid: two lessons with the same words, keys {len(paid.calls)}, HTTP calls {sum(paid.calls.values())}; "
        f"{verdict}"
    )
    assert states == ["succeeded", "succeeded"]
    assert set(paid.calls.values()) == {1}
    verdict.require()
