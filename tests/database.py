"""A real PostgreSQL for tests: one embedded server, and a fresh database copied from a migrated one in a moment.

`tests/conftest.py` has fixtures for both: `server` is shared by all tests of a process, `database` by a module.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from coursecrafter.db.binaries import DEFAULT_VERSION
from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.instance import DATABASE, SUPERUSER
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls


@dataclass
class TestServer:
    """An embedded server whose database `coursecrafter` is migrated and never written to."""

    __test__ = False

    home: Path
    urls: DatabaseUrls
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    @contextmanager
    def session_database(self) -> Iterator[Database]:
        """A database of its own, with the whole schema and no row; dropped afterwards."""
        name = f"test_{next(self.numbers)}"
        with self.superuser() as connection:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER cc_owner")
            connection.execute(copy.format(sql.Identifier(name), sql.Identifier(DATABASE)))
        urls = DatabaseUrls(*(url.set(database=name) for url in (self.urls.app, self.urls.worker, self.urls.admin)))
        database = Database(urls, is_embedded=True)
        try:
            yield database
        finally:
            database.close()
            with self.superuser() as connection:
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def superuser(self, database: str = "postgres") -> Iterator[psycopg.Connection]:
        """A connection that may do anything; each statement commits."""
        password = json.loads((self.home / "postgresql" / "passwords.json").read_text())[SUPERUSER]
        host = self.urls.admin.query["host"]
        with psycopg.connect(
            host=str(host), user=SUPERUSER, password=password, dbname=database, autocommit=True
        ) as connection:
            yield connection


@contextmanager
def open_test_server(version: int = DEFAULT_VERSION) -> Iterator[TestServer]:
    """Start a server in a folder of its own, migrate its database, and remove both afterwards."""
    with tempfile.TemporaryDirectory(prefix="cc-db-") as folder:
        home = Path(folder)
        try:
            with open_embedded(home, version) as urls:
                server = TestServer(home, urls)
                with server.superuser() as connection:
                    # Nothing here outlives the tests, so nothing need reach the disk.
                    for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                        connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
                    connection.execute("SELECT pg_reload_conf()")
                template = Database(urls, is_embedded=True)
                template.ensure_ready()
                template.close()
                yield server
        finally:
            remove_embedded(home)
