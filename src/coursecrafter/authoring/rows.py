"""Find a row, or say that there is none: a foreign id and a missing one take the same path."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, Table, select

from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.tables import SCHEMA
from coursecrafter.domain.nouns import NOUNS


def find_row(conn: Connection, table: Table, row_id: UUID, *, deleted: bool = False) -> Row[Any]:
    """A live row that the request may see.

    Args:
        deleted: find a deleted one too.

    Raises:
        NotFound: CC-0020.
    """
    row = conn.execute(_wanted(table, row_id, deleted=deleted)).first()
    if row is None:
        raise missing(table)
    return row


def hold_row(conn: Connection, table: Table, row_id: UUID, *, deleted: bool = False) -> Row[Any]:
    """A live row that the request may change, held until its transaction ends.

    The lock lets others refer to the row meanwhile (FOR NO KEY UPDATE), since every row below a project refers to it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021, it may be seen but not changed.
    """
    return _locked(conn, table, row_id, deleted=deleted, read=False, key_share=True)


def share_row(conn: Connection, table: Table, row_id: UUID, *, deleted: bool = False) -> Row[Any]:
    """A live row that the request may change, kept as it is until the transaction ends, by many at once (FOR SHARE).

    For rows that are added below a project and leave its tree alone: none is added to a project that is being deleted.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    return _locked(conn, table, row_id, deleted=deleted, read=True, key_share=False)


def _locked(conn: Connection, table: Table, row_id: UUID, *, deleted: bool, read: bool, key_share: bool) -> Row[Any]:
    wanted = _wanted(table, row_id, deleted=deleted)
    row = conn.execute(wanted.with_for_update(read=read, key_share=key_share)).first()
    if row is None:
        if conn.execute(wanted).first() is None:
            raise missing(table)
        raise NotAllowed(f"Your role in the project does not let you change this {NOUNS[table.name]}.")
    return row


def missing(table: Table) -> NotFound:
    """The answer to an id that names nothing, whoever asks."""
    return NotFound(f"There is no such {NOUNS[table.name]}.", detail=f"{SCHEMA}.{table.name}")


def _wanted(table: Table, row_id: UUID, *, deleted: bool) -> Any:
    wanted = select(table).where(table.c.id == row_id)
    if "deleted_at" in table.c and not deleted:
        wanted = wanted.where(table.c.deleted_at.is_(None))
    return wanted
