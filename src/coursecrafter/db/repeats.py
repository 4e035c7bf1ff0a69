"""Answers to calls that may be repeated: kept in the transaction of the call, so that a call and its answer are one.

A second call with the same key waits for the first one's end: it finds its answer if that succeeded, and takes its
place if it did not.
"""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from coursecrafter.db.session import Identity
from coursecrafter.db.tables import idempotency_keys as kept


@dataclass(frozen=True, slots=True)
class Repeat:
    """A call under a key.

    Attributes:
        operation: method and path.
        fingerprint: SHA-256 of its body.
    """

    key: str
    operation: str
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What the first call with a key was answered.

    Attributes:
        is_same: whether that was the same call with the same body.
    """

    is_same: bool
    status: int
    body: bytes


def claim(conn: sa.Connection, identity: Identity, repeat: Repeat) -> KeptAnswer | None:
    """Claim a key for a call; None: it is this call's, which must `keep` its answer."""
    whose = {"org_id": identity.org_id, "user_id": identity.user_id, "key": repeat.key}
    called = {"operation": repeat.operation, "fingerprint": repeat.fingerprint}
    made = insert(kept).values(**whose, **called).on_conflict_do_nothing().returning(kept.c.key)
    if conn.execute(made).first() is not None:
        return None
    row = conn.execute(sa.select(kept).filter_by(**whose)).one()
    is_same = row.operation == repeat.operation and row.fingerprint == repeat.fingerprint
    return KeptAnswer(is_same, row.status, row.answer)


def keep(conn: sa.Connection, identity: Identity, repeat: Repeat, status: int, body: bytes) -> None:
    """Keep the answer to a claimed call."""
    own = sa.and_(kept.c.org_id == identity.org_id, kept.c.user_id == identity.user_id, kept.c.key == repeat.key)
    conn.execute(sa.update(kept).where(own).values(status=status, answer=body))
