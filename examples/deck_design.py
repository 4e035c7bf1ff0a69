"""The look of the example deck: theme, master, layouts, and the few shapes that its slides are made of."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

from lxml import etree
from pptx import Presentation
from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.enum.shapes import MSO_CONNECTOR, MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

if TYPE_CHECKING:
    from pptx.presentation import Presentation as Deck
    from pptx.shapes.autoshape import Shape
    from pptx.shapes.connector import Connector
    from pptx.shapes.group import GroupShape
    from pptx.shapes.picture import Picture
    from pptx.slide import Slide

A = "http://schemas.openxmlformats.org/drawingml/2006/main"
P = "http://schemas.openxmlformats.org/presentationml/2006/main"
NAMESPACES = f'xmlns:a="{A}" xmlns:p="{P}"'
FONT = "Noto Sans"
COLORS = {
    "dk1": "1E2B30", "lt1": "FFFFFF", "dk2": "0F3D4A", "lt2": "F7F4EC", "accent1": "14707F", "accent2": "F2A93B",
    "accent3": "CF4F3A", "accent4": "3A8457", "accent5": "6C5B9E", "accent6": "A9CBD1", "hlink": "14707F",
    "folHlink": "6C5B9E",
}  # fmt: skip
TITLE, CONTENT, SECTION, TITLE_ONLY = 0, 1, 2, 5
KEPT_LAYOUTS = {TITLE: "title", CONTENT: "content", SECTION: "section", TITLE_ONLY: "title_only"}
EMU = 914400


def new_deck() -> Deck:
    """An empty 13.333 x 7.5 inch deck in the course's design."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.3333), Inches(7.5)
    layouts = deck.slide_layouts
    for index in reversed(range(len(layouts))):
        if index not in KEPT_LAYOUTS:
            layouts.remove(layouts[index])
    _theme(deck)
    _master(deck)
    for index, name in enumerate(KEPT_LAYOUTS.values()):
        _layout(layouts[index], name)
    return deck


def _theme(deck: Deck) -> None:
    part = next(r.target_part for r in deck.slide_master.part.rels.values() if r.reltype.endswith("/theme"))
    theme = etree.fromstring(part.blob)
    theme.set("name", "Safe sign-in")
    for name, value in COLORS.items():
        holder = theme.find(f".//{{{A}}}clrScheme/{{{A}}}{name}")
        for child in list(holder):
            holder.remove(child)
        etree.SubElement(holder, f"{{{A}}}srgbClr", val=value)
    for latin in theme.iterfind(f".//{{{A}}}fontScheme/*/{{{A}}}latin"):
        latin.set("typeface", FONT)
    for script_font in list(theme.iterfind(f".//{{{A}}}fontScheme/*/{{{A}}}font")):
        script_font.getparent().remove(script_font)
    part._blob = etree.tostring(theme, xml_declaration=True, encoding="UTF-8", standalone=True)  # noqa: SLF001


def _master(deck: Deck) -> None:
    master = deck.slide_master
    root = master._element  # noqa: SLF001
    root.find(f".//{{{P}}}bgRef/{{{A}}}schemeClr").set("val", "bg2")
    places = {
        "Title": (0.75, 0.62, 11.83, 0.95), "Text": (0.75, 1.95, 11.83, 4.6), "Date": (3.2, 6.93, 2, 0.33),
        "Footer": (5.4, 6.93, 4, 0.33), "Slide": (11.38, 6.93, 1.2, 0.33),
    }  # fmt: skip
    for shape in list(master.placeholders):
        x, y, w, h = places[shape.name.split()[0]]
        shape.left, shape.top, shape.width, shape.height = Inches(x), Inches(y), Inches(w), Inches(h)
    for shape in master.placeholders:
        if shape.name.startswith(("Title", "Text")):
            body = shape.text_frame._txBody.bodyPr  # noqa: SLF001
            body.set("lIns", "0")
            body.set("anchor", "t")
    styles = root.find(f"{{{P}}}txStyles")
    title = styles.find(f"{{{P}}}titleStyle/{{{A}}}lvl1pPr")
    title.set("algn", "l")
    title.find(f"{{{A}}}defRPr").set("sz", "3400")
    title.find(f"{{{A}}}defRPr").set("b", "1")
    title.find(f".//{{{A}}}schemeClr").set("val", "tx2")
    _body_style(styles.find(f"{{{P}}}bodyStyle"))
    tree = root.find(f"{{{P}}}cSld/{{{P}}}spTree")
    # the first shapes lie lowest: an amber mark over the title, the course's name at the foot
    tree.insert(2, _decoration("rect", 0.75, 0.45, 0.62, 0.075, "accent2"))
    tree.insert(3, _foot_line())


def _body_style(style: etree._Element) -> None:
    sizes_pt = {1: 26, 2: 20, 3: 18}
    for level, size_pt in sizes_pt.items():
        paragraph = style.find(f"{{{A}}}lvl{level}pPr")
        paragraph.set("marL", str(int(0.38 * level * EMU)))
        paragraph.set("indent", str(int(-0.38 * EMU)))
        paragraph.find(f"{{{A}}}defRPr").set("sz", str(size_pt * 100))
        before = paragraph.find(f"{{{A}}}spcBef")
        before.clear()
        etree.SubElement(before, f"{{{A}}}spcPts", val="1800")
        colour = etree.Element(f"{{{A}}}buClr")
        etree.SubElement(colour, f"{{{A}}}schemeClr", val="accent2")
        before.addnext(colour)
        for font in paragraph.iterfind(f"{{{A}}}buFont"):
            font.set("typeface", FONT)


def _decoration(shape: str, x: float, y: float, w: float, h: float, color: str, alpha: int = 100) -> etree._Element:
    """A shape of the master or of a layout, in inches; it carries no text, so nobody reads it aloud."""
    return etree.fromstring(
        f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="{_decoration_id(x, y, w)}" name="Decoration"/><p:cNvSpPr/>'
        f'<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>{_xfrm(x, y, w, h)}'
        f'<a:prstGeom prst="{shape}"><a:avLst/></a:prstGeom>'
        f'<a:solidFill><a:schemeClr val="{color}"><a:alpha val="{alpha * 1000}"/></a:schemeClr></a:solidFill>'
        "<a:ln><a:noFill/></a:ln></p:spPr>"
        "<p:txBody><a:bodyPr/><a:lstStyle/><a:p><a:endParaRPr/></a:p></p:txBody></p:sp>"
    )


def _decoration_id(x: float, y: float, w: float) -> int:
    return 1000 + int(abs(x * 977 + y * 331 + w * 53)) % 9000


def _xfrm(x: float, y: float, w: float, h: float) -> str:
    x, y, w, h = (int(v * EMU) for v in (x, y, w, h))
    return f'<a:xfrm><a:off x="{x}" y="{y}"/><a:ext cx="{w}" cy="{h}"/></a:xfrm>'


def _foot_line() -> etree._Element:
    return etree.fromstring(
        f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="900" name="Course name"/><p:cNvSpPr txBox="1"/>'
        f'<p:nvPr userDrawn="1"/></p:nvSpPr><p:spPr>{_xfrm(0.75, 6.93, 3, 0.33)}'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom><a:noFill/></p:spPr><p:txBody>'
        '<a:bodyPr lIns="0" tIns="45720" bIns="45720" anchor="ctr" wrap="square"/><a:lstStyle/><a:p><a:r>'
        '<a:rPr lang="en-GB" sz="1200"><a:solidFill><a:schemeClr val="accent1"/></a:solidFill></a:rPr>'
        "<a:t>Safe sign-in</a:t></a:r></a:p></p:txBody></p:sp>"
    )


def _layout(layout: object, name: str) -> None:
    root = layout._element  # noqa: SLF001
    places = {
        "title": {0: (0.9, 2.2, 6.6, 1.5), 1: (0.9, 3.85, 6.2, 1.4)},
        "content": {0: None, 1: (0.75, 1.85, 7.4, 4.6)},
        "section": {0: (0.9, 2.55, 10.5, 1.1), 1: (0.9, 3.75, 10.5, 0.9)},
        "title_only": {0: None},
    }[name]
    for shape in list(layout.placeholders):
        index = shape.placeholder_format.idx
        if index in {10, 11}:
            shape._element.getparent().remove(shape._element)  # noqa: SLF001 - no date, no footer
            continue
        for child in list(shape._element.spPr):  # noqa: SLF001 - the master's place, unless we give one
            shape._element.spPr.remove(child)  # noqa: SLF001
        if place := places.get(index):
            shape.left, shape.top, shape.width, shape.height = (Inches(value) for value in place)
    if name in {"title", "section"}:
        _dark(root, layout, name)


def _dark(root: etree._Element, layout: object, name: str) -> None:
    """Turn a layout dark: its own background, large quiet circles, light text, no shapes of the master."""
    root.set("showMasterSp", "0")
    slide_data = root.find(f"{{{P}}}cSld")
    slide_data.insert(
        0,
        etree.fromstring(
            f'<p:bg {NAMESPACES}><p:bgPr><a:solidFill><a:schemeClr val="tx2"/></a:solidFill>'
            "<a:effectLst/></p:bgPr></p:bg>"
        ),
    )
    tree = slide_data.find(f"{{{P}}}spTree")
    if name == "title":
        tree.insert(2, _decoration("ellipse", 7.6, 0.55, 6.4, 6.4, "accent1", 55))
        tree.insert(3, _decoration("rect", 0.9, 1.85, 0.9, 0.1, "accent2"))
    else:
        tree.insert(2, _decoration("ellipse", 9.4, 3.4, 6.6, 6.6, "accent1", 55))
        tree.insert(3, _decoration("ellipse", 11.6, 1.9, 2.6, 2.6, "accent2", 90))
        tree.insert(4, _decoration("rect", 0.9, 2.2, 0.9, 0.1, "accent2"))
    sizes = {0: (5400 if name == "title" else 4400, "bg1", 1), 1: (2600, "accent6", 0)}
    for shape in layout.placeholders:
        if shape.placeholder_format.idx not in sizes:
            continue
        size, color, bold = sizes[shape.placeholder_format.idx]
        body = shape._element.txBody  # noqa: SLF001
        body.replace(
            body.find(f"{{{A}}}lstStyle"),
            etree.fromstring(
                f'<a:lstStyle {NAMESPACES}><a:lvl1pPr marL="0" indent="0" algn="l"><a:buNone/>'
                f'<a:defRPr sz="{size}" b="{bold}" cap="none"><a:solidFill><a:schemeClr val="{color}"/></a:solidFill>'
                "</a:defRPr></a:lvl1pPr></a:lstStyle>"
            ),
        )
        body.find(f"{{{A}}}bodyPr").set("anchor", "b" if shape.placeholder_format.idx == 0 else "t")


def add_slide(deck: Deck, layout: int, title: str, notes: str = "") -> Slide:
    """A slide with title, notes and the number at its foot."""
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    slide.shapes.title.text_frame.text = title
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    if layout in {1, 3}:
        _number(slide)
    return slide


def _number(slide: Slide) -> None:
    slide.shapes._spTree.append(  # noqa: SLF001
        etree.fromstring(
            f'<p:sp {NAMESPACES}><p:nvSpPr><p:cNvPr id="90" name="Slide Number"/><p:cNvSpPr><a:spLocks noGrp="1"/>'
            '</p:cNvSpPr><p:nvPr><p:ph type="sldNum" sz="quarter" idx="12"/></p:nvPr></p:nvSpPr><p:spPr/><p:txBody>'
            '<a:bodyPr/><a:lstStyle/><a:p><a:fld id="{C1FF6DA9-008F-8B48-92A6-B652298478BF}" type="slidenum">'
            '<a:rPr lang="en-GB"/><a:t>‹#›</a:t></a:fld><a:endParaRPr lang="en-GB"/></a:p></p:txBody></p:sp>'
        )
    )


def write(shape: Shape, lines: list[tuple[str, int, bool, THEME]], anchor: MSO_ANCHOR = MSO_ANCHOR.MIDDLE) -> None:
    """Fill a shape: one paragraph per line, each (text, size in points, bold, colour)."""
    frame = shape.text_frame
    frame.word_wrap, frame.vertical_anchor = True, anchor
    for index, (text, size_pt, bold, color) in enumerate(lines):
        paragraph = frame.paragraphs[0] if index == 0 else frame.add_paragraph()
        if index:
            paragraph.space_before = Pt(6)
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold, run.font.color.theme_color = Pt(size_pt), bold, color
        run._r.get_or_add_rPr().set("lang", "en-GB")  # noqa: SLF001


def box(
    shapes: object,
    place: tuple[float, float, float, float],
    fill: THEME,
    *,
    kind: MSO_SHAPE = MSO_SHAPE.ROUNDED_RECTANGLE,
) -> Shape:
    """A filled shape without outline; the place is x, y, width, height in inches."""
    shape = shapes.add_shape(kind, *(Inches(value) for value in place))
    shape.fill.solid()
    shape.fill.fore_color.theme_color = fill
    shape.line.fill.background()
    shape.shadow.inherit = False
    if kind is MSO_SHAPE.ROUNDED_RECTANGLE:
        shape.adjustments[0] = 0.14 / min(place[2], place[3])
    frame = shape.text_frame
    frame.margin_left = frame.margin_right = Inches(0.25)
    for paragraph in frame.paragraphs:
        paragraph.alignment = PP_ALIGN.LEFT
    return shape


def align(shape: Shape, alignment: PP_ALIGN) -> None:
    """Set all paragraphs of a shape."""
    for paragraph in shape.text_frame.paragraphs:
        paragraph.alignment = alignment


def arrow(slide: Slide, begin: tuple[float, float], end: tuple[float, float], color: THEME) -> Connector:
    """A straight connector with a head at its end, in inches."""
    x1, y1, x2, y2 = (Inches(value) for value in (*begin, *end))
    line = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, x1, y1, x2, y2)
    line.line.color.theme_color, line.line.width = color, Pt(3.5)
    outline = line.line._get_or_add_ln()  # noqa: SLF001
    etree.SubElement(outline, f"{{{A}}}tailEnd", type="triangle", w="med", len="med")
    return line


def picture(shapes: object, png: bytes, place: tuple[float, float, float], alt_text: str) -> Picture:
    """A picture with its description; the place is x, y, width in inches."""
    x, y, width = (Inches(value) for value in place)
    shape = shapes.add_picture(BytesIO(png), x, y, width=width)
    describe(shape, alt_text)
    return shape


def describe(shape: object, alt_text: str) -> None:
    """Give a shape its alt text."""
    properties = shape._element.xpath(".//p:cNvPr")[0]  # noqa: SLF001
    properties.set("descr", alt_text)
    properties.set("name", re.sub(r"\W+", " ", alt_text)[:40].strip())


def card(
    slide: Slide,
    place: tuple[float, float, float, float],
    color: THEME,
    icon: bytes,
    lines: tuple[str, str],
    alt_text: str,
) -> GroupShape:
    """A group of a white card, a coloured edge, an icon and a text: it is built as one."""
    x, y, w, h = place
    group = slide.shapes.add_group_shape()
    box(group.shapes, place, THEME.BACKGROUND_1)
    box(group.shapes, (x, y + 0.14, 0.09, h - 0.28), color, kind=MSO_SHAPE.RECTANGLE)
    picture(group.shapes, icon, (x + 0.32, y + (h - 1.15) / 2, 1.15), alt_text)
    text = group.shapes.add_textbox(Inches(x + 1.62), Inches(y), Inches(w - 1.75), Inches(h))
    write(text, [(lines[0], 22, True, THEME.TEXT_2), (lines[1], 18, False, THEME.TEXT_1)])
    return group
