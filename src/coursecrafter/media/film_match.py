"""Which change of a film shows which picture of a deck. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from coursecrafter.domain.film import Stretch
from coursecrafter.errors import VideoError
from coursecrafter.media.film import SMALL_SIZE_PX, Pixels, fit_box
from coursecrafter.media.film_changes import Change, differ, thumb_of

MATCH_VERSION = 1
"""Part of the content key of what is matched here; raise it when the same changes are matched in another way."""

FARTHEST = 0.4
INK_FLOOR = 2.0
WHOLE_SHADE, LIKELY_SHADE, FAR_SHADE = 256, 24, 64
SHORT_STAND_S = Fraction(3, 2)
LONGEST_MOVE_S = 300
LEAST_SHARE_FOUND = 0.5


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
    found = align(costs, FARTHEST)
    if sum(place is not None for place in found) < LEAST_SHARE_FOUND * len(leaders):
        raise OtherFilm("The film does not show this deck.", detail=f"best distances {costs.min(axis=1).round(2)}")
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


def _stretch(changes: Sequence[Change], place: int, used: set[int]) -> Stretch:
    """The change, with the short stands before it that nothing else is shown in: an effect in several steps."""
    first = place
    while first > 0 and first - 1 not in used and _stands_s(changes[first - 1]) < SHORT_STAND_S:
        first -= 1
    start_s, settled_s = changes[first].begin_s, changes[place].settled_s
    return Stretch(start_s, min(settled_s, start_s + LONGEST_MOVE_S), changes[place].end_s)


def _stands_s(change: Change) -> Fraction:
    return change.end_s - change.settled_s
