"""Characters of a course's text: what may stay, and what slides use for layout only."""

from __future__ import annotations

import re
import unicodedata

# NUL, control characters, lone surrogates, non-characters and the private glyphs of symbol fonts carry no text.
_UNWANTED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\ue000-\uf8ff]"
)
_LINE_ENDS = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")
_BLANKS = re.compile(r"[ \t\u00a0\u2007\u202f\u2002-\u200a\u3000]+")


def clean_text(text: str) -> str:
    """Text as it is read: line breaks as newlines, single blanks, nothing that cannot be spoken or shown.

    Soft hyphens and zero-width spaces go; joiners and direction marks stay, since scripts need them.
    """
    broken = _LINE_ENDS.sub("\n", text)
    kept = _BLANKS.sub(" ", _UNWANTED.sub("", broken))
    lines = (line.strip() for line in kept.split("\n"))
    return unicodedata.normalize("NFC", "\n".join(line for line in lines if line))


def clean_line(text: str) -> str:
    """The same on one line."""
    return clean_text(text).replace("\n", " ")
