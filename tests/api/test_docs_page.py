"""The pages that show every call: offline, under a strict policy, and good for trying a call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from api_people import Service, code_of
from coursecrafter.api.routes import docs

SLOW_MS = 60_000
"""The document is made when it is first asked for."""


@dataclass
class Shown:
    """The page, and what the browser said and fetched."""

    page: Page
    said: list[str] = field(default_factory=list)
    fetched: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def shown(chromium: Browser, service: Service) -> Iterator[Shown]:
    context = chromium.new_context()
    shown = Shown(context.new_page())
    shown.page.on("console", lambda line: shown.said.append(line.text))
    shown.page.on("pageerror", lambda error: shown.said.append(str(error)))
    shown.page.on("request", lambda request: shown.fetched.add(request.url))
    shown.page.goto(f"{service.url}/cc/docs")
    expect(shown.page.get_by_role("heading", name="Course Crafter")).to_be_visible(timeout=SLOW_MS)
    yield shown
    context.close()


def test_every_section_is_shown(shown: Shown, service: Service) -> None:
    document = httpx.get(f"{service.url}/cc/openapi.json", timeout=60).json()
    sections = {tag for some in document["paths"].values() for call in some.values() for tag in call["tags"]}

    found = {heading.get_attribute("data-tag") for heading in shown.page.locator("h3.opblock-tag").all()}

    assert found == sections
    assert len(found) > 15


def test_a_call_can_be_tried_with_a_key(shown: Shown, service: Service) -> None:
    person, page = service.person(service.organisation()), shown.page
    secret = str(person.http.headers["authorization"]).removeprefix("Bearer ")

    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".modal-ux input").first.fill(secret)
    page.locator(".modal-ux .btn.authorize").first.click()
    page.locator(".modal-ux .btn-done").first.click()
    page.locator('h3[data-tag="Projects"]').click()
    create = page.locator(".opblock", has_text="/cc/projects/create").first
    create.locator(".opblock-summary-control").click()
    create.get_by_role("button", name="Execute").click()

    expect(create.locator(".live-responses-table .response-col_status").last).to_contain_text("201", timeout=SLOW_MS)
    assert [project["name"] for project in person.read("/projects/list")["items"]] == ["Fire drill"]


def test_nothing_is_asked_of_others_and_nothing_is_blocked(shown: Shown, service: Service) -> None:
    here = urlsplit(service.url).netloc
    others = [url for url in shown.fetched if urlsplit(url).netloc != here and not url.startswith("data:")]

    assert len(shown.fetched) > 5
    assert others == []
    assert shown.said == []


def test_the_page_runs_no_inline_code(service: Service) -> None:
    policy = httpx.get(f"{service.url}/cc/docs", timeout=60).headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_only_the_pages_own_files_are_given(service: Service) -> None:
    for name in ("index.html", "../app.py", "..%2f..%2fapp.py", "other.js"):
        answer = httpx.get(f"{service.url}/cc/docs/{name}", timeout=60)

        assert answer.status_code in {404, 422}, name
        assert code_of(answer) in {"CC-0005", "CC-0006"}


def test_pages_that_were_not_built_say_so(service: Service, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(docs, "FOLDER", tmp_path)

    answer = httpx.get(f"{service.url}/cc/docs", timeout=60)

    assert answer.status_code == 503
    assert code_of(answer) == "CC-0039"


def test_health_needs_nobody_and_tells_no_secret(service: Service) -> None:
    answer = httpx.get(f"{service.url}/cc/health", timeout=60)

    assert set(answer.json()["data"]) == {"status", "program_version", "api_version"}
