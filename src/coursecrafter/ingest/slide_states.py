"""A slide's XML as it stands in one of its states.

What is shown never moves. A shape still to come is taken out (`hidden="1"` fails for connectors, tables and some
titles). A paragraph still to come stays in its place, transparent and with a blank for its bullet, since taking it out
would move text that is fitted to its box. Fields become the text that they show, because a slide's place in the copy is
not its place in the deck.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable

from lxml import etree

from coursecrafter.ingest.package import DML, MC, A, P, find_all
from coursecrafter.ingest.slide_text import SHAPES
from coursecrafter.ingest.state_colors import apply_paints
from coursecrafter.ingest.timing import Aspect, Part, State, remove_timing

RENDERER_VERSION = 2
"""Part of each picture's key: raise it when the same slide is drawn differently."""

_CLEAR = f'<a:solidFill xmlns:a="{DML}"><a:srgbClr val="808080"><a:alpha val="0"/></a:srgbClr></a:solidFill>'
_FILLS = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_EFFECTS = ("effectLst", "effectDag")
_LINKS = ("hlinkClick", "hlinkMouseOver")
_UNDERLINES = ("uLnTx", "uLn", "uFillTx", "uFill")
_INK = {f"{A}{name}" for name in ("ln", *_FILLS, *_EFFECTS, "highlight", *_UNDERLINES, *_LINKS)}
_SURFACE = {f"{A}{name}" for name in ("ln", *_FILLS, *_EFFECTS)}
_BULLET_LOOKS = ("buClrTx", "buClr", "buSzTx", "buSzPct", "buSzPts", "buFontTx", "buFont")
_BULLET = {f"{A}{name}" for name in (*_BULLET_LOOKS, "buNone", "buAutoNum", "buChar", "buBlip")}
_BEFORE_BULLET = {f"{A}lnSpc", f"{A}spcBef", f"{A}spcAft"}
# Without its film a film's frame is a picture like any other.
_MEDIA = ".//p:nvPr/a:videoFile | .//p:nvPr/a:audioFile | .//p:nvPr/a:wavAudioFile | .//p:nvPr/p:extLst"
# What programs note for themselves changes from save to save and is never drawn.
_NOTED = ("dirty", "err", "smtClean", "smtId", "noProof", "bmk")


def prepare_slide(slide: etree._Element, number: int, ever_hidden: Iterable[str]) -> etree._Element:
    """A copy of the slide that holds only what is drawn, from which each state is made.

    Args:
        slide: root of the slide's part.
        number: what its slide number fields show.
        ever_hidden: ids of shapes that some state takes out.
    """
    root = copy.deepcopy(slide)
    remove_timing(root)
    _forget(root, "show")
    for extension in find_all(root, "p:extLst | p:cSld/p:extLst"):
        _drop(extension)
    for properties in root.iter(f"{P}cNvPr"):
        _forget(properties, "descr", "title")
        for identifier in find_all(properties, ".//*[local-name()='creationId']/.."):
            _drop(identifier)
    for run in root.iter(f"{A}rPr", f"{A}endParaRPr"):
        _forget(run, *_NOTED)
    for media in find_all(root, _MEDIA):
        _drop(media)
    freeze_fields(root, str(number))
    _unglue_connectors(root, set(ever_hidden))
    return root


def apply_state(prepared: etree._Element, state: State) -> etree._Element:
    """A copy of the prepared slide as it looks in this state."""
    root = copy.deepcopy(prepared)
    shapes = _shapes_by_id(root)
    apply_paints(shapes, state.painted)
    hidden = sorted(state.hidden)
    for part in hidden:
        if part.aspect is Aspect.PARAGRAPH:
            for shape in shapes.get(part.shape_id, []):
                for paragraph in find_all(shape, "p:txBody/a:p")[part.paragraph : part.paragraph + 1]:
                    _make_transparent(paragraph)
    for part in hidden:
        for shape in shapes.get(part.shape_id, []):
            if part.aspect is Aspect.SHAPE or (part.aspect is Aspect.BACKGROUND and _is_empty(shape, state, part)):
                _take_out(shape)
            elif part.aspect is Aspect.BACKGROUND:
                _clear_surface(shape)
    return root


def freeze_fields(root: etree._Element, number: str) -> None:
    """Turn fields into the text that they show: the slide's number, the date as it was saved."""
    for field in list(root.iter(f"{A}fld")):
        if field.get("type") == "slidenum":
            text = field.find(f"{A}t")
            (etree.SubElement(field, f"{A}t") if text is None else text).text = number
        for properties in field.findall(f"{A}pPr"):
            field.remove(properties)
        field.tag = f"{A}r"
        field.attrib.clear()


def _forget(element: etree._Element, *names: str) -> None:
    for name in names:
        if name in element.attrib:
            del element.attrib[name]


def _shapes_by_id(root: etree._Element) -> dict[str, list[etree._Element]]:
    """Shapes by id; both branches of an alternative belong together, other doubles do not."""
    shapes: dict[str, list[etree._Element]] = {}
    for element in root.iter(*SHAPES):
        properties = next(iter(find_all(element, "./*/p:cNvPr")), None)
        if properties is None:
            continue
        known = shapes.setdefault(properties.get("id", ""), [])
        if not known or (_alternative(element) is not None and _alternative(element) is _alternative(known[0])):
            known.append(element)
    return shapes


def _alternative(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors(f"{MC}AlternateContent"), None)


def _take_out(shape: etree._Element) -> None:
    parent = shape.getparent()
    if parent is not None and parent.tag in {f"{MC}Choice", f"{MC}Fallback"}:
        alternative = parent.getparent()
        if alternative is not None:
            _drop(alternative)
    else:
        _drop(shape)


def _drop(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _make_transparent(paragraph: etree._Element) -> None:
    for run in list(paragraph):
        if run.tag in {f"{A}r", f"{A}br"}:
            properties = run.find(f"{A}rPr")
            if properties is None:
                properties = etree.Element(f"{A}rPr")
                run.insert(0, properties)
            _clear_ink(properties)
    properties = paragraph.find(f"{A}pPr")
    if properties is None:
        properties = etree.Element(f"{A}pPr")
        paragraph.insert(0, properties)
    _blank_bullet(properties)


def _clear_ink(properties: etree._Element) -> None:
    for child in list(properties):
        if child.tag in _INK:
            properties.remove(child)
    properties.insert(0, etree.fromstring(_CLEAR))
    properties.set("u", "none")
    properties.set("strike", "noStrike")


def _blank_bullet(properties: etree._Element) -> None:
    """A bullet's place stays, since the first line's width depends on it; `buNone` would let the line break anew."""
    for child in list(properties):
        if child.tag in _BULLET:
            properties.remove(child)
    place = sum(1 for child in properties if child.tag in _BEFORE_BULLET)
    properties.insert(place, etree.Element(f"{A}buChar", char="\u00a0"))


def _is_empty(shape: etree._Element, state: State, background: Part) -> bool:
    """Whether none of the shape's paragraphs can be seen either."""
    shown = (
        index
        for index, paragraph in enumerate(find_all(shape, "p:txBody/a:p"))
        if Part(background.shape_id, Aspect.PARAGRAPH, index) not in state.hidden and paragraph.findtext(f".//{A}t")
    )
    return next(shown, None) is None


def _clear_surface(shape: etree._Element) -> None:
    """Leave a shape's text and take away its fill, line and effects."""
    for properties in shape.findall(f"{P}spPr"):
        for child in list(properties):
            if child.tag in _SURFACE:
                properties.remove(child)
        fill = etree.SubElement(properties, f"{A}noFill")
        line = etree.SubElement(properties, f"{A}ln")
        etree.SubElement(line, f"{A}noFill")
        effects = etree.SubElement(properties, f"{A}effectLst")
        tail = [child for child in properties if child.tag not in {f"{A}xfrm", f"{A}prstGeom", f"{A}custGeom"}]
        for child in (fill, line, effects, *(c for c in tail if c not in {fill, line, effects})):
            properties.append(child)


def _unglue_connectors(root: etree._Element, ever_hidden: set[str]) -> None:
    """LibreOffice lays a glued connector anew; without the shape at its end it would take another way."""
    for glue in [*root.iter(f"{A}stCxn"), *root.iter(f"{A}endCxn")]:
        if glue.get("id") in ever_hidden:
            _drop(glue)
