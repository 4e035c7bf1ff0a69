"""One background for each module: child processes take a while to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from background_shops import Shopfloor, open_shopfloor
from coursecrafter.db.session import Database


@pytest.fixture(scope="module")
def floor(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shopfloor]:
    with open_shopfloor(database, tmp_path_factory.mktemp("home")) as floor:
        yield floor
