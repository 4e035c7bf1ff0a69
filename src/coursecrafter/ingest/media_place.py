"""Where a film stands on its slide, and which way up: through turns, mirrorings and all groups that it is in.

Source: ECMA-376 Part 1, 20.1.7.5 and 20.1.7.6 (`a:xfrm` of groups and shapes): what is in a frame is mirrored first,
then turned clockwise about the frame's middle.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from coursecrafter.ingest.package import P, find_all
from coursecrafter.ingest.placeholders import Box, Inheritance

MAX_DEPTH = 30
QUARTER_TURN = 90 * 60_000
"""Angles count sixty-thousandths of a degree."""
UNSEEN_TURN = 6_000
"""A tenth of a degree: 3 pixels at the end of a whole line."""

_NUMBER = re.compile(r"[+-]?\d{1,12}", re.ASCII)

Insets = tuple[Fraction, Fraction, Fraction, Fraction]


@dataclass(frozen=True, slots=True)
class Placed:
    """How a film stands on its slide.

    Attributes:
        box: as it is seen there, in EMU.
        turns: by how many quarters it is turned clockwise, once it is mirrored; 0 to 3.
        is_mirrored: whether left and right change sides.
    """

    box: Box
    turns: int = 0
    is_mirrored: bool = False


def place_film(
    inheritance: Inheritance, picture: etree._Element, slide: Box, insets: Insets = (Fraction(0),) * 4
) -> Placed | None:
    """Where a film stands; None where it stands at a slant.

    Args:
        inheritance: of its slide.
        picture: `p:pic`.
        slide: all of the slide, which a film fills whose place is not known.
        insets: how much narrower the film is than its picture's frame on the left, at the top, on the right and at the
            bottom, as parts of the frame.
    """
    groups = list(picture.iterancestors(f"{P}grpSp"))
    frame = inheritance.box(picture)
    if frame is None or len(groups) > MAX_DEPTH:
        return Placed(slide)
    placed = Placed(_inside(frame, insets))
    for element in (picture, *groups):
        transform = inheritance.transform(element)
        turns = _turns(transform)
        if turns is None:
            return None
        if element is not picture:
            frame = inheritance.box(element)
            placed = Placed(_out_of(element, placed.box), placed.turns, placed.is_mirrored)
        if frame is not None:
            placed = _turned(placed, frame, turns, is_mirrored=_is_mirrored(transform))
    return placed


def cut_off(placed: Placed, slide: Box) -> tuple[Box, Insets] | None:
    """What is seen of a film that reaches beyond its slide; None where nothing is.

    Returns:
        Where that stands, and what is cut off the film as it is before it is mirrored and turned, as parts of it: on
        the left, at the top, on the right and at the bottom.
    """
    box = placed.box
    left, top = max(box.left, slide.left), max(box.top, slide.top)
    right, bottom = min(box.right, slide.right), min(box.bottom, slide.bottom)
    if left >= right or top >= bottom:
        return None
    on_slide = (
        Fraction(left - box.left, box.width), Fraction(top - box.top, box.height),
        Fraction(box.right - right, box.width), Fraction(box.bottom - bottom, box.height),
    )  # fmt: skip
    # A quarter clockwise, and what was on the left is at the top.
    first, second, third, fourth = (on_slide[(side + placed.turns) % 4] for side in range(4))
    cut = (third, second, first, fourth) if placed.is_mirrored else (first, second, third, fourth)
    return Box(left, top, right - left, bottom - top), cut


def _inside(frame: Box, insets: Insets) -> Box:
    left, top, right, bottom = insets
    return Box(
        round(frame.left + frame.width * left),
        round(frame.top + frame.height * top),
        round(frame.width * (1 - left - right)),
        round(frame.height * (1 - top - bottom)),
    )


def _turns(transform: etree._Element | None) -> int | None:
    """Quarters of a turn; None where it is none, as far as can be seen. A flip upside down is half a turn, mirrored."""
    if transform is None:
        return 0
    turns, rest = divmod(_whole(transform, "rot") + UNSEEN_TURN, QUARTER_TURN)
    return (turns + 2 * _is_flipped(transform, "flipV")) % 4 if rest <= 2 * UNSEEN_TURN else None


def _is_mirrored(transform: etree._Element | None) -> bool:
    return transform is not None and _is_flipped(transform, "flipH") is not _is_flipped(transform, "flipV")


def _is_flipped(transform: etree._Element, name: str) -> bool:
    return transform.get(name) in {"1", "true"}


def _turned(placed: Placed, frame: Box, turns: int, *, is_mirrored: bool) -> Placed:
    """What stands in a frame, once that is mirrored and turned."""
    box = placed.box
    # Twice the way from the middle of the frame to the middle of the box, so that halves stay whole.
    across, down = (
        2 * (inner - outer) + inner_length - outer_length
        for inner, inner_length, outer, outer_length in (
            (box.left, box.width, frame.left, frame.width),
            (box.top, box.height, frame.top, frame.height),
        )
    )
    across = -across if is_mirrored else across
    width, height = box.width, box.height
    for _ in range(turns):
        across, down, width, height = -down, across, height, width
    left, top = 2 * frame.left + frame.width + across - width, 2 * frame.top + frame.height + down - height
    own = -placed.turns if is_mirrored else placed.turns
    return Placed(Box(left // 2, top // 2, width, height), (turns + own) % 4, placed.is_mirrored is not is_mirrored)


def _out_of(group: etree._Element, box: Box) -> Box:
    """A box of a group's own coordinates in those of what the group stands in."""
    values = [_numbers(group, *one) for one in (("off", "x", "y"), ("ext", "cx", "cy"))]
    inner = [_numbers(group, *one) for one in (("chOff", "x", "y"), ("chExt", "cx", "cy"))]
    if not all((*values, *inner)) or 0 in inner[1]:
        return box
    (x, y), (width, height) = values
    (left, top), (across, down) = inner
    wide, high = Fraction(width, across), Fraction(height, down)
    return Box(
        round(x + (box.left - left) * wide),
        round(y + (box.top - top) * high),
        round(box.width * wide),
        round(box.height * high),
    )


def _numbers(group: etree._Element, name: str, *keys: str) -> tuple[int, ...]:
    found = next(iter(find_all(group, f"./p:grpSpPr/a:xfrm/a:{name}")), None)
    return () if found is None else tuple(_whole(found, key) for key in keys)


def _whole(element: etree._Element, name: str) -> int:
    """A number of a stranger's deck; 0 where it is none."""
    written = element.get(name, "").strip()
    return int(written) if _NUMBER.fullmatch(written) else 0
