"""The text of a slide in reading order, and what must be seen for each piece to be read.

Slide numbers, dates and footers are furniture and are not read, whether in placeholders or in text boxes that stand on
most slides; nor is what is hidden or stands beside the slide.

Source: ECMA-376 Part 1, 19.3 (slides), 21.1 (text), 21.4 (diagrams).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.ingest.characters import clean_line, clean_text
from coursecrafter.ingest.figure_text import chart_blocks, diagram_blocks
from coursecrafter.ingest.language import is_right_to_left
from coursecrafter.ingest.package import A, P, Package, R, find_all, find_values
from coursecrafter.ingest.picture_names import name_of_picture
from coursecrafter.ingest.placeholders import FURNITURE, TITLES, Box, Inheritance, placeholder_kind
from coursecrafter.ingest.reading_order import sort_for_reading
from coursecrafter.ingest.repeated_texts import LOWER_EDGE, UPPER_EDGE, EdgeText
from coursecrafter.ingest.timing import Aspect, Part, State, read_states, shape_ids

MAX_DEPTH = 30
MAX_LEVEL = 8
SHAPES = {f"{P}{name}" for name in ("sp", "pic", "graphicFrame", "cxnSp", "grpSp", "contentPart")}
_PICTURES = {f"{P}pic", f"{P}graphicFrame"}
SMALL_PICTURE = 2
"""How much larger than a picture another may be before the small one names no slide."""
_UNREAD_FIELDS = ("slidenum", "datetime")
_FILE_NAME = re.compile(r"\S+\.\w{3,4}|https?://\S+")
# The line that office programs write below what they guess, in the languages in which it was seen.
_GUESSED = re.compile(
    r"\s*(Description (automatically )?generated|AI-generated content may be|"
    r"Automatisch generierte Beschreibung|KI-generierte Inhalte können|"
    r"Description générée automatiquement|Le contenu généré par l.IA peut|"
    r"Descripción generada automáticamente|El contenido generado por IA puede|"
    r"Descrizione generata automaticamente|Il contenuto generato dall.IA potrebbe|"
    r"Descrição gerada automaticamente|O conteúdo gerado por IA pode|"
    r"Automatisch gegenereerde beschrijving)\b.*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A block, and the parts of the slide without which it cannot be read."""

    block: TextBlock
    needs: frozenset[Part]


@dataclass(frozen=True, slots=True)
class _Shape:
    element: etree._Element
    box: Box
    needs: frozenset[Part]
    inner: list[_Shape] = field(default_factory=list)

    @property
    def is_title(self) -> bool:
        return placeholder_kind(self.element) in TITLES


class SlideText:
    """Reads one slide.

    Args:
        package: the deck.
        part: the slide's part.
        size: width and height of the slide in EMU.
        left_out: places of shapes, as `edge_texts` gives them, that are not read.
    """

    def __init__(
        self, package: Package, part: str, size: tuple[int, int], left_out: Collection[int] = frozenset()
    ) -> None:
        self._package = package
        self._part = part
        self._size = size
        self._left_out = left_out
        self._root = package.parse(part)
        self._inheritance = Inheritance(package, part)

    @property
    def is_hidden(self) -> bool:
        """Whether its author hid the slide."""
        return self._root.get("show") in {"0", "false"}

    @cached_property
    def readings(self) -> list[Reading]:
        """All that can be read on the slide, title first."""
        shapes = [shape for place, shape in enumerate(self._own_shapes) if place not in self._left_out]
        is_rtl = is_right_to_left("".join(find_values(self._root, ".//a:t/text()")))
        titles = [shape for shape in shapes if shape.is_title]
        others = [shape for shape in shapes if not shape.is_title]
        ordered = [*titles, *self._sorted(others, is_rtl=is_rtl)]
        return [reading for shape in ordered for reading in self._read(shape)]

    @cached_property
    def _own_shapes(self) -> list[_Shape]:
        """Those that stand on the slide, groups whole, in drawing order."""
        tree = self._root.find(f"{P}cSld/{P}spTree")
        return [] if tree is None else [s for s in self._shapes(tree, frozenset(), MAX_DEPTH) if self._is_on_slide(s)]

    def edge_texts(self, number: int) -> Iterator[EdgeText]:
        """Text boxes at the upper and lower edge that may be headers and footers.

        Args:
            number: that the slide shows.
        """
        width, height = (max(side, 1) for side in self._size)
        moving = shape_ids(read_states(self._root)[0])
        for place, shape in enumerate(self._own_shapes):
            box = shape.box
            is_header = box.bottom <= UPPER_EDGE * height
            if not is_header and box.top < LOWER_EDGE * height:
                continue
            is_still = not any(part.shape_id in moving for part in shape.needs)
            if is_still and self._is_text_box(shape) and not (is_header and self._may_be_title(shape)):
                text = "\n".join(reading.block.text for reading in self._read(shape))
                yield EdgeText(number, place, text, is_header, box.top / height, (box.left + box.right) / 2 / width)

    def _is_text_box(self, shape: _Shape) -> bool:
        """Whether it has a place of its own and is a text box or a placeholder, but no title."""
        is_box = bool(find_all(shape.element, "p:nvSpPr/p:cNvSpPr[@txBox='1' or @txBox='true']"))
        is_text = is_box or placeholder_kind(shape.element) is not None
        return is_text and not shape.is_title and self._inheritance.box(shape.element) is not None

    def _may_be_title(self, header: _Shape) -> bool:
        """Whether a slide without a title has nothing that is set larger."""
        return not self._is_titled and not 0 < _text_size(header) < self._largest_text

    @cached_property
    def _is_titled(self) -> bool:
        return any(shape.is_title and self._has_text(shape) for shape in self._own_shapes)

    @cached_property
    def _largest_text(self) -> int:
        """In hundredths of a point."""
        return max(map(_text_size, self._own_shapes), default=0)

    def title(self) -> str | None:
        """The title placeholder's text on one line, or None."""
        texts = (reading.block.text for reading in self.readings if reading.block.kind is BlockKind.TITLE)
        return " ".join(texts) or None

    def alt_texts(self) -> tuple[str, ...]:
        """Descriptions of pictures, without file names and without what a program notes of its guesses."""
        described = find_all(self._root, ".//p:pic/*/p:cNvPr | .//p:graphicFrame/*/p:cNvPr | .//p:sp/*/p:cNvPr")
        return tuple(dict.fromkeys(filter(None, map(_description, described))))

    def picture_name(self) -> str | None:
        """What an author called a picture that is no small one among others, as a name for a slide without words."""
        sizes: dict[str, int] = {}
        largest = 0
        shapes = list(self._own_shapes)
        for shape in shapes:
            shapes += shape.inner
            properties = next(iter(find_all(shape.element, "./*/p:cNvPr")))
            is_picture = shape.element.tag in _PICTURES or properties.get("descr")
            if not is_picture or _is_decorative(properties):
                continue
            size = shape.box.width * shape.box.height
            largest = max(largest, size)
            name = None if _GUESSED.search(properties.get("descr", "")) else name_of_picture(_description(properties))
            if name:
                sizes[name] = max(size, sizes.get(name, 0))
        name = max(sizes, key=lambda name: sizes[name], default=None)
        return name if name and SMALL_PICTURE * sizes[name] >= largest else None

    def runs(self) -> Iterator[tuple[str, str, str]]:
        """Text, language and alternative language of each run."""
        for run in self._root.iter(f"{A}r"):
            properties = run.find(f"{A}rPr")
            text = run.findtext(f"{A}t") or ""
            language, alternative = (
                ("", "") if properties is None else map(properties.get, ("lang", "altLang"), ("", ""))
            )
            yield text, language, alternative

    def _shapes(self, parent: etree._Element, needs: frozenset[Part], depth: int) -> list[_Shape]:
        found: list[_Shape] = []
        for element in _visible_children(parent):
            properties = next(iter(find_all(element, "./*/p:cNvPr")), None)
            if properties is None or properties.get("hidden") in {"1", "true"}:
                continue
            if placeholder_kind(element) in FURNITURE or depth == 0:
                continue
            own = needs | {Part(properties.get("id", ""))}
            box = self._inheritance.box(element) or Box(0, self._size[1] - 1, self._size[0], 1)
            inner = self._shapes(element, own, depth - 1) if element.tag == f"{P}grpSp" else []
            found.append(_Shape(element, box, own, inner))
        return found

    def _sorted(self, shapes: list[_Shape], *, is_rtl: bool) -> Iterator[_Shape]:
        """Shapes that hold text, groups taken apart in place."""
        legible = [shape for shape in shapes if self._has_text(shape)]
        for shape in sort_for_reading(legible, lambda shape: shape.box, is_right_to_left=is_rtl):
            if shape.inner:
                yield from self._sorted(shape.inner, is_rtl=is_rtl)
            else:
                yield shape

    def _has_text(self, shape: _Shape) -> bool:
        return any(map(self._has_text, shape.inner)) if shape.inner else next(self._read(shape), None) is not None

    def _is_on_slide(self, shape: _Shape) -> bool:
        width, height = self._size
        box = shape.box
        return box.left < width and box.top < height and box.right >= 0 and box.bottom >= 0

    def _read(self, shape: _Shape) -> Iterator[Reading]:
        if shape.element.tag == f"{P}sp":
            yield from self._paragraphs(shape)
        elif shape.element.tag == f"{P}graphicFrame":
            yield from (Reading(block, shape.needs) for block in self._frame_blocks(shape.element))

    def _paragraphs(self, shape: _Shape) -> Iterator[Reading]:
        kind = {"subTitle": BlockKind.SUBTITLE}.get(placeholder_kind(shape.element) or "", BlockKind.PARAGRAPH)
        if shape.is_title:
            kind = BlockKind.TITLE
        for index, paragraph in enumerate(find_all(shape.element, "p:txBody/a:p")):
            text = paragraph_text(paragraph)
            if not text:
                continue
            level = _level(paragraph)
            part = Part(next(iter(find_values(shape.element, "./*/p:cNvPr/@id")), ""), Aspect.PARAGRAPH, index)
            if kind is BlockKind.PARAGRAPH:
                is_bullet = self._inheritance.is_bullet(shape.element, paragraph, level)
                block = TextBlock(kind, text, level, is_bullet=is_bullet)
            else:
                block = TextBlock(kind, text.replace("\n", " "))
            yield Reading(block, shape.needs | {part})

    def _frame_blocks(self, frame: etree._Element) -> Iterator[TextBlock]:
        for table in find_all(frame, "a:graphic/a:graphicData/a:tbl"):
            yield from _table(table)
        for chart in find_all(frame, "a:graphic/a:graphicData/c:chart"):
            part = self._target(chart.get(f"{R}id", ""))
            yield from chart_blocks(self._package.parse(part), paragraph_text) if part else ()
        for diagram in find_all(frame, "a:graphic/a:graphicData/dgm:relIds"):
            yield from self._diagram(diagram.get(f"{R}dm", ""))

    def _diagram(self, relationship_id: str) -> Iterator[TextBlock]:
        """SmartArt's nodes, or, where its outline says nothing, what was last drawn of it."""
        model = self._target(relationship_id)
        root = self._package.parse(model) if model else None
        if root is None:
            return
        blocks = list(diagram_blocks(root, paragraph_text))
        drawings = find_values(root, ".//*[local-name()='dataModelExt']/@relId")
        drawing = self._target(drawings[0]) if drawings and not blocks else None
        yield from blocks
        for paragraph in find_all(self._package.parse(drawing), ".//dsp:txBody/a:p") if drawing else ():
            text = paragraph_text(paragraph)
            if text:
                yield TextBlock(BlockKind.PARAGRAPH, text, _level(paragraph))

    def _target(self, relationship_id: str) -> str | None:
        relationship = self._package.relationships(self._part).get(relationship_id)
        return relationship.target if relationship and relationship.target in self._package.names else None


def split_into_builds(readings: list[Reading], states: list[State]) -> list[tuple[TextBlock, ...]]:
    """Blocks by the state in which they can be read for the first time; one tuple for each state."""
    left = list(readings)
    builds = []
    for state in states:
        appearing = [reading.block for reading in left if not reading.needs & state.hidden]
        left = [reading for reading in left if reading.needs & state.hidden]
        builds.append(tuple(_join_titles(appearing)))
    return builds


def paragraph_text(paragraph: etree._Element) -> str:
    """A paragraph's text without slide numbers and dates; breaks are newlines."""
    return clean_text("".join(_pieces(paragraph)))


def _pieces(paragraph: etree._Element) -> Iterator[str]:
    for child in paragraph:
        name = etree.QName(child).localname
        if name == "br":
            yield "\n"
        elif name == "r" or (name == "fld" and not child.get("type", "").startswith(_UNREAD_FIELDS)):
            yield child.findtext(f"{A}t") or ""
        elif name == "AlternateContent":
            yield "".join(find_values(child, "mc:Choice//*[local-name()='t']/text()"))


def _visible_children(parent: etree._Element) -> Iterator[etree._Element]:
    """Shapes in drawing order; of alternatives the first that holds any."""
    for child in parent:
        if child.tag in SHAPES:
            yield child
        elif etree.QName(child).localname == "AlternateContent":
            for branch in child:
                shapes = [shape for shape in branch if shape.tag in SHAPES]
                if shapes:
                    yield from shapes
                    break


def _join_titles(blocks: list[TextBlock]) -> Iterator[TextBlock]:
    """Paragraphs of one title are one block."""
    titles = [block.text for block in blocks if block.kind is BlockKind.TITLE]
    if titles:
        yield TextBlock(BlockKind.TITLE, " ".join(titles))
    yield from (block for block in blocks if block.kind is not BlockKind.TITLE)


def _table(table: etree._Element) -> Iterator[TextBlock]:
    rows = []
    for row in find_all(table, "a:tr"):
        cells = [find_all(cell, "a:txBody/a:p") for cell in find_all(row, "a:tc")]
        rows.append(tuple(clean_line("\n".join(map(paragraph_text, paragraphs))) for paragraphs in cells))
    text = "\n".join(", ".join(filter(None, row)) for row in rows if any(row))
    if text:
        yield TextBlock(BlockKind.TABLE, text, rows=tuple(rows))


def _text_size(shape: _Shape) -> int:
    """Of a shape's largest text, in hundredths of a point; 0 where it names none itself."""
    named = find_values(shape.element, ".//a:rPr/@sz")
    return max((int(size) for size in named if size.isdecimal()), default=0)


def _level(paragraph: etree._Element) -> int:
    properties = paragraph.find(f"{A}pPr")
    level = 0 if properties is None else int(properties.get("lvl") or 0)
    return min(max(level, 0), MAX_LEVEL)


def _description(properties: etree._Element) -> str:
    """On one line; "" where none is given, or none that is to be heard."""
    text = clean_line(_GUESSED.sub("", properties.get("descr", "")))
    is_unheard = properties.get("hidden") in {"1", "true"} or _is_decorative(properties)
    return "" if is_unheard or _FILE_NAME.fullmatch(text) else text


def _is_decorative(properties: etree._Element) -> bool:
    return bool(find_all(properties, ".//adec:decorative[@val='1' or @val='true']"))
