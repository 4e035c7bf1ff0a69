"""Versions of a thing: the ETag of an answer, and If-Match of a change."""

from __future__ import annotations

import re
from datetime import datetime

from pydantic_core import from_json

from coursecrafter.api.problems import ConditionRefused

ETAG = re.compile(r'(?:W/)?"(?P<value>[^"]{1,64})"')


def etag_of(data: bytes) -> str | None:
    """The version of a thing that was read: the quoted `updated_at` of its JSON."""
    value = from_json(data)
    at = value.get("updated_at") if isinstance(value, dict) else None
    return f'"{at}"' if isinstance(at, str) else None


def read_if_match(header: str | None) -> datetime | None:
    """The `updated_at` that the caller saw; None for no condition and for `*`.

    Raises:
        ConditionRefused: CC-0019.

    Source: RFC 9110, If-Match.
    """
    if header is None or header.strip() == "*":
        return None
    match = ETAG.fullmatch(header.strip())
    try:
        at = datetime.fromisoformat(match["value"]) if match else None
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise ConditionRefused("If-Match does not name a version of this.")
    return at
