"""Keys and indexes: what a deletion or a join searches must be indexed, and nothing twice."""

from __future__ import annotations

from coursecrafter.db.lints.rule import Rule

RULES = (
    Rule(
        "foreign_key_without_index",
        """
SELECT k.conrelid::regclass::text || ' ' || k.conname AS object, k.conrelid::regclass::text AS table,
       k.conname AS key, a.attname AS column
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND c.relnamespace::regnamespace::text = ANY(:schemas) AND NOT EXISTS (
  SELECT FROM pg_index x WHERE x.indrelid = c.oid AND x.indkey[0] = k.conkey[1] AND x.indpred IS NULL AND x.indisvalid)
ORDER BY object
""",
        "Foreign key {key} of {table} has no index over all rows: add one that begins with {column}.",
    ),
    Rule(
        "doubled_index",
        """
SELECT x.indexrelid::regclass::text AS object, x.indrelid::regclass::text AS table, twin.name AS twin
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
JOIN LATERAL (
  SELECT min(j.relname) AS name FROM pg_index y JOIN pg_class j ON j.oid = y.indexrelid
  WHERE y.indrelid = x.indrelid AND y.indexrelid <> x.indexrelid AND j.relam = i.relam
    AND y.indkey::text = x.indkey::text AND y.indclass::text = x.indclass::text
    AND y.indcollation::text = x.indcollation::text AND y.indoption::text = x.indoption::text
    AND pg_get_expr(y.indexprs, y.indrelid) IS NOT DISTINCT FROM pg_get_expr(x.indexprs, x.indrelid)
    AND pg_get_expr(y.indpred, y.indrelid) IS NOT DISTINCT FROM pg_get_expr(x.indpred, x.indrelid)
    -- Of two, the one that a constraint or uniqueness needs stays, else the one first by name.
    AND (y.indisprimary, y.indisunique, x.indexrelid::regclass::text COLLATE "C")
      > (x.indisprimary, x.indisunique, y.indexrelid::regclass::text COLLATE "C")
) twin ON twin.name IS NOT NULL
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND i.relname <> ALL(:named)
ORDER BY object
""",
        "Index {object} does what {twin} of {table} does: drop it.",
    ),
    Rule(
        "invalid_index",
        """
SELECT x.indexrelid::regclass::text AS object, x.indrelid::regclass::text AS table
FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND NOT x.indisvalid ORDER BY object
""",
        "Index {object} of {table} was never finished: drop it and build it again.",
    ),
    Rule(
        "no_primary_key",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'p')
ORDER BY object
""",
        "Table {object} has no primary key: add one, so that each of its rows can be named.",
    ),
    Rule(
        "constraint_not_valid",
        """
SELECT k.conrelid::regclass::text || ' ' || k.conname AS object, k.conrelid::regclass::text AS table,
       k.conname AS name
FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
-- conenforced came with PostgreSQL 18
WHERE c.relnamespace::regnamespace::text = ANY(:schemas)
  AND (NOT k.convalidated OR to_jsonb(k)->>'conenforced' = 'false') ORDER BY object
""",
        "Constraint {name} of {table} does not hold for every row: enforce it, and VALIDATE it.",
    ),
)
