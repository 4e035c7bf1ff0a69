"""Versions: the ETag of an answer, If-Match of a change, If-None-Match of a read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from api_people import Person, Service, code_of
from coursecrafter.api.conditions import etag_of, read_if_match
from coursecrafter.api.problems import ConditionRefused

AT = datetime(2026, 11, 22, 21, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture(scope="module")
def person(service: Service) -> Person:
    return service.person(service.organisation(), "owner")


@pytest.fixture
def project(person: Person) -> Any:
    return person.made("/projects/create", {"name": "Fire drill"})


def test_the_version_of_a_thing_is_when_it_last_changed() -> None:
    assert etag_of(b'{"id": 1, "updated_at": "2026-11-22T21:00:00.123456+00:00"}') == (
        '"2026-11-22T21:00:00.123456+00:00"'
    )


@pytest.mark.parametrize("data", [b"{}", b"[]", b"null", b'{"updated_at": null}', b'{"updated_at": 5}'])
def test_what_has_no_time_has_no_version(data: bytes) -> None:
    assert etag_of(data) is None


@pytest.mark.parametrize(
    "header",
    [
        '"2026-11-22T21:00:00.123456+00:00"',
        ' "2026-11-22T21:00:00.123456+00:00" ',
        'W/"2026-11-22T21:00:00.123456Z"',
        '"2026-11-22T23:00:00.123456+02:00"',
    ],
)
def test_a_version_is_read_in_whatever_offset_it_is_written(header: str) -> None:
    assert read_if_match(header) == AT


@pytest.mark.parametrize("header", [None, "*", " * "])
def test_no_condition_is_none(header: str | None) -> None:
    assert read_if_match(header) is None


@pytest.mark.parametrize(
    "header",
    [
        "",
        '""',
        '"x"',
        "2026-11-22T21:00:00Z",
        '"2026-11-22T21:00:00"',
        '"2026-13-22T21:00:00Z"',
        '"2026-11-22T21:00:00Z", "2026-11-22T21:00:01Z"',
        '"' + "9" * 65 + '"',
        '"2026-11-22T21:00:00Z',
    ],
)
def test_what_names_no_version_is_refused(header: str) -> None:
    with pytest.raises(ConditionRefused):
        read_if_match(header)


def test_a_change_of_what_was_seen_is_made(person: Person, project: Any) -> None:
    seen = person.get(f"/projects/{project['id']}").headers["etag"]

    answer = person.post(f"/projects/{project['id']}/update", {"name": "Drill"}, headers={"if-match": seen})

    assert answer.status_code == 200
    assert answer.json()["data"]["updated_at"] != project["updated_at"]


def test_a_change_of_what_somebody_changed_meanwhile_is_refused_and_not_made(person: Person, project: Any) -> None:
    seen = {"if-match": f'"{project["updated_at"]}"'}
    person.made(f"/projects/{project['id']}/update", {"name": "First"}, headers=seen)

    late = person.post(f"/projects/{project['id']}/update", {"name": "Second"}, headers=seen)

    assert (late.status_code, code_of(late)) == (409, "CC-0026")
    assert person.read(f"/projects/{project['id']}")["name"] == "First"


def test_a_condition_that_is_none_is_refused_before_anything_is_done(person: Person, project: Any) -> None:
    answer = person.post(f"/projects/{project['id']}/update", {"name": "Other"}, headers={"if-match": '"yesterday"'})

    assert (answer.status_code, code_of(answer)) == (400, "CC-0019")
    assert person.read(f"/projects/{project['id']}")["name"] == "Fire drill"


def test_what_is_known_already_is_not_sent_again(person: Person, project: Any) -> None:
    first = person.get(f"/projects/{project['id']}")

    again = person.get(f"/projects/{project['id']}", headers={"if-none-match": first.headers["etag"]})
    person.made(f"/projects/{project['id']}/update", {"name": "Drill"})
    changed = person.get(f"/projects/{project['id']}", headers={"if-none-match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert changed.status_code == 200
