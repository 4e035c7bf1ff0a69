"""How a scene is laid out: five templates on one grid of 1920 x 1080.

A template says where the heading, the narration and the illustration stand, and on which ground. The heading, the
illustration and the small print are the scene's still picture; the narration is laid over it, page by page, in type
as large as the longest segment of the scene allows. A text too long for one page gets several, never a smaller type
than can be read; a heading too long for its place ends in "…", which the check reports.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.palette import RGB, Ground, Palette
from coursecrafter.engines.e2_video.typesetting import (
    Line,
    PlacedToken,
    Token,
    break_lines,
    place_lines,
    reads_right_to_left,
    tokenize,
)

WIDTH_PX, HEIGHT_PX = 1920, 1080
MARGIN_PX = 120
TEXT_TOP_PX, TEXT_BOTTOM_PX = 150, 944
FOOT_BASELINE_PX = 1018
STATEMENT_WORDS = 16
POINT_CHARS, POINTS_CHARS, FEWEST_POINTS, MOST_POINTS = 110, 420, 3, 6
HEADING_TRACKING_EM = -0.022

HEADING_SIZES_PX = (80, 72, 64, 56, 48)
TITLE_SIZES_PX = (120, 108, 96, 84, 72, 60, 52)
BODY_SIZES_PX = (54, 50, 46, 42, 40)
LEAD_SIZES_PX = (48, 44, 42, 40)
STATEMENT_SIZES_PX = (112, 100, 90, 80, 70, 62, 54)
POINT_SIZES_PX = (50, 46, 42, 38)


class Template(StrEnum):
    """The arrangements of a scene."""

    OPENING = "opening"
    SPLIT = "split"
    STATEMENT = "statement"
    POINTS = "points"
    CLOSING = "closing"


class Clip(StrEnum):
    """The outline of an illustration."""

    PANEL = "panel"
    CIRCLE = "circle"
    EDGE = "edge"


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
        standing: what appears with them and is not spoken now: numbers, and points that were spoken before.
    """

    words: tuple[PlacedToken, ...]
    face: Face
    standing: tuple[Lettering, ...] = ()


@dataclass(frozen=True, slots=True)
class SceneText:
    """What a scene says.

    Attributes:
        number, count: its place in the video, from 1.
        heading: stands on the picture.
        eyebrow: small line above: the lesson's title, or on the opening the course's name.
        texts: narration of its segments.
        brand_name: stands in the foot.
    """

    number: int
    count: int
    heading: str
    eyebrow: str
    texts: tuple[str, ...]
    brand_name: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class SceneLayout:
    """A scene laid out.

    Attributes:
        still: text of the still picture.
        pages: per segment its pages.
        keeps_words: whether the words of a segment stay while the next is spoken.
        is_heading_cut: whether the heading had to be shortened.
    """

    template: Template
    ground: Ground
    illustration: Box
    clip: Clip
    still: tuple[Lettering, ...]
    pages: tuple[tuple[Page, ...], ...]
    text: SceneText
    keeps_words: bool = False
    is_heading_cut: bool = False


def choose_template(text: SceneText) -> Template:
    """The arrangement that suits what a scene says; the place in the video goes first."""
    if text.number == 1:
        return Template.OPENING
    if text.number == text.count:
        return Template.CLOSING
    lengths = [len(segment) for segment in text.texts]
    if len(lengths) == 1 and len(tokenize(text.texts[0])) <= STATEMENT_WORDS and lengths[0] <= POINT_CHARS:
        return Template.STATEMENT
    is_list = FEWEST_POINTS <= len(lengths) <= MOST_POINTS and max(lengths) <= POINT_CHARS
    return Template.POINTS if is_list and sum(lengths) <= POINTS_CHARS else Template.SPLIT


def lay_out_scene(text: SceneText, palette: Palette) -> SceneLayout:
    """Lay a scene out in its template; points that do not fit fall back to pages."""
    template = choose_template(text)
    if template is Template.POINTS:
        return _points(text, palette.light) or _split(text, palette.light)
    if template is Template.SPLIT:
        return _split(text, palette.light)
    if template is Template.STATEMENT:
        return _statement(text, palette.brand)
    return _title_scene(text, palette.brand, template)


def _title_scene(text: SceneText, ground: Ground, template: Template) -> SceneLayout:
    """Opening and closing: the brand's ground, a large title, the illustration bleeding off one edge."""
    is_flipped = (template is Template.CLOSING) != _is_rtl(text)
    column = _column(960, is_flipped)
    edge = Box(-80 if is_flipped else 1160, -1, 841, HEIGHT_PX + 2)
    heading = _heading(text, ground, Box(column.x, 250, column.width, 400), TITLE_SIZES_PX)
    area = Box(column.x, heading.bottom_px + 44, column.width, TEXT_BOTTOM_PX - heading.bottom_px - 44)
    return SceneLayout(
        template,
        ground,
        edge,
        Clip.EDGE,
        (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
        _paged(text, area, LEAD_SIZES_PX, 500),
        text,
        is_heading_cut=heading.is_cut,
    )


def _split(text: SceneText, ground: Ground) -> SceneLayout:
    """Text beside a panel; the sides change from scene to scene."""
    is_flipped = (text.number % 2 == 1) != _is_rtl(text)
    column = _column(880, is_flipped)
    panel = Box(MARGIN_PX if is_flipped else WIDTH_PX - MARGIN_PX - 720, 120, 720, 824)
    heading = _heading(text, ground, Box(column.x, 222, column.width, 290), HEADING_SIZES_PX)
    area = Box(column.x, heading.bottom_px + 48, column.width, TEXT_BOTTOM_PX - heading.bottom_px - 48)
    return SceneLayout(
        Template.SPLIT,
        ground,
        panel,
        Clip.PANEL,
        (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
        _paged(text, area, BODY_SIZES_PX, 600),
        text,
        is_heading_cut=heading.is_cut,
    )


def _statement(text: SceneText, ground: Ground) -> SceneLayout:
    """One short text, very large, on the brand's ground."""
    is_flipped = _is_rtl(text)
    column = _column(1060, is_flipped)
    circle = Box(MARGIN_PX if is_flipped else WIDTH_PX - MARGIN_PX - 560, 230, 560, 560)
    heading = _heading(text, ground, Box(column.x, 222, column.width, 150), (44, 40, 36), ground.accent)
    area = Box(column.x, heading.bottom_px + 36, column.width, TEXT_BOTTOM_PX - heading.bottom_px - 36)
    return SceneLayout(
        Template.STATEMENT,
        ground,
        circle,
        Clip.CIRCLE,
        (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
        _paged(text, area, STATEMENT_SIZES_PX, 800),
        text,
        is_heading_cut=heading.is_cut,
    )


def _points(text: SceneText, ground: Ground) -> SceneLayout | None:
    """Numbered points that come one by one and stay; None if they do not fit together."""
    is_rtl = _is_rtl(text)
    column = _column(1020, is_rtl)
    panel = Box(MARGIN_PX if is_rtl else WIDTH_PX - MARGIN_PX - 560, 120, 560, 824)
    heading = _heading(text, ground, Box(column.x, 222, column.width, 200), HEADING_SIZES_PX)
    top = heading.bottom_px + 56
    for size in POINT_SIZES_PX:
        pages = _point_pages(text, ground, Box(column.x, top, column.width, TEXT_BOTTOM_PX - top), size)
        if pages:
            return SceneLayout(
                Template.POINTS,
                ground,
                panel,
                Clip.PANEL,
                (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
                pages,
                text,
                keeps_words=True,
                is_heading_cut=heading.is_cut,
            )
    return None


def _point_pages(text: SceneText, ground: Ground, area: Box, size: int) -> tuple[tuple[Page, ...], ...]:
    face, number_face = Face(600, size, text.language), Face(800, size, text.language)
    leading, indent, between = round(size * 1.36), round(size * 1.7), round(size * 0.8)
    baseline = area.y + _ascent_px(size)
    standing: tuple[Lettering, ...] = ()
    pages: list[tuple[Page, ...]] = []
    is_rtl = _is_rtl(text)
    for number, segment in enumerate(text.texts, 1):
        lines = break_lines(tokenize(segment), face, area.width - indent)
        words = place_lines(
            lines,
            face,
            x_px=area.x if is_rtl else area.x + indent,
            width_px=area.width - indent,
            baseline_px=baseline,
            leading_px=leading,
        )
        figure = Token(0, 1, str(number), has_space=False)
        figure_px = number_face.length(figure.text)
        x_px = area.right - figure_px if is_rtl else float(area.x)
        mark = Lettering((PlacedToken(figure, x_px, baseline, figure_px),), number_face, ground.accent)
        pages.append((Page(words, face, (*standing, mark)),))
        standing = (*standing, mark, Lettering(words, face, ground.ink))
        baseline += leading * max(len(lines), 1) + between
    lowest = baseline - leading - between + _descent_px(size)
    return tuple(pages) if lowest <= area.bottom else ()


@dataclass(frozen=True, slots=True)
class _Heading:
    lettering: Lettering
    bottom_px: int
    is_cut: bool


def _heading(text: SceneText, ground: Ground, area: Box, sizes: Sequence[int], ink: RGB | None = None) -> _Heading:
    """Set a heading as large as its area allows; at the smallest size it is cut at a word."""
    tokens = tokenize(text.heading)
    for size in sizes:
        face = Face(800, size, text.language, HEADING_TRACKING_EM)
        leading = round(size * 1.14)
        rows = max(1, (area.height - _descent_px(size) - _ascent_px(size)) // leading + 1)
        lines = break_lines(tokens, face, area.width)
        has_broken_word = sum(len(line.tokens) for line in lines) > len(tokens)
        if len(lines) <= rows and not has_broken_word:
            break
    is_cut = len(lines) > rows
    lines = _cut(lines, rows, face, area.width) if is_cut else lines
    words = place_lines(
        lines,
        face,
        x_px=area.x,
        width_px=area.width,
        baseline_px=area.y + _ascent_px(size),
        leading_px=leading,
    )
    bottom = area.y + _ascent_px(size) + leading * (len(lines) - 1) + _descent_px(size)
    return _Heading(Lettering(words, face, ink or ground.ink), bottom, is_cut)


def _cut(lines: Sequence[Line], rows: int, face: Face, width_px: float) -> tuple[Line, ...]:
    """The first rows, the last ending in an ellipsis."""
    kept = list(lines[rows - 1].tokens)
    while kept:
        last = kept.pop()
        end = Token(last.char_start, last.char_end, last.text.rstrip(".,;:") + "…", last.has_space, last.starts_line)
        line = break_lines([*kept, end], face, width_px)
        if len(line) == 1:
            return (*lines[: rows - 1], line[0])
    return tuple(lines[:rows])


def _paged(text: SceneText, area: Box, sizes: Sequence[int], weight: int) -> tuple[tuple[Page, ...], ...]:
    """Set each segment in the largest type in which all fit on a page; else in the smallest, over several pages."""
    tokens = [tokenize(segment) for segment in text.texts]
    for size in sizes:
        face = Face(weight, size, text.language, -0.012 if size > BODY_SIZES_PX[0] else 0.0)
        leading = _leading_px(size)
        rows = max(1, (area.height - _ascent_px(size) - _descent_px(size)) // leading + 1)
        set_lines = [break_lines(words, face, area.width) for words in tokens]
        is_whole = all(
            len(lines) <= rows and sum(len(line.tokens) for line in lines) == len(words)
            for lines, words in zip(set_lines, tokens, strict=True)
        )
        if is_whole:
            break
    return tuple(
        tuple(_page(lines, face, area, leading) for lines in _pages(words, face, area, rows)) for words in tokens
    )


def _pages(tokens: Sequence[Token], face: Face, area: Box, rows: int) -> list[tuple[Line, ...]]:
    """Part a text into pages of at most `rows` lines, if possible where a sentence ends."""
    pages: list[tuple[Line, ...]] = []
    rest = [token for line in break_lines(tokens, face, area.width) for token in line.tokens]
    while rest:
        lines = break_lines(rest, face, area.width)[:rows]
        count = sum(len(line.tokens) for line in lines)
        if count < len(rest):
            ends = [index + 1 for index in range(count // 2, count) if rest[index].ends_sentence]
            count = ends[-1] if ends else count
            lines = break_lines(rest[:count], face, area.width)
        pages.append(lines)
        rest = rest[count:]
    return pages or [()]


def _page(lines: tuple[Line, ...], face: Face, area: Box, leading: int) -> Page:
    words = place_lines(
        lines,
        face,
        x_px=area.x,
        width_px=area.width,
        baseline_px=area.y + _ascent_px(face.size_px),
        leading_px=leading,
    )
    return Page(words, face)


def _eyebrow(text: SceneText, ground: Ground, column: Box) -> tuple[Lettering, ...]:
    """The scene's number and, after it, the small line."""
    figure_face, face = Face(800, 30, text.language), Face(500, 28, text.language)
    figure = Token(0, 1, f"{text.number:02d}", has_space=False)
    figure_px = figure_face.length(figure.text)
    is_rtl, indent = _is_rtl(text), 132
    x_px = column.right - figure_px if is_rtl else float(column.x)
    number = Lettering((PlacedToken(figure, x_px, 172, figure_px),), figure_face, ground.accent)
    words = _one_line(text.eyebrow, face, Box(column.x if is_rtl else column.x + indent, 172, column.width - indent, 0))
    return (number, Lettering(words, face, ground.dim_ink))


def _foot(text: SceneText, ground: Ground, column: Box) -> tuple[Lettering, ...]:
    face = Face(600, 28, text.language)
    words = _one_line(text.brand_name, face, Box(column.x, FOOT_BASELINE_PX, min(column.width, 480), 0))
    return (Lettering(words, face, ground.dim_ink),)


def _one_line(words: str, face: Face, place: Box) -> tuple[PlacedToken, ...]:
    lines = break_lines(tokenize(words), face, place.width)
    lines = _cut(lines, 1, face, place.width) if len(lines) > 1 else lines
    return place_lines(lines, face, x_px=place.x, width_px=place.width, baseline_px=place.y, leading_px=0)


def _column(width_px: int, is_flipped: bool) -> Box:
    """The text's column: at the left margin, or flipped at the right one."""
    x = WIDTH_PX - MARGIN_PX - width_px if is_flipped else MARGIN_PX
    return Box(x, TEXT_TOP_PX, width_px, TEXT_BOTTOM_PX - TEXT_TOP_PX)


def _is_rtl(text: SceneText) -> bool:
    return reads_right_to_left([text.heading, *text.texts])


def _leading_px(size: int) -> int:
    return round(size * (1.18 if size > BODY_SIZES_PX[0] else 1.44))


def _ascent_px(size: int) -> int:
    """Room above a baseline; enough for accents on capitals and for the fonts of other scripts."""
    return round(size * 0.98)


def _descent_px(size: int) -> int:
    return round(size * 0.32)
