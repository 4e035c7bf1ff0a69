"""How a scene is laid out: five templates on one grid of 1920 x 1080.

A template says where the heading, the narration and the illustration stand, and on which ground. The heading, the
illustration and the small print are the scene's still picture; the narration is laid over it, page by page, in type
as large as the longest segment of the scene allows. A text too long for one page gets several, never a smaller type
than can be read; a heading too long for its place ends in "…", which the check reports.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import (
    Box,
    Lettering,
    Page,
    ascent_px,
    descent_px,
    set_heading,
    set_line,
    set_pages,
)
from coursecrafter.engines.e2_video.palette import Ground, Palette
from coursecrafter.engines.e2_video.typesetting import (
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
EYEBROW_BASELINE_PX, EYEBROW_INDENT_PX = 172, 132
STATEMENT_WORDS = 16
POINT_CHARS, POINTS_CHARS, FEWEST_POINTS, MOST_POINTS = 110, 420, 3, 6

HEADING_SIZES_PX = (80, 72, 64, 56, 48)
TITLE_SIZES_PX = (120, 108, 96, 84, 72, 60, 52)
BODY_SIZES_PX = (64, 58, 54, 50, 46, 42, 40)
LEAD_SIZES_PX = (58, 54, 50, 46, 42, 40)
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

    @property
    def is_rtl(self) -> bool:
        """Whether the scene reads from right to left, so that its sides are swapped."""
        return reads_right_to_left([self.heading, *self.texts])


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
    return Template.POINTS if _is_list(text) else Template.SPLIT


def _is_list(text: SceneText) -> bool:
    lengths = [len(segment) for segment in text.texts]
    is_short = max(lengths) <= POINT_CHARS and sum(lengths) <= POINTS_CHARS
    return FEWEST_POINTS <= len(lengths) <= MOST_POINTS and is_short


def lay_out_scene(text: SceneText, palette: Palette) -> SceneLayout:
    """Lay a scene out in its template; points that do not fit fall back to pages."""
    template = choose_template(text)
    if template is Template.POINTS:
        return _points(text, palette.light, template) or _split(text, palette.light)
    if template is Template.SPLIT:
        return _split(text, palette.light)
    if template is Template.STATEMENT:
        return _statement(text, palette.brand)
    closing_points = _points(text, palette.brand, template) if template is Template.CLOSING and _is_list(text) else None
    return closing_points or _title_scene(text, palette.brand, template)


def _title_scene(text: SceneText, ground: Ground, template: Template) -> SceneLayout:
    """Opening and closing: the brand's ground, a large title, the illustration bleeding off one edge."""
    is_flipped = (template is Template.CLOSING) != text.is_rtl
    column = _column(960, is_flipped)
    edge = Box(-80 if is_flipped else 1160, -1, 841, HEIGHT_PX + 2)
    heading = set_heading(
        text.heading, text.language, Box(column.x, 250, column.width, 400), TITLE_SIZES_PX, ground.ink
    )
    area = Box(column.x, heading.bottom_px + 44, column.width, TEXT_BOTTOM_PX - heading.bottom_px - 44)
    return SceneLayout(
        template,
        ground,
        edge,
        Clip.EDGE,
        (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
        set_pages(text.texts, text.language, area, LEAD_SIZES_PX, 500),
        text,
        is_heading_cut=heading.is_cut,
    )


def _split(text: SceneText, ground: Ground) -> SceneLayout:
    """Text beside a panel; the sides change from scene to scene."""
    is_flipped = (text.number % 2 == 1) != text.is_rtl
    column = _column(880, is_flipped)
    panel = Box(MARGIN_PX if is_flipped else WIDTH_PX - MARGIN_PX - 720, 120, 720, 824)
    heading = set_heading(
        text.heading, text.language, Box(column.x, 222, column.width, 290), HEADING_SIZES_PX, ground.ink
    )
    area = Box(column.x, heading.bottom_px + 48, column.width, TEXT_BOTTOM_PX - heading.bottom_px - 48)
    return SceneLayout(
        Template.SPLIT,
        ground,
        panel,
        Clip.PANEL,
        (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
        set_pages(text.texts, text.language, area, BODY_SIZES_PX, 600),
        text,
        is_heading_cut=heading.is_cut,
    )


def _statement(text: SceneText, ground: Ground) -> SceneLayout:
    """One short text, very large, on the brand's ground."""
    is_flipped = text.is_rtl
    column = _column(1060, is_flipped)
    circle = Box(MARGIN_PX if is_flipped else WIDTH_PX - MARGIN_PX - 560, 230, 560, 560)
    heading = set_heading(
        text.heading, text.language, Box(column.x, 222, column.width, 150), (44, 40, 36), ground.accent
    )
    area = Box(column.x, heading.bottom_px + 36, column.width, TEXT_BOTTOM_PX - heading.bottom_px - 36)
    return SceneLayout(
        Template.STATEMENT,
        ground,
        circle,
        Clip.CIRCLE,
        (*_eyebrow(text, ground, column), heading.lettering, *_foot(text, ground, column)),
        set_pages(text.texts, text.language, area, STATEMENT_SIZES_PX, 800),
        text,
        is_heading_cut=heading.is_cut,
    )


def _points(text: SceneText, ground: Ground, template: Template) -> SceneLayout | None:
    """Numbered points that come one by one and stay; None if they do not fit together."""
    is_rtl = text.is_rtl
    column = _column(1020, is_rtl)
    panel = Box(MARGIN_PX if is_rtl else WIDTH_PX - MARGIN_PX - 560, 120, 560, 824)
    heading = set_heading(
        text.heading, text.language, Box(column.x, 222, column.width, 200), HEADING_SIZES_PX, ground.ink
    )
    top = heading.bottom_px + 56
    for size in POINT_SIZES_PX:
        pages = _point_pages(text, ground, Box(column.x, top, column.width, TEXT_BOTTOM_PX - top), size)
        if pages:
            return SceneLayout(
                template,
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
    baseline = area.y + ascent_px(size)
    standing: tuple[Lettering, ...] = ()
    pages: list[tuple[Page, ...]] = []
    is_rtl = text.is_rtl
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
    lowest = baseline - leading - between + descent_px(size)
    return tuple(pages) if lowest <= area.bottom else ()


def _eyebrow(text: SceneText, ground: Ground, column: Box) -> tuple[Lettering, ...]:
    """The scene's number and, after it, the small line."""
    figure_face, face = Face(800, 30, text.language), Face(500, 28, text.language)
    figure = set_line(f"{text.number:02d}", figure_face, Box(column.x, EYEBROW_BASELINE_PX, column.width, 0))
    words = set_line(
        text.eyebrow,
        face,
        Box(column.x + EYEBROW_INDENT_PX, EYEBROW_BASELINE_PX, column.width - EYEBROW_INDENT_PX, 0),
    )
    indent = EYEBROW_INDENT_PX if text.is_rtl else 0
    return (
        Lettering(_at_start(text, figure, column.right), figure_face, ground.accent),
        Lettering(_at_start(text, words, column.right - indent), face, ground.dim_ink),
    )


def _foot(text: SceneText, ground: Ground, column: Box) -> tuple[Lettering, ...]:
    """The brand's name; `paint` shows the progress at the other end."""
    face = Face(600, 28, text.language)
    words = set_line(text.brand_name, face, Box(column.x, FOOT_BASELINE_PX, min(column.width, 480), 0))
    return (Lettering(_at_start(text, words, column.right), face, ground.dim_ink),)


def _at_start(text: SceneText, words: tuple[PlacedToken, ...], right_px: int) -> tuple[PlacedToken, ...]:
    """A line at the side where the scene's text begins: where it is, or pushed against the right edge."""
    if not words or not text.is_rtl:
        return words
    shift_px = right_px - max(word.x_px + word.width_px for word in words)
    return tuple(replace(word, x_px=word.x_px + shift_px) for word in words)


def _column(width_px: int, is_flipped: bool) -> Box:
    """The text's column: at the left margin, or flipped at the right one."""
    x = WIDTH_PX - MARGIN_PX - width_px if is_flipped else MARGIN_PX
    return Box(x, TEXT_TOP_PX, width_px, TEXT_BOTTOM_PX - TEXT_TOP_PX)
