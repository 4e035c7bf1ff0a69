"""An organisation whose people have passwords, for tests of accounts and of the API's doors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller
from coursecrafter.accounts.events import Origin
from coursecrafter.accounts.passwords import hash_password
from coursecrafter.accounts.people import find_account
from coursecrafter.accounts.sessions import open_session
from coursecrafter.db.organisations import ensure_organisation, ensure_user
from coursecrafter.db.session import Database
from coursecrafter.db.tables import security_events, users

NUMBERS = count(1)
PASSWORD = "seven green kettles"
HOME = Origin("192.0.2.7", "Tests")


@dataclass(frozen=True, slots=True)
class House:
    """An organisation and its people.

    Attributes:
        number: makes the addresses of each house its own.
    """

    database: Database
    number: int
    org_id: UUID
    owner: Caller
    admin: Caller
    member: Caller

    @classmethod
    def build(cls, database: Database) -> House:
        number = next(NUMBERS)
        with database.admin() as conn:
            org_id = ensure_organisation(conn, f"House {number}", f"house{number}")
        people = {role: sign_up(database, org_id, f"{role}{number}@house.example", role) for role in ROLES}
        return cls(database, number, org_id, **people)

    @property
    def slug(self) -> str:
        return f"house{self.number}"

    def address(self, who: str) -> str:
        return f"{who}{self.number}@house.example"

    @contextmanager
    def conn(self) -> Iterator[sa.Connection]:
        with self.database.accounts() as conn:
            yield conn

    def change(self, statement: str, **values: Any) -> int:
        """Change rows as the administrator: the hand of time."""
        with self.database.admin() as conn:
            return conn.execute(sa.text(statement), values).rowcount

    def ask(self, question: str, **values: Any) -> Any:
        with self.database.admin() as conn:
            return conn.scalar(sa.text(question), values)

    def events(self, event: str | None = None) -> list[str]:
        """What was written down about this house's people and organisation, in order."""
        of = security_events.c
        about = sa.or_(of.org_id == self.org_id, of.email.like(f"%{self.number}@%"))
        query = sa.select(of.event).where(about).order_by(of.id)
        with self.database.admin() as conn:
            return list(conn.scalars(query if event is None else query.where(of.event == event)))


ROLES = ("owner", "admin", "member")


def sign_up(database: Database, org_id: UUID, email: str, role: str = "member") -> Caller:
    """Somebody with a password in an organisation, signed in."""
    with database.admin() as conn:
        user_id = ensure_user(conn, org_id, email, email.partition("@")[0].title(), role=role)
        changed = users.update().where(users.c.id == user_id, users.c.password_hash.is_(None))
        conn.execute(changed.values(password_hash=hash_password(PASSWORD)))
    with database.accounts() as conn:
        account = find_account(conn, user_id=user_id)
        assert account is not None
        return open_session(conn, account, org_id, HOME)[1]
