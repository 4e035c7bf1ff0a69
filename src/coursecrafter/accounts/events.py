"""What happens at the door: written once, never changed, read by an organisation's owners and admins."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.tables import security_events

LONGEST_AGENT = 400


class SecurityEvent(StrEnum):
    """Everything that is written down, and nothing else."""

    SIGN_IN_TRIED = "sign_in_tried"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGNED_IN = "signed_in"
    SIGNED_IN_ELSEWHERE = "signed_in_elsewhere"
    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    SESSION_ENDED = "session_ended"
    ORGANISATION_SWITCHED = "organisation_switched"
    RESET_REQUESTED = "reset_requested"
    RESET_MADE = "reset_made"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - an event
    PASSWORD_CHANGE_TRIED = "password_change_tried"  # noqa: S105 - an event
    PASSWORD_CHANGE_FAILED = "password_change_failed"  # noqa: S105 - an event
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - an event
    LINK_TRIED = "link_tried"
    LINK_FAILED = "link_failed"
    LINK_USED = "link_used"
    INVITED = "invited"
    FIRST_ADMINISTRATOR_INVITED = "first_administrator_invited"
    INVITATION_ACCEPTED = "invitation_accepted"
    INVITATION_REVOKED = "invitation_revoked"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"
    MEMBER_ROLE_CHANGED = "member_role_changed"
    MEMBER_REMOVED = "member_removed"
    IDENTITY_TRIED = "identity_tried"
    IDENTITY_FAILED = "identity_failed"
    IDENTITY_LINKED = "identity_linked"
    ROLE_GIVEN_BY_GROUP = "role_given_by_group"
    ROLE_TAKEN_BY_GROUP = "role_taken_by_group"
    ROLE_KEPT = "role_kept"
    ORGANISATION_MADE = "organisation_made"
    ORGANISATION_RENAMED = "organisation_renamed"
    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_OPENED = "account_opened"


def _address(ip: str | None) -> str | None:
    """The address in canonical form, an IPv4 in IPv6's clothes as IPv4; None for a socket's path or a test client."""
    try:
        address = ipaddress.ip_address((ip or "").partition("%")[0])
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from; as clean as the tables want it, whatever was sent.

    Attributes:
        ip: address of the caller; None: not known, such as at the command line.
        user_agent: what the browser or program calls itself.
    """

    ip: str | None = None
    user_agent: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "ip", _address(self.ip))
        agent = "".join(sign for sign in self.user_agent or "" if sign.isprintable())[:LONGEST_AGENT]
        object.__setattr__(self, "user_agent", agent or None)


HERE = Origin()
"""The command line, or the program itself."""


@dataclass(frozen=True, slots=True)
class PastEvent:
    """An event as it is read."""

    id: UUID
    at: datetime
    event: str
    user_id: UUID | None
    email: str | None
    ip: str | None
    user_agent: str | None
    details: Mapping[str, Any]


def record(
    conn: sa.Connection,
    event: SecurityEvent,
    origin: Origin,
    *,
    org_id: UUID | None = None,
    user_id: UUID | None = None,
    email: str | None = None,
    **details: Any,
) -> None:
    """Write an event down, in the transaction of what happened; for what failed see `throttle.attempt`."""
    conn.execute(
        security_events.insert().values(
            event=event,
            org_id=org_id,
            user_id=user_id,
            email=email,
            ip=origin.ip,
            user_agent=origin.user_agent,
            details=details,
        )
    )


def list_events(conn: sa.Connection, org_id: UUID, *, before: UUID | None = None, limit: int = 50) -> list[PastEvent]:
    """What happened in an organisation, the newest first; whoever calls asks for the right to know.

    Args:
        before: the last id of the page before.
    """
    of = security_events.c
    query = sa.select(of.id, of.created_at, of.event, of.user_id, of.email, of.ip, of.user_agent, of.details)
    query = query.where(of.org_id == org_id).order_by(of.id.desc()).limit(limit)
    if before is not None:
        query = query.where(of.id < before)
    rows = conn.execute(query).all()
    return [PastEvent(*row[:5], None if row.ip is None else str(row.ip), *row[6:]) for row in rows]
