"""The login that compose makes in its database is all that the service needs, and can do nothing without its roles."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from coursecrafter.db.binaries import find_programs
from coursecrafter.db.instance import SUPERUSER
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls
from database import TestServer, open_test_server
from deploy_files import ROOT

PASSWORD = "seven'green\"kettles"  # what a shell or SQL might trip over


@pytest.fixture(scope="module")
def server() -> Iterator[TestServer]:
    with open_test_server() as server:
        yield server


@pytest.fixture(scope="module")
def database(server: TestServer) -> Iterator[Database]:
    """An empty database of a server, its login made as compose makes it, and upgraded by its administrator."""
    with server.superuser() as connection:
        connection.execute(sql.SQL("CREATE DATABASE compose"))
    host = str(server.urls.admin.query["host"])
    superuser_password = json.loads((server.home / "postgresql" / "passwords.json").read_text())[SUPERUSER]
    ended = subprocess.run(
        ["sh", ROOT / "deploy" / "database" / "make-login.sh"],
        env={
            "PATH": f"{find_programs().folder}:{os.environ['PATH']}",
            "PGHOST": host,
            "PGPASSWORD": superuser_password,
            "POSTGRES_USER": SUPERUSER,
            "POSTGRES_DB": "compose",
            "LOGIN_PASSWORD": PASSWORD,
        },
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    url = server.urls.app.set(database="compose")
    login = url.set(username="coursecrafter_service", password=PASSWORD)
    admin = url.set(username=SUPERUSER, password=superuser_password)
    database = Database(DatabaseUrls(login, login, admin), is_embedded=False)
    yield database
    database.close()


def test_it_serves_once_the_administrator_has_upgraded(database: Database) -> None:
    database.upgrade()

    database.ensure_ready()
    with database.accounts() as conn:
        assert conn.exec_driver_sql("SELECT current_user").scalar() == "cc_accounts"


def test_alone_it_reaches_nothing(database: Database) -> None:
    database.upgrade()
    url = database.urls.app.set(drivername="postgresql").render_as_string(hide_password=False)

    with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT * FROM course_crafter.cc_projects")
