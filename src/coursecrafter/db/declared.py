"""What the modules of tables, policies, functions and states declare, against what the migrations make.

A table changed in code alone would exist nowhere, and one changed in a migration alone would not be read: both are
made on scratch databases and their dumps compared, so that no kind of object has to be thought of beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from coursecrafter.db.check import scratch_database
from coursecrafter.db.dump import Entry, dump_schemas, say_differences
from coursecrafter.db.policies import GROUPS, branding, functions, gateway, people, requests, states
from coursecrafter.db.policies.hierarchy import GUARD_DELETION, GUARDED, OWNER_READS_PROJECTS
from coursecrafter.db.session import Database
from coursecrafter.db.tables import PLATFORM, SCHEMA, metadata
from coursecrafter.db.tables.accounts import ACCOUNT_GRANTS
from coursecrafter.db.upgrade import head_revision, migrate_down

DECLARED = (PLATFORM, SCHEMA)
"""Schemas that the code declares; that of the queue is the library's, and a migration's alone."""


def say_undeclared(database: Database) -> list[str]:
    """Compare what the migrations make with what the code declares.

    Args:
        database: any, on a server where its administrator may make a scratch database.

    Returns:
        A sentence for each difference; the migrations' side is what is missing, extra or otherwise.

    Raises:
        SchemaNotRead: CC-0017.
    """
    with scratch_database(database.urls.admin, head_revision()) as url:
        migrated = dump_schemas(url, DECLARED)
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        with engine.begin() as connection:
            migrate_down(connection)
        with engine.begin() as connection:
            connection.execute(sa.text("SET LOCAL ROLE cc_owner"))
            make_declared(connection)
        declared = dump_schemas(url, DECLARED)
    return list(say_differences(_without_schemas(declared), _without_schemas(migrated)))


def make_declared(connection: sa.Connection) -> None:
    """Make tables, functions, policies and triggers as the modules of today declare them, in an empty database."""
    connection.execute(sa.text(f"CREATE SCHEMA {SCHEMA}"))
    connection.execute(sa.text(functions.UUIDV7))
    metadata.create_all(connection)
    for statement in _after_the_tables():
        connection.execute(sa.text(statement))


def _after_the_tables() -> Iterator[str]:
    yield f"GRANT USAGE ON SCHEMA {SCHEMA}, platform TO cc_app, cc_worker"
    yield "GRANT USAGE ON SCHEMA platform TO cc_accounts"
    yield from functions.PLATFORM_FUNCTIONS[1:]
    yield functions.OPEN_PROJECT
    yield from people.PEOPLE_FUNCTIONS
    yield from requests.REQUEST_FUNCTIONS
    yield from gateway.GATEWAY_FUNCTIONS
    yield GUARD_DELETION
    yield states.REFUSE_STATE
    yield branding.REQUIRE_SEEN_ASSET
    for name in functions.COMMENTS:
        yield from functions.guard(name)
    for group in GROUPS.values():
        for policy in group:
            yield from policy.statements()
    yield from requests.request_policies()
    yield from gateway.gateway_policies()
    yield from gateway.GATEWAY_TRIGGERS
    for name, rights in ACCOUNT_GRANTS.items():
        yield f"GRANT {rights} ON platform.{name} TO cc_accounts"
    yield OWNER_READS_PROJECTS
    yield GUARDED
    yield from states.state_triggers()
    yield from branding.picture_triggers()
    for table in metadata.tables.values():
        if "updated_at" in table.columns:
            yield (
                f"CREATE TRIGGER {table.name}_touch BEFORE UPDATE ON {table.schema}.{table.name}"
                " FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()"
            )


def _without_schemas(entries: list[Entry]) -> list[Entry]:
    """The schemas themselves, their comments and rights: only migrations make them."""
    return [entry for entry in entries if entry.kind != "SCHEMA" and "SCHEMA" not in entry.name]
