"""Up, down and up again; and the code's tables and policies are what the migrations make."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from coursecrafter.db.dump import Entry, dump_schemas, say_differences
from coursecrafter.db.policies import GROUPS, functions, people, states
from coursecrafter.db.policies.hierarchy import GUARD_DELETION, GUARDED, OWNER_READS_PROJECTS
from coursecrafter.db.session import Database
from coursecrafter.db.tables import metadata
from coursecrafter.db.upgrade import (
    SchemaAhead,
    SchemaBehind,
    current_revision,
    head_revision,
    migrate,
    migrate_down,
    require_current,
)
from database import TestServer

SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname IN ('platform', 'course_crafter')"


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


def test_the_tables_and_policies_in_code_are_what_the_migrations_make(fresh: Database) -> None:
    """Read the code's definitions into an empty database, as one would read them; no difference."""
    migrated = dump_schemas(fresh.urls.admin)
    with fresh.admin() as admin:
        migrate_down(admin)
    with fresh.admin() as admin:
        admin.execute(sa.text("SET LOCAL ROLE cc_owner"))
        make_from_code(admin)

    told = dump_schemas(fresh.urls.admin)
    assert list(say_differences(without_touch(migrated), without_touch(told))) == []


def without_touch(entries: list[Entry]) -> list[Entry]:
    """The triggers that keep `updated_at`, and schemas, are said by the migrations alone."""
    return [
        entry
        for entry in entries
        if entry.kind != "SCHEMA" and not entry.name.endswith("_touch") and "SCHEMA" not in entry.name
    ]


def make_from_code(admin: sa.Connection) -> None:
    """Tables, functions and policies as the modules of today say them."""
    policies = [policy for group in GROUPS.values() for policy in group]
    before = ("CREATE SCHEMA course_crafter", functions.UUIDV7)
    after = (
        "GRANT USAGE ON SCHEMA course_crafter, platform TO cc_app, cc_worker",
        *functions.PLATFORM_FUNCTIONS[1:],
        functions.OPEN_PROJECT,
        *people.PEOPLE_FUNCTIONS,
        GUARD_DELETION,
        states.REFUSE_STATE,
        *(statement for name in functions.COMMENTS for statement in functions.guard(name)),
        *(statement for policy in policies for statement in policy.statements()),
        OWNER_READS_PROJECTS,
        GUARDED,
        *states.state_triggers(),
    )
    for statement in before:
        admin.execute(sa.text(statement))
    metadata.create_all(admin)
    for statement in after:
        admin.execute(sa.text(statement))


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
