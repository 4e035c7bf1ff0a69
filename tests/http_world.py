"""Two organisations with the same kinds of things, the people around one of them, and a service that undoes its acts.

Whom the HTTP API meets: every role in a project and in an organisation, somebody of the other organisation, keys that
go less far than their person, and nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import RLock
from typing import Any, cast
from uuid import UUID

import httpx
import sqlalchemy as sa

from api_people import Service, serve
from authored_course import AuthoredCourse, write_course
from coursecrafter.accounts.caller import PERSON_SCOPES, Caller, Scope
from coursecrafter.accounts.events import HERE
from coursecrafter.accounts.keys import make_key
from coursecrafter.accounts.people import find_account
from coursecrafter.accounts.sessions import open_session
from coursecrafter.api.identify import COOKIE
from coursecrafter.api.opening import make_site
from coursecrafter.api.site import Site
from coursecrafter.background.runner import Background
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.session import Database, Identity, _enter, _entered, _refusing
from coursecrafter.db.tables import metadata, project_access, users
from coursecrafter.domain.roles import ORGANISATION_RIGHTS, PROJECT_RIGHTS, OrganisationRole, ProjectRole, Right
from http_things import settle_things

OF_AN_ORGANISATION = frozenset({Right.MEMBER, Right.ADMIN, Right.GOVERN})
CHANGES_BY_ITSELF = {
    ("sessions", "last_seen_at"),
    ("api_keys", "last_used_at"),
    ("users", "password_hash"),
}
"""What a call that is refused may touch: that somebody was here."""
NOT_THEIR_WORK = frozenset({"security_events"})
"""A refused call may be written down."""


@dataclass(frozen=True)
class Home:
    """One organisation.

    Attributes:
        things: by table, the id of its row; a thing of two kinds has two names.
    """

    org_id: UUID
    owner_id: UUID
    course: AuthoredCourse
    things: Mapping[str, UUID]

    def ids(self) -> frozenset[str]:
        return frozenset(str(one) for one in self.things.values())


@dataclass(frozen=True)
class Caller_:  # noqa: N801 - `Caller` is whom the service knows
    """Somebody who calls.

    Attributes:
        scopes: how far what they show goes.
        org_role, project_role: in our organisation and course; None: none there.
    """

    name: str
    headers: Mapping[str, str]
    scopes: frozenset[Scope]
    org_role: OrganisationRole | None
    project_role: ProjectRole | None
    user_id: UUID | None = None
    is_operator: bool = False

    def may(self, right: Right) -> bool:
        """Whether the rules give them a right in our course or organisation."""
        if right in OF_AN_ORGANISATION:
            return self.org_role is not None and right in ORGANISATION_RIGHTS[self.org_role]
        return self.project_role is not None and right in PROJECT_RIGHTS[self.project_role]


@dataclass(frozen=True)
class HttpWorld:
    """Everything that the matrix over HTTP is made of.

    Attributes:
        service: keeps what is done.
        rehearsal: undoes each call.
    """

    ours: Home
    theirs: Home
    people: Mapping[str, Caller_]
    service: Service
    rehearsal: Rehearsal
    rehearsed: Service

    def client(self, name: str, service: Service | None = None) -> httpx.Client:
        return httpx.Client(base_url=(service or self.service).url, headers=dict(self.people[name].headers), timeout=60)


class Rehearsal(Database):
    """A database whose transactions are savepoints of one that is undone at the end of a rehearsal."""

    def __init__(self, database: Database) -> None:
        super().__init__(database.urls, is_embedded=True)
        self._lock = RLock()
        self._outer: sa.Connection | None = None

    @contextmanager
    def rehearsing(self) -> Iterator[None]:
        with self._app_engine.connect() as connection, connection.begin() as transaction:
            self._outer = connection
            try:
                yield
            finally:
                with self._lock:
                    self._outer = None
                    transaction.rollback()

    @contextmanager
    def app(self, identity: Identity) -> Iterator[sa.Connection]:
        with _refusing(), self._act() as connection:
            _enter(connection, "cc_app", identity)
            yield connection

    @contextmanager
    def worker(self, identity: Identity) -> Iterator[sa.Connection]:
        """One of its own, undone at once: the application's login cannot become a worker."""
        with (
            _refusing(),
            _entered(self._worker_engine, "cc_worker", identity) as connection,
            connection.begin() as transaction,
        ):
            yield connection
            transaction.rollback()

    @contextmanager
    def accounts(self) -> Iterator[sa.Connection]:
        with _refusing(), self._act() as connection:
            connection.execute(sa.text("SET LOCAL ROLE cc_accounts"))
            yield connection

    @contextmanager
    def _act(self) -> Iterator[sa.Connection]:
        with self._lock:
            assert self._outer is not None, "nothing is rehearsed now"
            with self._outer.begin_nested():
                yield self._outer
                # What a commit would find.
                self._outer.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
                self._outer.execute(sa.text("SET CONSTRAINTS ALL DEFERRED"))


class Idle:
    """Background work that is taken and never done: what a rehearsal orders is gone when it ends."""

    def __getattr__(self, name: str) -> Any:
        return lambda *_args, **_options: self

    def result(self, _timeout_s: float) -> Any:
        raise TimeoutError


@contextmanager
def open_world(service: Service, home: Path) -> Iterator[HttpWorld]:
    """Make all of it."""
    database = service.site.database
    ours, theirs = settle_home(service.site, "acme"), settle_home(service.site, "birch")
    people = {one.name: one for one in _people(database, ours, theirs)}
    rehearsal = Rehearsal(database)
    made = make_site(
        service.site.settings, service.site.service, service.site.accounts, rehearsal, cast("Background", Idle())
    )
    site = replace(made, settings=replace(made.settings, home=home))
    try:
        with serve(site) as url:
            yield HttpWorld(ours, theirs, people, service, rehearsal, Service(url, site))
    finally:
        rehearsal.close()


def settle_home(site: Site, slug: str) -> Home:
    """An organisation with one of everything."""
    course = write_course(site.database, slug)
    things = settle_things(site, course)
    return Home(course.author.org_id, course.author.user_id, course, things)


def _people(database: Database, ours: Home, theirs: Home) -> Iterator[Caller_]:
    owner, member = OrganisationRole.OWNER, OrganisationRole.MEMBER
    yield _person(database, "author", ours, ours.owner_id, owner, ProjectRole.OWNER)
    for role in ProjectRole:
        yield _settle(database, f"project {role}", ours, member, role)
    for org_role in OrganisationRole:
        yield _settle(database, f"organisation {org_role}", ours, org_role, None)
    yield _operator(database, ours)
    yield _person(database, "stranger", theirs, theirs.owner_id, None, None)
    reader = frozenset({Scope.READ})
    yield _with_key(database, "key that reads", ours, ours.owner_id, reader, owner, ProjectRole.OWNER)
    worker = frozenset({Scope.WORKER})
    yield _with_key(database, "worker", ours, ours.owner_id, worker, owner, ProjectRole.OWNER)
    yield _with_key(database, "their worker", theirs, theirs.owner_id, worker, None, None)
    yield Caller_("nobody", {}, frozenset(), None, None)


def _operator(database: Database, home: Home) -> Caller_:
    """Who runs the installation and belongs to the organisation like anybody."""
    person = _settle(database, "operator", home, OrganisationRole.MEMBER, None)
    with database.admin() as admin:
        admin.execute(users.update().where(users.c.id == person.user_id).values(is_operator=True))
    return replace(person, is_operator=True)


def _settle(database: Database, name: str, home: Home, org_role: OrganisationRole, role: ProjectRole | None) -> Caller_:
    with database.admin() as admin_conn:
        email = f"{name.replace(' ', '-')}@people.example"
        user_id = ensure_user(admin_conn, home.org_id, email, name, role=org_role)
        if role is not None:
            for project_id in (home.course.project_id, home.things["deleted project"]):
                values = {"user_id": user_id, "project_id": project_id, "org_id": home.org_id, "role": role}
                admin_conn.execute(project_access.insert().values(values))
    return _person(database, name, home, user_id, org_role, role)


def _person(
    database: Database,
    name: str,
    home: Home,
    user_id: UUID,
    org_role: OrganisationRole | None,
    role: ProjectRole | None,
) -> Caller_:
    """Somebody with a browser's session."""
    with database.accounts() as conn:
        account = find_account(conn, user_id=user_id)
        assert account is not None
        token, _ = open_session(conn, account, home.org_id, HERE)
    return Caller_(name, {"cookie": f"{COOKIE}={token}"}, PERSON_SCOPES, org_role, role, user_id)


def _with_key(
    database: Database,
    name: str,
    home: Home,
    user_id: UUID,
    scopes: frozenset[Scope],
    org_role: OrganisationRole | None,
    role: ProjectRole | None,
) -> Caller_:
    with database.accounts() as conn:
        secret, _ = make_key(conn, Caller(user_id, home.org_id, "session"), name, scopes, HERE)
    return Caller_(name, {"authorization": f"Bearer {secret}"}, scopes, org_role, role, user_id)


def fingerprints(database: Database) -> dict[str, str]:
    """By table, a digest of all its rows: of what a refused call must leave as it is."""
    found = {}
    with database.admin() as admin:
        for table in metadata.tables.values():
            if table.name in NOT_THEIR_WORK:
                continue
            left = ", ".join(f"'{column}'" for name, column in CHANGES_BY_ITSELF if name == table.name)
            row = f"md5((to_jsonb(t) - ARRAY[{left}]::text[])::text)"
            query = f"SELECT coalesce(md5(string_agg({row}, '' ORDER BY {row})), '') FROM {table.fullname} t"  # noqa: S608 - names of our own tables
            found[table.fullname] = str(admin.scalar(sa.text(query)))
    return found
