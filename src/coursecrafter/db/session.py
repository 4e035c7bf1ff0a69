"""Sessions: every query runs in a transaction opened for one organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from psycopg.pq import ConnStatus, ExecStatus, TransactionStatus

from coursecrafter.config import Settings
from coursecrafter.db.embedded import open_embedded
from coursecrafter.db.instance import DatabaseDiskFull
from coursecrafter.db.refusals import refusal_of
from coursecrafter.db.roles import allow_login, ensure_roles
from coursecrafter.db.upgrade import SchemaBehind, migrate, require_current
from coursecrafter.db.urls import DatabaseUrls, read_url
from coursecrafter.errors import RequestError

DISK_FULL = "53100"
NO_RIGHTS = "42501"
UNREACHABLE = ("08", "57P", "28", "3D", "25P03")
"""Beginnings of SQLSTATE: connection lost, server going down or starting up, no login, no such database, silent."""

NOTICING = {
    "connect_timeout": 10,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""A network that is cut says nothing: without these, whoever waits for an answer would wait for hours."""

SESSIONS = {
    **NOTICING,
    "options": "-c client_connection_check_interval=500 -c idle_in_transaction_session_timeout=5min",
}
"""A process that is killed while its statement waits for a lock leaves its locks behind until the server notices, and
one that is frozen within a transaction until somebody ends its session."""


class DatabaseUnreachable(RequestError):
    """The database does not answer."""

    code = "CC-0016"
    status = 503
    retry = True
    remedy = "Check DATABASE_URL, and that the server runs and takes this login."


class AdminRightsMissing(RequestError):
    """The administrator's login may not make what the database needs."""

    code = "CC-0013"
    status = 500
    remedy = "Point DATABASE_ADMIN_URL at a superuser for the first upgrade; later ones need only cc_admin."


@dataclass(frozen=True, slots=True)
class Identity:
    """For whom a session is opened.

    Attributes:
        project_id: the one project that is seen; None: all that the user may see in the organisation.
    """

    org_id: UUID
    user_id: UUID
    project_id: UUID | None = None


class Database:
    """One database, reached as the application, as a worker and as its administrator.

    Args:
        urls: how to reach it.
        is_embedded: whether this process keeps it, and so may upgrade it unasked.
        connections: of requests, kept open; a few more are opened for a moment where these do not suffice.

    Attributes:
        guard: looks at each transaction of `app` and `worker` first, and may refuse it: a worker's fence.
    """

    def __init__(self, urls: DatabaseUrls, *, is_embedded: bool, connections: int = 5) -> None:
        self.urls = urls
        self.is_embedded = is_embedded
        self.connections = connections
        self.guard: Callable[[sa.Connection], None] | None = None

    @contextmanager
    def app(self, identity: Identity) -> Iterator[sa.Connection]:
        """A transaction of a request, under row-level security; commits unless an error leaves it.

        Raises:
            DatabaseUnreachable: CC-0016.
            DatabaseDiskFull: CC-0015.
            RequestError: CC-0020 to CC-0030, what the database refuses (`refusals`).
        """
        with _refusing(), _session(self._app_engine, "cc_app", identity) as connection:
            self._look(connection)
            yield connection

    @contextmanager
    def worker(self, identity: Identity) -> Iterator[sa.Connection]:
        """A transaction of a job, under the same policies; the identity names the job's project."""
        with _refusing(), _session(self._worker_engine, "cc_worker", identity) as connection:
            self._look(connection)
            yield connection

    @contextmanager
    def accounts(self) -> Iterator[sa.Connection]:
        """A transaction before it is known for whom: people, sessions and keys of all organisations, no course."""
        with _refusing(), _session(self._app_engine, "cc_accounts") as connection:
            yield connection

    @contextmanager
    def queue(self) -> Iterator[sa.Connection]:
        """A transaction of a worker that has no job yet: the queue of all organisations, no course."""
        with _session(self._worker_engine, "cc_queue") as connection:
            # The library's triggers name its tables without their schema.
            connection.exec_driver_sql("SET LOCAL search_path = queue, pg_catalog")
            yield connection

    @contextmanager
    def admin(self) -> Iterator[sa.Connection]:
        """A transaction of the administrator, who sees every row of every organisation."""
        with _transaction(self._admin_engine) as connection:
            yield connection

    def may_administer(self) -> bool:
        """Whether the administrator's login sees every row; that of a worker need not.

        Raises:
            DatabaseUnreachable: CC-0016.
        """
        with self.admin() as connection:
            sees_all = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            return bool(connection.scalar(sa.text(sees_all)))

    def upgrade(self) -> None:
        """Bring roles and schema to those of this code, in one transaction.

        Raises:
            AdminRightsMissing: CC-0013.
        """
        try:
            with self.admin() as connection:
                ensure_roles(connection, {})
                for url in () if self.is_embedded else {self.urls.app, self.urls.worker}:
                    allow_login(connection, url.username or "")
                migrate(connection)
        except sa.exc.ProgrammingError as error:
            if getattr(error.orig, "sqlstate", None) != NO_RIGHTS:
                raise
            raise AdminRightsMissing(
                "The administrator's login may not make what the database needs.", detail=str(error)
            ) from error

    def ensure_ready(self) -> None:
        """Upgrade an embedded database that is behind; refuse a server's.

        Raises:
            SchemaBehind: CC-0011.
            SchemaAhead: CC-0012.
        """
        if self.is_embedded:
            with self.admin() as connection:
                migrate(connection)
        with _transaction(self._app_engine) as connection:
            # A server that was never upgraded has no such role; one upgraded for another login does not let us act so.
            may = sa.text("SELECT count(*) FROM pg_roles WHERE rolname = 'cc_app' AND pg_has_role(oid, 'SET')")
            if not connection.scalar(may):
                raise SchemaBehind("The database does not know this program's login yet.")
            connection.execute(sa.text("SET LOCAL ROLE cc_app"))
            require_current(connection)

    def close(self) -> None:
        """Close all connections."""
        for engine in (self._app_engine, self._worker_engine, self._admin_engine):
            engine.dispose()

    def _look(self, connection: sa.Connection) -> None:
        if self.guard is not None:
            self.guard(connection)

    @cached_property
    def _app_engine(self) -> sa.Engine:
        return sa.create_engine(self.urls.app, pool_size=self.connections, connect_args=SESSIONS)

    @cached_property
    def _worker_engine(self) -> sa.Engine:
        return sa.create_engine(self.urls.worker, connect_args=SESSIONS)

    @cached_property
    def _admin_engine(self) -> sa.Engine:
        return sa.create_engine(self.urls.admin, poolclass=sa.pool.NullPool)


@contextmanager
def open_database(settings: Settings, connections: int = 5) -> Iterator[Database]:
    """Reach the server that the settings name, else the embedded one, started for as long as it is used.

    Args:
        connections: see `Database`.

    Raises:
        ProgramsMissing: CC-0010.
        DatabaseNotStarted: CC-0014.
        DatabaseDiskFull: CC-0015.
    """
    with ExitStack() as stack:
        if settings.database_url is None:
            urls = stack.enter_context(open_embedded(settings.home))
            database = Database(urls, is_embedded=True, connections=connections)
        else:
            url = read_url(settings.database_url)
            admin = read_url(settings.database_admin_url or settings.database_url)
            database = Database(DatabaseUrls(url, url, admin), is_embedded=False, connections=connections)
        stack.callback(database.close)
        yield database


@contextmanager
def _session(engine: sa.Engine, role: str, identity: Identity | None = None) -> Iterator[sa.Connection]:
    """A transaction as a role, for an identity."""
    with _reaching(), _entered(engine, role, identity) as connection, connection.begin():
        yield connection


def _entered(engine: sa.Engine, role: str, identity: Identity | None) -> sa.Connection:
    """A connection whose transaction has begun; one that died while the pool kept it is replaced."""
    try:
        return _open(engine, role, identity)
    except sa.exc.DBAPIError as error:
        if not error.connection_invalidated:
            raise
    # Nothing was done yet. The server was started anew: what else the pool keeps is as dead.
    engine.dispose()
    return _open(engine, role, identity)


def _open(engine: sa.Engine, role: str, identity: Identity | None) -> sa.Connection:
    connection = engine.connect()
    try:
        _enter(connection, role, identity)
    except BaseException:
        connection.close()
        raise
    return connection


def _enter(connection: sa.Connection, role: str, identity: Identity | None = None) -> None:
    """Begin a transaction, unless one is open, and become a role in it: one message to the server and its answer.

    It goes to the driver as it stands, past the layers above it: every call begins so, and most of what an empty
    transaction cost was spent in them.
    """
    pgconn = cast("psycopg.Connection", connection.connection.driver_connection).pgconn
    begin = "BEGIN; " if pgconn.transaction_status == TransactionStatus.IDLE else ""
    statement = f"{begin}SET LOCAL ROLE {role}" + (_settings(identity) if identity is not None else "")
    try:
        answer = pgconn.exec_(statement.encode())
        if answer.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(answer)
    except psycopg.Error as error:
        # What no server said the library says of itself; it does not always know by then that the connection is bad.
        is_lost = pgconn.status != ConnStatus.OK or error.sqlstate is None
        if is_lost:
            connection.invalidate(error)
        kind = psycopg.OperationalError(str(error)) if is_lost and error.sqlstate is None else error
        raised = sa.exc.DBAPIError.instance(statement, None, kind, psycopg.Error, connection_invalidated=is_lost)
        raise raised from error


def _settings(identity: Identity) -> str:
    """Whom row-level security sees. Each value is made of a UUID's number, so that it can hold nothing else."""
    project = str(UUID(int=identity.project_id.int)) if identity.project_id is not None else ""
    return (
        f"; SET LOCAL cc.user_id = '{UUID(int=identity.user_id.int)}'"
        f"; SET LOCAL cc.org_id = '{UUID(int=identity.org_id.int)}'"
        f"; SET LOCAL cc.project_id = '{project}'"
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Answer in an author's words what the database refuses; faults of ours stay what they are."""
    try:
        yield
    except (sa.exc.DBAPIError, UnicodeEncodeError) as error:
        refusal = refusal_of(error)
        if refusal is None:
            raise
        raise refusal from error


@contextmanager
def _transaction(engine: sa.Engine) -> Iterator[sa.Connection]:
    with _reaching(), engine.begin() as connection:
        yield connection


@contextmanager
def _reaching() -> Iterator[None]:
    """Say in our words that the server cannot be reached, or has no room."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.InternalError) as error:
        state = getattr(error.orig, "sqlstate", None)
        if state == DISK_FULL:
            raise DatabaseDiskFull("The disk that holds the database is full.", detail=str(error)) from error
        if state is None or state.startswith(UNREACHABLE):
            raise DatabaseUnreachable("The database does not answer.", detail=str(error)) from error
        raise
