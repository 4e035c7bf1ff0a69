"""How people are known: sessions, keys, invitations, resets, identities from elsewhere, and what happened at the door.

Only the role `cc_accounts` reaches these tables: they are asked before it is known for whom a request speaks. Of every
secret the SHA-256 is kept, never the secret.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, INET, JSONB

from coursecrafter.db.tables.columns import created_at, metadata, moment
from coursecrafter.db.tables.platform import PLATFORM, memberships, organisations, users


def row_id() -> sa.Column[Any]:
    """The primary key."""
    return sa.Column(
        "id", sa.Uuid, primary_key=True, server_default=sa.text("platform.uuidv7()"), comment="Unique id, UUIDv7."
    )


def _secret(name: str, comment: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary, nullable=False, unique=True, comment=comment)


def of_member(table: str) -> sa.ForeignKeyConstraint:
    """A key to the membership: what a person has in an organisation goes when they leave it."""
    return sa.ForeignKeyConstraint(
        ["org_id", "user_id"],
        [memberships.c.org_id, memberships.c.user_id],
        ondelete="CASCADE",
        name=f"fk_{table}_org_id",
    )


def org_id(comment: str = "→ platform.organisations.id, by the membership") -> sa.Column[Any]:
    """The organisation of a row that goes with a membership."""
    return sa.Column("org_id", sa.Uuid, nullable=False, comment=comment)


def user_id() -> sa.Column[Any]:
    """The person of a row that goes with a membership."""
    return sa.Column("user_id", sa.Uuid, nullable=False, comment="→ platform.users.id, by the membership")


def _agent() -> tuple[sa.Column[Any], sa.Column[Any]]:
    return (
        sa.Column("user_agent", sa.Text, comment="What the browser or program calls itself, cut."),
        sa.Column("ip", INET, comment="Where it came from."),
    )


sessions = sa.Table(
    "sessions",
    metadata,
    row_id(),
    _secret("token_hash", "SHA-256 of the cookie's value."),
    org_id("The organisation it works in; → platform.memberships."),
    user_id(),
    created_at(),
    moment("last_seen_at", "When it was last used, to the minute, UTC.", default="now()"),
    moment("expires_at", "When it ends at the latest, UTC."),
    moment("revoked_at", "When it was ended, UTC; null: not ended.", nullable=True),
    *_agent(),
    of_member("sessions"),
    sa.Index("idx_sessions_user_id", "user_id"),
    sa.Index("idx_sessions_org_id", "org_id", "user_id"),
    schema=PLATFORM,
    comment="People who are signed in.",
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    row_id(),
    org_id(),
    user_id(),
    sa.Column("name", sa.Text, nullable=False, comment="What its owner calls it."),
    sa.Column("prefix", sa.Text, nullable=False, comment="Its first signs, to know it by."),
    _secret("key_hash", "SHA-256 of the key."),
    sa.Column("scopes", ARRAY(sa.Text), nullable=False, comment="read, write, admin, worker"),
    created_at(),
    moment("expires_at", "When it ends, UTC; null: not by itself.", nullable=True),
    moment("last_used_at", "When it was last used, to the minute, UTC.", nullable=True),
    moment("revoked_at", "When it was ended, UTC; null: not ended.", nullable=True),
    of_member("api_keys"),
    sa.CheckConstraint("scopes <@ ARRAY['read', 'write', 'admin', 'worker']", name="scopes_known"),
    sa.Index("idx_api_keys_org_id", "org_id", "user_id"),
    schema=PLATFORM,
    comment="Keys for programs; each speaks for one person in one organisation.",
)

invitations = sa.Table(
    "invitations",
    metadata,
    row_id(),
    sa.Column(
        "org_id",
        sa.Uuid,
        sa.ForeignKey(organisations.c.id, ondelete="CASCADE", name="fk_invitations_org_id"),
        nullable=False,
        comment="→ platform.organisations.id",
    ),
    sa.Column("email", sa.Text, nullable=False, comment="Who is invited, lower case."),
    sa.Column("role", sa.Text, nullable=False, comment="owner, admin, member"),
    _secret("token_hash", "SHA-256 of the link's secret."),
    sa.Column(
        "invited_by",
        sa.Uuid,
        sa.ForeignKey(users.c.id, ondelete="SET NULL", name="fk_invitations_invited_by"),
        comment="→ platform.users.id; null: the installation itself",
    ),
    created_at(),
    moment("expires_at", "When it ends, UTC."),
    moment("accepted_at", "When it was accepted, UTC; null: not yet.", nullable=True),
    moment("revoked_at", "When it was taken back, UTC; null: not.", nullable=True),
    sa.CheckConstraint("role IN ('owner', 'admin', 'member')", name="role_known"),
    sa.CheckConstraint("email = lower(email)", name="email_lower"),
    sa.Index("idx_invitations_org_id", "org_id", "email"),
    sa.Index("idx_invitations_invited_by", "invited_by"),
    schema=PLATFORM,
    comment="Who was asked to join which organisation.",
)

password_resets = sa.Table(
    "password_resets",
    metadata,
    row_id(),
    sa.Column(
        "user_id",
        sa.Uuid,
        sa.ForeignKey(users.c.id, ondelete="CASCADE", name="fk_password_resets_user_id"),
        nullable=False,
        comment="→ platform.users.id",
    ),
    _secret("token_hash", "SHA-256 of the link's secret."),
    created_at(),
    moment("expires_at", "When it ends, UTC."),
    moment("used_at", "When it was used, UTC; null: not yet.", nullable=True),
    sa.Index("idx_password_resets_user_id", "user_id"),
    schema=PLATFORM,
    comment="Links by which a person sets a new password.",
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True, comment="Who vouches, as its tokens say (iss)."),
    sa.Column("subject", sa.Text, primary_key=True, comment="Whom for (sub)."),
    sa.Column(
        "user_id",
        sa.Uuid,
        sa.ForeignKey(users.c.id, ondelete="CASCADE", name="fk_identities_user_id"),
        nullable=False,
        comment="→ platform.users.id",
    ),
    created_at(),
    moment("last_seen_at", "When they last came this way, UTC.", default="now()"),
    sa.Index("idx_identities_user_id", "user_id"),
    schema=PLATFORM,
    comment="People whom another system knows.",
)

security_events = sa.Table(
    "security_events",
    metadata,
    row_id(),
    created_at(),
    sa.Column("event", sa.Text, nullable=False, comment="What happened, of a closed list."),
    sa.Column("org_id", sa.Uuid, comment="Where, if that is known; no key, so that it outlives the organisation."),
    sa.Column("user_id", sa.Uuid, comment="Who, if that is known; no key, so that it outlives the person."),
    sa.Column("email", sa.Text, comment="The address that was given, lower case."),
    *_agent(),
    sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'"), comment="What else is known."),
    sa.Index("idx_security_events_email", "email", "created_at"),
    sa.Index("idx_security_events_ip", "ip", "created_at"),
    sa.Index("idx_security_events_org_id", "org_id", "id"),
    schema=PLATFORM,
    comment="Sign-ins, keys, invitations, refusals: written, never changed.",
)

ACCOUNT_GRANTS = {
    "organisations": "SELECT, INSERT, UPDATE",
    "users": "SELECT, INSERT, UPDATE",
    "memberships": "SELECT, INSERT, UPDATE, DELETE",
    "project_access": "SELECT",
    "sessions": "SELECT, INSERT, UPDATE, DELETE",
    "api_keys": "SELECT, INSERT, UPDATE, DELETE",
    "invitations": "SELECT, INSERT, UPDATE, DELETE",
    "password_resets": "SELECT, INSERT, UPDATE, DELETE",
    "identities": "SELECT, INSERT, UPDATE, DELETE",
    "security_events": "SELECT, INSERT",
}
"""What `cc_accounts` may do, by table of the platform; nobody else of ours has a right on these."""
