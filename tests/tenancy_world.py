"""Two organisations, three courses, a person for each role: who stands where, and what `domain.roles` gives them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import psycopg
import sqlalchemy as sa

from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import project_access
from coursecrafter.domain.roles import ORGANISATION_RIGHTS, PROJECT_RIGHTS, OrganisationRole, ProjectRole, Right
from tenants import rows_of_a_course, settle_tenant, table_named, write_course

OF_AN_ORGANISATION = frozenset({Right.MEMBER, Right.ADMIN, Right.GOVERN})
WITHOUT_PROJECT = ("cc_brand_profiles", "cc_brand_templates", "cc_activity_log")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row lives: an organisation, and one of its projects or none."""

    org_id: UUID
    project_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """The rows of one place, by table.

    Attributes:
        rows: a course, or what an organisation has without any project.
        leaves: a second row of each table beside it, that no other row depends on.
        number: tells its leaves' versions from those of other courses, so that they may move.
    """

    place: Place
    rows: Mapping[str, UUID]
    leaves: Mapping[str, UUID]
    number: int


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a session is opened for; nobody has neither user nor organisation."""

    name: str
    user_id: UUID | None
    org_id: UUID | None
    org_role: OrganisationRole | None
    project_roles: Mapping[UUID, ProjectRole]


@dataclass(frozen=True, slots=True)
class Way:
    """How they come: as the application or a worker, and naming a project or not."""

    name: str
    role: str
    project_id: UUID | None


@dataclass(frozen=True, slots=True)
class World:
    """Everything that the matrix is made of.

    Attributes:
        ours: the course on which the people have their roles.
        second: another course of the same organisation.
        theirs: a course of the other organisation.
        house: what our organisation has without any project; `their_house` is that of the other.
        bin: a project of ours that is marked as deleted, with the same people.
        bystander: a member of our organisation, with no project, for whom no session is opened.
        spare_org: an organisation without projects.
    """

    database: Database
    ours: Course
    second: Course
    theirs: Course
    house: Course
    their_house: Course
    bin: Place
    bystander: UUID
    spare_org: UUID
    people: tuple[Person, ...]
    ways: tuple[Way, ...]

    def person(self, name: str) -> Person:
        return next(person for person in self.people if person.name == name)

    def way(self, name: str) -> Way:
        return next(way for way in self.ways if way.name == name)


def may(person: Person, way: Way, right: Right, place: Place) -> bool:
    """Whether the rules give a person who comes in this way a right in a place."""
    if person.org_id != place.org_id or (way.role == "cc_worker" and way.project_id is None):
        return False
    if right in OF_AN_ORGANISATION:
        return person.org_role is not None and right in ORGANISATION_RIGHTS[person.org_role]
    role = person.project_roles.get(place.project_id) if place.project_id else None
    return role is not None and way.project_id in {None, place.project_id} and right in PROJECT_RIGHTS[role]


def values_in(course: Course, name: str, number: int = 9) -> dict[str, Any]:
    """Values for one more row of a table, in a course or in an organisation without project.

    Args:
        number: the version of an asset; a place holds each only once.
    """
    org_id, project_id = course.place.org_id, course.place.project_id
    if project_id is None:
        return _values_without_project(course, name)
    values = dict(rows_of_a_course(org_id, project_id, dict(course.rows)))[name]()
    if name in {"cc_assets", "cc_asset_versions"}:
        values |= {"version": number}
    if name == "cc_assets":
        values |= {"is_active": False}
    return values


def _values_without_project(course: Course, name: str) -> dict[str, Any]:
    org_id = {"org_id": course.place.org_id}
    if name == "cc_brand_templates":
        return {"brand_profile_id": course.rows["cc_brand_profiles"], "name": "T", "template_type": "slide"}
    if name == "cc_brand_profiles":
        return org_id | {"name": "House", "primary_color": "#000000"}
    return org_id | {"event_type": "member_added"}


def settle_world(database: Database) -> World:
    """Make all of it."""
    acme, birch = settle_tenant(database, "acme"), settle_tenant(database, "birch")
    org_id, second_id, bin_id = acme.author.org_id, uuid4(), uuid4()
    with database.admin() as admin:
        neighbour = ensure_user(admin, org_id, "neighbour@acme.example", "neighbour")
        bystander = ensure_user(admin, org_id, "bystander@acme.example", "bystander")
        spare_org = ensure_organisation(admin, "Cedar", "cedar")
    second = write_course(database, Identity(org_id, neighbour, second_id))
    with database.admin() as admin:
        ours = _with_leaves(admin, Place(org_id, acme.author.project_id), acme.rows, 2)
        theirs = _with_leaves(admin, Place(birch.author.org_id, birch.author.project_id), birch.rows, 4)
        values = {"id": bin_id, "org_id": org_id, "name": "Deleted", "deleted_at": sa.func.now()}
        admin.execute(table_named("cc_projects").insert().values(values))
        people = _settle_people(
            admin, ours.place, theirs.place, (second_id, bin_id), (acme.author, birch.author, neighbour)
        )
        return World(
            database,
            ours,
            _with_leaves(admin, Place(org_id, second_id), second, 3),
            theirs,
            _settle_house(admin, Place(org_id)),
            _settle_house(admin, Place(birch.author.org_id)),
            Place(org_id, bin_id),
            bystander,
            spare_org,
            people,
            _ways(ours.place.project_id),
        )


def _ways(ours: UUID | None) -> tuple[Way, ...]:
    return (
        Way("a request", "cc_app", None),
        Way("a request for our project", "cc_app", ours),
        Way("a job of our project", "cc_worker", ours),
        Way("a worker without a job", "cc_worker", None),
    )


def _with_leaves(admin: sa.Connection, place: Place, rows: Mapping[str, UUID], number: int) -> Course:
    leaves: dict[str, UUID] = {}
    for name in rows:
        if name != "cc_projects":
            leaves[name] = _add(admin, name, values_in(Course(place, rows, {}, number), name, number))
    return Course(place, rows, leaves | {"cc_projects": rows["cc_projects"]}, number)


def _settle_house(admin: sa.Connection, place: Place) -> Course:
    rows: dict[str, UUID] = {}
    for name in WITHOUT_PROJECT:
        rows[name] = _add(admin, name, values_in(Course(place, rows, {}, 0), name))
    # A profile without templates moves alone.
    leaves = {name: _add(admin, name, values_in(Course(place, rows, {}, 0), name)) for name in WITHOUT_PROJECT}
    return Course(place, rows, leaves, 0)


def _add(admin: sa.Connection, name: str, values: dict[str, Any]) -> UUID:
    table = table_named(name)
    row: UUID = admin.scalars(table.insert().values(values).returning(table.c.id)).one()
    return row


def _settle_people(
    admin: sa.Connection,
    ours: Place,
    theirs: Place,
    other_projects: tuple[UUID, UUID],
    authors: tuple[Identity, Identity, UUID],
) -> tuple[Person, ...]:
    """One for each role, and those who have several; the author of ours is its owner and the organisation's."""
    org_id, our_id, (second_id, bin_id) = ours.org_id, ours.project_id, other_projects
    author, stranger, neighbour = authors
    assert our_id is not None
    owner, admin_role, member = OrganisationRole.OWNER, OrganisationRole.ADMIN, OrganisationRole.MEMBER

    def settle(name: str, org_role: OrganisationRole, **roles: ProjectRole) -> Person:
        user_id = ensure_user(admin, org_id, f"{name.replace(' ', '-')}@acme.example", name, org_role)
        here = {"ours": our_id, "second": second_id}
        given = {here[project]: role for project, role in roles.items()}
        given |= {bin_id: roles["ours"]} if "ours" in roles else {}
        for project_id, role in given.items():
            _share(admin, user_id, project_id, org_id, role)
        return Person(name, user_id, org_id, org_role, given)

    guest = settle("editor of two organisations", member, ours=ProjectRole.EDITOR)
    assert guest.user_id is not None
    ensure_user(admin, theirs.org_id, "editor-of-two-organisations@acme.example", guest.name, owner)
    assert theirs.project_id is not None
    _share(admin, guest.user_id, theirs.project_id, theirs.org_id, ProjectRole.OWNER)
    _share(admin, author.user_id, bin_id, org_id, ProjectRole.OWNER)
    return (
        Person("nobody", None, None, None, {}),
        Person("outsider", _outsider(admin), org_id, None, {}),
        Person("stranger", stranger.user_id, theirs.org_id, owner, {theirs.project_id: ProjectRole.OWNER}),
        Person("stranger in our name", stranger.user_id, org_id, None, {}),
        settle("colleague, owner", owner),
        settle("colleague, admin", admin_role),
        settle("colleague, member", member),
        *(settle(f"project {role}", member, ours=role) for role in ProjectRole),
        Person("neighbour", neighbour, org_id, member, {second_id: ProjectRole.OWNER}),
        settle("owner of both", member, ours=ProjectRole.OWNER, second=ProjectRole.OWNER),
        guest,
        settle("editor who views the second", member, ours=ProjectRole.EDITOR, second=ProjectRole.VIEWER),
        settle("admin who views", admin_role, ours=ProjectRole.VIEWER),
        Person("author", author.user_id, org_id, owner, {our_id: ProjectRole.OWNER, bin_id: ProjectRole.OWNER}),
    )


def _outsider(admin: sa.Connection) -> UUID:
    made = sa.text("INSERT INTO platform.users (email, name) VALUES ('outsider@x.example', 'Outsider') RETURNING id")
    user_id: UUID = admin.scalars(made).one()
    return user_id


def _share(admin: sa.Connection, user_id: UUID, project_id: UUID, org_id: UUID, role: ProjectRole) -> None:
    values = {"user_id": user_id, "project_id": project_id, "org_id": org_id, "role": role}
    admin.execute(project_access.insert().values(values))


ENTER = (
    "SELECT set_config('role', %s, true), set_config('cc.user_id', %s, true), set_config('cc.org_id', %s, true),"
    " set_config('cc.project_id', %s, true)"
)
ATTEMPT = """
CREATE SCHEMA trial;
GRANT USAGE ON SCHEMA trial TO cc_app, cc_worker, cc_admin, cc_owner;
CREATE FUNCTION trial.attempt(act text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE reached bigint;
BEGIN
  EXECUTE act;
  GET DIAGNOSTICS reached = ROW_COUNT;
  RAISE EXCEPTION '%', reached USING ERRCODE = 'UNDO1';
EXCEPTION WHEN OTHERS THEN
  RETURN CASE WHEN SQLSTATE = 'UNDO1' THEN SQLERRM ELSE SQLSTATE || ' ' || SQLERRM END;
END
$$;
"""
"""Tries a statement as whoever calls it and undoes it, all at the server: a cell costs no way to and fro."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one statement: rows that it reached, or the refusal's SQLSTATE and words."""

    rows: int
    state: str = ""
    words: str = ""

    @property
    def is_done(self) -> bool:
        return self.rows > 0

    @property
    def is_refused(self) -> bool:
        """No row reached, or refused by right or by key; anything else is a fault of the statement."""
        return not self.is_done and self.state in {"", "42501", "23503", "P0002"}


def attempt(connection: psycopg.Connection, person: Person, way: Way, statements: list[str]) -> list[Outcome]:
    """Try each statement as a person, each from the same state; nothing stays but the settings."""
    settings = (person.user_id, person.org_id, way.project_id)
    connection.execute(ENTER, (way.role, *(str(setting or "") for setting in settings)))
    return _outcomes(connection, statements)


def attempt_as(connection: psycopg.Connection, role: str, statements: list[str]) -> list[Outcome]:
    """Try each statement as a role with no person."""
    connection.execute(ENTER, (role, "", "", ""))
    return _outcomes(connection, statements)


def _outcomes(connection: psycopg.Connection, statements: list[str]) -> list[Outcome]:
    query = "SELECT trial.attempt(act) FROM unnest(%s::text[]) WITH ORDINALITY AS a (act, n) ORDER BY n"
    answers = [answer for (answer,) in connection.execute(query, (statements,)).fetchall()]
    return [Outcome(int(answer)) if answer.isdecimal() else Outcome(0, answer[:5], answer[6:]) for answer in answers]


@contextmanager
def undone(url: sa.URL) -> Iterator[psycopg.Connection]:
    """A connection of its own whose transaction is undone."""
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        yield connection
        connection.rollback()
