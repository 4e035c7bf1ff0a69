"""Keys are sealed with the installation's secret, for one provider; old secrets open and do not seal."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

import pytest

from coursecrafter.config import load_secret, load_secrets
from coursecrafter.gateway.sealing import Keyring, KeyUnreadable, hint_of, load_keyring

KEY = "sk-live-0123456789abcdef"
PROVIDER = UUID("01a22462-e428-76a7-8b37-8665329a9e6a")
KEYRING = Keyring((b"a secret",))


def test_a_sealed_key_opens_for_its_provider() -> None:
    sealed = KEYRING.seal(KEY, PROVIDER)

    assert KEY.encode() not in sealed
    assert KEYRING.open(sealed, PROVIDER, "paid") == KEY


def test_the_same_key_never_looks_the_same_twice() -> None:
    assert len({KEYRING.seal(KEY, PROVIDER) for _ in range(50)}) == 50


@pytest.mark.parametrize("place", range(0, 53, 4))
def test_a_sealed_key_of_which_one_bit_was_changed_does_not_open(place: int) -> None:
    sealed = bytearray(KEYRING.seal(KEY, PROVIDER))
    assert len(sealed) == 53
    sealed[place] ^= 1

    with pytest.raises(KeyUnreadable):
        KEYRING.open(bytes(sealed), PROVIDER, "paid")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x02" + bytes(60), b"\x01" + bytes(28)])
def test_what_was_never_sealed_does_not_open(sealed: bytes) -> None:
    with pytest.raises(KeyUnreadable):
        KEYRING.open(sealed, PROVIDER, "paid")


def test_a_sealed_key_of_another_provider_does_not_open() -> None:
    with pytest.raises(KeyUnreadable):
        KEYRING.open(KEYRING.seal(KEY, uuid4()), PROVIDER, "paid")


def test_an_old_secret_opens_and_the_one_in_use_seals() -> None:
    sealed = KEYRING.seal(KEY, PROVIDER)
    turned = Keyring((b"a new secret", *KEYRING.secrets))

    assert turned.open(sealed, PROVIDER, "paid") == KEY
    assert not turned.is_current(sealed, PROVIDER)
    assert turned.is_current(turned.seal(KEY, PROVIDER), PROVIDER)
    assert Keyring((b"a new secret",)).open(turned.seal(KEY, PROVIDER), PROVIDER, "paid") == KEY


def test_the_error_names_the_provider_and_what_to_do_and_neither_key_nor_secret() -> None:
    with pytest.raises(KeyUnreadable) as unreadable:
        Keyring((b"another",)).open(KEYRING.seal(KEY, PROVIDER), PROVIDER, "paid")

    said = f"{unreadable.value!r} {unreadable.value} {unreadable.value.detail} {unreadable.value.remedy}"
    assert "paid" in said
    assert "COURSECRAFTER_SECRET" in said
    assert KEY not in said
    assert "another'" not in said
    assert "secret" not in repr(KEYRING)


def test_machines_with_one_secret_in_their_environment_open_each_others_keys(tmp_path: Path) -> None:
    environment = {"COURSECRAFTER_SECRET": "shared by all"}
    here, there = (load_keyring(tmp_path / name, environment) for name in ("here", "there"))

    assert there.open(here.seal(KEY, PROVIDER), PROVIDER, "paid") == KEY


def test_a_machine_that_is_given_a_secret_still_opens_what_it_sealed_with_its_own(tmp_path: Path) -> None:
    sealed = load_keyring(tmp_path, {}).seal(KEY, PROVIDER)

    given = load_keyring(tmp_path, {"COURSECRAFTER_SECRET": "shared by all"})

    assert given.open(sealed, PROVIDER, "paid") == KEY
    assert not given.is_current(sealed, PROVIDER)


def test_old_secrets_are_read_from_the_environment_each_once(tmp_path: Path) -> None:
    environment = {"COURSECRAFTER_SECRET": "three", "COURSECRAFTER_OLD_SECRETS": " two one  two three "}

    assert load_secrets(tmp_path, environment) == (b"three", b"two", b"one")


def test_an_installation_on_one_machine_keeps_the_secret_that_it_made(tmp_path: Path) -> None:
    assert load_secret(tmp_path, {}) == load_secret(tmp_path, {}) == load_secrets(tmp_path, {})[0]


@pytest.mark.parametrize(("key", "hint"), [(KEY, "cdef"), ("short", ""), ("", ""), ("0123456789ab", "89ab")])
def test_the_hint_of_a_key_is_its_end_and_nothing_of_a_short_one(key: str, hint: str) -> None:
    assert hint_of(key) == hint
