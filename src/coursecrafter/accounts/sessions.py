"""Sessions: signing in with a password, being known by a cookie's value, and signing out.

A session ends 12 hours after it was last used and 14 days after it began. Source: OWASP Session Management.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import AccountClosed, Caller
from coursecrafter.accounts.events import Origin, SecurityEvent, record
from coursecrafter.accounts.passwords import hash_password, is_password, needs_rehash
from coursecrafter.accounts.people import Account, NoOrganisation, find_account, place_of, role_of
from coursecrafter.accounts.tokens import TokenKind, digest, is_token, make_token
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import sessions, users
from coursecrafter.errors import RequestError

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=14)
SEEN_EVERY = timedelta(minutes=1)
"""So often at most a session's last use is written: reading must not write at every request."""


class SignInRefused(RequestError):
    """The address or the password is not right."""

    code = "CC-0063"
    status = 401
    remedy = "Check both, or have the password set anew."


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its person sees it in a list."""

    id: UUID
    org_id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip: str | None
    user_agent: str | None


def sign_in(
    conn: sa.Connection, email: str, password: str, origin: Origin, organisation: str | None = None
) -> tuple[str, Caller]:
    """Open a session for who knows the password; the caller throttles with `throttle.attempt`.

    Args:
        organisation: short name of where to work; None: where the person was last.

    Returns:
        The cookie's value, shown this once, and the caller.

    Raises:
        SignInRefused: CC-0063, with the same words and after the same time for an address that nobody has.
        AccountClosed: CC-0062.
        NoOrganisation: CC-0066.
        SignInBusy: CC-0080.
    """
    account = find_account(conn, email=_looked_up(email))
    if not is_password(password, None if account is None else account.password_hash) or account is None:
        raise SignInRefused("The address or the password is not right.")
    require_open(account)
    if account.password_hash and needs_rehash(account.password_hash):
        conn.execute(users.update().where(users.c.id == account.id).values(password_hash=hash_password(password)))
    token, caller = open_session(conn, account, place_of(conn, account.id, organisation), origin)
    record(conn, SecurityEvent.SIGNED_IN, origin, org_id=caller.org_id, user_id=account.id, email=account.email)
    return token, caller


def open_session(conn: sa.Connection, account: Account, org_id: UUID, origin: Origin) -> tuple[str, Caller]:
    """Open a session for somebody who has shown who they are; the cookie's value and the caller."""
    token = make_token(TokenKind.SESSION)
    session = sessions.insert().values(
        token_hash=digest(token),
        org_id=org_id,
        user_id=account.id,
        expires_at=sa.func.now() + LONGEST,
        user_agent=origin.user_agent,
        ip=origin.ip,
    )
    session_id = conn.scalars(session.returning(sessions.c.id)).one()
    return token, Caller(account.id, org_id, "session", session_id=session_id, is_operator=account.is_operator)


def find_session(conn: sa.Connection, token: str) -> Caller | None:
    """Whose session a cookie's value names; None: nobody's, or it ended, or the account was closed."""
    if not is_token(token, TokenKind.SESSION):
        return None
    of = sessions.c
    query = sa.select(of.id, of.user_id, of.org_id, users.c.is_operator, of.last_seen_at < sa.func.now() - SEEN_EVERY)
    query = query.join(users, users.c.id == of.user_id)
    row = conn.execute(query.where(of.token_hash == digest(token), _is_open())).one_or_none()
    if row is None:
        return None
    session_id, user_id, org_id, is_operator, is_long_ago = row
    if is_long_ago:
        conn.execute(sessions.update().where(of.id == session_id).values(last_seen_at=sa.func.now()))
    return Caller(user_id, org_id, "session", session_id=session_id, is_operator=is_operator)


def list_sessions(conn: sa.Connection, caller: Caller) -> list[OpenSession]:
    """The caller's open sessions in all their organisations, the last used first."""
    of = sessions.c
    query = sa.select(of.id, of.org_id, of.created_at, of.last_seen_at, of.expires_at, of.ip, of.user_agent)
    query = query.join(users, users.c.id == of.user_id).where(of.user_id == caller.user_id, _is_open())
    rows = conn.execute(query.order_by(of.last_seen_at.desc(), of.id.desc())).all()
    return [OpenSession(*row[:5], None if row.ip is None else str(row.ip), row.user_agent) for row in rows]


def sign_out(conn: sa.Connection, caller: Caller, origin: Origin) -> None:
    """End the session that the caller came with; a key or a token has none."""
    if caller.session_id is not None:
        _end(conn, sessions.c.id == caller.session_id)
        record(conn, SecurityEvent.SIGNED_OUT, origin, org_id=caller.org_id, user_id=caller.user_id)


def end_session(conn: sa.Connection, caller: Caller, session_id: UUID, origin: Origin) -> None:
    """End one of the caller's sessions, such as that of a lost machine.

    Raises:
        NotFound: CC-0020.
    """
    if not _end(conn, sessions.c.id == session_id, sessions.c.user_id == caller.user_id):
        raise NotFound("There is no such session, or it has ended.")
    record(
        conn,
        SecurityEvent.SESSION_ENDED,
        origin,
        org_id=caller.org_id,
        user_id=caller.user_id,
        session_id=str(session_id),
    )


def sign_out_everywhere(conn: sa.Connection, caller: Caller, origin: Origin) -> int:
    """End all sessions of the caller; how many there were."""
    ended = end_sessions(conn, caller.user_id)
    record(
        conn,
        SecurityEvent.SIGNED_OUT_EVERYWHERE,
        origin,
        org_id=caller.org_id,
        user_id=caller.user_id,
        sessions=ended,
    )
    return ended


def end_sessions(conn: sa.Connection, user_id: UUID, *, but: UUID | None = None) -> int:
    """End a person's sessions, all but one if one is named; how many there were."""
    return _end(conn, sessions.c.user_id == user_id, *(() if but is None else (sessions.c.id != but,)))


def switch_organisation(conn: sa.Connection, caller: Caller, org_id: UUID, origin: Origin) -> Caller:
    """Go on in another organisation of the person with the same session.

    Raises:
        NoOrganisation: CC-0066, they do not belong to it, or came with a key or token, which has one for good.
    """
    if caller.session_id is None:
        raise NoOrganisation("A key or a token works in one organisation only.")
    if role_of(conn, org_id, caller.user_id) is None:
        raise NoOrganisation("This account does not belong to that organisation.")
    conn.execute(sessions.update().where(sessions.c.id == caller.session_id).values(org_id=org_id))
    record(conn, SecurityEvent.ORGANISATION_SWITCHED, origin, org_id=org_id, user_id=caller.user_id)
    return Caller(caller.user_id, org_id, "session", session_id=caller.session_id, is_operator=caller.is_operator)


def require_open(account: Account) -> None:
    """Go on only with an account that is not closed.

    Raises:
        AccountClosed: CC-0062.
    """
    if account.closed_at is not None:
        raise AccountClosed("This account is closed.")


def _is_open() -> sa.ColumnElement[bool]:
    of = sessions.c
    now = sa.func.now()
    lives = sa.and_(of.revoked_at.is_(None), of.expires_at > now, of.last_seen_at > now - IDLE)
    return sa.and_(lives, users.c.deactivated_at.is_(None))


def _end(conn: sa.Connection, *which: sa.ColumnElement[bool]) -> int:
    ended = sessions.update().where(sessions.c.revoked_at.is_(None), *which).values(revoked_at=sa.func.now())
    return conn.execute(ended).rowcount


def _looked_up(email: str) -> str:
    """The address as it would be stored; one that could not be stored is nobody's."""
    address = email.strip().lower()
    return address if address.isascii() and address.isprintable() else ""
