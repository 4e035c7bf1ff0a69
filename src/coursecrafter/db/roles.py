"""The six roles, shared by all databases of a server.

`cc_owner` owns everything and nobody logs in as it; `cc_app` serves requests and `cc_worker` jobs, both under row-level
security; `cc_accounts` is what a request is until it is known who sends it: it reaches people, sessions and keys of all
organisations and no course of any, and the application's login may become it; `cc_queue` is what a worker is until it
has fetched a job: it reaches the queue and nothing else; `cc_admin` migrates and backs up, and sees every row, since an
owner's backfill and a dump of data see none under forced row-level security.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import psycopg
import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Role:
    """A role as it must be.

    Attributes:
        name: its name.
        attributes: what CREATE ROLE says of it.
        member_of: roles whose rights it has.
        taken_by: roles that may become it by saying so, and have none of its rights before.
    """

    name: str
    attributes: str
    member_of: tuple[str, ...] = ()
    taken_by: tuple[str, ...] = ()


ROLES = (
    Role("cc_owner", "NOLOGIN"),
    Role("cc_app", "LOGIN"),
    Role("cc_worker", "LOGIN"),
    Role("cc_accounts", "NOLOGIN", taken_by=("cc_app",)),
    Role("cc_queue", "NOLOGIN", taken_by=("cc_worker",)),
    Role("cc_admin", "LOGIN BYPASSRLS CREATEDB", ("cc_owner",)),
)

TAKEN = ("cc_app", "cc_worker", "cc_accounts", "cc_queue")
"""The roles that the login of a server's application becomes."""


def ensure_roles(connection: sa.Connection, passwords: Mapping[str, str]) -> None:
    """Make the roles that are missing, and let them into this database; roles that exist stay as they are.

    Args:
        connection: as a superuser, or as a role that may do all this; the caller's transaction commits it.
        passwords: by role; a role without one cannot log in by password.
    """
    there = set(connection.scalars(sa.text("SELECT rolname FROM pg_roles WHERE rolname LIKE 'cc\\_%'")))
    database = _quoted(connection, str(connection.scalar(sa.text("SELECT current_database()"))))
    for role in ROLES:
        if role.name not in there:
            _create(connection, role, passwords.get(role.name))
    if len(there) < len(ROLES) or not _may_create_schemas(connection):
        connection.exec_driver_sql(f"GRANT CREATE, CONNECT, TEMPORARY ON DATABASE {database} TO cc_owner")
        connection.exec_driver_sql(f"GRANT CONNECT ON DATABASE {database} TO cc_app, cc_worker, cc_admin")


def allow_login(connection: sa.Connection, login: str) -> None:
    """Let the server's application login act as the application's roles, and as nothing without saying so."""
    for role in TAKEN:
        may = sa.text("SELECT pg_has_role(:login, :role, 'SET')")
        if login != role and not connection.scalar(may, {"login": login, "role": role}):
            connection.exec_driver_sql(f"GRANT {role} TO {_quoted(connection, login)} WITH INHERIT FALSE, SET TRUE")


def _create(connection: sa.Connection, role: Role, password: str | None) -> None:
    secret = f" PASSWORD '{_verifier(connection, role.name, password)}'" if password else ""
    connection.exec_driver_sql(f"CREATE ROLE {role.name} {role.attributes}{secret}")
    for group in role.member_of:
        connection.exec_driver_sql(f"GRANT {group} TO {role.name}")
    for taker in role.taken_by:
        connection.exec_driver_sql(f"GRANT {role.name} TO {taker} WITH INHERIT FALSE, SET TRUE")


def _verifier(connection: sa.Connection, role: str, password: str) -> str:
    """What the server stores; the password itself never reaches it, nor its log."""
    driver = cast("psycopg.Connection", connection.connection.driver_connection)
    return driver.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()


def _may_create_schemas(connection: sa.Connection) -> bool:
    return bool(connection.scalar(sa.text("SELECT has_database_privilege('cc_owner', current_database(), 'CREATE')")))


def _quoted(connection: sa.Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
