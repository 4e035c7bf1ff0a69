"""How people come into an organisation, and the first one into an installation."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from account_people import HOME, PASSWORD, House, sign_up
from course_people import all_at_once
from coursecrafter.accounts.caller import AccountClosed, Scope, ScopeMissing
from coursecrafter.accounts.invitations import (
    AlreadyMember,
    accept,
    first_administrator_link,
    invite,
    invite_from_here,
    list_invitations,
    look_at,
    revoke_invitation,
)
from coursecrafter.accounts.keys import find_key, make_key
from coursecrafter.accounts.links import AddressHasAccount, LinkNotValid
from coursecrafter.accounts.passwords import PasswordRefused
from coursecrafter.accounts.people import role_of
from coursecrafter.accounts.sessions import sign_in
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.db.session import Database
from database import TestServer


@pytest.fixture
def empty(server: TestServer) -> Iterator[Database]:
    """An installation in which nobody can sign in yet."""
    with server.session_database() as database:
        yield database


def ask(house: House, who: str = "new", role: str = "member", by=None) -> str:
    with house.conn() as conn:
        return invite(conn, by or house.owner, house.address(who), role, HOME)[0]


def join(house: House, token: str, **fields):
    with house.conn() as conn:
        return accept(conn, token, HOME, **{"name": "Nina New", "password": PASSWORD} | fields)


@pytest.mark.parametrize("role", ["owner", "admin", "member"])
def test_who_opens_a_link_has_an_account_and_a_role(house: House, role: str) -> None:
    account, org_id = join(house, ask(house, role=role))

    with house.conn() as conn:
        _, caller = sign_in(conn, house.address("new"), PASSWORD, HOME)
        assert role_of(conn, house.org_id, account.id) == role
    assert (caller.user_id, caller.org_id) == (account.id, org_id) == (account.id, house.org_id)
    assert not caller.is_operator
    assert house.events()[:1] == ["invited"]
    assert "invitation_accepted" in house.events()


def test_owners_invite_all_admins_invite_members_and_members_nobody(house: House) -> None:
    allowed = []
    for who in ("owner", "admin", "member"):
        for role in ("owner", "admin", "member"):
            try:
                ask(house, f"{who}s-{role}", role, getattr(house, who))
                allowed.append((who, role))
            except NotAllowed:
                pass

    assert allowed == [("owner", "owner"), ("owner", "admin"), ("owner", "member"), ("admin", "member")]


def test_a_key_invites_with_the_scope_admin_only(house: House) -> None:
    with house.conn() as conn:
        token, _ = make_key(conn, house.owner, "K", ["read", "write"], HOME)
        caller = find_key(conn, token)

    with pytest.raises(ScopeMissing):
        ask(house, by=caller)
    assert Scope.ADMIN not in caller.scopes


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "ada@",
        "a b@c.example",
        "a@b.example\nBcc: x@y.example",
        "ä@b.example",
        "<a@b.example>",
        "a@b..example",
        "a" * 300 + "@b.example",
    ],
)
def test_nobody_is_invited_at_what_is_no_address(house: House, email: str) -> None:
    with house.conn() as conn, pytest.raises(ValueRefused):
        invite(conn, house.owner, email, "member", HOME)


def test_nobody_is_invited_to_a_role_that_is_none(house: House) -> None:
    with house.conn() as conn, pytest.raises(ValueRefused):
        invite(conn, house.owner, "a@b.example", "operator", HOME)


def test_a_member_is_not_invited_again(house: House) -> None:
    with pytest.raises(AlreadyMember):
        ask(house, "member")


def test_a_link_works_once(house: House) -> None:
    token = ask(house)
    join(house, token)

    with pytest.raises(LinkNotValid, match="used"):
        join(house, token)


def test_of_two_who_open_a_link_at_once_one_joins(house: House) -> None:
    token = ask(house)

    answers = all_at_once([lambda: join(house, token)] * 2)

    assert sum(isinstance(answer, LinkNotValid) for answer in answers) == 1


def test_a_link_works_for_seven_days(house: House) -> None:
    token = ask(house)
    question = "SELECT expires_at - created_at FROM platform.invitations WHERE email = :e"
    assert house.ask(question, e=house.address("new")) == timedelta(days=7)
    house.change("UPDATE platform.invitations SET expires_at = now() WHERE email = :e", e=house.address("new"))

    with pytest.raises(LinkNotValid, match="expired"):
        join(house, token)


def test_a_newer_link_takes_the_older_one_back(house: House) -> None:
    older, newer = ask(house), ask(house)

    with pytest.raises(LinkNotValid, match="taken back"):
        join(house, older)
    join(house, newer)


def test_a_link_of_somebody_who_may_no_longer_invite_does_not_work(house: House) -> None:
    token = ask(house, by=house.admin)
    demote = "UPDATE platform.memberships SET role = 'member' WHERE user_id = :id"
    house.change(demote, id=house.admin.user_id)

    with pytest.raises(LinkNotValid):
        join(house, token)


@pytest.mark.parametrize("token", ["", "cc_invitation_" + "a" * 43, "\0", "\ud800", "x" * 100_000])
def test_what_is_no_links_secret_opens_nothing(house: House, token: str) -> None:
    with pytest.raises(LinkNotValid):
        join(house, token)
    with house.conn() as conn, pytest.raises(LinkNotValid):
        look_at(conn, token)


def test_a_refused_password_leaves_the_link_as_it_was(house: House) -> None:
    token = ask(house)

    with pytest.raises(PasswordRefused):
        join(house, token, password="Nina New 1234")
    join(house, token)


def test_a_link_does_not_open_an_account_that_exists(house: House) -> None:
    """Else an admin could invite a member of another organisation, keep the link, and come in as them."""
    stranger = House.build(house.database)
    with house.conn() as conn:
        token, _ = invite(conn, house.owner, stranger.address("owner"), "member", HOME)

    with pytest.raises(AddressHasAccount):
        join(house, token)
    with house.conn() as conn:
        sign_in(conn, stranger.address("owner"), PASSWORD, HOME)
        assert look_at(conn, token).has_account


def test_who_is_signed_in_joins_with_the_account_that_was_invited_and_no_other(house: House) -> None:
    stranger = House.build(house.database)
    with house.conn() as conn:
        token, _ = invite(conn, house.owner, stranger.address("owner"), "admin", HOME)

    with pytest.raises(AddressHasAccount):
        join(house, token, signed_in=stranger.admin.user_id)
    join(house, token, signed_in=stranger.owner.user_id)

    with house.conn() as conn:
        assert role_of(conn, house.org_id, stranger.owner.user_id) == "admin"
        assert role_of(conn, stranger.org_id, stranger.owner.user_id) == "owner"


def test_a_closed_account_does_not_join(house: House) -> None:
    stranger = House.build(house.database)
    house.change("UPDATE platform.users SET deactivated_at = now() WHERE id = :id", id=stranger.owner.user_id)
    with house.conn() as conn:
        token, _ = invite(conn, house.owner, stranger.address("owner"), "member", HOME)

    with pytest.raises(AccountClosed):
        join(house, token, signed_in=stranger.owner.user_id)


def test_an_account_that_the_command_line_made_is_filled_in(house: House) -> None:
    with house.database.admin() as conn:
        ensure_user(conn, house.org_id, house.address("blank"), "blank", role="admin")
    with house.conn() as conn:
        token = invite_from_here(conn, house.org_id, house.address("blank"), "member")

    account, _ = join(house, token)

    assert account.name == "Nina New"
    with house.conn() as conn:
        assert role_of(conn, house.org_id, account.id) == "admin"


def test_an_account_that_opens_another_organisation_is_not_filled_in(house: House) -> None:
    with house.database.admin() as conn:
        other = ensure_organisation(conn, "Other", f"other{house.number}")
        ensure_user(conn, other, house.address("blank"), "blank", role="owner")

    with pytest.raises(AddressHasAccount):
        join(house, ask(house, "blank"))


def test_a_list_of_invitations_holds_those_that_wait_and_no_secret(house: House) -> None:
    ask(house, "one")
    join(house, ask(house, "two"), name="Two")
    ask(house, "three", by=house.admin)
    ask(House.build(house.database))

    with house.conn() as conn:
        listed = list_invitations(conn, house.admin)

    assert [one.email for one in listed] == [house.address("three"), house.address("one")]
    with house.conn() as conn, pytest.raises(NotAllowed):
        list_invitations(conn, house.member)


def test_leaders_take_back_what_their_own_organisation_asked(house: House) -> None:
    token = ask(house)
    stranger = House.build(house.database)
    with house.conn() as conn:
        [asked] = list_invitations(conn, house.owner)

    with house.conn() as conn, pytest.raises(NotFound):
        revoke_invitation(conn, stranger.owner, asked.id, HOME)
    with house.conn() as conn, pytest.raises(NotAllowed):
        revoke_invitation(conn, house.member, asked.id, HOME)
    with house.conn() as conn:
        revoke_invitation(conn, house.admin, asked.id, HOME)
    with pytest.raises(LinkNotValid):
        join(house, token)


def test_the_page_of_a_link_is_told_where_to_and_as_what(house: House) -> None:
    with house.conn() as conn:
        asked = look_at(conn, ask(house, role="admin"))

    assert (asked.organisation, asked.role, asked.email, asked.has_account) == (
        f"House {house.number}",
        "admin",
        house.address("new"),
        False,
    )


def test_the_first_administrator_says_their_address_and_runs_the_installation(empty: Database) -> None:
    with empty.accounts() as conn:
        token = first_administrator_link(conn, "Local", "local")
    assert token

    with empty.accounts() as conn:
        assert look_at(conn, token).email is None
        accept(conn, token, HOME, name="Ada", password=PASSWORD, email="Ada@acme.example")

    with empty.accounts() as conn:
        _, caller = sign_in(conn, "ada@acme.example", PASSWORD, HOME)
        assert role_of(conn, caller.org_id, caller.user_id) == "owner"
        assert first_administrator_link(conn, "Local", "local") is None
    assert caller.is_operator


def test_a_second_start_takes_the_first_link_back(empty: Database) -> None:
    with empty.accounts() as conn:
        older, newer = (first_administrator_link(conn, "Local", "local") for _ in range(2))
    assert older
    assert newer

    with empty.accounts() as conn, pytest.raises(LinkNotValid):
        accept(conn, older, HOME, name="Ada", password=PASSWORD, email="ada@acme.example")
    with empty.accounts() as conn:
        accept(conn, newer, HOME, name="Ada", password=PASSWORD, email="ada@acme.example")


def test_two_starts_at_once_leave_one_link(empty: Database) -> None:
    def start() -> str | None:
        with empty.accounts() as conn:
            return first_administrator_link(conn, "Local", "local")

    tokens = all_at_once([start] * 3)

    works = 0
    for token in tokens:
        try:
            with empty.accounts() as conn:
                look_at(conn, token)
            works += 1
        except LinkNotValid:
            pass
    assert works == 1


def test_an_old_first_link_does_not_work_once_somebody_can_sign_in(empty: Database) -> None:
    with empty.accounts() as conn:
        token = first_administrator_link(conn, "Local", "local")
    assert token
    with empty.admin() as conn:
        org_id = ensure_organisation(conn, "Local", "local")
    sign_up(empty, org_id, "bob@acme.example", "owner")

    with empty.accounts() as conn, pytest.raises(LinkNotValid):
        accept(conn, token, HOME, name="Eve", password=PASSWORD, email="eve@acme.example")


def test_people_of_the_command_line_do_not_stand_in_the_first_administrators_way(empty: Database) -> None:
    with empty.admin() as conn:
        org_id = ensure_organisation(conn, "Acme", "acme")
        ensure_user(conn, org_id, "author@localhost", "Author", role="owner")

    with empty.accounts() as conn:
        token = first_administrator_link(conn, "Local", "local")
        assert token
        _, joined = accept(conn, token, HOME, name="Ada", password=PASSWORD, email="ada@acme.example")

    assert joined == org_id
