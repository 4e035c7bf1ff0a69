"""A project by its own id, what lies below by project, scenes and segments by their lesson."""

from __future__ import annotations

from coursecrafter.db.policies.forms import (
    MEMBER,
    OWN_SCOPE,
    READ_SCOPE,
    WRITE_SCOPE,
    TablePolicy,
    by_parents_project,
    by_project,
)

POLICIES = (
    TablePolicy(
        "cc_projects",
        f"id = ANY({READ_SCOPE})",
        f"id = ANY({WRITE_SCOPE}) AND org_id = {MEMBER}",
        removable=f"id = ANY({OWN_SCOPE}) AND org_id = {MEMBER}",
    ),
    by_project("cc_learning_units"),
    by_project("cc_modules"),
    by_project("cc_lessons"),
    by_parents_project("cc_scenes", "lesson_id", "cc_lessons"),
    by_parents_project("cc_segments", "lesson_id", "cc_lessons"),
)

# open_project runs as cc_owner and must see whether an id is taken; forced row security would hide every row from it.
OWNER_READS_PROJECTS = (
    "CREATE POLICY cc_projects_owner_read ON course_crafter.cc_projects FOR SELECT TO cc_owner USING (true)"
)

# A policy cannot compare a row with what it was; marking a project as deleted is its owners' act, as removing it is.
GUARD_DELETION = """
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
""".strip()

GUARDED = """
CREATE TRIGGER cc_projects_deletion BEFORE UPDATE OF deleted_at ON course_crafter.cc_projects
  FOR EACH ROW WHEN (OLD.deleted_at IS DISTINCT FROM NEW.deleted_at) EXECUTE FUNCTION platform.guard_deletion()
""".strip()
