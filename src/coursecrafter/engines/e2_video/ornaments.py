"""The flat shapes of a scene: cards, what stands around its picture, its small rule and its progress."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from coursecrafter.engines.e2_video.fitting import Box, Lettering
from coursecrafter.engines.e2_video.palette import RGB, Ground
from coursecrafter.engines.e2_video.stages import PROGRESS_HEIGHT_PX, PROGRESS_PX, Arrangement, Cut, Stage

MOST_DASHES = 16
FULL = 256
"""Of an opacity."""
RADIUS_PX = {Cut.PANEL: 40, Cut.BLEED: 0, Cut.FRAME: 0, Cut.CARD: 28}
EDGE_RADIUS_PX, STATEMENT_RADIUS_PX = 72, 96
CARD_RADIUS_PX = 36
BAR_PX = 22
SHADOW: RGB = (12, 16, 28)


class Placed(Protocol):
    """A scene's place in its video, and its direction."""

    @property
    def number(self) -> int:
        """From 1."""
        ...

    @property
    def count(self) -> int:
        """Of all scenes."""
        ...

    @property
    def is_rtl(self) -> bool:
        """Whether it reads from right to left."""
        ...


@dataclass(frozen=True, slots=True)
class Plate:
    """A flat shape with round corners.

    Attributes:
        opacity: 0 to 256.
        tilt_degrees: turned clockwise about its middle.
        is_picture: whether it is the illustration's own outline, which is not painted but filled with it.
    """

    box: Box
    color: RGB
    radius_px: int = 0
    opacity: int = FULL
    tilt_degrees: int = 0
    is_picture: bool = False


def plates_of(
    stage: Stage,
    cut: Cut,
    ground: Ground,
    size_px: tuple[int, int],
    arrangement: Arrangement,
    place: Placed,
    figure: Lettering,
    narration_top_px: int | None,
) -> tuple[Plate, ...]:
    """All shapes below a scene's picture and text, the outline of the picture last.

    Args:
        figure: the scene's number.
        narration_top_px: where the narration begins below a heading; None: there is no heading.
    """
    radius = _radius(stage.picture, cut, arrangement, size_px)
    return (
        *_cards(stage, cut),
        *_around_picture(stage, cut, ground, size_px, radius),
        *_rules(stage, cut, ground, place, figure, narration_top_px),
        *_progress(stage.foot, ground, place),
        Plate(_beyond(stage.picture, size_px, radius), ground.line, radius, is_picture=True),
    )


def _radius(picture: Box, cut: Cut, arrangement: Arrangement, size_px: tuple[int, int]) -> int:
    if cut is not Cut.PANEL:
        return RADIUS_PX[cut]
    if _touches(picture, size_px):
        return EDGE_RADIUS_PX
    return STATEMENT_RADIUS_PX if arrangement is Arrangement.STATEMENT else RADIUS_PX[cut]


def _cards(stage: Stage, cut: Cut) -> Iterator[Plate]:
    if cut is not Cut.CARD or stage.card is None:
        return
    for card, radius in ((stage.card, CARD_RADIUS_PX), (_grown(stage.picture, 14), CARD_RADIUS_PX)):
        for spread, opacity in ((10, 10), (6, 14), (2, 18)):
            shade = _grown(card, spread)
            yield Plate(Box(shade.x, shade.y + 8, shade.width, shade.height), SHADOW, radius + spread, opacity)
        yield Plate(card, (255, 255, 255), radius)


def _around_picture(stage: Stage, cut: Cut, ground: Ground, size_px: tuple[int, int], radius: int) -> Iterator[Plate]:
    box = stage.picture
    if cut is Cut.PANEL and _touches(box, size_px):
        yield Plate(_beyond(_grown_inwards(box, size_px, 28), size_px, radius), ground.mark, radius)
    elif cut is Cut.PANEL and radius == STATEMENT_RADIUS_PX:
        yield Plate(_grown(box, 52), ground.line, radius + 44, FULL // 2)
        yield Plate(_grown(box, 16), ground.mark, radius + 14)
    elif cut is Cut.PANEL:
        yield Plate(box, ground.mark, radius, tilt_degrees=4 if box.x * 2 + box.width < size_px[0] else -4)
    elif cut is Cut.BLEED:
        yield Plate(_grown_inwards(box, size_px, BAR_PX), ground.mark)
    elif cut is Cut.FRAME:
        shift = -22 if box.x * 2 + box.width < size_px[0] else 22
        yield from _outline(Box(box.x + shift, box.y + 22, box.width, box.height), ground.mark, 4)


def _rules(
    stage: Stage, cut: Cut, ground: Ground, place: Placed, figure: Lettering, narration_top_px: int | None
) -> Iterator[Plate]:
    number = figure.words[0]
    size = round(figure.face.size_px)
    if cut is Cut.BLEED:
        # The number stands on a chip of colour.
        box = Box(round(number.x_px) - 18, number.baseline_px - size - 4, round(number.width_px) + 36, size + 20)
        yield Plate(box, ground.mark)
        return
    x = number.x_px - 20 - 2 * size if place.is_rtl else number.x_px + number.width_px + 20
    yield Plate(Box(round(x), number.baseline_px - round(size * 0.4), round(size * 1.87), 3), ground.accent, 1)
    if cut is Cut.FRAME:
        foot, heading = stage.foot, stage.heading
        yield Plate(Box(foot.x, foot.y - 58, foot.width, 2), ground.line)
        if stage.follows and narration_top_px is not None:
            left = heading.right - 88 if place.is_rtl else heading.x
            yield Plate(Box(left, narration_top_px - 42, 88, 5), ground.mark)


def _progress(foot: Box, ground: Ground, place: Placed) -> Iterator[Plate]:
    """One dash per scene, at the other end of the foot from the brand; a bar where dashes would be dots."""
    number, count, high = place.number, place.count, PROGRESS_HEIGHT_PX
    column = Box(foot.x if place.is_rtl else foot.right - PROGRESS_PX, foot.y - 13, PROGRESS_PX, high)
    if count > MOST_DASHES:
        done_px = column.width * number // count
        yield Plate(column, ground.line, high // 2)
        yield Plate(
            Box(column.right - done_px if place.is_rtl else column.x, column.y, done_px, high), ground.accent, high // 2
        )
        return
    step = _dash_px(count)
    for index in range(count):
        x = column.x + step * (count - 1 - index) if place.is_rtl else column.right - step * (count - index) + 8
        yield Plate(Box(x, column.y, step - 8, high), ground.accent if index < number else ground.line, high // 2)


def progress_px(count: int) -> int:
    """How wide the progress of so many scenes is."""
    return PROGRESS_PX if count > MOST_DASHES else _dash_px(count) * count


def _dash_px(count: int) -> int:
    """From one dash to the next."""
    return min(36, PROGRESS_PX // count)


def _outline(box: Box, color: RGB, thick_px: int) -> Iterator[Plate]:
    yield Plate(Box(box.x, box.y, box.width, thick_px), color)
    yield Plate(Box(box.x, box.bottom - thick_px, box.width, thick_px), color)
    yield Plate(Box(box.x, box.y, thick_px, box.height), color)
    yield Plate(Box(box.right - thick_px, box.y, thick_px, box.height), color)


def _touches(box: Box, size_px: tuple[int, int]) -> bool:
    width, height = size_px
    return box.x <= 0 or box.y <= 0 or box.right >= width or box.bottom >= height


def _beyond(box: Box, size_px: tuple[int, int], by_px: int) -> Box:
    """The box stretched over the frame's edges that it touches, so that corners there are not round."""
    width, height = size_px
    left = box.x - by_px if box.x <= 0 else box.x
    top = box.y - by_px if box.y <= 0 else box.y
    right = box.right + by_px if box.right >= width else box.right
    bottom = box.bottom + by_px if box.bottom >= height else box.bottom
    return Box(left, top, right - left, bottom - top)


def _grown_inwards(box: Box, size_px: tuple[int, int], by_px: int) -> Box:
    """Grown on the sides that do not touch the frame's edge."""
    width, height = size_px
    left = box.x if box.x <= 0 else box.x - by_px
    top = box.y if box.y <= 0 else box.y - by_px
    right = box.right if box.right >= width else box.right + by_px
    bottom = box.bottom if box.bottom >= height else box.bottom + by_px
    return Box(left, top, right - left, bottom - top)


def _grown(box: Box, by_px: int) -> Box:
    return Box(box.x - by_px, box.y - by_px, box.width + 2 * by_px, box.height + 2 * by_px)
