"""Text from outside, made fit to print: no character that a page or an XML file cannot carry."""

from __future__ import annotations

import unicodedata

SYMBOLS = {
    0xF0A3: "≤",
    0xF0A7: "▪",
    0xF0A8: "▫",
    0xF0AB: "↔",
    0xF0AC: "←",
    0xF0AE: "→",
    0xF0B0: "°",
    0xF0B1: "±",
    0xF0B3: "≥",
    0xF0B4: "×",
    0xF0B7: "•",
    0xF0B9: "≠",
    0xF0BB: "≈",
    0xF0D8: "➢",
    0xF0DB: "⇔",
    0xF0DE: "⇒",
    0xF0DF: "←",
    0xF0E0: "→",
    0xF0E8: "→",
    0xF0F0: "⇨",
    0xF0FB: "✗",
    0xF0FC: "✓",
    0xF0FE: "☑",
}
"""Signs that office programs write as private characters of the Symbol and Wingdings fonts."""

BIDI_CONTROLS = {0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069}
"""Left open, one of them would turn the rest of a page around."""

UNPRINTABLE = {"Cc", "Cs", "Co", "Cn"}


def clean_text(text: str) -> str:
    """Leave out what cannot be printed; turn each kind of line end into a newline.

    A vertical tab, PowerPoint's line break inside a paragraph, becomes a space.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    kept = (_printable(character) for character in lines)
    return unicodedata.normalize("NFC", "".join(kept))


def clean_line(text: str) -> str:
    """The same on one line, with single spaces."""
    return " ".join(clean_text(text).split())


def shorten(text: str, length: int) -> str:
    """A line of at most `length` characters, cut after a whole word where there is one, with an ellipsis."""
    if len(text) <= length:
        return text
    cut = text[: length - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[length // 2 :] else cut).rstrip(" ,;:.-–") + "…"


def _printable(character: str) -> str:
    point = ord(character)
    if character == "\n":
        return character
    if character in "\t\v\f":
        return " "
    if point in SYMBOLS:
        return SYMBOLS[point]
    return "" if point in BIDI_CONTROLS or unicodedata.category(character) in UNPRINTABLE else character
