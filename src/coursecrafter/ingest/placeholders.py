"""What a slide's shape takes from its layout and master: place, size and bullets.

Source: ECMA-376 Part 1, 19.3.1.36 (`p:ph`) and 21.1.2.4 (list styles).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from coursecrafter.ingest.package import P, Package, find_all, find_values

FURNITURE = {"sldNum", "dt", "ftr", "hdr"}
TITLES = {"title", "ctrTitle"}
_MASTER_KIND = {"ctrTitle": "title", "subTitle": "body", "obj": "body", "": "body"}
_BULLETS = "a:buChar | a:buAutoNum | a:buBlip | a:buNone"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the slide, in EMU."""

    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """First column beyond it."""
        return self.left + self.width

    @property
    def bottom(self) -> int:
        """First row beyond it."""
        return self.top + self.height


class Inheritance:
    """The layout and master behind one slide."""

    def __init__(self, package: Package, slide_part: str) -> None:
        layout = package.related(slide_part, "slideLayout")
        master = package.related(layout, "slideMaster") if layout else None
        self._layout = package.shared(layout) if layout else None
        self._master = package.shared(master) if master else None
        theme = package.related(master, "theme") if master else None
        self._theme = package.shared(theme) if theme else None
        self._found: dict[tuple[str, str], list[etree._Element]] = {}

    def box(self, shape: etree._Element) -> Box | None:
        """Where a shape stands, in the coordinates of its parent."""
        transform = self.transform(shape)
        offset, extent = (None if transform is None else transform.find(f"{{*}}{name}") for name in ("off", "ext"))
        if offset is None or extent is None:
            return None
        return Box(_emu(offset, "x"), _emu(offset, "y"), _emu(extent, "cx"), _emu(extent, "cy"))

    def transform(self, shape: etree._Element) -> etree._Element | None:
        """The element that says where a shape stands and how it is turned: its own, else one that it inherits."""
        for element in (shape, *self._ancestors(shape)):
            found = find_all(element, "p:spPr/a:xfrm | p:grpSpPr/a:xfrm | p:xfrm")
            if found and found[0].find("{*}off") is not None and found[0].find("{*}ext") is not None:
                return found[0]
        return None

    def is_bullet(self, shape: etree._Element, paragraph: etree._Element, level: int) -> bool:
        """Whether a bullet or number is drawn before a paragraph."""
        for properties in self._paragraph_properties(shape, paragraph, level):
            found = find_all(properties, _BULLETS)
            if found:
                return etree.QName(found[0]).localname != "buNone"
        return False

    def body_properties(self, shape: etree._Element) -> list[etree._Element]:
        """`a:bodyPr` of a shape and of the placeholders that it inherits from, nearest first."""
        return [body for element in (shape, *self._ancestors(shape)) for body in find_all(element, "p:txBody/a:bodyPr")]

    def paragraph_properties(
        self, shape: etree._Element, paragraph: etree._Element, level: int
    ) -> list[etree._Element]:
        """A paragraph's own properties and those that it inherits, nearest first."""
        return list(self._paragraph_properties(shape, paragraph, level))

    def theme_font(self, *, is_heading: bool) -> str:
        """The theme's typeface for headings or for text; "" where it names none."""
        part = "major" if is_heading else "minor"
        faces = [] if self._theme is None else find_values(self._theme, f".//a:{part}Font/a:latin/@typeface")
        return next(iter(faces), "")

    def _paragraph_properties(
        self, shape: etree._Element, paragraph: etree._Element, level: int
    ) -> Iterator[etree._Element]:
        name = f"a:lvl{level + 1}pPr"
        yield from find_all(paragraph, "a:pPr")
        yield from find_all(shape, f"p:txBody/a:lstStyle/{name}")
        for ancestor in self._ancestors(shape):
            yield from find_all(ancestor, f"p:txBody/a:lstStyle/{name}")
        kind = placeholder_kind(shape)
        if self._master is not None and kind is not None:
            style = "titleStyle" if kind in TITLES else "bodyStyle"
            yield from find_all(self._master, f"p:txStyles/p:{style}/{name}")

    def _ancestors(self, shape: etree._Element) -> list[etree._Element]:
        """The layout's and master's placeholders that a shape inherits from, nearest first."""
        placeholder = _placeholder(shape)
        if placeholder is None:
            return []
        key = placeholder.get("type", ""), placeholder.get("idx", "0")
        if key not in self._found:
            self._found[key] = list(self._find_ancestors(*key))
        return self._found[key]

    def _find_ancestors(self, kind: str, index: str) -> Iterator[etree._Element]:
        if self._layout is not None:
            candidates = find_all(self._layout, ".//p:sp[p:nvSpPr/p:nvPr/p:ph]")
            yield from [s for s in candidates if _is_same(s, index, kind)][:1]
        if self._master is not None:
            wanted = _MASTER_KIND.get(kind, kind)
            candidates = find_all(self._master, ".//p:sp[p:nvSpPr/p:nvPr/p:ph]")
            yield from [s for s in candidates if placeholder_kind(s) == wanted][:1]


def placeholder_kind(shape: etree._Element) -> str | None:
    """The placeholder's type ("" where none is named), or None for a shape that is no placeholder."""
    placeholder = _placeholder(shape)
    return None if placeholder is None else placeholder.get("type", "")


def _placeholder(shape: etree._Element) -> etree._Element | None:
    return next(iter(find_all(shape, "./*/p:nvPr/p:ph")), None)


def _is_same(candidate: etree._Element, index: str, kind: str) -> bool:
    placeholder = candidate.find(f"{P}nvSpPr/{P}nvPr/{P}ph")
    if placeholder is None:
        return False
    if kind in TITLES:
        return placeholder.get("type") in TITLES
    return placeholder.get("idx", "0") == index


def _emu(element: etree._Element, name: str) -> int:
    return int(float(element.get(name) or 0))
