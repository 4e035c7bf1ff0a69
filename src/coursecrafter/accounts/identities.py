"""People whom another system vouches for: found or made here, and given the roles that their groups have.

An identity is issuer and subject, never an address: addresses are given to somebody else in time. An address only finds
the account that an identity is joined to the first time, and only where the other system has checked it. Joining takes
the account's password and sessions away: whoever set them may be somebody else than the person the system vouches for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from coursecrafter.accounts.events import Origin, SecurityEvent, record
from coursecrafter.accounts.people import (
    LONGEST_NAME,
    Account,
    find_account,
    find_organisation,
    give_membership,
    require_address,
    role_of,
)
from coursecrafter.accounts.sessions import end_sessions, require_open
from coursecrafter.accounts.settings import ANY, RoleRule
from coursecrafter.db.refusals import ValueRefused
from coursecrafter.db.tables import api_keys, identities, memberships, project_access, sessions, users
from coursecrafter.domain.roles import OrganisationRole
from coursecrafter.errors import RequestError


class IdentityNotAllowed(RequestError):
    """The other system knows the person, but nothing gives them a place here."""

    code = "CC-0076"
    status = 403
    remedy = "Ask an owner or admin of your organisation for an invitation, or for the group that gives one."


@dataclass(frozen=True, slots=True)
class Vouched:
    """What another system says of a person, with its signature checked.

    Attributes:
        email: None: not said, or not checked by the system.
        organisation: short name of where they work now; None: not said.
        groups: as the system calls them.
    """

    issuer: str
    subject: str
    email: str | None
    name: str
    organisation: str | None
    groups: frozenset[str]


def recognise(
    conn: sa.Connection, vouched: Vouched, rules: Sequence[RoleRule], origin: Origin
) -> tuple[Account, frozenset[UUID]]:
    """The account of a vouched-for person, made or joined the first time, with the roles of their groups.

    In an organisation that a rule names, the groups decide: who lost them loses the role, but never the last owner.

    Returns:
        The account, and the organisations that its groups do not let it into.

    Raises:
        AccountClosed: CC-0062.
        IdentityNotAllowed: CC-0076, no account, and no group gives a place; or the address cannot be believed.
    """
    roles = wanted_roles(rules, vouched)
    account = _known(conn, vouched) or _joined(conn, vouched, origin)
    if account is None:
        if not any(roles.values()):
            raise IdentityNotAllowed("You are known to your provider, but have no place here.")
        account = _made(conn, vouched)
    require_open(account)
    known = {find_organisation(conn, slug): role for slug, role in roles.items()}
    settled = {
        org_id: _settle_role(conn, org_id, account, role, origin)
        for org_id, role in known.items()
        if org_id is not None
    }
    return account, frozenset(org_id for org_id, is_in in settled.items() if not is_in)


def wanted_roles(rules: Sequence[RoleRule], vouched: Vouched) -> dict[str, OrganisationRole | None]:
    """The highest role of the person's groups in each organisation that a rule is about; None: no role."""
    ranks = list(OrganisationRole)
    roles: dict[str, OrganisationRole | None] = {}
    for rule in rules:
        slug = vouched.organisation if rule.organisation == ANY else rule.organisation
        if slug is None:
            continue
        before = roles.setdefault(slug, None)
        is_meant = rule.group == ANY or rule.group in vouched.groups
        if is_meant and (before is None or ranks.index(rule.role) < ranks.index(before)):
            roles[slug] = rule.role
    return roles


def read_groups(claims: Mapping[str, object], claim: str) -> frozenset[str]:
    """The groups of a token: a list of texts, or one text with spaces between them."""
    groups = claims.get(claim)
    if isinstance(groups, str):
        return frozenset(groups.split())
    return frozenset(group for group in groups if isinstance(group, str)) if isinstance(groups, list) else frozenset()


def read_name(claims: Mapping[str, object], email: str | None) -> str:
    """What to call the person: their name, else the first part of their address, else a word."""
    name = claims.get("name")
    plain = " ".join("".join(sign for sign in name if sign.isprintable()).split()) if isinstance(name, str) else ""
    return plain[:LONGEST_NAME] or (email or "").partition("@")[0] or "Somebody"


def read_address(claims: Mapping[str, object]) -> str | None:
    """The address in small letters; None where there is none that could be one."""
    email = claims.get("email")
    try:
        return require_address(email) if isinstance(email, str) else None
    except ValueRefused:
        return None


def _known(conn: sa.Connection, vouched: Vouched) -> Account | None:
    """The account that the identity belongs to; its name follows the other system."""
    of = identities.c
    which = sa.and_(of.issuer == vouched.issuer, of.subject == vouched.subject)
    long_ago = sa.func.now() - sa.text("interval '1 minute'")
    row = conn.execute(sa.select(of.user_id, (of.last_seen_at < long_ago).label("is_long_ago")).where(which)).first()
    if row is None:
        return None
    if row.is_long_ago:
        conn.execute(identities.update().where(which).values(last_seen_at=sa.func.now()))
    account = find_account(conn, user_id=row.user_id)
    if account is not None and account.name != vouched.name:
        conn.execute(users.update().where(users.c.id == account.id).values(name=vouched.name))
    return account


def _joined(conn: sa.Connection, vouched: Vouched, origin: Origin) -> Account | None:
    """The account with the person's address, joined to the identity; None if there is none.

    An operator's is never joined: who rules over addresses elsewhere must not come to rule the installation.
    """
    account = None if vouched.email is None else find_account(conn, email=vouched.email)
    if account is None:
        return None
    if account.is_operator:
        raise IdentityNotAllowed("This address belongs to who runs the installation; they sign in with their password.")
    _join(conn, vouched, account.id)
    conn.execute(users.update().where(users.c.id == account.id).values(password_hash=None))
    ended = end_sessions(conn, account.id)
    record(
        conn,
        SecurityEvent.IDENTITY_LINKED,
        origin,
        user_id=account.id,
        email=account.email,
        issuer=vouched.issuer,
        sessions=ended,
    )
    return account


def _made(conn: sa.Connection, vouched: Vouched) -> Account:
    if vouched.email is None:
        raise IdentityNotAllowed("Your provider does not say that your address was checked.")
    row = insert(users).values(email=vouched.email, name=vouched.name).returning(users.c.id)
    user_id = conn.scalars(row).one()
    _join(conn, vouched, user_id)
    return Account(user_id, vouched.email, vouched.name, None, is_operator=False, closed_at=None)


def _join(conn: sa.Connection, vouched: Vouched, user_id: UUID) -> None:
    values = {"issuer": vouched.issuer, "subject": vouched.subject, "user_id": user_id}
    conn.execute(identities.insert().values(values))


def _settle_role(
    conn: sa.Connection, org_id: UUID, account: Account, wanted: OrganisationRole | None, origin: Origin
) -> bool:
    """Bring a person's role to what their groups say, and write down what changed; whether they are let in."""
    # At most requests nothing changes, and nothing is held.
    if role_of(conn, org_id, account.id) is wanted:
        return wanted is not None
    owners = _hold_members(conn, org_id)
    before = role_of(conn, org_id, account.id)
    if before is OrganisationRole.OWNER and owners == 1:
        record(conn, SecurityEvent.ROLE_KEPT, origin, org_id=org_id, user_id=account.id, why="last owner")
        return True
    if wanted is not None:
        give_membership(conn, org_id, account.id, wanted)
        told: dict[str, Any] = {"org_id": org_id, "user_id": account.id, "before": before, "after": wanted}
        record(conn, SecurityEvent.ROLE_GIVEN_BY_GROUP, origin, **told)
        return True
    _take_role(conn, org_id, account, origin, before)
    return False


def _take_role(
    conn: sa.Connection, org_id: UUID, account: Account, origin: Origin, before: OrganisationRole | None
) -> None:
    """Take a person out of an organisation; who alone owns a project of it stays a member, without session or key.

    A project keeps an owner, whatever a provider says: an admin shares it with somebody else, then removes the person.
    """
    told: dict[str, Any] = {"org_id": org_id, "user_id": account.id, "before": before}
    theirs = (memberships.c.org_id == org_id, memberships.c.user_id == account.id)
    if not _owns_alone(conn, org_id, account.id):
        conn.execute(memberships.delete().where(*theirs))
        record(conn, SecurityEvent.ROLE_TAKEN_BY_GROUP, origin, **told)
        return
    for table in (sessions, api_keys):
        of = table.c
        ended = table.update().where(of.org_id == org_id, of.user_id == account.id, of.revoked_at.is_(None))
        conn.execute(ended.values(revoked_at=sa.func.now()))
    if before is not OrganisationRole.MEMBER:
        conn.execute(memberships.update().where(*theirs).values(role=OrganisationRole.MEMBER))
        record(conn, SecurityEvent.ROLE_KEPT, origin, **told, why="owns a project alone")


def _hold_members(conn: sa.Connection, org_id: UUID) -> int:
    """Hold all memberships of an organisation, as all do that change one; how many owners there are."""
    of = memberships.c
    held = conn.scalars(sa.select(of.role).where(of.org_id == org_id).order_by(of.user_id).with_for_update())
    return sum(role == OrganisationRole.OWNER for role in held)


def _owns_alone(conn: sa.Connection, org_id: UUID, user_id: UUID) -> bool:
    of, other = project_access.c, project_access.alias().c
    somebody_else = sa.exists().where(
        other.project_id == of.project_id, other.role == "owner", other.user_id != user_id
    )
    alone = sa.exists().where(of.org_id == org_id, of.user_id == user_id, of.role == "owner", ~somebody_else)
    return bool(conn.scalar(sa.select(alone)))
