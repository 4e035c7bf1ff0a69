"""A cast of people for each test, and files that are uploaded."""

from __future__ import annotations

import pytest

from course_people import Cast, settle_cast
from coursecrafter.db.session import Database
from upload_files import SampleFiles


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


@pytest.fixture(scope="session")
def samples(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return SampleFiles(tmp_path_factory.mktemp("samples"))
