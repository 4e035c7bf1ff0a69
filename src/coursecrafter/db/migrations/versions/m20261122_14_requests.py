"""Keep what requests leave behind: uploads in parts, files taken in, answers to calls that may be repeated.

Decision: docs/decisions/0016. Safe while old code runs: yes, it reads none of this.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_14"
down_revision = "20261122_13"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE platform.uploads (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  user_id UUID NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID,
  purpose TEXT NOT NULL,
  file_name TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  received_bytes BIGINT DEFAULT 0 NOT NULL,
  state TEXT DEFAULT 'receiving' NOT NULL,
  details JSONB DEFAULT '{}' NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
  CONSTRAINT pk_uploads PRIMARY KEY (id),
  CONSTRAINT fk_uploads_org_id FOREIGN KEY(org_id, user_id)
    REFERENCES platform.memberships (org_id, user_id) ON DELETE CASCADE,
  CONSTRAINT fk_uploads_project_id FOREIGN KEY(project_id, org_id)
    REFERENCES course_crafter.cc_projects (id, org_id) ON DELETE CASCADE,
  CONSTRAINT ck_uploads_state_known CHECK (state IN ('receiving', 'finished', 'refused')),
  CONSTRAINT ck_uploads_received_bytes_within CHECK (received_bytes BETWEEN 0 AND size_bytes)
)
""",
    "CREATE INDEX idx_uploads_expires_at ON platform.uploads (expires_at)",
    "CREATE INDEX idx_uploads_org_id ON platform.uploads (org_id, user_id)",
    "CREATE INDEX idx_uploads_project_id ON platform.uploads (project_id, org_id)",
    "COMMENT ON TABLE platform.uploads IS 'Uploads that come in parts, until they are whole.'",
    "COMMENT ON COLUMN platform.uploads.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.uploads.org_id IS '→ platform.organisations.id, by the membership'",
    "COMMENT ON COLUMN platform.uploads.user_id IS '→ platform.users.id, by the membership'",
    "COMMENT ON COLUMN platform.uploads.project_id IS '→ cc_projects.id: what it is for.'",
    "COMMENT ON COLUMN platform.uploads.lesson_id IS 'The lesson it is for; null: the whole project.'",
    "COMMENT ON COLUMN platform.uploads.purpose IS 'What becomes of it, as `source` or `document`.'",
    "COMMENT ON COLUMN platform.uploads.file_name IS 'As its sender calls it, cleaned; never a path.'",
    "COMMENT ON COLUMN platform.uploads.size_bytes IS 'Length in bytes, as declared.'",
    "COMMENT ON COLUMN platform.uploads.received_bytes IS 'Bytes that are there.'",
    "COMMENT ON COLUMN platform.uploads.state IS 'receiving, finished, refused'",
    "COMMENT ON COLUMN platform.uploads.details IS 'Parts, checksums, result.'",
    "COMMENT ON COLUMN platform.uploads.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN platform.uploads.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    "COMMENT ON COLUMN platform.uploads.expires_at IS 'When what is there is thrown away, UTC.'",
    """
CREATE TRIGGER uploads_touch BEFORE UPDATE ON platform.uploads
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE platform.uploaded_files (
  org_id UUID NOT NULL,
  sha256 TEXT NOT NULL,
  size_bytes BIGINT NOT NULL,
  mime_type TEXT NOT NULL,
  scan TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_uploaded_files PRIMARY KEY (org_id, sha256),
  CONSTRAINT ck_uploaded_files_scan_known CHECK (scan IN ('clean', 'not_scanned')),
  CONSTRAINT ck_uploaded_files_size_bytes_not_negative CHECK (size_bytes >= 0),
  CONSTRAINT fk_uploaded_files_org_id FOREIGN KEY(org_id) REFERENCES platform.organisations (id) ON DELETE CASCADE
)
""",
    """
COMMENT ON TABLE platform.uploaded_files
  IS 'Files that an organisation has sent, each once however often it was sent.'
""",
    "COMMENT ON COLUMN platform.uploaded_files.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN platform.uploaded_files.sha256 IS 'SHA-256 of the bytes, 64 hex digits.'",
    "COMMENT ON COLUMN platform.uploaded_files.size_bytes IS 'Length in bytes.'",
    "COMMENT ON COLUMN platform.uploaded_files.mime_type IS 'As its content says.'",
    "COMMENT ON COLUMN platform.uploaded_files.scan IS 'clean, not_scanned'",
    "COMMENT ON COLUMN platform.uploaded_files.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE platform.idempotency_keys (
  org_id UUID NOT NULL,
  user_id UUID NOT NULL,
  key TEXT NOT NULL,
  operation TEXT NOT NULL,
  fingerprint BYTEA NOT NULL,
  status INTEGER,
  answer BYTEA,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_idempotency_keys PRIMARY KEY (org_id, user_id, key),
  CONSTRAINT fk_idempotency_keys_org_id FOREIGN KEY(org_id, user_id)
    REFERENCES platform.memberships (org_id, user_id) ON DELETE CASCADE,
  CONSTRAINT ck_idempotency_keys_key_length CHECK (length(key) BETWEEN 1 AND 255)
)
""",
    "CREATE INDEX idx_idempotency_keys_created_at ON platform.idempotency_keys (created_at)",
    """
COMMENT ON TABLE platform.idempotency_keys
  IS 'Answers to calls that may be repeated: the same key and body, the same answer.'
""",
    "COMMENT ON COLUMN platform.idempotency_keys.org_id IS '→ platform.organisations.id, by the membership'",
    "COMMENT ON COLUMN platform.idempotency_keys.user_id IS '→ platform.users.id, by the membership'",
    "COMMENT ON COLUMN platform.idempotency_keys.key IS 'As the caller sent it.'",
    "COMMENT ON COLUMN platform.idempotency_keys.operation IS 'Method and path of the call.'",
    "COMMENT ON COLUMN platform.idempotency_keys.fingerprint IS 'SHA-256 of the call''s body.'",
    "COMMENT ON COLUMN platform.idempotency_keys.status IS 'HTTP status of the answer; null while it is made.'",
    "COMMENT ON COLUMN platform.idempotency_keys.answer IS 'The answer''s body.'",
    "COMMENT ON COLUMN platform.idempotency_keys.created_at IS 'When the row was made, UTC.'",
    "ALTER TABLE platform.uploads ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE platform.uploaded_files ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE platform.idempotency_keys ENABLE ROW LEVEL SECURITY",
    """
CREATE POLICY uploads_read ON platform.uploads FOR SELECT TO cc_app
  USING (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY uploads_add ON platform.uploads FOR INSERT TO cc_app
  WITH CHECK (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY uploads_change ON platform.uploads FOR UPDATE TO cc_app
  USING (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
  WITH CHECK (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY uploads_remove ON platform.uploads FOR DELETE TO cc_app
  USING (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.uploads TO cc_app",
    """
CREATE POLICY idempotency_keys_read ON platform.idempotency_keys FOR SELECT TO cc_app
  USING (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY idempotency_keys_add ON platform.idempotency_keys FOR INSERT TO cc_app
  WITH CHECK (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY idempotency_keys_change ON platform.idempotency_keys FOR UPDATE TO cc_app
  USING (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
  WITH CHECK (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY idempotency_keys_remove ON platform.idempotency_keys FOR DELETE TO cc_app
  USING (user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)
    AND org_id = (SELECT platform.organisation('member')))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON platform.idempotency_keys TO cc_app",
    """
CREATE POLICY uploaded_files_read ON platform.uploaded_files FOR SELECT TO cc_app
  USING (org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY uploaded_files_add ON platform.uploaded_files FOR INSERT TO cc_app
  WITH CHECK (org_id = (SELECT platform.organisation('member')))
""",
    "GRANT SELECT, INSERT ON platform.uploaded_files TO cc_app",
    """
CREATE FUNCTION platform.room_left(default_quota bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  organisation uuid := platform.organisation('member');
  quota bigint;
BEGIN
  IF organisation IS NULL THEN
    RAISE EXCEPTION 'not a member of the organisation' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Two who would take the last room wait for each other.
  SELECT coalesce(o.quota_bytes, default_quota) INTO quota
  FROM platform.organisations o WHERE o.id = organisation FOR NO KEY UPDATE;
  RETURN quota
    - (SELECT coalesce(pg_catalog.sum(f.size_bytes), 0)::bigint
       FROM platform.uploaded_files f WHERE f.org_id = organisation)
    - (SELECT coalesce(pg_catalog.sum(u.size_bytes), 0)::bigint
       FROM platform.uploads u WHERE u.org_id = organisation AND u.state = 'receiving');
END
$$
""",
    """
CREATE FUNCTION platform.forget_requests() RETURNS integer LANGUAGE sql SECURITY DEFINER
SET search_path = ''
AS $$
  WITH gone AS (
    DELETE FROM platform.idempotency_keys k
    WHERE k.created_at < pg_catalog.now() - pg_catalog.make_interval(days => 1) RETURNING 1
  )
  SELECT pg_catalog.count(*)::integer FROM gone
$$
""",
    """
CREATE FUNCTION platform.forget_uploads() RETURNS TABLE (id uuid, org_id uuid) LANGUAGE sql SECURITY DEFINER
SET search_path = ''
AS $$
  DELETE FROM platform.uploads u WHERE u.expires_at < pg_catalog.now() RETURNING u.id, u.org_id
$$
""",
    """
COMMENT ON FUNCTION platform.room_left(bigint)
  IS 'Bytes that the request''s organisation may still upload; null: any number.'
""",
    "REVOKE ALL ON FUNCTION platform.room_left(bigint) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.room_left(bigint) TO cc_app",
    """
COMMENT ON FUNCTION platform.forget_requests()
  IS 'Deletes the answers kept for repeated calls after a day; how many.'
""",
    "REVOKE ALL ON FUNCTION platform.forget_requests() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.forget_requests() TO cc_accounts",
    """
COMMENT ON FUNCTION platform.forget_uploads()
  IS 'Deletes uploads that were not finished in time, and names them.'
""",
    "REVOKE ALL ON FUNCTION platform.forget_uploads() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.forget_uploads() TO cc_accounts",
)

DOWN = (
    "DROP FUNCTION platform.forget_uploads()",
    "DROP FUNCTION platform.forget_requests()",
    "DROP FUNCTION platform.room_left(bigint)",
    "DROP TABLE platform.idempotency_keys",
    "DROP TABLE platform.uploaded_files",
    "DROP TABLE platform.uploads",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
