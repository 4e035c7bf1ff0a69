"""A real database and real stores, a folder and a bucket in turn, for what an installation throws away."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course_people import Cast, settle_cast
from coursecrafter.db.session import Database
from coursecrafter.storage.objects import ObjectStore
from database import TestServer


@pytest.fixture
def database(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


@pytest.fixture
def store(cast: Cast, store_url: str) -> ObjectStore:
    """The store of the cast's organisation."""
    return ObjectStore(store_url, cast.owner.org_id)
