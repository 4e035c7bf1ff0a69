"""How often somebody may try."""

from __future__ import annotations

import pytest

from account_people import HOME, PASSWORD, House
from course_people import all_at_once
from coursecrafter.accounts.events import Origin
from coursecrafter.accounts.sessions import SignInRefused, sign_in
from coursecrafter.accounts.throttle import LINK, RESET_REQUEST, SIGN_IN, TooManyAttempts, attempt

WRONG = "wrong wrong wrong"


def try_in(house: House, password: str = WRONG, who: str = "owner", origin: Origin = HOME) -> None:
    address = house.address(who)
    with attempt(house.database, SIGN_IN, origin, address) as conn:
        sign_in(conn, address, password, origin)


def fail(house: House, times: int, who: str = "owner", origin: Origin = HOME) -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            try_in(house, who=who, origin=origin)


@pytest.fixture(autouse=True)
def forget(house: House) -> None:
    house.change("UPDATE platform.security_events SET created_at = created_at - interval '1 hour'")


def test_a_failed_attempt_is_written_down_though_it_is_rolled_back(house: House) -> None:
    fail(house, 1)

    assert house.events() == ["sign_in_tried", "sign_in_failed"]
    question = "SELECT details->>'code' FROM platform.security_events WHERE event = 'sign_in_failed' AND email = :e"
    assert house.ask(question, e=house.address("owner")) == "CC-0063"


def test_after_ten_failures_even_the_right_password_must_wait(house: House) -> None:
    fail(house, 10)

    with pytest.raises(TooManyAttempts) as refused:
        try_in(house, PASSWORD)

    assert 800 < refused.value.retry_after_s <= 901
    assert "15 minutes" in refused.value.message


def test_the_address_is_admitted_again_when_the_window_has_passed(house: House) -> None:
    fail(house, 10)
    house.change("UPDATE platform.security_events SET created_at = created_at - interval '15 minutes'")

    try_in(house, PASSWORD)


def test_the_count_is_of_one_address_whatever_its_case(house: House) -> None:
    fail(house, 10)

    try_in(house, PASSWORD, who="admin")
    with pytest.raises(TooManyAttempts), attempt(house.database, SIGN_IN, HOME, house.address("owner").upper()):
        pass


def test_attempts_that_succeed_do_not_count(house: House) -> None:
    for _ in range(12):
        try_in(house, PASSWORD)

    fail(house, 10)


def test_after_thirty_failures_nobody_else_is_tried_from_the_same_network(house: House) -> None:
    for number in range(30):
        fail(house, 1, f"guess{number}x", Origin(f"2001:db8:0:7::{number}"))

    with pytest.raises(TooManyAttempts):
        try_in(house, PASSWORD, origin=Origin("2001:db8:0:7:ffff::1"))
    try_in(house, PASSWORD, origin=Origin("2001:db8:0:8::1"))


def test_a_hundred_at_once_are_counted_like_a_hundred_in_a_row(house: House) -> None:
    def guess() -> None:
        with attempt(house.database, SIGN_IN, HOME, house.address("owner")):
            raise SignInRefused("no")

    answers = all_at_once([guess] * 14)

    assert sum(isinstance(answer, SignInRefused) for answer in answers) == 10
    assert sum(isinstance(answer, TooManyAttempts) for answer in answers) == 4


def test_three_mails_go_to_an_address_in_a_quarter_of_an_hour(house: House) -> None:
    for _ in range(3):
        with attempt(house.database, RESET_REQUEST, HOME, "a@b.example"):
            pass

    with pytest.raises(TooManyAttempts), attempt(house.database, RESET_REQUEST, HOME, "A@b.example "):
        pass


@pytest.mark.parametrize("email", ["\0" * 5 + "\ud800", "x" * 10_000, ""])
def test_an_address_that_no_table_could_hold_is_counted_all_the_same(house: House, email: str) -> None:
    with pytest.raises(SignInRefused), attempt(house.database, SIGN_IN, HOME, email) as conn:
        sign_in(conn, email, PASSWORD, HOME)


def test_links_are_counted_by_network(house: House) -> None:
    for _ in range(30):
        with attempt(house.database, LINK, HOME):
            pass

    with pytest.raises(TooManyAttempts), attempt(house.database, LINK, HOME):
        pass
    with attempt(house.database, LINK, Origin("198.51.100.1")):
        pass


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"), ("testclient", None), ("", None), (None, None)],
)
def test_an_origin_has_a_clean_address(sent: str | None, kept: str | None) -> None:
    assert Origin(sent).ip == kept


def test_an_origin_has_a_short_clean_agent() -> None:
    assert Origin(None, "a\0b\nc\ud800" + "d" * 1000).user_agent == "abc" + "d" * 397
