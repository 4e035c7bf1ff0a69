"""Places among siblings: 1 to n without gaps, after every verb."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Table, select

from coursecrafter.authoring.edits import Edit
from coursecrafter.errors import RequestError


class PlaceRefused(RequestError):
    """There is no such place among these."""

    code = "CC-0031"
    remedy = "Name a place from 1 to the number of things there are, or all of them in their new order."


def place_among(ids: Sequence[UUID], row_id: UUID, position: int | None) -> list[UUID]:
    """The siblings in order once one of them, or a new one, stands at a place.

    Args:
        ids: the siblings in order, with or without the one to place.
        position: 1 for the first; None: the end.

    Raises:
        PlaceRefused: CC-0031.
    """
    others = [one for one in ids if one != row_id]
    count = len(others) + 1
    if position is None:
        position = count
    if not 1 <= position <= count:
        # A number of thousands of digits cannot even be printed; its value helps nobody.
        raise PlaceRefused(f"The place must be a number from 1 to {count}.")
    return [*others[: position - 1], row_id, *others[position - 1 :]]


def require_same(ids: Sequence[UUID], wanted: Sequence[UUID]) -> None:
    """Refuse an order that leaves one out, names one twice or names a stranger.

    Raises:
        PlaceRefused: CC-0031.
    """
    if len(wanted) != len(ids) or set(wanted) != set(ids):
        raise PlaceRefused(f"The order must name each of the {len(ids)} there are, and each of them once.")


def renumber(act: Edit, table: Table, ids: Sequence[UUID], *, first: int = 1) -> None:
    """Give rows their places, in this order; the caller holds what they stand in.

    Rows that stand in their place already are left alone.
    """
    rows = act.conn.execute(select(table.c.id, table.c.sequence).where(table.c.id.in_(ids)))
    stands = {row.id: row.sequence for row in rows}
    for place, row_id in enumerate(ids, first):
        if stands.get(row_id) != place:
            act.change(table, row_id, sequence=place)
