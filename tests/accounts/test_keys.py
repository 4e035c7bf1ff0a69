"""Keys for programs."""

from __future__ import annotations

from datetime import timedelta

import pytest

from account_people import HOME, House
from coursecrafter.accounts.caller import Caller, NotSignedIn, Scope, ScopeMissing
from coursecrafter.accounts.keys import Key, find_key, list_keys, make_key, revoke_key
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused


def make(house: House, caller: Caller | None = None, scopes=("read",), days: int | None = None) -> tuple[str, Key]:
    with house.conn() as conn:
        return make_key(conn, caller or house.owner, "Build server", scopes, HOME, days)


def find(house: House, token: str) -> Caller:
    with house.conn() as conn:
        return find_key(conn, token)


def test_a_key_speaks_for_its_person_in_its_organisation_as_far_as_its_scopes(house: House) -> None:
    token, key = make(house, house.member, ["write", "read", "read"])

    caller = find(house, token)

    assert caller == Caller(
        house.member.user_id, house.org_id, "key", frozenset({Scope.READ, Scope.WRITE}), key_id=key.id
    )
    assert key.scopes == (Scope.READ, Scope.WRITE)
    with pytest.raises(ScopeMissing):
        caller.require(Scope.ADMIN)


def test_a_list_shows_the_beginning_of_a_key_and_nothing_else_does(house: House) -> None:
    token, key = make(house)

    with house.conn() as conn:
        assert list_keys(conn, house.owner) == [key]
    assert token.startswith(key.prefix)
    assert len(key.prefix) == len("cc_key_") + 4
    assert house.ask("SELECT count(*) FROM platform.api_keys k WHERE k::text LIKE '%' || :t || '%'", t=token[12:]) == 0


@pytest.mark.parametrize("scope", ["admin", "worker"])
def test_only_leaders_give_what_only_they_have(house: House, scope: str) -> None:
    with pytest.raises(NotAllowed):
        make(house, house.member, ["read", scope])

    assert find(house, make(house, house.admin, ["read", scope])[0]).scopes == {Scope.READ, Scope(scope)}


def test_a_key_loses_what_its_person_may_no_longer_give(house: House) -> None:
    token, _ = make(house, house.admin, ["read", "admin", "worker"])
    demote = "UPDATE platform.memberships SET role = 'member' WHERE user_id = :id"
    house.change(demote, id=house.admin.user_id)

    assert find(house, token).scopes == {Scope.READ}


def test_a_key_never_runs_the_installation(house: House) -> None:
    house.change("UPDATE platform.users SET is_operator = true WHERE id = :id", id=house.owner.user_id)

    assert not find(house, make(house, scopes=list(Scope))[0]).is_operator


def test_a_key_does_not_make_keys(house: House) -> None:
    caller = find(house, make(house, scopes=list(Scope))[0])

    with pytest.raises(ScopeMissing):
        make(house, caller)


@pytest.mark.parametrize(
    ("statement"),
    [
        "UPDATE platform.api_keys SET expires_at = now() WHERE id = :id",
        "UPDATE platform.api_keys SET revoked_at = now() WHERE id = :id",
        (
            "UPDATE platform.users u SET deactivated_at = now() FROM platform.api_keys k"
            " WHERE k.user_id = u.id AND k.id = :id"
        ),
        "DELETE FROM platform.memberships m USING platform.api_keys k WHERE k.user_id = m.user_id AND k.id = :id",
    ],
)
def test_a_key_ends(house: House, statement: str) -> None:
    token, key = make(house, house.member)
    find(house, token)
    house.change(statement, id=key.id)

    with pytest.raises(NotSignedIn):
        find(house, token)


@pytest.mark.parametrize("token", ["", "cc_key_", "cc_key_" + "a" * 43, "\0", "\ud800", "x" * 100_000])
def test_what_is_no_key_names_nobody(house: House, token: str) -> None:
    with pytest.raises(NotSignedIn):
        find(house, token)


def test_a_key_lasts_as_many_days_as_was_said(house: House) -> None:
    _, key = make(house, days=90)

    assert key.expires_at is not None
    assert key.expires_at - key.created_at == timedelta(days=90)


@pytest.mark.parametrize("days", [0, -1, 3651])
def test_a_key_lasts_no_time_that_is_none(house: House, days: int) -> None:
    with pytest.raises(ValueRefused):
        make(house, days=days)


@pytest.mark.parametrize("scopes", [[], ["everything"], ["read", "\0"], [""]])
def test_a_key_has_known_scopes(house: House, scopes: list[str]) -> None:
    with pytest.raises(ValueRefused):
        make(house, scopes=scopes)


def test_its_last_use_is_written_once_a_minute(house: House) -> None:
    token, key = make(house)
    question = "SELECT last_used_at FROM platform.api_keys WHERE id = :id"
    find(house, token)
    first = house.ask(question, id=key.id)

    find(house, token)

    assert first is not None
    assert house.ask(question, id=key.id) == first


def test_leaders_see_and_revoke_everybodys_keys_and_members_their_own(house: House) -> None:
    (_, owners), (token, members) = make(house), make(house, house.member)

    with house.conn() as conn:
        assert list_keys(conn, house.member) == [members]
        assert list_keys(conn, house.admin, everybodys=True) == [members, owners]
    with house.conn() as conn, pytest.raises(NotAllowed):
        list_keys(conn, house.member, everybodys=True)
    with house.conn() as conn, pytest.raises(NotFound):
        revoke_key(conn, house.member, owners.id, HOME)
    with house.conn() as conn:
        revoke_key(conn, house.admin, members.id, HOME)
    with pytest.raises(NotSignedIn):
        find(house, token)


def test_nobody_sees_or_revokes_keys_of_another_organisation(house: House) -> None:
    stranger = House.build(house.database)
    _, key = make(house)

    with house.conn() as conn:
        assert list_keys(conn, stranger.owner, everybodys=True) == []
    with house.conn() as conn, pytest.raises(NotFound):
        revoke_key(conn, stranger.owner, key.id, HOME)


def test_a_key_revokes_itself_and_without_admin_no_other(house: House) -> None:
    token, key = make(house)
    _, other = make(house)
    caller = find(house, token)

    with house.conn() as conn, pytest.raises(ScopeMissing):
        revoke_key(conn, caller, other.id, HOME)
    with house.conn() as conn:
        revoke_key(conn, caller, key.id, HOME)
    with pytest.raises(NotSignedIn):
        find(house, token)
    assert house.events()[-2:] == ["key_made", "key_revoked"]
