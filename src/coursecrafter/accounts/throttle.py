"""How often somebody may try, by address and by where they come from, counted over the security events.

Each try is written down and committed before it is known whether it is right, under a lock on its address and network:
a hundred tries at the same moment are counted like a hundred in a row.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import INET

from coursecrafter.accounts.events import Origin, SecurityEvent, record
from coursecrafter.db.session import Database
from coursecrafter.db.tables import security_events
from coursecrafter.errors import CourseCrafterError, RequestError

WINDOW = timedelta(minutes=15)
IPV6_NETWORK = 64
"""Bits of the network that one subscriber has at least: all its addresses count as one."""


class TooManyAttempts(RequestError):
    """Too many attempts came from here or for this address.

    Attributes:
        retry_after_s: seconds after which the next one is admitted at the earliest.
    """

    code = "CC-0064"
    status = 429
    retry = True
    remedy = "Wait as long as the message says; a password can also be set anew by mail."

    def __init__(self, message: str, *, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(frozen=True, slots=True)
class Attempt:
    """Something that may be tried only so often.

    Attributes:
        tried: written before it is tried.
        failed: written when it was refused; None: nobody needs to know.
        done: written by the act itself when it was right; takes one try back.
        per_address, per_network: tries without success within the window; None: not counted so.
    """

    tried: SecurityEvent
    failed: SecurityEvent | None
    done: SecurityEvent | None
    per_address: int | None
    per_network: int


SIGN_IN = Attempt(SecurityEvent.SIGN_IN_TRIED, SecurityEvent.SIGN_IN_FAILED, SecurityEvent.SIGNED_IN, 10, 30)
PASSWORD_CHANGE = Attempt(
    SecurityEvent.PASSWORD_CHANGE_TRIED,
    SecurityEvent.PASSWORD_CHANGE_FAILED,
    SecurityEvent.PASSWORD_CHANGED,
    10,
    30,
)
RESET_REQUEST = Attempt(SecurityEvent.RESET_REQUESTED, None, None, 3, 30)
"""Mails to somebody else's address: three are enough."""
LINK = Attempt(SecurityEvent.LINK_TRIED, SecurityEvent.LINK_FAILED, SecurityEvent.LINK_USED, None, 30)
IDENTITY = Attempt(
    SecurityEvent.IDENTITY_TRIED, SecurityEvent.IDENTITY_FAILED, SecurityEvent.SIGNED_IN_ELSEWHERE, None, 30
)


@contextmanager
def attempt(database: Database, kind: Attempt, origin: Origin, email: str | None = None) -> Iterator[sa.Connection]:
    """A transaction for one attempt: admitted first, and written down even when it fails and is rolled back.

    Raises:
        TooManyAttempts: CC-0064.
    """
    with trying(database, kind, origin, email), database.accounts() as conn:
        yield conn


@contextmanager
def trying(database: Database, kind: Attempt, origin: Origin, email: str | None = None) -> Iterator[None]:
    """One attempt without a transaction of its own, for what also waits for somebody else.

    Raises:
        TooManyAttempts: CC-0064.
    """
    address = clean_address(email)
    with database.accounts() as conn:
        admit(conn, kind, origin, address)
    try:
        yield
    except CourseCrafterError as error:
        if kind.failed is not None:
            with database.accounts() as conn:
                record(conn, kind.failed, origin, email=address, code=error.code)
        raise


def admit(conn: sa.Connection, kind: Attempt, origin: Origin, email: str | None = None) -> None:
    """Write a try down, unless there were too many; the caller commits before the try itself.

    Raises:
        TooManyAttempts: CC-0064.
    """
    network = _network(origin.ip)
    # Always address before network, so that no two wait for each other.
    if email is not None and kind.per_address is not None:
        _lock(conn, f"{kind.tried}:{email}")
        _require_room(conn, kind, security_events.c.email == email, kind.per_address, "for this address")
    if network is not None:
        _lock(conn, f"{kind.tried}:{network}")
        within = security_events.c.ip.op("<<=")(sa.cast(network, INET))
        _require_room(conn, kind, within, kind.per_network, "from where you are")
    record(conn, kind.tried, origin, email=email)


def clean_address(email: str | None) -> str | None:
    """An address as it is counted: small letters, nothing that the table cannot hold, no longer than one can be."""
    if email is None:
        return None
    return "".join(sign for sign in email.strip().lower() if sign.isprintable())[:254]


def _network(ip: str | None) -> str | None:
    if ip is None:
        return None
    bits = 32 if ipaddress.ip_address(ip).version == 4 else IPV6_NETWORK  # noqa: PLR2004 - the protocol's version
    return str(ipaddress.ip_network((ip, bits), strict=False))


def _lock(conn: sa.Connection, name: str) -> None:
    conn.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


def _require_room(conn: sa.Connection, kind: Attempt, of_whom: sa.ColumnElement[Any], limit: int, whose: str) -> None:
    of = security_events.c
    tried, done = (sa.func.count().filter(of.event == event) for event in (kind.tried, kind.done))
    oldest = sa.func.min(of.created_at).filter(of.event == kind.tried)
    # statement_timestamp: who waited for the lock began before the try it waited for was written.
    now = sa.func.statement_timestamp(type_=sa.TIMESTAMP(timezone=True))
    query = sa.select(tried - done, oldest, now).where(of_whom, of.created_at > now - WINDOW)
    count, first, at = conn.execute(query).one()
    if count >= limit:
        wait_s = _wait_s(first, at)
        raise TooManyAttempts(
            f"There were too many attempts {whose}; try again in {_minutes(wait_s)}.", retry_after_s=wait_s
        )


def _wait_s(first: datetime, now: datetime) -> int:
    return max(1, int((first + WINDOW - now).total_seconds()) + 1)


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
