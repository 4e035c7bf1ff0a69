"""Bind the EPUB edition.

Source: EPUB 3.3, OCF ZIP Container, Package Document, Navigation Document; EPUB Accessibility 1.1; Schema.org.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from string import Template
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from lxml import etree

from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e3_book.manuscript import picture_file
from coursecrafter.engines.e3_book.markup import EPUB_TYPE, XML_LANG, Element
from coursecrafter.engines.e3_book.markup import make_dc as D  # noqa: N812 - as short as the tags that it makes
from coursecrafter.engines.e3_book.markup import make_opf as O  # noqa: N812 - the same
from coursecrafter.engines.e3_book.markup import make_xhtml as E  # noqa: N812 - the same
from coursecrafter.engines.e3_book.xhtml import language_tag, write_chapter, write_page
from coursecrafter.jobs.steps import Produced, Step, content_key

STYLESHEET = Path(__file__).parent / "book.css"
MIME_TYPE = "application/epub+zip"
CONTAINER = (
    '<?xml version="1.0" encoding="utf-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>'
    "</rootfiles></container>"
)
ACCESSIBILITY = (
    ("accessMode", "textual"),
    ("accessMode", "visual"),
    ("accessModeSufficient", "textual,visual"),
    ("accessModeSufficient", "textual"),
    ("accessibilityFeature", "alternativeText"),
    ("accessibilityFeature", "displayTransformability"),
    ("accessibilityFeature", "readingOrder"),
    ("accessibilityFeature", "structuralNavigation"),
    ("accessibilityFeature", "tableOfContents"),
    ("accessibilityHazard", "noFlashingHazard"),
    ("accessibilityHazard", "noMotionSimulationHazard"),
    ("accessibilityHazard", "noSoundHazard"),
)
EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first time that a ZIP file can hold; given to all, so that equal books are equal bytes."""


def make_epub(
    book: Mapping[str, Any], pictures: Iterable[StoredObject], cover: StoredObject, bench: Bench
) -> StoredObject:
    """Bind a manuscript as an EPUB.

    Args:
        book: see `manuscript.py`.
        pictures: all that it names.
        cover: the cover as a JPEG.
    """
    used = {picture_file(picture): picture for picture in pictures}

    def make(folder: Path) -> dict[str, Produced]:
        path = folder / "book.epub"
        with zipfile.ZipFile(path, "w") as archive:
            _add(archive, "mimetype", MIME_TYPE.encode(), zipfile.ZIP_STORED)
            _add(archive, "META-INF/container.xml", CONTAINER.encode())
            for name, content in _documents(book, sorted(used)):
                _add(archive, f"EPUB/{name}", content)
            _add(archive, "EPUB/images/cover.jpg", bench.store.get_bytes(cover), zipfile.ZIP_STORED)
            for name, picture in sorted(used.items()):
                _add(archive, f"EPUB/images/{name}", bench.store.get_bytes(picture), zipfile.ZIP_STORED)
        return {"epub": Produced(path, MIME_TYPE)}

    key = content_key("book_epub", 1, book=book, cover=cover.sha256, stylesheet=STYLESHEET.read_text(encoding="utf-8"))
    return bench.steps.run([Step("book_epub", key, make, "EPUB")])[0].files["epub"]


def _add(archive: zipfile.ZipFile, name: str, content: bytes, compression: int = zipfile.ZIP_DEFLATED) -> None:
    entry = zipfile.ZipInfo(name, EARLIEST)
    entry.compress_type = compression
    entry.create_system = 3
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _documents(book: Mapping[str, Any], images: list[str]) -> Iterator[tuple[str, bytes]]:
    words = book["words"]
    yield "package.opf", _package(book, images)
    yield "nav.xhtml", _navigation(book)
    yield "cover.xhtml", write_page(book, words["cover"], _cover(book), body_class="cover")
    yield "title.xhtml", write_page(book, book["title"], _title_page(book))
    yield "copyright.xhtml", write_page(book, words["copyright"], _imprint(book))
    for chapter in book["chapters"]:
        yield f"{chapter['id']}.xhtml", write_chapter(book, chapter)
    yield "book.css", Template(STYLESHEET.read_text(encoding="utf-8")).substitute(book["palette"]).encode()


def _cover(book: Mapping[str, Any]) -> Element:
    section = E("section", E("img", src="images/cover.jpg", alt=f"{book['words']['cover']}: {book['title']}"))
    section.set(EPUB_TYPE, "cover")
    return section


def _title_page(book: Mapping[str, Any]) -> Element:
    section = E("section", E("h1", book["title"]), class_="title-page")
    section.set(EPUB_TYPE, "titlepage")
    if book["subtitle"]:
        section.append(E("p", book["subtitle"], class_="subtitle"))
    section.append(E("p", book["publisher"], class_="publisher"))
    if book["logo"]:
        section.append(E("p", E("img", src=f"images/{book['logo']}", alt=book["publisher"]), class_="publisher"))
    return section


def _imprint(book: Mapping[str, Any]) -> Element:
    words, moment = book["words"], book["modified"]
    year = f"{moment['year']} " if moment else ""
    lines = [book["title"]]
    if book["code"]:
        lines.append(words["course_code"].replace("{code}", book["code"]))
    if moment:
        lines.append(words["edition"].replace("{date}", "{year:04}-{month:02}-{day:02}".format(**moment)))
    lines.append(f"© {year}{book['publisher']}")
    section = E("section", *(E("p", line) for line in lines), class_="imprint")
    section.set(EPUB_TYPE, "copyright-page")
    return section


def _navigation(book: Mapping[str, Any]) -> bytes:
    words = book["words"]
    contents = E(
        "nav",
        E("h1", words["contents"]),
        E("ol", *(_contents_entry(chapter) for chapter in book["chapters"])),
        id="toc",
    )
    contents.set(EPUB_TYPE, "toc")
    first = book["chapters"][0]
    marks = [
        ("cover", "cover.xhtml", words["cover"]),
        ("toc", "nav.xhtml", words["contents"]),
        ("bodymatter", f"{first['id']}.xhtml", first["title"]),
    ]
    landmarks = E("nav", E("ol", *(_landmark(*mark) for mark in marks)), id="landmarks", hidden="hidden")
    landmarks.set(EPUB_TYPE, "landmarks")
    return write_page(book, words["contents"], contents, landmarks)


def _contents_entry(chapter: Mapping[str, Any]) -> Element:
    """A chapter's line, with its sections below it and their subsections below them."""
    page = f"{chapter['id']}.xhtml"
    root = E("li", E("a", f"{chapter['number']} {chapter['title']}", href=page))
    open_entries = [root]
    for section in chapter["sections"]:
        del open_entries[section["level"] - 1 :]
        parent = open_entries[-1]
        if len(parent) == 1:
            parent.append(E("ol"))
        entry = E("li", E("a", f"{section['number']} {section['title']}", href=f"{page}#{section['id']}"))
        parent[-1].append(entry)
        open_entries.append(entry)
    return root


def _landmark(kind: str, href: str, title: str) -> Element:
    anchor = E("a", title, href=href)
    anchor.set(EPUB_TYPE, kind)
    return E("li", anchor)


def _package(book: Mapping[str, Any], images: list[str]) -> bytes:
    chapters = [chapter["id"] for chapter in book["chapters"]]
    pages = ["cover", "title", "copyright", "nav", *chapters]
    manifest = O(
        "manifest",
        *(O("item", id=page, href=f"{page}.xhtml", media_type="application/xhtml+xml") for page in pages),
        O("item", id="style", href="book.css", media_type="text/css"),
        O("item", id="cover-image", href="images/cover.jpg", media_type="image/jpeg", properties="cover-image"),
        *(
            O("item", id=f"i{place}", href=f"images/{name}", media_type=_media_type(name))
            for place, name in enumerate(images)
        ),
    )
    manifest[pages.index("nav")].set("properties", "nav")
    direction = "rtl" if book["is_rtl"] else "ltr"
    spine = O("spine", *(O("itemref", idref=page) for page in pages), page_progression_direction=direction)
    package = O("package", _metadata(book), manifest, spine, version="3.0", unique_identifier="book-id")
    package.set(XML_LANG, language_tag(book))
    written: bytes = etree.tostring(package, xml_declaration=True, encoding="utf-8", pretty_print=True)
    return written


def _metadata(book: Mapping[str, Any]) -> Element:
    # Named by what it is, not by a row: a project that is built again gives the same book.
    identifier = uuid5(NAMESPACE_URL, f"coursecrafter:book:{book['code']}:{book['title']}")
    moment = book["modified"] or dict(zip(("year", "month", "day", "hour", "minute", "second"), EARLIEST, strict=True))
    modified = "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z".format(**moment)
    metadata = O(
        "metadata",
        D("identifier", identifier.urn, id="book-id"),
        D("title", book["title"]),
        D("language", language_tag(book)),
        D("publisher", book["publisher"]),
        D("creator", book["publisher"]),
        O("meta", modified, property="dcterms:modified"),
    )
    if book["subtitle"]:
        metadata.append(D("description", book["subtitle"]))
    if book["modified"]:
        metadata.append(D("date", modified[:10]))
    metadata.extend(O("meta", value, property=f"schema:{name}") for name, value in ACCESSIBILITY)
    return metadata


def _media_type(name: str) -> str:
    return "image/jpeg" if name.endswith(".jpg") else "image/png"
