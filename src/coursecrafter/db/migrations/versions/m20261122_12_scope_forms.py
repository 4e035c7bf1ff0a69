"""Answer a request's scope at the cost of one row where it names its project, and its first few projects at little.

Schema: section 11. Decision: docs/decisions/0012. Safe while old code runs: yes, `platform.scope` answers as before.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_12"
down_revision = "20261122_11"
branch_labels = None
depends_on = None

UP = (
    """
CREATE OR REPLACE FUNCTION platform.scope(mode text) RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  person uuid := nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid;
  organisation uuid := nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid;
  project uuid := nullif(pg_catalog.current_setting('cc.project_id', true), '')::uuid;
  roles text[] := CASE mode
    WHEN 'read' THEN ARRAY['owner', 'editor', 'reviewer', 'viewer']
    WHEN 'comment' THEN ARRAY['owner', 'editor', 'reviewer']
    WHEN 'write' THEN ARRAY['owner', 'editor']
    WHEN 'own' THEN ARRAY['owner']
  END;
BEGIN
  IF project IS NOT NULL THEN
    RETURN ARRAY(
      SELECT a.project_id FROM platform.project_access a
      WHERE a.user_id = person AND a.project_id = project AND a.org_id = organisation AND a.role = ANY (roles)
    );
  END IF;
  -- A job works in its project: a worker that names none sees none.
  IF pg_catalog.current_setting('role') = 'cc_worker' THEN
    RETURN '{}';
  END IF;
  RETURN ARRAY(
    SELECT a.project_id FROM platform.project_access a
    WHERE a.user_id = person AND a.org_id = organisation AND a.role = ANY (roles)
  );
END
$$
""",
    """
CREATE FUNCTION platform.projects_of_request(most integer) RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF pg_catalog.current_setting('cc.project_id', true) <> '' OR pg_catalog.current_setting('role') = 'cc_worker' THEN
    RETURN platform.scope('read');
  END IF;
  RETURN ARRAY(
    SELECT a.project_id FROM platform.project_access a
    WHERE a.user_id = nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid
      AND a.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid
      AND a.role = ANY (ARRAY['owner', 'editor', 'reviewer', 'viewer'])
    LIMIT most
  );
END
$$
""",
    """
COMMENT ON FUNCTION platform.projects_of_request(integer)
  IS 'The first projects, at most so many, that the request may read.'
""",
    "REVOKE ALL ON FUNCTION platform.projects_of_request(integer) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.projects_of_request(integer) TO cc_app, cc_worker",
)

DOWN = (
    "DROP FUNCTION platform.projects_of_request(integer)",
    """
CREATE OR REPLACE FUNCTION platform.scope(mode text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT coalesce(pg_catalog.array_agg(a.project_id), '{}')
  FROM platform.project_access a
  WHERE a.user_id = nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid
    AND a.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid
    AND a.project_id = coalesce(nullif(pg_catalog.current_setting('cc.project_id', true), '')::uuid, a.project_id)
    -- A job works in its project: a worker that names none sees none.
    AND (pg_catalog.current_setting('role') <> 'cc_worker'
      OR nullif(pg_catalog.current_setting('cc.project_id', true), '') IS NOT NULL)
    AND ((mode = 'read' AND a.role IN ('owner', 'editor', 'reviewer', 'viewer'))
      OR (mode = 'comment' AND a.role IN ('owner', 'editor', 'reviewer'))
      OR (mode = 'write' AND a.role IN ('owner', 'editor'))
      OR (mode = 'own' AND a.role IN ('owner')))
$$
""",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
