"""Sign-in through a provider, and every way in which it can be made to lie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import jwt
import pytest

from account_people import HOME, House
from coursecrafter.accounts.caller import Caller
from coursecrafter.accounts.fetching import ProviderRefused, ProviderUnreachable
from coursecrafter.accounts.identities import IdentityNotAllowed
from coursecrafter.accounts.oidc import Beginning, Provider, Return, SignInNotCompleted, is_own_path
from coursecrafter.accounts.people import role_of
from coursecrafter.accounts.sessions import SignInRefused, find_session, list_sessions, sign_in
from coursecrafter.accounts.settings import OidcSettings, read_rules
from coursecrafter.accounts.signing_keys import TokenRefused
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.projects import create_project
from coursecrafter.db.session import Identity
from openid_provider import CLIENT, LIES, SECRET, WRONG_CLAIMS, StandIn, open_provider, signer

OURS = b"the installation's own secret, long enough"
BACK = "http://localhost/cc/accounts/oidc/callback"


@pytest.fixture(scope="module")
def running() -> Iterator[StandIn]:
    with open_provider() as provider:
        yield provider


@pytest.fixture
def there(running: StandIn, house: House) -> StandIn:
    running.person = {"sub": f"ada-{house.number}", "email": house.address("ada"), "email_verified": True}
    running.person |= {"name": "Ada Lovelace", "groups": ["teachers"]}
    running.changes, running.made_by, running.signers = {}, None, [signer()]
    running.pages, running.asked, running.discovery = {}, [], {}
    return running


@pytest.fixture
def here(there: StandIn, house: House) -> Provider:
    rules = read_rules("R", f"teachers={house.slug}:member; cn=heads,dc=x={house.slug}:owner")
    settings = OidcSettings(there.url, CLIENT, SECRET, "X", "openid email profile", "groups", rules, False)
    return Provider(settings, BACK, OURS)


def come(house: House, here: Provider, there: StandIn) -> Caller | None:
    begun = here.begin()
    vouched, _ = here.finish(begun.pending, Return(**_renamed(there.authorize(begun.url))))
    with house.conn() as conn:
        signed_in = here.sign_in(conn, vouched, HOME)
    return None if signed_in is None else signed_in[1]


def _renamed(back: dict[str, str]) -> dict[str, str]:
    return {"issuer" if name == "iss" else name: value for name, value in back.items()}


def finish(here: Provider, there: StandIn, begun: Beginning | None = None, **changes: str | None):
    begun = begun or here.begin()
    return here.finish(begun.pending, Return(**_renamed(there.authorize(begun.url)) | changes))


def test_a_person_of_the_provider_gets_an_account_a_role_and_a_session(
    house: House, here: Provider, there: StandIn
) -> None:
    begun = here.begin("/courses?page=2")
    vouched, path = here.finish(begun.pending, Return(**_renamed(there.authorize(begun.url))))
    with house.conn() as conn:
        signed_in = here.sign_in(conn, vouched, HOME)
        assert signed_in is not None
        token, caller = signed_in
        assert find_session(conn, token) == caller
        assert role_of(conn, house.org_id, caller.user_id) == "member"

    assert path == "/courses?page=2"
    assert (caller.kind, caller.org_id, caller.is_operator) == ("session", house.org_id, False)
    assert house.events()[-2:] == ["role_given_by_group", "signed_in_elsewhere"]
    assert come(house, here, there) is not None


def test_a_client_without_basic_auth_posts_its_secret(house: House, here: Provider, there: StandIn) -> None:
    there.discovery = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    assert come(house, here, there) is not None


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_an_identity_with_a_wrong_signature_is_refused(here: Provider, there: StandIn, lie) -> None:
    there.made_by = lie

    with pytest.raises(TokenRefused):
        finish(here, there)


@pytest.mark.parametrize(
    "changes",
    [
        *WRONG_CLAIMS,
        {"nonce": "of another sign-in"},
        {"nonce": None},
        {"nonce": 7},
        {"azp": "another-program"},
        {"aud": [CLIENT, "another-program"]},
    ],
    ids=str,
)
def test_an_identity_with_wrong_claims_is_refused(here: Provider, there: StandIn, changes: dict[str, object]) -> None:
    there.changes = changes

    with pytest.raises(TokenRefused):
        finish(here, there)


def test_a_sign_in_is_finished_once(here: Provider, there: StandIn) -> None:
    begun = here.begin()
    finish(here, there, begun)

    with pytest.raises(SignInNotCompleted):
        finish(here, there, begun)


def test_a_code_works_once_also_where_another_process_finished(here: Provider, there: StandIn) -> None:
    begun = here.begin()
    back = Return(**_renamed(there.authorize(begun.url)))
    here.finish(begun.pending, back)

    with pytest.raises(ProviderRefused):
        Provider(here.settings, BACK, OURS).finish(begun.pending, back)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "of another"},
        {"state": ""},
        {"state": "\ud800"},
        {"code": None},
        {"code": ""},
        {"error": "access_denied"},
        {"issuer": "https://other.example"},
    ],
    ids=str,
)
def test_another_way_back_is_refused(here: Provider, there: StandIn, changes: dict[str, str | None]) -> None:
    with pytest.raises(SignInNotCompleted):
        finish(here, there, **changes)
    assert "/token" not in there.asked


def test_a_wrong_code_is_refused(here: Provider, there: StandIn) -> None:
    with pytest.raises(ProviderRefused):
        finish(here, there, code="made up")


def test_what_a_browser_kept_is_believed_for_ten_minutes_and_only_as_we_signed_it(
    here: Provider, there: StandIn
) -> None:
    begun = here.begin()
    kept = jwt.decode(begun.pending, OURS, algorithms=["HS256"], issuer="coursecrafter-sign-in")
    old = jwt.encode(kept | {"exp": int(time.time()) - 1}, OURS, "HS256")
    forged = jwt.encode(kept, b"the secret of somebody else, long enough", "HS256")
    unsigned = jwt.encode(kept, None, "none")
    other_purpose = jwt.encode(kept | {"iss": "something else of ours"}, OURS, "HS256")

    assert 590 < kept["exp"] - time.time() <= 600
    for pending in (old, forged, unsigned, other_purpose, "", "\0"):
        with pytest.raises(SignInNotCompleted):
            here.finish(pending, Return(**_renamed(there.authorize(begun.url))))


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "a",
    ],
)
def test_nobody_is_sent_on_to_somebody_else(here: Provider, there: StandIn, path: str) -> None:
    _, after = finish(here, there, here.begin(path))

    assert after == "/"
    assert not is_own_path(path)


@pytest.mark.parametrize(
    "discovery",
    [
        {"issuer": "https://other.example"},
        {"issuer": None},
        {"jwks_uri": "http://keys.example/keys"},
        {"token_endpoint": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"token_endpoint": 7},
    ],
    ids=str,
)
def test_a_provider_that_describes_itself_otherwise_is_refused(here: Provider, there: StandIn, discovery) -> None:
    there.discovery = discovery

    with pytest.raises(ProviderRefused):
        here.begin()


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_no_redirect_is_followed(here: Provider, there: StandIn, path: str) -> None:
    there.pages[path] = (307, {"Location": f"{there.url}/elsewhere"}, b"")

    with pytest.raises(ProviderRefused):
        finish(here, there)
    assert "/elsewhere" not in there.asked


def test_a_provider_that_is_away_is_said_to_be(here: Provider) -> None:
    away = Provider(replace(here.settings, issuer="http://127.0.0.1:9"), BACK, OURS)

    with pytest.raises(ProviderUnreachable):
        away.begin()


def test_the_description_and_the_keys_are_asked_for_once(house: House, here: Provider, there: StandIn) -> None:
    come(house, here, there)
    come(house, here, there)

    assert [path for path in there.asked if path != "/token"] == ["/.well-known/openid-configuration", "/keys"]


def test_who_has_no_group_gets_no_account(house: House, here: Provider, there: StandIn) -> None:
    there.changes = {"groups": ["cooks"]}

    with pytest.raises(IdentityNotAllowed):
        come(house, here, there)
    assert house.ask("SELECT count(*) FROM platform.users WHERE email = :e", e=house.address("ada")) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": None},
        {"email": "no address"},
    ],
    ids=str,
)
def test_an_address_that_was_not_checked_opens_no_account(
    house: House, here: Provider, there: StandIn, changes: dict[str, object]
) -> None:
    there.changes = {"email": house.address("member")} | changes

    with pytest.raises(IdentityNotAllowed):
        come(house, here, there)


def test_a_provider_whose_addresses_are_trusted_need_not_say_that_they_were_checked(
    house: House, here: Provider, there: StandIn
) -> None:
    there.changes = {"email_verified": None}
    trusting = Provider(replace(here.settings, trusts_addresses=True), BACK, OURS)

    assert come(house, trusting, there) is not None


def test_an_account_is_joined_by_address_and_its_password_and_sessions_end(
    house: House, here: Provider, there: StandIn
) -> None:
    """Whoever set that password may be somebody else than the person whom the provider vouches for."""
    with house.conn() as conn:
        old, _ = sign_in(conn, house.address("member"), "seven green kettles", HOME)
    there.changes = {"email": house.address("member")}

    caller = come(house, here, there)

    assert caller is not None
    assert caller.user_id == house.member.user_id
    with house.conn() as conn:
        assert find_session(conn, old) is None
        with pytest.raises(SignInRefused):
            sign_in(conn, house.address("member"), "seven green kettles", HOME)


def test_an_operators_account_is_never_joined_by_address(house: House, here: Provider, there: StandIn) -> None:
    house.change("UPDATE platform.users SET is_operator = true WHERE id = :id", id=house.owner.user_id)
    there.changes = {"email": house.address("owner")}

    with pytest.raises(IdentityNotAllowed):
        come(house, here, there)


def test_an_identity_stays_the_same_person_when_its_address_changes(
    house: House, here: Provider, there: StandIn
) -> None:
    first = come(house, here, there)
    there.changes = {"email": house.address("owner"), "name": "Ada King\n"}

    second = come(house, here, there)

    assert first is not None
    assert second is not None
    assert first.user_id == second.user_id
    assert house.ask("SELECT name FROM platform.users WHERE id = :id", id=first.user_id) == "Ada King"


def test_the_highest_role_of_the_groups_counts_and_follows_them(house: House, here: Provider, there: StandIn) -> None:
    roles = []
    for groups in (["teachers"], ["teachers", "cn=heads,dc=x"], "teachers cooks"):
        there.changes = {"groups": groups}
        caller = come(house, here, there)
        assert caller is not None
        with house.conn() as conn:
            roles.append(role_of(conn, house.org_id, caller.user_id))

    assert roles == ["member", "owner", "member"]


def test_who_lost_their_group_loses_their_place_keys_and_sessions(house: House, here: Provider, there: StandIn) -> None:
    caller = come(house, here, there)
    there.changes = {"groups": []}

    assert come(house, here, there) is None
    assert caller is not None
    with house.conn() as conn:
        assert role_of(conn, house.org_id, caller.user_id) is None
    assert house.ask("SELECT count(*) FROM platform.sessions WHERE user_id = :id", id=caller.user_id) == 0
    assert "role_taken_by_group" in house.events()


def test_the_last_owner_stays_owner_whatever_the_groups_say(house: House, here: Provider, there: StandIn) -> None:
    there.changes = {"groups": ["cn=heads,dc=x"]}
    caller = come(house, here, there)
    assert caller is not None
    house.change("UPDATE platform.memberships SET role = 'admin' WHERE user_id = :id", id=house.owner.user_id)
    there.changes = {"groups": []}

    assert come(house, here, there) is not None
    with house.conn() as conn:
        assert role_of(conn, house.org_id, caller.user_id) == "owner"
    assert "role_kept" in house.events()


def test_who_alone_owns_a_project_stays_a_member_but_is_signed_out(
    house: House, here: Provider, there: StandIn
) -> None:
    there.changes = {"groups": ["cn=heads,dc=x"]}
    caller = come(house, here, there)
    assert caller is not None
    with house.database.app(Identity(caller.org_id, caller.user_id)) as conn:
        create_project(conn, Author(caller.org_id, caller.user_id), name="Mine alone", code=None, language="en")
    there.changes = {"groups": []}

    assert come(house, here, there) is None
    assert come(house, here, there) is None
    with house.conn() as conn:
        assert role_of(conn, house.org_id, caller.user_id) == "member"
        assert list_sessions(conn, caller) == []
