"""Texts from a deck, made fit for JSON, HTML and XML."""

from __future__ import annotations

import re

NO_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
"""What XML 1.0 cannot hold (controls, surrogates, non-characters); C1 controls are never meant either."""


def clean(text: str) -> str:
    """The text without characters that no file format holds."""
    return NO_TEXT.sub(" ", text.replace("\r\n", "\n").replace("\v", "\n"))


def one_line(text: str, most_chars: int) -> str:
    """The text on one line, cut between words where it is too long."""
    line = " ".join(clean(text).split())
    if len(line) <= most_chars:
        return line
    kept = line[: most_chars - 1]
    at_word = kept.rsplit(" ", 1)[0]
    return f"{at_word if len(at_word) > most_chars // 2 else kept}…"
