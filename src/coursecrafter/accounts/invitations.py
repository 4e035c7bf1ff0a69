"""Invitations: how somebody comes into an organisation, and how the first administrator comes into an installation.

Who holds a link shows that they read the mail of an address, or that somebody who did gave it to them. So a link makes
a new account, but never opens an existing one: its person signs in first. Otherwise an admin of one organisation could
invite the address of a member of another, keep the link, and come in as them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.accounts.caller import Caller
from coursecrafter.accounts.events import HERE, Origin, SecurityEvent, record
from coursecrafter.accounts.links import INVITATION_LASTS, AddressHasAccount, LinkNotValid, require_unspent
from coursecrafter.accounts.passwords import hash_password, require_password
from coursecrafter.accounts.people import (
    LEADERS,
    Account,
    find_account,
    give_membership,
    has_identity,
    require_address,
    require_leader,
    require_name,
    role_of,
)
from coursecrafter.accounts.sessions import require_open
from coursecrafter.accounts.tokens import TokenKind, digest, is_token, make_token
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.db.tables import identities, invitations, memberships, organisations, users
from coursecrafter.domain.roles import OrganisationRole
from coursecrafter.errors import RequestError

ANY_ADDRESS = ""
"""The address of the first administrator's invitation: theirs is not known yet, they say it themselves."""
FIRST_LOCK = 0x63635F31


class AlreadyMember(RequestError):
    """The person belongs to the organisation already."""

    code = "CC-0068"
    status = 409
    remedy = "Change their role in the list of members instead."


@dataclass(frozen=True, slots=True)
class Invitation:
    """An invitation that waits for an answer."""

    id: UUID
    email: str
    role: str
    invited_by: UUID | None
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person who holds a link is asked, for the page that they open.

    Attributes:
        email: whom the link was made for; None: they say it themselves.
        has_account: whether they must sign in first.
    """

    organisation: str
    role: str
    email: str | None
    has_account: bool


def invite(conn: sa.Connection, caller: Caller, email: str, role: str, origin: Origin) -> tuple[str, Invitation]:
    """Invite an address into the caller's organisation; an older invitation of it is taken back.

    Returns:
        The link's secret, shown this once, and the invitation.

    Raises:
        ScopeMissing: CC-0061.
        NotAllowed: CC-0021, a member invites, or an admin invites an owner or admin.
        ValueRefused: CC-0022, no such address or role.
        AlreadyMember: CC-0068.
    """
    _require_may_invite(require_leader(conn, caller), _require_role(role))
    address = require_address(email)
    account = find_account(conn, email=address)
    if account is not None and role_of(conn, caller.org_id, account.id) is not None:
        raise AlreadyMember(f"{address} belongs to the organisation already.")
    token, invitation = _invite(conn, caller.org_id, address, role, caller.user_id)
    record(
        conn,
        SecurityEvent.INVITED,
        origin,
        org_id=caller.org_id,
        user_id=caller.user_id,
        email=address,
        role=role,
    )
    return token, invitation


def invite_from_here(conn: sa.Connection, org_id: UUID, email: str, role: str) -> str:
    """Invite an address as the installation itself, at the command line; the link's secret.

    Raises:
        ValueRefused: CC-0022, no such address or role.
    """
    address = require_address(email)
    token, _ = _invite(conn, org_id, address, _require_role(role), None)
    record(conn, SecurityEvent.INVITED, HERE, org_id=org_id, email=address, role=role)
    return token


def list_invitations(conn: sa.Connection, caller: Caller) -> list[Invitation]:
    """The organisation's invitations that wait for an answer, the newest first.

    Raises:
        NotAllowed: CC-0021, for members.
    """
    require_leader(conn, caller)
    of = invitations.c
    query = sa.select(*_SHOWN).where(of.org_id == caller.org_id, of.email != ANY_ADDRESS, _waits())
    return [Invitation(*row) for row in conn.execute(query.order_by(of.id.desc()))]


def revoke_invitation(conn: sa.Connection, caller: Caller, invitation_id: UUID, origin: Origin) -> None:
    """Take an invitation back; its link no longer works.

    Raises:
        NotAllowed: CC-0021, for members.
        NotFound: CC-0020, also for one that was answered.
    """
    require_leader(conn, caller)
    which = (invitations.c.id == invitation_id, invitations.c.org_id == caller.org_id)
    if not _take_back(conn, *which):
        raise NotFound("There is no such invitation, or it was answered already.")
    details = {"invitation_id": str(invitation_id)}
    record(conn, SecurityEvent.INVITATION_REVOKED, origin, org_id=caller.org_id, user_id=caller.user_id, **details)


def look_at(conn: sa.Connection, token: str) -> Asked:
    """What the holder of a link is asked.

    Raises:
        LinkNotValid: CC-0067.
    """
    row = _hold(conn, token)
    account = find_account(conn, email=row.email)
    name = conn.scalars(sa.select(organisations.c.name).where(organisations.c.id == row.org_id)).one()
    has_account = account is not None and not _is_blank(conn, account, row.org_id)
    return Asked(name, row.role, row.email or None, has_account)


def accept(
    conn: sa.Connection,
    token: str,
    origin: Origin,
    *,
    name: str = "",
    password: str = "",
    email: str | None = None,
    signed_in: UUID | None = None,
) -> tuple[Account, UUID]:
    """Join the organisation that the link was made for.

    Args:
        name, password: of the new account; not asked of who has one.
        email: the address of the first administrator, whose invitation names none.
        signed_in: who holds the link, if they are known.

    Returns:
        The account, and the organisation's id.

    Raises:
        LinkNotValid: CC-0067.
        AddressHasAccount: CC-0069, the address has an account, and nobody or somebody else is signed in.
        AccountClosed: CC-0062.
        PasswordRefused: CC-0065.
        ValueRefused: CC-0022, a name or address that cannot be one.
    """
    row = _hold(conn, token)
    is_first = row.email == ANY_ADDRESS
    address = require_address(email or "") if is_first else row.email
    account = find_account(conn, email=address)
    if account is None:
        account = _new_account(conn, address, name, password)
    else:
        require_open(account)
        if account.id != signed_in:
            account = _fill_in(conn, account, row.org_id, name, password)
    _join(conn, row, account, origin)
    if is_first:
        conn.execute(users.update().where(users.c.id == account.id).values(is_operator=True))
    return find_account(conn, user_id=account.id) or account, row.org_id


def first_administrator_link(conn: sa.Connection, name: str, slug: str) -> str | None:
    """The secret of a link for the first administrator; None once somebody can sign in.

    Every start makes a new one and takes the old one back, so that only what was printed last works. It makes its
    holder owner of the first organisation and operator of the installation.

    Args:
        name, slug: of the first organisation, if there is none.
    """
    # Two processes that start at once make one link each, and only one of them would work.
    conn.execute(sa.select(sa.func.pg_advisory_xact_lock(FIRST_LOCK)))
    if not _nobody_can_sign_in(conn):
        return None
    org_id = conn.scalar(sa.select(organisations.c.id).order_by(organisations.c.created_at, organisations.c.id))
    if org_id is None:
        made = organisations.insert().values(name=name, slug=slug)
        org_id = conn.scalars(made.returning(organisations.c.id)).one()
    token, _ = _invite(conn, org_id, ANY_ADDRESS, OrganisationRole.OWNER, None)
    record(conn, SecurityEvent.FIRST_ADMINISTRATOR_INVITED, HERE, org_id=org_id)
    return token


_SHOWN = tuple(invitations.c[name] for name in Invitation.__dataclass_fields__)


def _invite(
    conn: sa.Connection, org_id: UUID, address: str, role: str, invited_by: UUID | None
) -> tuple[str, Invitation]:
    everywhere = invitations.c.email == address
    _take_back(conn, everywhere if address == ANY_ADDRESS else sa.and_(everywhere, invitations.c.org_id == org_id))
    token = make_token(TokenKind.INVITATION)
    row = invitations.insert().values(
        org_id=org_id,
        email=address,
        role=role,
        token_hash=digest(token),
        invited_by=invited_by,
        expires_at=sa.func.now() + INVITATION_LASTS,
    )
    return token, Invitation(*conn.execute(row.returning(*_SHOWN)).one())


def _hold(conn: sa.Connection, token: str) -> sa.Row[Any]:
    """The invitation, held until the transaction ends: of two who open a link at once, one joins."""
    of = invitations.c
    query = sa.select(invitations, (of.expires_at <= sa.func.now()).label("is_over"))
    row = None
    if is_token(token, TokenKind.INVITATION):
        row = conn.execute(query.where(of.token_hash == digest(token)).with_for_update()).one_or_none()
    if row is None:
        raise LinkNotValid("This is no link of an invitation, or it was not copied whole.")
    require_unspent(row.accepted_at, row.revoked_at, is_over=row.is_over)
    inviter = None if row.invited_by is None else role_of(conn, row.org_id, row.invited_by)
    if row.invited_by is not None and not _may_invite(inviter, row.role):
        raise LinkNotValid("Whoever made this link may no longer invite to the organisation.")
    if row.email == ANY_ADDRESS and not _nobody_can_sign_in(conn):
        raise LinkNotValid("This installation has its first administrator already.")
    return row


def _new_account(conn: sa.Connection, address: str, name: str, password: str) -> Account:
    plain = require_name(name)
    require_password(password, address, plain)
    row = users.insert().values(email=address, name=plain, password_hash=hash_password(password))
    user_id = conn.scalars(row.returning(users.c.id)).one()
    return Account(user_id, address, plain, None, is_operator=False, closed_at=None)


def _fill_in(conn: sa.Connection, account: Account, org_id: UUID, name: str, password: str) -> Account:
    """Give an account that the command line made, and nobody has used, its name and password."""
    if not _is_blank(conn, account, org_id):
        raise AddressHasAccount(f"{account.email} has an account already.")
    plain = require_name(name)
    require_password(password, account.email, plain)
    values = {"name": plain, "password_hash": hash_password(password)}
    conn.execute(users.update().where(users.c.id == account.id).values(values))
    return account


def _is_blank(conn: sa.Connection, account: Account, org_id: UUID) -> bool:
    """Whether nobody has used an account yet and it opens no other organisation: a link may then fill it in."""
    if account.password_hash is not None or account.is_operator or has_identity(conn, account.id):
        return False
    elsewhere = sa.exists().where(memberships.c.user_id == account.id, memberships.c.org_id != org_id)
    return not conn.scalar(sa.select(elsewhere))


def _join(conn: sa.Connection, invitation: sa.Row[Any], account: Account, origin: Origin) -> None:
    ranks = list(OrganisationRole)
    before = role_of(conn, invitation.org_id, account.id)
    if before is None or ranks.index(OrganisationRole(invitation.role)) < ranks.index(before):
        give_membership(conn, invitation.org_id, account.id, invitation.role)
    accepted = invitations.update().where(invitations.c.id == invitation.id).values(accepted_at=sa.func.now())
    conn.execute(accepted)
    told = {"org_id": invitation.org_id, "user_id": account.id, "email": account.email}
    record(conn, SecurityEvent.INVITATION_ACCEPTED, origin, **told, role=invitation.role)
    record(conn, SecurityEvent.LINK_USED, origin, **told)


def _nobody_can_sign_in(conn: sa.Connection) -> bool:
    somebody = sa.or_(sa.exists().where(users.c.password_hash.is_not(None)), sa.exists().select_from(identities))
    return not conn.scalar(sa.select(somebody))


def _waits() -> sa.ColumnElement[bool]:
    of = invitations.c
    return sa.and_(of.accepted_at.is_(None), of.revoked_at.is_(None), of.expires_at > sa.func.now())


def _take_back(conn: sa.Connection, *which: sa.ColumnElement[bool]) -> int:
    of = invitations.c
    back = invitations.update().where(of.accepted_at.is_(None), of.revoked_at.is_(None), *which)
    return conn.execute(back.values(revoked_at=sa.func.now())).rowcount


def _require_role(role: str) -> OrganisationRole:
    if role not in list(OrganisationRole):
        raise ValueRefused("The role can only be owner, admin or member.")
    return OrganisationRole(role)


def _may_invite(inviter: OrganisationRole | None, role: str) -> bool:
    return inviter is OrganisationRole.OWNER or (inviter in LEADERS and role == OrganisationRole.MEMBER)


def _require_may_invite(inviter: OrganisationRole, role: OrganisationRole) -> None:
    if not _may_invite(inviter, role):
        raise NotAllowed("Only owners of the organisation invite owners and admins.")
