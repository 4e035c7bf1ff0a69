"""Read a section's Markdown into blocks that both editions print.

The reader knows no HTML and no addresses of pictures: what an author writes becomes text, lists, tables and pictures of
the course's own segments, never code or a request. Source: CommonMark 0.31; GitHub Flavored Markdown, tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, Any]
"""JSON: `kind` is paragraph, heading, list, table, figure, quote, code or rule."""

Inline = dict[str, Any]
"""JSON: `kind` is text, code, break, strong, emph or link."""

NARROWEST_COLUMN = 8
WIDEST_COLUMN = 40
"""A table's columns share its width as their longest cells do, in characters, within these bounds."""

_ADDRESS = re.compile(r"https?://[\w.-]+(?::\d+)?(?:[/?#]\S*)?|mailto:[^\s@]+@[^\s@]+", re.ASCII | re.IGNORECASE)
"""A web page or a mailbox; every other link is printed as its text."""

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")

FindPicture = Callable[[str], str | None]
"""The file name of the picture that an address such as `segment:UUID` names, or None."""


def read_markdown(markdown: str, find_picture: FindPicture) -> list[Block]:
    """Read Markdown into blocks.

    Args:
        markdown: cleaned text.
        find_picture: called for each picture; where it finds none the picture's description stands as text.
    """
    return _Reader(_PARSER.parse(markdown), find_picture).read_until(None)


class _Reader:
    """Walks the parser's flat tokens; opening and closing tokens nest."""

    def __init__(self, tokens: Sequence[Token], find_picture: FindPicture) -> None:
        self._tokens = iter(tokens)
        self._find_picture = find_picture

    def read_until(self, closing: str | None) -> list[Block]:
        """Blocks up to the closing token, or to the end."""
        blocks: list[Block] = []
        for token in self._tokens:
            if token.type == closing:
                break
            blocks.extend(self._read_block(token))
        return blocks

    def _read_block(self, token: Token) -> Iterator[Block]:
        match token.type:
            case "paragraph_open":
                yield from self._paragraph()
            case "heading_open":
                inlines, figures = self._inlines()
                if inlines:
                    yield {"kind": "heading", "inlines": inlines}
                yield from figures
            case "bullet_list_open" | "ordered_list_open":
                yield self._list(token)
            case "blockquote_open":
                yield {"kind": "quote", "blocks": self.read_until("blockquote_close")}
            case "table_open":
                yield self._table()
            case "fence" | "code_block":
                yield {"kind": "code", "text": token.content.rstrip("\n")}
            case "hr":
                yield {"kind": "rule"}

    def _paragraph(self) -> Iterator[Block]:
        inlines, figures = self._inlines()
        if inlines:
            yield {"kind": "paragraph", "inlines": inlines}
        yield from figures

    def _list(self, opening: Token) -> Block:
        closing = opening.type.replace("open", "close")
        entries: list[list[Block]] = []
        for token in self._tokens:
            if token.type == closing:
                break
            entries.append(self.read_until("list_item_close"))
        return {
            "kind": "list",
            "is_ordered": opening.type == "ordered_list_open",
            "start": int(opening.attrs.get("start", 1)),
            "entries": entries,
        }

    def _table(self) -> Block:
        rows: list[list[list[Inline]]] = []
        aligned: list[str] = []
        for token in self._tokens:
            if token.type == "table_close":
                break
            if token.type == "tr_open":
                rows.append([])
            elif token.type in {"th_open", "td_open"}:
                if len(rows) == 1:
                    aligned.append("end" if "right" in str(token.attrs.get("style", "")) else "start")
                inlines, _ = self._inlines()
                rows[-1].append(inlines)
        lengths = [max(_length(row[column]) for row in rows) for column in range(len(rows[0]))]
        widths = [min(max(length, NARROWEST_COLUMN), WIDEST_COLUMN) for length in lengths]
        return {"kind": "table", "align": aligned, "widths": widths, "header": rows[0], "rows": rows[1:]}

    def _inlines(self) -> tuple[list[Inline], list[Block]]:
        """The inline token that follows, and the figures that stand in it."""
        figures: list[Block] = []
        children = iter(next(self._tokens).children or ())
        inlines = self._inline_run(children, None, figures)
        return _trimmed(inlines), figures

    def _inline_run(self, tokens: Iterator[Token], closing: str | None, figures: list[Block]) -> list[Inline]:
        run: list[Inline] = []
        for token in tokens:
            if token.type == closing:
                break
            match token.type:
                case "text" if token.content:
                    run.append({"kind": "text", "text": token.content})
                case "softbreak":
                    run.append({"kind": "text", "text": " "})
                case "hardbreak":
                    run.append({"kind": "break"})
                case "code_inline":
                    run.append({"kind": "code", "text": token.content})
                case "strong_open" | "em_open":
                    kind = token.type.removesuffix("_open")
                    inlines = self._inline_run(tokens, f"{kind}_close", figures)
                    run.append({"kind": "emph" if kind == "em" else kind, "inlines": inlines})
                case "link_open":
                    inlines = self._inline_run(tokens, "link_close", figures)
                    run.extend(_link(str(token.attrs["href"]), inlines))
                case "image":
                    run.extend(self._picture(token, figures))
        return run

    def _picture(self, token: Token, figures: list[Block]) -> list[Inline]:
        alt = "".join(child.content for child in token.children or ())
        picture = self._find_picture(str(token.attrs["src"]))
        if picture is None:
            return [{"kind": "text", "text": alt}] if alt else []
        caption = str(token.attrs.get("title", ""))
        figures.append({"kind": "figure", "picture": picture, "alt": alt.strip() or caption, "caption": caption})
        return []


def _length(inlines: list[Inline]) -> int:
    return sum(len(inline["text"]) if "text" in inline else _length(inline.get("inlines", [])) for inline in inlines)


def _link(href: str, inlines: list[Inline]) -> list[Inline]:
    if inlines and _ADDRESS.fullmatch(href):
        return [{"kind": "link", "href": href, "inlines": inlines}]
    return inlines


def _trimmed(inlines: list[Inline]) -> list[Inline]:
    """Without breaks and spaces at the edges, which a picture taken out may leave."""
    while inlines and _is_space(inlines[0]):
        inlines = inlines[1:]
    while inlines and _is_space(inlines[-1]):
        inlines = inlines[:-1]
    return inlines


def _is_space(inline: Inline) -> bool:
    return inline["kind"] == "break" or (inline["kind"] == "text" and not inline["text"].strip())
