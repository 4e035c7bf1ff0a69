"""Words of a text that is spoken: what is given to the voice, in which pieces, and when each word sounds.

Pure: texts and sample positions in, values out. Positions in a text are counted in characters (code points).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from coursecrafter.domain.speech import Word

CHUNK_CHARS = 800
SPOKEN_SYMBOLS = frozenset("&%@#§+=<>×÷±≤≥≈√∞°$€£¥₹/")
SILENT = frozenset("•‣⁃◦·*_|¦~^`\\")
ARROWS = frozenset("→⇒➜➔➝⟶←⇐↔⇔")
KEPT_FORMATS = frozenset("\u200c")  # Persian writes it inside words
CLOSE_UP = frozenset(".,;:!?…。，、；：！？؟،؛۔।॥")
PARAGRAPH_ENDS = frozenset("\n\u2028\u2029")
ONE_CHARACTER_WORD = re.compile(
    r"[\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
SENTENCE_END = re.compile(r"(?<=[.!?؟۔])\s+|(?<=[。！？])|\n\n")
FRAME_S = Fraction(1, 200)
SILENCE_RATIO = 0.012
SHORTEST_PAUSE_FRAMES = 10


@dataclass(frozen=True, slots=True)
class SpokenText:
    """What the voice is given.

    Attributes:
        text: without characters that a voice stumbles over.
        origins: for each character of it, its position in the author's text.
    """

    text: str
    origins: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the spoken text: `text[start:end]`, and whether a sentence ends with it."""

    start: int
    end: int
    is_sentence_end: bool


@dataclass(frozen=True, slots=True)
class WordEvent:
    """The voice begins something at a position of the author's text."""

    position: int
    sample: int


def speakable(text: str) -> SpokenText:
    """Replace what no voice can say (controls, lone surrogates, emoji, bullets); end paragraphs at line breaks.

    Punctuation closes up over what is replaced.

    Returns:
        a text that may be longer or shorter than the author's, with the way back for each character.
    """
    out: list[str] = []
    origins: list[int] = []
    is_gap = False
    for position, character in enumerate(text):
        is_run_on = not character.isalnum() and text[max(0, position - 3) : position] == character * 3
        spoken = "" if is_run_on else _spoken_character(character)  # "........" is not eight points
        # "done 🎉." is said like "done.": to a voice a mark by itself is a sentence of its own, or a word.
        begins_word = text[position + 1 : position + 2].isalnum()  # as in ".NET"
        closes_up = is_gap and spoken in CLOSE_UP and not begins_word
        while closes_up and out and out[-1] == " ":
            out.pop()
            origins.pop()
        out.extend(spoken)
        origins.extend([position] * len(spoken))
        is_gap = (is_gap and not spoken.strip()) or (spoken == " " and not character.isspace())
    return SpokenText("".join(out), tuple(origins))


def _spoken_character(character: str) -> str:
    if character in PARAGRAPH_ENDS:
        return "\n\n"
    if character in ARROWS:
        return ","
    category = unicodedata.category(character)
    if category == "Cf":
        return character if character in KEPT_FORMATS else ""
    is_variation_selector = "\ufe00" <= character <= "\ufe0f"
    if is_variation_selector or category in {"Me", "Sk"} or character in SILENT:
        return " "
    is_unspeakable = category in {"Cc", "Cs", "Co", "Cn", "Zs", "So"} and character not in SPOKEN_SYMBOLS
    return " " if is_unspeakable else character


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(character.isalnum() for character in text)


def find_words(text: str) -> list[tuple[int, int]]:
    """Start and end of each word, without the punctuation around it.

    Scripts with spaces are parted at spaces; Chinese and Japanese characters are a word each, as the voice says them.
    """
    words: list[tuple[int, int]] = []
    for run in re.finditer(r"\S+", text):
        start = run.start()
        for position in range(run.start(), run.end()):
            if ONE_CHARACTER_WORD.match(text[position]):
                words.extend(_trimmed(text, start, position))
                words.append((position, position + 1))
                start = position + 1
        words.extend(_trimmed(text, start, run.end()))
    return words


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    while start < end and not _is_heard(text[start]):
        start += 1
    while end > start and not _is_heard(text[end - 1]):
        end -= 1
    return [(start, end)] if start < end else []


def _is_heard(character: str) -> bool:
    return character.isalnum() or character in SPOKEN_SYMBOLS or unicodedata.category(character) in {"Mn", "Mc"}


def split_chunks(text: str) -> list[Chunk]:
    """Pieces of at most about 800 characters, cut between sentences, else between words, else anywhere.

    Pieces without a letter or digit join the piece before them.
    """
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    chunks: list[Chunk] = []
    start = 0
    while len(text) - start > CHUNK_CHARS:
        limit = start + CHUNK_CHARS
        at = bisect_right(ends, limit)
        end = ends[at - 1] if at and ends[at - 1] > start else 0
        is_sentence_end = end > 0
        if not is_sentence_end:
            end = text.rfind(" ", start + 1, limit) + 1 or _outside_phonemes(text, start, limit)
        chunks.append(Chunk(start, end, is_sentence_end))
        start = end
    return [*chunks, Chunk(start, len(text), is_sentence_end=False)]


def _outside_phonemes(text: str, start: int, limit: int) -> int:
    """The limit, or the place before phonemes (`[[…]]`) that it would cut."""
    opened = text.rfind("[[", start, limit + 1)
    return opened if opened > start and text.find("]]", opened, limit) < 0 else limit


def time_words(
    words: Sequence[tuple[int, int]], events: Sequence[WordEvent], sound: npt.NDArray[np.int16], rate_hz: int
) -> tuple[Word, ...]:
    """Give each word its time.

    A word whose beginning the voice did not report shares the time of the word before it by its letters, and is marked
    as estimated. A word ends where the next one begins, or where the sound falls silent before that.

    Args:
        words: N starts and ends from `find_words`, not empty.
        events: what the voice reported, in playing order.
        sound: the whole of it.
        rate_hz: samples in a second.

    Returns:
        N words.
    """
    begins = _reported_begins(words, events)
    anchors = sorted(begins) if 0 in begins else [-1, *sorted(begins)]
    silence = _Silence(sound, rate_hz)
    timed: list[Word] = []
    for anchor, following in zip(anchors, [*anchors[1:], len(words)], strict=True):
        start = begins.get(anchor, 0)
        limit = begins[following] if following < len(words) else len(sound)
        end = silence.last_sound(start, limit)
        members = range(max(anchor, 0), following)
        weights = [words[index][1] - words[index][0] + 1 for index in members]
        edges = [start + (end - start) * sum(weights[:nth]) // sum(weights) for nth in range(len(weights) + 1)]
        for nth, index in enumerate(members):
            first, last = (Fraction(edge, rate_hz) for edge in (edges[nth], edges[nth + 1]))
            timed.append(Word(*words[index], first, last, is_estimated=index not in begins))
    return tuple(timed)


def _reported_begins(words: Sequence[tuple[int, int]], events: Sequence[WordEvent]) -> dict[int, int]:
    """Sample at which a word begins, by its index; rising strictly."""
    ends = [end for _, end in words]
    begins: dict[int, int] = {}
    last_index, last_sample = -1, -1
    for event in events:
        index = bisect_right(ends, event.position)  # the word there, or the next one: reports may be a place early
        if last_index < index < len(words) and event.sample > last_sample:
            begins[index] = event.sample
            last_index, last_sample = index, event.sample
    return begins


class _Silence:
    """Where the sound is silent, in frames of 5 ms."""

    def __init__(self, sound: npt.NDArray[np.int16], rate_hz: int) -> None:
        self.frame = int(rate_hz * FRAME_S)
        count = len(sound) // self.frame
        peaks = np.abs(sound[: count * self.frame].astype(np.int32)).reshape(count, self.frame).max(axis=1, initial=0)
        self.loud = np.flatnonzero(peaks > SILENCE_RATIO * peaks.max(initial=1))

    def last_sound(self, start: int, limit: int) -> int:
        """The sample after the last loud one in `start … limit`; `limit` where the pause before it is under 50 ms."""
        at = int(np.searchsorted(self.loud, limit // self.frame))
        last = int(self.loud[at - 1] + 1) * self.frame if at else start
        return limit if limit - last < SHORTEST_PAUSE_FRAMES * self.frame or last <= start else last
