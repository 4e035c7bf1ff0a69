"""The colours that an emphasis leaves, put into a slide's XML: of text, of a shape's fill, of its line.

Source: ECMA-376 Part 1, 19.5.12 (`p:animClr`), 21.1.2.3.9 (`a:rPr`), 20.1.2.2.35 (`p:spPr`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from lxml import etree

from coursecrafter.ingest.package import DML, A, P, find_all, new_parser
from coursecrafter.ingest.timing import Aspect, Paint, Surface

_FILLS = {f"{A}{name}" for name in ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")}
_BEFORE_FILL = {f"{A}{name}" for name in ("xfrm", "prstGeom", "custGeom")}


def apply_paints(shapes: Mapping[str, Sequence[etree._Element]], painted: Iterable[Paint]) -> None:
    """Give parts of shapes, which are found by their ids, their colours, in place; nothing moves or grows."""
    for paint in painted:
        for shape in shapes.get(paint.part.shape_id, ()):
            _apply(shape, paint)


def _apply(shape: etree._Element, paint: Paint) -> None:
    if paint.surface is Surface.TEXT:
        for index, paragraph in enumerate(find_all(shape, "p:txBody/a:p")):
            if paint.part.aspect is not Aspect.PARAGRAPH or index == paint.part.paragraph:
                _paint_text(paragraph, paint.color)
        return
    for properties in shape.findall(f"{P}spPr"):
        if paint.surface is Surface.FILL:
            _set_fill(properties, paint.color, sum(1 for child in properties if child.tag in _BEFORE_FILL))
        else:
            _set_fill(_line(properties), paint.color, 0)


def _paint_text(paragraph: etree._Element, color: str) -> None:
    for run in find_all(paragraph, "a:r | a:br"):
        properties = run.find(f"{A}rPr")
        if properties is None:
            properties = etree.Element(f"{A}rPr")
            run.insert(0, properties)
        _set_fill(properties, color, sum(1 for child in properties if child.tag == f"{A}ln"))


def _line(properties: etree._Element) -> etree._Element:
    line = properties.find(f"{A}ln")
    if line is None:
        line = etree.Element(f"{A}ln")
        before = _BEFORE_FILL | _FILLS
        properties.insert(sum(1 for child in properties if child.tag in before), line)
    return line


def _set_fill(properties: etree._Element, color: str, place: int) -> None:
    for child in list(properties):
        if child.tag in _FILLS:
            properties.remove(child)
    fill = etree.Element(f"{A}solidFill", nsmap={"a": DML})
    fill.append(etree.fromstring(color, new_parser()))
    properties.insert(place, fill)
