"""Drawings around a middle: cycle and labelled diagram."""

from __future__ import annotations

import math
from collections.abc import Callable

from coursecrafter.gateway.providers.picture_canvas import circle, num, polygon
from coursecrafter.gateway.providers.picture_lettering import BOLD
from coursecrafter.gateway.providers.picture_pad import GAP, Pad, sizes_for

TOP = -90.0
ARC_STEPS = 24
MOST_COLUMN = 4


def cycle_discs(pad: Pad) -> str:
    """Stages on discs, with an arrow from each to the next; numbers and a list where discs are too small."""
    unit, count = pad.unit, len(pad.labels)
    x, y = pad.middle
    high, wide = pad.height / unit, pad.width / unit
    radius = min((0.23 if pad.is_wide else 0.2) * min(high, wide), 0.62 * math.pi * 0.4 * min(high, wide) / count)
    if pad.has_words and not pad.has_room(radius * 1.66, 3, radius * 1.5):
        return _ring_and_list(pad, _ring_of_discs)  # many stages on small discs would break their names
    across = min((wide - 2 * radius) / 2, (high - 2 * radius) / 2 * 1.55)
    down = min((high - 2 * radius) / 2, across * 1.25)
    blocks = pad.label_blocks(radius * 1.66, 3, height=radius * 1.5)
    hub = max(min(across, down) - radius - 3.0, 5.0)
    drawn = circle(x, y, hub * unit, pad.scheme.steps[2])
    drawn += pad.icon(pad.topic_icon, x, y, hub * 1.2 * unit, pad.ink)
    angles = [_angle(pad, nth) for nth in range(count)]
    for nth in range(count):
        drawn += _arc(pad, angles[nth], _turn(pad) * 360 / count, (across, down), radius)
    for nth, block in enumerate(blocks):
        at = _on_ellipse(pad, angles[nth], across, down)
        fill = pad.shade(nth)
        ink = pad.on(fill)
        drawn += pad.disc(*at, radius * unit, fill)
        if block.lines:
            drawn += pad.put(block, *at, ink)
        else:
            drawn += _icon_or_number(pad, nth, *at, radius * unit, ink)
    return drawn


def _turn(pad: Pad) -> int:
    return -1 if pad.is_rtl else 1


def _angle(pad: Pad, nth: int) -> float:
    return TOP + _turn(pad) * 360 * nth / len(pad.labels)


def _on_ellipse(pad: Pad, degrees: float, across: float, down: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return (
        pad.middle[0] + across * pad.unit * math.cos(angle),
        pad.middle[1] + down * pad.unit * math.sin(angle),
    )


def _arc(pad: Pad, start: float, span: float, radii: tuple[float, float], clear: float) -> str:
    """An arrow along an ellipse between two discs, from where the first ends to where the next begins."""
    unit = pad.unit
    first = _on_ellipse(pad, start, *radii)
    last = _on_ellipse(pad, start + span, *radii)
    points = [_on_ellipse(pad, start + span * n / ARC_STEPS, *radii) for n in range(ARC_STEPS + 1)]
    free = [
        point
        for point in points
        if math.dist(point, first) > (clear + 2.2) * unit and math.dist(point, last) > (clear + 3.6) * unit
    ]
    if len(free) < 2:  # noqa: PLR2004  # discs that nearly touch leave room for the head alone
        middle = _on_ellipse(pad, start + span / 2, *radii)
        return pad.arrow(*middle, _heading(points[ARC_STEPS // 2 - 1], points[ARC_STEPS // 2 + 1]), 2 * unit, pad.line)
    return pad.stroke(free, pad.line, 0.9) + pad.arrow(*free[-1], _heading(free[-2], free[-1]), 2.6 * unit, pad.line)


def _heading(start: tuple[float, float], end: tuple[float, float]) -> float:
    return math.degrees(math.atan2(end[1] - start[1], end[0] - start[0]))


def _icon_or_number(pad: Pad, nth: int, x: float, y: float, radius: float, ink: str) -> str:
    icon = pad.icon_of(nth)
    return pad.icon(icon, x, y, radius * 1.1, ink) if icon else pad.number(nth, x, y, radius * 0.8, ink)


def cycle_ring(pad: Pad) -> str:
    """A ring of arrows with numbers, its stages listed beside or below it."""
    return _ring_and_list(pad, _ring_of_arrows)


def _ring_and_list(pad: Pad, ring: Callable[[Pad, float, float, float], str]) -> str:
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    gap = GAP
    if pad.is_wide:
        outer = min(high, wide * 0.42) / 2
        x, y = pad.at(outer), pad.middle[1]
        left, width, columns = outer * 2 + 10, wide - outer * 2 - 10, 1
        room, top = high, pad.y
    else:
        columns = 1 if count <= MOST_COLUMN and high > wide * 1.1 else 2
        rows = math.ceil(count / columns)
        outer = min(wide * 0.72, high - rows * 11.5 - 4) / 2
        taken = outer * 2 + 6 + rows * min(15.0, (high - outer * 2 - 6) / rows)
        first = pad.middle[1] - taken * unit / 2
        x, y = pad.middle[0], first + outer * unit
        left, width, room, top = (
            0.0,
            (wide - 6.0 * (columns - 1)) / columns,
            taken - outer * 2 - 6,
            first + (outer * 2 + 6) * unit,
        )
    rows = math.ceil(count / columns)
    height = min((room - gap * (rows - 1)) / rows, 15.0)
    top += max(room - height * rows - gap * (rows - 1), 0) * unit / 2
    mark = min(height * 0.36, 4.4)
    blocks = pad.label_blocks(width - mark * 2 - 5, 2, height=height + 2)
    drawn = ring(pad, x, y, outer)
    for nth, block in enumerate(blocks):
        column, row = divmod(nth, rows)
        at = left + column * (width + 6.0)
        middle = top + (row * (height + gap) + height / 2) * unit
        fill = pad.shade(nth)
        drawn += circle(pad.at(at + mark), middle, mark * unit, fill)
        drawn += pad.number(nth, pad.at(at + mark), middle, mark * unit * 1.1, pad.on(fill))
        drawn += pad.put(
            block, pad.at(at + mark * 2 + 3.5), middle, pad.ink, anchor=pad.start, width=width - mark * 2 - 6
        )
    return drawn


def _ring_of_arrows(pad: Pad, x: float, y: float, outer: float) -> str:
    unit, count = pad.unit, len(pad.labels)
    inner, middle, drawn = outer * 0.58, outer * 0.79, ""
    turn = _turn(pad)
    tip = min(14.0, 90.0 / count)
    for nth in range(count):
        start = TOP + turn * (360 * nth / count + 1.6)
        end = TOP + turn * (360 * (nth + 1) / count - 1.6)
        fill = pad.shade(nth)
        steps = [start + (end - start) * n / ARC_STEPS for n in range(ARC_STEPS + 1)]
        body = [_polar(x, y, outer * unit, angle) for angle in steps]
        body.append(_polar(x, y, middle * unit, end + turn * tip * 0.5))
        body += [_polar(x, y, inner * unit, angle) for angle in reversed(steps)]
        body.append(_polar(x, y, middle * unit, start + turn * tip * 0.5))
        drawn += polygon(body, fill, f'stroke="{fill}" stroke-width="{num(0.8 * unit)}" stroke-linejoin="round"')
        at = _polar(x, y, middle * unit, (start + end) / 2 + turn * tip * 0.5)
        drawn += pad.number(nth, *at, (outer - inner) * unit * 0.5, pad.on(fill))
    icon = pad.icon(pad.topic_icon, x, y, inner * unit * 1.02, pad.ink)
    return drawn + circle(x, y, inner * unit * 0.8, pad.scheme.steps[2]) + icon


def _ring_of_discs(pad: Pad, x: float, y: float, outer: float) -> str:
    unit, count = pad.unit, len(pad.labels)
    radius = min(outer * 0.24, outer * 1.7 / count)
    line = f'stroke="{pad.line}" stroke-width="{num(0.9 * unit)}"'
    drawn = circle(x, y, (outer - radius) * unit, "none", line) + circle(x, y, outer * 0.4 * unit, pad.scheme.steps[2])
    drawn += pad.icon(pad.topic_icon, x, y, outer * 0.5 * unit, pad.ink)
    for nth in range(count):
        at = _polar(x, y, (outer - radius) * unit, _angle(pad, nth))
        fill = pad.shade(nth)
        drawn += pad.disc(*at, radius * unit, fill) + pad.number(nth, *at, radius * unit, pad.on(fill))
    return drawn


def _polar(x: float, y: float, radius: float, degrees: float) -> tuple[float, float]:
    angle = math.radians(degrees)
    return x + radius * math.cos(angle), y + radius * math.sin(angle)


def cycle_cards(pad: Pad) -> str:
    """Stages on cards that stand on a ring, with arrow heads between them."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    width = min(_card_width(pad), 44.0 if not pad.is_wide else 50.0)
    height = min(high * 0.2, 20.0)
    across, down = (wide - width) / 2, (high - height) / 2
    down = min(down, across * 1.35)
    across = min(across, down * 1.6)
    blocks = pad.label_blocks(width - 6, 2, height=height)
    x, y = pad.middle
    line = f'stroke="{pad.scheme.steps[4]}" stroke-width="{num(1.1 * unit)}"'
    drawn = (
        f'<ellipse cx="{num(x)}" cy="{num(y)}" rx="{num(across * unit)}" ry="{num(down * unit)}" fill="none" {line}/>'
    )
    hub = max(min(across - width / 2, down - height / 2) - 4.0, 6.0)
    drawn += circle(x, y, hub * unit, pad.scheme.steps[2])
    drawn += pad.icon(pad.topic_icon, x, y, hub * 1.2 * unit, pad.ink)
    angles = [_angle(pad, nth) for nth in range(count)]
    for nth in range(count):
        between = _between(pad, angles[nth], across, down, (width, height))
        drawn += circle(*between[0], 3.8 * unit, pad.scheme.accent)
        drawn += pad.arrow(*between[0], between[1], 2.6 * unit, pad.on(pad.scheme.accent))
    for nth, block in enumerate(blocks):
        at = _on_ellipse(pad, angles[nth], across, down)
        left, top = at[0] - width * unit / 2, at[1] - height * unit / 2
        drawn += pad.card(left, top, width * unit, height * unit)
        icon = "" if block.lines else pad.icon_of(nth)
        if icon:
            drawn += pad.icon(icon, *at, height * unit * 0.6, pad.card_ink)
        else:
            drawn += pad.put(block, *at, pad.card_ink, width=width - 10)
    return drawn


def _card_width(pad: Pad) -> float:
    """In units; so wide that cards on a ring leave the neighbour at its foot some room."""
    wide, near = pad.width / pad.unit, math.sin(math.pi / len(pad.labels))
    return min((wide * near - GAP) / (1 + near), wide * (0.28 if pad.is_wide else 0.4))


def _between(
    pad: Pad, start: float, across: float, down: float, card: tuple[float, float]
) -> tuple[tuple[float, float], float]:
    """The middle of what two cards leave free of the ring between them, and the way it runs there."""
    span = _turn(pad) * 360 / len(pad.labels)
    first, last = _on_ellipse(pad, start, across, down), _on_ellipse(pad, start + span, across, down)
    angles = [start + span * n / ARC_STEPS for n in range(ARC_STEPS + 1)]

    def is_free(angle: float) -> bool:
        at = _on_ellipse(pad, angle, across, down)
        return all(
            abs(at[0] - other[0]) > card[0] * pad.unit / 2 or abs(at[1] - other[1]) > card[1] * pad.unit / 2
            for other in (first, last)
        )

    free = [angle for angle in angles if is_free(angle)] or [start + span / 2]
    angle = free[len(free) // 2]
    ahead = _on_ellipse(pad, angle + span * 0.01, across, down)
    at = _on_ellipse(pad, angle, across, down)
    return at, _heading(at, ahead)


def diagram_hub(pad: Pad) -> str:
    """The whole in the middle, its parts on cards around it."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    width = min(_card_width(pad), wide * 0.36, 46.0 if not pad.is_wide else 52.0)
    height = min(high * 0.2, 20.0)
    across, down = (wide - width) / 2, (high - height) / 2
    down = min(down, across * 1.5)
    blocks = pad.label_blocks(width - 6, 2, height=height)
    offset = 0.0 if count != 2 else 90.0  # noqa: PLR2004  # two parts stand left and right of the whole
    angles = [
        _angle(pad, nth) + offset + (180 / count if count in {4, 6} and not pad.is_wide else 0) for nth in range(count)
    ]
    places = [_on_ellipse(pad, angle, across, down) for angle in angles]
    x, y = pad.middle
    hub = min(max(min(across - width / 2, down - height / 2) - 4.0, 7.0), 20.0)
    drawn = "".join(pad.stroke([(x, y), at], pad.scheme.steps[4], 0.9) for at in places)
    drawn += "".join(
        circle(*_edge(place, (x, y), (width, height), unit), 1.5 * unit, pad.scheme.steps[6]) for place in places
    )
    drawn += pad.disc(x, y, hub * unit, pad.scheme.accent)
    drawn += pad.icon(pad.topic_icon, x, y, hub * 1.16 * unit, pad.on(pad.scheme.accent))
    for nth, (block, at) in enumerate(zip(blocks, places, strict=True)):
        drawn += pad.card(at[0] - width * unit / 2, at[1] - height * unit / 2, width * unit, height * unit)
        icon = "" if block.lines else pad.icon_of(nth)
        if icon:
            drawn += pad.icon(icon, *at, height * 0.6 * unit, pad.card_ink)
        else:
            drawn += pad.put(block, *at, pad.card_ink, width=width - 10)
    return drawn


def _edge(
    card: tuple[float, float], towards: tuple[float, float], size: tuple[float, float], unit: float
) -> tuple[float, float]:
    """Where the line from a card's middle leaves it."""
    dx, dy = towards[0] - card[0], towards[1] - card[1]
    share = min(
        size[0] * unit / 2 / abs(dx) if abs(dx) > 1 else math.inf,
        size[1] * unit / 2 / abs(dy) if abs(dy) > 1 else math.inf,
        1.0,
    )
    return card[0] + dx * share, card[1] + dy * share


def diagram_tree(pad: Pad) -> str:
    """The whole above, its parts below it, joined by a line."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    if pad.is_wide:
        return _tree_down(pad)
    gap = GAP
    root = min(high * 0.17, 20.0)
    room = high - root - 6
    height = min((room - gap * (count - 1)) / count, 17.0)
    taken = root + 6 + height * count + gap * (count - 1)
    top = pad.middle[1] - taken * unit / 2
    trunk, left = pad.at(7), 17.0
    first = top + (root + 6) * unit
    width = wide - left
    mark = height * 0.3
    blocks = pad.label_blocks(width - mark * 2 - 10, 2, height=height)
    middles = [first + (nth * (height + gap) + height / 2) * unit for nth in range(count)]
    drawn = pad.stroke([(trunk, top + root * unit / 2), (trunk, middles[-1])], pad.scheme.steps[4], 0.9)
    drawn += "".join(pad.stroke([(trunk, at), (pad.at(left), at)], pad.scheme.steps[4], 0.9) for at in middles)
    drawn += _root(pad, pad.x, top, wide, root)
    for nth, (block, at) in enumerate(zip(blocks, middles, strict=True)):
        drawn += pad.card(pad.at(left, width), at - height * unit / 2, width * unit, height * unit)
        drawn += circle(trunk, at, 1.5 * unit, pad.scheme.accent)
        drawn += pad.mark(nth, pad.at(left + mark + 3), at, mark * unit, pad.scheme.accent_soft)
        text_at = pad.at(left + mark * 2 + 6.5)
        drawn += pad.put(block, text_at, at, pad.card_ink, anchor=pad.start, width=width - mark * 2 - 12)
    return drawn


def _root(pad: Pad, left: float, top: float, width: float, height: float) -> str:
    unit = pad.unit
    fill = pad.scheme.accent
    ink = pad.on(fill)
    middle = top + height * unit / 2
    drawn = pad.card(left, top, width * unit, height * unit, fill)
    if not (pad.sketch.title and pad.has_words):
        return drawn + pad.icon(pad.topic_icon, left + width * unit / 2, middle, height * unit * 0.66, ink)
    at = height * 0.5 + 2
    x = left + (width - at if pad.is_rtl else at) * unit
    drawn += pad.icon(pad.topic_icon, x, middle, height * unit * 0.6, ink)
    block = pad.block(pad.sketch.title, width - height - 7, 2, sizes_for(height))
    text = left + (width - height - 2.5 if pad.is_rtl else height + 2.5) * unit
    return drawn + pad.put(block, text, middle, ink, anchor=pad.start, weight=BOLD)


def _tree_down(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    gap = 3.6
    width = (wide - gap * (count - 1)) / count
    height = min(high * 0.5, 40.0)
    root_wide, root = min(wide * 0.56, 90.0), min(high * 0.2, 20.0)
    taken = root + 16 + height
    top = pad.middle[1] - taken * unit / 2
    row, bar = top + (root + 16) * unit, top + (root + 7) * unit
    middles = [pad.at(nth * (width + gap) + width / 2) for nth in range(count)]
    line = pad.scheme.steps[4]
    drawn = pad.stroke([(pad.middle[0], top + root * unit), (pad.middle[0], bar)], line, 0.9)
    drawn += pad.stroke([(min(middles), bar), (max(middles), bar)], line, 0.9)
    drawn += _root(pad, pad.middle[0] - root_wide * unit / 2, top, root_wide, root)
    radius = min(6.0, width * 0.2)
    blocks = pad.label_blocks(width - 4, 3, height=height - radius * 2)
    for nth, (block, x) in enumerate(zip(blocks, middles, strict=True)):
        drawn += pad.stroke([(x, bar), (x, row)], line, 0.9)
        drawn += pad.card(x - width * unit / 2, row, width * unit, height * unit)
        drawn += pad.mark(nth, x, row + (radius + 4) * unit, radius * unit, pad.scheme.accent_soft)
        at = row + (height + radius * 2 + 4) * unit / 2
        drawn += pad.put(block, x, at, pad.card_ink, width=width - 6)
    return drawn


def diagram_fan(pad: Pad) -> str:
    """Half a disc in as many wedges as there are parts, with a line from each to its name."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    outer = min(high / 2, wide * 0.44)
    inner = outer * 0.44
    x, y = pad.at(1), pad.middle[1]
    side = _turn(pad)
    reach = 8.0
    text_at = outer + reach + 3
    step = min(high / count, 30.0)
    blocks = pad.label_blocks(wide - text_at - 1, 3, height=step)
    drawn = _half_disc(x, y, outer * 1.06 * unit, pad.scheme.steps[2], side)
    for nth, block in enumerate(blocks):
        start, end = (TOP + 180 * place / count for place in (nth, nth + 1))
        steps = [start + (end - start) * n / ARC_STEPS for n in range(ARC_STEPS + 1)]
        body = [_fanned(x, y, outer * unit, angle, side) for angle in steps]
        body += [_fanned(x, y, inner * unit, angle, side) for angle in reversed(steps)]
        fill, middle = pad.shade(nth), (start + end) / 2
        drawn += polygon(body, fill, f'stroke="{pad.scheme.steps[0]}" stroke-width="{num(0.9 * unit)}"')
        at = _fanned(x, y, (outer + inner) / 2 * unit, middle, side)
        size = min(outer * 0.21, outer * 1.5 / count)
        drawn += _icon_or_number(pad, nth, *at, size * unit, pad.on(fill))
        row = y + (nth - (count - 1) / 2) * step * unit
        rim = _fanned(x, y, (outer + 0.4) * unit, middle, side)
        bend, edge = pad.at(outer + reach * 0.45), pad.at(outer + reach + 1)
        drawn += pad.stroke([rim, (bend, row), (edge, row)], pad.line, 0.6) + circle(*rim, 1.3 * unit, pad.line)
        drawn += pad.put(block, pad.at(text_at), row, pad.ink, anchor=pad.start, width=wide - text_at - 2)
    hub = inner * 0.86
    icon = pad.icon(pad.topic_icon, x + side * hub * 0.46 * unit, y, hub * 0.8 * unit, pad.card_ink)
    return drawn + _half_disc(x, y, hub * unit, pad.fill, side) + icon


def _fanned(x: float, y: float, radius: float, degrees: float, side: int) -> tuple[float, float]:
    at = _polar(0, 0, radius, degrees)
    return x + side * at[0], y + at[1]


def _half_disc(x: float, y: float, radius: float, fill: str, side: int) -> str:
    return polygon([_fanned(x, y, radius, TOP + 180 * n / ARC_STEPS, side) for n in range(ARC_STEPS + 1)], fill)
