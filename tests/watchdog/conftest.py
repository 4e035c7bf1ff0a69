"""A real database and a store in a folder, for each test its own, that nothing works on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course_people import Cast, settle_cast
from coursecrafter.db.session import Database
from database import TestServer


@pytest.fixture
def database(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)
