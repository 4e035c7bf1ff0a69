"""Row-level security of what requests leave behind: one's own calls and uploads, one's organisation's files.

Not forced: the functions below belong to the tables' owner, who counts an organisation's bytes and forgets what is old
without being anybody's member.
"""

from __future__ import annotations

from collections.abc import Iterator

from coursecrafter.db.policies.forms import MEMBER, USER

OWN = f"user_id = {USER} AND org_id = {MEMBER}"
OURS = f"org_id = {MEMBER}"

ROOM_LEFT = """
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
""".strip()

FORGET_REQUESTS = """
CREATE FUNCTION platform.forget_requests() RETURNS integer LANGUAGE sql SECURITY DEFINER
SET search_path = ''
AS $$
  WITH gone AS (
    DELETE FROM platform.idempotency_keys k
    WHERE k.created_at < pg_catalog.now() - pg_catalog.make_interval(days => 1) RETURNING 1
  )
  SELECT pg_catalog.count(*)::integer FROM gone
$$
""".strip()

FORGET_UPLOADS = """
CREATE FUNCTION platform.forget_uploads() RETURNS TABLE (id uuid, org_id uuid) LANGUAGE sql SECURITY DEFINER
SET search_path = ''
AS $$
  DELETE FROM platform.uploads u WHERE u.expires_at < pg_catalog.now() RETURNING u.id, u.org_id
$$
""".strip()

REQUEST_FUNCTIONS = (ROOM_LEFT, FORGET_REQUESTS, FORGET_UPLOADS)

COMMENTS = {
    "room_left(bigint)": "Bytes that the request's organisation may still upload; null: any number.",
    "forget_requests()": "Deletes the answers kept for repeated calls after a day; how many.",
    "forget_uploads()": "Deletes uploads that were not finished in time, and names them.",
}
CALLERS = {
    "uuidv7()": "cc_app, cc_worker, cc_accounts",
    "room_left(bigint)": "cc_app",
    "forget_requests()": "cc_accounts",
    "forget_uploads()": "cc_accounts",
}


def request_policies() -> Iterator[str]:
    """The SQL that puts them into force, in order."""
    for table in ("uploads", "uploaded_files", "idempotency_keys"):
        yield f"ALTER TABLE platform.{table} ENABLE ROW LEVEL SECURITY"
    for table in ("uploads", "idempotency_keys"):
        yield from _policies(table, OWN, changes=True)
    yield from _policies("uploaded_files", OURS, changes=False)


def _policies(table: str, mine: str, *, changes: bool) -> Iterator[str]:
    name = f"platform.{table}"
    yield f"CREATE POLICY {table}_read ON {name} FOR SELECT TO cc_app USING ({mine})"
    yield f"CREATE POLICY {table}_add ON {name} FOR INSERT TO cc_app WITH CHECK ({mine})"
    if changes:
        yield f"CREATE POLICY {table}_change ON {name} FOR UPDATE TO cc_app USING ({mine}) WITH CHECK ({mine})"
        yield f"CREATE POLICY {table}_remove ON {name} FOR DELETE TO cc_app USING ({mine})"
    yield f"GRANT SELECT, INSERT{', UPDATE, DELETE' if changes else ''} ON {name} TO cc_app"
