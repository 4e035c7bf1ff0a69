"""Throw away what has ended: sessions, resets, invitations. Security events stay."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from coursecrafter.accounts.sessions import IDLE
from coursecrafter.db.tables import api_keys, invitations, password_resets, sessions

KEPT = timedelta(days=30)
"""What has ended is kept so long, for whoever asks what happened."""


def sweep(conn: sa.Connection) -> dict[str, int]:
    """Delete what ended 30 days ago, and answers to repeatable calls after a day; how many rows by table."""
    old = sa.func.now() - KEPT
    ended = {
        sessions: sa.or_(
            sessions.c.revoked_at < old, sessions.c.expires_at < old, sessions.c.last_seen_at < old - IDLE
        ),
        password_resets: sa.or_(password_resets.c.used_at < old, password_resets.c.expires_at < old),
        invitations: sa.or_(
            invitations.c.accepted_at < old, invitations.c.revoked_at < old, invitations.c.expires_at < old
        ),
        api_keys: sa.or_(api_keys.c.revoked_at < old, api_keys.c.expires_at < old),
    }
    swept = {table.name: conn.execute(table.delete().where(when)).rowcount for table, when in ended.items()}
    return swept | {"idempotency_keys": conn.scalars(sa.select(sa.func.platform.forget_requests())).one()}
