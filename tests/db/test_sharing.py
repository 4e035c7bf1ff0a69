"""Who may share a project and lead an organisation, and what those who may not learn: the functions of `platform`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from coursecrafter.db.organisations import ensure_organisation, ensure_user, open_project
from coursecrafter.db.refusals import LastOwner
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import memberships, project_access
from coursecrafter.domain.roles import PROJECT_RIGHTS, Right
from database import TestServer
from tenancy_matrix import Matrix, open_matrix
from tenancy_world import OF_AN_ORGANISATION, Outcome, Person, Place, Way, World, attempt, may
from tenants import table_named

ME = "nullif(current_setting('cc.user_id', true), '')::uuid"
NOT_FOUND, NOT_ALLOWED, KEEPS_ONE = "P0002", "42501", "23514"
FUNCTIONS = """
SELECT p.proname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'trial') AND n.nspname NOT LIKE 'pg\\_%'
  AND (has_function_privilege('cc_app', p.oid, 'EXECUTE') OR has_function_privilege('cc_worker', p.oid, 'EXECUTE'))
"""
OF_ROWS = {"uuidv7", "touch_updated_at", "guard_deletion", "refuse_state", "require_seen_asset", "revision"}
"""Functions that defaults, triggers and the check of the schema call; they tell nothing of anybody's."""
OF_SCOPE = {"scope", "organisation", "projects_of_request"}
"""Functions that policies ask; each answers about the request itself."""
OF_QUEUE = {"call_help", "claim", "enqueue", "hold", "is_queued", "order_call", "read_order", "release"}
"""Functions by which the queue is reached; `tests/db/test_queue.py` tries them."""
OF_GATEWAY = {
    *("ai_begin", "ai_budgets_left", "ai_candidates", "ai_end", "ai_offers", "ai_price_overrides", "ai_spending_of"),
    *("forget_turns", "require_own_provider"),
}
"""Functions by which providers are found and paid for; `tests/db/test_gateway_*.py` try them."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function.

    Attributes:
        rights: any one of these lets a person do it, each in its place.
        oneself: the person who may do it whatever their role, being the one it is done to.
        held: a project in which they must have a role for it, since it is that role that goes.
        is_people: whether it leads people, which is a request's act and never a job's.
    """

    said: str
    statement: str
    rights: tuple[tuple[Right, Place], ...]
    oneself: UUID | None = None
    held: UUID | None = None
    is_people: bool = True

    def is_expected(self, person: Person, way: Way) -> bool:
        if self.is_people and way.role == "cc_worker":
            return False
        if self.held is not None and self.held not in person.project_roles:
            return False
        if self.oneself is not None and person.user_id == self.oneself:
            return True
        return any(may(person, way, right, place) for right, place in self.rights)


def calls_of(world: World) -> Iterator[Call]:
    """Every function on every place, at a person it concerns."""
    org, their_org = world.house.place, world.their_house.place
    guest = world.person("editor of two organisations").user_id
    for said, course in (("ours", world.ours), ("the second", world.second), ("the foreign", world.theirs)):
        place, house = course.place, Place(course.place.org_id)
        leads = ((Right.OWN, place), (Right.ADMIN, house))
        new = guest if course is world.theirs else world.bystander
        project = f"'{place.project_id}'"
        yield Call(f"share_project {said}", f"SELECT platform.share_project({project}, '{new}', 'viewer')", leads)
        mine = f"SELECT platform.share_project({project}, {ME}, 'owner')"
        yield Call(f"share_project {said} with oneself", mine, leads)
        seen = ((Right.READ, place), (Right.ADMIN, house))
        people = f"SELECT FROM platform.project_people({project})"
        yield Call(f"project_people of {said}", people, seen)
        leave = f"SELECT platform.unshare_project({project}, {ME})"
        yield Call(f"unshare_project {said} from oneself", leave, seen, held=place.project_id)
    ours, leads = world.ours.place.project_id, ((Right.OWN, world.ours.place), (Right.ADMIN, org))
    raised = f"SELECT platform.share_project('{ours}', '{_id(world, 'project viewer')}', 'editor')"
    yield Call("share_project ours anew", raised, leads)
    reviewer = _id(world, "project reviewer")
    taken = f"SELECT platform.unshare_project('{ours}', '{reviewer}')"
    yield Call("unshare_project ours from the reviewer", taken, leads, oneself=reviewer)
    yield from _organisation_calls(world, org, their_org)


def _organisation_calls(world: World, org: Place, their_org: Place) -> Iterator[Call]:
    govern, admin = ((Right.GOVERN, org),), ((Right.ADMIN, org),)
    for name in ("colleague, owner", "colleague, admin", "colleague, member"):
        person = _id(world, name)
        statement = f"SELECT platform.set_member_role('{person}', 'admin')"
        yield Call(f"set_member_role of {name}", statement, govern)
        removed = f"SELECT platform.remove_member('{person}')"
        needed = admin if name == "colleague, member" else govern
        yield Call(f"remove_member, {name}", removed, needed, oneself=person)
    guest = _id(world, "editor of two organisations")
    both = ((Right.GOVERN, their_org), (Right.GOVERN, org))
    yield Call("set_member_role of one of both", f"SELECT platform.set_member_role('{guest}', 'member')", both)
    yield Call("set_member_role of oneself", f"SELECT platform.set_member_role({ME}, 'owner')", both)
    leave = f"SELECT platform.remove_member({ME})"
    belongs = ((Right.MEMBER, org), (Right.MEMBER, their_org))
    yield Call("remove_member, oneself", leave, belongs)
    yield Call("organisation_people", "SELECT FROM platform.organisation_people()", belongs)
    yield Call("room_left", "SELECT FROM platform.room_left(NULL)", belongs)
    for said, place in (("ours", org), ("the other", their_org)):
        opened = f"SELECT platform.open_project('{uuid4()}', '{place.org_id}')"
        yield Call(f"open_project in {said}", opened, ((Right.MEMBER, place),), is_people=False)


def _id(world: World, name: str) -> UUID:
    user_id = world.person(name).user_id
    assert user_id is not None
    return user_id


@pytest.fixture(scope="module")
def matrix(server: TestServer, database: Database) -> Iterator[Matrix]:
    with open_matrix(server, database) as matrix:
        yield matrix
        for connection in matrix.connections.values():
            connection.rollback()


@pytest.fixture
def world(matrix: Matrix) -> World:
    return matrix.world


def tried(matrix: Matrix, person: Person, way: Way, statements: list[str]) -> list[Outcome]:
    """Try statements and let go of every lock."""
    outcomes = attempt(matrix.connections[way.role], person, way, statements)
    matrix.connections[way.role].rollback()
    return outcomes


def one(matrix: Matrix, name: str, *statements: str) -> Outcome:
    """Try statements together, as a request of a person."""
    way = matrix.world.way("a request")
    return tried(matrix, matrix.world.person(name), way, ["; ".join(statements)])[0]


def test_each_function_lets_those_do_it_whom_the_rules_name(
    matrix: Matrix, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    calls, red, done, count = list(calls_of(world)), [], set(), 0

    for way in world.ways:
        for person in world.people:
            outcomes = tried(matrix, person, way, [call.statement for call in calls])
            for call, outcome in zip(calls, outcomes, strict=True):
                expected, count = call.is_expected(person, way), count + 1
                done |= {call.said} if expected and outcome.is_done else set()
                is_refused = not outcome.is_done and outcome.state in {"", NOT_FOUND, NOT_ALLOWED}
                if not (outcome.is_done if expected else is_refused):
                    red.append(f"{call.said} by {person.name} in {way.name}: {expected=} {outcome}")

    with capsys.disabled():
        print(f"\nfunctions of the platform: {count} cells")
    assert red == []
    assert {call.said for call in calls} == done


def test_every_function_that_the_application_may_call_is_tried(matrix: Matrix, world: World) -> None:
    called = {call.said.split(" ", maxsplit=1)[0].rstrip(",") for call in calls_of(world)}
    found = {name for (name,) in matrix.connections["cc_admin"].execute(FUNCTIONS).fetchall()}

    assert called <= found
    assert found - called - OF_ROWS - OF_SCOPE == OF_QUEUE | OF_GATEWAY


def test_a_scope_holds_the_projects_in_which_the_rules_give_the_right(matrix: Matrix, world: World) -> None:
    projects = [world.ours.place, world.second.place, world.theirs.place, world.bin]
    red = []

    for way in world.ways:
        for person in world.people:
            for right in sorted({right for rights in PROJECT_RIGHTS.values() for right in rights}):
                expected = {place.project_id for place in projects if may(person, way, right, place)}
                asked = [
                    f"SELECT FROM unnest(platform.scope('{right}')) AS s (id) WHERE id = '{place.project_id}'"
                    for place in projects
                ]
                outcomes = tried(matrix, person, way, [*asked, f"SELECT FROM unnest(platform.scope('{right}'))"])
                found = {place.project_id for place, one in zip(projects, outcomes, strict=False) if one.is_done}
                if found != expected or outcomes[-1].rows != len(expected):
                    red.append((person.name, way.name, right))

    assert red == []


def test_an_organisation_is_told_to_those_whom_the_rules_give_the_right(matrix: Matrix, world: World) -> None:
    red = []

    for way in world.ways:
        for person in world.people:
            for right in sorted(OF_AN_ORGANISATION):
                for place in (world.house.place, world.their_house.place):
                    asked = f"SELECT WHERE platform.organisation('{right}') = '{place.org_id}'"
                    if tried(matrix, person, way, [asked])[0].is_done != may(person, way, right, place):
                        red.append((person.name, way.name, right))

    assert red == []


@pytest.mark.parametrize(
    "call", ["share_project('{}', {}, 'viewer')", "unshare_project('{}', {})", "project_people('{}')"]
)
def test_a_project_one_may_not_know_of_is_answered_as_one_that_does_not_exist(matrix: Matrix, call: str) -> None:
    """By the same SQLSTATE and the same words, whomever it would be shared with."""
    world = matrix.world
    asked = 0

    for way in (way for way in world.ways if way.role == "cc_app"):
        for person in world.people:
            for place in (world.ours.place, world.second.place, world.theirs.place, world.bin):
                if may(person, way, Right.READ, place) or may(person, way, Right.ADMIN, Place(place.org_id)):
                    continue
                for user in (f"'{world.bystander}'", ME, f"'{_id(world, 'project viewer')}'"):
                    statements = [
                        f"SELECT platform.{call.format(project, user)}" for project in (place.project_id, uuid4())
                    ]
                    foreign, missing = tried(matrix, person, way, statements)
                    asked += 1
                    assert foreign == missing, (person.name, way.name)
                    assert not foreign.is_done

    assert asked > 100


@pytest.mark.parametrize(
    "call",
    [
        "share_project('{ours}', '{}', 'viewer')",
        "unshare_project('{ours}', '{}')",
        "set_member_role('{}', 'admin')",
        "remove_member('{}')",
    ],
)
def test_somebody_elsewhere_is_answered_as_somebody_who_does_not_exist(matrix: Matrix, call: str) -> None:
    world = matrix.world
    elsewhere = (_id(world, "stranger"), _id(world, "outsider"))
    call = call.replace("{ours}", str(world.ours.place.project_id))

    for person in world.people:
        if person.user_id in elsewhere:
            continue
        for user in elsewhere:
            statements = [f"SELECT platform.{call.format(some)}" for some in (user, uuid4())]
            foreign, missing = tried(matrix, person, world.way("a request"), statements)
            assert foreign == missing, person.name
            assert not foreign.is_done


def test_an_id_that_is_taken_is_refused_alike_whosever_it_is(matrix: Matrix) -> None:
    """Ids are never given by a person; one that is taken could not be used either."""
    world = matrix.world
    places = (world.ours.place, world.second.place, world.theirs.place, world.bin)

    answers = {
        one(matrix, name, f"SELECT platform.open_project('{place.project_id}', '{world.house.place.org_id}')")
        for place in places
        for name in ("author", "colleague, member")
    }

    assert answers == {Outcome(0, "23505", "the project exists")}


def opened(world: World, project_id: UUID) -> str:
    """Statements that make a project of one's own."""
    org_id = world.house.place.org_id
    values = f"(id, org_id, name) VALUES ('{project_id}', '{org_id}', 'New')"
    return f"SELECT platform.open_project('{project_id}', '{org_id}'); INSERT INTO course_crafter.cc_projects {values}"


def test_the_last_owner_of_a_project_stays(matrix: Matrix, world: World) -> None:
    project = uuid4()
    make = opened(world, project)
    join = f"SELECT platform.share_project('{project}', '{world.bystander}', 'owner')"

    for act in (f"unshare_project('{project}', {ME})", f"share_project('{project}', {ME}, 'editor')"):
        alone = one(matrix, "colleague, member", make, f"SELECT platform.{act}")
        joined = one(matrix, "colleague, member", make, join, f"SELECT platform.{act}")

        assert (alone.state, alone.words) == (KEEPS_ONE, "a project keeps an owner")
        assert joined.is_done


def test_the_last_owner_of_an_organisation_stays(matrix: Matrix, world: World) -> None:
    other = f"SELECT platform.remove_member('{_id(world, 'colleague, owner')}')"

    for act in (f"remove_member({ME})", f"set_member_role({ME}, 'admin')"):
        alone = one(matrix, "author", other, f"SELECT platform.{act}")
        joined = one(matrix, "author", f"SELECT platform.{act}")

        assert (alone.state, alone.words) == (KEEPS_ONE, "an organisation keeps an owner")
        assert joined.is_done


def test_who_is_the_last_owner_of_a_project_stays_in_the_organisation(matrix: Matrix, world: World) -> None:
    """Else the project would have no owner any more."""
    both, neighbour = (
        f"SELECT platform.remove_member('{_id(world, name)}')" for name in ("owner of both", "neighbour")
    )

    last = one(matrix, "author", both, neighbour)
    not_last = one(matrix, "author", neighbour)
    leaving = one(matrix, "colleague, member", opened(world, uuid4()), f"SELECT platform.remove_member({ME})")

    assert (last.state, last.words) == (KEEPS_ONE, "a project keeps an owner")
    assert (leaving.state, leaving.words) == (KEEPS_ONE, "a project keeps an owner")
    assert not_last.is_done


def test_a_member_who_leaves_leaves_their_projects(matrix: Matrix, world: World) -> None:
    viewer = _id(world, "project viewer")
    removed = f"SELECT platform.remove_member('{viewer}')"
    people = f"SELECT FROM platform.project_people('{world.ours.place.project_id}') WHERE user_id = '{viewer}'"

    assert one(matrix, "author", people).rows == 1
    assert one(matrix, "author", removed, people).rows == 0


@dataclass(frozen=True, slots=True)
class Pair:
    """Two owners of a new organisation and of its one project."""

    database: Database
    first: Identity
    second: Identity

    def owners(self) -> tuple[int, int]:
        """How many own the organisation, and how many the project."""
        with self.database.admin() as admin:
            counted = [
                admin.scalar(
                    sa.select(sa.func.count()).where(table.c.org_id == self.first.org_id, table.c.role == "owner")
                )
                for table in (memberships, project_access)
            ]
        return counted[0] or 0, counted[1] or 0


@pytest.fixture
def pair(database: Database) -> Pair:
    slug, project_id = f"oak-{uuid4().hex[:8]}", uuid4()
    with database.admin() as admin:
        org_id = ensure_organisation(admin, "Oak", slug)
        users = [ensure_user(admin, org_id, f"{n}@{slug}.example", str(n), role="owner") for n in (1, 2)]
    first, second = (Identity(org_id, user, project_id) for user in users)
    with database.app(first) as session:
        open_project(session, project_id, org_id)
        session.execute(table_named("cc_projects").insert().values(id=project_id, org_id=org_id, name="New"))
        session.execute(sa.text("SELECT platform.share_project(:p, :u, 'owner')"), {"p": project_id, "u": users[1]})
    return Pair(database, first, second)


@contextmanager
def leaving_at_once(pair: Pair, second_act: str) -> Iterator[tuple[sa.Connection, list[LastOwner]]]:
    """The first's session; when it is left, the second's act waits for it already, and its refusal is in the list."""
    refusals: list[LastOwner] = []

    def leave() -> None:
        try:
            with pair.database.app(pair.second) as session:
                session.execute(sa.text(f"SELECT platform.{second_act}"), _ids(pair.second))
        except LastOwner as error:
            refusals.append(error)

    thread = threading.Thread(target=leave)
    with pair.database.app(pair.first) as session:
        yield session, refusals
        thread.start()
        _wait_while(thread, pair.database)
    thread.join(30)
    assert not thread.is_alive()


def _wait_while(thread: threading.Thread, database: Database) -> None:
    """Return once a lock is waited for; a thread that ends without waiting is not held back."""
    end = time.monotonic() + 60
    while thread.is_alive() and time.monotonic() < end:
        with database.admin() as admin:
            if admin.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                return
        time.sleep(0.02)


def _ids(identity: Identity) -> dict[str, UUID | None]:
    return {"p": identity.project_id, "u": identity.user_id}


LEAVE_PROJECT, STEP_DOWN = "unshare_project(:p, :u)", "share_project(:p, :u, 'editor')"
LEAVE_ORGANISATION, STEP_BACK = "remove_member(:u)", "set_member_role(:u, 'member')"


@pytest.mark.parametrize(
    ("first_act", "second_act", "words"),
    [
        (LEAVE_PROJECT, LEAVE_PROJECT, "The project"),
        (LEAVE_PROJECT, STEP_DOWN, "The project"),
        (STEP_DOWN, STEP_DOWN, "The project"),
        (LEAVE_PROJECT, LEAVE_ORGANISATION, "The project"),
        (LEAVE_ORGANISATION, LEAVE_PROJECT, "The project"),
        (LEAVE_ORGANISATION, LEAVE_ORGANISATION, "would be left without an owner"),
        (LEAVE_ORGANISATION, STEP_BACK, "The organisation"),
        (STEP_BACK, STEP_BACK, "The organisation"),
    ],
)
def test_of_two_owners_who_leave_at_once_one_stays(pair: Pair, first_act: str, second_act: str, words: str) -> None:
    with leaving_at_once(pair, second_act) as (session, refusals):
        session.execute(sa.text(f"SELECT platform.{first_act}"), _ids(pair.first))

    assert len(refusals) == 1
    assert words in str(refusals[0])
    assert min(pair.owners()) == 1
