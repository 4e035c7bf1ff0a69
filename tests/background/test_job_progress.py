"""What a render says stands in its job's row, also what it says last."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from psycopg import sql

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.render_jobs import cancel_render, start_render
from coursecrafter.background import job_progress
from coursecrafter.background.carrying import Again, Carrier
from coursecrafter.background.job_progress import JobProgress
from coursecrafter.background.runner import Background
from coursecrafter.background.workers import Leaving
from coursecrafter.db.session import DatabaseUnreachable
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.fence import Fence
from coursecrafter.jobs.queueing import CALL
from database import TestServer


@contextmanager
def away(server: TestServer, floor: Shopfloor) -> Iterator[None]:
    """The database lets nobody in, and whoever is in out."""
    name = floor.database.urls.app.database
    may = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with server.superuser() as connection:
        connection.execute(may.format(sql.Identifier(name), sql.SQL("false")))
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        try:
            yield
        finally:
            connection.execute(may.format(sql.Identifier(name), sql.SQL("true")))


def begun(floor: Shopfloor, folder: Path) -> tuple[Shopfloor, UUID]:
    """A render that is begun and that nobody is at work on."""
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(chalk_deck(folder / "Chalk.pptx"), "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    floor.background.close()
    job_id = course.order(Engine.E1, lesson_id)
    course.do(start_render, job_id)
    return course, job_id


def test_what_is_said_last_is_written_when_asked_and_nothing_after_the_end(
    floor: Shopfloor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_progress, "WRITE_EVERY_S", 600)
    course, job_id = begun(floor, tmp_path)

    with JobProgress(course.database, course.identity, job_id) as progress:
        progress.say("Another voice was asked instead.")
        progress.write()
        course.do(cancel_render, job_id)
        progress.say("Too late.")
        progress.write()

    assert [text for _, text in course.job(job_id).log] == ["Another voice was asked instead."]


def test_what_is_said_while_the_database_is_away_is_written_once_it_is_back(
    floor: Shopfloor, tmp_path: Path, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(job_progress, "WRITE_EVERY_S", 600)
    floor.background = Background(floor.settings, floor.database)
    course, job_id = begun(floor, tmp_path)

    with JobProgress(course.database, course.identity, job_id) as progress:
        with away(server, floor):
            progress.say("Slide 1 has no notes.")
            progress.write()
            progress.say("Slide 2 has none either.")
        progress.write()
        progress.write()

    assert [text for _, text in course.job(job_id).log] == ["Slide 1 has no notes.", "Slide 2 has none either."]


def test_a_call_whose_worker_cannot_read_it_is_put_back(floor: Shopfloor, server: TestServer) -> None:
    carrier = Carrier(floor.database, {}, Leaving(), 1.0)
    names = {"org_id": floor.author.org_id, "user_id": floor.author.user_id, "project_id": floor.project_id}
    arguments = {name: str(value) for name, value in names.items()} | {"subject_id": str(uuid4()), "kind": "parse_ppt"}

    with away(server, floor), pytest.raises(Again) as put_back:
        carrier.carry_out(CALL, arguments, Fence(1, 1, 0))

    assert isinstance(put_back.value.__cause__, DatabaseUnreachable)
