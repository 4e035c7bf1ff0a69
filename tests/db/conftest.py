"""Each test of the database with the oldest server that is supported, and with our own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from database import TestServer


@pytest.fixture(scope="session", params=[16, 18], ids=["pg16", "pg18"])
def server(request: pytest.FixtureRequest, server_of: Callable[[int], TestServer]) -> TestServer:
    # A process takes one file after the other, each with both: a server that ended with its tests would begin twice
    # for each file.
    return server_of(request.param)
