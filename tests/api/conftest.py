"""The service on a database of each module's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api_people import Service, open_service
from coursecrafter.db.session import Database


@pytest.fixture(scope="module")
def service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with open_service(database, tmp_path_factory.mktemp("home")) as service:
        yield service
