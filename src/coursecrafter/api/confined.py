"""Work on one part of a course, in the project that the part stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.confining import Part, confine

Found = TypeVar("Found")


def within(part: Part, row_id: UUID, work: Callable[[Connection], Found]) -> Callable[[Connection], Found]:
    """The same work, in a transaction that sees only the project of a row."""

    def confined(conn: Connection) -> Found:
        confine(conn, part, row_id)
        return work(conn)

    return confined
