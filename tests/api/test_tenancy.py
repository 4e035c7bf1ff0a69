"""Over HTTP nothing of one organisation is seen, changed or reached by another, and each role gets what it has."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from api_people import Service, open_service
from coursecrafter.db.session import Database
from coursecrafter.domain.roles import PROJECT_RIGHTS, Right
from http_calls import MISSING, HttpCall, Operation, Place, id_fields, ids_in, operations, without_chance
from http_plan import ANYONE, OPEN, OPERATIONS, OPERATOR, call_of
from http_things import NAMES
from http_world import OF_AN_ORGANISATION, Caller_, HttpWorld, fingerprints, open_world

UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PLACED = [one for one in operations() if one.name in OPERATIONS]
ACCEPTED = 202
PATIENCE = 6
"""Times of 20 s that a call may need on a busy machine."""

NO_IDS = frozenset({"before", "original"})
"""Of the security events: a place in time. Of a course's settings: a note from which course it was translated, which is
given back as it came and by which nothing is looked up. Anybody may make them up."""


@pytest.fixture(scope="module")
def service(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Calls are carried out, and nobody takes up the renders that are there to be looked at."""
    with open_service(database, tmp_path_factory.mktemp("home"), is_keeper=False) as service:
        yield service


@pytest.fixture(scope="module")
def world(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpWorld]:
    with open_world(service, tmp_path_factory.mktemp("rehearsal")) as world:
        yield world


@pytest.fixture(scope="module")
def before(world: HttpWorld) -> dict[str, str]:
    """Every table as it was before the first call."""
    return fingerprints(world.service.site.database)


@pytest.fixture(scope="module")
def clients(world: HttpWorld, before: dict[str, str]) -> Iterator[dict[str, httpx.Client]]:
    found = {name: world.client(name) for name in world.people}
    yield found
    for client in found.values():
        client.close()


@pytest.fixture(scope="module")
def rehearsed(world: HttpWorld) -> Iterator[dict[str, httpx.Client]]:
    found = {name: world.client(name, world.rehearsed) for name in world.people}
    yield found
    for client in found.values():
        client.close()


def test_every_operation_stands_in_the_matrix() -> None:
    assert {one.name for one in operations()} == set(OPERATIONS)


def test_every_id_of_every_call_names_a_thing_that_both_organisations_have() -> None:
    for operation in operations():
        placed = OPERATIONS.get(operation.name)
        names = {*operation.path_names, *(id_fields(operation.schema) if operation.schema else ())}
        names |= {one["name"] for one in operation.parameters("query") if "'uuid'" in str(one)}
        ids = names - _plain(operation) - NO_IDS
        assert ids <= {*NAMES, *(placed.things if placed else ())}, operation.name


@pytest.mark.parametrize("operation", PLACED, ids=str)
def test_anothers_id_is_answered_as_a_missing_one(
    world: HttpWorld, clients: dict[str, httpx.Client], operation: Operation
) -> None:
    """Same status, same code, same sentence: nobody learns whether a thing exists that is not theirs."""
    if OPERATIONS[operation.name].needs == OPERATOR:
        pytest.skip("whoever runs the installation looks after all organisations")
    call = call_of(operation, world.ours, with_optional=True)
    theirs = call_of(operation, world.theirs, with_optional=True)
    asker = clients[_who_may(world, operation)]

    answers = [
        (
            place,
            *(without_chance(_sent(call.with_id(place, wanted), asker)) for wanted in (_at(theirs, place), MISSING)),
        )
        for place in _id_places(call)
    ]

    for place, foreign, missing in answers:
        assert foreign == missing, place
        assert foreign[0] >= 400 or operation.is_read, place


def _sent(call: HttpCall, asker: httpx.Client) -> httpx.Response:
    """The answer to a call; one that says that work goes on is sent again, and waits on."""
    for _ in range(PATIENCE):
        answer = call.send(asker)
        if answer.status_code != ACCEPTED or '"running"' not in answer.text:
            break
    return answer


@pytest.mark.parametrize("becomes", ["source", "document"])
def test_an_upload_for_anothers_course_begins_as_one_for_none(
    world: HttpWorld, clients: dict[str, httpx.Client], becomes: str
) -> None:
    """Its ids stand in a header, Base64."""
    answers = []
    for course, lesson in (
        (world.theirs.things["project"], world.theirs.things["lesson"]),
        (MISSING, MISSING),
    ):
        place = {"lesson_id": lesson} if becomes == "source" else {"project_id": course}
        told = {"filename": "plan.pdf", "becomes": becomes, **place}
        metadata = ",".join(f"{name} {b64encode(str(value).encode()).decode()}" for name, value in told.items())
        headers = {"tus-resumable": "1.0.0", "upload-length": "9", "upload-metadata": metadata}
        answers.append(without_chance(clients["author"].post("/cc/uploads/resumable", headers=headers)))

    assert answers[0] == answers[1]
    assert answers[0][0] == 404


@pytest.mark.parametrize("operation", PLACED, ids=str)
def test_a_stranger_meets_nothing_behind_our_ids(
    world: HttpWorld, clients: dict[str, httpx.Client], operation: Operation
) -> None:
    call = call_of(operation, world.ours)
    places = [place for place in _id_places(call) if place[0] == "path"]
    if not places:
        pytest.skip("it names nothing of ours")
    missing = call
    for place in places:
        missing = missing.with_id(place, MISSING)
    stranger = clients["their worker" if operation.scope == "worker" else "stranger"]

    answer = call.send(stranger)

    assert without_chance(answer) == without_chance(missing.send(stranger))
    # What only the installation's operator does is refused whatever it names.
    assert answer.status_code in ({403} if OPERATIONS[operation.name].needs == OPERATOR else {404, 422})
    assert not world.ours.ids() & set(UUIDS.findall(answer.text))


@pytest.mark.parametrize("operation", PLACED, ids=str)
def test_who_may_not_is_kept_away_and_changes_nothing(
    world: HttpWorld, clients: dict[str, httpx.Client], operation: Operation
) -> None:
    call, red = call_of(operation, world.ours), []

    for person in _ours(world):
        expected = _refusal(world, person, operation)
        if expected is not None:
            answer = call.send(clients[person.name])
            if answer.status_code not in expected:
                red.append(f"{person.name}: {answer.status_code} {answer.text[:200]}, not {sorted(expected)}")

    assert red == [], "\n".join(red)


@pytest.mark.parametrize("operation", PLACED, ids=str)
def test_who_may_is_served(world: HttpWorld, rehearsed: dict[str, httpx.Client], operation: Operation) -> None:
    call, red, served = call_of(operation, world.ours), [], 0
    expected = OPERATIONS[operation.name].answers

    for person in _ours(world):
        if _refusal(world, person, operation) is not None:
            continue
        with world.rehearsal.rehearsing():
            answer = call.send(rehearsed[person.name])
        served += 1
        if not answer.is_success and _told(answer) not in expected:
            red.append(f"{person.name}: {answer.status_code} {answer.text[:300]}")
        elif world.theirs.ids() & set(UUIDS.findall(answer.text)):
            red.append(f"{person.name} is shown something of the other organisation")

    assert red == [], "\n".join(red)
    assert served > 0, "nobody may do this"


def test_all_of_this_changed_nothing(world: HttpWorld, before: dict[str, str]) -> None:
    """Refused calls leave every row of every table as it was, and rehearsed ones are undone."""
    assert fingerprints(world.service.site.database) == before


def test_the_matrix_is_whole(world: HttpWorld, capsys: pytest.CaptureFixture[str]) -> None:
    people = len(_ours(world)) + 2
    refused = sum(_refusal(world, person, operation) is not None for person in _ours(world) for operation in PLACED)
    served = sum(_refusal(world, person, operation) is None for person in _ours(world) for operation in PLACED)
    places = sum(len(_id_places(call_of(operation, world.ours))) for operation in PLACED)
    with capsys.disabled():
        print(
            f"\ntenancy over HTTP: {len(PLACED)} operations, {people} people; {served} cells served, {refused} kept"
            f" away, {places} places of ids, each with another organisation's id and with none"
        )

    for right in Right:
        assert {person.may(right) for person in _ours(world)} == {True, False}, right


def _told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"] if answer.content else ""


def _refusal(world: HttpWorld, person: Caller_, operation: Operation) -> frozenset[int] | None:
    """The statuses with which the rules keep a person of ours away from a call about our things; None: they may."""
    needs, author = OPERATIONS[operation.name].needs, world.ours.owner_id
    if needs == OPEN:
        return None
    if operation.scope not in person.scopes:
        return frozenset({403 if person.scopes else 401})
    if needs in {ANYONE, OPERATOR, "sender"}:
        is_theirs = needs == ANYONE or (person.is_operator if needs == OPERATOR else person.user_id == author)
        return None if is_theirs else frozenset({403 if needs == OPERATOR else 404})
    rights = [Right(right) for right in (needs if isinstance(needs, tuple) else (needs,))]
    if any(person.may(right) for right in rights):
        return None
    if all(right in OF_AN_ORGANISATION for right in rights):
        return frozenset({404 if OPERATIONS[operation.name].is_hidden else 403})
    # Who sees the project is told that their role does not do; who does not, that there is no such thing.
    sees = person.project_role is not None and Right.READ in PROJECT_RIGHTS[person.project_role]
    return frozenset({403}) if sees else frozenset({404})


def _who_may(world: HttpWorld, operation: Operation) -> str:
    """Somebody of ours whom nothing but an id can stop."""
    return next(person.name for person in _ours(world) if _refusal(world, person, operation) is None)


def _ours(world: HttpWorld) -> list[Caller_]:
    return [person for name, person in world.people.items() if name not in {"stranger", "their worker"}]


def _id_places(call: HttpCall) -> list[Place]:
    plain = _plain(call.operation)
    found: list[Place] = [("path", name) for name in call.path if name not in plain]
    if call.operation.schema is not None:
        found += [place for place, name in ids_in(call.operation.schema, call.body) if name not in NO_IDS]
    return found + [("query", name) for name in call.query if name in NAMES]


def _plain(operation: Operation) -> set[str]:
    """Names in the path that are no ids."""
    return {one["name"] for one in operation.parameters("path") if one["schema"].get("format") != "uuid"}


def _at(call: HttpCall, place: Place) -> object:
    part, *inner = place
    at: Any = {"path": call.path, "query": call.query, "body": call.body}[str(part)]
    for step in inner:
        at = at[step]
    return at
