"""XML elements made from Python calls: texts become text nodes, so nothing an author wrote is markup."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

Element = etree._Element  # noqa: SLF001 - lxml gives its element type no public name

XHTML = "http://www.w3.org/1999/xhtml"
OPF = "http://www.idpf.org/2007/opf"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
EPUB_TYPE = "{http://www.idpf.org/2007/ops}type"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@dataclass(frozen=True, slots=True)
class ElementMaker:
    """Makes elements of one namespace.

    Attributes:
        prefixes: namespaces by prefix, written on the elements that use them; None is the default namespace.
    """

    namespace: str
    prefixes: Mapping[Any, str]

    def __call__(self, tag: str, *content: Element | str, **attributes: str) -> Element:
        """Make an element; `media_type` stands for the attribute media-type, `class_` for class."""
        names = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        element = etree.Element(f"{{{self.namespace}}}{tag}", names, nsmap=dict(self.prefixes))
        for part in content:
            if isinstance(part, str):
                append_text(element, part)
            else:
                element.append(part)
        return element


def append_text(element: Element, text: str) -> None:
    """Append text after what the element holds."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text


make_xhtml = ElementMaker(XHTML, {None: XHTML, "epub": "http://www.idpf.org/2007/ops"})
make_opf = ElementMaker(OPF, {None: OPF, "dc": DUBLIN_CORE})
make_dc = ElementMaker(DUBLIN_CORE, {"dc": DUBLIN_CORE})
