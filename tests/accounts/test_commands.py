"""`coursecrafter account`, as it is typed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from account_people import HOME, PASSWORD, House
from coursecrafter.accounts.invitations import accept
from coursecrafter.accounts.people import role_of
from coursecrafter.accounts.resets import reset_password
from coursecrafter.accounts.sessions import sign_in
from coursecrafter.cli import cli
from coursecrafter.commands import accounts
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Database

URL = "https://courses.acme.example"


@pytest.fixture(autouse=True)
def here(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def opened(_settings: object) -> Iterator[Database]:
        yield house.database

    monkeypatch.setattr(accounts, "open_database", opened)
    monkeypatch.setenv("COURSECRAFTER_PUBLIC_URL", URL)


def typed(*words: str) -> str:
    return CliRunner().invoke(cli, list(words), catch_exceptions=False).output.strip()


def test_the_printed_link_sets_a_password(house: House) -> None:
    page, _, token = typed("account", "reset", house.address("owner")).partition("#")

    assert page == f"{URL}/cc/password"
    with house.conn() as conn:
        reset_password(conn, token, "nine purple lanterns", HOME)
        sign_in(conn, house.address("owner"), "nine purple lanterns", HOME)


def test_the_printed_link_lets_somebody_into_the_named_organisation(house: House) -> None:
    said = typed("--org", house.slug, "account", "invite", house.address("new"), "--role", "admin")
    page, _, token = said.partition("#")

    assert page == f"{URL}/cc/welcome"
    with house.conn() as conn:
        account, _ = accept(conn, token, HOME, name="New", password=PASSWORD)
        assert role_of(conn, house.org_id, account.id) == "admin"


def test_nobody_gets_a_link_who_is_not_there(house: House) -> None:
    with pytest.raises(NotFound):
        typed("account", "reset", "nobody@house.example")
    with pytest.raises(NotFound):
        typed("--org", "nowhere", "account", "invite", house.address("new"))
