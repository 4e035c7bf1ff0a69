"""Speech as an engine receives it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from coursecrafter.domain.stored import StoredObject


@dataclass(frozen=True, slots=True)
class Word:
    """When a word of the script is spoken.

    Attributes:
        char_start, char_end: the word in the script text: `text[char_start:char_end]`.
        start_s, end_s: seconds from the first sample.
        is_estimated: whether the time was interpolated instead of reported by the voice.
    """

    char_start: int
    char_end: int
    start_s: Fraction
    end_s: Fraction
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken text.

    Attributes:
        sound: a WAV object, mono, 16 bit, at the voice's own sample rate.
        duration_s: its length in seconds, exact.
        words: in order of the text.
        provider, model: who spoke.
    """

    sound: StoredObject
    duration_s: Fraction
    words: tuple[Word, ...]
    provider: str
    model: str
