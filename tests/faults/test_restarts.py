"""PostgreSQL is restarted at once, twice, under fifty jobs."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from background_shops import until
from coursecrafter.authoring.documents import documents_of
from coursecrafter.db.embedded import find_instance
from coursecrafter.db.session import Database, DatabaseUnreachable
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.queueing import PARSE_DOCUMENT, enqueue_parse
from database import open_test_server
from faults.crew import open_crew
from faults.floors import add_lessons, judge, new_course, settings_in, settled
from faults.lessons import plain_deck
from faults.nursery import Nursery
from faults.watching import rows

RENDERS, READINGS = 6, 44
RESTARTS, SOME = 2, 8
_OVER = "SELECT count(*) FROM queue.procrastinate_jobs WHERE status NOT IN ('todo', 'doing')"


def test_a_database_that_is_restarted_twice_under_fifty_jobs_loses_none(
    nursery: Nursery, tmp_path: Path, counted: Callable[[str], None]
) -> None:
    settings, deck = settings_in(tmp_path), plain_deck(tmp_path)
    with (
        open_test_server() as server,
        server.session_database() as database,
        open_crew(database, settings, nursery) as crew,
    ):
        instance = find_instance(server.home / "postgresql", 18)
        floor = new_course(database, settings)
        for _ in range(2):
            crew.ready()
        lessons = add_lessons(floor, *(f"Lesson {number}" for number in range(RENDERS - 1)))
        for lesson_id in lessons:
            floor.upload(deck, "pptx", lesson_id)
            floor.ask("parse_ppt", lesson_id=lesson_id)
        job_ids = [floor.order(Engine.E3, None), *(floor.order(Engine.E4, lesson_id) for lesson_id in lessons)]
        for number in range(READINGS):
            text = tmp_path / f"Notes {number}.md"
            text.write_text(f"# Chalk {number}\n\nChalk is soft. Slate is hard. Number {number} is neither.\n")
            document_id = floor.document(text)
            with database.app(floor.identity) as conn:
                enqueue_parse(conn, PARSE_DOCUMENT, floor.project_id, document_id)
        begun, restarts_s = time.monotonic(), []
        for _ in range(RESTARTS):
            _wait_for_more(database)
            stopping = time.monotonic()
            instance._run("pg_ctl", "restart", "-w", "-m", "immediate", data=instance.data)
            restarts_s.append(time.monotonic() - stopping)
            until(lambda: _answers(database))
        states_of_jobs = [floor.ended(job_id).state for job_id in job_ids]
        settled(database)
        took_s = time.monotonic() - begun
        states = [one.status for one in floor.read(documents_of, floor.store, floor.project_id)]
        verdict = judge([floor], is_over=False)
        crew.close()

    counted(
        f"PostgreSQL restarted {len(restarts_s)} times ({', '.join(f'{one:.1f} s' for one in restarts_s)}) under "
        f"{len(job_ids) + READINGS} jobs in {took_s:.1f} s: read {states.count('parsed')} of {READINGS}; {verdict}"
    )
    assert states == ["parsed"] * READINGS
    assert states_of_jobs == ["succeeded"] * RENDERS
    verdict.require()


def _wait_for_more(database: Database) -> None:
    """Wait until some more jobs are over."""
    over = rows(database, _OVER)[0][0]
    until(lambda: rows(database, _OVER)[0][0] >= over + SOME)


def _answers(database: Database) -> bool:
    try:
        rows(database, "SELECT 1")
    except DatabaseUnreachable:
        return False
    return True
