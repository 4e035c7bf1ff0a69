"""Sessions, and a server of one's own by DATABASE_URL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from psycopg import sql

from coursecrafter.config import Settings
from coursecrafter.db.check import check
from coursecrafter.db.commands import db
from coursecrafter.db.instance import DatabaseDiskFull
from coursecrafter.db.session import AdminRightsMissing, Database, DatabaseUnreachable, Identity, open_database
from coursecrafter.db.upgrade import SchemaBehind, head_revision, migrate_down
from database import TestServer
from tenants import TABLES, Tenant, settle_tenant, table_named

STRANGER = Identity(UUID(int=1), UUID(int=2))
SETTINGS = "SELECT current_setting('cc.user_id', true), current_setting('cc.org_id', true), current_user"


@pytest.fixture(scope="module")
def tenant(database: Database) -> Tenant:
    return settle_tenant(database, "acme")


def test_a_session_commits(database: Database, tenant: Tenant) -> None:
    lessons = table_named("cc_lessons")
    with database.app(tenant.author) as session:
        session.execute(lessons.update().values(title="Kept"))

    with database.worker(tenant.author) as session:
        assert session.scalars(sa.select(lessons.c.title)).all() == ["Kept"]


def test_an_error_undoes_the_session(database: Database, tenant: Tenant) -> None:
    lessons = table_named("cc_lessons")

    with pytest.raises(RuntimeError, match="stop"), database.app(tenant.author) as session:
        session.execute(lessons.update().values(title="Lost"))
        raise RuntimeError("stop")

    with database.app(tenant.author) as session:
        assert "Lost" not in session.scalars(sa.select(lessons.c.title)).all()


def test_the_next_session_on_a_connection_knows_nothing_of_the_last(database: Database, tenant: Tenant) -> None:
    with database.app(tenant.author) as session:
        inside = session.execute(sa.text(SETTINGS)).one()
        process = session.scalar(sa.text("SELECT pg_backend_pid()"))

    with database._app_engine.begin() as connection:
        outside = connection.execute(sa.text(SETTINGS)).one()
        same = connection.scalar(sa.text("SELECT pg_backend_pid()")) == process

    assert same
    assert inside == (str(tenant.author.user_id), str(tenant.author.org_id), "cc_app")
    assert outside == ("", "", "cc_app")


def _end(server: TestServer, process: int) -> None:
    with server.superuser() as connection:
        connection.execute("SELECT pg_terminate_backend(%s, 5000)", [process])


def test_connections_that_died_in_the_pool_are_replaced_unnoticed(
    server: TestServer, database: Database, tenant: Tenant
) -> None:
    with database.app(tenant.author) as first, database.accounts() as second:
        dead = {first.scalar(sa.text("SELECT pg_backend_pid()")), second.scalar(sa.text("SELECT pg_backend_pid()"))}
    for process in dead:
        _end(server, process)

    with database.app(tenant.author) as session:
        now = session.execute(sa.text(SETTINGS)).one()
        alive = session.scalar(sa.text("SELECT pg_backend_pid()"))

    assert len(dead) == 2
    assert alive not in dead
    assert now == (str(tenant.author.user_id), str(tenant.author.org_id), "cc_app")


def test_a_connection_that_dies_at_work_is_told_and_nothing_is_kept(
    server: TestServer, database: Database, tenant: Tenant
) -> None:
    lessons = table_named("cc_lessons")

    with pytest.raises(DatabaseUnreachable, match="CC-0016"), database.app(tenant.author) as session:
        session.execute(lessons.update().values(title="Lost"))
        process = session.scalar(sa.text("SELECT pg_backend_pid()"))
        _end(server, process)
        session.scalar(sa.text("SELECT 1"))

    with database.app(tenant.author) as session:
        assert "Lost" not in session.scalars(sa.select(lessons.c.title)).all()


def test_an_identity_that_is_no_uuid_never_reaches_the_server(database: Database, tenant: Tenant) -> None:
    forged: Any = f"{tenant.author.user_id}'; RESET ROLE; SELECT '"

    with pytest.raises(AttributeError), database.app(Identity(tenant.author.org_id, forged)):
        pytest.fail("a session was opened")


@pytest.mark.parametrize(("state", "refusal"), [("53100", DatabaseDiskFull), ("57P03", DatabaseUnreachable)])
def test_what_the_server_cannot_do_is_said_in_our_words(
    database: Database, state: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), database.app(STRANGER) as session:
        session.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '{state}'; END $$")


def test_what_is_the_callers_matter_passes_through(database: Database) -> None:
    with pytest.raises(sa.exc.OperationalError), database.app(STRANGER) as session:
        session.exec_driver_sql("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '57014'; END $$")


def test_a_server_that_does_not_answer_is_unreachable(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "", f"postgresql://cc_app@/course?host={tmp_path}", None, 2)

    with open_database(settings) as database, pytest.raises(DatabaseUnreachable, match="CC-0016"):
        database.ensure_ready()


def test_the_embedded_database_is_upgraded_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One process finds an empty home and leaves a database that another finds ready."""
    monkeypatch.setenv("COURSECRAFTER_HOME", str(tmp_path))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    settings = Settings(tmp_path, "", None, None, 2)
    with open_database(settings) as database:
        database.ensure_ready()
        said = CliRunner().invoke(db, ["check"])
        with database.app(STRANGER) as session:
            seen = [session.scalar(sa.select(sa.func.count()).select_from(table_named(name))) for name in TABLES]

    assert (said.exit_code, said.output) == (0, "The database is as the migrations make it.\n")
    assert seen == [0] * 24


@dataclass(frozen=True, slots=True)
class Shop:
    """A server's empty database with logins of its own: the application's, a superuser's, and one without rights."""

    settings: Settings
    weak: Settings


@pytest.fixture
def shop(server: TestServer, tmp_path: Path) -> Iterator[Shop]:
    admin = server.urls.admin.set(drivername="postgresql", database="shop")
    with server.superuser() as connection:
        login, password = connection.info.user, connection.info.password
        connection.execute("CREATE DATABASE shop")
        for role in ("seller", "weak"):
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'secret'").format(sql.Identifier(role)))
    try:
        seller, weak, chief = (
            admin.set(username=name, password=word).render_as_string(hide_password=False)
            for name, word in (("seller", "secret"), ("weak", "secret"), (login, password))
        )
        yield Shop(Settings(tmp_path, "", seller, chief, 2), Settings(tmp_path, "", seller, weak, 2))
    finally:
        with server.superuser() as connection:
            connection.execute("DROP DATABASE shop WITH (FORCE)")
            connection.execute("DROP ROLE seller, weak")


def test_a_servers_database_is_upgraded_when_asked(shop: Shop) -> None:
    with open_database(shop.settings) as database:
        with pytest.raises(SchemaBehind, match="CC-0011"):
            database.ensure_ready()

        database.upgrade()
        database.upgrade()

        database.ensure_ready()
        assert check(database) == []
        tenant = settle_tenant(database, "acme")
        with database.worker(tenant.author) as session:
            assert session.scalar(sa.text("SELECT current_user")) == "cc_worker"
            assert session.scalar(sa.select(sa.func.count()).select_from(table_named("cc_segments"))) == 1
        with database.app(STRANGER) as session:
            assert session.scalar(sa.select(sa.func.count()).select_from(table_named("cc_segments"))) == 0


def test_the_servers_login_has_no_rights_of_its_own(shop: Shop) -> None:
    with open_database(shop.settings) as database:
        database.upgrade()

        with (
            pytest.raises(sa.exc.ProgrammingError, match="permission denied"),
            database._app_engine.begin() as connection,
        ):
            connection.execute(sa.select(table_named("cc_segments")))


def test_an_administrator_without_rights_is_told_so(shop: Shop) -> None:
    with open_database(shop.weak) as database, pytest.raises(AdminRightsMissing, match="CC-0013"):
        database.upgrade()


def test_an_upgrade_that_fails_otherwise_is_not_called_a_matter_of_rights(shop: Shop) -> None:
    with open_database(shop.settings) as database:
        database.upgrade()
        with database.admin() as admin:
            migrate_down(admin, "20261122_09")
            admin.exec_driver_sql("CREATE TABLE course_crafter.cc_ai_calls ()")

        with pytest.raises(sa.exc.ProgrammingError, match="already exists"):
            database.upgrade()


def test_the_commands_tell_what_they_find(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", str(shop.settings.database_url))
    monkeypatch.setenv("DATABASE_ADMIN_URL", str(shop.settings.database_admin_url))
    run = CliRunner()

    behind = run.invoke(db, ["check"])
    upgraded = run.invoke(db, ["upgrade"])
    checked = run.invoke(db, ["check"])
    url = run.invoke(db, ["url"])
    held = run.invoke(db, ["url", "--role", "admin", "--hold"], input="\n")

    assert behind.exit_code == 1
    assert behind.output.startswith("The schema is at no revision")
    assert (upgraded.exit_code, upgraded.output) == (0, f"The schema is at {head_revision()}.\n")
    assert (checked.exit_code, checked.output) == (0, "The database is as the migrations make it.\n")
    assert (url.exit_code, url.output.strip()) == (0, shop.settings.database_url)
    assert (held.exit_code, held.stdout.strip()) == (0, shop.settings.database_admin_url)
