"""Who I am, where I belong, what an operator does, and what is thrown away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from account_people import HOME, PASSWORD, House
from course_people import all_at_once
from coursecrafter.accounts.caller import NotSignedIn, OperatorOnly, Scope, ScopeMissing
from coursecrafter.accounts.events import SecurityEvent, list_events, record
from coursecrafter.accounts.invitations import invite
from coursecrafter.accounts.keys import find_key, make_key
from coursecrafter.accounts.organisations import (
    close_account,
    create_organisation,
    my_organisations,
    open_account,
    profile,
    rename_oneself,
    rename_organisation,
)
from coursecrafter.accounts.resets import request_reset
from coursecrafter.accounts.sessions import sign_in
from coursecrafter.accounts.sweeping import sweep
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed, NotFound, StateRefused, ValueRefused


@pytest.fixture
def operator(house: House):
    house.change("UPDATE platform.users SET is_operator = true WHERE id = :id", id=house.owner.user_id)
    return replace(house.owner, is_operator=True)


def test_a_profile_says_who_one_is_and_where_one_belongs(house: House) -> None:
    with house.conn() as conn:
        mine = profile(conn, house.admin)

    assert (mine.email, mine.is_operator, mine.has_password, mine.has_identity) == (
        house.address("admin"),
        False,
        True,
        False,
    )
    assert [(place.slug, place.role) for place in mine.organisations] == [(house.slug, "admin")]
    assert mine.scopes == (Scope.READ, Scope.WRITE, Scope.ADMIN)


def test_an_operator_makes_an_organisation_and_owns_it(house: House, operator) -> None:
    with house.conn() as conn:
        made = create_organisation(conn, operator, "  Acme   UK ", f"acme-{house.number}", HOME)
        places = my_organisations(conn, operator.user_id)

    assert (made.name, made.role) == ("Acme UK", "owner")
    assert {place.slug for place in places} == {house.slug, f"acme-{house.number}"}


def test_nobody_else_makes_an_organisation_nor_a_second_of_its_short_name(house: House, operator) -> None:
    with house.conn() as conn, pytest.raises(OperatorOnly):
        create_organisation(conn, house.owner, "Acme", "acme", HOME)
    with pytest.raises(AlreadyTaken), house.conn() as conn:
        create_organisation(conn, operator, "Acme", house.slug, HOME)


@pytest.mark.parametrize("slug", ["", "-a", "A", "a_b", "../x", "a" * 64, "ä", "a\n"])
def test_a_short_name_is_one(house: House, operator, slug: str) -> None:
    with house.conn() as conn, pytest.raises(ValueRefused):
        create_organisation(conn, operator, "Acme", slug, HOME)


@pytest.mark.parametrize("name", ["", "   ", "a\0b", "\u202etxt", "x" * 121, "\ud800"])
def test_a_name_is_one_line_that_can_be_shown(house: House, name: str) -> None:
    with house.conn() as conn, pytest.raises(ValueRefused):
        rename_oneself(conn, house.owner, name)


def test_leaders_rename_their_organisation_and_members_do_not(house: House) -> None:
    with house.conn() as conn:
        rename_organisation(conn, house.admin, "The new house", HOME)
        assert my_organisations(conn, house.member.user_id)[0].name == "The new house"
    with house.conn() as conn, pytest.raises(NotAllowed):
        rename_organisation(conn, house.member, "Mine", HOME)


def test_a_key_without_admin_renames_nobody(house: House) -> None:
    with house.conn() as conn:
        caller = find_key(conn, make_key(conn, house.owner, "K", ["write"], HOME)[0])

    with house.conn() as conn, pytest.raises(ScopeMissing):
        rename_oneself(conn, caller, "Somebody else")
    with house.conn() as conn, pytest.raises(ScopeMissing):
        rename_organisation(conn, caller, "Somewhere else", HOME)


def test_a_closed_account_is_out_until_it_is_opened(house: House, operator) -> None:
    with house.conn() as conn:
        key, _ = make_key(conn, house.member, "K", ["read"], HOME)
        close_account(conn, operator, house.member.user_id, HOME)

    with house.conn() as conn, pytest.raises(NotSignedIn):
        find_key(conn, key)
    with house.conn() as conn:
        open_account(conn, operator, house.member.user_id, HOME)
        find_key(conn, key)
        sign_in(conn, house.address("member"), PASSWORD, HOME)


def test_accounts_are_closed_by_operators_and_never_ones_own(house: House, operator) -> None:
    with house.conn() as conn, pytest.raises(OperatorOnly):
        close_account(conn, house.owner, house.member.user_id, HOME)
    with house.conn() as conn, pytest.raises(NotAllowed):
        close_account(conn, operator, operator.user_id, HOME)
    with house.conn() as conn, pytest.raises(NotFound):
        close_account(conn, operator, house.org_id, HOME)
    with house.conn() as conn, pytest.raises(StateRefused):
        open_account(conn, operator, house.member.user_id, HOME)


def test_operators_who_close_each_other_at_once_leave_one(house: House, operator) -> None:
    house.change("UPDATE platform.users SET is_operator = true WHERE id = :id", id=house.admin.user_id)
    second = replace(house.admin, is_operator=True)

    def close(who, whom) -> None:
        with house.conn() as conn:
            close_account(conn, who, whom.user_id, HOME)

    answers = all_at_once([lambda: close(operator, second), lambda: close(second, operator)])

    assert sum(isinstance(answer, NotSignedIn) for answer in answers) == 1


def test_events_are_read_page_by_page_and_only_of_the_organisation(house: House) -> None:
    stranger = House.build(house.database)
    with house.conn() as conn:
        record(conn, SecurityEvent.KEY_MADE, HOME, org_id=stranger.org_id)
        for number in range(5):
            record(conn, SecurityEvent.KEY_MADE, HOME, org_id=house.org_id, number=number)

        first = list_events(conn, house.org_id, limit=3)
        rest = list_events(conn, house.org_id, before=first[-1].id, limit=3)

    assert [event.details["number"] for event in first + rest] == [4, 3, 2, 1, 0]
    assert (first[0].event, first[0].ip, first[0].user_agent) == ("key_made", "192.0.2.7", "Tests")


def test_events_cannot_be_changed_or_deleted(house: House) -> None:
    for statement in ("UPDATE platform.security_events SET event = 'x'", "DELETE FROM platform.security_events"):
        with pytest.raises(NotAllowed), house.conn() as conn:
            conn.exec_driver_sql(statement)


def test_sweeping_takes_what_ended_a_month_ago_and_nothing_else(house: House) -> None:
    with house.conn() as conn:
        request_reset(conn, house.address("owner"))
        invite(conn, house.owner, "x@y.example", "member", HOME)
        make_key(conn, house.owner, "K", ["read"], HOME, 1)
        sign_in(conn, house.address("owner"), PASSWORD, HOME)
        before = sweep(conn)
    for table in ("sessions", "password_resets", "invitations", "api_keys"):
        mine = {"invitations": "org_id"}.get(table, "user_id")
        who = house.org_id if mine == "org_id" else house.owner.user_id
        statement = f"UPDATE platform.{table} SET expires_at = now() - interval '31 days' WHERE {mine} = :id"  # noqa: S608
        house.change(statement, id=who)
    add = (
        "INSERT INTO platform.idempotency_keys (org_id, user_id, key, operation, fingerprint, created_at)"
        " VALUES (:o, :u, :k, 'POST /', '', now() - :age * interval '1 hour')"
    )
    for hours in (23, 25):
        house.change(add, o=house.org_id, u=house.owner.user_id, k=str(hours), age=hours)

    with house.conn() as conn:
        swept = sweep(conn)

    assert not any(before.values())
    assert swept == {"sessions": 2, "password_resets": 1, "invitations": 1, "api_keys": 1, "idempotency_keys": 1}
