"""Where the parts of a scene stand: one stage for each shape of frame, cut of picture and arrangement.

All measures are pixels of a frame whose short side has 1080; a layout is made at that size and scaled, so that lines
break alike in a preview and in 2160p. Pictures are given boxes near to a square, as illustrations are squares: hardly
anything of them is cut off. In a tall frame what must be read stays clear of the buttons that players lay over it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from coursecrafter.domain.look import Shape
from coursecrafter.engines.e2_video.fitting import Box

SIZES_PX: Mapping[Shape, tuple[int, int]] = {
    Shape.WIDE: (1920, 1080),
    Shape.TALL: (1080, 1920),
    Shape.SQUARE: (1080, 1080),
}
PROGRESS_PX, PROGRESS_HEIGHT_PX = 320, 6
BRAND_WIDTH_PX = 720
"""A brand's name takes no more of the foot, however much there is."""


class Arrangement(StrEnum):
    """The arrangements of a scene, by what it has to show."""

    OPENING = "opening"
    SPLIT = "split"
    STATEMENT = "statement"
    POINTS = "points"
    CLOSING = "closing"

    @property
    def is_title(self) -> bool:
        """Whether it opens or closes a video."""
        return self in {Arrangement.OPENING, Arrangement.CLOSING}


class Side(StrEnum):
    """On which side of the picture the text stands.

    START: where the language begins its lines. ALTERNATING: from scene to scene.
    """

    START = "start"
    ALTERNATING = "alternating"
    LEFT = "left"
    RIGHT = "right"


class Cut(StrEnum):
    """How a template shows its pictures.

    PANEL: a tilted card behind a panel with round corners; on title scenes bleeding off one edge.
    BLEED: over the frame's edge, with a bar of colour beside it.
    FRAME: sharp corners and a thin line set off from them.
    CARD: text and picture on cards, over what stands behind.
    """

    PANEL = "panel"
    BLEED = "bleed"
    FRAME = "frame"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where the parts of a scene stand.

    Attributes:
        picture: what is seen of the illustration.
        heading: room for the heading.
        body: room for the narration; where `follows`, from below the heading on.
        eyebrow: start of the small line above the heading: x, baseline, width.
        foot: the brand at one end and the progress at the other: x, baseline, width.
        card: under the text; None: there is none.
        follows: whether the narration begins where the heading ends.
    """

    picture: Box
    heading: Box
    body: Box
    eyebrow: Box
    foot: Box
    card: Box | None = None
    follows: bool = True


def set_stage(shape: Shape, cut: Cut, arrangement: Arrangement, *, is_flipped: bool) -> Stage:
    """The stage of a scene; flipped, text and picture change sides."""
    make = {Shape.WIDE: _wide, Shape.TALL: _tall, Shape.SQUARE: _square}[shape]
    stage = make(cut, Arrangement.OPENING if arrangement.is_title else arrangement)
    return _mirrored(stage, SIZES_PX[shape][0]) if is_flipped else stage


WIDE_PICTURES: Mapping[Cut, Mapping[Arrangement, Box]] = {
    Cut.PANEL: {
        Arrangement.OPENING: Box(1080, 0, 840, 1080),
        Arrangement.SPLIT: Box(1056, 132, 744, 784),
        Arrangement.POINTS: Box(1136, 152, 664, 744),
        Arrangement.STATEMENT: Box(1224, 238, 576, 576),
    },
    Cut.BLEED: {
        Arrangement.OPENING: Box(980, 0, 940, 1080),
        Arrangement.SPLIT: Box(1060, 0, 860, 1080),
        Arrangement.POINTS: Box(1120, 0, 800, 1080),
        Arrangement.STATEMENT: Box(1200, 180, 720, 720),
    },
    Cut.FRAME: {
        Arrangement.OPENING: Box(1000, 130, 780, 780),
        Arrangement.SPLIT: Box(1060, 150, 720, 740),
        Arrangement.POINTS: Box(1140, 150, 640, 680),
        Arrangement.STATEMENT: Box(1240, 220, 540, 540),
    },
    Cut.CARD: dict.fromkeys(
        (Arrangement.OPENING, Arrangement.SPLIT, Arrangement.POINTS, Arrangement.STATEMENT), Box(1144, 188, 704, 704)
    ),
}
TALL_PICTURES: Mapping[Cut, Mapping[Arrangement, Box]] = {
    Cut.PANEL: {
        Arrangement.OPENING: Box(0, 0, 1080, 940),
        Arrangement.SPLIT: Box(108, 170, 864, 800),
        Arrangement.POINTS: Box(84, 170, 600, 600),
        Arrangement.STATEMENT: Box(84, 190, 640, 640),
    },
    Cut.BLEED: {
        Arrangement.OPENING: Box(0, 0, 1080, 980),
        Arrangement.SPLIT: Box(0, 0, 1080, 900),
        Arrangement.POINTS: Box(420, 0, 660, 660),
        Arrangement.STATEMENT: Box(240, 0, 840, 840),
    },
    Cut.FRAME: {
        Arrangement.OPENING: Box(84, 150, 888, 860),
        Arrangement.SPLIT: Box(84, 150, 888, 800),
        Arrangement.POINTS: Box(84, 150, 600, 600),
        Arrangement.STATEMENT: Box(84, 170, 640, 640),
    },
    Cut.CARD: {
        Arrangement.OPENING: Box(78, 134, 924, 806),
        Arrangement.SPLIT: Box(78, 134, 924, 806),
        Arrangement.POINTS: Box(78, 134, 600, 586),
        Arrangement.STATEMENT: Box(78, 134, 806, 806),
    },
}
SQUARE_PICTURES: Mapping[Cut, Mapping[Arrangement, Box]] = {
    Cut.PANEL: {
        Arrangement.OPENING: Box(560, 0, 520, 520),
        Arrangement.SPLIT: Box(588, 88, 416, 400),
        Arrangement.POINTS: Box(652, 88, 352, 344),
        Arrangement.STATEMENT: Box(624, 92, 384, 384),
    },
    Cut.BLEED: {
        Arrangement.OPENING: Box(540, 0, 540, 540),
        Arrangement.SPLIT: Box(600, 0, 480, 480),
        Arrangement.POINTS: Box(684, 0, 396, 396),
        Arrangement.STATEMENT: Box(640, 0, 440, 440),
    },
    Cut.FRAME: {
        Arrangement.OPENING: Box(568, 80, 424, 424),
        Arrangement.SPLIT: Box(592, 80, 400, 400),
        Arrangement.POINTS: Box(652, 80, 340, 340),
        Arrangement.STATEMENT: Box(632, 80, 360, 360),
    },
    Cut.CARD: {
        Arrangement.OPENING: Box(588, 88, 404, 404),
        Arrangement.SPLIT: Box(588, 88, 404, 404),
        Arrangement.POINTS: Box(648, 88, 344, 344),
        Arrangement.STATEMENT: Box(624, 88, 368, 368),
    },
}
GUTTER_PX = 92
"""Between text and picture."""
SQUARE_GUTTERS_PX: Mapping[tuple[Cut, Arrangement], int] = {
    (Cut.PANEL, Arrangement.STATEMENT): 92,
    (Cut.PANEL, Arrangement.OPENING): 76,
    (Cut.BLEED, Arrangement.OPENING): 70,
}
"""The same beside a halo or a bar of colour."""


def _wide(cut: Cut, arrangement: Arrangement) -> Stage:
    picture = WIDE_PICTURES[cut][arrangement]
    card = Box(64, 72, 1024, 936) if cut is Cut.CARD else None
    left = 128 if card else 120
    right = card.right - 64 if card else picture.x - GUTTER_PX
    width, bottom, baseline = right - left, 888 if card else 944, 956 if card else 1018
    top = {Arrangement.OPENING: 250, Arrangement.STATEMENT: 222}.get(arrangement, 222)
    rows = {Arrangement.OPENING: 400, Arrangement.STATEMENT: 150, Arrangement.POINTS: 200}.get(arrangement, 290)
    # The foot ends before a picture that reaches down to it.
    foot_right = right if card or picture.bottom > baseline else 1800
    return Stage(
        picture,
        Box(left, top, width, rows),
        Box(left, top, width, bottom - top),
        Box(left, 172, width, 0),
        Box(left, baseline, foot_right - left, 0),
        card,
    )


def _tall(cut: Cut, arrangement: Arrangement) -> Stage:
    picture = TALL_PICTURES[cut][arrangement]
    card = Box(64, picture.bottom + 36, 952, 1796 - picture.bottom - 36) if cut is Cut.CARD else None
    left, right = (120, 960) if card else (84, 996)
    eyebrow = picture.bottom + (112 if card or cut is Cut.PANEL else 96)
    top, bottom, baseline = eyebrow + 42, 1660 if card else 1690, 1738 if card else 1790
    rows = {Arrangement.OPENING: 330, Arrangement.STATEMENT: 130}.get(arrangement, 240)
    return Stage(
        picture,
        Box(left, top, right - left, rows),
        Box(left, top, right - left, bottom - top),
        Box(left, eyebrow, right - left, 0),
        Box(left, baseline, right - left, 0),
        card,
    )


def _square(cut: Cut, arrangement: Arrangement) -> Stage:
    picture = SQUARE_PICTURES[cut][arrangement]
    card = Box(44, 44, 992, 992) if cut is Cut.CARD else None
    left, right = (92, 988) if card else (72, 1008)
    beside = picture.x - left - SQUARE_GUTTERS_PX.get((cut, arrangement), 56 if cut is Cut.BLEED else 48)
    body_top = picture.bottom + (56 if cut in {Cut.PANEL, Cut.BLEED} else 44)
    baseline = 988 if card else 1014
    bottom = baseline - (86 if cut is Cut.FRAME else 62)
    if arrangement is Arrangement.OPENING:
        # A title needs the whole width: it stands below its picture, as on a poster.
        return Stage(
            picture,
            Box(left, body_top, right - left, 200),
            Box(left, body_top, right - left, bottom - body_top),
            Box(left, 116, beside, 0),
            Box(left, baseline, right - left, 0),
            card,
        )
    return Stage(
        picture,
        Box(left, 148, beside, picture.bottom - 148),
        Box(left, body_top, right - left, bottom - body_top),
        Box(left, 116, beside, 0),
        Box(left, baseline, right - left, 0),
        card,
        follows=False,
    )


def _mirrored(stage: Stage, width_px: int) -> Stage:
    def turned(box: Box) -> Box:
        return replace(box, x=width_px - box.right)

    return Stage(
        turned(stage.picture),
        turned(stage.heading),
        turned(stage.body),
        turned(stage.eyebrow),
        turned(stage.foot),
        turned(stage.card) if stage.card else None,
        stage.follows,
    )
