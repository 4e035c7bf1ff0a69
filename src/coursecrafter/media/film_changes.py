"""When a film's picture changes, and when it has changed.

Frames are compared with the last picture that stood still, not with their neighbours: a fade of a second moves eight
levels a frame, which is less than the noise of a poor encoding. Where something never rests, as a camera in a corner,
it is left out of all that is compared; a pointer counts only once it rests.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from coursecrafter.media.film import FilmTooLarge, Pixels, SmallFrame, read_small
from coursecrafter.media.film_restless import Mask, Restless, Speck, apart, blobs, steadied, without, without_specks

CHANGES_VERSION = 5
"""Part of the content key of what is found here; raise it when the same film gives other changes."""

CHANGED_LEVELS, CHANGED_PIXELS = 24, 5
MOVING_LEVELS, MOVING_PIXELS = 6, 4
FADING_LEVELS = 1.0
BEGUN_LEVELS = 3.0
STANDS_S = Fraction(1, 4)
"""A picture stands still once nothing has moved for so long."""
LARGEST_SPECK, LARGEST_TRACE = 20, 60
"""A pointer has no more pixels; where a few levels count, its trace in a poor encoding has more."""
RESTED_PIXELS, RESTED_SHARE = 2, Fraction(4, 5)
SLOW_S = Fraction(1, 5)
JOINT_S = Fraction(1, 10)
TOGETHER_S = Fraction(3, 20)
"""What begins within this time of another is one movement with it, as of something that comes in from the side."""
EVEN = Fraction(5, 4)
"""Of one distance to the next, where words are wiped in evenly."""
KEPT_FRAMES = 300
MOST_CHANGES = 20_000

Levels = np.ndarray[Any, np.dtype[np.float64]]

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
THUMB_SIZE_PX = (80, 45)


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the picture, however long it takes; the film's first picture is one too.

    Attributes:
        begin_s: the first moment at which it differs from what stood before, in seconds from the first picture.
        settled_s: when it stands still.
        end_s: when the next one begins, or the film ends.
        thumb: what then stands, as luma, 45 rows of 80 bytes.
    """

    begin_s: Fraction
    settled_s: Fraction
    end_s: Fraction
    thumb: bytes


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of a film.

    Attributes:
        changes: in order.
        left_out: 90 x 160, where the film never rests and was not looked at.
    """

    changes: tuple[Change, ...]
    left_out: Mask


def watch_film(path: Path) -> Watched:
    """Find every change in a film; one in which something never rests is watched twice.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    restless = Restless()
    changes = changes_among(steadied(restless.along(read_small(path))))
    left_out = restless.mask()
    if left_out.any():
        changes = changes_among(steadied(without(read_small(path), left_out)))
    return Watched(changes, left_out)


def changes_among(frames: Iterable[SmallFrame]) -> tuple[Change, ...]:
    """Find the changes among frames, at whatever distances they come.

    Raises:
        FilmTooLarge: CC-0208, no deck changes so often.
    """
    watch = _Watch()
    for frame in frames:
        watch.see(frame)
    return watch.finish()


def differ(one: Pixels, other: Pixels, levels: int = CHANGED_LEVELS, pixels: int = CHANGED_PIXELS) -> bool:
    """Whether two small pictures differ to the eye: in some pixels, by more than noise."""
    return int((apart(one, other) > levels).sum()) >= pixels


def thumb_of(pixels: Pixels) -> bytes:
    """A picture of any size as luma, 45 rows of 80 bytes."""
    luma = Image.fromarray(np.rint(pixels @ LUMA).astype(np.uint8))
    return luma.resize(THUMB_SIZE_PX, Image.Resampling.BOX).tobytes()


class _Watch:
    """Sees frame after frame. `_still` is what stood last, `_candidate` what may be standing now."""

    def __init__(self) -> None:
        self._found: list[Change] = []
        self._still: Pixels | None = None
        self._stood_since = Fraction(0)
        self._begin_s = Fraction(0)
        self._candidate: SmallFrame | None = None
        self._last: SmallFrame | None = None
        self._since_still: deque[SmallFrame] = deque(maxlen=KEPT_FRAMES)

    def see(self, frame: SmallFrame) -> None:
        if self._still is None:
            self._move(frame)
        self._since_still.append(frame)
        if self._still is not None and differ(frame.pixels, self._still):
            self._changed(frame, self._still)
        self._last = frame

    def _changed(self, frame: SmallFrame, still: Pixels) -> None:
        """A frame shows something else; specks alone are a pointer until they rest, and then have changed already."""
        if without_specks(apart(frame.pixels, still) > CHANGED_LEVELS, LARGEST_SPECK) >= CHANGED_PIXELS:
            self._begin_s = self._beginning(frame, still)
            self._rejoin(frame)
            self._still, self._candidate = None, frame
        elif (first := self._resting_since(frame)) and differ(first.pixels, still):
            self._begin_s = self._beginning(frame, still)
            self._settle(max(self._begin_s, first.at_s), frame)

    def _resting_since(self, frame: SmallFrame) -> SmallFrame | None:
        """The frame since which nothing has moved, if it is long enough ago."""
        first = next(one for one in self._since_still if frame.at_s - one.at_s <= STANDS_S)
        is_long = frame.at_s - first.at_s >= STANDS_S * RESTED_SHARE
        is_still = not differ(frame.pixels, first.pixels, MOVING_LEVELS, RESTED_PIXELS)
        return first if is_long and is_still else None

    def finish(self) -> tuple[Change, ...]:
        if self._last is None:
            return ()
        if self._still is None and self._candidate is not None:
            self._settle(self._candidate.at_s, self._last)
        begins = [change.begin_s for change in self._found[1:]] + [self._last.at_s]
        return tuple(
            replace(change, end_s=max(end, change.settled_s)) for change, end in zip(self._found, begins, strict=True)
        )

    def _move(self, frame: SmallFrame) -> None:
        """While something moves: has it stood until this frame came?"""
        last, candidate = self._last, self._candidate
        if last is None or candidate is None:
            self._candidate = frame
        elif frame.at_s - candidate.at_s >= STANDS_S:
            self._settle(candidate.at_s, last)
        elif _moves(frame.pixels, candidate.pixels):
            self._candidate = frame

    def _settle(self, at_s: Fraction, shown: SmallFrame) -> None:
        if len(self._found) == MOST_CHANGES:
            raise FilmTooLarge(f"The film changes its picture more than {MOST_CHANGES} times.")
        self._found.append(Change(self._begin_s, at_s, at_s, thumb_of(shown.pixels)))
        self._still, self._stood_since = shown.pixels, shown.at_s
        self._since_still.clear()

    def _beginning(self, frame: SmallFrame, still: Pixels) -> Fraction:
        """The first frame that already went the way in which this one differs from what stood."""
        signed = frame.pixels.astype(np.int16) - still
        specks = blobs(np.abs(signed).max(axis=2) > CHANGED_LEVELS, 1)
        # Beside something larger a speck does not count: it may be where a pointer was until a while ago.
        large = [speck for speck in specks if len(speck[0]) > LARGEST_SPECK]
        groups = large or specks
        rows, columns = (np.concatenate([group[side] for group in groups]) for side in (0, 1))
        way = signed[rows, columns]
        way = np.sign(way) * (np.abs(way) > CHANGED_LEVELS)
        begin_s = by_most_s = frame.at_s
        begins_s = [frame.at_s] * len(groups)
        begun, is_of_most = np.ones(len(groups), np.bool_), not large
        for earlier in reversed(self._since_still):
            gone = ((earlier.pixels[rows, columns].astype(np.int16) - still[rows, columns]) * way).sum(axis=1)
            moved = gone / np.abs(way).sum(axis=1)
            means = _means(moved, groups)
            begun &= means >= BEGUN_LEVELS
            begins_s = [earlier.at_s if has else at_s for has, at_s in zip(begun, begins_s, strict=True)]
            is_of_most = is_of_most and _moved_by_most(moved, means) >= BEGUN_LEVELS
            by_most_s = earlier.at_s if is_of_most else by_most_s
            if moved.mean() < BEGUN_LEVELS:
                break
            begin_s = earlier.at_s
        return begin_s if large else _first_in_row(begins_s, by_most_s)

    def _rejoin(self, frame: SmallFrame) -> None:
        """A slow fade can look as if it stood: what went on at once, slowly, is the same change."""
        is_slow = frame.at_s - self._begin_s >= SLOW_S
        if is_slow and self._found[1:] and self._begin_s - self._stood_since <= JOINT_S:
            self._begin_s = self._found.pop().begin_s


def _means(moved: Levels, specks: Sequence[Speck]) -> Levels:
    """By how many levels each speck has moved, of each of its pixels; speck by speck."""
    firsts = np.cumsum([0, *(len(rows) for rows, _ in specks[:-1])])
    return np.asarray(np.add.reduceat(moved, firsts) / [len(rows) for rows, _ in specks])


def _moved_by_most(moved: Levels, means: Levels) -> float:
    """By how many levels most specks have moved, as those of a line of text that begins to appear.

    One of them may be where a pointer was; and a key frame of a poor encoding sharpens some of their pixels.

    Args:
        moved: of each pixel.
        means: of each speck.
    """
    return float(min(np.sort(means)[(len(means) - 1) // 2], np.median(moved)))


def _first_in_row(begins_s: Sequence[Fraction], by_most_s: Fraction) -> Fraction:
    """When the first speck begins of those that begin one soon after the other, until most have begun.

    Where a line is wiped in from the side, its words begin at such distances as those behind them do; where it appears
    or fades in, all begin at once, and what has begun long before was a pointer.
    """
    ordered = sorted(begins_s, reverse=True)
    distances_s = [later - begin_s for later, begin_s in pairwise(ordered) if begin_s >= by_most_s]
    near_s = max(TOGETHER_S, EVEN * max(distances_s, default=Fraction(0)))
    first_s = by_most_s
    for begin_s in ordered:
        if first_s - near_s <= begin_s < first_s:
            first_s = begin_s
    return first_s


def _moves(one: Pixels, other: Pixels) -> bool:
    """Whether some pixels are moving, or all are fading a little."""
    difference = apart(one, other)
    moving = without_specks(difference > MOVING_LEVELS, LARGEST_TRACE)
    return moving >= MOVING_PIXELS or float(difference.mean()) > FADING_LEVELS
