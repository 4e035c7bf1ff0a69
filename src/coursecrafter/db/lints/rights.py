"""Rights: nothing of ours is for everybody."""

from __future__ import annotations

from coursecrafter.db.lints.rule import Rule

RULES = (
    Rule(
        "granted_to_public",
        """
SELECT DISTINCT reached.object, reached.kind, e.privilege_type AS privilege FROM (
  SELECT c.oid::regclass::text AS object,
         CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' ELSE 'table' END AS kind, c.relacl AS acl
  FROM pg_class c WHERE c.relnamespace::regnamespace::text = ANY(:schemas)
  UNION ALL
  SELECT c.oid::regclass::text || '.' || a.attname, 'column', a.attacl
  FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace::regnamespace::text = ANY(:schemas)
  UNION ALL
  SELECT n.nspname, 'schema', n.nspacl FROM pg_namespace n WHERE n.nspname = ANY(:schemas)
) reached CROSS JOIN LATERAL aclexplode(reached.acl) e WHERE e.grantee = 0 ORDER BY object, privilege
""",
        "Everybody has {privilege} on {kind} {object}: REVOKE it FROM PUBLIC.",
    ),
    Rule(
        "security_definer_for_everybody",
        """
SELECT f.oid::regprocedure::text AS object
FROM pg_proc f CROSS JOIN LATERAL aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) e
WHERE f.pronamespace::regnamespace::text = ANY(:schemas) AND f.prosecdef AND e.grantee = 0
ORDER BY object
""",
        "Everybody may call {object} with its owner's rights: REVOKE EXECUTE FROM PUBLIC, and grant it by name.",
    ),
)
