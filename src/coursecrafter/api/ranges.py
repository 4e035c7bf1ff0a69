"""Which parts of a file a client asks for.

Source: RFC 9110, Range Requests and Conditional Requests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

MOST_RANGES = 16
LONGEST_HEADER = 1000
_RANGE = re.compile(r"(\d{0,18})-(\d{0,18})")

Span = tuple[int, int]
"""The first byte and the one after the last."""


def is_unchanged(headers: Mapping[str, str], etag: str) -> bool:
    """Whether the client has the file already (If-None-Match)."""
    named = headers.get("if-none-match")
    if named is None:
        return False
    known = [one.strip().removeprefix("W/") for one in named.split(",")]
    return etag in known or "*" in known


def wanted_spans(headers: Mapping[str, str], etag: str, size_bytes: int) -> Sequence[Span] | None:
    """The parts that are asked for, in the order asked for.

    Returns:
        None where the whole file is to be sent: nothing is asked for, what is asked for cannot be understood, is of
        another version (If-Range), or is more than anybody needs. No part at all where none of them is in the file.
    """
    said = headers.get("range", "")
    unit, equals, listed = said.partition("=")
    if not equals or unit.strip().lower() != "bytes" or len(said) > LONGEST_HEADER:
        return None
    if headers.get("if-range", etag) != etag:
        return None
    found = [_RANGE.fullmatch(one.strip()) for one in listed.split(",")]
    asked = [(match[1], match[2]) for match in found if match is not None]
    if len(asked) < len(found) or len(asked) > MOST_RANGES or not all(_is_range(first, last) for first, last in asked):
        return None
    spans = [span for first, last in asked if (span := _span(first, last, size_bytes)) is not None]
    # Overlapping parts would send more than the file has: such a client gets the file.
    return None if _overlap(spans) else spans


def _is_range(first: str, last: str) -> bool:
    return bool(first or last) and not (first and last and int(first) > int(last))


def _span(first: str, last: str, size_bytes: int) -> Span | None:
    """The part of the file that a range names; None if it has no byte there."""
    if not first:
        return (max(0, size_bytes - int(last)), size_bytes) if int(last) and size_bytes else None
    end = min(int(last) + 1, size_bytes) if last else size_bytes
    return (int(first), end) if int(first) < size_bytes else None


def _overlap(spans: Sequence[Span]) -> bool:
    ordered = sorted(spans)
    return any(after[0] < before[1] for before, after in pairwise(ordered))
