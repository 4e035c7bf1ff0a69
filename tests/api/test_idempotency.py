"""A call under a key is made once, however often it is sent."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import httpx
import pytest

from api_people import Person, Service, code_of


@pytest.fixture
def person(service: Service) -> Person:
    return service.person(service.organisation(), "owner")


def create(person: Person, key: str, name: str = "Fire drill", **headers: str) -> httpx.Response:
    return person.post("/projects/create", {"name": name}, headers={"idempotency-key": key, **headers})


def names(person: Person) -> list[str]:
    return [one["name"] for one in person.read("/projects/list")["items"]]


def test_a_repeated_call_gets_the_first_answer_and_does_nothing(person: Person) -> None:
    first, second = create(person, "k1"), create(person, "k1")

    assert (second.status_code, second.content) == (first.status_code, first.content)
    assert "idempotency-replayed" not in first.headers
    assert second.headers["idempotency-replayed"] == "true"
    assert names(person) == ["Fire drill"]


def test_two_keys_are_two_calls(person: Person) -> None:
    create(person, "k1")
    create(person, "k2")

    assert names(person) == ["Fire drill", "Fire drill"]


def test_a_key_with_another_body_is_refused(person: Person) -> None:
    create(person, "k1")

    answer = create(person, "k1", "Other")

    assert (answer.status_code, code_of(answer)) == (422, "CC-0018")
    assert names(person) == ["Fire drill"]


def test_a_key_with_another_address_is_refused(person: Person) -> None:
    project_id = create(person, "k1").json()["data"]["id"]
    path, key = f"/projects/{project_id}/copy", {"idempotency-key": "k2"}
    person.made(path, {"name": "Copy"}, headers=key)

    answer = person.post("/projects/create", {"name": "Copy"}, headers=key)

    assert code_of(answer) == "CC-0018"


def test_what_was_refused_leaves_its_key_free(person: Person) -> None:
    """The first call did nothing, so the second is none that is repeated."""
    create(person, "k1", name=" ")

    answer = create(person, "k1")

    assert answer.status_code == 201
    assert names(person) == ["Fire drill"]


def test_a_key_is_its_persons_own(service: Service) -> None:
    org_id = service.organisation()
    ada, bert = service.person(org_id, "owner"), service.person(org_id, "owner")
    stranger = service.person(service.organisation(), "owner")

    made = {create(person, "k1").json()["data"]["id"] for person in (ada, bert, stranger)}

    assert len(made) == 3


def test_the_same_key_from_twenty_threads_at_once_has_one_effect(person: Person) -> None:
    barrier = Barrier(20)

    def call(_number: int) -> httpx.Response:
        barrier.wait(30)
        return create(person, "k1")

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(call, range(20)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert names(person) == ["Fire drill"]


def test_different_bodies_under_one_key_at_once_have_one_effect(person: Person) -> None:
    barrier = Barrier(10)

    def call(number: int) -> httpx.Response:
        barrier.wait(30)
        return create(person, "k1", f"Drill {number}")

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(call, range(10)))

    assert sorted(answer.status_code for answer in answers) == [201] + [422] * 9
    assert len(names(person)) == 1


@pytest.mark.parametrize("key", [b"", b"x" * 256, b"\x85", b"\xad", b"a\tb"])
def test_a_key_that_is_none_is_refused(person: Person, key: bytes) -> None:
    answer = person.http.post("/cc/projects/create", json={"name": "Drill"}, headers=[(b"idempotency-key", key)])

    assert (answer.status_code, code_of(answer)) == (400, "CC-0037")
    assert names(person) == []


def test_the_longest_key_is_taken(person: Person) -> None:
    assert create(person, "k" * 255).status_code == 201
