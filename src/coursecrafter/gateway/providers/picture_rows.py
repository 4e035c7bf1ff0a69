"""Drawings whose parts follow each other or stand in a list: process and timeline."""

from __future__ import annotations

from coursecrafter.gateway.providers.picture_canvas import circle, num, path, polygon, rect, smooth
from coursecrafter.gateway.providers.picture_lettering import HEAVY, SIZES, Block, fit_alike, width_of
from coursecrafter.gateway.providers.picture_pad import GAP, RADIUS, Pad, legible

MOST_ROW, TALLEST_ROW = 19.0, 22.0
YEAR_SIZES = SIZES[1:9]


def process_cards(pad: Pad) -> str:
    """Steps on cards, with an arrow from each to the next."""
    return _cards_across(pad) if pad.is_wide else _cards_down(pad)


def _cards_across(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    gap = 5.0
    width = (pad.width / unit - gap * (count - 1)) / count
    height = min(pad.height / unit - 10, 62.0, width * 1.5 + 14)
    top = pad.middle[1] - height * unit / 2 + 4 * unit
    radius = min(7.5, width * 0.24)
    blocks = pad.label_blocks(width - 5, 4, height=height - radius)
    drawn = ""
    for nth, block in enumerate(blocks):
        left = pad.at(nth * (width + gap), width)
        middle = left + width * unit / 2
        drawn += pad.card(left, top, width * unit, height * unit)
        drawn += pad.mark(nth, middle, top, radius * unit, pad.scheme.accent)
        drawn += pad.put(block, middle, top + (height + radius) * unit / 2, pad.card_ink, width=width - 6)
        if nth < count - 1:
            x = pad.at(nth * (width + gap) + width + gap / 2)
            drawn += pad.arrow(x, top + height * unit / 2, 180 if pad.is_rtl else 0, 2.6 * unit, pad.line)
    return drawn


def _cards_down(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    gap = 4.6
    height = min((pad.height / unit - gap * (count - 1)) / count, MOST_ROW + 4)
    wide = pad.width / unit
    top = pad.middle[1] - (height * count + gap * (count - 1)) * unit / 2
    radius = min(height * 0.33, 6.4)
    text_at = radius * 2 + 7.5
    blocks = pad.label_blocks(wide - text_at - 4, 3, height=height)
    drawn = ""
    for nth, block in enumerate(blocks):
        y = top + nth * (height + gap) * unit
        middle = y + height * unit / 2
        drawn += pad.card(pad.x, y, pad.width, height * unit)
        drawn += pad.mark(nth, pad.at(radius + 4), middle, radius * unit)
        drawn += pad.put(block, pad.at(text_at), middle, pad.card_ink, anchor=pad.start, width=wide - text_at - 6)
        if nth < count - 1:
            drawn += pad.arrow(pad.at(radius + 4), y + (height + gap / 2) * unit, 90, 2.4 * unit, pad.line)
    return drawn


def process_chevrons(pad: Pad) -> str:
    """Steps as bands that point to the next one."""
    unit, count = pad.unit, len(pad.labels)
    if pad.is_wide:
        return _chevrons_across(pad)
    point = 4.2
    gap = 1.3
    height = min((pad.height / unit - point - gap * (count - 1)) / count, TALLEST_ROW)
    wide = pad.width / unit
    top = pad.middle[1] - (height * count + gap * (count - 1) + point) * unit / 2
    blocks = pad.label_blocks(wide - 26, 2, height=height - 3)
    drawn = ""
    for nth, block in enumerate(blocks):
        y = top + nth * (height + gap) * unit
        fill = pad.shade(nth)
        ink = pad.on(fill)
        notch = 0.0 if nth == 0 else point
        middle = pad.middle[0]
        points = [
            (pad.x, y),
            *([] if nth == 0 else [(middle, y + notch * unit)]),
            (pad.x + pad.width, y),
            (pad.x + pad.width, y + height * unit),
            (middle, y + (height + point) * unit),
            (pad.x, y + height * unit),
        ]
        drawn += polygon(points, fill, f'stroke="{fill}" stroke-width="{num(1.2 * unit)}" stroke-linejoin="round"')
        at = y + (height / 2 + (notch + point) / 4) * unit
        drawn += pad.number(nth, pad.at(8), at, 5.4 * unit, ink)
        drawn += pad.put(block, middle, at, ink, width=wide - 30)
    return drawn


def _chevrons_across(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    point, gap = 6.0, 1.6
    width = (pad.width / unit - point - gap * (count - 1)) / count
    height = 26.0
    blocks = pad.label_blocks(width - 3, 4, height=pad.height / unit - height - 10)
    deepest = max(block.height for block in blocks) or 10.0
    top = pad.middle[1] - (height + 7 + deepest) * unit / 2
    drawn = ""
    side = -1 if pad.is_rtl else 1
    for nth, block in enumerate(blocks):
        start = pad.at(nth * (width + gap))
        end, tip = start + side * width * unit, side * point * unit
        fill = pad.shade(nth)
        ink = pad.on(fill)
        half = height * unit / 2
        points = [(start, top), (end, top), (end + tip, top + half), (end, top + 2 * half), (start, top + 2 * half)]
        points += [(start + tip, top + half)] if nth else []
        drawn += polygon(points, fill, f'stroke="{fill}" stroke-width="{num(1.2 * unit)}" stroke-linejoin="round"')
        middle = (start + end) / 2 + tip * (0.6 if nth else 0.35)
        icon = pad.icon_of(nth)
        drawn += (
            pad.icon(icon, middle, top + half, 14 * unit, ink)
            if icon
            else pad.number(nth, middle, top + half, 10 * unit, ink)
        )
        at = top + (height + 7 + block.height / 2) * unit
        drawn += pad.put(block, (start + end) / 2, at if block.lines else at + 2 * unit, pad.ink, width=width - 5)
    return drawn


def process_road(pad: Pad) -> str:
    """Steps along a winding road."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    radius = min(7.2, (wide if pad.is_wide else high) / count * 0.36)
    if pad.is_wide:
        step = wide / count
        blocks = pad.label_blocks(step - 3, 4, height=high * 0.66 - 15 - radius)
        places = [
            (pad.at((nth + 0.5) * step), pad.y + (high * 0.34 + (9 if nth % 2 else -3)) * unit) for nth in range(count)
        ]
        ends = [(pad.at(0), places[0][1]), (pad.at(wide), places[-1][1])]
    else:
        step = high / count
        text_at = radius * 2 + 18
        blocks = pad.label_blocks(wide - text_at - 2, 3, height=step - 2)
        places = [(pad.at(radius + (13 if nth % 2 else 1)), pad.y + (nth + 0.5) * step * unit) for nth in range(count)]
        ends = [(places[0][0], pad.y), (places[-1][0], pad.y + pad.height)]
    curve = smooth([ends[0], *places, ends[1]])
    round_ends = 'stroke-linecap="round"'
    drawn = path(curve, "none", f'stroke="{pad.scheme.steps[3]}" stroke-width="{num(4.4 * unit)}" {round_ends}')
    dashes = f'stroke-dasharray="{num(1.6 * unit)} {num(2.2 * unit)}"'
    drawn += path(curve, "none", f'stroke="{pad.fill}" stroke-width="{num(0.6 * unit)}" {round_ends} {dashes}')
    for nth, (block, (x, y)) in enumerate(zip(blocks, places, strict=True)):
        drawn += pad.disc(x, y, radius * unit, pad.fill)
        drawn += pad.mark(nth, x, y, (radius - 1.2) * unit)
        if pad.is_wide:
            below = pad.y + (high * 0.34 + 9 + radius + 6 + block.height / 2) * unit
            drawn += pad.put(block, x, below, pad.ink, width=step - 5)
        else:
            drawn += pad.put(block, pad.at(text_at), y, pad.ink, anchor=pad.start, width=wide - text_at)
    return drawn


def timeline_spine(pad: Pad) -> str:
    """Years on a line, with a card to each."""
    return _spine_across(pad) if pad.is_wide else _spine_down(pad)


def _year_blocks(pad: Pad, width: float) -> tuple[Block, ...]:
    notes = [part.note or str(nth + 1) for nth, part in enumerate(pad.sketch.parts)]
    return fit_alike(notes, pad.typed(HEAVY), width, 1, YEAR_SIZES[2:])


def _spine_across(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    step = wide / count
    spine = pad.middle[1]
    years = _year_blocks(pad, step - 3)
    width = min(step * 1.5, 44.0) if count > 2 else step - 4  # noqa: PLR2004  # neighbours stand on other sides
    height = min(high / 2 - 8, 32.0)
    blocks = pad.label_blocks(width - 6, 3, height=height - years[0].height - 5)
    if pad.has_words:
        height = min(height, max(block.height for block in blocks) + years[0].height + 12)
    drawn = pad.stroke([(pad.x, spine), (pad.x + pad.width, spine)], pad.scheme.steps[4], 1.1)
    drawn += pad.arrow(pad.at(wide), spine, 180 if pad.is_rtl else 0, 3 * unit, pad.scheme.steps[4])
    for nth, (year, block) in enumerate(zip(years, blocks, strict=True)):
        x = pad.at((nth + 0.5) * step)
        side = 1 if nth % 2 else -1
        at = min(max(x, pad.x + width * unit / 2), pad.x + pad.width - width * unit / 2)
        top = spine + (6 if side > 0 else -6 - height) * unit
        drawn += pad.stroke([(x, spine), (x, spine + side * 6 * unit)], pad.scheme.steps[4])
        drawn += pad.card(at - width * unit / 2, top, width * unit, height * unit)
        drawn += circle(x, spine, 2.4 * unit, pad.fill) + circle(x, spine, 1.5 * unit, pad.scheme.accent)
        total = year.height + 3.4 + block.height if block.lines else year.height + 8
        first = top + (height - total) * unit / 2
        drawn += pad.put(year, at, first + year.height * unit / 2, _year_ink(pad, pad.fill), weight=HEAVY)
        drawn += pad.put(block, at, first + (total - block.height / 2) * unit, pad.card_ink, width=width - 8)
    return drawn


def _year_ink(pad: Pad, behind: str) -> str:
    return legible(pad.scheme.steps[7], behind)


def _spine_down(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    years = _year_blocks(pad, 24)
    column = min(max(_widest(pad, years) + 5, 14.0), 30.0)
    gap = GAP
    height = min((high - gap * (count - 1)) / count, MOST_ROW)
    top = pad.middle[1] - (height * count + gap * (count - 1)) * unit / 2
    text_at, width = column + 7, wide - column - 7
    blocks = pad.label_blocks(width - 8, 3, height=height)
    spine = pad.at(column + 1.5)
    drawn = pad.stroke(
        [(spine, top), (spine, top + (height * count + gap * (count - 1)) * unit)], pad.scheme.steps[4], 1.1
    )
    for nth, (year, block) in enumerate(zip(years, blocks, strict=True)):
        y = top + nth * (height + gap) * unit
        middle = y + height * unit / 2
        drawn += pad.card(pad.at(text_at, width), y, width * unit, height * unit)
        drawn += pad.stroke([(spine, middle), (pad.at(text_at), middle)], pad.scheme.steps[4])
        drawn += circle(spine, middle, 2.4 * unit, pad.fill) + circle(spine, middle, 1.5 * unit, pad.scheme.accent)
        ink = _year_ink(pad, pad.scheme.steps[1])
        drawn += pad.put(year, pad.at(column - 3), middle, ink, anchor=_far(pad), weight=HEAVY)
        drawn += pad.put(block, pad.at(text_at + 4), middle, pad.card_ink, anchor=pad.start, width=width - 10)
    return drawn


def _far(pad: Pad) -> str:
    return "start" if pad.is_rtl else "end"


def _widest(pad: Pad, blocks: tuple[Block, ...]) -> float:
    return max(width_of(block, pad.typed(HEAVY)) for block in blocks)


def timeline_table(pad: Pad) -> str:
    """Large years in columns or rows, parted by thin rules."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    drawn = ""
    if pad.is_wide:
        step = wide / count
        years = _year_blocks(pad, step - 5)
        blocks = pad.label_blocks(step - 6, 5, height=high - years[0].height - 16)
        deepest = max(block.height for block in blocks) or 8.0
        top = pad.middle[1] - (16 + years[0].height + deepest) * unit / 2
        drawn += pad.stroke([(pad.x, top), (pad.x + pad.width, top)], pad.scheme.steps[3], 1.4)
        for nth, (year, block) in enumerate(zip(years, blocks, strict=True)):
            x = pad.at(nth * step)
            drawn += circle(pad.at(nth * step + 2.2), top, 2.2 * unit, pad.scheme.accent)
            ink = _year_ink(pad, pad.scheme.steps[1])
            drawn += pad.put(year, x, top + (8 + year.height / 2) * unit, ink, anchor=pad.start, weight=HEAVY)
            at = top + (13 + year.height + block.height / 2) * unit
            drawn += pad.put(block, x, at if block.lines else at + 3 * unit, pad.ink, anchor=pad.start, width=step - 8)
        return drawn
    years = _year_blocks(pad, 34)
    column = _widest(pad, years) + 6
    height = min(high / count, TALLEST_ROW)
    blocks = pad.label_blocks(wide - column - 2, 3, height=height - 2)
    top = pad.middle[1] - height * count * unit / 2
    for nth, (year, block) in enumerate(zip(years, blocks, strict=True)):
        y = top + nth * height * unit
        middle = y + height * unit / 2
        if nth:
            drawn += pad.stroke([(pad.x, y), (pad.x + pad.width, y)], pad.scheme.steps[3], 0.4)
        ink = _year_ink(pad, pad.scheme.steps[1])
        drawn += pad.put(year, pad.at(0), middle, ink, anchor=pad.start, weight=HEAVY)
        drawn += pad.put(block, pad.at(column), middle, pad.ink, anchor=pad.start, width=wide - column - 4)
    return drawn


def timeline_flags(pad: Pad) -> str:
    """Years on flags that climb, the last one in the accent."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    if not pad.is_wide:
        return _flags_down(pad)
    step = wide / count
    years = _year_blocks(pad, step - 8)
    blocks = pad.label_blocks(step - 4, 4, height=high * 0.4)
    deepest = max(block.height for block in blocks) or 8.0
    foot = pad.y + pad.height - (deepest + 7) * unit
    room = high - deepest - 12
    drawn = pad.stroke([(pad.x, foot), (pad.x + pad.width, foot)], pad.scheme.steps[4], 1.1)
    for nth, (year, block) in enumerate(zip(years, blocks, strict=True)):
        width = min(step - 2.5, _widest(pad, years) + 7)
        fill = pad.shade(nth)
        left = pad.at(nth * step + 1, width)
        rise = room * (0.42 + 0.58 * (nth + 1) / count)
        top = foot - rise * unit
        pole = pad.at(nth * step + 1.4)
        drawn += pad.stroke([(pole, foot), (pole, top + 2 * unit)], fill, 0.9)
        drawn += rect(left, top, width * unit, 13 * unit, fill, RADIUS * unit)
        drawn += circle(pole, foot, 1.9 * unit, fill)
        ink = pad.on(fill)
        drawn += pad.put(year, left + width * unit / 2, top + 6.5 * unit, ink, weight=HEAVY)
        at = foot + (5 + block.height / 2) * unit
        drawn += pad.put(
            block,
            pad.at(nth * step + 1),
            at if block.lines else at + 3 * unit,
            pad.ink,
            anchor=pad.start,
            width=step - 6,
        )
    return drawn


def _flags_down(pad: Pad) -> str:
    unit, count = pad.unit, len(pad.labels)
    wide = pad.width / unit
    gap = GAP
    height = min((pad.height / unit - gap * (count - 1)) / count, MOST_ROW)
    top = pad.middle[1] - (height * count + gap * (count - 1)) * unit / 2
    years = _year_blocks(pad, 22)
    flag = _widest(pad, years) + 7
    indent = min(14.0, (wide - flag) * 0.22) / max(count - 1, 1)
    room = wide - flag - 4 - indent * (count - 1)
    blocks = pad.label_blocks(room, 3, height=height)
    drawn = ""
    for nth, (year, block) in enumerate(zip(years, blocks, strict=True)):
        y = top + nth * (height + gap) * unit
        middle, fill = y + height * unit / 2, pad.shade(nth)
        ink = pad.on(fill)
        drawn += rect(
            pad.at(0, flag + indent * nth), y, (flag + indent * nth) * unit, height * unit, fill, RADIUS * unit
        )
        drawn += pad.put(year, pad.at(flag + indent * nth - 3.5), middle, ink, anchor=_far(pad), weight=HEAVY)
        at = pad.at(flag + indent * nth + 4)
        drawn += pad.put(block, at, middle, pad.ink, anchor=pad.start, width=room - 4)
    return drawn
