"""What the tenancy matrix does not ask: statements without a condition, sessions that name what is not theirs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
import sqlalchemy as sa

from coursecrafter.db.organisations import ensure_user, open_project
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import project_access
from coursecrafter.domain.roles import TABLE_RULES
from tenants import TABLES, Tenant, settle_tenant, table_named

NOBODY = Identity(UUID(int=0), UUID(int=0), None)
CHANGED = [name for name in TABLES if TABLE_RULES[name].update is not None]


class Undo(Exception):
    """Leaves a transaction without a trace."""


@dataclass(frozen=True, slots=True)
class Tenants:
    """Two organisations, and people of the first who may less than its author."""

    database: Database
    ours: Tenant
    theirs: Tenant
    viewer: Identity
    colleague: Identity

    @contextmanager
    def trying(self, identity: Identity) -> Iterator[sa.Connection]:
        """A session whose changes are undone."""
        with suppress(Undo), self.database.app(identity) as session:
            yield session
            raise Undo


@pytest.fixture(scope="module")
def tenants(database: Database) -> Tenants:
    ours, theirs = settle_tenant(database, "acme"), settle_tenant(database, "birch")
    org_id, project_id = ours.author.org_id, ours.author.project_id
    with database.admin() as admin:
        viewer = ensure_user(admin, org_id, "viewer@acme.example", "Viewer")
        colleague = ensure_user(admin, org_id, "colleague@acme.example", "Colleague")
        values = {"user_id": viewer, "project_id": project_id, "org_id": org_id, "role": "viewer"}
        admin.execute(project_access.insert().values(values))
    return Tenants(
        database, ours, theirs, Identity(org_id, viewer, project_id), Identity(org_id, colleague, project_id)
    )


def ids_seen(session: sa.Connection, name: str) -> set[UUID]:
    return set(session.scalars(sa.select(table_named(name).c.id)))


def test_an_author_sees_their_own_row_of_each_table_only(tenants: Tenants) -> None:
    for identity in (tenants.ours.author, replace(tenants.ours.author, project_id=None)):
        with tenants.trying(identity) as session:
            seen = {name: ids_seen(session, name) for name in TABLES}

        assert seen == {name: {tenants.ours.rows[name]} for name in TABLES}


def test_naming_a_project_or_an_organisation_of_others_shows_nothing(tenants: Tenants) -> None:
    ours, theirs = tenants.ours.author, tenants.theirs.author
    others = (
        NOBODY,
        tenants.colleague,
        replace(ours, project_id=theirs.project_id),
        replace(ours, org_id=theirs.org_id),
        replace(theirs, user_id=ours.user_id),
    )

    for identity in others:
        with tenants.trying(identity) as session:
            seen = {name: ids_seen(session, name) for name in TABLES}

        assert seen == {name: set() for name in TABLES}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_without_condition_reaches_what_one_may_change_only(tenants: Tenants, name: str) -> None:
    """Such statements read no column, so the database does not ask the policy of reading beside the act's own."""
    table = table_named(name)
    acts = (table.update().values(created_at=sa.func.now()), table.delete())
    people = {tenants.ours.author: 1, tenants.viewer: 0, tenants.colleague: 0, NOBODY: 0}

    for act in acts:
        reached = {}
        for identity in people:
            with tenants.trying(identity) as session:
                reached[identity] = session.execute(act).rowcount

        assert reached == people


def test_a_project_whose_people_left_cannot_be_taken_over(tenants: Tenants) -> None:
    author = tenants.ours.author
    assert author.project_id is not None

    with suppress(Undo), tenants.database.admin() as admin:
        admin.execute(project_access.delete())
        admin.execute(
            sa.text("SELECT set_config('cc.user_id', :user, true), set_config('cc.org_id', :org, true)"),
            {"user": str(tenants.colleague.user_id), "org": str(author.org_id)},
        )
        with pytest.raises(sa.exc.IntegrityError, match="the project exists"):
            open_project(admin, author.project_id, author.org_id)
        raise Undo


def test_a_job_runs_as_the_worker(tenants: Tenants) -> None:
    with tenants.database.worker(tenants.ours.author) as session:
        role = session.scalar(sa.text("SELECT current_user"))
        seen = ids_seen(session, "cc_segments")

    assert role == "cc_worker"
    assert seen == {tenants.ours.rows["cc_segments"]}


def test_settings_end_with_their_transaction(tenants: Tenants) -> None:
    """A connection goes back to the pool; who takes it next without saying who they are is nobody."""
    with tenants.database.app(tenants.ours.author) as session:
        pooled = session.connection.driver_connection
    with tenants.database._app_engine.begin() as session:
        session.execute(sa.text("SET LOCAL ROLE cc_app"))
        again = session.connection.driver_connection
        seen = ids_seen(session, "cc_projects")

    assert again is pooled
    assert seen == set()
