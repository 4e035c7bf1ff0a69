"""Drawings of one thing said: a quotation, and a figure with what it counts."""

from __future__ import annotations

import math
import re

from coursecrafter.gateway.providers.picture_canvas import circle, num, polygon, rect, ring
from coursecrafter.gateway.providers.picture_lettering import BOLD, CAP_HEIGHT, HEAVY, LEADING, SEMIBOLD, SIZES, Block
from coursecrafter.gateway.providers.picture_pad import Pad, legible
from coursecrafter.gateway.sketches import Lettering

QUOTE_SIZES = SIZES[2:]
FIGURE_SIZES = (40.0, 34.0, 29.0, 25.0, 21.0, 18.0, 15.0, 13.0, 11.0, 9.4, 8.0)
CAPTION_SIZES = SIZES[4:]
MOST_PERSONS, MOST_DOTS, DOT_ROWS = 10, 100, 5
_PERCENT = re.compile(
    r"(\d{1,3})(?:[.,](\d+))?\s*(?:%|٪|per ?cent|prozent|pour cent|por ciento|por cento)", re.IGNORECASE
)
_UNIT = re.compile(r"(?<=\d)\s+(?=\S{1,3}$)")
COUNTS = {
    word: count
    for count, words in enumerate(
        (
            "one un une uno una um uma ein eine jede jeder jedes",
            "two zwei deux dos dois duas zweite zweiter",
            "three drei trois tres três dritte dritter drittes",
            "four vier quatre cuatro quatro vierte vierter",
            "five fünf cinq cinco fünfte fünfter",
            "six sechs seis sechste sechster",
            "seven sieben sept siete sete siebte siebter",
            "eight acht huit ocho oito achte achter",
            "nine neun neuf nueve nove neunte neunter",
            "ten zehn dix diez dez zehnte zehnter",
        ),
        1,
    )
    for word in words.split()
}
_SHARE = re.compile(
    r"(\w+)\s+(?:in|out of|von|sur|de cada|em cada)\s+(?:every\s+)?(\w+)|\b(jede[rs]?)\s+(\w+)", re.IGNORECASE
)


def quotation_mark(x: float, y: float, size: float, color: str) -> str:
    """A pair of closing marks, centred, as shapes: the letters' own look different in every language."""
    drawn = ""
    for side in (-0.5, 0.5):
        at = x + side * size * 0.86
        radius = size * 0.34
        drawn += circle(at, y - size * 0.12, radius, color)
        tail = (
            f"M{num(at + radius)} {num(y - size * 0.12)}"
            f"C{num(at + radius)} {num(y + size * 0.28)} {num(at + radius * 0.2)} {num(y + size * 0.5)}"
            f" {num(at - radius * 0.7)} {num(y + size * 0.56)}"
            f"C{num(at - radius * 0.1)} {num(y + size * 0.36)} {num(at + radius * 0.05)} {num(y + size * 0.2)}"
            f" {num(at)} {num(y + size * 0.05)}Z"
        )
        drawn += f'<path d="{tail}" fill="{color}"/>'
    return drawn


def _said(pad: Pad) -> tuple[str, str]:
    """The sentence, where it may stand in the picture, and who said it."""
    part = pad.sketch.parts[0]
    sentence = part.label.strip() if pad.sketch.lettering is Lettering.WHOLE else ""
    return sentence, part.note.strip() if pad.has_words else ""


def quotation_plain(pad: Pad) -> str:
    """The sentence set large behind a large mark or a bar, and its speaker below a short rule."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    sentence, speaker = _said(pad)
    mark, indent = (-6.0, 9.0) if pad.tone else (17.0, 0.0)
    block = _sentence(pad, sentence, wide - indent, high - mark - 22, BOLD)
    deep = block.height if block.lines else 24.0
    name = pad.block(speaker, wide - 2 - indent, 2, SIZES[5:], SEMIBOLD) if speaker else Block((), 5)
    total = mark + 6 + deep + (12 + name.height if speaker else 0)
    top = pad.middle[1] - total * unit / 2
    if pad.tone:
        bar = 2.4
        drawn = rect(pad.at(0, bar), top - 3 * unit, bar * unit, (total + 6) * unit, pad.scheme.accent, bar * unit / 2)
    else:
        drawn = quotation_mark(pad.at(mark * 0.8), top + mark * unit / 2, mark * unit, pad.scheme.accent)
    edge = pad.at(indent)
    if block.lines:
        drawn += pad.put(block, edge, top + (mark + 6 + deep / 2) * unit, pad.ink, anchor=pad.start, weight=BOLD)
    else:
        drawn += _greek(pad, edge, top + (mark + 6) * unit, (wide - indent) * 0.86, 3)
    if speaker:
        y = top + (mark + 6 + deep + 6) * unit
        long = 9 * unit
        drawn += rect(edge - long if pad.is_rtl else edge, y, long, 0.9 * unit, pad.scheme.accent, 0.45 * unit)
        drawn += pad.put(name, edge, y + (5 + name.height / 2) * unit, pad.ink, anchor=pad.start)
    return drawn


def _sentence(pad: Pad, sentence: str, width: float, height: float, weight: int) -> Block:
    """The sentence at the largest size at which it fits a box."""
    if not sentence:
        return Block((), 6.0)
    for size in QUOTE_SIZES:
        block = pad.block(sentence, width, max(int(height / size / 1.24), 1), (size,), weight)
        if block.height <= height and not block.lines[-1].endswith("…"):
            return block
    return pad.block(sentence, width, max(int(height / QUOTE_SIZES[-1] / 1.24), 1), QUOTE_SIZES[-1:], weight)


def _greek(pad: Pad, edge: float, top: float, width: float, count: int, *, is_centred: bool = False) -> str:
    """Bars in a sentence's place."""
    unit, drawn = pad.unit, ""
    for nth in range(count):
        long = width * (1, 0.92, 0.6)[nth % 3] * unit
        left = pad.middle[0] - long / 2 if is_centred else edge - (long if pad.is_rtl else 0)
        drawn += rect(left, top + nth * 8.4 * unit, long, 3.2 * unit, pad.card_ink, 1.6 * unit, 'fill-opacity="0.18"')
    return drawn


def quotation_bubble(pad: Pad) -> str:
    """The sentence in a bubble, its speaker beside the bubble's tail."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    sentence, speaker = _said(pad)
    foot = 24.0
    box = min(high - foot, 74.0 if not sentence else high - foot)
    block = _sentence(pad, sentence, wide - 18, box - 26, BOLD)
    if block.lines:
        box = min(box, block.height + 32)
    top = pad.middle[1] - (box + foot) * unit / 2
    drawn = pad.card(pad.x, top, pad.width, box * unit, radius=5)
    tail = pad.at(17)
    side = -1 if pad.is_rtl else 1
    edge = top + box * unit - 0.4 * unit
    tip = (tail - side * 4 * unit, edge + 9 * unit)
    drawn += polygon([(tail - 7 * unit, edge), (tail + 7 * unit, edge), tip], pad.fill)
    mark = 9.0
    drawn += quotation_mark(pad.middle[0], top + 10 * unit, mark * unit, pad.scheme.accent)
    middle = top + (box + 10) / 2 * unit
    if block.lines:
        drawn += pad.put(block, pad.middle[0], middle, pad.card_ink, weight=BOLD)
    else:
        drawn += _greek(pad, 0, middle - 10 * unit, wide - 34, 3, is_centred=True)
    y = top + (box + 15) * unit
    x = pad.at(10)
    drawn += circle(x, y + 1 * unit, 6.4 * unit, pad.scheme.steps[5])
    drawn += _person(x, y + 1 * unit, 6.4 * unit, pad.fill)
    if speaker:
        name = pad.block(speaker, wide - 24, 2, SIZES[5:], SEMIBOLD)
        drawn += pad.put(name, pad.at(20.5), y + 1.6 * unit, pad.ink, anchor=pad.start)
    return drawn


def _person(x: float, y: float, radius: float, color: str) -> str:
    """Head and shoulders within a disc."""
    width = radius * 0.58
    shoulders = (
        f"M{num(x - width)} {num(y + radius * 0.62)}"
        f"C{num(x - width)} {num(y + radius * 0.02)} {num(x + width)} {num(y + radius * 0.02)}"
        f" {num(x + width)} {num(y + radius * 0.62)}Z"
    )
    return circle(x, y - radius * 0.26, radius * 0.3, color) + f'<path d="{shoulders}" fill="{color}"/>'


def quotation_frame(pad: Pad) -> str:
    """The sentence centred on the brand's colour, in a frame that the mark breaks."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    sentence, speaker = _said(pad)
    name = pad.block(speaker, wide - 24, 2, SIZES[5:], SEMIBOLD) if speaker else Block((), 5)
    fill = pad.scheme.steps[7]
    ink = pad.on(fill)
    most = high - 8
    block = _sentence(pad, sentence, wide - 22, most - 34 - name.height, BOLD)
    deep = block.height if block.lines else 22.0
    box = min(most, max(deep + 34 + (8 + name.height if speaker else 0), 56.0))
    top = pad.middle[1] - box * unit / 2 + 4 * unit
    drawn = pad.card(pad.x, top, pad.width, box * unit, fill, 4)
    drawn += rect(
        pad.x + 3 * unit,
        top + 3 * unit,
        pad.width - 6 * unit,
        (box - 6) * unit,
        "none",
        2.6 * unit,
        f'stroke="{ink}" stroke-opacity="0.28" stroke-width="{num(0.5 * unit)}"',
    )
    drawn += pad.disc(pad.middle[0], top, 8.5 * unit, pad.scheme.accent)
    on_accent = pad.on(pad.scheme.accent)
    drawn += quotation_mark(pad.middle[0], top, 6.4 * unit, on_accent)
    total = deep + (8 + name.height if speaker else 0)
    first = top + (box + 6 - total) / 2 * unit
    if block.lines:
        drawn += pad.put(block, pad.middle[0], first + deep * unit / 2, ink, weight=BOLD)
    else:
        for nth, share in enumerate((0.6, 0.54, 0.36)):
            long = (wide - 14) * share * unit
            place = (pad.middle[0] - long / 2, first + nth * 8.4 * unit, long, 3.2 * unit)
            drawn += rect(*place, ink, 1.6 * unit, 'fill-opacity="0.4"')
    if speaker:
        drawn += pad.put(name, pad.middle[0], first + (deep + 8 + name.height / 2) * unit, ink)
    return drawn


def _amount(pad: Pad) -> tuple[str, str]:
    """The amount, and what it counts where that may stand in the picture."""
    part = pad.sketch.parts[0]
    amount = _UNIT.sub("\u00a0", part.label)  # "70 %" stays on one line
    return amount, part.note if pad.has_words else ""


def figure_giant(pad: Pad) -> str:
    """The amount as large as it can be, above what it counts."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    amount, caption = _amount(pad)
    surface = pad.scheme.steps[7 if pad.tone else 2]
    ink = pad.on(surface) if pad.tone else legible(pad.scheme.steps[7], surface)
    drawn = circle(*pad.middle, min(wide, high) * 0.5 * unit, surface)
    block = pad.block(amount, min(wide, high) * 0.84, 1 if len(amount) < 14 else 2, FIGURE_SIZES, HEAVY)  # noqa: PLR2004
    below = pad.block(caption, min(wide, high) * 0.74, 3, CAPTION_SIZES, SEMIBOLD) if caption else Block((), 5)
    icon = 18.0
    total = icon + 6 + block.height + (12 + below.height if caption else 4)
    top = pad.middle[1] - total * unit / 2
    drawn += pad.icon(pad.topic_icon, pad.middle[0], top + icon * unit / 2, icon * unit, ink)
    y = top + (icon + 6) * unit
    drawn += pad.put(block, pad.middle[0], y + block.height * unit / 2, ink, weight=HEAVY)
    y += (block.height + 4.5) * unit
    drawn += rect(pad.middle[0] - 7 * unit, y, 14 * unit, 1.1 * unit, pad.scheme.accent, 0.55 * unit)
    if caption:
        drawn += pad.put(below, pad.middle[0], y + (6 + below.height / 2) * unit, ink)
    return drawn


def figure_gauge(pad: Pad) -> str:
    """The amount in a ring that is filled as far as a share goes."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    amount, caption = _amount(pad)
    share = share_of(amount)
    is_beside = pad.is_wide and bool(caption)
    below = Block((), 5)
    if caption:
        room, most = (wide - high - 10, 5) if is_beside else (wide - 4, 3)
        below = pad.block(caption, room, most, CAPTION_SIZES, SEMIBOLD)
    radius = min(wide, high - (0 if is_beside else below.height + (9 if caption else 0))) / 2 - 4
    if is_beside:
        x, y = pad.at(radius + 4), pad.middle[1]
    else:
        x = pad.middle[0]
        y = pad.middle[1] - (below.height + 9) / 2 * unit if caption else pad.middle[1]
    thick = radius * 0.2
    middle = radius - thick / 2
    drawn = circle(x, y, (radius - thick) * unit, pad.fill)
    drawn += ring(x, y, middle * unit, pad.scheme.steps[3], thick * unit)
    drawn += _arc(x, y, middle * unit, thick * unit, pad.scheme.accent, share if share is not None else 0.72)
    room = (radius - thick) * 1.6
    lines = 2 if " " in amount else 1
    sizes = tuple(size for size in FIGURE_SIZES if size * (CAP_HEIGHT + LEADING * (lines - 1)) < room * 0.7)
    block = pad.block(amount, room, lines, sizes, HEAVY)
    drawn += pad.put(block, x, y, legible(pad.scheme.steps[7], pad.fill), weight=HEAVY)
    if caption and is_beside:
        drawn += pad.put(below, pad.at(radius * 2 + 14), y, pad.ink, anchor=pad.start)
    elif caption:
        drawn += pad.put(below, x, y + (radius + 9 + below.height / 2) * unit, pad.ink)
    return drawn


def _arc(x: float, y: float, radius: float, thick: float, color: str, share: float) -> str:
    """A part of a ring from the top, with round ends."""
    share = min(max(share, 0.004), 0.9999)
    angle = math.radians(360 * share - 90)
    end = (x + radius * math.cos(angle), y + radius * math.sin(angle))
    large = 1 if share > 0.5 else 0  # noqa: PLR2004  # half a turn
    commands = f"M{num(x)} {num(y - radius)}A{num(radius)} {num(radius)} 0 {large} 1 {num(end[0])} {num(end[1])}"
    line = f'stroke="{color}" stroke-width="{num(thick)}" stroke-linecap="round"'
    return f'<path d="{commands}" fill="none" {line}/>'


def figure_count(pad: Pad) -> str:
    """A share as so many of a hundred dots, or so many of a few persons; else columns that grow to the amount."""
    unit = pad.unit
    wide, high = pad.width / unit, pad.height / unit
    amount, caption = _amount(pad)
    block = pad.block(amount, wide - 2, 2 if len(amount) > 12 else 1, FIGURE_SIZES[2:], HEAVY)  # noqa: PLR2004
    below = pad.block(caption, wide - 4, 3, CAPTION_SIZES, SEMIBOLD) if caption else Block((), 5)
    room = min(high - block.height - below.height - 20, wide * 0.5, 44.0)
    total = block.height + 8 + room + (8 + below.height if caption else 0)
    top = pad.middle[1] - total * unit / 2
    ink = legible(pad.scheme.steps[7], pad.scheme.steps[0], pad.scheme.steps[1])
    drawn = pad.put(block, pad.middle[0], top + block.height * unit / 2, ink, weight=HEAVY)
    y = top + (block.height + 8) * unit
    persons, share = persons_of(amount), share_of(amount)
    if persons:
        drawn += _persons(pad, *persons, y, room)
    else:
        drawn += _columns(pad, y, room) if share is None else _dots(pad, share, y, room)
    if caption:
        drawn += pad.put(below, pad.middle[0], y + (room + 8 + below.height / 2) * unit, pad.ink)
    return drawn


def _persons(pad: Pad, count: int, total: int, top: float, room: float) -> str:
    unit = pad.unit
    rows = 2 if total > 5 else 1  # noqa: PLR2004  # more than five in a row are hard to count
    across = math.ceil(total / rows)
    step = min(room / rows, pad.width / unit / across)
    drawn = ""
    for nth in range(total):
        row, column = divmod(nth, across)
        order = across - 1 - column if pad.is_rtl else column
        x = pad.middle[0] + (order - (across - 1) / 2) * step * unit
        y = top + (row + 0.5) * room / rows * unit
        is_counted = nth < count
        fill = pad.scheme.accent if is_counted else pad.scheme.steps[3]
        ink = pad.on(fill) if is_counted else pad.scheme.steps[1]
        radius = step * 0.43 * unit
        drawn += circle(x, y, radius, fill) + _person(x, y, radius, ink)
    return drawn


def _columns(pad: Pad, top: float, room: float) -> str:
    unit, drawn = pad.unit, ""
    heights = (0.3, 0.42, 0.56, 0.74, 1.0)
    width = min(pad.width / unit * 0.8, 84.0)
    step = width / len(heights)
    for nth, share in enumerate(heights):
        order = len(heights) - 1 - nth if pad.is_rtl else nth
        left = pad.middle[0] + (order * step - width / 2 + step * 0.12) * unit
        high = room * share
        fill = pad.scheme.accent if nth == len(heights) - 1 else pad.scheme.steps[2 + nth]
        drawn += rect(left, top + (room - high) * unit, step * 0.76 * unit, high * unit, fill, 1.6 * unit)
    return drawn


def _dots(pad: Pad, share: float, top: float, room: float) -> str:
    """A hundred dots in five rows, as many filled as the share has hundredths."""
    unit, drawn = pad.unit, ""
    filled = round(share * MOST_DOTS)
    across = MOST_DOTS // DOT_ROWS
    step = min(room / DOT_ROWS, pad.width / unit / across)
    for nth in range(MOST_DOTS):
        column, row = divmod(nth, DOT_ROWS)
        order = across - 1 - column if pad.is_rtl else column
        x = pad.middle[0] + (order - (across - 1) / 2) * step * unit
        y = top + (room / 2 + (row - (DOT_ROWS - 1) / 2) * step) * unit
        drawn += circle(x, y, step * 0.36 * unit, pad.scheme.accent if nth < filled else pad.scheme.steps[3])
    return drawn


def share_of(amount: str) -> float | None:
    """The share, 0 to 1, that an amount states; None for one that is no share."""
    percent = _PERCENT.search(amount)
    if percent:
        value = float(f"{percent.group(1)}.{percent.group(2) or 0}")
        return value / 100 if value <= 100 else None  # noqa: PLR2004  # the whole
    persons = persons_of(amount)
    return persons[0] / persons[1] if persons else None


def persons_of(amount: str) -> tuple[int, int] | None:
    """How many of how many, up to ten, as stated; None for other amounts."""
    found = _SHARE.search(amount)
    if not found:
        return None
    part, whole = (found.group(1), found.group(2)) if found.group(1) else (found.group(3), found.group(4))
    numbers = [int(word) if word.isdecimal() else COUNTS.get(word.casefold(), 0) for word in (part, whole)]
    return (numbers[0], numbers[1]) if 0 < numbers[0] < numbers[1] <= MOST_PERSONS else None
