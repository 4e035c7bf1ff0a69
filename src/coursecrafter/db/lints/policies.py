"""Row-level security: on, forced, with policies that are asked once per query."""

from __future__ import annotations

import sqlalchemy as sa

from coursecrafter.db.lints.node_tree import calls_per_row
from coursecrafter.db.lints.rule import Rule


def _calls_per_row(row: sa.RowMapping) -> bool:
    """Whether one of the policy's conditions calls one of `named` for each row."""
    return any(calls_per_row(tree) & set(row["named"]) for tree in (row["using"], row["check"]) if tree)


RULES = (
    Rule(
        "policies_without_row_security",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p') AND NOT c.relrowsecurity
  AND EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
ORDER BY object
""",
        "Table {object} has policies that nobody asks: ENABLE ROW LEVEL SECURITY on it.",
    ),
    Rule(
        "row_security_without_policy",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p') AND c.relrowsecurity
  AND NOT EXISTS (SELECT FROM pg_policy p WHERE p.polrelid = c.oid)
ORDER BY object
""",
        "Table {object} has row-level security and no policy, so it shows nobody anything: add its policies.",
    ),
    Rule(
        "row_security_not_forced",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p')
  AND c.relnamespace = to_regnamespace(:schema) AND c.relname = ANY(:tables)
  AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
ORDER BY object
""",
        "Table {object} is one of the 24: ENABLE and FORCE ROW LEVEL SECURITY on it, for its owner too.",
    ),
    Rule(
        "granted_without_row_security",
        """
SELECT DISTINCT c.oid::regclass::text AS object, right_to.grantee::regrole::text AS role
FROM pg_class c CROSS JOIN LATERAL (
  SELECT grantee FROM aclexplode(c.relacl)
  UNION SELECT e.grantee FROM pg_attribute a, aclexplode(a.attacl) e WHERE a.attrelid = c.oid) right_to
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p', 'm', 'f')
  AND NOT c.relrowsecurity AND right_to.grantee::regrole::text = ANY(:roles)
ORDER BY object, role
""",
        "{role} reaches every row of {object}: give it row-level security and policies, or revoke the right.",
    ),
    Rule(
        "several_permissive_policies",
        """
WITH permissive AS (
  SELECT p.polname, p.polrelid, command.letter, role.oid
  FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
  CROSS JOIN unnest(CASE p.polcmd WHEN '*' THEN '{r,a,w,d}'::text[] ELSE ARRAY[p.polcmd::text] END) command(letter)
  -- a policy of PUBLIC is one of every role's
  JOIN pg_roles role ON role.oid = ANY(p.polroles) OR (0 = ANY(p.polroles) AND role.rolname = ANY(:roles))
  WHERE p.polpermissive AND c.relnamespace::regnamespace::text = ANY(:schemas)
)
SELECT polrelid::regclass::text || ' ' || string_agg(polname, ', ' ORDER BY polname) AS object,
       polrelid::regclass::text AS table, string_agg(polname, ', ' ORDER BY polname) AS names,
       oid::regrole::text AS role,
       CASE letter WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' ELSE 'DELETE' END AS command
FROM permissive GROUP BY polrelid, letter, oid HAVING count(*) > 1 ORDER BY object, role, command
""",
        "{table} asks {names} for every {command} of {role}, and one suffices to pass: make them one policy.",
    ),
    Rule(
        "policy_always_true",
        """
SELECT c.oid::regclass::text || ' ' || p.polname AS object, c.oid::regclass::text AS table, p.polname AS name
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace::regnamespace::text = ANY(:schemas)
  AND p.polpermissive AND 'true' IN (pg_get_expr(p.polqual, c.oid), pg_get_expr(p.polwithcheck, c.oid))
  AND (0 = ANY(p.polroles) OR EXISTS (SELECT FROM pg_roles r WHERE r.oid = ANY(p.polroles) AND r.rolname = ANY(:roles)))
ORDER BY object
""",
        "Policy {name} of {table} lets every row through: give it a condition.",
    ),
    Rule(
        "policy_calls_per_row",
        """
SELECT c.oid::regclass::text || ' ' || p.polname AS object, c.oid::regclass::text AS table, p.polname AS name,
       p.polqual::text AS using, p.polwithcheck::text AS check,
       -- what PostgreSQL computes by itself from a row's values may be called for each
       ARRAY(SELECT f.oid::bigint FROM pg_proc f
             WHERE f.provolatile <> 'i' OR f.pronamespace <> 'pg_catalog'::regnamespace) AS named
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE c.relnamespace::regnamespace::text = ANY(:schemas)
ORDER BY object
""",
        "Policy {name} of {table} calls a function for each row: wrap the call in (SELECT ...), asked once per query.",
        _calls_per_row,
    ),
)
