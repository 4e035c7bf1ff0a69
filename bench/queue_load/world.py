"""An embedded server that writes to the disk as a user's does, and organisations whose authors ask for work."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg
import sqlalchemy as sa
from api_load.processes import family_cpu_s
from procrastinate.schema import SchemaManager

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.projects import create_project
from coursecrafter.db.embedded import open_embedded, remove_embedded
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.urls import DatabaseUrls
from coursecrafter.jobs.queueing import enqueue_render

PEER = "peer"
LENGTH_BITS = 32
_UNFINISHED = "SELECT count(*) FROM {schema}.procrastinate_jobs WHERE status IN ('todo', 'doing')"


@dataclass(frozen=True, slots=True)
class World:
    """A server with our database and the peer's.

    Attributes:
        authors: one of each organisation, in a project of theirs.
        peer_url: of a database that holds plain procrastinate's own schema.
        postmaster: the process whose children serve both.
    """

    urls: DatabaseUrls
    database: Database
    authors: tuple[Identity, ...]
    peer_url: str
    postmaster: int

    def enqueue(self, author: Identity, subject_id: UUID, engine: str = "e1") -> None:
        """Ask for a piece of work as a request does, in a transaction of its own."""
        assert author.project_id is not None
        with self.database.app(author) as conn:
            enqueue_render(conn, author.project_id, subject_id, engine)

    def unfinished(self) -> int:
        """Jobs of ours that wait or run."""
        with self.database.queue() as conn:
            return int(conn.execute(sa.text(_UNFINISHED.format(schema="queue"))).scalar_one())

    def unfinished_of_peer(self) -> int:
        with psycopg.connect(self.peer_url) as conn:
            row = conn.execute(_UNFINISHED.format(schema="public").encode()).fetchone()
            assert row is not None
            return int(row[0])

    def empty(self) -> None:
        """Forget all jobs, and leave nothing to clean up."""
        with self.database.queue() as conn:
            conn.execute(sa.text("DELETE FROM queue.procrastinate_jobs"))
            conn.execute(sa.text("DELETE FROM queue.procrastinate_workers"))
        with psycopg.connect(self.peer_url, autocommit=True) as peer:
            peer.execute("DELETE FROM procrastinate_jobs")
            peer.execute("VACUUM ANALYZE")
        self.settle()

    def settle(self) -> None:
        with self.autocommit() as admin:
            admin.execute(sa.text("VACUUM (ANALYZE)"))

    @contextmanager
    def autocommit(self) -> Iterator[sa.Connection]:
        """The administrator's connection, each statement by itself."""
        engine = sa.create_engine(self.urls.admin, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as admin:
            yield admin

    def postgres_cpu_s(self) -> float:
        """CPU seconds of PostgreSQL so far."""
        return family_cpu_s(self.postmaster)


@contextmanager
def open_world(version: int, organisations: int) -> Iterator[World]:
    """Make it, and remove it afterwards."""
    with tempfile.TemporaryDirectory(prefix="cc-bench-queue-") as folder:
        home = Path(folder)
        try:
            with open_embedded(home, version) as urls:
                database = Database(urls, is_embedded=True)
                database.ensure_ready()
                authors = tuple(_settle(database, number) for number in range(organisations))
                world = World(urls, database, authors, _make_peer(urls), _find_postmaster(database))
                world.settle()
                yield world
                database.close()
        finally:
            remove_embedded(home)


def subject_of(number: int, length_s: float) -> UUID:
    """An id that says which job it is and how long its work takes, to whoever carries it out."""
    return UUID(int=(number + 1) << LENGTH_BITS | round(length_s * 1e6))


def length_of(subject_id: UUID) -> float:
    """Seconds of work; see `subject_of`."""
    return (subject_id.int & ((1 << LENGTH_BITS) - 1)) / 1e6


def _settle(database: Database, number: int) -> Identity:
    with database.admin() as admin:
        org_id = ensure_organisation(admin, f"Organisation {number}", f"organisation-{number}")
        user_id = ensure_user(admin, org_id, f"author-{number}@courses.example", "Author", role="owner")
    with database.app(Identity(org_id, user_id)) as conn:
        project_id = create_project(conn, Author(org_id, user_id), name="Fire drill", code=None, language="en")
    return Identity(org_id, user_id, project_id)


def _make_peer(urls: DatabaseUrls) -> str:
    """The address of a database with procrastinate as it comes."""
    engine = sa.create_engine(urls.admin, poolclass=sa.pool.NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as admin:
        admin.exec_driver_sql(f"CREATE DATABASE {PEER}")
    url = urls.admin.set(drivername="postgresql", database=PEER).render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as peer:
        peer.execute(SchemaManager.get_schema().encode())
    return url


def _find_postmaster(database: Database) -> int:
    with database.admin() as admin:
        backend = admin.scalar(sa.text("SELECT pg_backend_pid()"))
        return int(Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()[1])
