"""What of a narration is shown where it begins by saying the heading that stands above it.

Speech and captions keep all of it; on the picture nobody should read the same words twice. So those words of the
narration that are the heading's are left out: while they are spoken, the heading itself stands there. A scene whose
narration is its heading and nothing else shows the narration, large, since its words light up; so does one whose
heading is the beginning of its only sentence, cut off.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, zip_longest

from coursecrafter.engines.e2_video.typesetting import Token, ends_here, tokenize

ENDS = frozenset(":：–—-")
"""Marks after which what follows can stand by itself, beside those that end a sentence."""
TELLING = frozenset({"Sc", "Sm"})
"""Categories of signs that tell two headings apart, as "C" and "C++"."""
TELLING_MARKS, IN_NUMBERS = frozenset("#%&/@§‰"), frozenset(".,:-–")
"""Punctuation that does so too: anywhere, and before a digit, as in "C#" and "2.0"."""
UNFINISHED = frozenset(".…")
"""Marks that end no sentence where the next word is small, as after "U.S."."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """What of a scene's text stands on its picture.

    Attributes:
        heading: "" where the narration says it and nothing else.
        segments: per segment the words that are shown; none of one that only says the heading.
    """

    heading: str
    segments: tuple[tuple[Token, ...], ...]

    @property
    def chars(self) -> tuple[int, ...]:
        """How long what is shown of each segment is in its text."""
        return tuple(words[-1].char_end - words[0].char_start if words else 0 for words in self.segments)

    def parts_of(self, texts: Sequence[str]) -> tuple[str, ...]:
        """Of the texts that are spoken what is shown; "" of one that only says the heading."""
        pairs = zip(texts, self.segments, strict=True)
        return tuple(text[words[0].char_start : words[-1].char_end] if words else "" for text, words in pairs)


@lru_cache(maxsize=64)
def shown_text(heading: str, texts: tuple[str, ...], *, is_whole: bool = False) -> ShownText:
    """What is shown of a heading and of the texts that are spoken below it.

    Args:
        is_whole: whether all of it is shown, as below a heading that had to be shortened.
    """
    segments = tuple(map(tokenize, texts))
    if _is_cut_from(heading, [words for words in segments if words]) and not is_whole:
        return ShownText("", segments)
    first = next((index for index, words in enumerate(segments) if words), len(segments))
    count = _repeated(heading, segments[first]) if first < len(segments) and not is_whole else 0
    shown = (*segments[:first], *(words[count:] for words in segments[first : first + 1]), *segments[first + 1 :])
    return ShownText(heading, shown) if any(shown) or not count else ShownText("", segments)


def _is_cut_from(heading: str, said: Sequence[Sequence[Token]]) -> bool:
    """Whether a heading is the beginning of a sentence ("What should I know before…") that is all that is said."""
    if not heading.rstrip().endswith("…") or len(said) != 1:
        return False
    begins = _core("".join(word.text for word in said[0])).startswith(_core(heading))
    return begins and not any(ends_here(word, after) for word, after in pairwise(said[0]))


def says_the_same(one: str, other: str) -> bool:
    """Whether two texts differ in nothing but case, blanks and punctuation."""
    return _core(one) == _core(other)


def _repeated(heading: str, words: Sequence[Token]) -> int:
    """With how many words a text begins that say the heading, once or again and again; 0: it does not."""
    count = 0
    while said := _said_once(heading, words[count:]):
        count += said
    return count


def _said_once(heading: str, words: Sequence[Token]) -> int:
    """With how many words a text says the heading, as a sentence or a line of its own; 0: it does not."""
    wanted, said = _core(heading), ""
    if not wanted:
        return 0
    for count, word in enumerate(words, 1):
        said += _core(word.text)
        if not wanted.startswith(said):
            return 0
        after = words[count] if count < len(words) else None
        if said == wanted and (after is None or _core(after.text)):
            # A full stop that the heading has not was put there to end it; one that it has may belong to its last word.
            is_own = heading.rstrip()[-1:] in UNFINISHED or word.text[-1] == "…"
            return count if after is None or after.starts_line or _ends(word, after, is_own=is_own) else 0
    return 0


def _ends(word: Token, after: Token, *, is_own: bool) -> bool:
    """Whether a sentence ends between two words, or something that stands by itself like one."""
    is_unfinished = is_own and word.text[-1] in UNFINISHED and after.text[0].islower()
    return (word.ends_sentence and not is_unfinished) or word.text[-1] in ENDS


def _core(text: str) -> str:
    """A text without what two spellings of it may differ in: case, blanks, punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char, after in zip_longest(folded, folded[1:], fillvalue=" ") if _tells(char, after))


def _tells(char: str, after: str) -> bool:
    category = unicodedata.category(char)
    is_of_number = char in IN_NUMBERS and after.isdecimal()
    return category[0] in "LMN" or category in TELLING or char in TELLING_MARKS or is_of_number
