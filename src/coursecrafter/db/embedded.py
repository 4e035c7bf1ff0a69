"""The embedded PostgreSQL: made, started and stopped by whoever needs it.

The folder `postgresql` in the home holds the locks. Processes that use the server hold a shared lock on `users.lock`;
starting and stopping happen under `start.lock`; the last process to leave is the one that gets `users.lock` for itself,
and stops the server. A killed process loses its locks with its life, so nothing waits for it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from coursecrafter.db.binaries import DEFAULT_VERSION
from coursecrafter.db.instance import (
    DATABASE,
    SUPERUSER,
    DatabaseDiskFull,
    DatabaseNotStarted,
    Instance,
    find_instance,
    marked_place,
)
from coursecrafter.db.roles import ensure_roles
from coursecrafter.db.urls import DatabaseUrls, socket_url


@contextmanager
def open_embedded(home: Path, version: int = DEFAULT_VERSION) -> Iterator[DatabaseUrls]:
    """Make the database if need be, start it unless it runs, and stop it after the last process.

    Raises:
        ProgramsMissing: CC-0010.
        DatabaseNotStarted: CC-0014.
        DatabaseDiskFull: CC-0015.
    """
    folder = home / "postgresql"
    with ExitStack() as stack:
        with _translated():
            home.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            users = stack.enter_context(_lock_file(folder / "users.lock"))
            with _locked(folder / "start.lock"):
                fcntl.flock(users, fcntl.LOCK_SH)
                instance = find_instance(folder, version)
                try:
                    _ensure_running(instance)
                except BaseException:
                    _leave(users, instance)
                    raise
        try:
            yield _urls(instance)
        finally:
            with _locked(folder / "start.lock"):
                _leave(users, instance)


def remove_embedded(home: Path) -> None:
    """Delete a database that no process uses, with all it holds."""
    folder = home / "postgresql"
    place = marked_place(folder)
    if place is not None:
        shutil.rmtree(place)
    shutil.rmtree(folder)


def _ensure_running(instance: Instance) -> None:
    if _answers(instance):
        return
    if not instance.data.exists():
        instance.make()
    instance.start()
    _ensure_database(instance)


def _answers(instance: Instance) -> bool:
    try:
        _connect(instance).close()
    except psycopg.OperationalError:
        return False
    return True


def _connect(instance: Instance) -> psycopg.Connection:
    return psycopg.connect(
        host=str(instance.socket_folder),
        user=SUPERUSER,
        password=instance.passwords[SUPERUSER],
        dbname="postgres",
        autocommit=True,
        connect_timeout=10,
    )


def _ensure_database(instance: Instance) -> None:
    """Make the roles and the database, unless an earlier start did."""
    with _connect(instance) as connection:
        is_new = not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
        if is_new:
            connection.execute(f"CREATE DATABASE {DATABASE}")
            connection.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
            connection.execute("REVOKE ALL ON DATABASE postgres FROM PUBLIC")
    engine = sa.create_engine(_url(instance, SUPERUSER), poolclass=sa.pool.NullPool)
    with engine.begin() as roles:
        ensure_roles(roles, instance.passwords)


def _urls(instance: Instance) -> DatabaseUrls:
    return DatabaseUrls(_url(instance, "cc_app"), _url(instance, "cc_worker"), _url(instance, "cc_admin"))


def _url(instance: Instance, login: str) -> sa.URL:
    return socket_url(instance.socket_folder, login, instance.passwords[login], DATABASE)


def _leave(users: int, instance: Instance) -> None:
    """Stop the server if nobody else uses it; under the start lock, so nobody can be about to."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    instance.stop()


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _lock_file(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


@contextmanager
def _lock_file(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _translated() -> Iterator[None]:
    """Say in our words what the disk refused."""
    try:
        yield
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DatabaseDiskFull("The disk that holds the database is full.", detail=str(error)) from error
        raise DatabaseNotStarted("The database's folder could not be made.", detail=str(error)) from error
