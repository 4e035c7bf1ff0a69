"""Text made to fit: the largest type in which it has room, then more pages; never a smaller type than can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.palette import RGB
from coursecrafter.engines.e2_video.typesetting import (
    Line,
    PlacedToken,
    Token,
    break_lines,
    ends_here,
    least_width_px,
    place_lines,
    tokenize,
)
from coursecrafter.media.fonts import FONT_FAMILY

DISPLAY_FROM_PX = 66
"""Larger type is set tighter, in its letters and in its lines."""
DISPLAY_TRACKING_EM = -0.012
CUT_OFF = ".,;:-"
"""What no ellipsis follows."""
CLOSE_EM = 1.16
"""From line to line within a point of a list, so that its points can be told apart."""
CAP_HEIGHT_EM, NAME_PITCH_EM = 0.727, 1.22
WIDOW_SHARE, WIDOW_EM = 0.4, 3.2
"""How wide a last line may be that looks like a slip: of its column, or where words are not parted, of its type."""
LONELY_SHARE, LEAST_SHARE = 0.3, 0.7
"""How wide a word is of its column that looks lost in a line of its own; how much smaller type may be to help it."""
NAME_MIDDLE_PX = 10
"""How far above its baseline the middle of a small line stands."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the picture, in pixels."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column beyond it."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """First row beyond it."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class Lettering:
    """Text that stands still, in one type and colour."""

    words: tuple[PlacedToken, ...]
    face: Face
    ink: RGB


@dataclass(frozen=True, slots=True)
class Page:
    """The narration that is on screen at one time.

    Attributes:
        words: spoken, in reading order; they light up one after the other.
        face: their type.
        standing: what is on screen with them and is not spoken now: numbers, and points that were spoken before.
        stayed: how many of these, the first ones, were on screen before and do not come with the words.
    """

    words: tuple[PlacedToken, ...]
    face: Face
    standing: tuple[Lettering, ...] = ()
    stayed: int = 0


@dataclass(frozen=True, slots=True)
class SetHeading:
    """A heading that was made to fit, the first row below it, and whether it had to be cut."""

    lettering: Lettering
    bottom_px: int
    is_cut: bool


def set_heading(heading: str, type_face: Face, area: Box, sizes: Sequence[int], ink: RGB) -> SetHeading:
    """Set a heading as large as its area allows; at the smallest size it is cut at a word.

    Args:
        type_face: in any size.
        sizes: to be tried, the largest first.
    """
    tokens = tokenize(heading)
    size = _heading_size(tokens, type_face, area, sizes)
    face, leading, rows = replace(type_face, size_px=size), _heading_pitch_px(size), _heading_rows(area, size)
    lines = break_lines(tokens, face, area.width)
    is_cut = len(lines) > rows
    lines = lines if is_cut else _balanced(tokens, lines, face, area.width)
    lines = _cut(lines, rows, face, area.width) if is_cut else lines
    words = place_lines(
        lines,
        face,
        x_px=area.x,
        width_px=area.width,
        baseline_px=area.y + ascent_px(size),
        leading_px=leading,
    )
    bottom = area.y + ascent_px(size) + leading * (len(lines) - 1) + descent_px(size)
    return SetHeading(Lettering(words, face, ink), bottom, is_cut)


def _heading_size(tokens: Sequence[Token], type_face: Face, area: Box, sizes: Sequence[int]) -> int:
    """The largest size in which a heading has room and no word is broken.

    A word that is broken in every size is so in the largest that takes no more lines than the smallest.
    """
    faces = [replace(type_face, size_px=size) for size in sizes]
    counts = [len(break_lines(tokens, face, area.width)) for face in faces]
    roomy = [nth for nth, size in enumerate(sizes) if counts[nth] <= _heading_rows(area, size)]
    whole = [nth for nth in roomy if least_width_px(tokens, faces[nth]) <= area.width]
    least = [nth for nth in roomy if counts[nth] <= counts[-1]]
    return sizes[next(iter(whole or least), -1)]


def _heading_pitch_px(size: int) -> int:
    return round(size * 1.14)


def _heading_rows(area: Box, size: int) -> int:
    return max(1, (area.height - descent_px(size) - ascent_px(size)) // _heading_pitch_px(size) + 1)


def _balanced(tokens: Sequence[Token], lines: tuple[Line, ...], face: Face, width_px: int) -> tuple[Line, ...]:
    """The same number of lines in as narrow a column as gives no more, so that none ends in a single short word.

    No column is narrower than the longest word, which would be broken in it.
    """
    longest = least_width_px(tokens, face)
    narrow, wide = min(int(longest) + 1, width_px), width_px
    while narrow < wide:
        middle = (narrow + wide) // 2
        narrow, wide = (narrow, middle) if len(break_lines(tokens, face, middle)) <= len(lines) else (middle + 1, wide)
    return break_lines(tokens, face, wide)


def _cut(lines: Sequence[Line], rows: int, face: Face, width_px: float) -> tuple[Line, ...]:
    """The first rows, the last ending in an ellipsis: after a word, or within one that fills the row by itself."""
    kept = list(lines[rows - 1].tokens)
    last = kept.pop()
    while True:
        end = replace(last, text=last.text.rstrip(CUT_OFF) + "…")
        tried = break_lines([*kept, end], face, width_px)
        if len(tried) == 1 or not (kept or last.text[1:]):
            return (*lines[: rows - 1], tried[0])
        last = kept.pop() if kept else replace(last, text=last.text[:-1])


def set_pages(
    segments: Sequence[Sequence[Token]], type_face: Face, area: Box, sizes: Sequence[int]
) -> tuple[tuple[Page, ...], ...]:
    """Set each segment's words in the largest type in which all fit on a page.

    Where none does, they stand on as few pages as in the smallest type, in the largest that takes no more.
    """
    faces = [_narration_face(type_face, size) for size in sizes]
    tried = [[_pages(words, face, area) for words in segments] for face in faces]
    fewest = [len(pages) for pages in tried[-1]]
    good = [
        nth
        for nth, face in enumerate(faces)
        if [len(pages) for pages in tried[nth]] == fewest
        and all(least_width_px(words, face) <= area.width for words in segments)
    ]
    calm = (
        nth
        for nth in good
        if sizes[nth] >= LEAST_SHARE * sizes[good[0]]
        and not any(_has_lonely_word(page, area.width) for pages in tried[nth] for page in pages)
    )
    nth = next(calm, good[0] if good else len(faces) - 1)
    leading = line_pitch_px(sizes[nth])
    return tuple(tuple(_page(lines, faces[nth], area, leading) for lines in pages) for pages in tried[nth])


def _narration_face(type_face: Face, size: int) -> Face:
    # Letters set apart one by one would lose a family's ligatures.
    is_tight = size >= DISPLAY_FROM_PX and type_face.family == FONT_FAMILY
    return replace(type_face, size_px=size, tracking_em=DISPLAY_TRACKING_EM if is_tight else 0.0)


def _pages(tokens: Sequence[Token], face: Face, area: Box) -> list[tuple[Line, ...]]:
    """Part a text into as few pages as hold it, each about as full as the others."""
    size = face.size_px
    rows = max(1, int(area.height - ascent_px(size) - descent_px(size)) // line_pitch_px(size) + 1)
    pages = _parted(tokens, face, area, rows)
    even = -(-sum(map(len, pages)) // len(pages))
    balanced = _parted(tokens, face, area, even) if even < rows else pages
    return balanced if len(balanced) == len(pages) else pages


def _parted(tokens: Sequence[Token], face: Face, area: Box, rows: int) -> list[tuple[Line, ...]]:
    """Part a text into pages of at most `rows` lines, if possible where a sentence ends."""
    pages: list[tuple[Line, ...]] = []
    rest = [token for line in break_lines(tokens, face, area.width) for token in line.tokens]
    while rest:
        lines = break_lines(rest, face, area.width)[:rows]
        count = sum(len(line.tokens) for line in lines)
        if count < len(rest):
            ends = [index + 1 for index in range(count // 2, count) if ends_here(rest[index], rest[index + 1])]
            count = ends[-1] if ends else count
            lines = break_lines(rest[:count], face, area.width)
        pages.append(lines)
        rest = rest[count:]
    return pages or [()]


def _page(lines: tuple[Line, ...], face: Face, area: Box, leading: int) -> Page:
    is_list = any(line.tokens[0].starts_line for line in lines)
    words = place_lines(
        without_widow(lines, face, area.width),
        face,
        x_px=area.x,
        width_px=area.width,
        baseline_px=area.y + ascent_px(face.size_px),
        leading_px=leading,
        close_px=round(face.size_px * CLOSE_EM) if is_list else None,
    )
    return Page(words, face)


def set_line(words: str, face: Face, place: Box) -> tuple[PlacedToken, ...]:
    """Set a text on one line whose baseline is the box's top; what does not fit ends in an ellipsis."""
    lines = break_lines(tokenize(words), face, place.width)
    lines = _cut(lines, 1, face, place.width) if len(lines) > 1 else lines
    return place_lines(lines, face, x_px=place.x, width_px=place.width, baseline_px=place.y, leading_px=0)


def without_widow(lines: tuple[Line, ...], face: Face, width_px: int) -> tuple[Line, ...]:
    """The same lines in a column narrower by up to a third, where that keeps a short word from standing last alone."""
    if not _has_widow(lines, face, width_px):
        return lines
    tokens = [token for line in lines for token in line.tokens]
    longest = max(face.length(token.text) for token in tokens)
    for percent in range(98, 66, -2):
        narrow_px = width_px * percent / 100
        narrower = break_lines(tokens, face, narrow_px)
        if narrow_px < longest or len(narrower) > len(lines):
            break
        if not _has_widow(narrower, face, width_px):
            return narrower
    return lines


def _has_lonely_word(lines: Sequence[Line], width_px: int) -> bool:
    """Whether a short word fills a line in the middle of a sentence, since the next one is long."""
    return any(
        len(line.tokens) == 1
        and line.tokens[0].has_space
        and not (line.tokens[0].ends_sentence or after.tokens[0].starts_line)
        and line.width_px <= LONELY_SHARE * width_px
        for line, after in pairwise(lines)
    )


def _has_widow(lines: tuple[Line, ...], face: Face, width_px: int) -> bool:
    """Whether the last of several lines is a short word, or where words are not parted, a character or two."""
    if len(lines) < 2:  # noqa: PLR2004  # one line has no neighbours
        return False
    last = lines[-1]
    is_parted = any(token.has_space for line in lines[:-1] for token in line.tokens[1:])
    is_alone = not any(token.has_space for token in last.tokens[1:])
    most_px = WIDOW_SHARE * width_px if is_parted else WIDOW_EM * face.size_px
    return is_alone and last.width_px <= most_px


def set_name(name: str, type_face: Face, place: Box, sizes: Sequence[int]) -> tuple[tuple[PlacedToken, ...], Face]:
    """Set a name whole: on a line, else in smaller type, else on two lines; at the smallest size it ends in "…".

    Args:
        type_face: in any size.
        place: the box's top is the baseline of a single line, about whose middle two of them stand.
        sizes: to be tried, the largest first; the largest on one line only.

    Returns:
        The words in reading order, and their type.
    """
    tokens = tokenize(name)
    for size, rows in (*((size, 1) for size in sizes[:2]), *((size, 2) for size in sizes[1:])):
        face = replace(type_face, size_px=size)
        lines = break_lines(tokens, face, place.width)
        has_broken_word = least_width_px(tokens, face) > place.width
        if len(lines) <= rows and not has_broken_word:
            break
    is_cut = len(lines) > rows
    lines = _cut(lines, rows, face, place.width) if is_cut else _balanced(tokens, lines, face, place.width)
    pitch = round(size * NAME_PITCH_EM)
    first = place.y if len(lines) < 2 else place.y - NAME_MIDDLE_PX + round((size * CAP_HEIGHT_EM - pitch) / 2)  # noqa: PLR2004  # one line stands on it
    words = place_lines(lines, face, x_px=place.x, width_px=place.width, baseline_px=first, leading_px=pitch)
    return words, face


def line_pitch_px(size: float) -> int:
    """From one baseline to the next."""
    return round(size * (1.18 if size >= DISPLAY_FROM_PX else 1.44))


def ascent_px(size: float) -> int:
    """Room above a baseline; enough for accents on capitals and for the fonts of other scripts."""
    return round(size * 0.98)


def descent_px(size: float) -> int:
    """Room below a baseline."""
    return round(size * 0.32)
