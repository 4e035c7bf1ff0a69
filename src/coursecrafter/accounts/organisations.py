"""Organisations and the people in them, as their accounts: who I am, where I belong, and what an operator does."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller, NotSignedIn, Scope
from coursecrafter.accounts.events import Origin, SecurityEvent, record
from coursecrafter.accounts.people import find_account, give_membership, has_identity, require_leader, require_name
from coursecrafter.accounts.sessions import end_sessions
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused, ValueRefused
from coursecrafter.db.tables import memberships, organisations, users
from coursecrafter.domain.roles import OrganisationRole

SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


@dataclass(frozen=True, slots=True)
class Place:
    """An organisation that a person belongs to."""

    id: UUID
    name: str
    slug: str
    role: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """Who the caller is.

    Attributes:
        org_id: the organisation that they work in now.
        has_password, has_identity: how they can sign in: here, or through another system.
    """

    user_id: UUID
    email: str
    name: str
    is_operator: bool
    has_password: bool
    has_identity: bool
    org_id: UUID
    scopes: tuple[Scope, ...]
    organisations: tuple[Place, ...]


def profile(conn: sa.Connection, caller: Caller) -> Profile:
    """Who the caller is, and where they belong.

    Raises:
        NotSignedIn: CC-0060, the account is gone.
    """
    account = find_account(conn, user_id=caller.user_id)
    if account is None:
        raise NotSignedIn("There is no such account.")
    return Profile(
        account.id,
        account.email,
        account.name,
        account.is_operator,
        account.password_hash is not None,
        has_identity(conn, account.id),
        caller.org_id,
        tuple(scope for scope in Scope if scope in caller.scopes),
        tuple(my_organisations(conn, account.id)),
    )


def my_organisations(conn: sa.Connection, user_id: UUID) -> list[Place]:
    """Where a person belongs, by name."""
    of = organisations.c
    query = sa.select(of.id, of.name, of.slug, memberships.c.role, memberships.c.created_at)
    query = query.join(memberships, memberships.c.org_id == of.id).where(memberships.c.user_id == user_id)
    return [Place(*row) for row in conn.execute(query.order_by(of.name, of.id))]


def rename_oneself(conn: sa.Connection, caller: Caller, name: str) -> None:
    """Set what people call the caller.

    Raises:
        ScopeMissing: CC-0061, a key without `admin`: it must not make its person somebody else.
        ValueRefused: CC-0022.
    """
    caller.require(Scope.ADMIN)
    conn.execute(users.update().where(users.c.id == caller.user_id).values(name=require_name(name)))


def create_organisation(conn: sa.Connection, caller: Caller, name: str, slug: str, origin: Origin) -> Place:
    """Make an organisation, with the operator as its first owner.

    Raises:
        OperatorOnly: CC-0078.
        ValueRefused: CC-0022.
        AlreadyTaken: CC-0024, the short name, at the transaction's edge.
    """
    caller.require_operator()
    if not SHORT_NAME.fullmatch(slug):
        raise ValueRefused("A short name has small letters, digits and hyphens only, such as acme-uk.")
    made = organisations.insert().values(name=require_name(name), slug=slug)
    org_id = conn.scalars(made.returning(organisations.c.id)).one()
    give_membership(conn, org_id, caller.user_id, OrganisationRole.OWNER)
    record(conn, SecurityEvent.ORGANISATION_MADE, origin, org_id=org_id, user_id=caller.user_id)
    return next(place for place in my_organisations(conn, caller.user_id) if place.id == org_id)


def rename_organisation(conn: sa.Connection, caller: Caller, name: str, origin: Origin) -> None:
    """Set what people call the caller's organisation.

    Raises:
        NotAllowed: CC-0021, for members.
        ValueRefused: CC-0022.
    """
    require_leader(conn, caller)
    plain = require_name(name)
    conn.execute(organisations.update().where(organisations.c.id == caller.org_id).values(name=plain))
    told: dict[str, Any] = {"org_id": caller.org_id, "user_id": caller.user_id}
    record(conn, SecurityEvent.ORGANISATION_RENAMED, origin, **told, name=plain)


def close_account(conn: sa.Connection, caller: Caller, user_id: UUID, origin: Origin) -> None:
    """Close a person's account: their sessions end, their keys and tokens are no longer known.

    Raises:
        OperatorOnly: CC-0078.
        NotAllowed: CC-0021, one's own account: an installation keeps an operator.
        NotFound: CC-0020.
        StateRefused: CC-0025, closed already.
    """
    caller.require_operator()
    if user_id == caller.user_id:
        raise NotAllowed("Nobody closes their own account; another operator can.")
    _set_closed(conn, caller, user_id, is_closed=True)
    end_sessions(conn, user_id)
    _tell(conn, SecurityEvent.ACCOUNT_CLOSED, caller, user_id, origin)


def open_account(conn: sa.Connection, caller: Caller, user_id: UUID, origin: Origin) -> None:
    """Open a closed account again; its keys work again, its sessions do not.

    Raises:
        OperatorOnly: CC-0078.
        NotFound: CC-0020.
        StateRefused: CC-0025, open already.
    """
    caller.require_operator()
    _set_closed(conn, caller, user_id, is_closed=False)
    _tell(conn, SecurityEvent.ACCOUNT_OPENED, caller, user_id, origin)


def _set_closed(conn: sa.Connection, caller: Caller, user_id: UUID, *, is_closed: bool) -> None:
    # Operators who close each other at the same moment wait for each other; the second one is closed by then.
    conn.execute(sa.select(users.c.id).where(users.c.is_operator).order_by(users.c.id).with_for_update())
    operator = find_account(conn, user_id=caller.user_id)
    if operator is None or operator.closed_at is not None:
        raise NotSignedIn("Your account was closed in the meantime.")
    account = find_account(conn, user_id=user_id)
    if account is None:
        raise NotFound("There is no such account.")
    if (account.closed_at is not None) == is_closed:
        raise StateRefused(f"The account is {'closed' if is_closed else 'open'} already.")
    at = sa.func.now() if is_closed else None
    conn.execute(users.update().where(users.c.id == user_id).values(deactivated_at=at))


def _tell(conn: sa.Connection, event: SecurityEvent, caller: Caller, user_id: UUID, origin: Origin) -> None:
    record(conn, event, origin, org_id=caller.org_id, user_id=caller.user_id, account=str(user_id))
