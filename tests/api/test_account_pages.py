"""The pages in a real browser, and sign-in through a provider over HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page, expect

from account_people import PASSWORD, sign_up
from api_people import Service, code_of, data_of, open_service
from coursecrafter.accounts import passwords
from coursecrafter.accounts.invitations import first_administrator_link, invite_from_here
from coursecrafter.accounts.resets import make_reset
from coursecrafter.db.session import Database
from database import TestServer
from openid_provider import CLIENT, SECRET, StandIn, open_provider

COOKIE = "__Host-cc_session"


@pytest.fixture(scope="module", autouse=True)
def quick_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="module")
def provider() -> Iterator[StandIn]:
    with open_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def service(server: TestServer, provider: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    environment = {
        "COURSECRAFTER_OIDC_ISSUER": provider.url,
        "COURSECRAFTER_OIDC_CLIENT_ID": CLIENT,
        "COURSECRAFTER_OIDC_CLIENT_SECRET": SECRET,
        "COURSECRAFTER_OIDC_LABEL": "Acme",
        "COURSECRAFTER_OIDC_ROLES": "teachers=acme:member",
    }
    with (
        server.session_database() as database,
        open_service(database, tmp_path_factory.mktemp("home"), environment) as service,
    ):
        yield service


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context()
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda line: problems.append(line.text) if "Content Security" in line.text else None)
    yield page
    context.close()
    assert problems == []


def local(service: Service) -> str:
    """Browsers trust localhost with cookies that never travel unprotected."""
    return service.url.replace("127.0.0.1", "localhost")


def signed_in_as(page: Page, service: Service) -> str:
    answer = page.request.get(f"{local(service)}/cc/accounts/me")
    return str(answer.json()["data"]["email"])


def test_the_first_administrator_comes_in_by_the_link_that_was_printed(service: Service, page: Page) -> None:
    database: Database = service.site.database
    with database.accounts() as conn:
        token = first_administrator_link(conn, "Acme", "acme")
    page.goto(f"{local(service)}/cc/welcome#{token}")
    expect(page.get_by_text("You are invited to “Acme” as owner.")).to_be_visible()

    page.get_by_label("E-mail address").fill("ada@acme.example")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("New password").fill("acme acme acme")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_role("status")).to_contain_text("The password is made of your name")
    page.get_by_label("New password").fill(PASSWORD)
    with page.expect_navigation():
        page.get_by_role("button", name="Join").click()

    cookies = {one["name"]: one for one in page.context.cookies()}
    assert cookies[COOKIE]["httpOnly"]
    assert cookies[COOKIE]["secure"]
    assert signed_in_as(page, service) == "ada@acme.example"


def test_a_person_signs_in_on_the_page(service: Service, page: Page) -> None:
    org_id = service.organisation()
    sign_up(service.site.database, org_id, "bea@acme.example")
    page.goto(f"{local(service)}/cc/sign-in?after=//evil.example")
    page.get_by_label("E-mail address").fill("bea@acme.example")

    page.get_by_role("textbox", name="Password").fill("wrong wrong wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("status")).to_contain_text("not right")
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    with page.expect_navigation(url="**/cc/docs"):
        page.get_by_role("button", name="Sign in").click()

    assert signed_in_as(page, service) == "bea@acme.example"


def test_a_new_password_is_set_on_the_page_and_the_secret_leaves_the_address(service: Service, page: Page) -> None:
    sign_up(service.site.database, service.organisation(), "cem@acme.example")
    with service.site.database.accounts() as conn:
        token = make_reset(conn, "cem@acme.example")
    page.goto(f"{local(service)}/cc/password#{token}")

    page.get_by_label("New password").fill("nine purple lanterns")
    page.get_by_role("button", name="Set the password").click()

    expect(page.get_by_role("status")).to_contain_text("Your new password is set")
    assert page.url.endswith("/cc/password")


def test_a_link_that_does_not_work_says_why(service: Service, page: Page) -> None:
    for address in ("/cc/welcome#cc_invitation_x", "/cc/welcome"):
        page.goto("about:blank")
        page.goto(local(service) + address)
        expect(page.get_by_role("status")).to_contain_text("link")
        expect(page.get_by_role("button")).to_be_hidden()


def test_an_invitation_shows_names_as_text(service: Service, page: Page) -> None:
    org_id = service.organisation("b-img")
    with service.site.database.admin() as conn:
        conn.exec_driver_sql(
            "UPDATE platform.organisations SET name = '<img src=x onerror=alert(1)>' WHERE slug = 'b-img'"
        )
    with service.site.database.accounts() as conn:
        token = invite_from_here(conn, org_id, "dan@acme.example", "member")

    page.goto(f"{local(service)}/cc/welcome#{token}")

    expect(page.get_by_text("<img src=x onerror=alert(1)>")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["sign-in", "welcome", "password"])
def test_a_page_has_no_barrier_that_can_be_measured(
    service: Service, chromium: Browser, name: str, scheme: str
) -> None:
    context = chromium.new_context(color_scheme=scheme, viewport={"width": 320, "height": 640}, bypass_csp=True)
    page = context.new_page()
    page.goto(f"{local(service)}/cc/{name}")
    page.wait_for_load_state("networkidle")

    assert page.evaluate("document.documentElement.scrollWidth <= 320")
    unnamed = "[...document.querySelectorAll('input')].filter(one => !one.labels.length).length"
    assert page.evaluate(unnamed) == 0
    assert page.evaluate("document.documentElement.lang") == "en"
    context.close()


def test_a_person_of_the_provider_comes_in_by_two_redirects(service: Service, provider: StandIn) -> None:
    provider.person = {"email": "eve@acme.example", "email_verified": True, "name": "Eve", "groups": ["teachers"]}
    back = _return(service, provider)

    assert (back.status_code, back.headers["location"]) == (303, "/cc/keys/list")
    session = next(one for one in back.headers.get_list("set-cookie") if one.startswith(COOKIE))
    cookie = session.partition(";")[0]
    me = data_of(httpx.get(f"{service.url}/cc/accounts/me", headers={"cookie": cookie}))
    assert (me["email"], me["has_identity"], me["has_password"]) == ("eve@acme.example", True, False)
    with service.site.database.admin() as conn:
        events = conn.exec_driver_sql("SELECT event FROM platform.security_events ORDER BY id DESC LIMIT 1").scalar()
    assert events == "signed_in_elsewhere"


def test_who_has_no_place_is_told_so_as_page_or_as_answer(service: Service, provider: StandIn) -> None:
    provider.person = {"sub": "f", "email": "fay@acme.example", "email_verified": True, "groups": ["cooks"]}

    answer = _return(service, provider)
    shown = _return(service, provider, accept="text/html")

    assert code_of(answer) == "CC-0076"
    assert answer.status_code == 403
    assert (shown.status_code, shown.headers["location"]) == (303, "/cc/sign-in?problem=CC-0076")


def test_a_way_back_without_the_browsers_cookie_is_refused(service: Service, provider: StandIn) -> None:
    assert code_of(_return(service, provider, keeps_cookie=False)) == "CC-0075"


def _return(
    service: Service, provider: StandIn, accept: str = "application/json", *, keeps_cookie: bool = True
) -> httpx.Response:
    """Begin a sign-in, sign in at the provider, and come back."""
    begun = httpx.get(f"{service.url}/cc/accounts/oidc/start", params={"after": "/cc/keys/list"})
    assert begun.status_code == 303
    headers = {"accept": accept}
    if keeps_cookie:
        headers["cookie"] = begun.headers["set-cookie"].partition(";")[0]
    back = provider.authorize(begun.headers["location"])
    return httpx.get(f"{service.url}/cc/accounts/oidc/callback", params=back, headers=headers)
