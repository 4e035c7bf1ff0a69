"""Hold rows to their states, let roles share projects, let reviewers comment, and ask for a picture when it is chosen.

Schema: sections 2.1, 2.4, 2.6, 3.2, 5.1, 5.2, 6, 7, 8.1, 10.2, 11. Safe while old code runs: yes, it makes no other
moves and reads no column of `platform.project_access` but through these functions.

Longer than other revisions: it holds each policy and function that it replaces twice, as it is now and as it was.

Lint ban-drop-column: no code reads can_write; the function that did is replaced here.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_11"
down_revision = "20261122_10"
branch_labels = None
depends_on = None

UP = (
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
    """
COMMENT ON FUNCTION platform.scope(text)
  IS 'Projects in which the request has a right: its one, or all of its organisation if it names none.'
""",
    """
CREATE OR REPLACE FUNCTION platform.organisation(mode text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT m.org_id
  FROM platform.memberships m
  WHERE m.user_id = nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid
    AND m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid
    -- A job works in its project: a worker that names none belongs nowhere.
    AND (pg_catalog.current_setting('role') <> 'cc_worker'
      OR nullif(pg_catalog.current_setting('cc.project_id', true), '') IS NOT NULL)
    AND ((mode = 'member' AND m.role IN ('owner', 'admin', 'member'))
      OR (mode = 'admin' AND m.role IN ('owner', 'admin'))
      OR (mode = 'govern' AND m.role IN ('owner')))
$$
""",
    """
COMMENT ON FUNCTION platform.organisation(text)
  IS 'The request''s organisation, if its user has a right there.'
""",
    "ALTER TABLE platform.project_access DROP COLUMN can_write",
    """
CREATE FUNCTION platform.share_project(project_id uuid, user_id uuid, role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM course_crafter.cc_projects p
    WHERE p.id = share_project.project_id AND p.org_id = platform.organisation('member')
      AND (p.id = ANY (platform.scope('read')) OR p.org_id = platform.organisation('admin'))
  ) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', TABLE = 'cc_projects';
  END IF;
  IF NOT share_project.project_id = ANY (platform.scope('own')) AND platform.organisation('admin') IS NULL THEN
    RAISE EXCEPTION 'only an owner or an admin shares a project' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Two who leave at once wait for each other, so that one of them stays the owner.
  PERFORM 1 FROM platform.project_access a
  WHERE a.project_id = share_project.project_id ORDER BY a.user_id FOR UPDATE;
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.user_id = share_project.user_id AND m.org_id = platform.organisation('member')
  ) THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;
  INSERT INTO platform.project_access AS a (user_id, project_id, org_id, role)
  VALUES (share_project.user_id, share_project.project_id, platform.organisation('member'), share_project.role)
  ON CONFLICT ON CONSTRAINT pk_project_access DO UPDATE SET role = excluded.role;
  IF NOT EXISTS (
    SELECT 1 FROM platform.project_access a WHERE a.project_id = share_project.project_id AND a.role = 'owner'
  ) THEN
    RAISE EXCEPTION 'a project keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'project_access',
      COLUMN = 'role', CONSTRAINT = 'project_keeps_an_owner';
  END IF;
END
$$
""",
    """
CREATE FUNCTION platform.unshare_project(project_id uuid, user_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM course_crafter.cc_projects p
    WHERE p.id = unshare_project.project_id AND p.org_id = platform.organisation('member')
      AND (p.id = ANY (platform.scope('read')) OR p.org_id = platform.organisation('admin'))
  ) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', TABLE = 'cc_projects';
  END IF;
  IF NOT unshare_project.project_id = ANY (platform.scope('own')) AND platform.organisation('admin') IS NULL
     AND unshare_project.user_id::text <> pg_catalog.current_setting('cc.user_id', true) THEN
    RAISE EXCEPTION 'only an owner or an admin shares a project' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Two who leave at once wait for each other, so that one of them stays the owner.
  PERFORM 1 FROM platform.project_access a
  WHERE a.project_id = unshare_project.project_id ORDER BY a.user_id FOR UPDATE;
  DELETE FROM platform.project_access a
  WHERE a.project_id = unshare_project.project_id AND a.user_id = unshare_project.user_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;
  IF NOT EXISTS (
    SELECT 1 FROM platform.project_access a WHERE a.project_id = unshare_project.project_id AND a.role = 'owner'
  ) THEN
    RAISE EXCEPTION 'a project keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'project_access',
      COLUMN = 'role', CONSTRAINT = 'project_keeps_an_owner';
  END IF;
END
$$
""",
    """
CREATE FUNCTION platform.project_people(project_id uuid) RETURNS TABLE (user_id uuid, name text, role text)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT u.id, u.name, a.role
  FROM platform.project_access a JOIN platform.users u ON u.id = a.user_id
  WHERE a.project_id = project_people.project_id
    AND (a.project_id = ANY (platform.scope('read')) OR a.org_id = platform.organisation('admin'))
  ORDER BY u.name, u.id
$$
""",
    """
CREATE FUNCTION platform.set_member_role(user_id uuid, role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.user_id = set_member_role.user_id AND m.org_id = platform.organisation('member')
  ) THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;
  -- Owners are made and unmade by owners; all else that leads is an admin's.
  IF platform.organisation('govern') IS NULL AND (true) THEN
    RAISE EXCEPTION 'only an admin leads members, only an owner leads owners and admins'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM 1 FROM platform.memberships m
  WHERE m.org_id = platform.organisation('member') ORDER BY m.user_id FOR UPDATE;
  UPDATE platform.memberships m SET role = set_member_role.role
  WHERE m.user_id = set_member_role.user_id AND m.org_id = platform.organisation('member');
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid AND m.role = 'owner'
  ) THEN
    RAISE EXCEPTION 'an organisation keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'memberships',
      COLUMN = 'role', CONSTRAINT = 'organisation_keeps_an_owner';
  END IF;
END
$$
""",
    """
CREATE FUNCTION platform.remove_member(user_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  owned uuid[];
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.user_id = remove_member.user_id AND m.org_id = platform.organisation('member')
  ) THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;
  -- Owners are made and unmade by owners; all else that leads is an admin's.
  IF platform.organisation('govern') IS NULL AND (
    remove_member.user_id::text <> pg_catalog.current_setting('cc.user_id', true)
    AND (platform.organisation('admin') IS NULL OR EXISTS (
      SELECT 1 FROM platform.memberships m
      WHERE m.user_id = remove_member.user_id AND m.org_id = platform.organisation('member')
        AND m.role <> 'member'))) THEN
    RAISE EXCEPTION 'only an admin leads members, only an owner leads owners and admins'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM 1 FROM platform.memberships m
  WHERE m.org_id = platform.organisation('member') ORDER BY m.user_id FOR UPDATE;
  -- Who leaves the organisation leaves its projects; each keeps an owner, also when two leave at once.
  PERFORM 1 FROM platform.project_access a
  WHERE a.project_id IN (
    SELECT b.project_id FROM platform.project_access b
    WHERE b.user_id = remove_member.user_id AND b.org_id = platform.organisation('member'))
  ORDER BY a.project_id, a.user_id FOR UPDATE;
  owned := ARRAY(
    SELECT a.project_id FROM platform.project_access a
    WHERE a.user_id = remove_member.user_id AND a.org_id = platform.organisation('member') AND a.role = 'owner');
  DELETE FROM platform.memberships m
  WHERE m.user_id = remove_member.user_id
    AND m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid;
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid AND m.role = 'owner'
  ) THEN
    RAISE EXCEPTION 'an organisation keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'memberships',
      COLUMN = 'role', CONSTRAINT = 'organisation_keeps_an_owner';
  END IF;
  IF EXISTS (SELECT FROM pg_catalog.unnest(owned) AS o (id) WHERE NOT EXISTS (
    SELECT 1 FROM platform.project_access a WHERE a.project_id = o.id AND a.role = 'owner'
  )) THEN
    RAISE EXCEPTION 'a project keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'project_access',
      COLUMN = 'role', CONSTRAINT = 'project_keeps_an_owner';
  END IF;
END
$$
""",
    """
COMMENT ON FUNCTION platform.share_project(uuid, uuid, text)
  IS 'Gives a member of the organisation a role in a project.'
""",
    "REVOKE ALL ON FUNCTION platform.share_project(uuid, uuid, text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.share_project(uuid, uuid, text) TO cc_app",
    """
COMMENT ON FUNCTION platform.unshare_project(uuid, uuid)
  IS 'Takes a person''s role in a project away; anybody may leave.'
""",
    "REVOKE ALL ON FUNCTION platform.unshare_project(uuid, uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.unshare_project(uuid, uuid) TO cc_app",
    """
COMMENT ON FUNCTION platform.project_people(uuid)
  IS 'Who has which role in a project, for those who may see it and for admins.'
""",
    "REVOKE ALL ON FUNCTION platform.project_people(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.project_people(uuid) TO cc_app",
    """
COMMENT ON FUNCTION platform.set_member_role(uuid, text)
  IS 'Gives a member another role in the organisation.'
""",
    "REVOKE ALL ON FUNCTION platform.set_member_role(uuid, text) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.set_member_role(uuid, text) TO cc_app",
    """
COMMENT ON FUNCTION platform.remove_member(uuid)
  IS 'Takes a person out of the organisation and of all its projects; anybody may leave.'
""",
    "REVOKE ALL ON FUNCTION platform.remove_member(uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.remove_member(uuid) TO cc_app",
    "DROP POLICY cc_projects_remove ON course_crafter.cc_projects",
    """
CREATE POLICY cc_projects_remove ON course_crafter.cc_projects FOR DELETE TO cc_app, cc_worker USING (id =
  ANY((SELECT platform.scope('own'))::uuid[]) AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE FUNCTION platform.guard_deletion() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  IF pg_catalog.row_security_active('course_crafter.cc_projects'::regclass)
     AND NOT (NEW.id = ANY (platform.scope('own'))) THEN
    RAISE EXCEPTION 'only an owner deletes or restores a project' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END
$$
""",
    """
COMMENT ON FUNCTION platform.guard_deletion()
  IS 'Trigger: only an owner of a project deletes or restores it.'
""",
    "REVOKE ALL ON FUNCTION platform.guard_deletion() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.guard_deletion() TO cc_app, cc_worker",
    """
CREATE TRIGGER cc_projects_deletion BEFORE UPDATE OF deleted_at ON course_crafter.cc_projects
  FOR EACH ROW WHEN (OLD.deleted_at IS DISTINCT FROM NEW.deleted_at) EXECUTE FUNCTION platform.guard_deletion()
""",
    "DROP POLICY cc_activity_log_add ON course_crafter.cc_activity_log",
    r"""
CREATE POLICY cc_activity_log_add ON course_crafter.cc_activity_log FOR INSERT TO cc_app, cc_worker WITH CHECK
  ((((project_id = ANY((SELECT platform.scope('write'))::uuid[]) OR (event_type LIKE 'comment\_%' AND project_id
  = ANY((SELECT platform.scope('comment'))::uuid[]))) AND org_id = (SELECT platform.organisation('member'))) OR
  (project_id IS NULL AND lesson_id IS NULL AND org_id = (SELECT platform.organisation('admin')))) AND (user_id
  IS NULL OR user_id = (SELECT nullif(current_setting('cc.user_id', true), '')::uuid)))
""",
    """
CREATE FUNCTION platform.refuse_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION 'no such move' USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
    COLUMN = TG_ARGV[0], CONSTRAINT = TG_NAME;
END
$$
""",
    """
COMMENT ON FUNCTION platform.refuse_state()
  IS 'Trigger: the row may not come into this state from where it is.'
""",
    "REVOKE ALL ON FUNCTION platform.refuse_state() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.refuse_state() TO cc_app, cc_worker",
    """
CREATE TRIGGER cc_projects_state_first BEFORE INSERT ON course_crafter.cc_projects FOR EACH ROW WHEN (NEW.status
  <> ALL (ARRAY['draft', 'in_progress'])) EXECUTE FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_projects_state_moves BEFORE UPDATE OF status ON course_crafter.cc_projects FOR EACH ROW WHEN
  (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY['draft>in_progress',
  'draft>archived', 'in_progress>ready_for_export', 'in_progress>archived', 'ready_for_export>in_progress',
  'ready_for_export>archived', 'archived>in_progress'])) EXECUTE FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_lessons_state_first BEFORE INSERT ON course_crafter.cc_lessons FOR EACH ROW WHEN (NEW.status
  <> ALL (ARRAY['draft', 'in_design'])) EXECUTE FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_lessons_state_moves BEFORE UPDATE OF status ON course_crafter.cc_lessons FOR EACH ROW WHEN
  (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY['draft>in_design',
  'draft>archived', 'in_design>rendering', 'in_design>ready', 'in_design>archived', 'rendering>ready',
  'rendering>in_design', 'ready>in_design', 'ready>rendering', 'ready>archived', 'archived>in_design'])) EXECUTE
  FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_segments_state_moves BEFORE UPDATE OF status ON course_crafter.cc_segments FOR EACH ROW WHEN
  (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY['draft>approved',
  'approved>draft'])) EXECUTE FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_project_documents_state_moves BEFORE UPDATE OF parsed_status ON
  course_crafter.cc_project_documents FOR EACH ROW WHEN (OLD.parsed_status <> NEW.parsed_status AND
  OLD.parsed_status || '>' || NEW.parsed_status <> ALL (ARRAY['pending>parsed', 'pending>failed',
  'parsed>pending', 'failed>pending'])) EXECUTE FUNCTION platform.refuse_state('parsed_status')
""",
    """
CREATE TRIGGER cc_scripts_state_moves BEFORE UPDATE OF status ON course_crafter.cc_scripts FOR EACH ROW WHEN
  (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY['draft>review', 'draft>approved',
  'review>draft', 'review>approved', 'approved>draft', 'approved>review'])) EXECUTE FUNCTION
  platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_voice_tracks_state_first BEFORE INSERT ON course_crafter.cc_voice_tracks FOR EACH ROW WHEN
  (NEW.status <> ALL (ARRAY['generated', 'approved'])) EXECUTE FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_voice_tracks_state_moves BEFORE UPDATE OF status ON course_crafter.cc_voice_tracks FOR EACH
  ROW WHEN (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY['generated>approved',
  'generated>rejected', 'approved>generated', 'approved>rejected', 'rejected>generated', 'rejected>approved']))
  EXECUTE FUNCTION platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_book_structures_state_moves BEFORE UPDATE OF status ON course_crafter.cc_book_structures FOR
  EACH ROW WHEN (OLD.status <> NEW.status AND OLD.status || '>' || NEW.status <> ALL (ARRAY['draft>in_edit',
  'draft>ready', 'in_edit>draft', 'in_edit>ready', 'ready>in_edit'])) EXECUTE FUNCTION
  platform.refuse_state('status')
""",
    """
CREATE TRIGGER cc_video_render_jobs_state_first BEFORE INSERT ON course_crafter.cc_video_render_jobs FOR EACH
  ROW WHEN (NEW.job_state <> ALL (ARRAY['queued'])) EXECUTE FUNCTION platform.refuse_state('job_state')
""",
    """
CREATE TRIGGER cc_video_render_jobs_state_moves BEFORE UPDATE OF job_state ON
  course_crafter.cc_video_render_jobs FOR EACH ROW WHEN (OLD.job_state <> NEW.job_state AND OLD.job_state || '>'
  || NEW.job_state <> ALL (ARRAY['queued>in_progress', 'queued>cancelled', 'queued>failed',
  'in_progress>succeeded', 'in_progress>failed', 'in_progress>cancelled'])) EXECUTE FUNCTION
  platform.refuse_state('job_state')
""",
    """
CREATE TRIGGER cc_book_render_jobs_state_first BEFORE INSERT ON course_crafter.cc_book_render_jobs FOR EACH ROW
  WHEN (NEW.job_state <> ALL (ARRAY['queued'])) EXECUTE FUNCTION platform.refuse_state('job_state')
""",
    """
CREATE TRIGGER cc_book_render_jobs_state_moves BEFORE UPDATE OF job_state ON course_crafter.cc_book_render_jobs
  FOR EACH ROW WHEN (OLD.job_state <> NEW.job_state AND OLD.job_state || '>' || NEW.job_state <> ALL
  (ARRAY['queued>in_progress', 'queued>cancelled', 'queued>failed', 'in_progress>succeeded',
  'in_progress>failed', 'in_progress>cancelled'])) EXECUTE FUNCTION platform.refuse_state('job_state')
""",
    """
CREATE TRIGGER cc_scorm_render_jobs_state_first BEFORE INSERT ON course_crafter.cc_scorm_render_jobs FOR EACH
  ROW WHEN (NEW.job_state <> ALL (ARRAY['queued'])) EXECUTE FUNCTION platform.refuse_state('job_state')
""",
    """
CREATE TRIGGER cc_scorm_render_jobs_state_moves BEFORE UPDATE OF job_state ON
  course_crafter.cc_scorm_render_jobs FOR EACH ROW WHEN (OLD.job_state <> NEW.job_state AND OLD.job_state || '>'
  || NEW.job_state <> ALL (ARRAY['queued>in_progress', 'queued>cancelled', 'queued>failed',
  'in_progress>succeeded', 'in_progress>failed', 'in_progress>cancelled'])) EXECUTE FUNCTION
  platform.refuse_state('job_state')
""",
    "DROP POLICY cc_brand_profiles_add ON course_crafter.cc_brand_profiles",
    """
CREATE POLICY cc_brand_profiles_add ON course_crafter.cc_brand_profiles FOR INSERT TO cc_app, cc_worker WITH
  CHECK ((project_id = ANY((SELECT platform.scope('write'))::uuid[]) AND org_id = (SELECT
  platform.organisation('member'))) OR (project_id IS NULL AND org_id = (SELECT
  platform.organisation('admin'))))
""",
    "DROP POLICY cc_brand_profiles_change ON course_crafter.cc_brand_profiles",
    """
CREATE POLICY cc_brand_profiles_change ON course_crafter.cc_brand_profiles FOR UPDATE TO cc_app, cc_worker USING
  ((project_id = ANY((SELECT platform.scope('write'))::uuid[]) AND org_id = (SELECT
  platform.organisation('member'))) OR (project_id IS NULL AND org_id = (SELECT
  platform.organisation('admin')))) WITH CHECK ((project_id = ANY((SELECT platform.scope('write'))::uuid[]) AND
  org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL AND org_id = (SELECT
  platform.organisation('admin'))))
""",
    "DROP POLICY cc_brand_templates_add ON course_crafter.cc_brand_templates",
    """
CREATE POLICY cc_brand_templates_add ON course_crafter.cc_brand_templates FOR INSERT TO cc_app, cc_worker WITH
  CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p WHERE p.id =
  cc_brand_templates.brand_profile_id AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[]) AND
  p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL AND p.org_id = (SELECT
  platform.organisation('admin'))))))
""",
    "DROP POLICY cc_brand_templates_change ON course_crafter.cc_brand_templates",
    """
CREATE POLICY cc_brand_templates_change ON course_crafter.cc_brand_templates FOR UPDATE TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p WHERE p.id =
  cc_brand_templates.brand_profile_id AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[]) AND
  p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL AND p.org_id = (SELECT
  platform.organisation('admin')))))) WITH CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p WHERE
  p.id = cc_brand_templates.brand_profile_id AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
  AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL AND p.org_id = (SELECT
  platform.organisation('admin'))))))
""",
    """
CREATE FUNCTION platform.require_seen_asset() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM course_crafter.cc_assets a WHERE a.id = (pg_catalog.to_jsonb(NEW) ->> TG_ARGV[0])::uuid
  ) THEN
    RAISE EXCEPTION 'no such asset' USING ERRCODE = 'no_data_found', TABLE = 'cc_assets';
  END IF;
  RETURN NEW;
END
$$
""",
    """
COMMENT ON FUNCTION platform.require_seen_asset()
  IS 'Trigger: a logo or preview is chosen from what the request sees.'
""",
    "REVOKE ALL ON FUNCTION platform.require_seen_asset() FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.require_seen_asset() TO cc_app, cc_worker",
    """
CREATE TRIGGER cc_brand_profiles_picture_first BEFORE INSERT ON course_crafter.cc_brand_profiles FOR EACH ROW
  WHEN (NEW.logo_asset_id IS NOT NULL) EXECUTE FUNCTION platform.require_seen_asset('logo_asset_id')
""",
    """
CREATE TRIGGER cc_brand_profiles_picture BEFORE UPDATE OF logo_asset_id ON course_crafter.cc_brand_profiles FOR
  EACH ROW WHEN (NEW.logo_asset_id IS NOT NULL AND NEW.logo_asset_id IS DISTINCT FROM OLD.logo_asset_id) EXECUTE
  FUNCTION platform.require_seen_asset('logo_asset_id')
""",
    """
CREATE TRIGGER cc_brand_templates_picture_first BEFORE INSERT ON course_crafter.cc_brand_templates FOR EACH ROW
  WHEN (NEW.preview_asset_id IS NOT NULL) EXECUTE FUNCTION platform.require_seen_asset('preview_asset_id')
""",
    """
CREATE TRIGGER cc_brand_templates_picture BEFORE UPDATE OF preview_asset_id ON course_crafter.cc_brand_templates
  FOR EACH ROW WHEN (NEW.preview_asset_id IS NOT NULL AND NEW.preview_asset_id IS DISTINCT FROM
  OLD.preview_asset_id) EXECUTE FUNCTION platform.require_seen_asset('preview_asset_id')
""",
)

DOWN = (
    "DROP TRIGGER cc_brand_templates_picture ON course_crafter.cc_brand_templates",
    "DROP TRIGGER cc_brand_templates_picture_first ON course_crafter.cc_brand_templates",
    "DROP TRIGGER cc_brand_profiles_picture ON course_crafter.cc_brand_profiles",
    "DROP TRIGGER cc_brand_profiles_picture_first ON course_crafter.cc_brand_profiles",
    "DROP FUNCTION platform.require_seen_asset()",
    "DROP POLICY cc_brand_templates_change ON course_crafter.cc_brand_templates",
    """
CREATE POLICY cc_brand_templates_change ON course_crafter.cc_brand_templates FOR UPDATE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
  WITH CHECK ((EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
    AND (cc_brand_templates.preview_asset_id IS NULL OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_templates.preview_asset_id AND true)))
""",
    "DROP POLICY cc_brand_templates_add ON course_crafter.cc_brand_templates",
    """
CREATE POLICY cc_brand_templates_add ON course_crafter.cc_brand_templates FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK ((EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
    AND (cc_brand_templates.preview_asset_id IS NULL OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_templates.preview_asset_id AND true)))
""",
    "DROP POLICY cc_brand_profiles_change ON course_crafter.cc_brand_profiles",
    """
CREATE POLICY cc_brand_profiles_change ON course_crafter.cc_brand_profiles FOR UPDATE
  TO cc_app, cc_worker
  USING ((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin'))))
  WITH CHECK (((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin')))) AND (cc_brand_profiles.logo_asset_id IS NULL
    OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_profiles.logo_asset_id AND true)))
""",
    "DROP POLICY cc_brand_profiles_add ON course_crafter.cc_brand_profiles",
    """
CREATE POLICY cc_brand_profiles_add ON course_crafter.cc_brand_profiles FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin')))) AND (cc_brand_profiles.logo_asset_id IS NULL
    OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_profiles.logo_asset_id AND true)))
""",
    "DROP TRIGGER cc_scorm_render_jobs_state_moves ON course_crafter.cc_scorm_render_jobs",
    "DROP TRIGGER cc_scorm_render_jobs_state_first ON course_crafter.cc_scorm_render_jobs",
    "DROP TRIGGER cc_book_render_jobs_state_moves ON course_crafter.cc_book_render_jobs",
    "DROP TRIGGER cc_book_render_jobs_state_first ON course_crafter.cc_book_render_jobs",
    "DROP TRIGGER cc_video_render_jobs_state_moves ON course_crafter.cc_video_render_jobs",
    "DROP TRIGGER cc_video_render_jobs_state_first ON course_crafter.cc_video_render_jobs",
    "DROP TRIGGER cc_book_structures_state_moves ON course_crafter.cc_book_structures",
    "DROP TRIGGER cc_voice_tracks_state_moves ON course_crafter.cc_voice_tracks",
    "DROP TRIGGER cc_voice_tracks_state_first ON course_crafter.cc_voice_tracks",
    "DROP TRIGGER cc_scripts_state_moves ON course_crafter.cc_scripts",
    "DROP TRIGGER cc_project_documents_state_moves ON course_crafter.cc_project_documents",
    "DROP TRIGGER cc_segments_state_moves ON course_crafter.cc_segments",
    "DROP TRIGGER cc_lessons_state_moves ON course_crafter.cc_lessons",
    "DROP TRIGGER cc_lessons_state_first ON course_crafter.cc_lessons",
    "DROP TRIGGER cc_projects_state_moves ON course_crafter.cc_projects",
    "DROP TRIGGER cc_projects_state_first ON course_crafter.cc_projects",
    "DROP FUNCTION platform.refuse_state()",
    "DROP POLICY cc_activity_log_add ON course_crafter.cc_activity_log",
    """
CREATE POLICY cc_activity_log_add ON course_crafter.cc_activity_log FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK ((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL AND lesson_id IS NULL
    AND org_id = (SELECT platform.organisation('admin'))))
""",
    "DROP TRIGGER cc_projects_deletion ON course_crafter.cc_projects",
    "DROP FUNCTION platform.guard_deletion()",
    "DROP POLICY cc_projects_remove ON course_crafter.cc_projects",
    """
CREATE POLICY cc_projects_remove ON course_crafter.cc_projects FOR DELETE
  TO cc_app, cc_worker
  USING (id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member')))
""",
    "DROP FUNCTION platform.remove_member(uuid)",
    "DROP FUNCTION platform.set_member_role(uuid, text)",
    "DROP FUNCTION platform.project_people(uuid)",
    "DROP FUNCTION platform.unshare_project(uuid, uuid)",
    "DROP FUNCTION platform.share_project(uuid, uuid, text)",
    """
ALTER TABLE platform.project_access
  ADD COLUMN can_write BOOLEAN GENERATED ALWAYS AS (role IN ('owner', 'editor')) STORED NOT NULL
""",
    """
COMMENT ON COLUMN platform.project_access.can_write
  IS 'Whether the role may change the project; follows the role.'
""",
    """
CREATE OR REPLACE FUNCTION platform.scope(mode text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY DEFINER
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
    """
CREATE OR REPLACE FUNCTION platform.organisation(mode text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
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
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
