"""What the compositions draw on: a size, a quiet zone, a scheme of colours in OKLCH, and seeded chance."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from coloraide import Color

from coursecrafter.gateway.providers.picture_icons import SIZE, icon_paths

GREY_CHROMA = 0.03
PAPER_LIGHTNESS = 0.93
STEPS = 8
MOST_CHROMA = 0.17
BRIGHT_LIGHTNESS = 0.75
YELLOW_HUES = (75.0, 120.0)
SHADOW = (-1.2, -0.6, 0, 0.5, 1, 1.5, 2, 2.6, 3.3)
"""How far each layer of a shadow reaches beyond its shape, in units."""
VEIL_OF_BLACK = 'fill-opacity="0.022"'


@dataclass(frozen=True, slots=True)
class Scheme:
    """Colours of a picture, as `#rrggbb`.

    Attributes:
        steps: eight of the leading hue, from the ground's own to the one that stands out most.
        accent, accent_soft: the second colour, and a quieter one near it.
        on_accent: an icon on the accent.
        card, on_card: a surface that stands out from the ground, and an icon on it.
    """

    steps: tuple[str, ...]
    accent: str
    accent_soft: str
    on_accent: str
    card: str
    on_card: str

    @property
    def ground(self) -> str:
        """What lies behind all else."""
        return self.steps[0]


def make_scheme(palette: Sequence[str], *, is_dark: bool) -> Scheme:
    """Lightness by us, hue and chroma by the brand; a near-white or grey leading colour gives way to the second.

    Args:
        palette: at least one colour, the leading one first.
    """
    colors = [_oklch(name) for name in palette]
    inks = [color for color in colors if not _is_paper(color)] or colors[:1]
    leading = inks[0]
    # One colour alone gets a lighter neighbour of its own hue, not a stranger.
    accent = next((color for color in inks if color != leading), (0.8, leading[1] * 0.8, (leading[2] + 35) % 360))
    if is_dark and leading[0] > BRIGHT_LIGHTNESS > accent[0]:
        leading, accent = accent, leading  # a darkened yellow is brown, and no brand's yellow
    lightness, chroma, hue = leading
    chroma = min(chroma, MOST_CHROMA)
    if is_dark:
        first, last = min(max(lightness - 0.12, 0.2), 0.3), 0.78
        steps = [_hex(first + (last - first) * n / (STEPS - 1), chroma * 0.9, hue) for n in range(STEPS)]
        card, on_card = _hex(0.965, min(chroma, 0.015), hue), _hex(0.36, chroma, hue)
    else:
        first, last = 0.968, min(max(lightness, 0.38), 0.8 if YELLOW_HUES[0] < hue < YELLOW_HUES[1] else 0.6)
        steps = [
            _hex(first + (last - first) * (n / (STEPS - 1)) ** 1.25, chroma * min(1, 0.12 + n / STEPS), hue)
            for n in range(STEPS)
        ]
        card, on_card = _hex(0.995, 0.003, hue), _hex(min(lightness, 0.46), chroma, hue)
    bright = min(max(accent[0], 0.68), 0.86)
    return Scheme(
        tuple(steps),
        accent=_hex(bright, min(accent[1], 0.18), accent[2]),
        accent_soft=_hex(0.6 if is_dark else 0.9, min(accent[1], 0.18) * (0.7 if is_dark else 0.5), accent[2]),
        on_accent=_hex(0.26, min(accent[1], 0.06), accent[2]),
        card=card,
        on_card=on_card,
    )


def _oklch(name: str) -> tuple[float, float, float]:
    color = Color(name).convert("oklch")
    return color["lightness"], color["chroma"], 0.0 if color.is_nan("hue") else color["hue"]


def _is_paper(color: tuple[float, float, float]) -> bool:
    return color[0] > PAPER_LIGHTNESS and color[1] < GREY_CHROMA


def _hex(lightness: float, chroma: float, hue: float) -> str:
    color = Color("oklch", [lightness, chroma, hue]).convert("srgb").fit("srgb", method="oklch-chroma")
    return str(color.to_string(hex=True))


class Chance:
    """Seeded chance, the same on every machine."""

    def __init__(self, *parts: object) -> None:
        digest = sha256("\n".join(str(part) for part in parts).encode("utf-8", "replace")).digest()
        self._random = random.Random(int.from_bytes(digest[:8]))  # noqa: S311  # shapes, not secrets

    def between(self, low: float, high: float) -> float:
        """A number in `low … high`."""
        return low + (high - low) * self._random.random()

    def below(self, count: int) -> int:
        """A whole number in `0 … count - 1`."""
        return int(self._random.random() * count)


@dataclass(frozen=True, slots=True)
class Layers:
    """SVG of a picture: what lies under the veil of a quiet zone, and what stands above it."""

    setting: str
    topic: str


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture to be.

    Attributes:
        width, height: pixels.
        zone: side that stays quiet for text: "left", "right", "bottom", "full" or "none".
        icon: a Phosphor name.
    """

    width: int
    height: int
    zone: str
    scheme: Scheme
    icon: str
    chance: Chance

    @property
    def unit(self) -> float:
        """A hundredth of the shorter side, less where the text takes the picture's lower part."""
        return min(self.width, self.height) / (128 if self.zone == "bottom" else 100)

    @property
    def focus(self) -> tuple[float, float]:
        """Where the eye should rest: the middle of what is not quiet."""
        x = {"left": 0.73, "right": 0.27}.get(self.zone, 0.5)
        y = {"bottom": 0.3}.get(self.zone, 0.5)
        return self.width * x, self.height * y

    @property
    def has_icon(self) -> bool:
        """A picture that lies behind text everywhere shows none."""
        return self.zone != "full"

    def icon_at(self, x: float, y: float, size: float, color: str) -> str:
        """The icon, centred."""
        scale = size / SIZE
        place = f"translate({num(x - size / 2)} {num(y - size / 2)}) scale({scale:.4f})"
        return f'<g transform="{place}" fill="{color}">{icon_paths(self.icon)}</g>'

    def badge(self, x: float, y: float, radius: float, surface: str, ink: str) -> str:
        """The icon on a disc with a soft shadow; nothing where the picture shows no icon."""
        if not self.has_icon:
            return ""
        return (
            disc_shadow(x, y, radius, self.unit)
            + circle(x, y, radius, surface)
            + self.icon_at(x, y, radius * 1.12, ink)
        )


def num(value: float) -> str:
    """A coordinate: rounded, so that no machine's last digit shows."""
    return f"{value:.1f}"


def disc_shadow(x: float, y: float, radius: float, unit: float) -> str:
    """A soft shadow of a disc: thin layers of black, since a blur costs more than the rest of the picture."""
    return "".join(circle(x, y + 1.4 * unit, radius + grow * unit, "#000000", VEIL_OF_BLACK) for grow in SHADOW)


def rect_shadow(x: float, y: float, width: float, height: float, radius: float, unit: float, turned: str) -> str:
    """A soft shadow of a rectangle with round corners."""
    drawn = ""
    for grow in (layer * unit for layer in SHADOW):
        box = (x - grow, y - grow + 1.4 * unit, width + 2 * grow, height + 2 * grow)
        drawn += rect(*box, "#000000", radius + grow, f"{VEIL_OF_BLACK} {turned}")
    return drawn


def circle(x: float, y: float, radius: float, fill: str, extra: str = "") -> str:
    """A filled disc."""
    return f'<circle cx="{num(x)}" cy="{num(y)}" r="{num(radius)}" fill="{fill}" {extra}/>'


def ring(x: float, y: float, radius: float, stroke: str, width: float, extra: str = "") -> str:
    """A circle's line."""
    return circle(x, y, radius, "none", f'stroke="{stroke}" stroke-width="{num(width)}" {extra}')


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 0, extra: str = "") -> str:
    """A rectangle with round corners."""
    box = f'x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"'
    return f'<rect {box} rx="{num(radius)}" fill="{fill}" {extra}/>'


def polygon(points: Sequence[tuple[float, float]], fill: str, extra: str = "") -> str:
    """A closed shape of straight lines."""
    return f'<polygon points="{" ".join(f"{num(x)},{num(y)}" for x, y in points)}" fill="{fill}" {extra}/>'


def path(commands: str, fill: str, extra: str = "") -> str:
    """Any shape."""
    return f'<path d="{commands}" fill="{fill}" {extra}/>'


def smooth(points: Sequence[tuple[float, float]]) -> str:
    """Path commands of a curve through points (Catmull-Rom as Béziers)."""
    commands = [f"M{num(points[0][0])} {num(points[0][1])}"]
    for nth in range(len(points) - 1):
        before, here, there, after = (
            points[max(nth - 1, 0)],
            points[nth],
            points[nth + 1],
            points[min(nth + 2, len(points) - 1)],
        )
        first = (here[0] + (there[0] - before[0]) / 6, here[1] + (there[1] - before[1]) / 6)
        second = (there[0] - (after[0] - here[0]) / 6, there[1] - (after[1] - here[1]) / 6)
        commands.append("C" + " ".join(num(value) for point in (first, second, there) for value in point))
    return "".join(commands)


def around(x: float, y: float, radius: float, degrees: float) -> tuple[float, float]:
    """A point on a circle."""
    angle = math.radians(degrees)
    return x + radius * math.cos(angle), y + radius * math.sin(angle)
