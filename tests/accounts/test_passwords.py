"""Which passwords may be chosen, and what it costs to try one."""

from __future__ import annotations

import threading
import time

import pytest

from coursecrafter.accounts import passwords
from coursecrafter.accounts.passwords import (
    PasswordRefused,
    SignInBusy,
    hash_password,
    is_password,
    needs_rehash,
    require_password,
)

ADA = ("ada.lovelace@acme.example", "Ada Lovelace")


@pytest.mark.parametrize(
    "password",
    [
        "seven green kettles",
        "十二の文字からなるパスワード",
        "x" * 7 + "yzwuv",
        "Lovelace and 12 gears turning",
        "a b c d e f g h" * 13,
    ],
)
def test_a_password_of_ones_own_may_be_chosen(password: str) -> None:
    require_password(password, *ADA)


@pytest.mark.parametrize(
    "password",
    [
        "",
        "eleven sign",
        "x1y2z" * 41,
        "Password1234",
        "correcthorsebatterystaple",
        "aaaaaaaaaaaaaaaa",
        "ababababababab",
        "adalovelace1",
        "ada.lovelace@acme.example",
        "Lovelace!Ada!1852",
        "CourseCrafter1",
        "twelve signs\0",
        "twelve signs\ud800",
    ],
)
def test_a_password_that_others_would_try_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused):
        require_password(password, *ADA)


def test_a_password_is_known_by_its_hash_and_no_other_is() -> None:
    kept = hash_password("seven green kettles")

    assert is_password("seven green kettles", kept)
    assert not is_password("seven green kettle", kept)
    assert not is_password("Seven green kettles", kept)


def test_signs_count_however_a_keyboard_composes_them() -> None:
    composed = hash_password("café au lait, please")

    assert is_password("cafe\u0301 au lait, please", composed)


@pytest.mark.parametrize("kept", [None, "", "not a hash", "$argon2id$v=19$m=8,t=1,p=1$broken"])
def test_nothing_is_the_password_of_no_hash(kept: str | None) -> None:
    assert not is_password("nobody has this password", kept)


@pytest.mark.parametrize("password", ["", "\0", "\udc80", "x" * 1_000_000])
def test_what_no_password_can_be_is_not_the_password(password: str) -> None:
    assert not is_password(password, hash_password("seven green kettles"))


@pytest.mark.usefixtures("real_hashes")
def test_hashes_are_argon2id_as_rfc_9106_says_and_no_two_are_alike() -> None:
    one, two = hash_password("seven green kettles"), hash_password("seven green kettles")

    assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert one != two
    assert not needs_rehash(one)


@pytest.mark.usefixtures("real_hashes")
def test_an_unknown_address_takes_as_long_as_a_known_one() -> None:
    kept = hash_password("seven green kettles")
    is_password("warm", None)

    # In turn, so that what the machine does meanwhile slows both; the best of each is what it takes by itself.
    times_s = [(_time_s(kept), _time_s(None)) for _ in range(5)]
    known, unknown = (min(one) for one in zip(*times_s, strict=True))

    assert 0.4 < unknown / known < 2.5


def test_a_hash_of_other_parameters_is_made_anew() -> None:
    assert needs_rehash("$argon2id$v=19$m=4096,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$" + "A" * 43)


def test_only_two_are_checked_at_once_and_others_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_S", 0.05)
    kept = hash_password("seven green kettles")
    is_full, may_go = threading.Barrier(3), threading.Event()

    def hold() -> None:
        with passwords._one_of_few():
            is_full.wait(10)
            may_go.wait(10)

    threads = [threading.Thread(target=hold) for _ in range(passwords.AT_ONCE)]
    for thread in threads:
        thread.start()
    is_full.wait(10)

    with pytest.raises(SignInBusy):
        is_password("seven green kettles", kept)
    may_go.set()
    for thread in threads:
        thread.join()
    assert is_password("seven green kettles", kept)


def _time_s(kept: str | None) -> float:
    begun = time.perf_counter()
    is_password("not this one, surely", kept)
    return time.perf_counter() - begun
