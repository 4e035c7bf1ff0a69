"""A change that comes with a session's cookie must come from a page of this installation."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from api_people import Person, Service, code_of
from coursecrafter.accounts.events import HERE
from coursecrafter.accounts.people import find_account
from coursecrafter.accounts.sessions import open_session
from coursecrafter.api.identify import COOKIE

OTHER = "https://evil.example"


@pytest.fixture(scope="module")
def person(service: Service) -> Person:
    return service.person(service.organisation(), "owner")


@pytest.fixture
def browser(service: Service, person: Person) -> Iterator[httpx.Client]:
    """Somebody's browser: a cookie, and no key."""
    with service.site.database.accounts() as conn:
        account = find_account(conn, user_id=person.user_id)
        assert account is not None
        token, _ = open_session(conn, account, person.org_id, HERE)
    with httpx.Client(base_url=service.url, headers={"cookie": f"{COOKIE}={token}"}) as client:
        yield client


def begin(client: httpx.Client, **headers: str) -> httpx.Response:
    return client.post("/cc/projects/create", json={"name": "Fire drill"}, headers=headers)


def test_the_cookie_is_one_that_only_this_host_can_set() -> None:
    """Source: RFC 6265bis, Cookie Name Prefixes."""
    assert COOKIE.startswith("__Host-")


@pytest.mark.parametrize("origin", ["http://localhost", "own address"])
def test_a_page_of_this_installation_may_change_things(service: Service, browser: httpx.Client, origin: str) -> None:
    """By the public address, and by the name under which it was called."""
    answer = begin(browser, origin=service.url if origin == "own address" else origin)

    assert answer.status_code == 201


@pytest.mark.parametrize(
    "origin",
    [OTHER, "null", "", "http://localhost.evil.example", "http://localhost:1", "https://localhost", "localhost", "é"],
)
def test_a_page_of_somebody_else_may_not(service: Service, browser: httpx.Client, origin: str) -> None:
    before = browser.get("/cc/projects/list").json()["data"]["items"]

    answer = browser.post(
        "/cc/projects/create", json={"name": "Fire drill"}, headers=[("origin", origin.encode("latin-1"))]
    )

    assert (answer.status_code, code_of(answer)) == (403, "CC-0034")
    assert browser.get("/cc/projects/list").json()["data"]["items"] == before


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_that_names_no_origin_but_another_site_may_not(browser: httpx.Client, site: str) -> None:
    answer = begin(browser, **{"sec-fetch-site": site})

    assert code_of(answer) == "CC-0034"


@pytest.mark.parametrize("headers", [{}, {"sec-fetch-site": "same-origin"}, {"sec-fetch-site": "none"}])
def test_a_program_that_names_no_origin_may(browser: httpx.Client, headers: dict[str, str]) -> None:
    assert begin(browser, **headers).status_code == 201


def test_reading_asks_for_no_origin(browser: httpx.Client) -> None:
    """Another page may send it, and cannot read the answer."""
    answer = browser.get("/cc/projects/list", headers={"origin": OTHER})

    assert answer.status_code == 200
    assert "access-control-allow-origin" not in answer.headers


def test_a_key_needs_no_origin(person: Person) -> None:
    """No browser sends it by itself."""
    assert person.post("/projects/create", {"name": "Fire drill"}, headers={"origin": OTHER}).status_code == 201


def test_a_cookie_beside_a_wrong_key_does_not_count(browser: httpx.Client) -> None:
    """Who shows a key is judged by it alone."""
    answer = browser.get("/cc/projects/list", headers={"authorization": "Bearer cc_key_wrong"})

    assert code_of(answer) == "CC-0060"


@pytest.mark.parametrize(
    "cookie", ["", "x", "cc_session_" + "0" * 43, "é", "cc_key_" + "0" * 43, "%00", "a; b", "x" * 4000]
)
def test_a_cookie_that_is_no_session_opens_nothing(service: Service, cookie: str) -> None:
    with service.stranger() as stranger:
        answer = stranger.get("/cc/projects/list", headers=[("cookie", f"{COOKIE}={cookie}".encode("latin-1"))])

    assert (answer.status_code, code_of(answer)) == (401, "CC-0060")


def test_the_cookie_under_another_name_opens_nothing(service: Service, browser: httpx.Client) -> None:
    value = browser.headers["cookie"].partition("=")[2]
    with service.stranger() as stranger:
        answer = stranger.get("/cc/projects/list", headers={"cookie": f"cc_session={value}"})

    assert code_of(answer) == "CC-0060"


@pytest.mark.parametrize("header", ["Basic YWRhOng=", "Bearer", "cc_key_x", "Token cc_key_x", "bearer é"])
def test_an_authorization_of_another_kind_opens_nothing(service: Service, header: str) -> None:
    with service.stranger() as stranger:
        answer = stranger.get("/cc/projects/list", headers=[("authorization", header.encode("latin-1"))])

    assert (answer.status_code, code_of(answer)) == (401, "CC-0060")
    assert answer.headers["www-authenticate"] == "Bearer"


def test_an_ended_session_is_forgotten_at_once_where_it_ends(service: Service, browser: httpx.Client) -> None:
    assert browser.get("/cc/projects/list").status_code == 200

    browser.post("/cc/accounts/sign-out")

    assert browser.get("/cc/projects/list").status_code == 401
