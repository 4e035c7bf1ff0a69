"""Sharing a project and leading an organisation: functions, since the application's roles have no grant on `platform`.

Each asks for the request's right by the rules of `domain.roles`, and none leaves a project or an organisation without
an owner. A project or a person that the request may not know of is answered as one that does not exist.
"""

from __future__ import annotations

_MAY_SHARE = """
  IF NOT EXISTS (
    SELECT 1 FROM course_crafter.cc_projects p
    WHERE p.id = {name}.project_id AND p.org_id = platform.organisation('member')
      AND (p.id = ANY (platform.scope('read')) OR p.org_id = platform.organisation('admin'))
  ) THEN
    RAISE EXCEPTION 'no such project' USING ERRCODE = 'no_data_found', TABLE = 'cc_projects';
  END IF;
  IF NOT {name}.project_id = ANY (platform.scope('own')) AND platform.organisation('admin') IS NULL{unless} THEN
    RAISE EXCEPTION 'only an owner or an admin shares a project' USING ERRCODE = 'insufficient_privilege';
  END IF;
  -- Two who leave at once wait for each other, so that one of them stays the owner.
  PERFORM 1 FROM platform.project_access a
  WHERE a.project_id = {name}.project_id ORDER BY a.user_id FOR UPDATE;"""

_UNLESS_ONESELF = """
     AND unshare_project.user_id::text <> pg_catalog.current_setting('cc.user_id', true)"""

_KEEPS_AN_OWNER = """
  IF NOT EXISTS (
    SELECT 1 FROM platform.project_access a WHERE a.project_id = {name}.project_id AND a.role = 'owner'
  ) THEN
    RAISE EXCEPTION 'a project keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'project_access',
      COLUMN = 'role', CONSTRAINT = 'project_keeps_an_owner';
  END IF;"""

SHARE_PROJECT = f"""
CREATE FUNCTION platform.share_project(project_id uuid, user_id uuid, role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN{_MAY_SHARE.format(name="share_project", unless="")}
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.user_id = share_project.user_id AND m.org_id = platform.organisation('member')
  ) THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;
  INSERT INTO platform.project_access AS a (user_id, project_id, org_id, role)
  VALUES (share_project.user_id, share_project.project_id, platform.organisation('member'), share_project.role)
  ON CONFLICT ON CONSTRAINT pk_project_access DO UPDATE SET role = excluded.role;{
    _KEEPS_AN_OWNER.format(name="share_project")
}
END
$$
""".strip()  # noqa: S608 - words of ours

UNSHARE_PROJECT = f"""
CREATE FUNCTION platform.unshare_project(project_id uuid, user_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN{_MAY_SHARE.format(name="unshare_project", unless=_UNLESS_ONESELF)}
  DELETE FROM platform.project_access a
  WHERE a.project_id = unshare_project.project_id AND a.user_id = unshare_project.user_id;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;{_KEEPS_AN_OWNER.format(name="unshare_project")}
END
$$
""".strip()  # noqa: S608 - words of ours

PROJECT_PEOPLE = """
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
""".strip()

ORGANISATION_PEOPLE = """
CREATE FUNCTION platform.organisation_people()
RETURNS TABLE (user_id uuid, name text, email text, role text, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT u.id, u.name, u.email, m.role, m.created_at
  FROM platform.memberships m JOIN platform.users u ON u.id = m.user_id
  WHERE m.org_id = platform.organisation('member')
  ORDER BY u.name, u.id
$$
""".strip()

_MAY_LEAD = """
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.user_id = {name}.user_id AND m.org_id = platform.organisation('member')
  ) THEN
    RAISE EXCEPTION 'no such member' USING ERRCODE = 'no_data_found', TABLE = 'memberships';
  END IF;
  -- Owners are made and unmade by owners; all else that leads is an admin's.
  IF platform.organisation('govern') IS NULL AND ({refused}) THEN
    RAISE EXCEPTION 'only an admin leads members, only an owner leads owners and admins'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM 1 FROM platform.memberships m
  WHERE m.org_id = platform.organisation('member') ORDER BY m.user_id FOR UPDATE;"""

_KEEPS_A_LEADER = """
  IF NOT EXISTS (
    SELECT 1 FROM platform.memberships m
    WHERE m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid AND m.role = 'owner'
  ) THEN
    RAISE EXCEPTION 'an organisation keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'memberships',
      COLUMN = 'role', CONSTRAINT = 'organisation_keeps_an_owner';
  END IF;"""

_MAY_NOT_REMOVE = """
    remove_member.user_id::text <> pg_catalog.current_setting('cc.user_id', true)
    AND (platform.organisation('admin') IS NULL OR EXISTS (
      SELECT 1 FROM platform.memberships m
      WHERE m.user_id = remove_member.user_id AND m.org_id = platform.organisation('member')
        AND m.role <> 'member'))"""

SET_MEMBER_ROLE = f"""
CREATE FUNCTION platform.set_member_role(user_id uuid, role text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN{_MAY_LEAD.format(name="set_member_role", refused="true")}
  UPDATE platform.memberships m SET role = set_member_role.role
  WHERE m.user_id = set_member_role.user_id AND m.org_id = platform.organisation('member');{_KEEPS_A_LEADER}
END
$$
""".strip()  # noqa: S608 - words of ours

_HOLDS_THEIR_PROJECTS = """
  -- Who leaves the organisation leaves its projects; each keeps an owner, also when two leave at once.
  PERFORM 1 FROM platform.project_access a
  WHERE a.project_id IN (
    SELECT b.project_id FROM platform.project_access b
    WHERE b.user_id = remove_member.user_id AND b.org_id = platform.organisation('member'))
  ORDER BY a.project_id, a.user_id FOR UPDATE;
  owned := ARRAY(
    SELECT a.project_id FROM platform.project_access a
    WHERE a.user_id = remove_member.user_id AND a.org_id = platform.organisation('member') AND a.role = 'owner');"""

_KEEPS_THEIR_OWNERS = """
  IF EXISTS (SELECT FROM pg_catalog.unnest(owned) AS o (id) WHERE NOT EXISTS (
    SELECT 1 FROM platform.project_access a WHERE a.project_id = o.id AND a.role = 'owner'
  )) THEN
    RAISE EXCEPTION 'a project keeps an owner' USING ERRCODE = 'check_violation', TABLE = 'project_access',
      COLUMN = 'role', CONSTRAINT = 'project_keeps_an_owner';
  END IF;"""

_KEEPS_LEADER_AND_OWNERS = _KEEPS_A_LEADER + _KEEPS_THEIR_OWNERS

REMOVE_MEMBER = f"""
CREATE FUNCTION platform.remove_member(user_id uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  owned uuid[];
BEGIN{_MAY_LEAD.format(name="remove_member", refused=_MAY_NOT_REMOVE)}{_HOLDS_THEIR_PROJECTS}
  DELETE FROM platform.memberships m
  WHERE m.user_id = remove_member.user_id
    AND m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid;{_KEEPS_LEADER_AND_OWNERS}
END
$$
""".strip()  # noqa: S608 - words of ours

COMMENTS = {
    "share_project(uuid, uuid, text)": "Gives a member of the organisation a role in a project.",
    "unshare_project(uuid, uuid)": "Takes a person's role in a project away; anybody may leave.",
    "organisation_people()": "The members of the request's organisation, for each of them.",
    "project_people(uuid)": "Who has which role in a project, for those who may see it and for admins.",
    "set_member_role(uuid, text)": "Gives a member another role in the organisation.",
    "remove_member(uuid)": "Takes a person out of the organisation and of all its projects; anybody may leave.",
}

PEOPLE_FUNCTIONS = (SHARE_PROJECT, UNSHARE_PROJECT, PROJECT_PEOPLE, ORGANISATION_PEOPLE, SET_MEMBER_ROLE, REMOVE_MEMBER)
