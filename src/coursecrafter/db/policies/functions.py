"""The functions that policies, defaults and triggers call; all owned by `cc_owner`.

The request is known to the database by three settings, local to its transaction: `cc.user_id`, `cc.org_id` and
`cc.project_id`. A setting is '' once a transaction that set it has ended, hence each `nullif`.
"""

from __future__ import annotations

from coursecrafter.db.policies import gateway, people, requests
from coursecrafter.domain.roles import Right, organisation_roles_with, project_roles_with


def _roles(right: Right) -> str:
    """A condition: the mode is that right of an organisation, and the membership's role gives it."""
    listed = ", ".join(f"'{role}'" for role in organisation_roles_with(right))
    return f"(mode = '{right}' AND m.role IN ({listed}))"


def _any_of(*rights: Right) -> str:
    return "\n      OR ".join(_roles(right) for right in rights)


# PostgreSQL 18 makes UUIDv7 itself. On 16: 48 bits of milliseconds, the version, 12 bits of the millisecond's
# fraction (as 18 does, so that ids of one session ascend), then the second half of a random UUID with its variant.
UUIDV7 = """
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
""".strip()

TOUCH = """
CREATE FUNCTION platform.touch_updated_at() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  NEW.updated_at := pg_catalog.now();
  RETURN NEW;
END
$$
""".strip()


def _roles_array(right: Right) -> str:
    return "ARRAY[" + ", ".join(f"'{role}'" for role in project_roles_with(right)) + "]"


_ROLES_OF_MODE = "\n    ".join(
    f"WHEN '{right}' THEN {_roles_array(right)}" for right in (Right.READ, Right.COMMENT, Right.WRITE, Right.OWN)
)

# PL/pgSQL keeps its plans for the session, where a function in SQL is planned in each statement; and a project that is
# named is looked up alone, where one condition for both cases read every project of the user, in each statement.
SCOPE = f"""
CREATE FUNCTION platform.scope(mode text) RETURNS uuid[]
LANGUAGE plpgsql STABLE PARALLEL SAFE SECURITY DEFINER
SET search_path = ''
AS $$
DECLARE
  person uuid := nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid;
  organisation uuid := nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid;
  project uuid := nullif(pg_catalog.current_setting('cc.project_id', true), '')::uuid;
  roles text[] := CASE mode
    {_ROLES_OF_MODE}
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
    RETURN '{{}}';
  END IF;
  RETURN ARRAY(
    SELECT a.project_id FROM platform.project_access a
    WHERE a.user_id = person AND a.org_id = organisation AND a.role = ANY (roles)
  );
END
$$
""".strip()  # noqa: S608 - words of ours

# The first few are enough to know how many there are; a scope of thousands takes half a millisecond to gather.
PROJECTS_OF_REQUEST = f"""
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
      AND a.role = ANY ({_roles_array(Right.READ)})
    LIMIT most
  );
END
$$
""".strip()  # noqa: S608 - words of ours

ORGANISATION = f"""
CREATE FUNCTION platform.organisation(mode text) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$
  SELECT m.org_id
  FROM platform.memberships m
  WHERE m.user_id = nullif(pg_catalog.current_setting('cc.user_id', true), '')::uuid
    AND m.org_id = nullif(pg_catalog.current_setting('cc.org_id', true), '')::uuid
    -- A job works in its project: a worker that names none belongs nowhere.
    AND (pg_catalog.current_setting('role') <> 'cc_worker'
      OR nullif(pg_catalog.current_setting('cc.project_id', true), '') IS NOT NULL)
    AND ({_any_of(Right.MEMBER, Right.ADMIN, Right.GOVERN)})
$$
""".strip()  # noqa: S608 - words of ours

REVISION = """
CREATE FUNCTION platform.revision() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = ''
AS $$ SELECT version_num::text FROM platform.alembic_version $$
""".strip()

OPEN_PROJECT = """
CREATE FUNCTION platform.open_project(project_id uuid, org_id uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF platform.organisation('member') IS DISTINCT FROM open_project.org_id THEN
    RAISE EXCEPTION 'not a member of the organisation' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM platform.project_access a WHERE a.project_id = open_project.project_id)
     OR EXISTS (SELECT 1 FROM course_crafter.cc_projects p WHERE p.id = open_project.project_id) THEN
    RAISE EXCEPTION 'the project exists' USING ERRCODE = 'unique_violation';
  END IF;
  INSERT INTO platform.project_access (user_id, project_id, org_id, role)
  VALUES (pg_catalog.current_setting('cc.user_id')::uuid, open_project.project_id, open_project.org_id, 'owner');
  RETURN open_project.project_id;
END
$$
""".strip()

COMMENTS = {
    "uuidv7()": "A new row id: UUIDv7, by PostgreSQL 18 itself, by ours on 16.",
    "touch_updated_at()": "Trigger: the row changed now.",
    "scope(text)": "Projects in which the request has a right: its one, or all of its organisation if it names none.",
    "projects_of_request(integer)": "The first projects, at most so many, that the request may read.",
    "organisation(text)": "The request's organisation, if its user has a right there.",
    "revision()": "The migration this database stands at, for roles that may not read its table.",
    "open_project(uuid, uuid)": "Gives a member the ownership of a project that does not exist yet.",
    "refuse_state()": "Trigger: the row may not come into this state from where it is.",
    "guard_deletion()": "Trigger: only an owner of a project deletes or restores it.",
    "require_seen_asset()": "Trigger: a logo or preview is chosen from what the request sees.",
    **people.COMMENTS,
    **requests.COMMENTS,
    **gateway.COMMENTS,
}

PLATFORM_FUNCTIONS = (UUIDV7, TOUCH, SCOPE, PROJECTS_OF_REQUEST, ORGANISATION, REVISION)
"""Made with the schema `platform`; those of `people`, and `open_project`, follow `cc_projects`."""


def guard(name: str) -> tuple[str, ...]:
    """Comment a function and let only those roles call it that need it; people are led by requests, never by jobs."""
    comment = COMMENTS[name].replace("'", "''")
    roles = callers_of(name)
    return (
        f"COMMENT ON FUNCTION platform.{name} IS '{comment}'",
        f"REVOKE ALL ON FUNCTION platform.{name} FROM PUBLIC",
        *((f"GRANT EXECUTE ON FUNCTION platform.{name} TO {roles}",) if roles else ()),
    )


def callers_of(name: str) -> str:
    """The roles that may call a function; none: only other functions do."""
    if name in people.COMMENTS:
        return "cc_app"
    return {**requests.CALLERS, **gateway.CALLERS}.get(name, "cc_app, cc_worker")
