"""A copy of a deck that holds chosen states as its slides, and the look of each state.

All states that are wanted are slides of one copy, so that one run of LibreOffice draws them all. The copy holds only
what they refer to: no notes, no other slide, no film, no custom show, nothing outside the package.

Runs in the sandbox: `python -m coursecrafter.ingest.state_deck DECK PAGES COPY`, where PAGES is a JSON list of
[slide number, state index].
"""

from __future__ import annotations

import hashlib
import json
import posixpath
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

from lxml import etree

from coursecrafter.ingest.package import (
    CONTENT_TYPES,
    PACKAGE_REL,
    REL,
    P,
    Package,
    R,
    Relationship,
    find_all,
    relationships_part,
    to_xml,
)
from coursecrafter.ingest.placeholders import FURNITURE, Inheritance, placeholder_kind
from coursecrafter.ingest.slide_states import apply_state, freeze_fields, prepare_slide
from coursecrafter.ingest.text_fit import fit_texts
from coursecrafter.ingest.timing import State, read_states, remove_timing, shape_ids

MAIN_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.presentation.main+xml"
SLIDE_TYPE = "application/vnd.openxmlformats-officedocument.presentationml.slide+xml"
_KEPT_OF_PRESENTATION = {f"{P}{name}" for name in ("sldMasterIdLst", "sldSz", "notesSz", "kinsoku", "defaultTextStyle")}
_UNDRAWN_KINDS = {
    "slide", "notesSlide", "notesMaster", "handoutMaster", "comments", "tags", "customXml", "audio", "video", "media",
    "commentAuthors", "presProps", "viewProps", "hyperlink", "printerSettings", "package", "externalLinkPath",
}  # fmt: skip


class StateSource:
    """One slide's states, ready to be written."""

    def __init__(self, package: Package, part: str, number: int) -> None:
        slide = package.parse(part)
        self.part = part
        self.is_hidden = slide.get("show") in {"0", "false"}
        self.states, self.caveats = read_states(slide)
        fit_texts(slide, Inheritance(package, part))
        self._prepared = prepare_slide(slide, number, shape_ids(self.states))

    def draw(self, state: State) -> bytes:
        """The slide's XML in one of its states."""
        return to_xml(apply_state(self._prepared, state))


class StateDeck:
    """A deck whose slides can be asked for state by state."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.parts = [part for _, part in package.slides()]
        self._looks: dict[str, str] = {}

    @cached_property
    def presentation(self) -> etree._Element:
        """Root of the presentation part."""
        return self.package.parse(self.package.presentation())

    @cached_property
    def first_number(self) -> int:
        """The number that the first slide shows."""
        return int(self.presentation.get("firstSlideNum") or 1)

    def source(self, number: int) -> StateSource:
        """The states of the slide at this place, from 1."""
        return StateSource(self.package, self.parts[number - 1], number - 1 + self.first_number)

    def look(self, source: StateSource, state: State) -> str:
        """SHA-256 of all that decides how a state looks, wherever in the deck it stands."""
        parts = [hashlib.sha256(source.draw(state)).hexdigest(), self._look_of_parts(source.part), self._common_look]
        return hashlib.sha256(" ".join(parts).encode()).hexdigest()

    @cached_property
    def _common_look(self) -> str:
        kept = find_all(self.presentation, "p:sldSz | p:kinsoku | p:defaultTextStyle")
        main = self.package.presentation()
        shared = [self.package.related(main, kind) for kind in ("tableStyles", "theme")]
        content = [etree.tostring(element, method="c14n") for element in kept]
        content += [self.package.digest(part).encode() for part in shared if part]
        return hashlib.sha256(b" ".join(content)).hexdigest()

    def _look_of_parts(self, part: str) -> str:
        """Digest of what a part refers to, and so on; a part that refers back to one above it ends the walk."""
        if part not in self._looks:
            self._looks[part] = ""
            lines = []
            for relationship in drawn_relationships(self.package, part):
                target = relationship.target
                lines.append(f"{relationship.id} {self.package.digest(target)} {self._look_of_parts(target)}")
            self._looks[part] = hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
        return self._looks[part]


def drawn_relationships(package: Package, part: str) -> Iterator[Relationship]:
    """What a part needs to be drawn. A master needs none of its layouts, since a slide names its own."""
    is_master = "/slideMasters/" in f"/{part}"
    for relationship in package.relationships(part).values():
        if relationship.is_external or relationship.kind in _UNDRAWN_KINDS or relationship.target not in package.names:
            continue
        if not (is_master and relationship.kind == "slideLayout"):
            yield relationship


def write_copy(deck: StateDeck, pages: Sequence[tuple[int, int]], target: Path) -> None:
    """Write a deck with one slide for each page, in this order.

    Args:
        deck: where the slides come from.
        pages: slide number (from 1) and state index of each page.
        target: the new file.
    """
    package = deck.package
    main = package.presentation()
    folder = posixpath.dirname(main)
    used = _reachable(package, [deck.parts[number - 1] for number, _ in pages])
    masters = {part for part in used if "/slideMasters/" in f"/{part}"}
    kept = _with_layouts(package, used, masters)
    tables = package.related(main, "tableStyles")
    kept |= {tables} if tables else set()
    names = [f"{folder}/slides/state{index}.xml" for index in range(1, len(pages) + 1)]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as copy:
        copy.writestr("[Content_Types].xml", _content_types(package, {*kept}, main, names))
        copy.writestr("_rels/.rels", _relationships([("rId1", f"{REL}/officeDocument", f"/{main}", False)]))
        for part in sorted(kept):
            copy.writestr(part, _undisturbed(package, part))
            if package.relationships(part):
                copy.writestr(relationships_part(part), _kept_relationships(package, part, kept))
        _write_slides(copy, deck, pages, names, kept)
        copy.writestr(main, _presentation(package, main, masters, len(names)))
        copy.writestr(relationships_part(main), _main_relationships(package, main, masters, tables, names))


def _write_slides(
    copy: zipfile.ZipFile, deck: StateDeck, pages: Sequence[tuple[int, int]], names: Sequence[str], kept: set[str]
) -> None:
    source: StateSource | None = None
    for (number, state), name in zip(pages, names, strict=True):
        if source is None or source.part != deck.parts[number - 1]:
            source = deck.source(number)
        copy.writestr(name, source.draw(source.states[state]))
        copy.writestr(relationships_part(name), _kept_relationships(deck.package, source.part, kept))


def _reachable(package: Package, parts: Iterable[str]) -> set[str]:
    """All that the slides need, themselves left out: their XML is written anew."""
    found: set[str] = set()
    left = list(parts)
    while left:
        for relationship in drawn_relationships(package, left.pop()):
            if relationship.target not in found:
                found.add(relationship.target)
                left.append(relationship.target)
    return found


def _with_layouts(package: Package, used: set[str], masters: set[str]) -> set[str]:
    """A master lists its layouts by relationship, so those that no slide uses come too."""
    layouts = {
        relationship.target
        for master in masters
        for relationship in package.relationships(master).values()
        if relationship.kind == "slideLayout" and relationship.target in package.names
    }
    return used | layouts | _reachable(package, sorted(layouts))


def _undisturbed(package: Package, part: str) -> bytes:
    """A part's bytes; layouts and masters without the furniture that PowerPoint does not draw on slides either."""
    if not any(folder in f"/{part}" for folder in ("/slideLayouts/", "/slideMasters/")):
        return package.read(part)
    root = package.parse(part)
    for shape in root.iter(f"{P}sp"):
        if placeholder_kind(shape) in FURNITURE:
            for piece in find_all(shape, "p:txBody/a:p/*[self::a:fld or self::a:r or self::a:br]"):
                parent = piece.getparent()
                if parent is not None:
                    parent.remove(piece)
    remove_timing(root)
    freeze_fields(root, "")
    return to_xml(root)


def _kept_relationships(package: Package, part: str, kept: set[str]) -> bytes:
    rows = []
    for relationship in package.relationships(part).values():
        if relationship.target in kept and not relationship.is_external:
            rows.append((relationship.id, relationship.type, f"/{relationship.target}", False))
        elif relationship.kind in {"hyperlink", "slide"}:
            # Linked text is drawn in the theme's colour for links, wherever it leads.
            rows.append((relationship.id, f"{REL}/hyperlink", "https://localhost/", True))
    return _relationships(rows)


def _main_relationships(
    package: Package, main: str, masters: set[str], tables: str | None, names: Sequence[str]
) -> bytes:
    wanted = {*masters, *({tables} if tables else ())}
    rows = [(r.id, r.type, f"/{r.target}", False) for r in package.relationships(main).values() if r.target in wanted]
    rows += [(f"state{index}", f"{REL}/slide", f"/{name}", False) for index, name in enumerate(names, 1)]
    return _relationships(rows)


def _presentation(package: Package, main: str, masters: set[str], pages: int) -> bytes:
    root = package.parse(main)
    targets = {r.id: r.target for r in package.relationships(main).values()}
    for child in list(root):
        if child.tag not in _KEPT_OF_PRESENTATION:
            root.remove(child)
    for master in find_all(root, "p:sldMasterIdLst/p:sldMasterId"):
        parent = master.getparent()
        if parent is not None and targets.get(master.get(f"{R}id", "")) not in masters:
            parent.remove(master)
    listed = etree.Element(f"{P}sldIdLst")
    for index in range(1, pages + 1):
        etree.SubElement(listed, f"{P}sldId", {"id": str(255 + index), f"{R}id": f"state{index}"})
    root.insert(1 if find_all(root, "p:sldMasterIdLst") else 0, listed)
    return to_xml(root)


def _content_types(package: Package, kept: set[str], main: str, names: Sequence[str]) -> bytes:
    root = package.parse("[Content_Types].xml")
    for override in root.findall(f"{{{CONTENT_TYPES}}}Override"):
        if override.get("PartName", "").lstrip("/") not in kept:
            root.remove(override)
    for name, kind in [(main, MAIN_TYPE), *((name, SLIDE_TYPE) for name in names)]:
        etree.SubElement(root, f"{{{CONTENT_TYPES}}}Override", PartName=f"/{name}", ContentType=kind)
    return to_xml(root)


def _relationships(rows: Iterable[tuple[str, str, str, bool]]) -> bytes:
    root = etree.fromstring(f'<Relationships xmlns="{PACKAGE_REL}"/>')
    for identifier, kind, target, is_external in rows:
        row = etree.SubElement(root, f"{{{PACKAGE_REL}}}Relationship", Id=identifier, Type=kind, Target=target)
        if is_external:
            row.set("TargetMode", "External")
    return to_xml(root)


def main(arguments: Sequence[str]) -> None:
    """Write the copy that the arguments ask for."""
    deck, pages, target = map(Path, arguments)
    wanted = [(int(number), int(state)) for number, state in json.loads(pages.read_text())]
    write_copy(StateDeck(Package(deck)), wanted, target)


if __name__ == "__main__":
    main(sys.argv[1:])
