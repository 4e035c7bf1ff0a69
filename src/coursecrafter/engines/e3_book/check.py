"""Check a finished book: what is looked at is the file, not the intention.

Source: quality figures, Book (no blank pages or empty sections, correct pagination).
"""

from __future__ import annotations

import ctypes
import io
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from lxml import etree

from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e3_book.manuscript import walk_blocks
from coursecrafter.engines.e3_book.pages import open_pdf

BLANK_SCALE = 0.15
"""Of a point: fine enough that one line of text is grey pixels, coarse enough for 400 pages in a second or two."""

BODY_TOP, BODY_BOTTOM = 0.12, 0.885
"""Where the template's text area begins and ends, as parts of the page's height."""


def check_book(book: Mapping[str, Any], pdf: bytes, epub: bytes) -> tuple[Finding, ...]:
    """Check both editions of a book.

    Returns:
        One finding for each check; the figure of "pages" is their number.
    """
    with open_pdf(pdf) as document:
        found = [
            _finding("pages", [], f"The book has {len(document)} pages.", figure=len(document)),
            _finding("blank_pages", _blank_pages(document), "No page is blank."),
            _finding("contents", _wrong_page_numbers(document), "The contents page gives the right page numbers."),
            _finding("fonts", _fonts_outside(document), "All fonts are embedded."),
        ]
    return (
        *found,
        _finding("descriptions", _without_description(book), "All pictures have a description."),
        _finding("epub", _broken_links(epub), "The EPUB is whole and its links lead somewhere."),
    )


def report_left_out(empty: Sequence[str], characters: Sequence[str]) -> tuple[Finding, ...]:
    """Warn of sections that hold nothing, and of characters that no font can draw."""
    sentences = []
    if empty:
        sentences.append(("empty_sections", f"Left out, because nothing stands in them: {_listed(empty)}.", len(empty)))
    if characters:
        sentence = f"Left out, because no installed font can draw them: {_listed(characters)}."
        sentences.append(("missing_glyphs", sentence, len(characters)))
    return tuple(Finding(check, Severity.WARNING, sentence, float(count)) for check, sentence, count in sentences)


def _finding(check: str, wrong: Sequence[str], sentence: str, figure: float | None = None) -> Finding:
    if wrong:
        return Finding(check, Severity.ERROR, f"Wrong in the book: {_listed(wrong)}.", float(len(wrong)))
    return Finding(check, Severity.OK, sentence, figure)


def _listed(things: Sequence[str], shown: int = 10) -> str:
    return ", ".join(things[:shown]) + (f" and {len(things) - shown} more" if len(things) > shown else "")


def _blank_pages(document: pypdfium2.PdfDocument) -> list[str]:
    """Pages whose text area is of one colour; a head and a folio alone fill no page."""
    blank = []
    for place, page in enumerate(document, 1):
        drawn = page.render(scale=BLANK_SCALE, grayscale=True).to_pil()
        body = drawn.crop((0, round(drawn.height * BODY_TOP), drawn.width, round(drawn.height * BODY_BOTTOM)))
        darkest, lightest = body.getextrema()
        if darkest == lightest:
            blank.append(f"page {place} is blank")
    return blank


def _wrong_page_numbers(document: pypdfium2.PdfDocument) -> list[str]:
    """Entries of the contents pages that do not print the label of the page that they lead to."""
    printed: dict[int, str] = defaultdict(str)
    for place in _contents_pages(document):
        for target, text in _links(document, place):
            printed[target] += f" {text}"
    labels = {target: document.get_page_label(target) for target in printed}
    wrong = [
        f"page {labels[target]} in the contents"
        for target, text in printed.items()
        if labels[target] not in re.findall(r"\d+", text)
    ]
    missing = {bookmark.get_dest().get_index() for bookmark in _chapters(document)} - set(printed)
    return [*wrong, *(f"no entry in the contents for page {place + 1}" for place in sorted(missing))]


def _chapters(document: pypdfium2.PdfDocument) -> list[pypdfium2.PdfBookmark]:
    """Bookmarks of the chapters; the first bookmark is that of the contents."""
    return [bookmark for bookmark in document.get_toc() if bookmark.level == 0][1:]


def _contents_pages(document: pypdfium2.PdfDocument) -> range:
    first = next(document.get_toc()).get_dest().get_index()
    return range(first, _chapters(document)[0].get_dest().get_index())


def _links(document: pypdfium2.PdfDocument, place: int) -> Iterator[tuple[int, str]]:
    """Target page and text of each link on a page."""
    page = document[place]
    text = page.get_textpage()
    position, link, box = ctypes.c_int(0), pdfium.FPDF_LINK(), pdfium.FS_RECTF()
    while pdfium.FPDFLink_Enumerate(page, position, link):
        destination = pdfium.FPDFLink_GetDest(document, link)
        pdfium.FPDFLink_GetAnnotRect(link, box)
        target = pdfium.FPDFDest_GetDestPageIndex(document, destination)
        yield target, text.get_text_bounded(box.left, box.bottom, box.right, box.top)


def _fonts_outside(document: pypdfium2.PdfDocument) -> list[str]:
    outside: set[str] = set()
    for page in document:
        for drawn in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT]):
            font = pdfium.FPDFTextObj_GetFont(drawn)
            if pdfium.FPDFFont_GetIsEmbedded(font) != 1:
                name = ctypes.create_string_buffer(128)
                pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
                outside.add(name.value.decode(errors="replace"))
    return [f"the font {name} is not embedded" for name in sorted(outside)]


def _without_description(book: Mapping[str, Any]) -> list[str]:
    return [
        f"figure {block['number']} has no description"
        for chapter in book["chapters"]
        for part in (chapter, *chapter["sections"])
        for block in walk_blocks(part["blocks"])
        if block["kind"] == "figure" and not block["alt"].strip()
    ]


def _broken_links(epub: bytes) -> list[str]:
    """Links and pictures of the EPUB that lead to no file in it."""
    with zipfile.ZipFile(io.BytesIO(epub)) as archive:
        names = set(archive.namelist())
        broken = []
        for name in sorted(names):
            if not name.endswith((".xhtml", ".opf")):
                continue
            for element in etree.fromstring(archive.read(name)).iter():
                target = str(element.get("href") or element.get("src") or "")
                path = posixpath.join(posixpath.dirname(name), target.partition("#")[0])
                if target and "://" not in target and not target.startswith("mailto:") and path not in names:
                    broken.append(f"{target} in {name}")
    return broken
