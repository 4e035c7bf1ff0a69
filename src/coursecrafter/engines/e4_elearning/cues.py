"""Captions: a spoken text in parts of at most two lines, each with its time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from coursecrafter.domain.speech import Speech
from coursecrafter.engines.e4_elearning.texts import clean

MOST_COLUMNS = 84  # two lines of 42; East Asian characters take two columns
SENTENCE = re.compile(r"[^\n.!?…。！？؟]*[.!?…。！？؟]*[\s]*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption, in seconds from the start of its segment's sound."""

    text: str
    start_s: Fraction
    end_s: Fraction


def caption(text: str, speech: Speech) -> list[Cue]:
    """Cut a spoken text into captions.

    Args:
        text: as written; word offsets of the speech point into it.

    Returns:
        Captions in order, each beginning with its first spoken word; parts without a spoken word are left out.
    """
    cues = []
    for start, end in _parts(text):
        words = [word for word in speech.words if start <= word.char_start < end]
        if words:
            cues.append(Cue(" ".join(clean(text[start:end]).split()), words[0].start_s, words[-1].end_s))
    return cues or [Cue(" ".join(clean(text).split()), Fraction(0), speech.duration_s)]


def _parts(text: str) -> Iterator[tuple[int, int]]:
    """Ranges of the text: lines, then sentences, then as many words as fit."""
    for line in re.finditer(r"[^\n\v]+", text):
        start = line.start()
        if _columns(line.group()) <= MOST_COLUMNS:
            yield line.span()
            continue
        for sentence in SENTENCE.finditer(text, start, line.end()):
            yield from _fitting(text, *sentence.span())


def _fitting(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end:
        stop = start
        taken = 0
        while stop < end and (taken := taken + _columns(text[stop])) <= MOST_COLUMNS:
            stop += 1
        # Back to the last blank; a script without blanks is cut where it is full.
        blank = text.rfind(" ", start + 1, stop)
        stop = blank + 1 if stop < end and blank > start else stop
        yield start, stop
        start = stop


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
