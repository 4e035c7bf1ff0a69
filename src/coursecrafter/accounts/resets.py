"""A new password: by a link for who forgot theirs, or by the old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller, NotSignedIn
from coursecrafter.accounts.events import HERE, Origin, SecurityEvent, record
from coursecrafter.accounts.links import RESET_LASTS, LinkNotValid, require_unspent
from coursecrafter.accounts.passwords import hash_password, is_password, require_password
from coursecrafter.accounts.people import Account, find_account, has_identity
from coursecrafter.accounts.sessions import SignInRefused, end_sessions, require_open
from coursecrafter.accounts.tokens import TokenKind, digest, is_token, make_token
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import password_resets, users


@dataclass(frozen=True, slots=True)
class Reset:
    """A link to be sent.

    Attributes:
        token: the link's secret.
    """

    email: str
    name: str
    token: str


def request_reset(conn: sa.Connection, email: str) -> Reset | None:
    """What to send to an address; None: nothing. Whoever asked is told the same either way, at the same time.

    Nothing is sent to a closed account, nor to one that signs in elsewhere: a link must not open a second way in.
    """
    account = find_account(conn, email=email.strip().lower())
    if account is None or account.closed_at is not None:
        return None
    if account.password_hash is None and has_identity(conn, account.id):
        return None
    return Reset(account.email, account.name, _new_reset(conn, account, HERE))


def make_reset(conn: sa.Connection, email: str) -> str:
    """The secret of a link for the account with this address, at the command line.

    Raises:
        NotFound: CC-0020.
        AccountClosed: CC-0062.
    """
    account = find_account(conn, email=email.strip().lower())
    if account is None:
        raise NotFound(f"Nobody here has the address “{email}”.")
    require_open(account)
    return _new_reset(conn, account, HERE)


def reset_password(conn: sa.Connection, token: str, password: str, origin: Origin) -> Account:
    """Set a new password by a link, and end all sessions of its account.

    Raises:
        LinkNotValid: CC-0067.
        AccountClosed: CC-0062.
        PasswordRefused: CC-0065.
    """
    of = password_resets.c
    query = sa.select(of.id, of.user_id, of.used_at, (of.expires_at <= sa.func.now()).label("is_over"))
    row = None
    if is_token(token, TokenKind.RESET):
        row = conn.execute(query.where(of.token_hash == digest(token)).with_for_update()).one_or_none()
    account = None if row is None else find_account(conn, user_id=row.user_id)
    if row is None or account is None:
        raise LinkNotValid("This is no link for a new password, it was not copied whole, or a newer one was made.")
    require_unspent(row.used_at, None, is_over=row.is_over)
    require_open(account)
    ended = _set_password(conn, account, password)
    conn.execute(password_resets.update().where(of.id == row.id).values(used_at=sa.func.now()))
    record(conn, SecurityEvent.PASSWORD_RESET, origin, user_id=account.id, email=account.email, sessions=ended)
    record(conn, SecurityEvent.LINK_USED, origin, user_id=account.id)
    return account


def change_password(conn: sa.Connection, caller: Caller, old: str, new: str, origin: Origin) -> None:
    """Set a new password by the old one, and end all other sessions; the caller throttles with `throttle.attempt`.

    Raises:
        NotSignedIn: CC-0060, the caller came with a key or a token.
        SignInRefused: CC-0063, the old password is not right.
        PasswordRefused: CC-0065.
    """
    account = find_account(conn, user_id=caller.user_id)
    if caller.session_id is None or account is None:
        raise NotSignedIn("Only who is signed in themselves changes their password.")
    if not is_password(old, account.password_hash):
        raise SignInRefused("The old password is not right.")
    require_password(new, account.email, account.name)
    conn.execute(users.update().where(users.c.id == account.id).values(password_hash=hash_password(new)))
    ended = end_sessions(conn, account.id, but=caller.session_id)
    told: dict[str, Any] = {"org_id": caller.org_id, "user_id": account.id, "email": account.email}
    record(conn, SecurityEvent.PASSWORD_CHANGED, origin, **told, sessions=ended)


def _new_reset(conn: sa.Connection, account: Account, origin: Origin) -> str:
    """A new link; the older ones of the account no longer work."""
    conn.execute(password_resets.delete().where(password_resets.c.user_id == account.id))
    token = make_token(TokenKind.RESET)
    expires_at = sa.func.now() + RESET_LASTS
    values = {"user_id": account.id, "token_hash": digest(token), "expires_at": expires_at}
    conn.execute(password_resets.insert().values(values))
    record(conn, SecurityEvent.RESET_MADE, origin, user_id=account.id, email=account.email)
    return token


def _set_password(conn: sa.Connection, account: Account, password: str) -> int:
    require_password(password, account.email, account.name)
    conn.execute(users.update().where(users.c.id == account.id).values(password_hash=hash_password(password)))
    return end_sessions(conn, account.id)
