"""Signing in, being known, signing out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from account_people import HOME, PASSWORD, House, sign_up
from coursecrafter.accounts import passwords
from coursecrafter.accounts.caller import AccountClosed, Scope
from coursecrafter.accounts.people import NoOrganisation
from coursecrafter.accounts.sessions import (
    SignInRefused,
    end_session,
    find_session,
    list_sessions,
    sign_in,
    sign_out,
    sign_out_everywhere,
    switch_organisation,
)
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import sessions


def enter(house: House, who: str = "owner", password: str = PASSWORD, organisation: str | None = None):
    with house.conn() as conn:
        return sign_in(conn, house.address(who), password, HOME, organisation)


def test_who_knows_the_password_gets_a_session_of_their_organisation(house: House) -> None:
    token, caller = enter(house)

    with house.conn() as conn:
        found = find_session(conn, token)
    assert found == caller
    assert (caller.user_id, caller.org_id, caller.kind) == (house.owner.user_id, house.org_id, "session")
    assert caller.scopes == {Scope.READ, Scope.WRITE, Scope.ADMIN}
    assert not caller.is_operator
    assert house.events()[-1] == "signed_in"


def test_an_address_counts_whatever_its_case_and_the_space_around_it(house: House) -> None:
    with house.conn() as conn:
        _, caller = sign_in(conn, f"  OWNER{house.number}@House.Example ", PASSWORD, HOME)

    assert caller.user_id == house.owner.user_id


@pytest.mark.parametrize("email", ["nobody@house.example", "", "\0", "\ud800@x", "İ@house.example", "x" * 100_000])
def test_a_wrong_address_is_answered_like_a_wrong_password(house: House, email: str) -> None:
    with house.conn() as conn, pytest.raises(SignInRefused) as wrong_address:
        sign_in(conn, email, PASSWORD, HOME)
    with pytest.raises(SignInRefused) as wrong_password:
        enter(house, password="eight green kettles")

    assert str(wrong_address.value) == str(wrong_password.value)


def test_an_account_without_password_has_none(house: House) -> None:
    with house.database.admin() as conn:
        ensure_user(conn, house.org_id, house.address("blank"), "Blank")

    for password in ("", "nobody has this password"):
        with pytest.raises(SignInRefused):
            enter(house, "blank", password)


def test_a_closed_account_is_told_so_only_to_who_knows_its_password(house: House) -> None:
    house.change("UPDATE platform.users SET deactivated_at = now() WHERE email = :email", email=house.address("member"))

    with pytest.raises(AccountClosed):
        enter(house, "member")
    with pytest.raises(SignInRefused):
        enter(house, "member", "eight green kettles")


def test_the_password_is_hashed_anew_when_the_parameters_have_changed(house: House) -> None:
    old = passwords.HASHER.hash(PASSWORD).replace("p=1", "p=1")
    stale = passwords.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1).hash(PASSWORD)
    house.change("UPDATE platform.users SET password_hash = :h WHERE email = :e", h=stale, e=house.address("owner"))

    enter(house)

    kept = house.ask("SELECT password_hash FROM platform.users WHERE email = :e", e=house.address("owner"))
    assert kept.split("$")[3] == old.split("$")[3] != stale.split("$")[3]


def test_the_secret_itself_is_nowhere_in_the_database(house: House) -> None:
    token, _ = enter(house)

    assert house.ask("SELECT count(*) FROM platform.sessions s WHERE s::text LIKE '%' || :t || '%'", t=token[11:]) == 0


@pytest.mark.parametrize(
    ("column", "ago"),
    [("last_seen_at", timedelta(hours=12, seconds=1)), ("expires_at", timedelta()), ("revoked_at", timedelta())],
)
def test_a_session_ends(house: House, column: str, ago: timedelta) -> None:
    token, caller = enter(house)
    changed = sessions.update().values({column: sa.func.now() - ago}).where(sessions.c.id == caller.session_id)
    with house.database.admin() as conn:
        conn.execute(changed)

    with house.conn() as conn:
        assert find_session(conn, token) is None


def test_a_session_lasts_fourteen_days_at_most(house: House) -> None:
    _, caller = enter(house)

    lasts = house.ask("SELECT expires_at - created_at FROM platform.sessions WHERE id = :id", id=caller.session_id)
    assert lasts == timedelta(days=14)


def test_a_session_that_is_used_goes_on_and_writes_so_once_a_minute(house: House) -> None:
    token, caller = enter(house)
    question = "SELECT xmin::text FROM platform.sessions WHERE id = :id"
    before = house.ask(question, id=caller.session_id)

    with house.conn() as conn:
        find_session(conn, token)
    soon = house.ask(question, id=caller.session_id)
    back = "UPDATE platform.sessions SET last_seen_at = now() - interval '11 hours' WHERE id = :id"
    house.change(back, id=caller.session_id)
    with house.conn() as conn:
        find_session(conn, token)

    age = "SELECT now() - last_seen_at FROM platform.sessions WHERE id = :id"
    assert soon == before
    assert house.ask(age, id=caller.session_id) < timedelta(minutes=1)


@pytest.mark.parametrize("token", ["", "cc_session_", "cc_session_" + "a" * 43, "\0", "\ud800", "x" * 100_000])
def test_what_is_no_sessions_secret_names_nobody(house: House, token: str) -> None:
    with house.conn() as conn:
        assert find_session(conn, token) is None


def test_closing_an_account_ends_its_sessions(house: House) -> None:
    token, _ = enter(house, "member")
    house.change("UPDATE platform.users SET deactivated_at = now() WHERE email = :email", email=house.address("member"))

    with house.conn() as conn:
        assert find_session(conn, token) is None


def test_leaving_the_organisation_ends_its_sessions(house: House) -> None:
    token, caller = enter(house, "member")
    house.change("DELETE FROM platform.memberships WHERE user_id = :id", id=caller.user_id)

    with house.conn() as conn:
        assert find_session(conn, token) is None


def test_signing_out_ends_this_session_and_no_other(house: House) -> None:
    (gone, caller), (kept, _) = enter(house), enter(house)

    with house.conn() as conn:
        sign_out(conn, caller, HOME)

    with house.conn() as conn:
        assert find_session(conn, gone) is None
        assert find_session(conn, kept) is not None


def test_signing_out_everywhere_ends_all_of_ones_own(house: House) -> None:
    (one, caller), (two, _), (others, _) = enter(house), enter(house), enter(house, "admin")

    with house.conn() as conn:
        ended = sign_out_everywhere(conn, caller, HOME)

    with house.conn() as conn:
        assert ended == 3
        assert [find_session(conn, token) is None for token in (one, two, others)] == [True, True, False]


def test_a_list_of_sessions_shows_only_ones_own_that_are_open(house: House) -> None:
    _, first = enter(house)
    _, second = enter(house)
    with house.conn() as conn:
        sign_out(conn, first, HOME)
        listed = list_sessions(conn, second)

    assert {one.id for one in listed} == {second.session_id, house.owner.session_id}
    assert {(one.ip, one.user_agent) for one in listed} == {("192.0.2.7", "Tests")}


def test_nobody_ends_the_session_of_somebody_else(house: House) -> None:
    token, caller = enter(house)
    assert caller.session_id

    with house.conn() as conn, pytest.raises(NotFound):
        end_session(conn, house.admin, caller.session_id, HOME)
    with house.conn() as conn:
        assert find_session(conn, token) is not None
        end_session(conn, house.owner, caller.session_id, HOME)
        assert find_session(conn, token) is None


def test_a_person_of_two_organisations_works_in_the_named_or_the_last_one(house: House) -> None:
    with house.database.admin() as conn:
        other = ensure_organisation(conn, "Other", f"other{house.number}")
    sign_up(house.database, other, house.address("owner"), "member")
    house.change(
        "UPDATE platform.sessions SET last_seen_at = now() - interval '1 hour' WHERE org_id = :id", id=house.org_id
    )

    assert enter(house)[1].org_id == other
    assert enter(house, organisation=house.slug)[1].org_id == house.org_id
    with pytest.raises(NoOrganisation):
        enter(house, organisation="nowhere")


def test_who_belongs_nowhere_cannot_sign_in(house: House) -> None:
    house.change("DELETE FROM platform.memberships WHERE user_id = :id", id=house.member.user_id)

    with pytest.raises(NoOrganisation):
        enter(house, "member")


def test_switching_goes_to_ones_own_organisations_only(house: House) -> None:
    stranger = House.build(house.database)
    with house.database.admin() as conn:
        other = ensure_organisation(conn, "Other", f"second{house.number}")
    sign_up(house.database, other, house.address("owner"), "member")
    token, caller = enter(house, organisation=house.slug)

    with house.conn() as conn:
        switched = switch_organisation(conn, caller, other, HOME)
        assert find_session(conn, token) == switched
    with house.conn() as conn, pytest.raises(NoOrganisation):
        switch_organisation(conn, caller, stranger.org_id, HOME)

    assert switched.org_id == other
