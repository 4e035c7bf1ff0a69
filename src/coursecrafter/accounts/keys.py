"""API keys: a program speaks for one person in one organisation, and never does more than the person may."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller, NotSignedIn, Scope, ScopeMissing
from coursecrafter.accounts.events import Origin, SecurityEvent, record
from coursecrafter.accounts.people import LEADERS, require_leader, require_name, role_of
from coursecrafter.accounts.tokens import TokenKind, digest, is_token, make_token, shown_part
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.db.tables import api_keys, memberships, users
from coursecrafter.domain.roles import OrganisationRole

USED_EVERY = timedelta(minutes=1)
LONGEST_DAYS = 3650
LEADERS_SCOPES = frozenset({Scope.ADMIN, Scope.WORKER})
"""What only owners and admins have to give; a key loses it when its person becomes a member."""


@dataclass(frozen=True, slots=True)
class Key:
    """A key as its person and the organisation's leaders see it.

    Attributes:
        prefix: its first signs; the rest is known to nobody but its holder.
    """

    id: UUID
    user_id: UUID
    name: str
    prefix: str
    scopes: tuple[Scope, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def make_key(
    conn: sa.Connection,
    caller: Caller,
    name: str,
    scopes: Iterable[str],
    origin: Origin,
    days: int | None = None,
) -> tuple[str, Key]:
    """Make a key for the caller in their organisation.

    Args:
        days: for how long; None: until it is revoked.

    Returns:
        The key itself, shown this once, and how it is listed.

    Raises:
        ScopeMissing: CC-0061, the caller came with a key: keys do not make keys.
        NotAllowed: CC-0021, scopes that a member cannot give.
        ValueRefused: CC-0022.
    """
    if caller.kind == "key":
        raise ScopeMissing("A key cannot make keys.")
    wanted = _require_scopes(scopes)
    if wanted & LEADERS_SCOPES and role_of(conn, caller.org_id, caller.user_id) not in LEADERS:
        raise NotAllowed("Only owners and admins of the organisation make keys for admin and worker.")
    token = make_token(TokenKind.KEY)
    row = api_keys.insert().values(
        org_id=caller.org_id,
        user_id=caller.user_id,
        name=require_name(name, "name of the key"),
        prefix=shown_part(token),
        key_hash=digest(token),
        scopes=sorted(wanted),
        expires_at=_end(days),
    )
    made = _key(conn.execute(row.returning(*_SHOWN)).one())
    details: dict[str, Any] = {"key_id": str(made.id), "name": made.name, "scopes": sorted(wanted)}
    record(conn, SecurityEvent.KEY_MADE, origin, org_id=caller.org_id, user_id=caller.user_id, **details)
    return token, made


def find_key(conn: sa.Connection, token: str) -> Caller:
    """For whom a key speaks, and how far: its scopes, less what its person may no longer give.

    Raises:
        NotSignedIn: CC-0060, there is no such key, it ended, or its person's account was closed.
    """
    if not is_token(token, TokenKind.KEY):
        raise NotSignedIn("This is not a key of Course Crafter.")
    of = api_keys.c
    ended = sa.or_(of.expires_at <= sa.func.now(), of.revoked_at.is_not(None), users.c.deactivated_at.is_not(None))
    is_fresh = of.last_used_at > sa.func.now() - USED_EVERY
    query = sa.select(of.id, of.user_id, of.org_id, of.scopes, memberships.c.role, ended, is_fresh)
    query = query.join(users, users.c.id == of.user_id)
    query = query.join(memberships, sa.and_(memberships.c.org_id == of.org_id, memberships.c.user_id == of.user_id))
    row = conn.execute(query.where(of.key_hash == digest(token))).one_or_none()
    if row is None:
        raise NotSignedIn("There is no such key.")
    key_id, user_id, org_id, scopes, role, has_ended, was_just_used = row
    if has_ended:
        raise NotSignedIn("This key has expired or was revoked.")
    if not was_just_used:
        conn.execute(api_keys.update().where(of.id == key_id).values(last_used_at=sa.func.now()))
    allowed = frozenset(Scope(scope) for scope in scopes)
    if role == OrganisationRole.MEMBER:
        allowed -= LEADERS_SCOPES
    return Caller(user_id, org_id, "key", allowed, key_id=key_id)


def list_keys(conn: sa.Connection, caller: Caller, *, everybodys: bool = False) -> list[Key]:
    """The caller's keys that are not revoked, the newest first; of the whole organisation for its leaders.

    Raises:
        ScopeMissing: CC-0061, for everybody's keys without the scope `admin`.
        NotAllowed: CC-0021, for everybody's keys by a member.
    """
    of = api_keys.c
    query = sa.select(*_SHOWN).where(of.org_id == caller.org_id, of.revoked_at.is_(None))
    if everybodys:
        require_leader(conn, caller)
    else:
        query = query.where(of.user_id == caller.user_id)
    return [_key(row) for row in conn.execute(query.order_by(of.id.desc()))]


def revoke_key(conn: sa.Connection, caller: Caller, key_id: UUID, origin: Origin) -> None:
    """End a key: one's own, or as owner or admin anybody's in the organisation.

    Raises:
        ScopeMissing: CC-0061, a key without the scope `admin` that is not the key itself.
        NotFound: CC-0020.
    """
    if caller.key_id != key_id:
        caller.require(Scope.ADMIN)
    of = api_keys.c
    which = [of.id == key_id, of.org_id == caller.org_id, of.revoked_at.is_(None)]
    if role_of(conn, caller.org_id, caller.user_id) not in LEADERS:
        which.append(of.user_id == caller.user_id)
    if not conn.execute(api_keys.update().where(*which).values(revoked_at=sa.func.now())).rowcount:
        raise NotFound("There is no such key, or it was revoked already.")
    details = {"key_id": str(key_id)}
    record(conn, SecurityEvent.KEY_REVOKED, origin, org_id=caller.org_id, user_id=caller.user_id, **details)


_SHOWN = tuple(api_keys.c[name] for name in Key.__dataclass_fields__)


def _key(row: sa.Row[tuple[object, ...]]) -> Key:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's columns by name
    values["scopes"] = tuple(scope for scope in Scope if scope in values["scopes"])
    return Key(**values)


def _require_scopes(scopes: Iterable[str]) -> frozenset[Scope]:
    try:
        wanted = frozenset(Scope(scope) for scope in scopes)
    except ValueError:
        wanted = frozenset()
    if not wanted:
        raise ValueRefused("The scopes of a key are read, write, admin and worker, at least one of them.")
    return wanted


def _end(days: int | None) -> sa.ColumnElement[datetime] | None:
    if days is None:
        return None
    if not 1 <= days <= LONGEST_DAYS:
        raise ValueRefused(f"A key lasts 1 to {LONGEST_DAYS} days, or until it is revoked.")
    return sa.func.now() + timedelta(days=days)
