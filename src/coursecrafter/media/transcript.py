"""Transcripts: what is spoken, as text to read and as a page."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from html import escape

STYLE = (
    "body{font:1.05rem/1.6 Inter,'Noto Sans',sans-serif;max-width:42rem;margin:2rem auto;padding:0 1rem;"
    "color:#1b1f24;background:#fff}h2{font-size:1.15rem;margin:2rem 0 .4rem}"
    "time{color:#5b6470;font-weight:400;font-size:.85rem;margin-inline-end:.6rem}p{margin:.4rem 0}"
)


@dataclass(frozen=True, slots=True)
class Passage:
    """One scene's words.

    Attributes:
        heading: its title; "" where it has none.
        start_s: when it begins.
        paragraphs: what is spoken, line by line.
    """

    heading: str
    start_s: Fraction
    paragraphs: tuple[str, ...]


def to_text(title: str, passages: Sequence[Passage]) -> str:
    """The transcript as plain text."""
    parts = [plain(title), ""]
    for passage in passages:
        parts += [f"[{clock(passage.start_s)}] {plain(passage.heading)}".rstrip()]
        parts += [plain(paragraph) for paragraph in passage.paragraphs]
        parts += [""]
    return "\n".join(parts)


def to_html(title: str, language: str, passages: Sequence[Passage]) -> str:
    """The transcript as a page that needs no other file; each text finds its own direction."""
    name = escape(plain(title))
    head = (
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{name}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f'<h1 dir="auto">{name}</h1>'
    )
    parts = [head]
    for passage in passages:
        begins = f"<time>{clock(passage.start_s)}</time>"
        parts.append(f'<h2 dir="auto">{begins}{escape(plain(passage.heading))}</h2>')
        parts += [f'<p dir="auto">{escape(plain(paragraph))}</p>' for paragraph in passage.paragraphs]
    return "\n".join([*parts, "</main>\n</body>\n</html>\n"])


def plain(text: str) -> str:
    """On one line, without characters that no text file should hold."""
    return " ".join("".join(" " if unicodedata.category(char) in {"Cc", "Cs"} else char for char in text).split())


def clock(at_s: Fraction) -> str:
    """A time as a viewer reads it: `12:05`, `1:02:03`."""
    whole = int(at_s)
    hours = f"{whole // 3600}:" if whole >= 3600 else ""  # noqa: PLR2004  # seconds of an hour
    return f"{hours}{whole // 60 % 60:02}:{whole % 60:02}"
