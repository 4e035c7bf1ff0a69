"""Which change of a film shows which picture of a deck. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image

from coursecrafter.domain.film import Stretch
from coursecrafter.errors import VideoError
from coursecrafter.media.film import SMALL_SIZE_PX, FilmTooLarge, Pixels, fit_box
from coursecrafter.media.film_changes import Change, differ, thumb_of

MATCH_VERSION = 3
"""Part of the content key of what is matched here; raise it when the same changes are matched in another way."""

FARTHEST, FARTHEST_IN_ORDER = 0.45, 0.62
REPEATED, POINTER_PIXELS = 0.03, 4
"""What a change costs in which no more pixels of a thumbnail changed than a pointer covers."""
INK_FLOOR = 2.0
WHOLE_SHADE, LIKELY_SHADE, FAR_SHADE = 256, 24, 64
SAME_LEVELS, SAME_PIXELS = 24, 8
NOISE_LEVELS, MOST_OF_THE_WAY = 12, 0.6
LEAST_STAND_S = Fraction(2, 5)
SHORT_STAND_S = Fraction(3, 2)
LONGEST_MOVE_S = 300
LEAST_SHARE_FOUND = 0.5
MOST_STANDS = 2000
"""Each becomes a scene, with a picture of full size in the store."""


class OtherFilm(VideoError):
    """The film does not show this deck."""

    code = "CC-0209"
    status = 422
    remedy = "Give the film that was exported from this deck, in the same order of slides, or build without --video."


def match_film(changes: Sequence[Change], pictures: Sequence[Pixels]) -> list[Stretch | None]:
    """Find each picture of a deck in its film.

    Args:
        changes: all of the film, in order.
        pictures: N pictures in playing order, as `small_picture` gives them; at least one.

    Returns:
        N stretches of ascending time; None where the film does not show the picture. A picture that looks like the one
        before it gets the rest of the same stretch.

    Raises:
        OtherFilm: CC-0209, less than half of the pictures are there.
    """
    leaders = [index for index, picture in enumerate(pictures) if not index or differ(picture, pictures[index - 1])]
    costs = distances([thumb_of(pictures[index]) for index in leaders], [change.thumb for change in changes])
    found = align(costs + _repeats(changes), FARTHEST)
    if sum(place is not None for place in found) < LEAST_SHARE_FOUND * len(leaders):
        raise OtherFilm("The film does not show this deck.", detail=f"best distances {costs.min(axis=1).round(2)}")
    found = _in_order(found, costs, changes)
    found = _earliest(found, [change.thumb for change in changes])
    used = {place for place in found if place is not None}
    by_leader = {
        index: None if place is None else _stretch(changes, place, used)
        for index, place in zip(leaders, found, strict=True)
    }
    stretches: list[Stretch | None] = []
    for index in range(len(pictures)):
        before = stretches[-1] if stretches else None
        stretches.append(by_leader[index] if index in by_leader else before and before.at_rest())
    return stretches


def own_stretches(changes: Sequence[Change]) -> list[Stretch]:
    """The stretches of a film that has no deck: one for each picture that comes to stand for a while.

    Args:
        changes: all of the film, in order; at least one.

    Raises:
        FilmTooLarge: CC-0208, so many pictures are no slides.
    """
    places = [
        at
        for at, change in enumerate(changes)
        if at == 0 or (_stands_s(change) >= LEAST_STAND_S and not _look_alike(change, changes[at - 1]))
    ]
    if len(places) > MOST_STANDS:
        raise FilmTooLarge(
            f"The film has {len(places)} pictures that stand; without a deck {MOST_STANDS} are the most."
        )
    used = set(places)
    return [_stretch(changes, place, used) for place in places]


def small_picture(picture: Image.Image, film_size_px: tuple[int, int]) -> Pixels:
    """A deck's picture as small as the film's frames, cut to the part that a film of that shape can show."""
    left, top, width, height = fit_box(film_size_px, *picture.size)
    shown = picture.convert("RGB").crop((left, top, left + width, top + height))
    return np.asarray(shown.resize(SMALL_SIZE_PX, Image.Resampling.BOX))


def distances(wanted: Sequence[bytes], shown: Sequence[bytes]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """How far pictures are from each other: 0 the same, 1 as different as two texts on one ground.

    Measured against what each picture holds beside its ground, since two white slides are mostly white. A film that is
    a little darker or paler throughout costs little: exports and recordings often are.

    Returns:
        N wanted x M shown.
    """
    one, other = (_stacked(side) for side in (wanted, shown))
    grounds = [np.median(side, axis=1) for side in (one, other)]
    ink, other_ink = (
        np.abs(side - ground[:, np.newaxis]).mean(axis=1) for side, ground in zip((one, other), grounds, strict=True)
    )
    rows = []
    for thumb, ground, held in zip(one, grounds[0], ink, strict=True):
        shade = other - thumb
        shift = np.median(shade, axis=1)
        apart = np.abs(shade - shift[:, np.newaxis]).mean(axis=1) / (held + other_ink + INK_FLOOR)
        darker = np.maximum(np.abs(shift), np.abs(grounds[1] - ground))
        rows.append(apart + darker / WHOLE_SHADE + np.maximum(darker - LIKELY_SHADE, 0) / FAR_SHADE)
    return np.asarray(rows, np.float32)


def _stacked(thumbs: Sequence[bytes]) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.stack([np.frombuffer(thumb, np.uint8) for thumb in thumbs]).astype(np.float32)


def align(costs: np.ndarray[Any, np.dtype[np.float32]], missing: float) -> list[int | None]:
    """Give each row a column of its own, in ascending order, at the least cost in all.

    Args:
        costs: N x M.
        missing: what a row without a column costs.
    """
    rows, columns = costs.shape
    best = [np.zeros(columns + 1)]
    for row in costs:
        taken = np.concatenate([[np.inf], best[-1][:-1] + row])
        best.append(np.minimum.accumulate(np.minimum(best[-1] + missing, taken)))
    places: list[int | None] = []
    column = columns
    for index in range(rows, 0, -1):
        # A later column that costs no less adds nothing: go back to where the sum was reached first.
        column = int(np.argmax(best[index][: column + 1] <= best[index][column]))
        is_taken = column > 0 and best[index][column] < best[index - 1][column] + missing
        places.append(column - 1 if is_taken else None)
        column -= is_taken
    return places[::-1]


def _repeats(changes: Sequence[Change]) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What a change costs in which only a pointer moved: other fonts and colours hardly tell neighbours apart."""
    thumbs = _stacked([change.thumb for change in changes])
    moved = (np.abs(np.diff(thumbs, axis=0)) > NOISE_LEVELS).sum(axis=1)
    return np.concatenate([[0], REPEATED * (moved <= POINTER_PIXELS)]).astype(np.float32)


def _in_order(
    found: Sequence[int | None], costs: np.ndarray[Any, np.dtype[np.float32]], changes: Sequence[Change]
) -> list[int | None]:
    """Give pictures that are too far from all, as in other fonts, what stands in their place in the film.

    Between two that were found there must be as many changes as pictures are missing, and none that is another deck's.
    """
    given = list(found)
    known = [(-1, -1), *((row, place) for row, place in enumerate(found) if place is not None)]
    for (row, place), (next_row, next_place) in pairwise([*known, (len(found), len(changes))]):
        rows = range(row + 1, next_row)
        free = [at for at in range(place + 1, next_place) if place < 0 or not _look_alike(changes[at], changes[place])]
        if len(rows) == len(free) and all(
            costs[one, at] <= FARTHEST_IN_ORDER for one, at in zip(rows, free, strict=True)
        ):
            for one, at in zip(rows, free, strict=True):
                given[one] = at
    return given


def _earliest(found: Sequence[int | None], shown: Sequence[bytes]) -> list[int | None]:
    """Each picture where it is first seen: a pointer that rests elsewhere is another change of the same picture.

    What tells two pictures of a deck apart is looked at alone: where they differ as the film shows them.
    """
    thumbs = _stacked(shown) if shown else np.zeros((0, 0), np.float32)
    before: int | None = None
    earliest: list[int | None] = []
    for place in found:
        at = place
        if place is not None and before is not None:
            way = thumbs[place] - thumbs[before]
            way[np.abs(way) <= NOISE_LEVELS] = 0
            length = float(way @ way)
            gone = (thumbs[before : place + 1] - thumbs[before]) @ way / length if length else np.ones(1)
            at = place - int(np.argmin((gone > MOST_OF_THE_WAY)[::-1])) + 1 if length else place
        earliest.append(at)
        before = before if at is None else at
    return earliest


def _stretch(changes: Sequence[Change], place: int, used: set[int]) -> Stretch:
    """The change, with the short stands before it that nothing else is shown in: an effect in several steps.

    It lasts until something else is shown; where only a pointer moved, it is still the same.
    """
    first = place
    before = max((one for one in used if one < place), default=None)
    while first > 0 and first - 1 not in used and _stands_s(changes[first - 1]) < SHORT_STAND_S:
        if before is not None and _look_alike(changes[first - 1], changes[before]):
            break
        first -= 1
    start_s, settled_s = changes[first].begin_s, changes[place].settled_s
    last = place
    while last + 1 < len(changes) and last + 1 not in used and _look_alike(changes[last + 1], changes[place]):
        last += 1
    return Stretch(start_s, min(settled_s, start_s + LONGEST_MOVE_S), changes[last].end_s)


def _look_alike(one: Change, other: Change) -> bool:
    """Whether two pictures differ by a pointer only."""
    levels = np.abs(np.subtract(*(_stacked([change.thumb])[0] for change in (one, other))))
    return int((levels > SAME_LEVELS).sum()) <= SAME_PIXELS


def _stands_s(change: Change) -> Fraction:
    return change.end_s - change.settled_s
