"""Words in a picture: broken into lines, measured with the fonts that draw them, set by resvg.

Everything is measured first, so no word is cut off at an edge; what is too long for its place gets a smaller size of
one scale, and at the smallest ends in "…". A picture's text is escaped, so it never becomes markup.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from xml.sax.saxutils import escape

from coursecrafter.media.fonts import font_file
from coursecrafter.media.script_fonts import JOINERS, font_of, parted_by_font, width_em

SIZES = (13.0, 11.0, 9.4, 8.0, 6.8, 5.8, 5.0, 4.4, 3.9, 3.5, 3.1)
"""The scale of type, in units."""
LEADING = 1.24
CAP_HEIGHT = 0.727
"""Of Inter, in ems: a block of lines is centred by its capitals."""
MEDIUM, SEMIBOLD, BOLD, HEAVY = 500, 600, 700, 800
BREAKS_ANYWHERE = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
NEVER_FIRST = frozenset("、。，．：；！？）］｝〕〉》」』】’”…・ー,.!?;:)]}%％°»“")
NEVER_LAST = frozenset("（［｛〔〈《「『【‘“([{«„¿¡")
CLOSE_UP = frozenset(".,;:!?…)]}»”’。，、；：！？）」』】؟،؛۔।॥")
RIGHT_TO_LEFT, POP = "\u2067", "\u2069"


@dataclass(frozen=True, slots=True)
class Type:
    """A weight of the type in a language."""

    weight: int
    language: str


@dataclass(frozen=True, slots=True)
class Block:
    """Lines that fit their place, and the size of their type in the units of the place."""

    lines: tuple[str, ...]
    size: float

    @property
    def height(self) -> float:
        """From the top of the first line's capitals to the last line's baseline."""
        return self.size * (CAP_HEIGHT + LEADING * (len(self.lines) - 1)) if self.lines else 0.0


def reads_right_to_left(texts: Iterable[str]) -> bool:
    """Whether the first letter with a direction runs to the left."""
    for text in texts:
        for char in text:
            direction = unicodedata.bidirectional(char)
            if direction in {"L", "R", "AL"}:
                return direction != "L"
    return False


def fit(text: str, face: Type, width: float, most_lines: int, sizes: Sequence[float]) -> Block:
    """The text at the largest size at which it needs no more than `most_lines` lines.

    Args:
        width: in the unit of the sizes.
        sizes: from large to small.
    """
    for size in sizes:
        whole = fit_whole(text, face, width, most_lines, size)
        if whole:
            return whole
    return Block(_cut(_drawable(text, face), face, width / sizes[-1], most_lines), sizes[-1])


def fit_whole(text: str, face: Type, width: float, most_lines: int, size: float) -> Block | None:
    """All of the text at a size, with no word broken; None where it needs more room."""
    lines = _broken(_drawable(text, face), face, width / size)
    is_whole = len(lines) <= most_lines and all(_width(line, face) <= width / size for line in lines)
    return Block(lines, size) if is_whole else None


def fit_alike(
    texts: Sequence[str], face: Type, width: float, most_lines: int, sizes: Sequence[float]
) -> tuple[Block, ...]:
    """Texts that stand side by side, all at the size of the one that needs the smallest."""
    size = min((fit(text, face, width, most_lines, sizes).size for text in texts), default=sizes[-1])
    return tuple(fit(text, face, width, most_lines, (size,)) for text in texts)


def width_of(block: Block, face: Type) -> float:
    """Of its widest line, in the unit of its size."""
    return max((_width(line, face) * block.size for line in block.lines), default=0.0)


def set_block(block: Block, face: Type, x: float, middle: float, ink: str, anchor: str = "middle") -> str:
    """SVG of a block whose capitals and baselines are centred about `middle`, in pixels.

    Args:
        x: where its lines' start, middle or end is, as `anchor` says.
    """
    first = middle - block.height / 2 + block.size * CAP_HEIGHT
    return "".join(
        _line(line, face, block.size, x, first + nth * block.size * LEADING, ink, anchor)
        for nth, line in enumerate(block.lines)
    )


def fonts_of(texts: Iterable[str], language: str) -> list[Path]:
    """The font files that draw texts in every weight that pictures use, sorted."""
    files = {font_file(weight) for weight in (MEDIUM, SEMIBOLD, BOLD, HEAVY)}
    for text in texts:
        for weight in (MEDIUM, SEMIBOLD, BOLD, HEAVY):
            files |= {font.path for _, font in parted_by_font(text, weight, language)}
    return sorted(files)


def _line(line: str, face: Type, size: float, x: float, baseline: float, ink: str, anchor: str) -> str:
    runs = parted_by_font(line, face.weight, face.language)
    spans = [f'<tspan font-family="{escape(font.family)}">{escape(run)}</tspan>' for run, font in runs]
    if reads_right_to_left([line]):
        # resvg takes every line for one that runs to the right; an isolate tells it better.
        spans = [RIGHT_TO_LEFT, *spans, POP]
    place = f'x="{x:.1f}" y="{baseline:.1f}" font-size="{size:.2f}" font-weight="{face.weight}"'
    return f'<text {place} text-anchor="{anchor}" fill="{ink}">{"".join(spans)}</text>'


@lru_cache(maxsize=4096)
def _drawable(text: str, face: Type) -> str:
    """A text without what no font draws, over which punctuation closes up: "Well done 🎉." becomes "Well done."."""
    kept: list[str] = []
    is_gap = is_drawn = False
    for position, char in enumerate(text):
        if not (unicodedata.category(char).startswith("M") or char in JOINERS):
            is_drawn = char.isspace() or font_of(char, face.weight, face.language) is not None
        if not is_drawn:
            is_gap = True
            continue
        closes_up = (
            is_gap and char in CLOSE_UP and not text[position + 1 : position + 2].isalnum()
        )  # as ".NET" does not
        while closes_up and kept and kept[-1].isspace():
            kept.pop()
        kept.append(char)
        is_gap = is_gap and char.isspace()
    return "".join(kept)


@lru_cache(maxsize=4096)
def _width(text: str, face: Type) -> float:
    return width_em(text, face.weight, face.language)


@lru_cache(maxsize=4096)
def _broken(text: str, face: Type, width: float) -> tuple[str, ...]:
    """Lines no wider than `width` ems; a word that is wider by itself stays whole."""
    return tuple(_balanced(_filled(text, face, width), text, face, width))


def _balanced(lines: list[str], text: str, face: Type, width: float) -> list[str]:
    """The same number of lines, of nearly the same width: a last line of one word looks like a slip."""
    if len(lines) < 2:  # noqa: PLR2004  # one line has no neighbours
        return lines
    tried = max(_width(text, face) / len(lines), *(_width(piece, face) for piece, _ in _pieces(text)))
    while tried < width:
        narrow = _filled(text, face, tried)
        if len(narrow) <= len(lines):
            return narrow
        tried += 0.4
    return lines


def _pieces(text: str) -> Iterable[tuple[str, bool]]:
    """What stays together on a line, and whether a space parts it from what is before it."""
    for word in text.split():
        start = 0
        for at in range(1, len(word) + 1):
            if at == len(word) or _may_break(word[at - 1], word[at]):
                yield word[start:at], start == 0
                start = at


def _may_break(before: str, after: str) -> bool:
    if after in NEVER_FIRST or before in NEVER_LAST or unicodedata.category(after).startswith("M"):
        return False
    is_hyphen = before in "-‐–/" and after.isalpha()
    return is_hyphen or any(first <= ord(char) <= last for char in (before, after) for first, last in BREAKS_ANYWHERE)


def _cut(text: str, face: Type, width: float, most_lines: int) -> tuple[str, ...]:
    """At most so many lines, broken inside words where it must be, with "…" where something is left out."""
    lines: list[str] = []
    for line in _filled(text, face, width):
        rest = line
        while rest:
            at = len(rest)
            while at > 1 and _width(rest[:at], face) > width:
                at -= 1
            lines.append(rest[:at].strip())
            rest = rest[at:]
    if len(lines) <= most_lines:
        return tuple(lines)
    last = lines[most_lines - 1]
    while last and _width(f"{last}…", face) > width:
        last = last[:-1]
    return (*lines[: most_lines - 1], f"{last.rstrip(' ,;:.–-')}…")


def _filled(text: str, face: Type, width: float) -> list[str]:
    """Lines as full as they can be."""
    lines: list[str] = []
    for piece, has_space in _pieces(text):
        joined = f"{lines[-1]} {piece}" if lines and has_space else (lines[-1] if lines else "") + piece
        if lines and _width(joined, face) <= width:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines
