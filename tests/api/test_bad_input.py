"""Whatever is sent: a 4xx with its code and a sentence; no fault of the server, nothing half done.

Files have tests of their own. Every call of the API is tried, so a new one is tried without a new line.
"""

from __future__ import annotations

import json
import re
from typing import Any

import httpx
import pytest

from api_people import Person, Service
from coursecrafter.accounts.caller import Scope
from http_calls import JSON, Operation, operations, resolved, sample
from http_refusals import OURS, require_refused
from http_world import fingerprints

ID = "019ab1c2-0000-7000-8000-000000000000"
WITH_BODY = [one for one in operations() if one.schema is not None and one.media_types == (JSON,)]
WITH_ID = [one for one in operations() if any("uuid" in str(name["schema"]) for name in one.parameters("path"))]
QUERIED = [one for one in operations() if one.is_read and one.parameters("query")]
KEYED = [one for one in operations() if any(name["name"] == "Idempotency-Key" for name in one.parameters("header"))]
BAD_BODIES: dict[str, bytes] = {
    "nothing at all": b"",
    "no JSON": b"{",
    "two values": b"{} {}",
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"5",
    "null": b"null",
    "true": b"true",
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"a":' * 50_000,
    "deep and closed": b"[" * 5000 + b"]" * 5000,
    "no UTF-8": b'{"name": "\xff\xfe"}',
    "UTF-16": '{"name": "x"}'.encode("utf-16"),
    "a byte-order mark": b"\xef\xbb\xbf{}",
    "NUL outside": b"\x00",
    "not a number": b'{"name": NaN}',
    "infinity": b'{"name": -Infinity}',
    "a huge number": b'{"name": ' + b"9" * 100_000 + b"}",
    "a huge exponent": b'{"name": 1e99999}',
    "half a pair": b'{"name": "\\ud800"}',
    "the other half": b'{"name": "\\udfff\\ud800"}',
    "an unknown field": b'{"__proto__": {"a": 1}, "constructor": 1, "nobody_knows_this": 1}',
    "a field twice": b'{"name": 5, "name": 5}',
    "ten thousand fields": json.dumps({f"f{number}": number for number in range(10_000)}).encode(),
    "a long name": json.dumps({"x" * 100_000: 1}).encode(),
}
BAD_IDS = [
    "xyz",
    "0",
    "-1",
    "null",
    "019ab1c2-0000-7000-8000-00000000000",
    "019ab1c2-0000-7000-8000-000000000000x",
    "%00",
    "%ff",
    "..%2f..%2fetc%2fpasswd",
    "%2e%2e",
    "' OR 1=1 --",
    "1;DROP TABLE",
    "\U0001f600",
    "x" * 5000,
]


@pytest.fixture(scope="module")
def person(service: Service) -> Person:
    """Whom no scope stops: what is refused is refused for what was sent."""
    return service.person(service.organisation(), "owner", frozenset(Scope))


@pytest.fixture(scope="module")
def before(service: Service, person: Person) -> dict[str, str]:
    """Every table before the first call that is refused."""
    return fingerprints(service.site.database)


def address(operation: Operation, value: str = ID) -> str:
    return operation.path.format(**dict.fromkeys(operation.path_names, value))


def send(person: Person, operation: Operation, content: bytes, **headers: str) -> httpx.Response:
    return person.http.request(
        operation.method, address(operation), content=content, headers={"content-type": JSON, **headers}
    )


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_a_body_that_is_none_is_refused(person: Person, operation: Operation) -> None:
    required = resolved(operation.schema or {}).get("required")

    for what, content in BAD_BODIES.items():
        answer = send(person, operation, content)
        if operation.scope == "open" and answer.status_code == 429:
            continue
        if required or (content and content != b"null"):
            require_refused(answer, f"{operation}: {what}")


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_fields_of_the_wrong_kind_are_refused(person: Person, operation: Operation) -> None:
    """Each field of the example in turn is something that no field of its kind takes."""
    body = sample(operation.schema or {})

    for name, fine in body.items():
        for bad in _wrong_for(fine):
            sent = json.dumps({**body, name: bad}).encode()
            answer = send(person, operation, sent)
            assert answer.status_code < 500, f"{operation}: {name}={bad!r:.60} {answer.text[:300]}"
            if answer.status_code != 429:
                require_refused(answer, f"{operation}: {name}={bad!r:.60}")


def _wrong_for(fine: Any) -> list[Any]:
    """Values that are wrong for a field that takes this one."""
    if isinstance(fine, bool):
        return ["yes", 2, [], {}]
    if isinstance(fine, int | float):
        return ["x", True, [], {}, 10**30, -(10**30), "9" * 5000]
    if isinstance(fine, str):
        return ["a\0b", "x\ud800", 5, True, [], {}, ["x"], "x" * 300_000]
    if isinstance(fine, list):
        return ["x", 5, True, {}, [None], [[[]]], ["\0"] * 3]
    return ["x", 5, True, [], [{}]]


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", WITH_ID, ids=str)
def test_an_id_that_is_none_is_refused(person: Person, operation: Operation) -> None:
    body = json.dumps(sample(operation.schema)).encode() if operation.schema else b""

    for bad in BAD_IDS:
        path = operation.path
        for name in operation.path_names:
            path = path.replace(f"{{{name}}}", bad)
        headers = {"content-type": JSON, "tus-resumable": "1.0.0"}
        answer = person.http.request(operation.method, path, content=body or None, headers=headers)
        if operation.method == "HEAD":
            assert 400 <= answer.status_code < 500
        else:
            code = require_refused(answer, f"{operation}: {bad!r:.40}")
            # What holds a slash is another address; the tus calls refuse their headers first.
            assert code in {"CC-0001", "CC-0006", "CC-0007", "CC-0005"}, f"{operation}: {bad!r:.40} {code}"


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", WITH_ID, ids=str)
def test_an_id_of_nothing_is_not_found(person: Person, operation: Operation) -> None:
    """Also that of a parent that vanished."""
    body = json.dumps(sample(operation.schema)).encode() if operation.schema else None

    answer = person.http.request(operation.method, address(operation), content=body, headers={"content-type": JSON})

    assert answer.status_code < 500, answer.text[:300]
    assert answer.status_code >= 400 or operation.is_read, answer.text[:300]


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", WITH_BODY, ids=str)
def test_a_body_of_another_kind_is_refused(person: Person, operation: Operation) -> None:
    body = json.dumps(sample(operation.schema or {})).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "json", "*"):
        answer = send(person, operation, body, **{"content-type": kind})
        if answer.status_code != 429:
            assert require_refused(answer, f"{operation}: {kind}") == "CC-0008"


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", QUERIED, ids=str)
def test_a_query_that_makes_no_sense_is_refused_or_left_alone(person: Person, operation: Operation) -> None:
    for one in operation.parameters("query"):
        for bad in ("\0", "x" * 5000, "-1", "9" * 400, "1e400", "nan", "\ud83d", "2026-13-45", "[]", "..", "%"):
            sent = {one["name"]: bad.encode("utf-8", "surrogatepass")}
            answer = person.http.request(operation.method, address(operation), params=sent, timeout=10)
            assert answer.status_code < 500, f"{operation}: {one['name']}={bad!r:.30} {answer.text[:200]}"
            assert operation.method == "HEAD" or not OURS.search(answer.text[:5000]), f"{operation}: {one['name']}"


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("operation", KEYED, ids=str)
def test_headers_with_odd_bytes_are_refused(person: Person, operation: Operation) -> None:
    body = json.dumps(sample(operation.schema)).encode() if operation.schema else None
    odd = {"Idempotency-Key": (b"\x85", b"x" * 300, b""), "If-Match": (b"\xff", b'"', b"x")}
    taken = {one["name"] for one in operation.parameters("header")} & set(odd)
    for header, value in ((name, value) for name in sorted(taken) for value in odd[name]):
        headers = [(b"content-type", JSON.encode()), (header.encode(), value)]
        answer = person.http.request(operation.method, address(operation), content=body, headers=headers)
        assert 400 <= answer.status_code < 500, f"{operation}: {header} {answer.text[:200]}"
        assert not OURS.search(answer.text)


@pytest.mark.usefixtures("before")
@pytest.mark.parametrize("path", sorted({one.path for one in operations()}))
def test_a_method_that_a_call_does_not_have_is_refused(person: Person, path: str) -> None:
    known = {one.method for one in operations() if one.path == path}
    url = path.replace("{", "").replace("}", "") if "{" not in path else re.sub(r"\{[^}]+\}", ID, path)
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "PROPFIND", "HEAD"} - known:
        answer = person.http.request(method, url)
        assert answer.status_code in {404, 405}, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        if method != "HEAD":
            require_refused(answer, f"{method} {path}")
        if answer.status_code == 405:
            assert set(answer.headers["allow"].split(", ")) <= {"GET", "POST", "HEAD", "PATCH", "DELETE", "OPTIONS"}


def test_all_that_was_refused_left_nothing(service: Service, before: dict[str, str]) -> None:
    """Every row of every table is as it was."""
    assert fingerprints(service.site.database) == before


def test_names_that_look_like_paths_are_only_names(person: Person) -> None:
    name = "../../x"

    made = person.made("/projects/create", {"name": name, "code": "../x"})

    assert person.read(f"/projects/{made['id']}")["name"] == name


@pytest.mark.parametrize(
    "name", ["Robert'); DROP TABLE cc_projects;--", "<script>alert(1)</script>", "{{7*7}}", "%s%n"]
)
def test_names_that_look_like_code_are_only_names(person: Person, name: str) -> None:
    assert person.made("/projects/create", {"name": name})["name"] == name


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/cc/projects/create", "POST"),
        ("DELETE", "/cc/projects/list", "GET"),
        ("PUT", f"/cc/assets/{ID}/file", "GET, HEAD"),
        ("OPTIONS", f"/cc/uploads/resumable/{ID}", "DELETE, GET, HEAD, PATCH"),
    ],
)
def test_a_wrong_method_names_all_that_there_are(person: Person, method: str, path: str, allowed: str) -> None:
    """Also where a call's own name could be taken for an id that is none."""
    answer = person.http.request(method, path)

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "CC-0007")
    assert answer.headers["allow"] == allowed


def test_a_whole_number_may_have_a_point(person: Person) -> None:
    """JSON knows one kind of number."""
    project = person.made("/projects/create", {"name": "Numbers"})["id"]
    unit = {"project_id": project, "title": "Before"}

    answers = [
        person.http.post(
            "/cc/hierarchy/learning-unit/create",
            content=json.dumps({**unit, "sequence": "?"}).replace('"?"', number),
            headers={"content-type": JSON},
        )
        for number in ("1", "1.0", "1e0", "1.5", "true", '"1"', "1e300")
    ]

    assert [answer.status_code for answer in answers] == [201, 201, 201, 422, 422, 422, 422]


def test_a_refused_field_is_named_without_the_frameworks_words(person: Person) -> None:
    project = person.made("/projects/create", {"name": "Fields"})["id"]

    answer = person.post(
        f"/engine1/{project}/update-plan", {"changes": [{"kind": "gap", "segment_id": ID, "gap": "x"}]}
    )

    assert not re.search(r"constrained|function-|list\[|\bint\b", answer.text)


@pytest.mark.parametrize(
    ("value", "code"),
    [("a\0b", "CC-0027"), ({"a\0b": 1}, "CC-0027"), (2**60, "CC-0022"), ([[[[[0]]]]] * 2, ""), (1.5, "")],
)
def test_settings_that_cannot_be_kept_as_they_came_are_refused(person: Person, value: Any, code: str) -> None:
    project = person.made("/projects/create", {"name": "Settings"})["id"]

    answer = person.post(f"/context/{project}/settings", {"defaults": {"e1": {"value": value}}})

    assert (answer.json()["error"] or {"code": ""})["code"] == code
