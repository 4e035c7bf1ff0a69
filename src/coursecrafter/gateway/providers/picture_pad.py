"""What drawings of a text are put on: a frame, the brand's colours with inks that can be read on them, and the words.

One hand draws all families: the same corner radius, strokes, shadows and scale of type everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from coloraide import Color

from coursecrafter.gateway.providers.picture_canvas import (
    Canvas,
    Scheme,
    circle,
    disc_shadow,
    num,
    path,
    polygon,
    rect,
    rect_shadow,
)
from coursecrafter.gateway.providers.picture_icons import SIZE, find_icon, icon_paths
from coursecrafter.gateway.providers.picture_lettering import (
    BOLD,
    CAP_HEIGHT,
    HEAVY,
    LEADING,
    SEMIBOLD,
    SIZES,
    Block,
    Type,
    fit,
    fit_whole,
    reads_right_to_left,
    set_block,
)
from coursecrafter.gateway.sketches import Family, Lettering, Sketch

TEXT_CONTRAST = 4.6
"""A little above WCAG's 4.5, since edges are smoothed."""
RADIUS, STROKE, GAP = 2.6, 0.7, 3.0
"""Of corners, of lines, between neighbours; in units."""
MARGIN = 0.075
"""Of the frame's shorter side."""
ZONE_SHARE = {"left": 0.44, "right": 0.44, "bottom": 0.42}
"""Of the picture that stays quiet for text."""
SHADE_STEPS = 40
HALF = 0.5
LATIN_END = "\u0250"
LABEL_SIZES = SIZES[4:]
TITLE_SIZES = SIZES[3:8]
TITLE_SPACE = 15.0
GREEK_BARS = (0.82, 0.54)
MUTE_SIZE, MUTE_WIDTH = 4.4, 58.0
"""Of the bars in place of a label, in units; larger ones are wider too."""
PADDING = 0.9
"""What stays free above and below a label in its box, in ems of the label."""


@dataclass(frozen=True, slots=True)
class Pad:
    """A frame to draw in.

    Attributes:
        x, y, width, height: of the frame, in pixels.
        unit: a hundredth of its shorter side.
        tone: 0 or 1; arrangements that differ in nothing else differ by it.
    """

    canvas: Canvas
    sketch: Sketch
    x: float
    y: float
    width: float
    height: float
    tone: int

    @property
    def unit(self) -> float:
        """A hundredth of the frame's shorter side, a little more in long frames."""
        return min(self.width, self.height, 0.75 * max(self.width, self.height)) / 100

    @property
    def scheme(self) -> Scheme:
        """The brand's colours."""
        return self.canvas.scheme

    @property
    def middle(self) -> tuple[float, float]:
        """Of the frame."""
        return self.x + self.width / 2, self.y + self.height / 2

    @property
    def is_wide(self) -> bool:
        """Whether parts stand side by side better than below each other."""
        return self.width > 1.3 * self.height

    @property
    def is_rtl(self) -> bool:
        """Whether its words run to the left, so that its sides are swapped."""
        return reads_right_to_left([self.sketch.title, *(part.label for part in self.sketch.parts)])

    @property
    def is_latin(self) -> bool:
        """Whether its words are written in Latin letters."""
        return all(char < LATIN_END or not char.isalpha() for label in self.labels for char in label)

    @property
    def labels(self) -> tuple[str, ...]:
        """Of its parts."""
        return tuple(part.label for part in self.sketch.parts)

    @property
    def has_words(self) -> bool:
        """Whether labels stand in the picture."""
        return self.sketch.lettering is not Lettering.NONE

    @property
    def fill(self) -> str:
        """Of cards: white, or the brand's own colour."""
        return self.scheme.steps[7] if self.tone else self.scheme.card

    @property
    def ink(self) -> str:
        """Of words on the ground."""
        return legible(self.scheme.on_card, self.scheme.steps[0], self.scheme.steps[1], self.scheme.steps[2])

    @property
    def card_ink(self) -> str:
        """Of words on a card."""
        return self.on(self.fill)

    def on(self, fill: str) -> str:
        """The ink for words on a surface: white where it can be read there, else a dark one of the brand's hue."""
        white = self.scheme.card if Color(self.scheme.card).luminance() > HALF else "#ffffff"
        is_dark = Color(white).contrast(fill, method="wcag21") >= TEXT_CONTRAST
        return white if is_dark else legible(self.scheme.on_card, fill)

    @property
    def line(self) -> str:
        """Of connecting lines."""
        return self.scheme.steps[5]

    @property
    def start(self) -> str:
        """The anchor at which words begin; resvg's lines always run to the right."""
        return "end" if self.is_rtl else "start"

    def at(self, x: float, width: float = 0.0) -> float:
        """The left edge of what is `width` wide and `x` from the side where reading begins, in units."""
        left = x * self.unit
        return self.x + self.width - left - width * self.unit if self.is_rtl else self.x + left

    def typed(self, weight: int = SEMIBOLD) -> Type:
        """The type in the language of the words."""
        return Type(weight, self.sketch.language)

    def label_blocks(
        self,
        width: float,
        most_lines: int = 3,
        *,
        height: float = math.inf,
        weight: int = SEMIBOLD,
        sizes: Sequence[float] = LABEL_SIZES,
    ) -> tuple[Block, ...]:
        """The labels at one size, each within `width` and `height` units; empty where the picture has no words."""
        return self.blocks_within([width] * len(self.labels), most_lines, height=height, weight=weight, sizes=sizes)

    def blocks_within(
        self,
        widths: Sequence[float],
        most_lines: int,
        *,
        height: float = math.inf,
        weight: int = SEMIBOLD,
        sizes: Sequence[float] = LABEL_SIZES,
    ) -> tuple[Block, ...]:
        """The same with a width for each label."""
        if not self.has_words:
            return tuple(Block((), min(height * 0.3, MUTE_SIZE)) for _ in self.labels)
        named = list(zip(self.labels, widths, strict=True))
        for size in sizes:
            fitted = [fit_whole(label, self.typed(weight), width, most_lines, size) for label, width in named]
            blocks = tuple(block for block in fitted if block and block.height + size * PADDING <= height)
            if len(blocks) == len(named):
                return blocks
        fewest = max(int((height / sizes[-1] - CAP_HEIGHT) / LEADING) + 1, 1) if height < math.inf else most_lines
        return tuple(
            fit(label, self.typed(weight), width, min(fewest, most_lines), sizes[-1:]) for label, width in named
        )

    def has_room(self, width: float, most_lines: int, height: float) -> bool:
        """Whether every label fits whole at the smallest size."""
        size = LABEL_SIZES[-1]
        fitted = [fit_whole(label, self.typed(), width, most_lines, size) for label in self.labels]
        return all(block is not None and block.height + size * PADDING <= height for block in fitted)

    def block(self, text: str, width: float, most_lines: int, sizes: Sequence[float], weight: int = BOLD) -> Block:
        """A text within `width` units."""
        return fit(text, self.typed(weight), width, most_lines, sizes)

    def put(
        self,
        block: Block,
        x: float,
        middle: float,
        ink: str,
        *,
        anchor: str = "middle",
        weight: int = SEMIBOLD,
        width: float = 20.0,
    ) -> str:
        """A block at pixels; bars in its place, `width` units wide, where the picture has no words."""
        unit = self.unit
        if not block.lines:
            return self._bars(block.size, x, middle, ink, anchor, width)
        scaled = Block(block.lines, block.size * unit)
        return set_block(scaled, self.typed(weight), x, middle, ink, anchor)

    def _bars(self, size: float, x: float, middle: float, ink: str, anchor: str, width: float) -> str:
        unit, drawn = self.unit, ""
        for nth, share in enumerate(GREEK_BARS):
            long = min(width, MUTE_WIDTH * max(size / MUTE_SIZE, 1.0)) * share * unit
            left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * long
            thick = 0.42 * size * unit
            top = middle + (nth - 0.5) * 0.95 * size * unit - thick / 2
            drawn += rect(left, top, long, thick, ink, thick / 2, 'fill-opacity="0.2"')
        return drawn

    def card(self, x: float, y: float, width: float, height: float, fill: str = "", radius: float = RADIUS) -> str:
        """A surface with a soft shadow, in pixels but for the radius."""
        corner = min(radius * self.unit, height / 2)
        return rect_shadow(x, y, width, height, corner, self.unit * 0.8, "") + rect(
            x, y, width, height, fill or self.fill, corner
        )

    def disc(self, x: float, y: float, radius: float, fill: str) -> str:
        """A disc with a soft shadow, in pixels."""
        return disc_shadow(x, y, radius, self.unit * 0.7) + circle(x, y, radius, fill)

    def icon(self, name: str, x: float, y: float, size: float, color: str) -> str:
        """An icon, centred, in pixels."""
        scale = size / SIZE
        place = f"translate({num(x - size / 2)} {num(y - size / 2)}) scale({scale:.4f})"
        return f'<g transform="{place}" fill="{color}">{icon_paths(name)}</g>'

    def number(self, nth: int, x: float, y: float, size: float, ink: str) -> str:
        """A part's number, counted from 1; `size` in pixels."""
        return set_block(Block((str(nth + 1),), size), self.typed(HEAVY), x, y, ink)

    def mark(self, nth: int, x: float, y: float, radius: float, fill: str = "") -> str:
        """The icon of a part where its label has one, else its number, on a disc; in pixels."""
        surface = fill or self.scheme.accent
        ink = self.on(surface)
        icon = self.icon_of(nth)
        on_it = self.icon(icon, x, y, radius * 1.16, ink) if icon else self.number(nth, x, y, radius * 0.98, ink)
        return circle(x, y, radius, surface) + on_it

    def icon_of(self, nth: int) -> str | None:
        """The icon of a part; none where not every part has one of its own, or the marks would not look alike."""
        icons = _icons(self.labels)
        return icons[nth] if icons else None

    @property
    def topic_icon(self) -> str:
        """The icon of the whole."""
        return self.canvas.icon

    def shade(self, nth: int) -> str:
        """The colour of a part in a row of them, from quiet to strong or back; the last one is the accent."""
        count = len(self.labels)
        if nth == count - 1:
            return self.scheme.accent
        place = count - 2 - nth if self.tone else nth
        return self.scheme.steps[round(3 + 4 * place / max(count - 2, 1))]

    def arrow(self, x: float, y: float, degrees: float, size: float, color: str) -> str:
        """A round-cornered arrow head whose middle is at pixels, pointing to `degrees` (0: right, 90: down)."""
        angle = math.radians(degrees)

        def turned(dx: float, dy: float) -> tuple[float, float]:
            return (
                x + size * (dx * math.cos(angle) - dy * math.sin(angle)),
                y + size * (dx * math.sin(angle) + dy * math.cos(angle)),
            )

        join = f'stroke="{color}" stroke-width="{num(size * 0.3)}" stroke-linejoin="round"'
        return polygon([turned(0.55, 0), turned(-0.4, -0.5), turned(-0.4, 0.5)], color, join)

    def stroke(self, points: Sequence[tuple[float, float]], color: str = "", width: float = STROKE) -> str:
        """A line with round ends through points."""
        commands = "M" + "L".join(f"{num(x)} {num(y)}" for x, y in points)
        line = f'stroke="{color or self.line}" stroke-width="{num(width * self.unit)}"'
        return path(commands, "none", f'{line} stroke-linecap="round" stroke-linejoin="round"')

    def check(self, x: float, y: float, size: float, color: str) -> str:
        """A tick about a point, in pixels."""
        points = [
            (x - 0.42 * size, y + 0.02 * size),
            (x - 0.1 * size, y + 0.34 * size),
            (x + 0.46 * size, y - 0.32 * size),
        ]
        return self.stroke(points, color, 0.2 * size / self.unit)


def sizes_for(height: float) -> tuple[float, ...]:
    """The part of the scale whose two lines stand well in a box of this height, in units; the smallest in any."""
    return tuple(size for size in SIZES[3:] if size * 2.8 <= height) or SIZES[-1:]


def make_pad(canvas: Canvas, sketch: Sketch, tone: int) -> tuple[Pad, str]:
    """The frame of a drawing, and what stands around it: quiet shapes, and a title where the picture stands alone."""
    left, top, width, height = _free(canvas, sketch)
    margin = MARGIN * min(width, height) if sketch.area == (1.0, 1.0) else 0.0
    pad = Pad(canvas, sketch, left + margin, top + margin, width - 2 * margin, height - 2 * margin, tone)
    around = _setting(pad)
    is_titled = sketch.family not in {Family.QUOTATION, Family.FIGURE}
    if not (sketch.title and sketch.lettering is Lettering.WHOLE and is_titled):
        return pad, around
    unit = pad.unit
    block = pad.block(sketch.title, pad.width / unit, 2, TITLE_SIZES, HEAVY)
    taken = max(TITLE_SPACE, block.height + 10.0) * unit
    x = pad.x + pad.width if pad.is_rtl else pad.x
    rule_width = 9 * unit
    title = pad.put(block, x, pad.y + block.height * unit / 2, pad.ink, anchor=pad.start, weight=HEAVY)
    rule = rect(
        x - rule_width if pad.is_rtl else x,
        pad.y + (block.height + 4.2) * unit,
        rule_width,
        0.9 * unit,
        pad.scheme.accent,
        0.45 * unit,
    )
    below = Pad(canvas, sketch, pad.x, pad.y + taken, pad.width, pad.height - taken, tone)
    return below, around + title + rule


def _free(canvas: Canvas, sketch: Sketch) -> tuple[float, float, float, float]:
    """The part of the picture that is neither quiet nor likely to be cut off."""
    width, height = float(canvas.width), float(canvas.height)
    share = ZONE_SHARE.get(canvas.zone, 0.0)
    across, down = sketch.area
    if canvas.zone in {"left", "right"}:
        free = width * (1 - share)
        return (width - free if canvas.zone == "left" else 0.0, height * (1 - down) / 2, free, height * down)
    if canvas.zone == "bottom":
        return width * (1 - across) / 2, 0.0, width * across, height * (1 - share)
    return width * (1 - across) / 2, height * (1 - down) / 2, width * across, height * down


def _setting(pad: Pad) -> str:
    """Two quiet discs that run off the picture's edges, at places that the seed decides."""
    canvas, steps = pad.canvas, pad.scheme.steps
    size = min(canvas.width, canvas.height)
    side = 1 if canvas.chance.below(2) else -1
    x = canvas.width / 2 + side * canvas.width * canvas.chance.between(0.36, 0.46)
    y = canvas.height * canvas.chance.between(0.04, 0.2)
    large = circle(x, y, size * 0.44, steps[1])
    small = circle(canvas.width - x, canvas.height - y * 0.6, size * 0.3, steps[1], 'fill-opacity="0.75"')
    return large + small


@lru_cache(maxsize=4096)
def legible(ink: str, *behind: str) -> str:
    """The ink, moved away from what is behind it until it can be read; black or white where nothing else helps."""
    grounds = [Color(name) for name in behind]

    def least(color: Color) -> float:
        return min(color.contrast(ground, method="wcag21") for ground in grounds)

    color = Color(ink).convert("oklch")
    goal = 0.0 if least(Color("black")) >= least(Color("white")) else 1.0
    start = color["lightness"]
    tried = color
    for step in range(SHADE_STEPS + 1):
        tried = color.clone().set("lightness", start + (goal - start) * step / SHADE_STEPS)
        tried = tried.convert("srgb").fit("srgb", method="oklch-chroma")
        if least(Color(tried.to_string(hex=True))) >= TEXT_CONTRAST:
            break
    return str(tried.to_string(hex=True))


@lru_cache(maxsize=512)
def _icons(labels: tuple[str, ...]) -> tuple[str, ...]:
    found = [icon for label in labels if (icon := find_icon(label)) is not None]
    return tuple(found) if len(found) == len(labels) == len(set(found)) else ()
