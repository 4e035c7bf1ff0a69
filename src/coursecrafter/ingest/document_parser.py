"""Reads a document into a JSON object: its title, and its paragraphs with their pages.

Runs in the sandbox: `python -m coursecrafter.ingest.document_parser KIND DOCUMENT JSON`.

Source: ECMA-376 Part 1, 17 (WordprocessingML).
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pypdfium2
from lxml import etree
from markdown_it import MarkdownIt

from coursecrafter.ingest.characters import clean_line, clean_text
from coursecrafter.ingest.guard import DocumentKind
from coursecrafter.ingest.package import Package

Paragraph = tuple[str, int | None]
WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
SHORT_LINE = 0.75
"""A line this much shorter than the page's longest ends its paragraph."""
REPEATED_PAGES = 3
MAX_FORM_DEPTH = 4
_LIST_MARK = re.compile(r"\s*([-*\u2022\u25aa\u2013]|\d{1,3}[.)])\s+")
_BROKEN_WORD = re.compile("[\u0002\ufffe]\\s*\n?|(?<=\\w)\u00ad\\s*\n")
_BLANK_LINES = re.compile(r"\n[ \t]*\n")


def parse_document(kind: DocumentKind, path: Path) -> dict[str, Any]:
    """A JSON object: title ("" where it has none), paragraphs, pages that are scans, whether it asks for a password."""
    readers = {
        DocumentKind.DOCX: _read_docx,
        DocumentKind.PDF: _read_pdf,
        DocumentKind.TEXT: _read_text,
        DocumentKind.MARKDOWN: _read_markdown,
    }
    scans: list[int] = []
    try:
        title, paragraphs = readers[kind](path)
        if kind is DocumentKind.PDF:
            scans = _scanned_pages(path, {page for text, page in paragraphs if text})
    except pypdfium2.PdfiumError as error:
        if "password" not in str(error).lower():
            raise
        return {"title": "", "paragraphs": [], "scans": [], "is_locked": True}
    kept = [(text, page) for text, page in paragraphs if text]
    return {"title": title, "paragraphs": kept, "scans": scans, "is_locked": False}


def _read_docx(path: Path) -> tuple[str, list[Paragraph]]:
    package = Package(path)
    body = package.parse(package.presentation()).find(f"{WORD}body")
    core = package.related("", "core-properties")
    title = clean_line(package.parse(core).findtext(".//{*}title") or "") if core else ""
    return title, [] if body is None else [(text, None) for text in _word_blocks(body)]


def _word_blocks(parent: etree._Element) -> Iterator[str]:
    for child in parent:
        if child.tag == f"{WORD}p":
            yield clean_text("".join(_word_pieces(child)))
        elif child.tag == f"{WORD}tr":
            cells = (clean_line("\n".join(_word_blocks(cell))) for cell in child.iterfind(f"{WORD}tc"))
            yield ", ".join(filter(None, cells))
        elif child.tag in {f"{WORD}tbl", f"{WORD}sdt", f"{WORD}sdtContent"}:
            yield from _word_blocks(child)


def _word_pieces(element: etree._Element) -> Iterator[str]:
    for child in element:
        name = etree.QName(child).localname
        if name == "t":
            yield child.text or ""
        elif name in {"tab", "br", "cr"}:
            yield " " if name == "tab" else "\n"
        elif name not in {"del", "moveFrom", "Fallback", "pPr", "rPr"}:
            yield from _word_pieces(child)


def _read_pdf(path: Path) -> tuple[str, list[Paragraph]]:
    document = pypdfium2.PdfDocument(path)
    title = clean_line(document.get_metadata_value("Title"))
    pages = []
    for page in document:
        text = page.get_textpage()
        pages.append(_BROKEN_WORD.sub("", text.get_text_range().replace("\r\n", "\n")).split("\n"))
        text.close()
        page.close()
    repeated = _running_lines(pages)
    paragraphs: list[Paragraph] = []
    for number, lines in enumerate(pages, 1):
        kept = [line for line in lines if _without_digits(line) not in repeated]
        paragraphs += [(clean_line(text), number) for text in join_lines(kept)]
    return title, paragraphs


def _scanned_pages(path: Path, written: set[int | None]) -> list[int]:
    """Pages that hold pictures and not one word."""
    document = pypdfium2.PdfDocument(path)
    found = []
    for number in range(1, len(document) + 1):
        if number not in written:
            page = document[number - 1]
            if next(page.get_objects([pypdfium2.raw.FPDF_PAGEOBJ_IMAGE], max_depth=MAX_FORM_DEPTH), None) is not None:
                found.append(number)
            page.close()
    return found


def _running_lines(pages: Sequence[Sequence[str]]) -> set[str]:
    """Heads and feet: first and last lines that come back on most pages, whatever their number."""
    ends = Counter(line for lines in pages for line in {_without_digits(end) for end in [*lines[:1], *lines[-1:]]})
    return {line for line, count in ends.items() if line and count >= REPEATED_PAGES and count * 2 > len(pages)}


def _without_digits(line: str) -> str:
    return re.sub(r"\d+", "#", line.strip())


def join_lines(lines: Sequence[str]) -> Iterator[str]:
    """Paragraphs of a page of which only the lines are known."""
    longest = max(map(len, lines), default=0)
    paragraph: list[str] = []
    for line in lines:
        if paragraph and (not line.strip() or _LIST_MARK.match(line) or len(paragraph[-1]) < SHORT_LINE * longest):
            yield " ".join(paragraph)
            paragraph = []
        if line.strip():
            paragraph.append(line)
    if paragraph:
        yield " ".join(paragraph)


def _read_text(path: Path) -> tuple[str, list[Paragraph]]:
    return "", [(text, None) for part in _BLANK_LINES.split(_decode(path)) for text in _text_blocks(part)]


def _text_blocks(part: str) -> Iterator[str]:
    """A list's points are paragraphs; other lines of a block belong together."""
    lines: list[str] = []
    for line in part.split("\n"):
        if lines and _LIST_MARK.match(line):
            yield clean_line(" ".join(lines))
            lines = []
        lines.append(line)
    yield clean_line(" ".join(lines))


def _read_markdown(path: Path) -> tuple[str, list[Paragraph]]:
    title = ""
    paragraphs: list[Paragraph] = []
    cells: list[str] | None = None
    before = ""
    for token in MarkdownIt("commonmark").enable("table").parse(_decode(path)):
        text = clean_text("".join(_inline_text(token.children or [])))
        if token.type == "tr_open":
            cells = []
        elif token.type == "tr_close" and cells is not None:
            paragraphs.append((", ".join(cells), None))
            cells = None
        elif token.type == "inline" and cells is not None:
            cells.append(clean_line(text))
        elif token.type == "inline":
            title = title or (clean_line(text) if before == "heading_open" else "")
            paragraphs.append((text, None))
        before = token.type
    return title, paragraphs


def _inline_text(children: Iterable[Any]) -> Iterator[str]:
    """Words without their marks; pictures speak by their descriptions, HTML not at all."""
    for child in children:
        if child.type in {"text", "code_inline", "image"}:
            yield child.content
        elif child.type in {"softbreak", "hardbreak"}:
            yield " "


def _decode(path: Path) -> str:
    content = path.read_bytes()
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def main(arguments: Sequence[str]) -> None:
    """Read the document, write the JSON file."""
    kind, source, target = arguments
    answer = parse_document(DocumentKind(kind), Path(source))
    Path(target).write_text(json.dumps(answer, ensure_ascii=True), encoding="ascii")


if __name__ == "__main__":
    main(sys.argv[1:])
