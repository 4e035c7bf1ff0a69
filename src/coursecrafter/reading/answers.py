"""JSON out of SQL: the few forms that all reads are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Connection, Table, TextClause, text

from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.nouns import NOUNS


def columns(table: Table, alias: str, *, leave: Collection[str] = ()) -> str:
    """The columns of a table as a list of SELECT; the mark of deletion is never shown.

    Args:
        leave: columns that are left out.
    """
    hidden = {"deleted_at", *leave}
    return ", ".join(f"{alias}.{column.name}" for column in table.c if column.name not in hidden)


def fill(sql: str, **parts: str) -> str:
    """SQL with its named parts, all of them ours: values of a request are parameters."""
    return sql.format(**parts)


def answer(sql: str, **parts: str) -> TextClause:
    """The statement that answers the one row of a query as JSON text."""
    return text(fill("SELECT to_json(found)::text FROM ({query}) found", query=fill(sql, **parts)))


def one(sql: str, **parts: str) -> str:
    """The only row of a query as a JSON object, an expression; null without a row."""
    return fill("(SELECT to_json(found) FROM ({query}) found)", query=fill(sql, **parts))


def many(sql: str, **parts: str) -> str:
    """All rows of a query as a JSON list of objects, in its order, an expression."""
    return fill("(SELECT coalesce(json_agg(found), '[]') FROM ({query}) found)", query=fill(sql, **parts))


def read_one(conn: Connection, statement: TextClause, values: Mapping[str, Any], what: Table | str) -> bytes:
    """The one JSON text that a statement answers.

    Args:
        what: the table of what is looked for, or its name, for the sentence.

    Raises:
        NotFound: CC-0020, there is no row.
    """
    said: str | None = conn.execute(statement, values).scalar()
    if said is None:
        raise missing(what)
    return said.encode()


def missing(what: Table | str) -> NotFound:
    """The answer to an id that names nothing, whoever asks."""
    noun = what if isinstance(what, str) else NOUNS[what.name]
    return NotFound(f"There is no such {noun}.")
