"""Schemathesis finds nothing: a part of its whole run, that `make fuzz` does with 100 cases for each call."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from api_people import Service
from fuzzing import Fuzzed, fuzz, quiet_service
from http_calls import operations

CASES = int(os.environ.get("COURSECRAFTER_FUZZ_CASES", "2"))
"""For each operation, in the phase of made-up calls; the phase of edge cases makes as many as there are."""

SECONDS = int(os.environ.get("COURSECRAFTER_FUZZ_SECONDS", "120"))
SEED = 20261122
"""The same calls each time: a failure here is one that a change made."""


@pytest.fixture(scope="module")
def fuzzed(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    with quiet_service(service) as quiet:
        yield fuzz(quiet, CASES, tmp_path_factory.mktemp("fuzzing"), seed=SEED, seconds=SECONDS)


def test_two_users_with_made_up_calls_find_nothing(fuzzed: Fuzzed, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\nSchemathesis: {fuzzed}")

    assert fuzzed.failures == [], fuzzed.output[-8000:]


def test_every_operation_was_called(fuzzed: Fuzzed) -> None:
    assert set(fuzzed.cases) >= {one.name for one in operations()}


def test_most_calls_came_past_the_door(fuzzed: Fuzzed) -> None:
    """Who is refused at the door finds nothing behind it."""
    total = sum(fuzzed.answers.values())

    assert fuzzed.answers["401"] < total / 4
    assert sum(count for status, count in fuzzed.answers.items() if status < "300") > total / 20
