"""Up, down and up again; and the code's tables and policies are what the migrations make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from coursecrafter.db.declared import say_undeclared
from coursecrafter.db.dump import dump_schemas
from coursecrafter.db.session import Database
from coursecrafter.db.upgrade import (
    SchemaAhead,
    SchemaBehind,
    current_revision,
    migrate,
    migrate_down,
    require_current,
)
from database import TestServer

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname IN ('platform', 'course_crafter', 'queue')"


@pytest.fixture
def fresh(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


def test_down_takes_everything_and_up_brings_it_back(fresh: Database) -> None:
    before = dump_schemas(fresh.urls.admin)

    with fresh.admin() as admin:
        migrate_down(admin)
    with fresh.admin() as admin:
        left = [(entry.kind, entry.name) for entry in dump_schemas(fresh.urls.admin)]
        revision = current_revision(admin)
        migrate(admin)

    assert left == [
        ("SCHEMA", "platform"),
        ("TABLE", "alembic_version"),
        ("CONSTRAINT", "alembic_version alembic_version_pkc"),
    ]
    assert revision == ""
    assert dump_schemas(fresh.urls.admin) == before


def test_what_the_code_declares_is_what_the_migrations_make(database: Database) -> None:
    """Tables, functions, policies and triggers, read from their modules into an empty database; no difference."""
    assert say_undeclared(database) == []


def test_a_failed_upgrade_leaves_the_database_as_it_was(fresh: Database) -> None:
    with fresh.admin() as admin:
        migrate_down(admin, "20261122_05")
        admin.exec_driver_sql("CREATE TABLE course_crafter.cc_book_sections ()")
    before = dump_schemas(fresh.urls.admin)

    with pytest.raises(sa.exc.ProgrammingError, match="already exists"), fresh.admin() as admin:
        migrate(admin)

    assert dump_schemas(fresh.urls.admin) == before


@pytest.mark.parametrize(
    ("revision", "refusal"), [("20261122_09", SchemaBehind), ("20991231_01", SchemaAhead), (None, SchemaBehind)]
)
def test_another_revision_than_the_codes_is_refused(
    fresh: Database, revision: str | None, refusal: type[Exception]
) -> None:
    with fresh.admin() as admin:
        require_current(admin)
        if revision is None:
            admin.exec_driver_sql("DELETE FROM platform.alembic_version")
        else:
            admin.execute(sa.text("UPDATE platform.alembic_version SET version_num = :v"), {"v": revision})

        with pytest.raises(refusal):
            require_current(admin)
