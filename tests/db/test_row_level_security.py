"""Nothing of one organisation is seen, written or reached by another: all 24 tables, through the application's role."""

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
from tenants import TABLES, Tenant, rows_of_a_course, settle_tenant, table_named

LOGS = {"cc_asset_versions", "cc_ai_calls", "cc_activity_log"}
NOBODY = Identity(UUID(int=0), UUID(int=0), None)


class Undo(Exception):
    """Leaves a transaction without a trace."""


@dataclass(frozen=True, slots=True)
class World:
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
def world(database: Database) -> World:
    ours, theirs = settle_tenant(database, "acme"), settle_tenant(database, "birch")
    org_id, project_id = ours.author.org_id, ours.author.project_id
    with database.admin() as admin:
        viewer = ensure_user(admin, org_id, "viewer@acme.example", "Viewer")
        colleague = ensure_user(admin, org_id, "colleague@acme.example", "Colleague")
        admin.execute(
            project_access.insert().values(user_id=viewer, project_id=project_id, org_id=org_id, role="viewer")
        )
    return World(database, ours, theirs, Identity(org_id, viewer, project_id), Identity(org_id, colleague, project_id))


def ids_seen(session: sa.Connection, name: str) -> set[UUID]:
    return set(session.scalars(sa.select(table_named(name).c.id)))


def touch(session: sa.Connection, name: str, row: UUID) -> int:
    """Change a row without changing anything; how many rows that reached."""
    table = table_named(name)
    return session.execute(table.update().where(table.c.id == row).values(id=table.c.id)).rowcount


def remove(session: sa.Connection, name: str, row: UUID) -> int:
    table = table_named(name)
    return session.execute(table.delete().where(table.c.id == row)).rowcount


def add(session: sa.Connection, name: str, values: dict[str, object]) -> UUID:
    table = table_named(name)
    row: UUID = session.scalars(table.insert().values(values).returning(table.c.id)).one()
    return row


def values_of(tenant: Tenant, name: str) -> dict[str, object]:
    """A second row like the tenant's own, in the tenant's places."""
    author = tenant.author
    assert author.project_id is not None
    values = dict(rows_of_a_course(author.org_id, author.project_id, tenant.rows))[name]()
    if name in {"cc_assets", "cc_asset_versions"}:
        values |= {"version": 2}
    if name == "cc_assets":
        values |= {"is_active": False}
    return values


@pytest.mark.parametrize("name", TABLES)
def test_an_author_sees_their_own_row_only(world: World, name: str) -> None:
    for identity in (world.ours.author, replace(world.ours.author, project_id=None)):
        with world.trying(identity) as session:
            assert ids_seen(session, name) == {world.ours.rows[name]}


@pytest.mark.parametrize("name", TABLES)
def test_nobody_else_sees_it(world: World, name: str) -> None:
    """Nor does naming a project or an organisation of others help."""
    others = (
        NOBODY,
        world.colleague,
        replace(world.ours.author, project_id=world.theirs.author.project_id),
        replace(world.theirs.author, user_id=world.ours.author.user_id),
    )

    for identity in others:
        with world.trying(identity) as session:
            assert ids_seen(session, name) == set()


@pytest.mark.parametrize("name", TABLES)
def test_a_viewer_sees_and_cannot_write(world: World, name: str) -> None:
    row = world.ours.rows[name]

    with world.trying(world.viewer) as session:
        assert ids_seen(session, name) == {row}
        if name not in LOGS:
            assert touch(session, name, row) == 0
            assert remove(session, name, row) == 0


@pytest.mark.parametrize("name", sorted(set(TABLES) - LOGS))
def test_a_foreign_row_cannot_be_changed_or_removed(world: World, name: str) -> None:
    row = world.ours.rows[name]

    with world.trying(world.theirs.author) as session:
        foreign = touch(session, name, row), remove(session, name, row)
    with world.trying(world.ours.author) as session:
        own = touch(session, name, row), remove(session, name, row)

    assert foreign == (0, 0)
    assert own == (1, 1)


@pytest.mark.parametrize("name", sorted(LOGS))
@pytest.mark.parametrize("act", [touch, remove])
def test_a_log_is_never_changed_not_even_by_its_author(world: World, name: str, act: object) -> None:
    assert callable(act)
    with world.trying(world.ours.author) as session, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        act(session, name, world.ours.rows[name])


@pytest.mark.parametrize("name", sorted(set(TABLES) - {"cc_projects"}))
def test_a_row_cannot_be_added_to_a_foreign_project(world: World, name: str) -> None:
    foreign = values_of(world.theirs, name)

    with world.trying(world.theirs.author) as session:
        assert add(session, name, foreign)
    with world.trying(world.ours.author) as session, pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        add(session, name, foreign)


@pytest.mark.parametrize("name", sorted(set(TABLES) - LOGS))
def test_a_row_cannot_be_moved_to_a_foreign_place(world: World, name: str) -> None:
    """Every key of a row is pointed at the other organisation's row in turn; none gets through."""
    table = table_named(name)
    row = table.c.id == world.ours.rows[name]
    own, foreign = values_of(world.ours, name), values_of(world.theirs, name)
    keys = [column for column in own if column.endswith("_id") or column == "id"]
    refusals = (sa.exc.ProgrammingError, sa.exc.IntegrityError)

    for column in keys:
        with world.trying(world.ours.author) as session:
            assert session.execute(table.update().where(row).values({column: own[column]})).rowcount == 1
            with pytest.raises(refusals):
                session.execute(table.update().where(row).values({column: foreign[column]}))
                session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    with world.trying(world.ours.author) as session, pytest.raises(refusals):
        session.execute(table.update().where(row).values({column: foreign[column] for column in keys}))
        session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))


@pytest.mark.parametrize("name", TABLES)
def test_security_is_on_and_forced_on_the_owner(world: World, name: str) -> None:
    with world.database.admin() as admin:
        admin.execute(sa.text("SET LOCAL ROLE cc_owner"))
        seen = ids_seen(admin, name)

    # The owner sees ids of projects only, to refuse a taken one.
    assert seen == ({world.ours.rows[name], world.theirs.rows[name]} if name == "cc_projects" else set())


@pytest.mark.parametrize("name", ["organisations", "users", "memberships", "project_access", "alembic_version"])
def test_the_platforms_tables_are_closed_to_the_application(world: World, name: str) -> None:
    with world.trying(world.ours.author) as session, pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        session.execute(sa.text(f"SELECT * FROM platform.{name}"))  # noqa: S608 - a name from the list above


@pytest.mark.parametrize(
    ("name", "column", "target"),
    [
        ("cc_brand_profiles", "logo_asset_id", "cc_assets"),
        ("cc_brand_templates", "preview_asset_id", "cc_assets"),
        ("cc_video_render_jobs", "result_asset_id", "cc_assets"),
        ("cc_book_render_jobs", "result_asset_id", "cc_assets"),
        ("cc_scorm_render_jobs", "result_asset_id", "cc_assets"),
        ("cc_book_sections", "mapping_id", "cc_lessons"),
        ("cc_lessons", "module_id", "cc_modules"),
    ],
)
def test_a_key_cannot_point_at_a_foreign_row(world: World, name: str, column: str, target: str) -> None:
    table = table_named(name)
    change = table.update().where(table.c.id == world.ours.rows[name])

    with world.trying(world.ours.author) as session:
        assert session.execute(change.values({column: world.ours.rows[target]})).rowcount == 1
    with (
        world.trying(world.ours.author) as session,
        pytest.raises((sa.exc.ProgrammingError, sa.exc.IntegrityError)),
    ):
        session.execute(change.values({column: world.theirs.rows[target]}))


def test_a_taken_project_cannot_be_opened_again(world: World) -> None:
    author = world.ours.author
    assert author.project_id is not None

    for identity in (author, world.colleague):
        with world.trying(identity) as session, pytest.raises(sa.exc.IntegrityError, match="the project exists"):
            open_project(session, author.project_id, author.org_id)


def test_a_project_whose_people_left_cannot_be_taken_over(world: World) -> None:
    author = world.ours.author
    assert author.project_id is not None

    with suppress(Undo), world.database.admin() as admin:
        admin.execute(project_access.delete())
        admin.execute(
            sa.text("SELECT set_config('cc.user_id', :user, true), set_config('cc.org_id', :org, true)"),
            {"user": str(world.colleague.user_id), "org": str(author.org_id)},
        )
        with pytest.raises(sa.exc.IntegrityError, match="the project exists"):
            open_project(admin, author.project_id, author.org_id)
        raise Undo


def test_a_project_is_not_opened_in_a_foreign_organisation(world: World) -> None:
    with (
        world.trying(world.ours.author) as session,
        pytest.raises(sa.exc.ProgrammingError, match="not a member"),
    ):
        open_project(session, UUID(int=1), world.theirs.author.org_id)


def test_leaving_an_organisation_ends_access(world: World) -> None:
    with suppress(Undo), world.database.admin() as admin:
        admin.execute(sa.text("DELETE FROM platform.memberships WHERE user_id = :u"), {"u": world.viewer.user_id})
        left = admin.scalar(sa.select(sa.func.count()).where(project_access.c.user_id == world.viewer.user_id))
        raise Undo

    assert left == 0


def test_a_worker_lives_under_the_same_policies(world: World) -> None:
    with world.database.worker(world.ours.author) as session:
        role = session.scalar(sa.text("SELECT current_user"))
        seen = ids_seen(session, "cc_segments")

    assert role == "cc_worker"
    assert seen == {world.ours.rows["cc_segments"]}


def test_events_without_project_are_for_the_organisations_admins(world: World) -> None:
    event: dict[str, object] = {"org_id": world.ours.author.org_id, "event_type": "member_added"}

    with world.trying(world.ours.author) as session:
        assert add(session, "cc_activity_log", event)
    with world.trying(world.colleague) as session, pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
        add(session, "cc_activity_log", event)


def test_an_organisations_brand_is_read_by_members_and_written_by_admins(world: World) -> None:
    brand: dict[str, object] = {"org_id": world.ours.author.org_id, "name": "House", "primary_color": "#000000"}

    with world.database.app(world.ours.author) as session:
        row = add(session, "cc_brand_profiles", brand)
    try:
        with world.trying(world.colleague) as session:
            seen = ids_seen(session, "cc_brand_profiles")
            changed = touch(session, "cc_brand_profiles", row)
        with world.trying(world.theirs.author) as session:
            seen_elsewhere = row in ids_seen(session, "cc_brand_profiles")
    finally:
        with world.database.admin() as admin:
            remove(admin, "cc_brand_profiles", row)

    assert (seen, changed, seen_elsewhere) == ({row}, 0, False)
