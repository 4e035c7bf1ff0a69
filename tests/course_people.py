"""A course, the people around it, and what they do at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from threading import Barrier
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.authoring.author import Author
from coursecrafter.db.organisations import ensure_user
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import cc_activity_log
from coursecrafter.errors import CourseCrafterError
from tenants import Tenant, settle_tenant

NUMBERS = count(1)


@dataclass(frozen=True, slots=True)
class Cast:
    """One course and who is in it.

    Attributes:
        rows: the id of the course's row in each table.
        owner: of organisation and project.
        colleague: a member of the organisation without a role in the project.
        stranger: the owner of another organisation.
        others: the rows of the stranger's course.
    """

    database: Database
    rows: dict[str, UUID]
    owner: Author
    editor: Author
    reviewer: Author
    viewer: Author
    colleague: Author
    stranger: Author
    others: dict[str, UUID]

    @property
    def project_id(self) -> UUID:
        return self.rows["cc_projects"]

    @contextmanager
    def session(self, author: Author | None = None) -> Iterator[sa.Connection]:
        """A request's transaction, of the owner unless somebody else acts."""
        who = author or self.owner
        with self.database.app(Identity(who.org_id, who.user_id)) as conn:
            yield conn

    def do(self, verb: Callable[..., Any], *args: Any, author: Author | None = None, **fields: Any) -> Any:
        """Call a verb in a transaction of its own."""
        with self.session(author) as conn:
            return verb(conn, author or self.owner, *args, **fields)

    def events(self, event_type: str | None = None) -> list[sa.Row[Any]]:
        """The course's events in order."""
        wanted = sa.select(cc_activity_log).where(cc_activity_log.c.project_id == self.project_id)
        if event_type:
            wanted = wanted.where(cc_activity_log.c.event_type == event_type)
        with self.session() as conn:
            return list(conn.execute(wanted.order_by(cc_activity_log.c.id)).all())

    def read(self, table: sa.Table, row_id: UUID) -> sa.Row[Any]:
        """A row, deleted or not."""
        with self.session() as conn:
            return conn.execute(sa.select(table).where(table.c.id == row_id)).one()


def settle_cast(database: Database) -> Cast:
    """Make an organisation with a course and people in every role, and another organisation."""
    number = next(NUMBERS)
    tenant, foreign = settle_tenant(database, f"home{number}"), _stranger(database)
    people = {role: _join(database, tenant, role, number) for role in ("editor", "reviewer", "viewer", "colleague")}
    share = sa.text("SELECT platform.share_project(:project_id, :user_id, :role)")
    with database.app(tenant.author) as conn:
        for role in ("editor", "reviewer", "viewer"):
            conn.execute(share, {"project_id": tenant.author.project_id, "user_id": people[role].user_id, "role": role})
    owner = Author(tenant.author.org_id, tenant.author.user_id)
    stranger = Author(foreign.author.org_id, foreign.author.user_id)
    return Cast(database, tenant.rows, owner, **people, stranger=stranger, others=foreign.rows)


@cache
def _stranger(database: Database) -> Tenant:
    return settle_tenant(database, f"away{next(NUMBERS)}")


def _join(database: Database, tenant: Tenant, role: str, number: int) -> Author:
    with database.admin() as admin:
        user_id = ensure_user(admin, tenant.author.org_id, f"{role}{number}@home.example", role.title())
    return Author(tenant.author.org_id, user_id)


def all_at_once(acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Begin every act in its own thread at the same moment; what each gave, or the error it was refused with.

    Anything but a refusal in our own words is raised.
    """
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        barrier.wait(30)
        try:
            return act()
        except CourseCrafterError as error:
            return error

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
