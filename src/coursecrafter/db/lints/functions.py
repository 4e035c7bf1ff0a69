"""Functions, triggers and extensions: what runs, in which words, and that it runs."""

from __future__ import annotations

from coursecrafter.db.lints.rule import Rule

RULES = (
    Rule(
        "mutable_search_path",
        """
SELECT f.oid::regprocedure::text AS object FROM pg_proc f
WHERE f.pronamespace::regnamespace::text = ANY(:schemas)
  AND NOT EXISTS (SELECT FROM unnest(f.proconfig) s WHERE s LIKE 'search\\_path=%')
ORDER BY object
""",
        "Function {object} finds names by its caller's search_path: SET search_path = '' on it, and name the schemas.",
    ),
    Rule(
        "disabled_trigger",
        """
SELECT c.oid::regclass::text || ' ' || t.tgname AS object, c.oid::regclass::text AS table, t.tgname AS name
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND t.tgenabled NOT IN ('O', 'A') ORDER BY object
""",
        "Trigger {name} of {table} does not fire: ENABLE it, or drop it.",
    ),
    Rule(
        "function_without_comment",
        """
SELECT f.oid::regprocedure::text AS object FROM pg_proc f
WHERE f.pronamespace::regnamespace::text = ANY(:schemas) AND coalesce(obj_description(f.oid, 'pg_proc'), '') = ''
ORDER BY object
""",
        "Function {object} does not say what it is for: add a comment.",
    ),
    Rule(
        "extension_among_ours",
        """
SELECT extname AS object, extnamespace::regnamespace::text AS schema FROM pg_extension
WHERE extnamespace <> 'pg_catalog'::regnamespace ORDER BY object
""",
        "Extension {object} stands in {schema}, where its names can be taken for ours: do without it.",
    ),
    Rule(
        "extension_of_another_version",
        """
SELECT e.extname AS object, e.extversion AS version, a.default_version AS default_version
FROM pg_extension e JOIN pg_available_extensions a ON a.name = e.extname
WHERE a.default_version <> e.extversion ORDER BY object
""",
        "Extension {object} is at {version}, the server brings {default_version}: ALTER EXTENSION {object} UPDATE.",
    ),
)
