"""One database for each test, workers forked from one process, and a line that says what was counted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.domain.course import Engine
from database import TestServer
from faults.crew import Crew, open_crew
from faults.floors import engine_jobs, new_course, settings_in, settled, snapshot
from faults.killing import Scene
from faults.lessons import lesson_of, plain_deck
from faults.nursery import Nursery, open_nursery


@pytest.fixture(scope="session")
def nursery() -> Iterator[Nursery]:
    with open_nursery() as nursery:
        yield nursery


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One deck for all, since no two are alike to the byte."""
    return plain_deck(tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def undisturbed(
    server: TestServer, nursery: Nursery, plain: Path, tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What is published of the plain deck's lesson, as a book and as a module, by a worker that nothing happens to."""
    settings = settings_in(tmp_path_factory.mktemp("calm"))
    with server.session_database() as database, open_crew(database, settings, nursery) as crew:
        first = crew.ready()
        floor = new_course(database, settings)
        lesson_id = lesson_of(floor, plain)
        first.kill()
        # A worker that begins reads what was uploaded and nobody has ordered to be read.
        crew.ready()
        for job_id in engine_jobs(floor, lesson_id, [Engine.E3, Engine.E4]):
            assert floor.ended(job_id).state == "succeeded"
        settled(database)
        return snapshot(floor)


@pytest.fixture
def database(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_in(tmp_path)


@pytest.fixture
def crew(database: Database, settings: Settings, nursery: Nursery) -> Iterator[Crew]:
    with open_crew(database, settings, nursery) as crew:
        yield crew


@pytest.fixture
def counted(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Say what a test counted; shown at the end of a run, also by processes of it."""
    return lambda line: record_property("counted", line)


@pytest.fixture
def scene(database: Database, settings: Settings, crew: Crew, tmp_path: Path, counted: Callable[[str], None]) -> Scene:
    return Scene(database, settings, crew, tmp_path, counted)
