"""The order in which a person reads what stands on a slide.

The slide is cut along its widest empty strip, again and again (the recursive XY cut): bands are read from top to
bottom, columns in the direction of the script. Boxes of one size that fill a grid are read row by row, unless what
parts its columns is plainly wider than what parts its rows. What cannot be cut is read in rows: shapes whose middle is
level with the row's first shape belong to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from coursecrafter.ingest.placeholders import Box

Placed = TypeVar("Placed")
TOLERANCE = 0.04
"""Boxes are drawn larger than their text: this share of a box's side may overlap its neighbour."""
SAME_SIZE, TWICE_AS_WIDE = 0.9, 2
"""Boxes of one size differ by no more; what parts a grid's columns is at most so much wider than what parts rows."""
MAX_DEPTH = 40


def sort_for_reading(
    shapes: Sequence[Placed], box_of: Callable[[Placed], Box], *, is_right_to_left: bool = False
) -> list[Placed]:
    """Put shapes into reading order; equal places keep the order of the file."""
    return _sort(list(shapes), box_of, is_right_to_left, MAX_DEPTH)


def _sort(shapes: list[Placed], box_of: Callable[[Placed], Box], is_rtl: bool, depth: int) -> list[Placed]:
    if len(shapes) < 2:  # noqa: PLR2004 - one shape is in order
        return shapes
    rows, row_gap = _cut(shapes, lambda shape: _span(box_of(shape).top, box_of(shape).bottom))
    columns, column_gap = _cut(shapes, lambda shape: _span(box_of(shape).left, box_of(shape).right))
    if depth == 0 or len(rows) == len(columns) == 1:
        return _sort_rows(shapes, box_of, is_rtl=is_rtl)
    wider = TWICE_AS_WIDE if _is_grid([box_of(shape) for shape in shapes]) else 1
    if len(columns) > 1 and (len(rows) == 1 or column_gap > wider * row_gap):
        parts = columns[::-1] if is_rtl else columns
    else:
        parts = rows
    return [shape for part in parts for shape in _sort(part, box_of, is_rtl, depth - 1)]


def _is_grid(boxes: Sequence[Box]) -> bool:
    """Whether boxes of one size stand in rows of equally many, at least two and two."""
    width, height = max(box.width for box in boxes), max(box.height for box in boxes)
    if any(box.width < SAME_SIZE * width or box.height < SAME_SIZE * height for box in boxes):
        return False
    rows = _aligned([box.top for box in boxes], height / 2)
    columns = _aligned([box.left for box in boxes], width / 2)
    return len(rows) > 1 and len(columns) > 1 and len(set(rows)) == len(set(columns)) == 1


def _aligned(starts: Sequence[int], apart: float) -> list[int]:
    """How many boxes begin in about the same place, for each such place."""
    counts: list[int] = []
    first = 0
    for start in sorted(starts):
        if counts and start - first <= apart:
            counts[-1] += 1
        else:
            counts.append(1)
            first = start
    return counts


def _sort_rows(shapes: list[Placed], box_of: Callable[[Placed], Box], *, is_rtl: bool) -> list[Placed]:
    rows: list[list[Placed]] = []
    for shape in sorted(shapes, key=lambda shape: box_of(shape).top):
        box = box_of(shape)
        if rows and box.top + box.height / 2 < box_of(rows[-1][0]).bottom:
            rows[-1].append(shape)
        else:
            rows.append([shape])
    return [shape for row in rows for shape in sorted(row, key=lambda shape: _side(box_of(shape), is_rtl=is_rtl))]


def _cut(shapes: list[Placed], span_of: Callable[[Placed], tuple[float, float]]) -> tuple[list[list[Placed]], float]:
    """Two parts on either side of the widest empty strip, and its width; one part where there is none."""
    ordered = sorted(shapes, key=span_of)
    reach = span_of(ordered[0])[1]
    widest, place = -1.0, 0
    for index, shape in enumerate(ordered[1:], 1):
        start, end = span_of(shape)
        if start >= reach and start - reach > widest:
            widest, place = start - reach, index
        reach = max(reach, end)
    return ([ordered[:place], ordered[place:]], widest) if place else ([ordered], 0.0)


def _span(start: int, end: int) -> tuple[float, float]:
    margin = (end - start) * TOLERANCE
    return start + margin, end - margin


def _side(box: Box, *, is_rtl: bool) -> tuple[int, int]:
    return (-box.right if is_rtl else box.left), box.top
