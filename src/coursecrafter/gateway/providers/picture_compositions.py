"""The families of pictures that the offline provider composes. Each gives SVG for a canvas; the ground lies below it.

They are abstract on purpose: a calm, branded setting with one icon for the topic says less wrong than a generic scene.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from coursecrafter.gateway.providers.picture_canvas import (
    Canvas,
    Layers,
    around,
    circle,
    num,
    path,
    polygon,
    rect,
    rect_shadow,
    ring,
    smooth,
)


def hills(canvas: Canvas) -> Layers:
    """Layers of hills before a large sun."""
    x, y = canvas.focus
    unit, steps = canvas.unit, canvas.scheme.steps
    drawn = [circle(x, y - 5 * unit, 44 * unit, steps[1]), circle(x, y - 5 * unit, 32 * unit, steps[2])]
    topic = canvas.badge(x, y - 5 * unit, 20 * unit, canvas.scheme.accent, canvas.scheme.on_accent)
    for layer in range(4):
        base = canvas.height * (0.66 + 0.1 * layer) + canvas.chance.between(-2, 2) * unit
        swing, phase = canvas.chance.between(4, 9) * unit, canvas.chance.between(0, 2 * math.pi)
        waves = canvas.chance.between(0.8, 1.6)
        points = [
            (canvas.width * n / 12, base + swing * math.sin(phase + waves * 2 * math.pi * n / 12))
            for n in range(-1, 14)
        ]
        edge = f"L{num(canvas.width * 1.2)} {canvas.height}L{num(-canvas.width * 0.2)} {canvas.height}Z"
        drawn.append(path(smooth(points) + edge, steps[2 + layer]))
    return Layers("".join(drawn), topic)


def orbits(canvas: Canvas) -> Layers:
    """Rings around the topic, with small bodies on them."""
    x, y = canvas.focus
    unit, scheme = canvas.unit, canvas.scheme
    drawn = [circle(x, y, radius * unit, scheme.steps[step]) for step, radius in ((1, 88), (2, 62), (3, 40))]
    faint = 'stroke-opacity="0.6"'
    drawn += [ring(x, y, radius * unit, scheme.steps[4], 0.25 * unit, faint) for radius in (40, 51, 62, 75, 88)]
    turn = canvas.chance.between(0, 360)
    bodies = (
        (40, 3.2, scheme.accent),
        (51, 1.6, scheme.card),
        (62, 4.4, scheme.steps[6]),
        (62, 1.8, scheme.accent),
        (75, 2.6, scheme.card),
    )
    for nth, (radius, size, color) in enumerate((*bodies, (88, 5, scheme.steps[5]))):
        at = around(x, y, radius * unit, turn + nth * 137.5)
        drawn.append(circle(*at, size * unit, color))
    topic = canvas.badge(x, y, 23 * unit, scheme.card, scheme.on_card)
    return Layers("".join(drawn), topic)


def tiles(canvas: Canvas) -> Layers:
    """A mosaic of quarter circles, leaves and dots; one large tile carries the topic."""
    x, y = canvas.focus
    scheme, size = canvas.scheme, canvas.unit * 21
    across, down = math.ceil(canvas.width / size / 2) + 1, math.ceil(canvas.height / size / 2) + 1
    drawn = []
    for row in range(-down, down):
        for column in range(-across, across):
            left, top = x + column * size, y + row * size
            if canvas.has_icon and column in {-1, 0} and row in {-1, 0}:
                continue
            drawn.append(_tile(canvas, left, top, size))
    if not canvas.has_icon:
        return Layers("".join(drawn), "")
    large = rect(x - size, y - size, 2 * size, 2 * size, scheme.accent)
    return Layers("".join(drawn), large + canvas.icon_at(x, y, 1.25 * size, scheme.on_accent))


def _tile(canvas: Canvas, left: float, top: float, size: float) -> str:
    chance, steps = canvas.chance, canvas.scheme.steps
    kind, turn = chance.below(7), chance.below(4) * 90
    color = (canvas.scheme.accent_soft, *steps[2:5], *steps[2:4])[chance.below(6)]
    back = rect(left, top, size + 0.5, size + 0.5, steps[chance.below(2) + 1])
    middle = f'transform="rotate({turn} {num(left + size / 2)} {num(top + size / 2)})"'
    corner, side, half = f"M{num(left)} {num(top)}", num(size), num(size / 2)
    quarter = path(f"{corner}h{side}a{side} {side} 0 0 1 -{side} {side}Z", color, middle)
    leaf = path(f"{corner}a{side} {side} 0 0 1 {side} {side}a{side} {side} 0 0 1 -{side} -{side}Z", color, middle)
    dot = circle(left + size / 2, top + size / 2, size * 0.3, color)
    bowl = path(f"{corner}h{side}a{half} {half} 0 0 1 -{side} 0Z", color, middle)
    corner_half = polygon([(left, top), (left + size, top), (left, top + size)], color, middle)
    return back + (quarter, quarter, leaf, dot, bowl, corner_half, "")[kind]


def cards(canvas: Canvas) -> Layers:
    """A fan of cards with abstract content; the topic on the foremost."""
    x, y = canvas.focus
    unit, scheme = canvas.unit, canvas.scheme
    lean = canvas.chance.between(5, 9) * (1 if canvas.chance.below(2) else -1)
    setting = circle(x + 20 * unit, y - 16 * unit, 46 * unit, scheme.steps[1])
    setting += circle(x - 26 * unit, y + 20 * unit, 34 * unit, scheme.steps[2])
    wide, high = 56 * unit, 64 * unit
    left, top = x - wide / 2, y - high / 2
    fan = ""
    for turn, color in ((2 * lean, scheme.steps[4]), (lean, scheme.accent), (0, scheme.card)):
        middle = f'transform="rotate({num(turn)} {num(x)} {num(y + high / 2)})"'
        fan += rect_shadow(left, top, wide, high, 4 * unit, unit, middle)
        fan += rect(left, top, wide, high, color, 4 * unit, middle)
    if not canvas.has_icon:
        return Layers(setting + fan, "")
    fan += circle(x, y - 10 * unit, 16 * unit, scheme.accent, 'fill-opacity="0.22"')
    fan += canvas.icon_at(x, y - 10 * unit, 21 * unit, scheme.on_card)
    for nth, share in enumerate((0.78, 0.62, canvas.chance.between(0.3, 0.5))):
        at = y + (13 + 5.4 * nth) * unit
        fan += rect(left + 0.11 * wide, at, wide * share, 1.9 * unit, scheme.on_card, unit, 'fill-opacity="0.16"')
    return Layers(setting, fan)


def ribbons(canvas: Canvas) -> Layers:
    """Broad parallel bands that sweep through the picture."""
    x, y = canvas.focus
    unit, scheme = canvas.unit, canvas.scheme
    side = 1 if canvas.chance.below(2) else -1
    colors = (
        scheme.steps[1],
        scheme.steps[2],
        scheme.steps[3],
        scheme.accent,
        scheme.steps[4],
        scheme.steps[2],
        scheme.steps[1],
    )
    bend = canvas.chance.between(10, 20) * unit
    drawn = []
    for nth, color in enumerate(colors):
        off = (nth - 3) * 12.5 * unit
        points = [
            (
                x + (t - 0.5) * canvas.width * 2.2 - side * off * 0.35,
                y + off + side * (0.5 - t) * 70 * unit + bend * math.sin(t * 2 * math.pi),
            )
            for t in (n / 10 for n in range(11))
        ]
        drawn.append(path(smooth(points), "none", f'stroke="{color}" stroke-width="{num(12.8 * unit)}"'))
    topic = canvas.badge(x, y, 25 * unit, scheme.card, scheme.on_card)
    return Layers("".join(drawn), topic)


def blocks(canvas: Canvas) -> Layers:
    """An isometric relief; the topic hovers above it."""
    x, y = canvas.focus
    unit, scheme = canvas.unit, canvas.scheme
    half, quarter = 10.5 * unit, 6 * unit
    setting = circle(x, y, 60 * unit, scheme.steps[1])
    places = [(row, column) for row in range(-2, 3) for column in range(-2, 3)]
    for row, column in sorted(places, key=sum):
        height = (3 + canvas.chance.between(0, 11) * (row**2 + column**2) / 8) * unit
        is_bright = canvas.chance.below(5) == 0
        plain = (scheme.steps[4], scheme.steps[3], scheme.steps[2])
        faces = (scheme.accent, scheme.accent_soft, scheme.steps[5]) if is_bright else plain
        left, top = x + (column - row) * half, y + 18 * unit + (column + row) * quarter
        setting += _column(left, top, half, quarter, height, faces)
    shade = f'<ellipse cx="{num(x)}" cy="{num(y + 17 * unit)}" rx="{num(15 * unit)}" ry="{num(8 * unit)}"'
    setting += f'{shade} fill="#000000" fill-opacity="0.12"/>'
    return Layers(setting, canvas.badge(x, y - 14 * unit, 20 * unit, scheme.card, scheme.on_card))


def _column(x: float, y: float, half: float, quarter: float, height: float, faces: tuple[str, str, str]) -> str:
    top, right, left = faces
    roof = [(x, y - height - quarter), (x + half, y - height), (x, y - height + quarter), (x - half, y - height)]
    west = [(x - half, y - height), (x, y - height + quarter), (x, y + quarter), (x - half, y)]
    east = [(x + half, y - height), (x, y - height + quarter), (x, y + quarter), (x + half, y)]
    # Each face is drawn with its own thin line, so that no ground shines through the joints.
    return "".join(
        polygon(points, color, f'stroke="{color}" stroke-width="1.5" stroke-linejoin="round"')
        for points, color in ((west, left), (east, right), (roof, top))
    )


def petals(canvas: Canvas) -> Layers:
    """Large soft shapes that overlap like petals."""
    x, y = canvas.focus
    unit, scheme = canvas.unit, canvas.scheme
    turn, count = canvas.chance.between(0, 360), 6 + canvas.chance.below(3)
    colors = (scheme.steps[3], scheme.steps[5], scheme.accent_soft, scheme.steps[4])
    drawn = [circle(x, y, 70 * unit, scheme.steps[1])]
    for nth in range(count):
        angle = turn + nth * 360 / count
        shape = f'<ellipse cx="{num(x + 27 * unit)}" cy="{num(y)}" rx="{num(27 * unit)}" ry="{num(14 * unit)}"'
        drawn.append(
            f'{shape} fill="{colors[nth % 4]}" fill-opacity="0.72" transform="rotate({num(angle)} {num(x)} {num(y)})"/>'
        )
    dots = [around(x, y, 62 * unit, turn + (nth + 0.5) * 360 / count) for nth in range(count)]
    drawn += [circle(*dot, 1.3 * unit, scheme.accent) for dot in dots]
    topic = canvas.badge(x, y, 21 * unit, scheme.card, scheme.on_card)
    return Layers("".join(drawn), topic)


def constellation(canvas: Canvas) -> Layers:
    """Nodes joined by lines, the topic in the hub."""
    x, y = canvas.focus
    unit, scheme = canvas.unit, canvas.scheme
    turn = canvas.chance.between(0, 360)
    inner = [around(x, y, canvas.chance.between(36, 42) * unit, turn + nth * 60) for nth in range(6)]
    outer = [around(x, y, canvas.chance.between(60, 84) * unit, turn + 20 + nth * 360 / 11) for nth in range(11)]
    drawn = [circle(x, y, 52 * unit, scheme.steps[1]), circle(x, y, 33 * unit, scheme.steps[2])]
    joined = [((x, y), node) for node in inner]
    joined += [(inner[nth * 6 // 11], node) for nth, node in enumerate(outer)]
    joined += [(inner[nth], inner[(nth + 1) % 6]) for nth in range(0, 6, 2)]
    for start, end in joined:
        line = f'x1="{num(start[0])}" y1="{num(start[1])}" x2="{num(end[0])}" y2="{num(end[1])}"'
        drawn.append(f'<line {line} stroke="{scheme.steps[4]}" stroke-width="{num(0.5 * unit)}"/>')
    sizes, colors = (5.5, 3.4, 4.4), (scheme.steps[5], scheme.accent, scheme.steps[4])
    drawn += [circle(*node, sizes[nth % 3] * unit, colors[nth % 3]) for nth, node in enumerate(inner)]
    drawn += [
        circle(*node, (1.5 + nth % 3) * unit, (scheme.steps[3], scheme.accent_soft)[nth % 2])
        for nth, node in enumerate(outer)
    ]
    topic = canvas.badge(x, y, 22 * unit, scheme.accent, scheme.on_accent)
    return Layers("".join(drawn), topic)


Composition = Callable[[Canvas], Layers]
COMPOSITIONS: tuple[Composition, ...] = (hills, cards, orbits, tiles, ribbons, petals, blocks, constellation)
"""In an order in which neighbours differ: seeds that follow one another give pictures that do not look alike."""
