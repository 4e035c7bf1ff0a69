"""Drawings of points that stand side by side: checklist."""

from __future__ import annotations

import math

from coursecrafter.gateway.providers.picture_canvas import circle, rect
from coursecrafter.gateway.providers.picture_lettering import SIZES, Block
from coursecrafter.gateway.providers.picture_pad import GAP, Pad

FEWEST_FOR_GRID = 3
WORDED_ROW, MUTE_ROW = 24.0, 40.0
"""The tallest row, in units: without words a few rows fill the frame, as large as their ticks and bars can be."""
MUTE_BAR = 0.3
"""How tall the bars of a row without words are, of the row; see `Pad.put`."""


def checklist_board(pad: Pad) -> str:
    """Points on a clipboard, each ticked."""
    unit, count = pad.unit, len(pad.labels)
    wide = min(pad.width / unit, 118.0)
    high = pad.height / unit
    head = 9.0
    height = min((high - head - 6) / count, _tallest_row(pad))
    total = height * count + head + 4
    left, top = pad.middle[0] - wide * unit / 2, pad.middle[1] - total * unit / 2 + 1.5 * unit
    box = min(height * 0.52, 9.5 if pad.has_words else 18.0)
    text_at = box + 13
    blocks = _row_blocks(pad, wide - text_at - 6, height)
    drawn = pad.card(left, top, wide * unit, total * unit, radius=4)
    drawn += rect(pad.middle[0] - 13 * unit, top - 3 * unit, 26 * unit, 7 * unit, pad.scheme.accent, 2 * unit)
    drawn += circle(pad.middle[0], top - 0.4 * unit, 1.3 * unit, pad.fill)

    def across(x: float) -> float:
        return left + (wide - x if pad.is_rtl else x) * unit

    for nth, block in enumerate(blocks):
        middle = top + (head + (nth + 0.5) * height) * unit
        if nth:
            rule = middle - height * unit / 2
            drawn += pad.stroke([(left + 6 * unit, rule), (left + (wide - 6) * unit, rule)], pad.scheme.steps[2], 0.35)
        drawn += _ticked_box(pad, across(7 + box / 2), middle, box * unit)
        drawn += pad.put(block, across(text_at), middle, pad.card_ink, anchor=pad.start, width=wide - text_at - 8)
    return drawn


def _tallest_row(pad: Pad) -> float:
    return WORDED_ROW if pad.has_words else MUTE_ROW


def _row_blocks(pad: Pad, width: float, height: float) -> tuple[Block, ...]:
    """The labels of rows, or where there are none, bars as tall as a row has room for."""
    if pad.has_words:
        return pad.label_blocks(width, 2, height=height, sizes=SIZES[3:])
    return tuple(Block((), height * MUTE_BAR) for _ in pad.labels)


def _ticked_box(pad: Pad, x: float, y: float, size: float) -> str:
    fill = pad.scheme.accent
    return rect(x - size / 2, y - size / 2, size, size, fill, size * 0.26) + pad.check(x, y, size * 0.56, pad.on(fill))


def checklist_rows(pad: Pad) -> str:
    """Points on cards below each other, ticked at their beginning."""
    unit, count = pad.unit, len(pad.labels)
    gap = GAP
    wide = min(pad.width / unit, 124.0)
    height = min((pad.height / unit - gap * (count - 1)) / count, _tallest_row(pad))
    top = pad.middle[1] - (height * count + gap * (count - 1)) * unit / 2
    left = pad.middle[0] - wide * unit / 2
    radius = min(height * 0.3, 6.0 if pad.has_words else 11.0)
    text_at = radius * 2 + height * 0.34 + 5
    blocks = _row_blocks(pad, wide - text_at - height * 0.4, height)
    drawn = ""
    for nth, block in enumerate(blocks):
        y = top + nth * (height + gap) * unit
        middle = y + height * unit / 2
        drawn += pad.card(left, y, wide * unit, height * unit, radius=height / 2)

        def across(x: float) -> float:
            return left + (wide - x if pad.is_rtl else x) * unit

        x = across(height * 0.2 + radius + 1.2)
        fill = pad.scheme.steps[6]
        drawn += circle(x, middle, radius * unit, fill)
        drawn += pad.check(x, middle, radius * unit, pad.on(fill))
        drawn += pad.put(block, across(text_at), middle, pad.card_ink, anchor=pad.start, width=wide - text_at - 6)
    return drawn


def checklist_tiles(pad: Pad) -> str:
    """Points on tiles in columns, ticked above."""
    unit, count = pad.unit, len(pad.labels)
    wide, high = pad.width / unit, pad.height / unit
    columns = min(count, 4 if pad.is_wide else 2)
    if count < FEWEST_FOR_GRID and not pad.is_wide:
        return checklist_rows(pad)
    rows = math.ceil(count / columns)
    gap = 4.0
    width = (wide - gap * (columns - 1)) / columns
    height = min((high - gap * (rows - 1)) / rows, width * (0.86 if pad.has_words else 1.0))
    top = pad.middle[1] - (height * rows + gap * (rows - 1)) * unit / 2
    radius = min(5.2, height * 0.16) if pad.has_words else min(height * 0.22, width * 0.2)
    below = height * 0.14 + radius * 2
    blocks = pad.label_blocks(width - 7, 3, height=height - below)
    blocks = blocks if pad.has_words else tuple(Block((), min(height, width) * 0.15) for _ in blocks)
    drawn = ""
    for nth, block in enumerate(blocks):
        row, column = divmod(nth, columns)
        is_last = row == rows - 1
        short = (columns - (count - row * columns)) * (width + gap) / 2 if is_last else 0.0
        left = pad.at(column * (width + gap) + short, width)
        y, middle = top + row * (height + gap) * unit, left + width * unit / 2
        drawn += pad.card(left, y, width * unit, height * unit)
        mark = y + (height * 0.14 + radius) * unit
        drawn += circle(middle, mark, radius * unit, pad.scheme.accent)
        drawn += pad.check(middle, mark, radius * unit, pad.on(pad.scheme.accent))
        drawn += pad.put(block, middle, y + (below + height) * unit / 2, pad.card_ink, width=width - 9)
    return drawn
