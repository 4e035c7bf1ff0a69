"""The manuscript's blocks as XHTML for the EPUB edition. Text becomes text nodes, so nothing of it is markup.

Source: EPUB 3.3, XHTML Content Documents; EPUB Accessibility 1.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from coursecrafter.engines.e3_book.markdown import Block, Inline
from coursecrafter.engines.e3_book.markup import EPUB_TYPE, XML_LANG, Element, append_text
from coursecrafter.engines.e3_book.markup import make_xhtml as E  # noqa: N812 - as short as the tags that it makes


def write_page(book: Mapping[str, Any], title: str, *content: Element, body_class: str = "") -> bytes:
    """A whole document in the book's language and direction."""
    root = E(
        "html",
        E("head", E("title", title), E("link", rel="stylesheet", type="text/css", href="book.css")),
        E("body", *content, **({"class_": body_class} if body_class else {})),
        dir="rtl" if book["is_rtl"] else "ltr",
        lang=language_tag(book),
    )
    root.set(XML_LANG, language_tag(book))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8", doctype="<!DOCTYPE html>")
    return written


def language_tag(book: Mapping[str, Any]) -> str:
    """The book's BCP 47 tag, without what no reading system needs."""
    return f"{book['lang']}-{book['region']}" if book["region"] else str(book["lang"])


def write_chapter(book: Mapping[str, Any], chapter: Mapping[str, Any]) -> bytes:
    """A chapter as a document; its sections nest as their levels do."""
    words = book["words"]
    root = E(
        "section",
        E("p", f"{words['chapter']} {chapter['number']}", class_="label"),
        E("h1", chapter["title"]),
        id=chapter["id"],
        aria_label=chapter["title"],
    )
    root.set(EPUB_TYPE, "chapter")
    root.extend(_blocks(chapter["blocks"], 1, words))
    open_sections = [root]
    for section in chapter["sections"]:
        del open_sections[section["level"] - 1 :]
        element = E("section", _heading(section), id=section["id"])
        element.extend(_blocks(section["blocks"], section["level"], words))
        open_sections[-1].append(element)
        open_sections.append(element)
    return write_page(book, chapter["title"], root)


def _heading(section: Mapping[str, Any]) -> Element:
    heading = E(f"h{section['level']}", E("span", section["number"], class_="number"))
    heading[-1].tail = f" {section['title']}"
    return heading


def _blocks(blocks: Iterable[Block], level: int, words: Mapping[str, str]) -> list[Element]:
    return [_block(block, level, words) for block in blocks]


def _block(block: Block, level: int, words: Mapping[str, str]) -> Element:
    match block["kind"]:
        case "paragraph":
            element = _filled(E("p"), block["inlines"])
        case "heading":
            element = _filled(E(f"h{level + 1}"), block["inlines"])
        case "list":
            element = _list(block, level, words)
        case "table":
            element = _table(block)
        case "figure":
            label = E("figcaption", E("b", f"{words['figure']} {block['number']}"), f" {block['caption']}")
            element = E("figure", E("img", src=f"images/{block['picture']}", alt=block["alt"]), label)
        case "quote":
            element = E("blockquote", *_blocks(block["blocks"], level, words))
        case "code":
            element = E("pre", E("code", block["text"]))
        case _:
            element = E("hr")
    return element


def _list(block: Block, level: int, words: Mapping[str, str]) -> Element:
    entries = [E("li", *_blocks(entry, level, words)) for entry in block["entries"]]
    if not block["is_ordered"]:
        return E("ul", *entries)
    return E("ol", *entries, start=str(block["start"]))


def _table(block: Block) -> Element:
    head = [_cell(E("th", scope="col"), cell, side) for cell, side in zip(block["header"], block["align"], strict=True)]
    rows = [
        E("tr", *(_cell(E("td"), cell, side) for cell, side in zip(row, block["align"], strict=True)))
        for row in block["rows"]
    ]
    table = E("table", E("thead", E("tr", *head)))
    if rows:
        table.append(E("tbody", *rows))
    return E("div", table, class_="scroll")


def _cell(cell: Element, inlines: Iterable[Inline], side: str) -> Element:
    if side == "end":
        cell.set("class", "end")
    return _filled(cell, inlines)


def _filled(element: Element, inlines: Iterable[Inline]) -> Element:
    """Append inlines to an element, texts as text nodes."""
    for inline in inlines:
        match inline["kind"]:
            case "text":
                append_text(element, inline["text"])
            case "code":
                element.append(E("code", inline["text"]))
            case "break":
                element.append(E("br"))
            case "link":
                element.append(_filled(E("a", href=inline["href"]), inline["inlines"]))
            case kind:
                element.append(_filled(E("em") if kind == "emph" else E("strong"), inline["inlines"]))
    return element
