"""Split and join the text of segments so that nothing of it is lost. Pure."""

from __future__ import annotations

import unicodedata

from coursecrafter.errors import RequestError

_UNSPACED = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Myanmar
    (0x1780, 0x17FF),  # Khmer
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x3400, 0x9FFF),  # Han
    (0xF900, 0xFAFF),  # Han, compatibility
    (0xFF00, 0xFF9F),  # full width forms, half width kana
    (0x20000, 0x3FFFF),  # Han, further planes
)
"""Writing that parts words by no space."""


class NoSplitHere(RequestError):
    """The segment cannot be split at that place."""

    code = "CC-0042"
    remedy = "Choose a place between two words, with words on both sides of it."


def split_text(text: str, position: int) -> tuple[str, str]:
    """Part a text between two words.

    The one space between them is left out, since joining puts it back; any other white space stays with the first part,
    so that `join_texts` of the parts is the text, to the letter.

    Args:
        position: signs before the place.

    Raises:
        NoSplitHere: CC-0042.
    """
    if not 0 < position < len(text) or not text[:position].strip() or not text[position:].strip():
        raise NoSplitHere("A segment is split between two of its words; there are none on both sides of that place.")
    if not _is_boundary(text[position - 1], text[position]):
        raise NoSplitHere("That place lies within a word.")
    first, second = text[:position].rstrip(), text[position:].lstrip()
    if join_texts(first, second) == text:
        return first, second
    return text[: len(text) - len(second)], second


def join_texts(first: str, second: str, separator: str = " ") -> str:
    """Two texts as one, with a separator only where there is neither white space nor writing that needs none."""
    if not first or not second or first[-1].isspace() or second[0].isspace():
        return first + second
    if separator == " " and (_is_unspaced(first[-1]) or _is_unspaced(second[0])):
        return first + second
    return first + separator + second


def _is_boundary(left: str, right: str) -> bool:
    if unicodedata.category(right).startswith("M"):
        return False
    return left.isspace() or right.isspace() or _is_unspaced(left) or _is_unspaced(right)


def _is_unspaced(sign: str) -> bool:
    return any(first <= ord(sign) <= last for first, last in _UNSPACED)
