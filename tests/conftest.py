"""What all tests of a process share: a browser (Playwright cannot start its driver twice), a database, a store."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import pytest
from playwright.sync_api import Browser, sync_playwright

from coursecrafter.db.binaries import DEFAULT_VERSION
from coursecrafter.db.session import Database
from database import TestServer, open_test_server
from s3_server import s3_server as s3_server  # noqa: PLC0414 - a fixture
from s3_server import store_url as store_url  # noqa: PLC0414 - a fixture

CHROMIUM_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--no-pings",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]

LONGEST_FIRST = ("system", "faults", "background", "engines", "conformance")
"""Folders whose files take minutes: begun last, one process would be at them when the others have nothing left."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        folder = item.path.relative_to(config.rootpath / "tests").parts[0]
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST)

    items.sort(key=place)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server_of() -> Iterator[Callable[[int], TestServer]]:
    """A server of a version, its template migrated. It takes longer to begin than most tests take: it stays."""
    with ExitStack() as opened:
        yield cache(lambda version: opened.enter_context(open_test_server(version)))


@pytest.fixture(scope="session")
def server(server_of: Callable[[int], TestServer]) -> TestServer:
    return server_of(DEFAULT_VERSION)


@pytest.fixture(scope="module")
def database(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show what tests counted (`record_property("counted", …)`), also those of other processes."""
    reports = [report for kind in ("passed", "failed", "xfailed") for report in terminalreporter.stats.get(kind, [])]
    lines = [str(value) for one in reports for name, value in one.user_properties if name == "counted"]
    if lines:
        terminalreporter.section("counted")
    for line in lines:
        terminalreporter.write_line(line)
