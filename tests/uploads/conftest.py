"""One server for all tests of uploads, and a fresh database, store and cast of people for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course_people import Cast, settle_cast
from coursecrafter.db.session import Database
from database import TestServer, open_test_server
from upload_files import SampleFiles


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    with open_test_server() as server:
        yield server


@pytest.fixture(scope="module")
def database(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return SampleFiles(tmp_path_factory.mktemp("samples"))
