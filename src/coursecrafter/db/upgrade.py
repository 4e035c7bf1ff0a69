"""Bring a database to the schema of this code."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from coursecrafter.errors import RequestError

MIGRATIONS = Path(__file__).parent / "migrations"


class SchemaBehind(RequestError):
    """The database has an older schema than this code."""

    code = "CC-0011"
    status = 503
    remedy = "Run `coursecrafter db upgrade` with DATABASE_ADMIN_URL set."


class SchemaAhead(RequestError):
    """The database has a newer schema than this code."""

    code = "CC-0012"
    status = 503
    remedy = "Install the version of Course Crafter that last upgraded this database, or a later one."


def head_revision() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    return head or ""


def current_revision(connection: sa.Connection) -> str:
    """The revision a database stands at; '' before the first."""
    is_made = "SELECT to_regprocedure('platform.revision()') IS NOT NULL"
    if not connection.scalar(sa.text(is_made)):
        return ""
    return connection.scalar(sa.text("SELECT platform.revision()")) or ""


def require_current(connection: sa.Connection) -> None:
    """Refuse a database that this code does not fit.

    Raises:
        SchemaBehind: CC-0011.
        SchemaAhead: CC-0012.
    """
    current = current_revision(connection)
    if current == head_revision():
        return
    if current == "" or current in _known_revisions():
        raise SchemaBehind("The database has an older schema than this program.", detail=f"at {current!r}")
    raise SchemaAhead("The database has a newer schema than this program.", detail=f"at {current!r}")


def migrate(connection: sa.Connection, revision: str = "head") -> None:
    """Upgrade to a revision, as `cc_owner`; the caller's transaction commits it."""
    command.upgrade(_config(connection), revision)


def migrate_down(connection: sa.Connection, revision: str = "base") -> None:
    """Downgrade to a revision, as `cc_owner`; the caller's transaction commits it."""
    command.downgrade(_config(connection), revision)


def _known_revisions() -> set[str]:
    return {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
