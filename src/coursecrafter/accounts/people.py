"""People and where they belong, as the account verbs need them."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller, Scope
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.db.tables import identities, memberships, organisations, sessions, users
from coursecrafter.domain.roles import OrganisationRole
from coursecrafter.errors import RequestError

ADDRESS = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
"""ASCII: other domains are written in their xn-- form, and nobody's address can look like another's."""
LONGEST_ADDRESS = 254
LONGEST_NAME = 120
LEADERS = (OrganisationRole.OWNER, OrganisationRole.ADMIN)


class NoOrganisation(RequestError):
    """The person belongs to no organisation, or not to the one that was named."""

    code = "CC-0066"
    status = 403
    remedy = "Ask an owner or admin of the organisation for an invitation."


@dataclass(frozen=True, slots=True)
class Account:
    """A person as the installation knows them."""

    id: UUID
    email: str
    name: str
    password_hash: str | None
    is_operator: bool
    closed_at: datetime | None


def require_address(email: str) -> str:
    """The address in small letters.

    Raises:
        ValueRefused: CC-0022.
    """
    address = email.strip().lower()
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address) or ".." in address:
        raise ValueRefused("The address is no e-mail address; one looks like ada@acme.example.")
    return address


def require_name(name: str, of_what: str = "name") -> str:
    """A name in one line, without what cannot be shown.

    Raises:
        ValueRefused: CC-0022.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise ValueRefused(f"The {of_what} has 1 to {LONGEST_NAME} signs in one line.")
    return plain


def find_account(conn: sa.Connection, *, email: str | None = None, user_id: UUID | None = None) -> Account | None:
    """The account with this address or id, closed or not."""
    of = users.c
    query = sa.select(of.id, of.email, of.name, of.password_hash, of.is_operator, of.deactivated_at)
    row = conn.execute(query.where(of.email == email if user_id is None else of.id == user_id)).one_or_none()
    return None if row is None else Account(*row)


def has_identity(conn: sa.Connection, user_id: UUID) -> bool:
    """Whether another system vouches for the person."""
    return bool(conn.scalar(sa.select(sa.exists().where(identities.c.user_id == user_id))))


def role_of(conn: sa.Connection, org_id: UUID, user_id: UUID) -> OrganisationRole | None:
    """The person's role in the organisation; None: none."""
    of = memberships.c
    role = conn.scalar(sa.select(of.role).where(of.org_id == org_id, of.user_id == user_id))
    return None if role is None else OrganisationRole(role)


def require_leader(conn: sa.Connection, caller: Caller) -> OrganisationRole:
    """The caller's role, if they look after the people of their organisation.

    Raises:
        ScopeMissing: CC-0061.
        NotAllowed: CC-0021.
    """
    caller.require(Scope.ADMIN)
    role = role_of(conn, caller.org_id, caller.user_id)
    if role not in LEADERS:
        raise NotAllowed("Only owners and admins of the organisation may do this.")
    return role


def give_membership(conn: sa.Connection, org_id: UUID, user_id: UUID, role: str) -> None:
    """Make a person a member, or give a member this role."""
    values: dict[str, Any] = {"org_id": org_id, "user_id": user_id}
    of = memberships.c
    changed = memberships.update().where(of.org_id == org_id, of.user_id == user_id).values(role=role)
    if not conn.execute(changed).rowcount:
        conn.execute(memberships.insert().values(role=role, **values))


def find_organisation(conn: sa.Connection, slug: str) -> UUID | None:
    """The id of the organisation with this short name."""
    org_id: UUID | None = conn.scalar(sa.select(organisations.c.id).where(organisations.c.slug == slug))
    return org_id


def organisation_name(conn: sa.Connection, org_id: UUID) -> str:
    """What people call the organisation."""
    name: str | None = conn.scalar(sa.select(organisations.c.name).where(organisations.c.id == org_id))
    if name is None:
        raise NotFound("There is no such organisation.")
    return name


def place_of(conn: sa.Connection, user_id: UUID, organisation: str | None = None, but: Collection[UUID] = ()) -> UUID:
    """The organisation that a person works in: the named one, else where they were last, else their first.

    Args:
        but: organisations that it cannot be.

    Raises:
        NoOrganisation: CC-0066.
    """
    last = sa.select(sa.func.max(sessions.c.last_seen_at)).where(
        sessions.c.user_id == memberships.c.user_id, sessions.c.org_id == memberships.c.org_id
    )
    query = sa.select(memberships.c.org_id).join(organisations, organisations.c.id == memberships.c.org_id)
    query = query.where(memberships.c.user_id == user_id, memberships.c.org_id.not_in(but))
    if organisation is not None:
        query = query.where(organisations.c.slug == organisation)
    order = (last.scalar_subquery().desc().nulls_last(), memberships.c.created_at, organisations.c.id)
    org_id: UUID | None = conn.scalar(query.order_by(*order).limit(1))
    if org_id is None:
        where = "any organisation" if organisation is None else "that organisation"
        raise NoOrganisation(f"This account does not belong to {where}.")
    return org_id
