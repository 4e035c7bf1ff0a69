"""Accounts over HTTP: signing in and out, keys, members, invitations, links, and what a stranger learns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from account_people import PASSWORD, sign_up
from api_people import Service, code_of, data_of
from coursecrafter.accounts import passwords
from coursecrafter.accounts.caller import Scope
from coursecrafter.accounts.invitations import invite_from_here
from coursecrafter.accounts.resets import make_reset

ALL = frozenset(Scope)
COOKIE = "__Host-cc_session"
CLIENTS: dict[str, httpx.Client] = {}


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    """What a real hash costs is shown where it is asked for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def org_id(service: Service):
    return service.organisation()


def somebody(service: Service, org_id: Any, role: str = "member", email: str | None = None) -> str:
    """The address of a new person with a password."""
    address = email or f"{role}-{org_id}@house.example"
    sign_up(service.site.database, org_id, address, role)
    return address


def post(service: Service, path: str, body: Any = None, cookie: str | None = None, **headers: str) -> httpx.Response:
    sent = headers | ({"cookie": f"{COOKIE}={cookie}"} if cookie else {})
    return nobody(service).post(f"/cc{path}", json={} if body is None else body, headers=sent)


def enter(service: Service, address: str, password: str = PASSWORD) -> str:
    answer = post(service, "/accounts/sign-in", {"email": address, "password": password})
    assert answer.status_code == 200, answer.text
    return cookie_of(answer)


def get(service: Service, path: str, cookie: str) -> httpx.Response:
    return nobody(service).get(f"/cc{path}", headers={"cookie": f"{COOKIE}={cookie}"})


def nobody(service: Service) -> httpx.Client:
    """A client that knows nothing of the calls before."""
    # One for all: making a client costs more than a call. The service closes it.
    client = CLIENTS.get(service.url) or CLIENTS.setdefault(service.url, service.stranger())
    client.cookies.clear()
    return client


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].partition("=")[2].partition(";")[0]


def me(service: Service, cookie: str) -> httpx.Response:
    return get(service, "/accounts/me", cookie)


def test_a_session_comes_in_a_cookie_that_only_this_host_gets(service: Service, org_id) -> None:
    address = somebody(service, org_id)

    answer = post(service, "/accounts/sign-in", {"email": address, "password": PASSWORD})

    said = answer.headers["set-cookie"].split("; ")
    assert said[0].startswith(f"{COOKIE}=cc_session_")
    assert {part.lower() for part in said[1:]} == {"httponly", "max-age=1209600", "path=/", "samesite=lax", "secure"}
    profile = data_of(me(service, cookie_of(answer)))
    assert (profile["email"], profile["org_id"]) == (address, str(org_id))


def test_signing_out_ends_the_session_at_once(service: Service, org_id) -> None:
    cookie = enter(service, somebody(service, org_id))
    assert me(service, cookie).status_code == 200

    answer = post(service, "/accounts/sign-out", cookie=cookie)

    assert cookie_of(answer) == '""'
    assert me(service, cookie).status_code == 401


def test_a_page_of_another_address_cannot_use_the_cookie(service: Service, org_id) -> None:
    cookie = enter(service, somebody(service, org_id))

    answer = post(service, "/accounts/sessions/end-all", cookie=cookie, origin="https://evil.example")

    assert code_of(answer) == "CC-0034"
    assert me(service, cookie).status_code == 200


def test_a_stranger_learns_nothing_from_wrong_addresses_and_is_stopped(service: Service, org_id) -> None:
    address = somebody(service, org_id)
    known, unknown = (
        post(service, "/accounts/sign-in", {"email": email, "password": "wrong wrong wrong"}).json()["error"]
        for email in (address, f"nobody-{org_id}@house.example")
    )
    assert known | {"request_id": ""} == unknown | {"request_id": ""}
    assert known["code"] == "CC-0063"

    for _ in range(9):
        post(service, "/accounts/sign-in", {"email": address, "password": "wrong wrong wrong"})
    answer = post(service, "/accounts/sign-in", {"email": address, "password": PASSWORD})

    assert code_of(answer) == "CC-0064"
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 800
    with service.site.database.admin() as conn:
        conn.execute(sa.text("UPDATE platform.security_events SET created_at = created_at - interval '1 hour'"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"email": "a@b.example"},
        {"email": 7, "password": "x"},
        {"email": "a\0", "password": "x"},
        {"email": "a@b.example", "password": "x" * 201},
        {"email": "x" * 255, "password": "x"},
        {"email": "a@b.example", "password": "x", "admin": True},
    ],
    ids=str,
)
def test_a_body_that_is_none_is_refused_by_field(service: Service, body: dict[str, Any]) -> None:
    assert code_of(post(service, "/accounts/sign-in", body)) == "CC-0005"


def test_an_owner_invites_and_the_person_joins_by_the_link(service: Service, org_id) -> None:
    owner = service.person(org_id, "owner", ALL)
    made = owner.made("/organisations/invitations/create", {"email": "New@house.example", "role": "admin"})
    assert made["is_mailed"] is False
    address, _, token = made["link"].partition("#")
    assert address == f"{service.site.service.public_url}/cc/welcome"

    asked = data_of(post(service, "/accounts/invitation/look", {"token": token}))
    answer = post(service, "/accounts/invitation/accept", {"token": token, "name": "Nina", "password": PASSWORD})

    assert (asked["email"], asked["role"], asked["has_account"]) == ("new@house.example", "admin", False)
    assert answer.status_code == 201
    assert data_of(me(service, cookie_of(answer)))["name"] == "Nina"
    again = post(service, "/accounts/invitation/accept", {"token": token, "name": "Eve", "password": PASSWORD})
    assert code_of(again) == "CC-0067"
    assert again.status_code == 410


def test_who_has_an_account_joins_with_their_session(service: Service, org_id) -> None:
    other = service.organisation()
    address = somebody(service, other, "owner")
    owner = service.person(org_id, "owner", ALL)
    token = owner.made("/organisations/invitations/create", {"email": address})["link"].partition("#")[2]

    refused = post(service, "/accounts/invitation/accept", {"token": token, "name": "Eve", "password": PASSWORD})
    joined = post(service, "/accounts/invitation/accept", {"token": token}, enter(service, address))

    assert code_of(refused) == "CC-0069"
    assert joined.status_code == 201
    places = data_of(me(service, cookie_of(joined)))["organisations"]
    assert {place["id"] for place in places} == {str(other), str(org_id)}


def test_a_link_sets_a_new_password(service: Service, org_id) -> None:
    address = somebody(service, org_id)
    cookie = enter(service, address)
    me(service, cookie)
    with service.site.database.accounts() as conn:
        token = make_reset(conn, address)

    weak = post(service, "/accounts/reset/use", {"token": token, "password": "short"})
    answer = post(service, "/accounts/reset/use", {"token": token, "password": "nine purple lanterns"})

    assert code_of(weak) == "CC-0065"
    assert answer.status_code == 200
    assert me(service, cookie).status_code == 401
    enter(service, address, "nine purple lanterns")


def test_without_a_mail_server_it_says_so(service: Service) -> None:
    assert code_of(post(service, "/accounts/reset/request", {"email": "a@b.example"})) == "CC-0070"


def test_a_key_is_shown_once_and_works_until_it_is_revoked(service: Service, org_id) -> None:
    stranger = enter(service, somebody(service, org_id, "member", f"other-{org_id}@house.example"))
    cookie = enter(service, somebody(service, org_id, "member", f"keys-{org_id}@house.example"))
    made = data_of(post(service, "/keys/create", {"name": "Build", "scopes": ["read", "write"], "days": 7}, cookie))
    bearer = {"authorization": f"Bearer {made['secret']}"}

    listed = nobody(service).get("/cc/keys/list", headers=bearer)
    refused = post(service, "/keys/create", {"name": "Child", "scopes": ["read"]}, **bearer)
    foreign = post(service, f"/keys/{made['key']['id']}/revoke", cookie=stranger)
    revoked = post(service, f"/keys/{made['key']['id']}/revoke", cookie=cookie)
    after = nobody(service).get("/cc/keys/list", headers=bearer)

    assert data_of(listed)["keys"] == [{**made["key"], "last_used_at": data_of(listed)["keys"][0]["last_used_at"]}]
    assert made["secret"] not in listed.text
    assert code_of(refused) == "CC-0061"
    assert code_of(foreign) == "CC-0020"
    assert revoked.status_code == 200
    assert code_of(after) == "CC-0060"


def test_owners_lead_members_and_a_removed_one_is_out_at_once(service: Service, org_id) -> None:
    owner, admin = service.person(org_id, "owner", ALL), service.person(org_id, "admin", ALL)
    address = somebody(service, org_id)
    cookie = enter(service, address)
    user_id = data_of(me(service, cookie))["user_id"]

    refused = admin.post(f"/organisations/members/{user_id}/role", {"role": "admin"})
    raised = owner.made(f"/organisations/members/{user_id}/role", {"role": "admin"})
    last = owner.post(f"/organisations/members/{owner.user_id}/remove")
    owner.made(f"/organisations/members/{user_id}/remove")

    assert code_of(refused) == "CC-0021"
    assert next(one for one in raised["people"] if one["user_id"] == user_id)["role"] == "admin"
    assert code_of(last) == "CC-0029"
    assert me(service, cookie).status_code == 401
    events = [event["event"] for event in owner.read("/organisations/security-events")["items"]]
    assert events[:2] == ["member_removed", "member_role_changed"]


def test_events_come_in_pages_and_to_leaders_only(service: Service, org_id) -> None:
    owner = service.person(org_id, "owner", ALL)
    for number in range(3):
        owner.made("/organisations/invitations/create", {"email": f"a{number}@b.example"})

    first = owner.read("/organisations/security-events?limit=2")
    rest = owner.read(f"/organisations/security-events?limit=2&before={first['next_cursor']}")

    emails = [event["email"] for event in first["items"] + rest["items"] if event["event"] == "invited"]
    assert emails == ["a2@b.example", "a1@b.example", "a0@b.example"]
    member = enter(service, somebody(service, org_id))
    assert code_of(get(service, "/organisations/security-events", member)) == "CC-0021"
    assert code_of(service.person(org_id, "owner").get("/organisations/security-events")) == "CC-0061"


ADMIN_CALLS = [
    ("POST", "/organisations/update", {"name": "Mine"}, "CC-0021"),
    ("GET", "/organisations/invitations", None, "CC-0021"),
    ("POST", "/organisations/invitations/create", {"email": "a@b.example"}, "CC-0021"),
    ("POST", "/organisations/create", {"name": "Mine", "slug": "mine"}, "CC-0078"),
    ("GET", "/keys/list?everybodys=true", None, "CC-0021"),
    ("POST", "/accounts/01a20560-dd67-7500-8000-000000000000/close", None, "CC-0078"),
    ("POST", "/accounts/01a20560-dd67-7500-8000-000000000000/open", None, "CC-0078"),
    ("POST", "/keys/01a20560-dd67-7500-8000-000000000000/revoke", None, "CC-0020"),
    ("POST", "/organisations/invitations/01a20560-dd67-7500-8000-000000000000/revoke", None, "CC-0021"),
    ("POST", "/organisations/members/01a20560-dd67-7500-8000-000000000000/remove", None, "CC-0020"),
    ("POST", "/accounts/sessions/01a20560-dd67-7500-8000-000000000000/end", None, "CC-0020"),
]


@pytest.mark.parametrize(("method", "path", "body", "code"), ADMIN_CALLS, ids=lambda value: str(value)[:60])
def test_a_member_does_not_lead(service: Service, org_id, method: str, path: str, body: Any, code: str) -> None:
    member = enter(service, somebody(service, org_id))

    answer = get(service, path, member) if method == "GET" else post(service, path, body, member)

    assert code_of(answer) == code


def test_a_person_switches_between_their_organisations_only(service: Service, org_id) -> None:
    address = somebody(service, org_id)
    other, strange = service.organisation(), service.organisation()
    somebody(service, other, "member", address)
    cookie = enter(service, address)
    me(service, cookie)

    there = data_of(post(service, "/accounts/me/switch", {"org_id": str(org_id)}, cookie))
    refused = post(service, "/accounts/me/switch", {"org_id": str(strange)}, cookie)

    assert there["org_id"] == str(org_id) == data_of(me(service, cookie))["org_id"]
    assert code_of(refused) == "CC-0066"


def test_a_password_is_changed_by_a_session_only(service: Service, org_id) -> None:
    address = somebody(service, org_id)
    cookie, elsewhere = enter(service, address), enter(service, address)
    body = {"old": PASSWORD, "new": "nine purple lanterns"}

    by_key = service.person(org_id, "owner", ALL).post("/accounts/me/password", body)
    done = post(service, "/accounts/me/password", body, cookie)

    assert code_of(by_key) == "CC-0060"
    assert done.status_code == 200
    assert [me(service, one).status_code for one in (cookie, elsewhere)] == [200, 401]


def test_sessions_are_listed_and_ended_one_by_one(service: Service, org_id) -> None:
    address = somebody(service, org_id)
    here, lost = enter(service, address), enter(service, address)
    headers = {"cookie": f"{COOKIE}={here}"}
    listed = data_of(nobody(service).get("/cc/accounts/sessions", headers=headers))["sessions"]
    [this] = [one["id"] for one in listed if one["is_this"]]

    for one in listed:
        if one["id"] != this:
            post(service, f"/accounts/sessions/{one['id']}/end", cookie=here)

    assert len(listed) == 3
    assert [me(service, one).status_code for one in (here, lost)] == [200, 401]


def test_there_is_no_provider_unless_one_is_set_up(service: Service) -> None:
    ways = data_of(nobody(service).get("/cc/accounts/ways"))
    answer = nobody(service).get("/cc/accounts/oidc/start")

    assert ways == {"password": True, "provider": None, "mail": False}
    assert code_of(answer) == "CC-0079"


@pytest.mark.parametrize("name", ["sign-in", "welcome", "password"])
def test_a_page_lets_nothing_in_but_its_own_style_and_script(service: Service, name: str) -> None:
    answer = nobody(service).get(f"/cc/{name}?after=<script>")

    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "//" not in answer.text.replace("<!doctype", "").split("<script>")[0]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"


def test_the_command_lines_link_is_of_the_organisation(service: Service, org_id) -> None:
    with service.site.database.accounts() as conn:
        token = invite_from_here(conn, org_id, f"cli-{org_id}@house.example", "owner")

    assert data_of(post(service, "/accounts/invitation/look", {"token": token}))["role"] == "owner"
