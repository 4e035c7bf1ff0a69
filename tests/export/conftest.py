"""One server for all tests of what leaves, and a fresh database for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coursecrafter.db.session import Database
from database import TestServer, open_test_server


@pytest.fixture(scope="session")
def server() -> Iterator[TestServer]:
    with open_test_server() as server:
        yield server


@pytest.fixture(scope="module")
def database(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database
