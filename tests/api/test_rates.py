"""How many calls one caller may make."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api_people import Service, code_of, open_service
from coursecrafter.api.rates import MOST_CALLERS, Rates
from coursecrafter.db.session import Database


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_as_many_calls_as_a_minute_has_may_come_at_once(clock: Clock) -> None:
    rates = Rates(60, clock)

    waits_s = [rates.wait_s("ada") for _ in range(61)]

    assert waits_s == [0.0] * 60 + [1.0]


def test_the_bucket_fills_steadily_and_never_beyond_a_minute(clock: Clock) -> None:
    rates = Rates(60, clock)
    for _ in range(60):
        rates.wait_s("ada")

    clock.now_s += 1.5
    half_a_call_left = [rates.wait_s("ada"), rates.wait_s("ada")]
    clock.now_s += 3600
    after_an_hour = [rates.wait_s("ada") for _ in range(61)]

    assert half_a_call_left == [0.0, 0.5]
    assert after_an_hour.count(0.0) == 60


def test_a_refused_call_takes_nothing(clock: Clock) -> None:
    """Who keeps knocking is let in no later than who waits."""
    rates = Rates(1, clock)
    rates.wait_s("ada")

    for _ in range(100):
        assert rates.wait_s("ada") == 60.0
    clock.now_s += 60

    assert rates.wait_s("ada") == 0.0


def test_callers_do_not_take_from_each_other(clock: Clock) -> None:
    rates = Rates(1, clock)
    rates.wait_s("ada")

    assert rates.wait_s("bert") == 0.0


def test_zero_means_no_limit(clock: Clock) -> None:
    rates = Rates(0, clock)

    assert {rates.wait_s("ada") for _ in range(1000)} == {0.0}
    assert not rates._buckets


def test_a_crowd_of_callers_takes_bounded_memory_and_pushes_out_who_was_seen_longest_ago(clock: Clock) -> None:
    rates = Rates(1, clock)
    for number in range(MOST_CALLERS):
        rates.wait_s(number)
    rates.wait_s(0)

    rates.wait_s("one more")

    assert len(rates._buckets) == MOST_CALLERS
    assert 0 in rates._buckets
    assert 1 not in rates._buckets


@pytest.fixture(scope="module")
def strict(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that takes few calls."""
    with open_service(database, tmp_path_factory.mktemp("strict")) as service:
        object.__setattr__(service.site, "rates", Rates(5))
        object.__setattr__(service.site, "stranger_rates", Rates(5))
        yield service


def test_who_calls_too_often_is_told_when_to_come_back(strict: Service) -> None:
    person = strict.person(strict.organisation())

    answers = [person.get("/projects/list") for _ in range(7)]

    assert [answer.status_code for answer in answers] == [200] * 5 + [429] * 2
    assert code_of(answers[-1]) == "CC-0009"
    assert answers[-1].json()["error"]["retry"] is True
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 12


def test_two_keys_of_one_person_share_their_calls(strict: Service) -> None:
    person = strict.person(strict.organisation())
    with strict.client(person.org_id, person.user_id) as other:
        for _ in range(5):
            person.get("/projects/list")

        assert other.get("/cc/projects/list").status_code == 429


def test_who_guesses_keys_is_counted_by_address(strict: Service) -> None:
    answers: list[httpx.Response] = []
    with strict.stranger() as stranger:
        for number in range(7):
            header = {"authorization": f"Bearer cc_key_{number:043}"}
            answers.append(stranger.get("/cc/projects/list", headers=header))

    assert [answer.status_code for answer in answers][-2:] == [429, 429]
    assert {answer.status_code for answer in answers} == {401, 429}


def test_the_limit_of_the_settings_is_the_services(strict: Service, tmp_path: Path) -> None:
    """The fixture sets buckets by hand; this holds that `make_site` makes them of the settings."""
    assert strict.site.service.calls_per_minute == 0
    with open_service(strict.site.database, tmp_path) as service:
        assert service.site.rates.per_minute == 0
        assert service.site.stranger_rates.per_minute == 0


def test_asking_takes_nothing(clock: Clock) -> None:
    rates = Rates(1, clock)

    assert [rates.wait_s("ada", calls=0) for _ in range(5)] == [0.0] * 5
    assert rates.wait_s("ada") == 0.0
    assert rates.wait_s("ada", calls=0) == 60.0
