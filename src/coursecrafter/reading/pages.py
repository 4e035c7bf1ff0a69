"""Lists page by page: each page begins after the last line of the one before, so that none is lost or doubled.

A cursor names that line by what orders the list (keyset pagination), so a page costs the same wherever it stands, and
rows that are added meanwhile move nothing.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from coursecrafter.errors import RequestError
from coursecrafter.reading.answers import fill, missing
from coursecrafter.reading.parents import Parent

MOST = 200
"""Lines of a page."""
USUAL = 50
LONGEST_CURSOR = 500

_PAGE = """
SELECT CASE WHEN found.id IS NOT NULL THEN (SELECT to_json(line) FROM (SELECT {line}) line) END::text,
  json_build_array({keys})::text
FROM {parent}(
  SELECT * FROM ({query}) listed WHERE {conditions} ORDER BY {order} LIMIT :lines
) found{on} ORDER BY {outer_order}
"""
_PARENT = "(SELECT 1 FROM {parent}) parent LEFT JOIN LATERAL "


class CursorRefused(RequestError):
    """A list is asked for from a place that it does not have."""

    code = "CC-0090"
    remedy = "Take next_cursor as the page before gave it, or leave the cursor out to begin."


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list is wanted.

    Attributes:
        limit: lines, 1 to `MOST`.
        cursor: `next_cursor` of the page before; None: the first page.
    """

    limit: int = USUAL
    cursor: str | None = None


FIRST_PAGE = Page()


def moment(said: str) -> datetime:
    """A time with its offset, out of a cursor.

    Raises:
        ValueError: it is none.
    """
    found = datetime.fromisoformat(said)
    if found.tzinfo is None:
        raise ValueError(said)
    return found


BY_ID: Mapping[str, Callable[[str], Any]] = {"id": UUID}


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is read page by page.

    Attributes:
        name: stands in its cursors, so that one of another list is refused.
        query: its lines, in any order; what orders and filters them is among their columns.
        line: what is shown of a line of the page, worked out of `found` once the page is cut.
        keys: the columns that order it, with what reads each out of a cursor; together they are unique. Ids are UUIDv7,
            so they order in time.
        newest_first: whether the highest keys come first.
        parent: the row that the list belongs to; None: the request's organisation.
        filters: by name, a condition on the columns that takes a parameter of this name.
    """

    name: str
    query: str
    line: str = "found.*"
    keys: Mapping[str, Callable[[str], Any]] = field(default_factory=lambda: BY_ID)
    newest_first: bool = True
    parent: Parent | None = None
    filters: Mapping[str, str] = field(default_factory=dict)


def read_page(conn: Connection, listing: Listing, page: Page, values: Mapping[str, Any], **filters: Any) -> bytes:
    """One page of a list, `{"items": [...], "next_cursor": ...}`.

    Args:
        values: the parameters of the query and its parent.
        filters: values of the listing's filters; None: not asked for.

    Raises:
        CursorRefused: CC-0090.
        NotFound: CC-0020, what the list belongs to.
    """
    asked = {name: value for name, value in filters.items() if value is not None}
    after = {} if page.cursor is None else _open(listing, page.cursor)
    statement = _statement(listing, list(asked), is_first=not after)
    rows = conn.execute(text(statement), {**values, **asked, **after, "lines": page.limit + 1}).all()
    if not rows and listing.parent is not None:
        raise missing(listing.parent.table)
    lines = [(line, keys) for line, keys in rows if line is not None]
    cursor = _close(listing, lines[page.limit - 1][1]) if len(lines) > page.limit else None
    items = ",".join(line for line, _ in lines[: page.limit])
    return f'{{"items":[{items}],"next_cursor":{json.dumps(cursor)}}}'.encode()


def _statement(listing: Listing, asked: Sequence[str], *, is_first: bool) -> str:
    conditions = [listing.filters[name] for name in asked]
    if not is_first:
        keys, places = ", ".join(listing.keys), ", ".join(f":after_{key}" for key in listing.keys)
        conditions.append(f"({keys}) {'<' if listing.newest_first else '>'} ({places})")
    order = " DESC" if listing.newest_first else ""
    return fill(
        _PAGE,
        query=listing.query,
        line=listing.line,
        conditions=" AND ".join(conditions) or "true",
        order=", ".join(f"{key}{order}" for key in listing.keys),
        keys=", ".join(f"found.{key}" for key in listing.keys),
        outer_order=", ".join(f"found.{key}{order}" for key in listing.keys),
        # One row of the parent, with or without lines: no row at all says that there is no such parent.
        parent=fill(_PARENT, parent=listing.parent.source) if listing.parent else "",
        on=" ON true" if listing.parent else "",
    )


def _close(listing: Listing, keys: str) -> str:
    """The cursor of a line: the list's name and its keys, so packed that nobody is tempted to write one."""
    return base64.urlsafe_b64encode(f'["{listing.name}",{keys[1:]}'.encode()).decode()


def _open(listing: Listing, cursor: str) -> dict[str, Any]:
    """The keys in a cursor, as parameters.

    Raises:
        CursorRefused: CC-0090.
    """
    refused = CursorRefused("The list has no place such as the cursor names.", detail=cursor[:LONGEST_CURSOR])
    try:
        said = json.loads(base64.b64decode(cursor[:LONGEST_CURSOR], altchars=b"-_", validate=True))
    except ValueError as error:
        raise refused from error
    if not isinstance(said, list) or said[:1] != [listing.name] or not all(isinstance(one, str) for one in said):
        raise refused
    try:
        read = zip(listing.keys.items(), said[1:], strict=True)
        return {f"after_{key}": reader(one) for (key, reader), one in read}
    except ValueError as error:
        raise refused from error
