"""What requests leave behind: uploads under way, files taken in, and answers kept for repeated calls."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from coursecrafter.db.tables.accounts import of_member, org_id, row_id, user_id
from coursecrafter.db.tables.columns import created_at, metadata, moment, updated_at
from coursecrafter.db.tables.platform import PLATFORM, organisations

uploads = sa.Table(
    "uploads",
    metadata,
    row_id(),
    org_id(),
    user_id(),
    sa.Column("project_id", sa.Uuid, nullable=False, comment="→ cc_projects.id: what it is for."),
    sa.Column("lesson_id", sa.Uuid, comment="The lesson it is for; null: the whole project."),
    sa.Column("purpose", sa.Text, nullable=False, comment="What becomes of it, as `source` or `document`."),
    sa.Column("file_name", sa.Text, nullable=False, comment="As its sender calls it, cleaned; never a path."),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, comment="Length in bytes, as declared."),
    sa.Column(
        "received_bytes", sa.BigInteger, nullable=False, server_default=sa.text("0"), comment="Bytes that are there."
    ),
    sa.Column(
        "state",
        sa.Text,
        nullable=False,
        server_default=sa.text("'receiving'"),
        comment="receiving, finished, refused",
    ),
    sa.Column("details", JSONB, nullable=False, server_default=sa.text("'{}'"), comment="Parts, checksums, result."),
    created_at(),
    updated_at(),
    moment("expires_at", "When what is there is thrown away, UTC."),
    of_member("uploads"),
    sa.ForeignKeyConstraint(
        ["project_id", "org_id"],
        ["course_crafter.cc_projects.id", "course_crafter.cc_projects.org_id"],
        ondelete="CASCADE",
        name="fk_uploads_project_id",
    ),
    sa.CheckConstraint("state IN ('receiving', 'finished', 'refused')", name="state_known"),
    sa.CheckConstraint("received_bytes BETWEEN 0 AND size_bytes", name="received_bytes_within"),
    sa.Index("idx_uploads_org_id", "org_id", "user_id"),
    sa.Index("idx_uploads_project_id", "project_id", "org_id"),
    sa.Index("idx_uploads_expires_at", "expires_at"),
    schema=PLATFORM,
    comment="Uploads that come in parts, until they are whole.",
)

uploaded_files = sa.Table(
    "uploaded_files",
    metadata,
    sa.Column(
        "org_id",
        sa.Uuid,
        sa.ForeignKey(organisations.c.id, ondelete="CASCADE", name="fk_uploaded_files_org_id"),
        primary_key=True,
        comment="→ platform.organisations.id",
    ),
    sa.Column("sha256", sa.Text, primary_key=True, comment="SHA-256 of the bytes, 64 hex digits."),
    sa.Column("size_bytes", sa.BigInteger, nullable=False, comment="Length in bytes."),
    sa.Column("mime_type", sa.Text, nullable=False, comment="As its content says."),
    sa.Column("scan", sa.Text, nullable=False, comment="clean, not_scanned"),
    created_at(),
    sa.CheckConstraint("scan IN ('clean', 'not_scanned')", name="scan_known"),
    sa.CheckConstraint("size_bytes >= 0", name="size_bytes_not_negative"),
    schema=PLATFORM,
    comment="Files that an organisation has sent, each once however often it was sent.",
)

idempotency_keys = sa.Table(
    "idempotency_keys",
    metadata,
    sa.Column("org_id", sa.Uuid, primary_key=True, comment="→ platform.organisations.id, by the membership"),
    sa.Column("user_id", sa.Uuid, primary_key=True, comment="→ platform.users.id, by the membership"),
    sa.Column("key", sa.Text, primary_key=True, comment="As the caller sent it."),
    sa.Column("operation", sa.Text, nullable=False, comment="Method and path of the call."),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False, comment="SHA-256 of the call's body."),
    sa.Column("status", sa.Integer, comment="HTTP status of the answer; null while it is made."),
    sa.Column("answer", sa.LargeBinary, comment="The answer's body."),
    created_at(),
    of_member("idempotency_keys"),
    sa.CheckConstraint("length(key) BETWEEN 1 AND 255", name="key_length"),
    sa.Index("idx_idempotency_keys_created_at", "created_at"),
    schema=PLATFORM,
    comment="Answers to calls that may be repeated: the same key and body, the same answer.",
)
