"""The parts of an Office package and how they refer to each other.

Only files that the guard has let through come here, and only inside the sandbox.

Source: ECMA-376 Part 2, Open Packaging Conventions (Parts, Relationships).
"""

from __future__ import annotations

import hashlib
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

PML = "http://schemas.openxmlformats.org/presentationml/2006/main"
DML = "http://schemas.openxmlformats.org/drawingml/2006/main"
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MCE = "http://schemas.openxmlformats.org/markup-compatibility/2006"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
NAMESPACES = {
    "p": PML,
    "a": DML,
    "r": REL,
    "mc": MCE,
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "dsp": "http://schemas.microsoft.com/office/drawing/2008/diagram",
    "p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
    "adec": "http://schemas.microsoft.com/office/drawing/2017/decorative",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
}
P, A, R, MC = (f"{{{uri}}}" for uri in (PML, DML, REL, MCE))

STRICT_PREFIX = b"http://purl.oclc.org/ooxml/"
_STRICT_NAMES = (
    (b"http://purl.oclc.org/ooxml/presentationml/", b"http://schemas.openxmlformats.org/presentationml/2006/"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", REL.encode()),
)


class MissingPart(KeyError):
    """A relationship names a part that is not there."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """One arrow between parts.

    Attributes:
        id: as the XML names it ("rId3").
        kind: last word of its type ("slideLayout", "image", "diagramDrawing").
        target: part name without leading slash, or an address if it is external.
    """

    id: str
    kind: str
    type: str
    target: str
    is_external: bool


class Package:
    """A package opened for reading; parts are read when asked for, their digests kept."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        self.names = {name.lstrip("/") for name in self._zip.namelist() if not name.endswith("/")}
        self._entries = {name.lstrip("/"): name for name in self._zip.namelist()}
        self._relationships: dict[str, dict[str, Relationship]] = {}
        self._digests: dict[str, str] = {}
        self._shared: dict[str, etree._Element] = {}

    def read(self, part: str) -> bytes:
        """A part's bytes; strict names of the standard are turned into the usual ones."""
        if part not in self._entries:
            raise MissingPart(part)
        content = self._zip.read(self._entries[part])
        if STRICT_PREFIX in content[:4096] and part.endswith((".xml", ".rels")):
            for strict, usual in _STRICT_NAMES:
                content = content.replace(strict, usual)
        return content

    def parse(self, part: str) -> etree._Element:
        """A part's root element, without entities, network or comments."""
        return etree.fromstring(self.read(part), new_parser())

    def shared(self, part: str) -> etree._Element:
        """The same as `parse`, once for each part: for what many slides look into and none changes."""
        if part not in self._shared:
            self._shared[part] = self.parse(part)
        return self._shared[part]

    def relationships(self, part: str) -> dict[str, Relationship]:
        """The part's relationships by id, in the order of the file; "" is the package itself."""
        if part not in self._relationships:
            name = relationships_part(part)
            found = list(self._read_relationships(part, name)) if name in self.names else []
            self._relationships[part] = {relationship.id: relationship for relationship in found}
        return self._relationships[part]

    def related(self, part: str, kind: str) -> str | None:
        """The first part of this kind that the part refers to, if it is there."""
        targets = (r.target for r in self.relationships(part).values() if r.kind == kind and not r.is_external)
        return next((target for target in targets if target in self.names), None)

    def digest(self, part: str) -> str:
        """SHA-256 of the part's bytes, 64 hex digits."""
        if part not in self._digests:
            self._digests[part] = hashlib.sha256(self.read(part)).hexdigest()
        return self._digests[part]

    def presentation(self) -> str:
        """Name of the presentation part."""
        part = self.related("", "officeDocument")
        if part is None:
            raise MissingPart("officeDocument")
        return part

    def slides(self) -> list[tuple[str, str]]:
        """Id and part of each slide, in order of showing, hidden ones counted."""
        presentation = self.presentation()
        relationships = self.relationships(presentation)
        listed = self.parse(presentation).iterfind(f"{P}sldIdLst/{P}sldId")
        return [(slide.get("id", ""), relationships[slide.get(f"{R}id", "")].target) for slide in listed]

    def _read_relationships(self, part: str, name: str) -> Iterator[Relationship]:
        for element in self.parse(name).iterfind(f"{{{PACKAGE_REL}}}Relationship"):
            is_external = element.get("TargetMode") == "External"
            target = element.get("Target", "")
            if not is_external:
                joined = posixpath.join("/", posixpath.dirname(part), target.split("#")[0])
                target = posixpath.normpath(joined).lstrip("/")
            kind = element.get("Type", "")
            yield Relationship(element.get("Id", ""), kind.rpartition("/")[2], kind, target, is_external)


def new_parser() -> etree.XMLParser:
    """A parser that fetches and expands nothing."""
    return etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True, huge_tree=False
    )


def relationships_part(part: str) -> str:
    """Name of the part that holds this part's relationships."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def find_all(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements by XPath with our prefixes."""
    found = element.xpath(path, namespaces=NAMESPACES)
    return [node for node in found if etree.iselement(node)] if isinstance(found, list) else []


def find_values(element: etree._Element, path: str) -> list[str]:
    """Attributes or texts by XPath with our prefixes."""
    found = element.xpath(path, namespaces=NAMESPACES)
    return [str(value) for value in found if isinstance(value, str)] if isinstance(found, list) else []


def to_xml(root: etree._Element) -> bytes:
    """A part's bytes, the same for the same tree."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
