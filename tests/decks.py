"""Small decks for tests, with animation of every kind, since real decks hold little of it.

    make_deck(path, [
        Sketch(title="Pumps", bullets=("Suction", "Pressure"), effects=(appear("Content", 0), appear("Content", 1))),
        Sketch(title="A box", draw=lambda slide: add_box(slide, "Box", "Valve"), effects=(appear("Box"),)),
    ])

Shapes are named, and effects name shapes; "Title" and "Content" are the layout's placeholders.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lxml import etree
from PIL import Image
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.util import Inches

WIDE_IN = (13.333, 7.5)
NARROW_IN = (10.0, 7.5)
_TITLE_AND_CONTENT, _TITLE_ONLY, _BLANK = 1, 5, 6
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


@dataclass(frozen=True)
class Effect:
    """One animation effect.

    Attributes:
        shape: the shape's name.
        kind: `presetClass`: entr, exit, emph or path.
        node: clickEffect, withEffect or afterEffect.
        part: what of the shape, as XML inside `p:spTgt`.
        color: six hexadecimal digits that an emphasis leaves; "" where it leaves none.
        attribute: what has that colour: style.color, fillcolor or stroke.color.
    """

    shape: str
    kind: str = "entr"
    node: str = "clickEffect"
    part: str = ""
    color: str = ""
    attribute: str = "style.color"

    def along(self) -> Effect:
        """The same effect, with the one before."""
        return replace(self, node="withEffect")

    def after(self) -> Effect:
        """The same effect, by itself after the one before."""
        return replace(self, node="afterEffect")


def appear(shape: str, paragraph: int | None = None) -> Effect:
    """Show a shape, or one paragraph of it, at a click."""
    return Effect(shape, part="" if paragraph is None else _paragraph(paragraph))


def leave(shape: str, paragraph: int | None = None) -> Effect:
    """Take a shape, or one paragraph of it, away at a click."""
    return Effect(shape, "exit", part="" if paragraph is None else _paragraph(paragraph))


def recolor(shape: str, paragraph: int | None = None, *, color: str, attribute: str = "style.color") -> Effect:
    """Give a shape, or one paragraph of it, another colour at a click."""
    part = "" if paragraph is None else _paragraph(paragraph)
    return Effect(shape, "emph", part=part, color=color, attribute=attribute)


def _paragraph(index: int) -> str:
    return f'<p:txEl><p:pRg st="{index}" end="{index}"/></p:txEl>'


@dataclass(frozen=True)
class Sketch:
    """One slide to be made.

    Attributes:
        draw: adds shapes to the slide.
        effects: in playing order.
    """

    title: str | None = None
    bullets: Sequence[str] = ()
    notes: str = ""
    is_hidden: bool = False
    draw: Callable[[Any], Any] = lambda _slide: None
    effects: Sequence[Effect] = ()


def make_deck(
    path: Path,
    slides: Sequence[Sketch],
    *,
    size_in: tuple[float, float] = WIDE_IN,
    title: str = "",
    language: str = "",
    font: str = "Noto Sans",
) -> Path:
    """Write a deck.

    Args:
        path: the new file.
        slides: one sketch for each.
        size_in: width and height in inches.
        title: the deck's own title; "" for none.
        language: `lang` of all text; "" for none.
        font: of the theme; one that the machine has.
    """
    deck = Presentation()
    scale = size_in[0] / NARROW_IN[0]
    deck.slide_width, deck.slide_height = Inches(size_in[0]), Inches(size_in[1])
    for shape in (*deck.slide_layouts, deck.slide_master):
        for placeholder in shape.placeholders:
            if placeholder.element.xpath("./p:spPr/a:xfrm"):
                placeholder.left, placeholder.width = int(placeholder.left * scale), int(placeholder.width * scale)
    deck.core_properties.title = title
    for sketch in slides:
        _add_slide(deck, sketch)
    if language:
        for slide in deck.slides:
            for run in slide.element.iter(f"{{{_A}}}r"):
                run.get_or_add_rPr().set("lang", language)
    deck.save(path)
    set_theme_font(path, font)
    return path


def set_theme_font(path: Path, font: str) -> None:
    """Let headings and text use another font."""
    theme = "ppt/theme/theme1.xml"
    with zipfile.ZipFile(path) as deck:
        content = deck.read(theme)
    rewrite_parts(
        path, {theme: content.replace(b'<a:latin typeface="Calibri"', f'<a:latin typeface="{font}"'.encode())}
    )


def rewrite_parts(path: Path, parts: Mapping[str, bytes | None]) -> None:
    """Replace, add or (None) take out parts of a package."""
    with zipfile.ZipFile(path) as old:
        content: dict[str, bytes | None] = {name: old.read(name) for name in old.namelist()}
    content |= parts
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, part in content.items():
            if part is not None:
                new.writestr(name, part)


def add_box(
    slide: Any, name: str, text: str = "", *, at: tuple[float, float] = (1.0, 2.0), size: tuple[float, float] = (3, 1)
) -> Any:
    """Add a filled rectangle; place and size in inches."""
    box = slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(Inches, (*at, *size)))
    box.name = name
    box.text_frame.text = text
    return box


def add_text(
    slide: Any, name: str, *paragraphs: str, at: tuple[float, float] = (1.0, 2.0), size: tuple[float, float] = (4, 1)
) -> Any:
    """Add a text box with one paragraph for each text."""
    box = slide.shapes.add_textbox(*map(Inches, (*at, *size)))
    box.name = name
    box.text_frame.word_wrap = True
    box.text_frame.text = "\n".join(paragraphs)
    return box


def add_picture(slide: Any, name: str, *, description: str = "", at: tuple[float, float] = (5, 3)) -> Any:
    """Add a small striped picture."""
    picture = slide.shapes.add_picture(io.BytesIO(png_bytes(90, 60)), *map(Inches, at), Inches(3))
    picture.name = name
    picture.element.nvPicPr.cNvPr.set("descr", description)
    return picture


def png_bytes(width: int, height: int) -> bytes:
    """A picture with stripes."""
    picture = Image.new("RGB", (width, height), "#c04040")
    picture.paste("#4040c0", (0, 0, width, height // 2))
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def add_connector(slide: Any, name: str, begin: Any, end: Any) -> Any:
    """Add an elbow connector that is glued to two shapes."""
    line = slide.shapes.add_connector(MSO_CONNECTOR.ELBOW, 0, 0, Inches(1), Inches(1))
    line.begin_connect(begin, 3)
    line.end_connect(end, 1)
    line.name = name
    return line


def add_table(slide: Any, name: str, rows: Sequence[Sequence[str]], *, at: tuple[float, float] = (1, 4)) -> Any:
    """Add a table."""
    frame = slide.shapes.add_table(len(rows), len(rows[0]), *map(Inches, (*at, 5, 1)))
    frame.name = name
    for y, row in enumerate(rows):
        for x, text in enumerate(row):
            frame.table.cell(y, x).text = text
    return frame


def add_chart(slide: Any, name: str, title: str = "") -> Any:
    """Add a column chart of two series."""
    figures = CategoryChartData()
    figures.categories = ["North", "South"]
    figures.add_series("2024", (3, 5))
    figures.add_series("2025", (4, 2))
    frame = slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *map(Inches, (7, 2, 5, 4)), figures)
    frame.name = name
    frame.chart.has_title = bool(title)
    if title:
        frame.chart.chart_title.text_frame.text = title
    return frame


def add_group(slide: Any, name: str, *texts: str, at: tuple[float, float] = (1.0, 5.5)) -> Any:
    """Add a group of boxes side by side."""
    group = slide.shapes.add_group_shape()
    group.name = name
    for index, text in enumerate(texts):
        box = group.shapes.add_shape(MSO_SHAPE.OVAL, *map(Inches, (at[0] + 2.5 * index, at[1], 2, 1)))
        box.text_frame.text = text
    return group


def add_slide_number(slide: Any, *, at: tuple[float, float] = (12, 7)) -> Any:
    """Add a slide number as PowerPoint writes it: a field in a placeholder."""
    box = add_text(slide, "Slide Number", "", at=at, size=(1, 0.4))
    placeholder = etree.SubElement(box.element.nvSpPr.nvPr, f"{{{_P}}}ph", type="sldNum", sz="quarter", idx="12")
    placeholder.tail = None
    paragraph = box.text_frame.paragraphs[0]._p
    field = etree.SubElement(paragraph, f"{{{_A}}}fld", id="{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}", type="slidenum")
    etree.SubElement(field, f"{{{_A}}}t").text = "‹#›"
    return box


def _add_slide(deck: Any, sketch: Sketch) -> None:
    layout = _TITLE_AND_CONTENT if sketch.bullets else _BLANK if sketch.title is None else _TITLE_ONLY
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    for placeholder, name in zip(slide.placeholders, ("Title", "Content"), strict=False):
        placeholder.name = name
    if sketch.title is not None:
        slide.shapes.title.text_frame.text = sketch.title
    if sketch.bullets:
        slide.placeholders[1].text_frame.text = "\n".join(sketch.bullets)
    if sketch.notes:
        slide.notes_slide.notes_text_frame.text = sketch.notes
    if sketch.is_hidden:
        slide.element.set("show", "0")
    sketch.draw(slide)
    if sketch.effects:
        ids = {shape.name: shape.shape_id for shape in slide.shapes}
        slide.element.append(etree.fromstring(timing_xml(sketch.effects, ids)))


def timing_xml(effects: Sequence[Effect], ids: Mapping[str, int]) -> str:
    """A slide's `p:timing`, built as PowerPoint builds it: groups by click, in them steps, in them effects."""
    clicks: list[list[Effect]] = []
    for effect in effects:
        if effect.node == "clickEffect" or not clicks:
            clicks.append([])
        clicks[-1].append(effect)
    groups = "".join(_click_xml(click, ids) for click in clicks)
    return (
        f'<p:timing xmlns:p="{_P}" xmlns:a="{_A}"><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" '
        'nodeType="tmRoot"><p:childTnLst><p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" '
        f'nodeType="mainSeq"><p:childTnLst>{groups}</p:childTnLst></p:cTn></p:seq></p:childTnLst></p:cTn></p:par>'
        "</p:tnLst></p:timing>"
    )


def _click_xml(effects: Sequence[Effect], ids: Mapping[str, int]) -> str:
    is_automatic = effects[0].node != "clickEffect"
    begin = '<p:cond evt="onBegin" delay="0"><p:tn val="2"/></p:cond>' if is_automatic else ""
    nodes = "".join(_effect_xml(effect, ids) for effect in effects)
    return (
        f'<p:par><p:cTn id="3" fill="hold"><p:stCondLst><p:cond delay="indefinite"/>{begin}</p:stCondLst><p:childTnLst>'
        f'<p:par><p:cTn id="4" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>{nodes}'
        "</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"
    )


def _effect_xml(effect: Effect, ids: Mapping[str, int]) -> str:
    target = f'<p:tgtEl><p:spTgt spid="{ids[effect.shape]}">{effect.part}</p:spTgt></p:tgtEl>'
    value = "hidden" if effect.kind == "exit" else "visible"
    behaviour = (
        f'<p:set><p:cBhvr><p:cTn id="6" dur="1" fill="hold"/>{target}<p:attrNameLst><p:attrName>style.visibility'
        f'</p:attrName></p:attrNameLst></p:cBhvr><p:to><p:strVal val="{value}"/></p:to></p:set>'
    )
    if effect.color:
        behaviour = (
            f'<p:animClr clrSpc="rgb" dir="cw"><p:cBhvr><p:cTn id="6" dur="500" fill="hold"/>{target}<p:attrNameLst>'
            f"<p:attrName>{effect.attribute}</p:attrName></p:attrNameLst></p:cBhvr>"
            f'<p:to><a:srgbClr xmlns:a="{_A}" val="{effect.color}"/></p:to></p:animClr>'
        )
    return (
        f'<p:par><p:cTn id="5" presetID="1" presetClass="{effect.kind}" presetSubtype="0" fill="hold" grpId="0" '
        f'nodeType="{effect.node}"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst>{behaviour}'
        "</p:childTnLst></p:cTn></p:par>"
    )
