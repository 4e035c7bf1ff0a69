"""Speech as an engine receives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from uuid import UUID

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
class Takes:
    """What an author thinks of the sounds that voices made of a segment's text; each by its key in the store.

    Attributes:
        approved: the one in use, if there is one.
        rejected: those that are not to be used.
    """

    approved: str | None = None
    rejected: frozenset[str] = frozenset()


NO_TAKES = Takes()
"""Of a text that nobody has judged."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A spoken text.

    Attributes:
        sound: a WAV object, mono, 16 bit, at the voice's own sample rate.
        duration_s: its length in seconds, exact.
        words: in order of the text.
        provider, model: who spoke.
        call_id: the call in the ledger; None where it is not known.
        is_reused: whether it was found instead of spoken.
    """

    sound: StoredObject
    duration_s: Fraction
    words: tuple[Word, ...]
    provider: str
    model: str
    call_id: UUID | None = None
    is_reused: bool = field(default=False, compare=False)
