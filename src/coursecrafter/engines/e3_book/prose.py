"""A slide's words as CommonMark: notes become running prose, bullets a list, tables a table.

Source: CommonMark 0.31, backslash escapes; GitHub Flavored Markdown, tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby
from uuid import UUID

from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.engines.e3_book.cleaning import clean_line, clean_text

SHORT_LINE = 60
LIST_FROM = 3
DEEPEST_LEVEL = 4

_SPECIAL = re.compile(r"([\\`*_\[\]<>~|])")
_ENTITY = re.compile(r"&(?=#?\w+;)")
_LINE_START = re.compile(r"^(#{1,6}(?=\s|$)|[+\-=]|\d{1,9}(?=[.)](?:\s|$)))")
_WORD = re.compile(r"[^\W_]")
_NOTE_BULLET = re.compile(r"^(?:[-*•–▪●·➢✓→]|\d{1,2}[.)])\s+(?=\S)")
_SENTENCE_END = (".", "!", "?", ":", ";", "…", "。", "！", "？", "：", "؟", "”", '"', ")")
_NUMERIC = re.compile(r"^[\s+\-–−±~<>≤≥€$£¥]*\d[\d\s.,'’]*\s*(?:[%‰°€$£¥]|[^\W\d]{1,4})?$")


def escape_markdown(line: str) -> str:
    """One line that CommonMark reads as exactly this text."""
    escaped = _ENTITY.sub(r"\\&", _SPECIAL.sub(r"\\\1", line))
    start = _LINE_START.match(escaped)
    if start is None:
        return escaped
    end = start.end()
    return f"{escaped[:end]}\\{escaped[end:]}" if escaped[0].isdigit() else f"\\{escaped}"


def write_notes(notes: str) -> list[str]:
    """Speaker notes as Markdown blocks: paragraphs, and lists where the notes hold lists.

    Their bullets are stars and those of slides are dashes, so that CommonMark does not join two lists that meet.
    """
    lines = _join_broken_lines([clean_line(line) for line in clean_text(notes).split("\n")])
    blocks: list[str] = []
    for is_list, run in groupby(lines, key=lambda line: _NOTE_BULLET.match(line) is not None):
        if is_list:
            blocks.append("\n".join(f"* {escape_markdown(_NOTE_BULLET.sub('', line))}" for line in run))
        else:
            blocks.extend(escape_markdown(line) for line in run)
    return blocks


def write_blocks(on_screen: Iterable[TextBlock], title: str | None) -> list[str]:
    """On-screen text as Markdown blocks, without the words that are the section's title already."""
    blocks: list[str] = []
    shown = [block for block in on_screen if _says_more(clean_line(block.text), title)]
    listed = _listed(shown)
    for (kind, is_list), run in groupby(zip(shown, listed, strict=True), key=lambda pair: (pair[0].kind, pair[1])):
        members = [block for block, _ in run]
        if kind is BlockKind.TABLE:
            blocks.extend(_table(block.rows) for block in members if block.rows)
        elif is_list:
            blocks.append(_list(members))
        elif kind is BlockKind.PARAGRAPH:
            blocks.extend(escape_markdown(clean_line(block.text)) for block in members)
        else:
            blocks.extend(f"**{escape_markdown(clean_line(block.text))}**" for block in members)
    return blocks


def _says_more(line: str, title: str | None) -> bool:
    """Whether a line has a letter or digit, and is not the title again."""
    return _WORD.search(line) is not None and not is_title(line, title)


def is_title(line: str, title: str | None) -> bool:
    """Whether a line is the title; that may have been cut to a length, or lost the colon at its end."""
    bare = line.rstrip(" :")
    return title is not None and (bare == title.rstrip(" :") or (title[-1:] == "…" and bare.startswith(title[:-1])))


def write_picture(segment_id: UUID, alt: str, caption: str) -> str:
    """A figure: the picture of a segment with its description and caption."""
    title = caption.replace("\\", "\\\\").replace('"', '\\"')
    title = _ENTITY.sub(r"\\&", title)
    return f'![{escape_markdown(alt)}](segment:{segment_id} "{title}")'


def _join_broken_lines(lines: Sequence[str]) -> list[str]:
    """Join a line that breaks off in mid-sentence with the one that goes on in lower case."""
    joined: list[str] = []
    may_join = False
    for line in lines:
        if joined and may_join and line and line[0].islower():
            joined[-1] += f" {line}"
        elif _WORD.search(line):
            joined.append(line)
        may_join = bool(line) and not line.endswith(_SENTENCE_END)
    return joined


def _listed(blocks: Sequence[TextBlock]) -> list[bool]:
    """Which blocks belong into a list: bullets, and runs of short lines such as the labels of a diagram."""
    listed: list[bool] = []
    for is_short, run in groupby(blocks, key=_is_short_line):
        members = list(run)
        listed.extend(
            block.kind is BlockKind.PARAGRAPH and (block.is_bullet or (is_short and len(members) >= LIST_FROM))
            for block in members
        )
    return listed


def _is_short_line(block: TextBlock) -> bool:
    line = clean_line(block.text)
    return block.kind is BlockKind.PARAGRAPH and len(line) < SHORT_LINE and not line.endswith(".")


def _list(blocks: Sequence[TextBlock]) -> str:
    lowest = min(block.level for block in blocks)
    level = -1
    lines: list[str] = []
    for block in blocks:
        # One level deeper at most: a list that skips a level would be read as code.
        level = min(block.level - lowest, level + 1, DEEPEST_LEVEL)
        lines.append(f"{'  ' * level}- {escape_markdown(clean_line(block.text))}")
    return "\n".join(lines)


def _table(rows: Sequence[Sequence[str]]) -> str:
    width = max(len(row) for row in rows)
    full = [[clean_line(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    columns = list(zip(*full[1:], strict=True)) or [()] * width
    rule = ["---:" if _is_numeric(column) else "---" for column in columns]
    lines = [[escape_markdown(cell) for cell in row] for row in full]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [lines[0], rule, *lines[1:]])


def _is_numeric(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(_NUMERIC.match(cell) for cell in filled)
