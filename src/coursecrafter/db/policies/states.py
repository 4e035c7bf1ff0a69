"""Triggers that hold rows to the moves of `domain.states`.

They fire for a wrong move only, so a right one costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from coursecrafter.domain.states import LIFECYCLES, Lifecycle

REFUSE_STATE = """
CREATE FUNCTION platform.refuse_state() RETURNS trigger LANGUAGE plpgsql
SET search_path = ''
AS $$
BEGIN
  RAISE EXCEPTION 'no such move' USING ERRCODE = 'check_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
    COLUMN = TG_ARGV[0], CONSTRAINT = TG_NAME;
END
$$
""".strip()


def state_triggers() -> Iterator[str]:
    """The SQL of all of them, in the tables' order."""
    for table, lifecycle in LIFECYCLES.items():
        yield from _triggers(table, lifecycle)


def _triggers(table: str, lifecycle: Lifecycle) -> Iterator[str]:
    column = lifecycle.column
    call = f"FOR EACH ROW WHEN ({{}}) EXECUTE FUNCTION platform.refuse_state('{column}')"
    if set(lifecycle.first) != set(lifecycle.moves):
        begun = f"NEW.{column} <> ALL (ARRAY[{_listed(lifecycle.first)}])"
        yield f"CREATE TRIGGER {table}_state_first BEFORE INSERT ON course_crafter.{table} {call.format(begun)}"
    moved = (
        f"OLD.{column} <> NEW.{column}"
        f" AND OLD.{column} || '>' || NEW.{column} <> ALL (ARRAY[{_listed(lifecycle.pairs)}])"
    )
    yield (
        f"CREATE TRIGGER {table}_state_moves BEFORE UPDATE OF {column} ON course_crafter.{table} {call.format(moved)}"
    )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
