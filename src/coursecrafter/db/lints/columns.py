"""Columns: types that lose nothing, ids that nobody chooses, and a word on what each holds."""

from __future__ import annotations

from coursecrafter.db.lints.rule import Rule

COLUMN = """
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind IN ('r', 'p') AND a.attnum > 0
  AND NOT a.attisdropped AND c.oid::regclass::text <> :by_alembic
"""
NAMED = "c.oid::regclass::text || '.' || a.attname AS object"


def _typed(name: str, condition: str, sentence: str) -> Rule:
    """A rule on a column's type; `{{type}}` in the sentence is what it has."""
    query = f"SELECT {NAMED}, format_type(a.atttypid, a.atttypmod) AS type {COLUMN} AND {condition} ORDER BY object"
    return Rule(name, query, sentence)


RULES = (
    _typed(
        "time_without_zone",
        "a.atttypid IN ('timestamp'::regtype, 'timestamp[]'::regtype)",
        "Column {object} is {type}, so a time depends on who reads it: make it timestamptz.",
    ),
    _typed(
        "text_of_limited_length",
        "a.atttypid IN ('varchar'::regtype, 'bpchar'::regtype) AND a.atttypmod > 0",
        "Column {object} is {type}, and a longer one rewrites what depends on it: make it text with a CHECK.",
    ),
    _typed(
        "json_as_text",
        "a.atttypid IN ('json'::regtype, 'json[]'::regtype)",
        "Column {object} is json, which cannot be compared or indexed: make it jsonb.",
    ),
    _typed(
        "type_that_blocks_upgrades",
        """a.atttypid IN ('regproc'::regtype, 'regprocedure'::regtype, 'regoper'::regtype, 'regoperator'::regtype,
  'regconfig'::regtype, 'regdictionary'::regtype, 'regnamespace'::regtype, 'regcollation'::regtype)""",
        "Column {object} is {type}, which pg_upgrade refuses: store the name as text.",
    ),
    Rule(
        "serial_column",
        f"""
SELECT {NAMED} {COLUMN} AND EXISTS (SELECT FROM pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum
  AND pg_get_expr(d.adbin, d.adrelid) LIKE 'nextval(%')
ORDER BY object
""",  # noqa: S608 - names of ours
        "Column {object} is a serial, whose sequence has rights of its own: use platform.uuidv7(), or an identity.",
    ),
    Rule(
        "identity_that_yields",
        f"SELECT {NAMED} {COLUMN} AND a.attidentity = 'd' ORDER BY object",
        "Column {object} takes a number that the writer chose, which later collides: make it GENERATED ALWAYS.",
    ),
    Rule(
        "loose_sequence",
        """
SELECT c.oid::regclass::text AS object FROM pg_class c
WHERE c.relnamespace::regnamespace::text = ANY(:schemas) AND c.relkind = 'S' AND NOT EXISTS (
  SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype IN ('a', 'i')
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0)
ORDER BY object
""",
        "Sequence {object} belongs to no column: drop it, or make an identity of what uses it.",
    ),
    Rule(
        "column_without_comment",
        f"SELECT {NAMED} {COLUMN} AND coalesce(col_description(c.oid, a.attnum), '') = '' ORDER BY object",
        "Column {object} does not say what it holds: add a comment.",
    ),
)
