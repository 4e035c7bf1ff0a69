"""Who may see what: organisations, users, memberships and access to projects, in the schema `platform`.

The application's roles have no grant here. They learn what they may see through `platform.scope` and
`platform.organisation`, and open a project through `platform.open_project`.
"""

from __future__ import annotations

import sqlalchemy as sa

from coursecrafter.db.tables.columns import created_at, metadata, moment

PLATFORM = "platform"

organisations = sa.Table(
    "organisations",
    metadata,
    sa.Column(
        "id", sa.Uuid, primary_key=True, server_default=sa.text("platform.uuidv7()"), comment="Unique id, UUIDv7."
    ),
    sa.Column("name", sa.Text, nullable=False, comment="What people call it."),
    sa.Column("slug", sa.Text, nullable=False, unique=True, comment="Short name in addresses, unique."),
    created_at(),
    sa.Column("quota_bytes", sa.BigInteger, comment="Most bytes of uploads it may keep; null: the installation's."),
    sa.CheckConstraint("quota_bytes >= 0", name="quota_bytes_not_negative"),
    schema=PLATFORM,
    comment="A tenant; nothing of one organisation is seen by another.",
)

users = sa.Table(
    "users",
    metadata,
    sa.Column(
        "id", sa.Uuid, primary_key=True, server_default=sa.text("platform.uuidv7()"), comment="Unique id, UUIDv7."
    ),
    sa.Column("email", sa.Text, nullable=False, unique=True, comment="Address they sign in with, lower case, unique."),
    sa.Column("name", sa.Text, nullable=False, comment="What people call them."),
    created_at(),
    sa.Column("password_hash", sa.Text, comment="argon2id in PHC form; null: signs in elsewhere, or not yet."),
    sa.Column(
        "is_operator",
        sa.Boolean,
        nullable=False,
        server_default=sa.text("false"),
        comment="Whether they run the installation: make organisations, close accounts.",
    ),
    moment("deactivated_at", "When the account was closed, UTC; null: open.", nullable=True),
    sa.CheckConstraint("email = lower(email)", name="email_lower"),
    schema=PLATFORM,
    comment="A person; may belong to several organisations.",
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column(
        "org_id",
        sa.Uuid,
        sa.ForeignKey(organisations.c.id, ondelete="CASCADE"),
        primary_key=True,
        comment="→ platform.organisations.id",
    ),
    sa.Column(
        "user_id",
        sa.Uuid,
        sa.ForeignKey(users.c.id, ondelete="CASCADE"),
        primary_key=True,
        comment="→ platform.users.id",
    ),
    sa.Column("role", sa.Text, nullable=False, comment="owner, admin, member"),
    created_at(),
    sa.CheckConstraint("role IN ('owner', 'admin', 'member')", name="role_known"),
    sa.Index("idx_memberships_user_id", "user_id"),
    schema=PLATFORM,
    comment="Who belongs to which organisation.",
)

project_access = sa.Table(
    "project_access",
    metadata,
    sa.Column("user_id", sa.Uuid, primary_key=True, comment="→ platform.users.id, by the membership"),
    sa.Column("project_id", sa.Uuid, primary_key=True, comment="→ cc_projects.id"),
    sa.Column("org_id", sa.Uuid, nullable=False, comment="The project's organisation."),
    sa.Column("role", sa.Text, nullable=False, comment="owner, editor, reviewer, viewer"),
    created_at(),
    sa.CheckConstraint("role IN ('owner', 'editor', 'reviewer', 'viewer')", name="role_known"),
    # Leaving an organisation takes its projects along.
    sa.ForeignKeyConstraint(["org_id", "user_id"], [memberships.c.org_id, memberships.c.user_id], ondelete="CASCADE"),
    # Deferred: a project's access row comes before the project, or nobody might insert it.
    sa.ForeignKeyConstraint(
        ["project_id", "org_id"],
        ["course_crafter.cc_projects.id", "course_crafter.cc_projects.org_id"],
        ondelete="CASCADE",
        deferrable=True,
        initially="DEFERRED",
    ),
    sa.Index("idx_project_access_project_id", "project_id"),
    sa.Index("idx_project_access_org_id", "org_id", "user_id"),
    schema=PLATFORM,
    comment="Flat: one row for each project that a user may see, written with the membership that grants it.",
)
