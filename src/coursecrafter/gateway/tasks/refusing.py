"""What a task cannot be carried out with, said before anybody is asked and paid."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from coursecrafter.errors import GatewayError

FEWEST_READABLE = 0.5  # of the characters that are no blanks: letters, digits and common punctuation
MOST_REPLACED = 0.05  # of U+FFFD, which stands for bytes that nobody could read
FEWEST_JUDGED = 40
_WRITTEN = frozenset({"Mn", "Mc", "Sm", "Sc", "Sk", "No"})  # beside letters and digits: signs on them and of formulas
_COMMON = frozenset(".,;:!?()[]{}'\"“”„‘’«»–—-/%&+=*#@§°€$£…•·|<>_~^`\\")


class NothingToWriteFrom(GatewayError):
    """There is no text to write from: a model would have to invent one."""

    code = "CC-0334"
    status = 422
    remedy = "Write or choose a text first, then try again."


class SourceTooLong(GatewayError):
    """The text is longer than a model is asked to work on at once."""

    code = "CC-0335"
    status = 422
    remedy = "Choose a shorter passage, such as one section."


class UnreadableSource(GatewayError):
    """The text, or the picture beside it, cannot be read: most of it is no writing."""

    code = "CC-0336"
    status = 422
    remedy = "Look at the text: if it is garbled, give the source again as a file with real text."


class UnusableInput(GatewayError):
    """An input of a task is missing, or is not what it has to be."""

    code = "CC-0337"
    status = 422
    remedy = "Correct what the sentence names, and try again."


def require_text(texts: Sequence[str]) -> None:
    """Raises: NothingToWriteFrom: CC-0334, no letter stands in them."""
    if not has_text(texts):
        raise NothingToWriteFrom("There is no text here that something could be written from.")


def has_text(texts: Sequence[str]) -> bool:
    """Whether a letter or digit stands in one of them."""
    return any(sign.isalnum() for text in texts for sign in text)


def require_source(texts: Sequence[str]) -> None:
    """Raises: NothingToWriteFrom: CC-0334. UnreadableSource: CC-0336."""
    require_text(texts)
    require_readable(texts)


def require_readable(texts: Sequence[str]) -> None:
    """Raises: UnreadableSource: CC-0336, what stands in them is mostly no writing."""
    if not is_readable(texts):
        raise UnreadableSource("Most of this text cannot be read.")


def is_readable(texts: Sequence[str]) -> bool:
    """Whether most of what stands in them is writing; a few characters are given the benefit of the doubt."""
    signs = [sign for text in texts for sign in text if not sign.isspace()]
    readable = sum(sign in _COMMON or unicodedata.category(sign) in _WRITTEN or sign.isalnum() for sign in signs)
    is_whole = signs.count("\ufffd") <= MOST_REPLACED * len(signs)
    return len(signs) < FEWEST_JUDGED or (is_whole and readable >= FEWEST_READABLE * len(signs))


def require_short(texts: Sequence[str], most_chars: int) -> None:
    """Raises: SourceTooLong: CC-0335."""
    length = sum(map(len, texts))
    if length > most_chars:
        raise SourceTooLong(f"The text has {length:,} characters; up to {most_chars:,} can be worked on at once.")
