"""The service on a database of each module's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api_people import Service, open_service
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


@pytest.fixture(scope="module")
def service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(database, tmp_path_factory.mktemp("home")) as service:
        yield service
