"""What moves in a film without being part of the deck: a speaker's camera in a corner, a pointer that wanders."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from coursecrafter.media.film import SMALL_SIZE_PX, Pixels, SmallFrame

Mask = np.ndarray[Any, np.dtype[np.bool_]]

Speck = tuple[np.ndarray[Any, np.dtype[np.intp]], np.ndarray[Any, np.dtype[np.intp]]]
"""Pixels that lie together: their rows, and their columns."""

LOOK_EVERY_S = Fraction(1, 10)
WINDOW_LOOKS = 20
LEAST_WINDOWS = 3
MOVED_LEVELS = 6
OFTEN_IN_WINDOW, OFTEN_WINDOWS = 0.25, 0.8
LARGEST_SHARE = 0.3
"""A film in which more moves all the time is no deck with a camera beside it."""
LEAST_PIXELS = 6
NEAR_PIXELS = 4
PASSES_S = Fraction(1, 5)
"""A pointer is nowhere longer than half of the time that is looked at, before and after, while it moves."""
MOST_SPECKS = 3


class Restless:
    """Looks along with whoever watches a film, and finds where it never rests."""

    def __init__(self) -> None:
        shape = (SMALL_SIZE_PX[1], SMALL_SIZE_PX[0])
        self._seen: SmallFrame | None = None
        self._moved = np.zeros(shape, np.uint16)
        self._often = np.zeros(shape, np.uint32)
        self._looks = self._windows = 0

    def along(self, frames: Iterable[SmallFrame]) -> Iterator[SmallFrame]:
        """The same frames."""
        for frame in frames:
            if self._seen is None or frame.at_s - self._seen.at_s >= LOOK_EVERY_S:
                self._look(frame)
            yield frame

    def mask(self) -> Mask:
        """Rectangles, 90 x 160, around what moves most of the time; empty where the film rests, or all of it moves."""
        none = np.zeros_like(self._often, np.bool_)
        if self._windows < LEAST_WINDOWS:
            return none
        found = none.copy()
        for rows, columns in blobs(self._often >= OFTEN_WINDOWS * self._windows, NEAR_PIXELS):
            if len(rows) >= LEAST_PIXELS:
                top, bottom, left, right = rows.min(), rows.max(), columns.min(), columns.max()
                down, across = (bottom - top) // 3 + 3, (right - left) // 3 + 3
                found[max(0, top - down) : bottom + down + 1, max(0, left - across) : right + across + 1] = True
        return found if found.mean() <= LARGEST_SHARE else none

    def _look(self, frame: SmallFrame) -> None:
        if self._seen is not None:
            self._moved += apart(frame.pixels, self._seen.pixels) > MOVED_LEVELS
            self._looks += 1
            if self._looks == WINDOW_LOOKS:
                self._often += self._moved >= OFTEN_IN_WINDOW * WINDOW_LOOKS
                self._windows += 1
                self._looks = 0
                self._moved[:] = 0
        self._seen = frame


def steadied(frames: Iterable[SmallFrame]) -> Iterator[SmallFrame]:
    """The same frames without what passes by, as a pointer does: of each pixel, the middle of what it was about then.

    What comes to stay comes at the same frame: it is in three of the five moments from there on.
    """
    held: deque[SmallFrame] = deque()
    waiting: deque[SmallFrame] = deque()
    for frame in frames:
        held.append(frame)
        waiting.append(frame)
        while frame.at_s - waiting[0].at_s > PASSES_S:
            yield _middle(held, waiting.popleft())
        while len(held) > 1 and held[1].at_s <= waiting[0].at_s - PASSES_S:
            held.popleft()
    while waiting:
        yield _middle(held, waiting.popleft())


def _middle(held: Sequence[SmallFrame], frame: SmallFrame) -> SmallFrame:
    shown = [frame.pixels]
    shown += [
        next((one for one in reversed(held) if one.at_s <= frame.at_s + later_s), held[0]).pixels
        for later_s in (-PASSES_S, -PASSES_S / 2, PASSES_S / 2, PASSES_S)
    ]
    first, second, third, fourth, fifth = shown
    # The middle of five, by comparing pairs: quicker than sorting.
    low, high = np.minimum(first, second), np.maximum(first, second)
    other_low, other_high = np.minimum(third, fourth), np.maximum(third, fourth)
    low, high = np.maximum(low, other_low), np.minimum(high, other_high)
    middle = np.maximum(np.minimum(low, high), np.minimum(np.maximum(low, high), fifth))
    return replace(frame, pixels=middle)


def without(frames: Iterable[SmallFrame], mask: Mask) -> Iterator[SmallFrame]:
    """The same frames, black where the mask is set."""
    for frame in frames:
        yield replace(frame, pixels=blackened(frame.pixels, mask))


def blackened(pixels: Pixels, mask: Mask) -> Pixels:
    """A small picture, black where the mask is set."""
    kept = pixels.copy()
    kept[mask] = 0
    return kept


def apart(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference of each pixel's colours."""
    difference = np.maximum(one, other) - np.minimum(one, other)
    return np.asarray(difference.max(axis=2), np.uint8)


def without_specks(mask: Mask, largest: int) -> int:
    """How many pixels are set beside a pointer, which is a speck where it was and one where it is.

    Args:
        mask: 90 x 160.
        largest: pixels of the largest speck.
    """
    count = int(mask.sum())
    if not 0 < count <= MOST_SPECKS * largest:
        return count
    small = [len(rows) for rows, _ in blobs(mask, 1) if len(rows) <= largest]
    return count - sum(small) if len(small) <= MOST_SPECKS else count


def blobs(mask: Mask, near: int) -> list[Speck]:
    """Groups of set pixels that are no farther than `near` from each other."""
    left = {(int(row), int(column)) for row, column in np.argwhere(mask)}
    steps = [(down, across) for down in range(-near, near + 1) for across in range(-near, near + 1)]
    groups = []
    while left:
        group = [left.pop()]
        for row, column in group:
            reached = {(row + down, column + across) for down, across in steps} & left
            left -= reached
            group += reached
        places = np.array(group)
        groups.append((places[:, 0], places[:, 1]))
    return groups
