"""Find what is there already among what is wanted, so that a row that stays the same keeps its id."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

Thing = TypeVar("Thing")


def pair_up(
    known: Sequence[Thing], wanted: Sequence[Thing], likenesses: Sequence[Callable[[Thing], Hashable]]
) -> list[int | None]:
    """Match wanted things with known ones, each at most once, the strictest likeness first.

    Args:
        likenesses: two things are alike when one of these gives the same for both.

    Returns:
        For each wanted thing, the index of the known one that becomes it; None for a new one.
    """
    pairs: list[int | None] = [None] * len(wanted)
    free = set(range(len(known)))
    for likeness in likenesses:
        waiting: dict[Hashable, list[int]] = {}
        for index in sorted(free, reverse=True):
            waiting.setdefault(likeness(known[index]), []).append(index)
        for place, thing in enumerate(wanted):
            alike = waiting.get(likeness(thing))
            if pairs[place] is None and alike:
                index = alike.pop()
                pairs[place] = index
                free.discard(index)
    return pairs
