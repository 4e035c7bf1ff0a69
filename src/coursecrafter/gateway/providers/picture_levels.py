"""Drawings of ranks and sides: pyramid and comparison."""

from __future__ import annotations

from coursecrafter.gateway.providers.picture_canvas import circle, num, path, polygon, rect
from coursecrafter.gateway.providers.picture_lettering import BOLD, HEAVY, MEDIUM, SIZES, Block, Type, fit, set_block
from coursecrafter.gateway.providers.picture_pad import RADIUS, Pad
from coursecrafter.gateway.sketches import Lettering

NARROWEST = 0.42
POINT_SIZES = SIZES[5:]
MOST_POINTS = 3
BAR_HEIGHT, BETWEEN = 6.0, 5.0
"""Of a point without words, and from point to point; in units."""


def _levels(pad: Pad) -> list[str]:
    """Colours from the top down: the top is the accent."""
    count = len(pad.labels)
    return [pad.shade(count - 1 - nth) for nth in range(count)]


def pyramid_slices(pad: Pad) -> str:
    """A triangle in slices, each with a line to its name."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    base = min(wide * 0.56, high * 1.05)
    tall = min(high, base * 1.2)
    top = pad.middle[1] - tall * unit / 2
    apex = pad.at(base / 2)
    gap = 1.1
    rows = tall / count
    text_at = base + 4.0
    blocks = pad.label_blocks(wide - text_at - 1, 3, height=rows)
    drawn = ""
    for nth, (block, fill) in enumerate(zip(blocks, _levels(pad), strict=True)):
        upper, lower = nth * rows + (gap / 2 if nth else 0), (nth + 1) * rows - gap / 2
        half = [base / 2 * at / tall for at in (upper, lower)]
        points = [
            (apex - half[0] * unit, top + upper * unit),
            (apex + half[0] * unit, top + upper * unit),
            (apex + half[1] * unit, top + lower * unit),
            (apex - half[1] * unit, top + lower * unit),
        ]
        drawn += polygon(points, fill, f'stroke="{fill}" stroke-width="{num(0.8 * unit)}" stroke-linejoin="round"')
        row = top + (upper + lower) / 2 * unit
        side = -1 if pad.is_rtl else 1
        rim = apex + side * (half[0] + half[1]) / 2 * unit
        line = pad.stroke([(rim + side * 0.6 * unit, row), (pad.at(text_at - 2), row)], pad.line, 0.6)
        drawn += line + circle(rim, row, 1.2 * unit, pad.line)
        ink = pad.on(fill)
        at = row + (rows * 0.12 * unit if nth == 0 else 0)
        drawn += _mark(pad, nth, apex, at, min(rows * 0.5, 8.0 if nth else rows * 0.34) * unit, ink)
        drawn += pad.put(block, pad.at(text_at), row, pad.ink, anchor=pad.start, width=wide - text_at - 2)
    return drawn


def _mark(pad: Pad, nth: int, x: float, y: float, size: float, ink: str) -> str:
    icon = pad.icon_of(nth)
    return pad.icon(icon, x, y, size * 1.2, ink) if icon else pad.number(nth, x, y, size, ink)


def pyramid_steps(pad: Pad) -> str:
    """Bars that grow wider from the top down, with their names on them."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = min(pad.width / unit, 130.0), pad.height / unit
    gap = 1.8
    height = min((high - gap * (count - 1)) / count, 21.0)
    top = pad.middle[1] - (height * count + gap * (count - 1)) * unit / 2
    widths = [wide * (NARROWEST + (1 - NARROWEST) * nth / (count - 1)) for nth in range(count)]
    blocks = pad.blocks_within([width - 5 for width in widths], 2, height=height)
    drawn = ""
    for nth, (block, fill) in enumerate(zip(blocks, _levels(pad), strict=True)):
        width = widths[nth]
        y = top + nth * (height + gap) * unit
        left = pad.middle[0] - width * unit / 2
        drawn += rect(left, y, width * unit, height * unit, fill, RADIUS * unit)
        ink = pad.on(fill)
        middle = y + height * unit / 2
        if block.lines:
            drawn += pad.put(block, pad.middle[0], middle, ink)
        else:
            drawn += _mark(pad, nth, pad.middle[0], middle, height * 0.5 * unit, ink)
    return drawn


def pyramid_plates(pad: Pad) -> str:
    """Plates that lie above each other, the uppermost the smallest, each with its name."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    base = min(wide * 0.56, high * 0.95)
    rise = min((high - base * 0.36) / count, 22.0)
    flat = 0.34
    thick = min(rise * 0.34, 5.0)
    top = pad.middle[1] - (rise * (count - 1) - base * flat / 2 * (1 - NARROWEST)) * unit / 2 - thick * unit / 2
    x = pad.at(base / 2)
    text_at = base + 5.0
    blocks = pad.label_blocks(wide - text_at - 1, 3, height=rise)
    drawn, side = "", -1 if pad.is_rtl else 1
    colors = _levels(pad)
    for nth in reversed(range(count)):
        half = base / 2 * (NARROWEST + (1 - NARROWEST) * nth / (count - 1))
        y = top + nth * rise * unit
        drawn += _plate(pad, x, y, half, half * flat, thick, colors[nth])
        row = y + thick * unit / 2
        rim = x + side * half * unit
        drawn += pad.stroke([(rim, row), (pad.at(text_at - 2), row)], pad.line, 0.6) + circle(
            rim, row, 1.2 * unit, pad.line
        )
        drawn += pad.put(blocks[nth], pad.at(text_at), row, pad.ink, anchor=pad.start, width=wide - text_at - 2)
    return drawn


def _plate(pad: Pad, x: float, y: float, half: float, deep: float, thick: float, fill: str) -> str:
    unit = pad.unit
    left, right = x - half * unit, x + half * unit
    front, low = y + deep * unit, thick * unit
    side = [(left, y), (x, front), (right, y), (right, y + low), (x, front + low), (left, y + low)]
    face = [(x, y - deep * unit), (right, y), (x, front), (left, y)]
    join = f'stroke="{fill}" stroke-width="{num(0.8 * unit)}" stroke-linejoin="round"'
    shadow = polygon(side, "#000000", 'fill-opacity="0.22"')
    return polygon(side, fill, join) + shadow + polygon(face, fill, join)


def _points_of(pad: Pad) -> list[list[str]]:
    """What is said of both sides; of neither where it stands beside the picture, or where one has nothing."""
    sides = [[line for line in part.note.split("\n") if line][:MOST_POINTS] for part in pad.sketch.parts]
    is_told = pad.sketch.lettering is Lettering.WHOLE and all(sides)
    return sides if is_told else [[], []]


def comparison_cards(pad: Pad) -> str:
    """Two sides on cards, each under a band of its own colour, or all of it where there is no more to say."""
    unit = pad.unit
    boxes = _halves(pad, 5.0)
    fills = (pad.scheme.steps[7], pad.scheme.accent)
    drawn = ""
    if _is_bare(pad):
        boxes = _lowered(pad, boxes, 56)
        drawn = "".join(pad.card(*box, fill) for box, fill in zip(boxes, fills, strict=True))
        return drawn + _named_sides(pad, boxes, fills)
    band = min(boxes[0][3] / unit * 0.36, 20.0)
    blocks = pad.label_blocks(boxes[0][2] / unit - band - 5, 2, height=band)
    points = _point_blocks(pad, boxes[0][2] / unit - 14, boxes[0][3] / unit - band - 12)
    boxes = _lowered(pad, boxes, band + 16 + max(_points_height(side) for side in points))
    for nth, (x, y, width, height) in enumerate(boxes):
        fill = fills[nth]
        ink = pad.on(fill)
        drawn += pad.card(x, y, width, height)
        drawn += _band(x, y, width, band * unit, RADIUS * unit, fill)
        icon_at = x + (width - band * unit / 2 if pad.is_rtl else band * unit / 2)
        drawn += _side_icon(pad, nth, icon_at, y + band * unit / 2, band * 0.62 * unit, ink)
        text_at = x + (width - (band + 1) * unit if pad.is_rtl else (band + 1) * unit)
        drawn += pad.put(
            blocks[nth], text_at, y + band * unit / 2, ink, anchor=pad.start, weight=BOLD, width=width / unit - band - 6
        )
        drawn += _points(
            pad,
            points[nth],
            (x, y + band * unit, width, height - band * unit),
            pad.card_ink,
            pad.card_ink if pad.tone else fill,
        )
    return drawn


def _is_bare(pad: Pad) -> bool:
    """Whether only the names of both sides stand in the picture."""
    return pad.has_words and not any(_points_of(pad))


def _named_sides(pad: Pad, boxes: list[tuple[float, float, float, float]], fills: tuple[str, str]) -> str:
    """In the middle of each box its icon or letter above its name."""
    unit, drawn = pad.unit, ""
    blocks = pad.label_blocks(boxes[0][2] / unit - 8, 3, weight=BOLD)
    icon = min(boxes[0][3] / unit * 0.36, 24.0)
    deepest = max(block.height for block in blocks)
    for nth, (x, y, width, height) in enumerate(boxes):
        ink, middle = pad.on(fills[nth]), x + width / 2
        first = y + (height - (icon + 6 + deepest) * unit) / 2
        drawn += _side_icon(pad, nth, middle, first + icon * unit / 2, icon * unit, ink)
        drawn += pad.put(blocks[nth], middle, first + (icon + 6 + blocks[nth].height / 2) * unit, ink, weight=BOLD)
    return drawn


def _halves(pad: Pad, gap: float) -> list[tuple[float, float, float, float]]:
    """Two boxes in pixels: side by side, or one below the other in tall frames; the first where reading begins."""
    unit = pad.unit
    if pad.height > 1.25 * pad.width:
        high = (pad.height - gap * unit) / 2
        return [(pad.x, pad.y, pad.width, high), (pad.x, pad.y + high + gap * unit, pad.width, high)]
    wide = (pad.width - gap * unit) / 2
    tall = min(pad.height, wide * 1.5)
    top = pad.middle[1] - tall / 2
    boxes = [(pad.x, top, wide, tall), (pad.x + wide + gap * unit, top, wide, tall)]
    return boxes[::-1] if pad.is_rtl else boxes


def _lowered(
    pad: Pad, boxes: list[tuple[float, float, float, float]], height: float
) -> list[tuple[float, float, float, float]]:
    """Boxes no higher than what they hold, about their own middle."""
    high = min(boxes[0][3], height * pad.unit)
    return [(x, y + (full - high) / 2, width, high) for x, y, width, full in boxes]


def _points_height(blocks: list[Block]) -> float:
    return sum(block.height if block.lines else BAR_HEIGHT for block in blocks) + BETWEEN * max(len(blocks) - 1, 0)


def _band(x: float, y: float, width: float, height: float, radius: float, fill: str) -> str:
    """A rectangle whose upper corners are round."""
    corner = f"a{num(radius)} {num(radius)} 0 0 1"
    start = f"M{num(x)} {num(y + height)}V{num(y + radius)}{corner} {num(radius)} {num(-radius)}"
    return path(f"{start}H{num(x + width - radius)}{corner} {num(radius)} {num(radius)}V{num(y + height)}Z", fill)


def _side_icon(pad: Pad, nth: int, x: float, y: float, size: float, ink: str) -> str:
    icon = pad.icon_of(nth)
    if icon:
        return pad.icon(icon, x, y, size, ink)
    letter = "AB"[nth] if pad.is_latin else "12"[nth]
    return set_block(Block((letter,), size * 0.9), pad.typed(HEAVY), x, y, ink)


def _point_blocks(pad: Pad, width: float, height: float) -> list[list[Block]]:
    """The points of both sides, all at one size at which they fit; as many of each as there is room for."""
    sides, face = _points_of(pad), Type(MEDIUM, pad.sketch.language)
    if not pad.has_words:
        return [[Block((), 4.4)] * 2, [Block((), 4.4)] * 2]
    for size in POINT_SIZES:
        fitted = [[fit(line, face, width, 3, (size,)) for line in side] for side in sides]
        if all(_points_height(side) <= height for side in fitted):
            return fitted
    while any(_points_height(side) > height for side in fitted):
        fitted = [side[:-1] if _points_height(side) > height else side for side in fitted]
    return fitted


def _points(pad: Pad, blocks: list[Block], box: tuple[float, float, float, float], ink: str, color: str) -> str:
    """Points below each other from the top of a box, each behind a dot."""
    unit = pad.unit
    x, y, width, height = box
    if not blocks:
        return ""
    heights = [block.height if block.lines else BAR_HEIGHT for block in blocks]
    at = y + min(8 * unit, (height - _points_height(blocks) * unit) / 2)
    drawn = ""
    for block, deep in zip(blocks, heights, strict=True):
        first = at + (block.size * 0.36 if block.lines else deep / 2) * unit
        dot = x + (width - 6 * unit if pad.is_rtl else 6 * unit)
        drawn += circle(dot, first, 1.2 * unit, color)
        text = x + (width - 10 * unit if pad.is_rtl else 10 * unit)
        drawn += pad.put(
            block, text, at + deep * unit / 2, ink, anchor=pad.start, weight=MEDIUM, width=width / unit - 16
        )
        at += (deep + BETWEEN) * unit
    return drawn


def comparison_halves(pad: Pad) -> str:
    """One surface in two colours, with arrows both ways where the sides meet."""
    unit = pad.unit
    boxes = _halves(pad, 0.0)
    if _is_bare(pad) and pad.height <= 1.25 * pad.width:
        boxes = _lowered(pad, boxes, 74)
    fills = (pad.scheme.steps[7], pad.scheme.accent_soft)
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    wide = max(box[0] + box[2] for box in boxes) - left
    tall = max(box[1] + box[3] for box in boxes) - top
    corner = 4 * unit
    drawn = pad.card(left, top, wide, tall, fills[1], 4)
    clip = '<clipPath id="surface">' + rect(left, top, wide, tall, "#000000", corner) + "</clipPath>"
    first = boxes[0]
    drawn += f'{clip}<g clip-path="url(#surface)">{rect(*first, fills[0])}</g>'
    blocks = pad.label_blocks(first[2] / unit - 10, 2, weight=BOLD)
    is_stacked = first[2] == wide
    if _is_bare(pad):
        x, y = (left + wide - 13 * unit, top + tall / 2) if is_stacked else (left + wide / 2, top + tall / 2)
        return drawn + _named_sides(pad, boxes, fills) + _meeting(pad, x, y, is_stacked=is_stacked)
    icon = min(first[3] / unit * (0.22 if is_stacked else 0.24), 24.0)
    names = max(6.0, *(block.height for block in blocks))
    points = _point_blocks(pad, first[2] / unit - 18, first[3] / unit - icon * 1.12 - names - 14)
    for nth, (x, y, width, height) in enumerate(boxes):
        ink = pad.on(fills[nth])
        middle = x + width / 2
        drawn += _side_icon(pad, nth, middle, y + (icon * 0.62 + 3) * unit, icon * unit, ink)
        name = y + (icon * 1.12 + 6 + max(blocks[nth].height, 6) / 2) * unit
        drawn += pad.put(blocks[nth], middle, name, ink, weight=BOLD, width=width / unit - 16)
        below = icon * 1.12 + 8 + max(blocks[nth].height, 6)
        rest = (x + 3 * unit, y + below * unit, width - 6 * unit, height - (below + 3) * unit)
        drawn += _points(pad, points[nth], rest, ink, ink)
    # Where the sides meet, beside the icons, so that no word lies below it.
    x, y = (
        (left + wide - 13 * unit, top + tall / 2) if is_stacked else (left + wide / 2, top + (icon * 0.62 + 3) * unit)
    )
    return drawn + _meeting(pad, x, y, is_stacked=is_stacked)


def _meeting(pad: Pad, x: float, y: float, *, is_stacked: bool) -> str:
    """Two arrows that point away from each other, on a disc."""
    unit = pad.unit
    fill = pad.fill
    drawn = pad.disc(x, y, 5.6 * unit, fill)
    for side in (-1, 1):
        angle = (90 if is_stacked else 0) + (180 if side < 0 else 0)
        dx, dy = (0, side * 2.3 * unit) if is_stacked else (side * 2.3 * unit, 0)
        drawn += pad.arrow(x + dx, y + dy, angle, 2.3 * unit, pad.card_ink)
    return drawn


def comparison_scales(pad: Pad) -> str:
    """A balance with a side in each pan."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    x = pad.middle[0]
    arm = min(wide * 0.29, 46.0)
    radius = min(arm * 0.62, high * 0.15, 15.0)
    top = pad.y + 5 * unit
    if _is_bare(pad):
        top += max(pad.height - (radius * 2 + 44) * unit, 0) / 2
    has_points = pad.has_words and any(_points_of(pad))
    column = min(wide / 2 - 3, arm * 1.9)
    tilt = 3.0 if pad.canvas.chance.below(2) else -3.0
    blocks = pad.label_blocks(column, 2, weight=BOLD)
    points = _point_blocks(pad, column - 11, high - radius * 2 - 46) if has_points else [[], []]
    drawn = pad.stroke([(x, top), (x, top + (radius * 2 + 15) * unit)], pad.line, 1.6)
    drawn += rect(x - 11 * unit, top + (radius * 2 + 15) * unit, 22 * unit, 2.6 * unit, pad.line, 1.3 * unit)
    drawn += pad.stroke(
        [(x - arm * unit, top + (4 + tilt) * unit), (x + arm * unit, top + (4 - tilt) * unit)], pad.line, 1.6
    )
    drawn += circle(x, top + 4 * unit, 3 * unit, pad.scheme.accent)
    fills = (pad.scheme.steps[7], pad.scheme.accent)
    foot = 2 * radius + 19
    for nth in range(2):
        side = (-1 if nth == 0 else 1) * (-1 if pad.is_rtl else 1)
        hang = 4 - side * tilt
        at = x + side * arm * unit
        pan = top + (hang + 8 + radius) * unit
        drawn += pad.stroke(
            [
                (at - radius * 0.8 * unit, pan - radius * 0.6 * unit),
                (at, top + hang * unit),
                (at + radius * 0.8 * unit, pan - radius * 0.6 * unit),
            ],
            pad.line,
            0.6,
        )
        drawn += pad.disc(at, pan, radius * unit, fills[nth])
        drawn += _side_icon(pad, nth, at, pan, radius * 1.15 * unit, pad.on(fills[nth]))
        name = top + (foot + 9 + max(blocks[nth].height, 6) / 2) * unit
        drawn += pad.put(blocks[nth], at, name, pad.ink, weight=BOLD, width=column - 6)
        below = top + (foot + 11 + max(blocks[nth].height, 6)) * unit
        if has_points:
            box = (at - column * unit / 2, below, column * unit, pad.y + pad.height - below)
            drawn += _points(pad, points[nth], box, pad.ink, fills[nth])
    return drawn
