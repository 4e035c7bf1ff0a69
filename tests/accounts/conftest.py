"""People who come and go, in houses of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher

from account_people import House
from coursecrafter.accounts import passwords
from coursecrafter.db.session import Database


@pytest.fixture
def house(database: Database) -> House:
    """An organisation with an owner, an admin and a member, who all have passwords."""
    return House.build(database)


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hash with little memory, but where it is the real cost that is asked for."""
    if "real_hashes" not in request.fixturenames:
        monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords._nobodys_hash.cache_clear()
    yield
    passwords._nobodys_hash.cache_clear()


@pytest.fixture
def real_hashes() -> None:
    """Ask for the hashes of an installation."""
