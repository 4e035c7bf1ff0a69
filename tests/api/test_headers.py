"""What every answer carries, whatever it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from api_people import Person, Service, serve
from coursecrafter.api.headers import HSTS, SAFE_HEADERS
from coursecrafter.api.opening import make_site
from coursecrafter.config import ServiceSettings
from coursecrafter.db.session import Database

SENT = re.compile(r"[A-Za-z0-9._-]{1,64}")


@pytest.fixture(scope="module")
def person(service: Service) -> Person:
    return service.person(service.organisation(), "owner")


@pytest.fixture(scope="module")
def answers(service: Service, person: Person) -> dict[str, httpx.Response]:
    with service.stranger() as stranger:
        return {
            "read": person.get("/projects/list"),
            "made": person.post("/projects/create", {"name": "Fire drill"}),
            "refused": person.post("/projects/create", {"name": 5}),
            "not signed in": stranger.get("/cc/projects/list"),
            "no such call": stranger.get("/cc/nothing"),
            "nowhere near": stranger.get("/"),
            "wrong method": person.http.delete("/cc/projects/list"),
            "the page": stranger.get("/cc/openapi.json"),
        }


@pytest.mark.parametrize(
    "kind", ["read", "made", "refused", "not signed in", "no such call", "nowhere near", "wrong method", "the page"]
)
def test_every_answer_has_its_id_and_the_safe_headers(answers: dict[str, httpx.Response], kind: str) -> None:
    headers = answers[kind].headers

    assert SENT.fullmatch(headers["x-request-id"])
    assert {name: headers[name] for name in SAFE_HEADERS} == SAFE_HEADERS
    assert "server" not in headers
    assert "x-powered-by" not in headers


def test_requests_have_different_ids(answers: dict[str, httpx.Response]) -> None:
    assert len({answer.headers["x-request-id"] for answer in answers.values()}) == len(answers)


def test_an_error_names_the_id_of_its_header(answers: dict[str, httpx.Response]) -> None:
    answer = answers["refused"]

    assert answer.json()["error"]["request_id"] == answer.headers["x-request-id"]


def test_an_id_that_the_caller_sends_is_kept(person: Person) -> None:
    answer = person.get("/projects/list", headers={"x-request-id": "trace-7.a_B"})

    assert answer.headers["x-request-id"] == "trace-7.a_B"


@pytest.mark.parametrize("sent", [b"", b"x" * 65, b"a b", b"\xe9", b"<script>", b"a\tb", b"%0d%0aset-cookie:x"])
def test_an_id_that_could_do_harm_is_replaced(person: Person, sent: bytes) -> None:
    answer = person.get("/projects/list", headers=[(b"x-request-id", sent)])

    assert re.fullmatch(r"[0-9a-f]{16}", answer.headers["x-request-id"])


def test_no_page_of_another_origin_may_read_by_default(service: Service) -> None:
    asked = {"origin": "https://studio.example", "access-control-request-method": "POST"}
    with service.stranger() as stranger:
        answer = stranger.options("/cc/projects/create", headers=asked)

    assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.fixture(scope="module")
def open_to_studio(service: Service) -> Iterator[Service]:
    """An installation on https whose operator lets one other origin in."""
    own = service.site.service
    settings = ServiceSettings(
        "https://courses.example", ("https://studio.example",), own.secret, 2, 0, own.quota_bytes, own.upload_bytes
    )
    site = make_site(
        service.site.settings, settings, service.site.accounts, service.site.database, service.site.background
    )
    with serve(site) as url:
        yield Service(url, site)


def test_an_origin_that_the_operator_names_may_read_and_others_not(open_to_studio: Service) -> None:
    asked = {"access-control-request-method": "POST", "access-control-request-headers": "idempotency-key"}
    with open_to_studio.stranger() as stranger:
        allowed = stranger.options("/cc/projects/create", headers={**asked, "origin": "https://studio.example"})
        refused = stranger.options("/cc/projects/create", headers={**asked, "origin": "https://evil.example"})

    assert allowed.headers["access-control-allow-origin"] == "https://studio.example"
    assert "access-control-allow-origin" not in refused.headers


def test_browsers_of_an_installation_on_https_try_nothing_else(
    open_to_studio: Service, answers: dict[str, httpx.Response]
) -> None:
    with open_to_studio.stranger() as stranger:
        assert stranger.get("/cc/health").headers["strict-transport-security"] == HSTS
    assert "strict-transport-security" not in answers["read"].headers


def test_long_answers_are_compressed_and_short_ones_not(person: Person) -> None:
    short = person.get("/accounts/me")
    long = person.http.get("/cc/openapi.json")

    assert "content-encoding" not in short.headers
    assert long.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in long.headers["vary"]


def test_who_takes_no_compression_gets_none(person: Person) -> None:
    answer = person.http.get("/cc/openapi.json", headers={"accept-encoding": "identity"})

    assert "content-encoding" not in answer.headers


def test_the_log_tells_the_request_and_no_secret(
    database: Database, person: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "coursecrafter.access"):
        answer = person.get("/projects/list?search=secret-words")

    line = next(one for one in caplog.messages if answer.headers["x-request-id"] in one)
    assert "GET /cc/projects/list 200" in line
    assert "secret-words" not in line
    assert person.http.headers["authorization"].split()[1] not in caplog.text
