"""A scene laid out: its template, its stage, its heading and its narration in type as large as there is room for.

The heading, the illustration and the small print are the scene's still picture; the narration is laid over it, page by
page, in type as large as the longest segment of the scene allows. A text too long for one page gets several, never a
smaller type than can be read; a heading too long for its place ends in "…", which the check reports.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby

from coursecrafter.domain.look import FrameSize, Shape
from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import (
    Box,
    Lettering,
    Page,
    SetHeading,
    ascent_px,
    descent_px,
    set_heading,
    set_line,
    set_name,
    set_pages,
    without_widow,
)
from coursecrafter.engines.e2_video.ornaments import Plate, plates_of, progress_px
from coursecrafter.engines.e2_video.palette import Ground, Palette
from coursecrafter.engines.e2_video.repeats import ShownText, says_the_same, shown_text
from coursecrafter.engines.e2_video.scaling import scaled_box, scaled_lettering, scaled_page, scaled_plate
from coursecrafter.engines.e2_video.stages import (
    BRAND_WIDTH_PX,
    SIZES_PX,
    Arrangement,
    Cut,
    Side,
    Stage,
    set_stage,
)
from coursecrafter.engines.e2_video.templates import PANEL, Template
from coursecrafter.engines.e2_video.typesetting import (
    PlacedToken,
    Token,
    break_lines,
    place_lines,
    reads_right_to_left,
)

EYEBROW_INDENT_PX = 132
BESIDE_PROGRESS_PX = 40
SMALLER_PRINT, SMALLEST_PRINT = 0.88, 0.78
"""Of the small print, for names that are too long for it."""
CHIP_INDENT_PX = 18
BELOW_HEADING_PX, BELOW_RULED_HEADING_PX = 44, 68
STATEMENT_WORDS = 16
POINT_CHARS, POINTS_CHARS, FEWEST_POINTS, MOST_POINTS = 110, 420, 3, 6


@dataclass(frozen=True, slots=True)
class TypeSizes:
    """Sizes of type to be tried in a shape of frame, in pixels, the largest first."""

    heading: tuple[int, ...]
    title: tuple[int, ...]
    label: tuple[int, ...]
    body: tuple[int, ...]
    lead: tuple[int, ...]
    statement: tuple[int, ...]
    points: tuple[int, ...]
    small: int


TYPE_SIZES: Mapping[Shape, TypeSizes] = {
    Shape.WIDE: TypeSizes(
        heading=(80, 72, 64, 56, 48),
        title=(120, 108, 96, 84, 72, 60, 52),
        label=(44, 40, 36),
        body=(64, 58, 54, 50, 46, 42, 40),
        lead=(58, 54, 50, 46, 42, 40),
        statement=(112, 100, 90, 80, 70, 62, 54),
        points=(50, 46, 42, 38),
        small=28,
    ),
    # A telephone shows a tall or square frame at about a third of its size.
    Shape.TALL: TypeSizes(
        heading=(80, 72, 64, 56, 48, 44),
        title=(108, 96, 84, 72, 62, 54, 46),
        label=(48, 44, 40),
        body=(72, 66, 60, 56, 52, 48, 46),
        lead=(68, 62, 58, 54, 50, 46),
        statement=(104, 92, 82, 72, 64, 56),
        points=(56, 52, 48, 46),
        small=34,
    ),
    Shape.SQUARE: TypeSizes(
        heading=(68, 60, 54, 48, 42, 38),
        title=(92, 84, 76, 68, 60, 52, 46, 40),
        label=(44, 40, 36),
        body=(64, 60, 56, 52, 48, 44),
        lead=(54, 50, 46, 44),
        statement=(88, 80, 72, 64, 56, 50),
        points=(48, 46, 44, 42),
        small=30,
    ),
}


@dataclass(frozen=True, slots=True)
class SceneText:
    """What a scene says.

    Attributes:
        number, count: its place in the video, from 1.
        heading: stands on the picture.
        eyebrow: small line above: the lesson's title, or on the opening the course's name; not shown where it says
            what the heading or the foot says.
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
        size: of the frame.
        plates: flat shapes below the illustration, in the order in which they are painted.
        illustration: what is seen of it.
        still: text of the still picture.
        pages: per segment its pages.
        foot: where a logo stands: x and width of the line, and its baseline.
        keeps_words: whether the words of a segment stay while the next is spoken.
        is_heading_cut: whether the heading had to be shortened.
    """

    template: Template
    arrangement: Arrangement
    size: FrameSize
    ground: Ground
    plates: tuple[Plate, ...]
    illustration: Box
    still: tuple[Lettering, ...]
    pages: tuple[tuple[Page, ...], ...]
    foot: Box
    text: SceneText
    keeps_words: bool = False
    is_heading_cut: bool = False


def choose_arrangement(text: SceneText) -> Arrangement:
    """The arrangement that suits what a scene says; the place in the video goes first."""
    if text.number == 1:
        return Arrangement.OPENING
    if text.number == text.count:
        return Arrangement.CLOSING
    shown = shown_text(text.heading, text.texts)
    if len(shown.segments) == 1 and len(shown.segments[0]) <= STATEMENT_WORDS and shown.chars[0] <= POINT_CHARS:
        return Arrangement.STATEMENT
    return Arrangement.POINTS if _is_list(shown) else Arrangement.SPLIT


def _is_list(shown: ShownText) -> bool:
    is_short = max(shown.chars) <= POINT_CHARS and sum(shown.chars) <= POINTS_CHARS
    return FEWEST_POINTS <= sum(map(bool, shown.segments)) <= MOST_POINTS and is_short


def lay_out_scene(
    text: SceneText, palette: Palette, template: Template = PANEL, size: FrameSize | None = None
) -> SceneLayout:
    """Lay a scene out in its template; points that do not fit fall back to pages."""
    size = size or FrameSize()
    layout = _fitted(text, shown_text(text.heading, text.texts), palette, template, size.shape)
    if layout.is_heading_cut:
        # What the heading does not show, the narration must.
        layout = _fitted(text, shown_text(text.heading, text.texts, is_whole=True), palette, template, size.shape)
    return _scaled(layout, size)


def _fitted(text: SceneText, shown: ShownText, palette: Palette, template: Template, shape: Shape) -> SceneLayout:
    chosen = choose_arrangement(text)
    layout = _laid_out(text, shown, palette, template, shape, chosen)
    if layout and chosen is Arrangement.CLOSING and _is_list(shown) and not layout.keeps_words:
        # Key points belong together; where the closing has no room for them, a scene of points may have.
        layout = _laid_out(text, shown, palette, template, shape, Arrangement.POINTS) or layout
    layout = layout or _laid_out(text, shown, palette, template, shape, Arrangement.SPLIT)
    assert layout is not None  # noqa: S101 - only points may not fit
    return layout


def _laid_out(
    text: SceneText, shown: ShownText, palette: Palette, template: Template, shape: Shape, arrangement: Arrangement
) -> SceneLayout | None:
    """The scene with a short side of 1080; None if its points do not fit together."""
    ground, sizes = template.ground(palette, arrangement), TYPE_SIZES[shape]
    stage = set_stage(shape, template.cut, arrangement, is_flipped=_is_flipped(text, template.side, arrangement))
    is_list = arrangement is Arrangement.POINTS or (arrangement is Arrangement.CLOSING and _is_list(shown))
    heading = _heading(text, shown, template, ground, stage, sizes, arrangement, is_list=is_list)
    area = _narration_area(stage, heading, template)
    pages = _points(text, shown, template, ground, area, sizes) if is_list else None
    keeps_words = pages is not None
    if pages is None and arrangement is not Arrangement.POINTS:
        heading = _heading(text, shown, template, ground, stage, sizes, arrangement)
        area = _narration_area(stage, heading, template)
        wanted = _narration_sizes(shown, sizes, arrangement)
        is_loud = arrangement is Arrangement.STATEMENT or not shown.heading
        pages = set_pages(shown.segments, _body_face(text, template, is_loud=is_loud), area, wanted)
    if pages is None:
        return None
    eyebrow = _eyebrow(text, ground, stage.eyebrow, sizes.small, template)
    return SceneLayout(
        template,
        arrangement,
        FrameSize(shape),
        ground,
        plates_of(
            stage,
            template.cut,
            ground,
            SIZES_PX[shape],
            arrangement,
            text,
            eyebrow[0],
            area.y if heading.lettering.words else None,
        ),
        stage.picture,
        (*eyebrow, heading.lettering, *_foot(text, ground, stage.foot, sizes.small, template)),
        pages,
        stage.foot,
        text,
        keeps_words=keeps_words,
        is_heading_cut=heading.is_cut,
    )


def _is_flipped(text: SceneText, side: Side, arrangement: Arrangement) -> bool:
    if side in {Side.LEFT, Side.RIGHT}:
        return side is Side.RIGHT
    turns = arrangement is Arrangement.CLOSING
    if side is Side.ALTERNATING and arrangement is Arrangement.SPLIT:
        turns = text.number % 2 == 1
    return turns != text.is_rtl


def _heading(
    text: SceneText,
    shown: ShownText,
    template: Template,
    ground: Ground,
    stage: Stage,
    sizes: TypeSizes,
    arrangement: Arrangement,
    *,
    is_list: bool = False,
) -> SetHeading:
    face = Face(
        template.heading_weight, sizes.small, text.language, template.heading_tracking_em, template.heading_family
    )
    if arrangement is Arrangement.STATEMENT:
        return set_heading(shown.heading, face, stage.heading, sizes.label, ground.accent)
    loud = sizes.title[2:] if template.cut is Cut.BLEED else sizes.heading
    tried = sizes.title if arrangement.is_title and not is_list else loud
    return set_heading(shown.heading, face, stage.heading, tried, ground.ink)


def _narration_area(stage: Stage, heading: SetHeading, template: Template) -> Box:
    if not (stage.follows and heading.lettering.words):
        return stage.body
    top = heading.bottom_px + (BELOW_RULED_HEADING_PX if template.cut is Cut.FRAME else BELOW_HEADING_PX)
    return Box(stage.body.x, top, stage.body.width, stage.body.bottom - top)


def _narration_sizes(shown: ShownText, sizes: TypeSizes, arrangement: Arrangement) -> tuple[int, ...]:
    if arrangement.is_title:
        return sizes.lead if shown.heading else sizes.title
    return sizes.statement if arrangement is Arrangement.STATEMENT else sizes.body


def _body_face(text: SceneText, template: Template, *, is_loud: bool = False) -> Face:
    weight = template.heading_weight if is_loud else template.body_weight
    family = template.heading_family if is_loud else template.family
    return Face(weight, TYPE_SIZES[Shape.WIDE].small, text.language, family=family)


def _points(
    text: SceneText, shown: ShownText, template: Template, ground: Ground, area: Box, sizes: TypeSizes
) -> tuple[tuple[Page, ...], ...] | None:
    """Numbered points that come one by one and stay, in the largest type in which all have room."""
    face = _body_face(text, template)
    for size in sizes.points:
        pages = _point_pages(text, shown, template, ground, area, replace(face, size_px=size))
        if pages:
            return pages
    return None


def _point_pages(
    text: SceneText, shown: ShownText, template: Template, ground: Ground, area: Box, face: Face
) -> tuple[tuple[Page, ...], ...]:
    size = face.size_px
    number_face = replace(face, weight=template.heading_weight)
    leading, indent, between = round(size * 1.36), round(size * 1.7), round(size * 0.8)
    baseline = area.y + ascent_px(size)
    standing: tuple[Lettering, ...] = ()
    pages: list[tuple[Page, ...]] = []
    is_rtl = text.is_rtl
    # A segment that only says the heading is no point, nor is one of which nothing can be drawn.
    numbers = accumulate(int(bool(segment)) for segment in shown.segments)
    for number, segment in zip(numbers, shown.segments, strict=True):
        if not segment:
            pages.append((Page((), face, standing, len(standing)),))
            continue
        lines = without_widow(break_lines(segment, face, area.width - indent), face, area.width - indent)
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
        pages.append((Page(words, face, (*standing, mark), len(standing)),))
        standing = (*standing, mark, Lettering(words, face, ground.ink))
        baseline += leading * len(lines) + between
    lowest = baseline - leading - between + descent_px(size)
    return tuple(pages) if lowest <= area.bottom else ()


def _eyebrow(text: SceneText, ground: Ground, line: Box, size: int, template: Template) -> tuple[Lettering, Lettering]:
    """The scene's number and, after it, the small line."""
    is_chip = template.cut is Cut.BLEED
    indent, inset = round(EYEBROW_INDENT_PX * size / 28), CHIP_INDENT_PX if is_chip else 0
    figure_face = Face(template.heading_weight, size + 2, text.language, family=template.heading_family)
    face = Face(500, size, text.language, family=template.family)
    inner, room = _indented(text, line, inset), _indented(text, line, indent)
    figure = _at_start(text, set_line(f"{text.number:02d}", figure_face, inner), inner)
    is_said = any(says_the_same(text.eyebrow, other) for other in (text.heading, text.brand_name))
    said = "" if is_said else text.eyebrow
    words, words_face = set_name(said, face, room, [size, round(size * SMALLER_PRINT)])
    return (
        Lettering(figure, figure_face, ground.mark_ink if is_chip else ground.accent),
        Lettering(_at_start(text, words, room), words_face, ground.dim_ink),
    )


def _indented(text: SceneText, line: Box, by_px: int) -> Box:
    """A line that begins a little later."""
    return Box(line.x + (0 if text.is_rtl else by_px), line.y, line.width - by_px, line.height)


def _foot(text: SceneText, ground: Ground, line: Box, size: int, template: Template) -> tuple[Lettering, ...]:
    """The brand's name; the progress stands at the other end."""
    face = Face(600, size, text.language, family=template.family)
    room_px = min(line.width - progress_px(text.count) - BESIDE_PROGRESS_PX, BRAND_WIDTH_PX)
    sizes = [size, round(size * SMALLER_PRINT), round(size * SMALLEST_PRINT)]
    words, face = set_name(text.brand_name, face, replace(line, width=room_px), sizes)
    return (Lettering(_at_start(text, words, line), face, ground.dim_ink),)


def _at_start(text: SceneText, words: tuple[PlacedToken, ...], place: Box) -> tuple[PlacedToken, ...]:
    """Lines at the side where the scene's text begins, whatever their own direction is."""
    placed: list[PlacedToken] = []
    for _, row in groupby(words, key=lambda word: word.baseline_px):
        line = list(row)
        left_px, right_px = min(word.x_px for word in line), max(word.x_px + word.width_px for word in line)
        shift_px = place.right - right_px if text.is_rtl else place.x - left_px
        placed += [replace(word, x_px=word.x_px + shift_px) for word in line]
    return tuple(placed)


def _scaled(layout: SceneLayout, size: FrameSize) -> SceneLayout:
    """The same layout for another size of frame."""
    scale = size.scale
    if scale == 1:
        return layout
    pages: Sequence[Sequence[Page]] = layout.pages
    return replace(
        layout,
        size=size,
        plates=tuple(scaled_plate(plate, scale) for plate in layout.plates),
        illustration=scaled_box(layout.illustration, scale),
        still=tuple(scaled_lettering(part, scale) for part in layout.still),
        pages=tuple(tuple(scaled_page(page, scale) for page in parts) for parts in pages),
        foot=scaled_box(layout.foot, scale),
    )
