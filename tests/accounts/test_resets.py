"""A new password by a link, or by the old one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from account_people import HOME, PASSWORD, House
from coursecrafter.accounts.caller import AccountClosed, NotSignedIn
from coursecrafter.accounts.keys import find_key, make_key
from coursecrafter.accounts.links import LinkNotValid
from coursecrafter.accounts.passwords import PasswordRefused
from coursecrafter.accounts.resets import change_password, make_reset, request_reset, reset_password
from coursecrafter.accounts.sessions import SignInRefused, find_session, list_sessions, sign_in
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import identities

NEW = "nine purple lanterns"


def request(house: House, who: str = "owner") -> str:
    with house.conn() as conn:
        reset = request_reset(conn, house.address(who))
    assert reset is not None
    assert reset.email == house.address(who)
    return reset.token


def use(house: House, token: str, password: str = NEW) -> None:
    with house.conn() as conn:
        reset_password(conn, token, password, HOME)


def enter(house: House, password: str) -> str:
    with house.conn() as conn:
        return sign_in(conn, house.address("owner"), password, HOME)[0]


def test_a_link_sets_a_password_and_ends_all_sessions(house: House) -> None:
    session = enter(house, PASSWORD)

    use(house, request(house))

    enter(house, NEW)
    with pytest.raises(SignInRefused):
        enter(house, PASSWORD)
    with house.conn() as conn:
        assert find_session(conn, session) is None


def test_a_link_works_once(house: House) -> None:
    token = request(house)
    use(house, token)

    with pytest.raises(LinkNotValid, match="used"):
        use(house, token)


def test_a_link_works_for_an_hour(house: House) -> None:
    token = request(house)
    mine = "WHERE user_id = :id"
    question = f"SELECT expires_at - created_at FROM platform.password_resets {mine}"  # noqa: S608 - words of ours
    assert house.ask(question, id=house.owner.user_id) == timedelta(hours=1)
    house.change(f"UPDATE platform.password_resets SET expires_at = now() {mine}", id=house.owner.user_id)  # noqa: S608

    with pytest.raises(LinkNotValid, match="expired"):
        use(house, token)


def test_a_newer_link_takes_the_older_one_back(house: House) -> None:
    older, newer = request(house), request(house)

    with pytest.raises(LinkNotValid):
        use(house, older)
    use(house, newer)


def test_a_refused_password_leaves_the_link_as_it_was(house: House) -> None:
    token = request(house)

    with pytest.raises(PasswordRefused):
        use(house, token, "short")
    use(house, token)


@pytest.mark.parametrize("email", ["nobody@house.example", "", "x" * 10_000])
def test_nothing_is_sent_to_an_address_that_nobody_has(house: House, email: str) -> None:
    with house.conn() as conn:
        assert request_reset(conn, email) is None


def test_nothing_is_sent_to_a_closed_account_and_its_links_end(house: House) -> None:
    token = request(house)
    house.change("UPDATE platform.users SET deactivated_at = now() WHERE id = :id", id=house.owner.user_id)

    with house.conn() as conn:
        assert request_reset(conn, house.address("owner")) is None
    with pytest.raises(AccountClosed):
        use(house, token)
    with house.conn() as conn, pytest.raises(AccountClosed):
        make_reset(conn, house.address("owner"))


def test_nothing_is_sent_to_who_signs_in_elsewhere(house: House) -> None:
    with house.database.admin() as conn:
        user_id = ensure_user(conn, house.org_id, house.address("elsewhere"), "Elsewhere")
        conn.execute(identities.insert().values(issuer="i", subject=f"s{house.number}", user_id=user_id))

    with house.conn() as conn:
        assert request_reset(conn, house.address("elsewhere")) is None


def test_the_command_line_makes_a_link_for_an_account_that_exists(house: House) -> None:
    with house.conn() as conn:
        token = make_reset(conn, house.address("owner").upper())
    use(house, token)
    enter(house, NEW)

    with house.conn() as conn, pytest.raises(NotFound):
        make_reset(conn, "nobody@house.example")


@pytest.mark.parametrize("token", ["", "cc_reset_" + "a" * 43, "\0", "\ud800", "x" * 100_000])
def test_what_is_no_links_secret_sets_nothing(house: House, token: str) -> None:
    with pytest.raises(LinkNotValid):
        use(house, token)


def test_who_changes_their_password_stays_signed_in_here_and_nowhere_else(house: House) -> None:
    other = enter(house, PASSWORD)

    with house.conn() as conn:
        change_password(conn, house.owner, PASSWORD, NEW, HOME)

    with house.conn() as conn:
        assert find_session(conn, other) is None
        assert [one.id for one in list_sessions(conn, house.owner)] == [house.owner.session_id]
    enter(house, NEW)


def test_a_password_is_changed_by_who_knows_the_old_one_and_no_key(house: House) -> None:
    with house.conn() as conn, pytest.raises(SignInRefused):
        change_password(conn, house.owner, NEW, NEW, HOME)
    with house.conn() as conn, pytest.raises(PasswordRefused):
        change_password(conn, house.owner, PASSWORD, "short", HOME)
    with house.conn() as conn:
        token, _ = make_key(conn, house.owner, "K", ["admin"], HOME)
        caller = find_key(conn, token)
    with house.conn() as conn, pytest.raises(NotSignedIn):
        change_password(conn, caller, PASSWORD, NEW, HOME)
    enter(house, PASSWORD)
