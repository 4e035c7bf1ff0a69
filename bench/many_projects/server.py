"""The benchmark's own server: embedded, migrated, filled once, nothing of it need reach the disk."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg import sql
from psycopg.conninfo import make_conninfo

from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.instance import SUPERUSER
from coursecrafter.db.session import Database
from many_projects.rows import fill

Login = str
"""What `psycopg.connect` wants to know, in one line."""


@dataclass(frozen=True, slots=True)
class Server:
    """A filled database, as the application and as the administrator."""

    app: Login
    admin: Login


@contextmanager
def open_server(version: int, rows: int, keep: Path | None) -> Iterator[Server]:
    """Start it, fill it unless it was kept from before, and remove it unless it shall be kept."""
    with ExitStack() as stack:
        home = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cc-bench-")))
        if keep is None:
            stack.callback(remove_embedded, home)
        urls = stack.enter_context(open_embedded(home, version))
        server = Server(_login(urls.app), _login(urls.admin))
        mark = home / "filled"
        if not mark.exists():
            _make_careless(home, server)
            database = Database(urls, is_embedded=True)
            database.ensure_ready()
            database.close()
            began = time.perf_counter()
            fill(server.admin, rows)
            print(f"filled in {time.perf_counter() - began:.0f} s", file=sys.stderr)
            mark.write_text("")
        yield server


def _login(url: sa.URL) -> Login:
    return make_conninfo(
        host=str(url.query["host"]), user=url.username, password=str(url.password), dbname=url.database
    )


def _make_careless(home: Path, server: Server) -> None:
    password = json.loads((home / "postgresql" / "passwords.json").read_text())[SUPERUSER]
    superuser = make_conninfo(server.admin, user=SUPERUSER, password=password)
    with psycopg.connect(superuser, autocommit=True) as connection:
        # Autovacuum would come in the middle of a measurement; the rows are vacuumed once they are there.
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        connection.execute("ALTER SYSTEM SET max_wal_size = '8GB'")
        connection.execute("SELECT pg_reload_conf()")
