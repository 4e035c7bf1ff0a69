"""Organisations, users, memberships and access, and the functions that policies call.

Schema: section 11. Safe while old code runs: yes, there is none.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_01"
down_revision = None
branch_labels = None
depends_on = None

UP = (
    "COMMENT ON SCHEMA platform IS 'Organisations, users and access; not part of the course schema.'",
    "GRANT USAGE ON SCHEMA platform TO cc_app, cc_worker",
    """
DO $do$
BEGIN
  IF current_setting('server_version_num')::int >= 180000 THEN
    CREATE FUNCTION platform.uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
    SET search_path = ''
    AS 'SELECT pg_catalog.uuidv7()';
  ELSE
    CREATE FUNCTION platform.uuidv7() RETURNS uuid LANGUAGE sql VOLATILE PARALLEL SAFE
    SET search_path = ''
    AS $body$
  SELECT pg_catalog.encode(
    pg_catalog.int8send(((us / 1000) << 16) | (7 << 12) | (us % 1000 * 4096 / 1000))
    || pg_catalog.substring(pg_catalog.uuid_send(pg_catalog.gen_random_uuid()), 9), 'hex')::uuid
  FROM pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp()) * 1000000) AS f(t),
       LATERAL (SELECT t::bigint AS us) AS micros
$body$;
  END IF;
END
$do$
""",
    "COMMENT ON FUNCTION platform.uuidv7() IS 'A new row id: UUIDv7, by PostgreSQL 18 itself, by ours on 16.'",
    "REVOKE ALL ON FUNCTION platform.uuidv7() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.uuidv7() TO cc_app, cc_worker",
    """
CREATE TABLE platform.organisations (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  name TEXT NOT NULL,
  slug TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_organisations PRIMARY KEY (id),
  CONSTRAINT uq_organisations_slug UNIQUE (slug)
)
""",
    "COMMENT ON TABLE platform.organisations IS 'A tenant; nothing of one organisation is seen by another.'",
    "COMMENT ON COLUMN platform.organisations.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.organisations.name IS 'What people call it.'",
    "COMMENT ON COLUMN platform.organisations.slug IS 'Short name in addresses, unique.'",
    "COMMENT ON COLUMN platform.organisations.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE platform.users (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  email TEXT NOT NULL,
  name TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_users PRIMARY KEY (id),
  CONSTRAINT ck_users_email_lower CHECK (email = lower(email)),
  CONSTRAINT uq_users_email UNIQUE (email)
)
""",
    "COMMENT ON TABLE platform.users IS 'A person; may belong to several organisations.'",
    "COMMENT ON COLUMN platform.users.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN platform.users.email IS 'Address they sign in with, lower case, unique.'",
    "COMMENT ON COLUMN platform.users.name IS 'What people call them.'",
    "COMMENT ON COLUMN platform.users.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE platform.memberships (
  org_id UUID NOT NULL,
  user_id UUID NOT NULL,
  role TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_memberships PRIMARY KEY (org_id, user_id),
  CONSTRAINT ck_memberships_role_known CHECK (role IN ('owner', 'admin', 'member')),
  CONSTRAINT fk_memberships_org_id FOREIGN KEY(org_id)
    REFERENCES platform.organisations (id) ON DELETE CASCADE,
  CONSTRAINT fk_memberships_user_id FOREIGN KEY(user_id) REFERENCES platform.users (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_memberships_user_id ON platform.memberships (user_id)",
    "COMMENT ON TABLE platform.memberships IS 'Who belongs to which organisation.'",
    "COMMENT ON COLUMN platform.memberships.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN platform.memberships.user_id IS '→ platform.users.id'",
    "COMMENT ON COLUMN platform.memberships.role IS 'owner, admin, member'",
    "COMMENT ON COLUMN platform.memberships.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE platform.project_access (
  user_id UUID NOT NULL,
  project_id UUID NOT NULL,
  org_id UUID NOT NULL,
  role TEXT NOT NULL,
  can_write BOOLEAN GENERATED ALWAYS AS (role IN ('owner', 'editor')) STORED NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_project_access PRIMARY KEY (user_id, project_id),
  CONSTRAINT ck_project_access_role_known CHECK (role IN ('owner', 'editor', 'reviewer', 'viewer')),
  CONSTRAINT fk_project_access_org_id FOREIGN KEY(org_id, user_id)
    REFERENCES platform.memberships (org_id, user_id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_project_access_org_id ON platform.project_access (org_id, user_id)",
    "CREATE INDEX idx_project_access_project_id ON platform.project_access (project_id)",
    """
COMMENT ON TABLE platform.project_access
  IS 'Flat: one row for each project that a user may see, written with the membership that grants it.'
""",
    "COMMENT ON COLUMN platform.project_access.user_id IS '→ platform.users.id, by the membership'",
    "COMMENT ON COLUMN platform.project_access.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN platform.project_access.org_id IS 'The project''s organisation.'",
    "COMMENT ON COLUMN platform.project_access.role IS 'owner, editor, reviewer, viewer'",
    """
COMMENT ON COLUMN platform.project_access.can_write
  IS 'Whether the role may change the project; follows the role.'
""",
    "COMMENT ON COLUMN platform.project_access.created_at IS 'When the row was made, UTC.'",
    """
CREATE FUNCTION platform.touch_updated_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := pg_catalog.now();
  RETURN NEW;
END
$$
""",
    "COMMENT ON FUNCTION platform.touch_updated_at() IS 'Trigger: the row changed now.'",
    "REVOKE ALL ON FUNCTION platform.touch_updated_at() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.touch_updated_at() TO cc_app, cc_worker",
    """
CREATE FUNCTION platform.scope(mode text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT coalesce(pg_catalog.array_agg(a.project_id), '{}')
  FROM platform.project_access a
  WHERE a.user_id = nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid
    AND a.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid
    AND a.project_id = coalesce(nullif(pg_catalog.current_setting('cc.project_id', true), '')::uuid, a.project_id)
    AND (mode = 'read' OR (mode = 'write' AND a.can_write))
$$
""",
    """
COMMENT ON FUNCTION platform.scope(text)
  IS 'Projects the request may read or write: its one, or all of its organisation if it names none.'
""",
    "REVOKE ALL ON FUNCTION platform.scope(text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.scope(text) TO cc_app, cc_worker",
    """
CREATE FUNCTION platform.organisation(mode text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT m.org_id
  FROM platform.memberships m
  WHERE m.user_id = nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid
    AND m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid
    AND (mode = 'member' OR (mode = 'admin' AND m.role IN ('owner', 'admin')))
$$
""",
    """
COMMENT ON FUNCTION platform.organisation(text)
  IS 'The request''s organisation, if its user is a member or an admin there.'
""",
    "REVOKE ALL ON FUNCTION platform.organisation(text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.organisation(text) TO cc_app, cc_worker",
    """
CREATE FUNCTION platform.revision() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$ SELECT version_num::text FROM platform.alembic_version $$
""",
    """
COMMENT ON FUNCTION platform.revision()
  IS 'The migration this database stands at, for roles that may not read its table.'
""",
    "REVOKE ALL ON FUNCTION platform.revision() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.revision() TO cc_app, cc_worker",
)

DOWN = (
    "DROP FUNCTION platform.revision()",
    "DROP FUNCTION platform.organisation(text)",
    "DROP FUNCTION platform.scope(text)",
    "DROP FUNCTION platform.touch_updated_at()",
    "DROP TABLE platform.project_access",
    "DROP TABLE platform.memberships",
    "DROP TABLE platform.users",
    "DROP TABLE platform.organisations",
    "DROP FUNCTION platform.uuidv7()",
    "REVOKE USAGE ON SCHEMA platform FROM cc_app, cc_worker",
    "COMMENT ON SCHEMA platform IS NULL",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
