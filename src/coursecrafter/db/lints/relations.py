"""Tables and views as a whole."""

from __future__ import annotations

from coursecrafter.db.lints.rule import Rule

RULES = (
    Rule(
        "view_with_owners_rights",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind = 'v'
  AND NOT coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(c.reloptions) o
                    WHERE o.option_name = 'security_invoker'), false)
ORDER BY object
""",
        "View {object} reads with its owner's rights, around the policies: make it WITH (security_invoker = true).",
    ),
    Rule(
        "unlogged_table",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p') AND c.relpersistence = 'u'
ORDER BY object
""",
        "Table {object} is unlogged, and empty after a crash: SET LOGGED.",
    ),
    Rule(
        "table_without_comment",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND c.oid::regclass::text <> :by_alembic AND coalesce(obj_description(c.oid, 'pg_class'), '') = ''
ORDER BY object
""",
        "Table {object} does not say what it is for: add a comment.",
    ),
)
