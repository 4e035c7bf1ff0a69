"""Run the revisions on the connection that `upgrade.py` hands over, as `cc_owner`, in one transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

LOCK = 0x636300  # any number of ours: two upgrades at once must queue, not collide


def run(connection: Connection) -> None:
    """Upgrade or downgrade, whole or not at all."""
    connection.execute(text("SET LOCAL lock_timeout = '30s'"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("SET LOCAL lock_timeout = '4s'"))
    connection.execute(text("SET LOCAL ROLE cc_owner"))
    connection.execute(text("CREATE SCHEMA IF NOT EXISTS platform"))
    context.configure(connection=connection, version_table_schema="platform", transactional_ddl=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.execute(text("RESET ROLE"))


run(context.config.attributes["connection"])
