"""One server, one database and one background for each module: child processes take a while to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from background_shops import Shopfloor, open_shopfloor
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
def floor(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfloor]:
    with open_shopfloor(database, tmp_path_factory.mktemp("home")) as floor:
        yield floor
