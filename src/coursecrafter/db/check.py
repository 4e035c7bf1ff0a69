"""Drift: does the live database hold what the migrations make, no more and no less?

A scratch database on the same server is migrated to the live one's revision; both are dumped and compared, then the
scratch is dropped. Roles belong to the server, not to a database, so their attributes, memberships and settings are
compared with what `roles.py` asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa

from coursecrafter.db.dump import dump_schemas, say_differences
from coursecrafter.db.roles import ROLES, TAKEN
from coursecrafter.db.session import Database
from coursecrafter.db.upgrade import current_revision, head_revision, migrate

ATTRIBUTES = {
    "rolsuper": "SUPERUSER",
    "rolcreaterole": "CREATEROLE",
    "rolcreatedb": "CREATEDB",
    "rolcanlogin": "LOGIN",
    "rolreplication": "REPLICATION",
    "rolbypassrls": "BYPASSRLS",
}
CHECK_LOCK = 0x636301
OURS = [role.name for role in ROLES]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as the migrations make it, in a sentence."""

    sentence: str


def check(database: Database) -> list[Difference]:
    """Compare the live database with a freshly migrated one.

    Returns:
        One difference for each thing that is missing, extra or changed; none if all is as it should be.

    Raises:
        SchemaNotRead: CC-0017.
        DatabaseUnreachable: CC-0016.
    """
    with database.admin() as connection:
        current = current_revision(connection)
        said = [*_say_revision(current), *_say_roles(connection, database)]
    if current:
        with scratch_database(database.urls.admin, current) as scratch:
            said += say_differences(dump_schemas(scratch), dump_schemas(database.urls.admin))
    return [Difference(sentence) for sentence in said]


def _say_revision(current: str) -> Iterator[str]:
    head = head_revision()
    if current != head:
        yield f"The schema is at {current or 'no revision'}; this program needs {head}: run `coursecrafter db upgrade`."


@contextmanager
def scratch_database(admin: sa.URL, revision: str) -> Iterator[sa.URL]:
    """A database beside the live one, migrated to a revision and dropped afterwards.

    Its name is fixed and one check runs at a time, so what a killed check left behind is dropped by the next.
    """
    name = f"{admin.database}_check"
    url = admin.set(database=name)
    live = sa.create_engine(admin, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with live.connect() as connection:
        quoted = connection.dialect.identifier_preparer.quote_identifier(name)
        connection.execute(sa.text("SELECT pg_advisory_lock(:lock)"), {"lock": CHECK_LOCK})
        connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {quoted} WITH (FORCE)")
        connection.exec_driver_sql(f"CREATE DATABASE {quoted} OWNER cc_owner TEMPLATE template0")
        try:
            with sa.create_engine(url, poolclass=sa.pool.NullPool).begin() as fresh:
                migrate(fresh, revision)
            yield url
        finally:
            connection.exec_driver_sql(f"DROP DATABASE {quoted} WITH (FORCE)")


def _say_roles(connection: sa.Connection, database: Database) -> Iterator[str]:
    rows = connection.execute(sa.text("SELECT * FROM pg_roles WHERE rolname = ANY(:ours)"), {"ours": OURS}).mappings()
    found = {row["rolname"]: {word for column, word in ATTRIBUTES.items() if row[column]} for row in rows}
    for role in ROLES:
        wanted = set(role.attributes.split()) - {"NOLOGIN"}
        if role.name not in found:
            yield f"The role {role.name} is missing."
            continue
        for word in sorted(found[role.name] - wanted):
            yield f"The role {role.name} has {word}, which it must not have."
        for word in sorted(wanted - found[role.name]):
            yield f"The role {role.name} lacks {word}."
    yield from _say_memberships(connection, database)
    yield from _say_settings(connection)


def _say_memberships(connection: sa.Connection, database: Database) -> Iterator[str]:
    rows = connection.execute(
        sa.text(
            "SELECT r.rolname AS role, m.rolname AS member FROM pg_auth_members a"
            " JOIN pg_roles r ON r.oid = a.roleid JOIN pg_roles m ON m.oid = a.member"
            " WHERE r.rolname = ANY(:ours) OR m.rolname = ANY(:ours) ORDER BY 1, 2"
        ),
        {"ours": OURS},
    )
    found = [(row.role, row.member) for row in rows]
    wanted = [(group, role.name) for role in ROLES for group in role.member_of]
    wanted += [(role.name, taker) for role in ROLES for taker in role.taken_by]
    # A server's own logins act as ours; whoever administers may act as any.
    logins = {database.urls.app.username, database.urls.worker.username}
    allowed = {(role, login) for role in TAKEN for login in logins if login != role}
    allowed |= {(role, database.urls.admin.username) for role in OURS}
    for group, member in wanted:
        if (group, member) not in found:
            yield f"The role {member} is not a member of {group}."
    for group, member in found:
        if (group, member) not in wanted and (database.is_embedded or (group, member) not in allowed):
            yield f"The role {member} is a member of {group}, which it must not be."


def _say_settings(connection: sa.Connection) -> Iterator[str]:
    rows = connection.execute(
        sa.text(
            "SELECT r.rolname AS role, unnest(s.setconfig) AS setting FROM pg_db_role_setting s"
            " LEFT JOIN pg_roles r ON r.oid = s.setrole LEFT JOIN pg_database d ON d.oid = s.setdatabase"
            " WHERE coalesce(d.datname, current_database()) = current_database()"
            " AND (s.setrole = 0 OR r.rolname = ANY(:ours)) ORDER BY 1, 2"
        ),
        {"ours": OURS},
    )
    for row in rows:
        yield f"The {f'role {row.role}' if row.role else 'database'} has a setting of its own: {row.setting}"
