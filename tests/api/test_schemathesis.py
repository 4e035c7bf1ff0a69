"""Schemathesis finds nothing: a part of its whole run, that `make fuzz` does with 100 cases for each call."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from api_people import Service, open_service
from coursecrafter.db.session import Database
from fuzzing import GROUPS, Fuzzed, fuzz, quiet_service
from http_calls import operations

CASES = int(os.environ.get("COURSECRAFTER_FUZZ_CASES", "2"))
"""For each operation, made up. With these, the edge cases of every second call and the chains below the suite takes
less than 150 s on two cores."""

WITHOUT_EDGES = sorted(one.name for one in operations())[1::2]

CHAINED = (("Projects", "Course tree"), ("Scenes and segments", "Scripts and voices", "History"))
"""Sections whose calls are chained here; the whole run chains all."""

SEED = 20261122
"""The same calls each time: a failure here is one that a change made."""


@pytest.fixture(scope="module")
def service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Nobody works: what is ordered waits."""
    with open_service(database, tmp_path_factory.mktemp("home"), is_working=False) as service:
        yield service


@pytest.fixture(scope="module")
def fuzzed(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with quiet_service(service) as quiet:
        yield fuzz(
            quiet, CASES, tmp_path_factory.mktemp("fuzzing"), seed=SEED, groups=CHAINED, without_edges=WITHOUT_EDGES
        )


def test_two_users_with_made_up_calls_find_nothing(fuzzed: Fuzzed, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nSchemathesis: {fuzzed}")

    assert fuzzed.failures == [], fuzzed.output[-8000:]


def test_every_section_is_chained_in_the_whole_run() -> None:
    """But those that no other call leads to or from."""
    alone = {"Pages", "Service", "Watchdog"}

    assert {tag for one in operations() for tag in one.definition["tags"]} - alone == {
        tag for group in GROUPS for tag in group
    }


def test_calls_are_chained(fuzzed: Fuzzed) -> None:
    assert fuzzed.chained > 20


def test_every_operation_was_called(fuzzed: Fuzzed) -> None:
    assert set(fuzzed.cases) >= {one.name for one in operations()}


def test_most_calls_came_past_the_door(fuzzed: Fuzzed) -> None:
    """Who is refused at the door finds nothing behind it."""
    total = sum(fuzzed.answers.values())

    assert fuzzed.answers["401"] < total / 4
    assert sum(count for status, count in fuzzed.answers.items() if status < "300") > total / 20
