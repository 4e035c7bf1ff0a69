"""Texts that are longer than a call takes, in pieces that a voice can speak one after another."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import numpy as np

from coursecrafter.domain.speech import Word
from coursecrafter.gateway.errors import UnusableAnswer, once_charged
from coursecrafter.gateway.ports import SpeechRequest
from coursecrafter.gateway.providers.sound import Sound
from coursecrafter.gateway.providers.spoken_words import SENTENCE_END, is_speakable


def speak_in_pieces(
    request: SpeechRequest, most: int, speak: Callable[[SpeechRequest, int], tuple[Sound, tuple[Word, ...]]]
) -> tuple[Sound, tuple[Word, ...]]:
    """Sound and words of a text of any length.

    Args:
        most: characters that one call takes.
        speak: speaks a piece, of a number that counts from 0, with positions and times of its own.

    Raises:
        UnusableAnswer: CC-0325, pieces have several sample rates. And what `speak` raises; after the first piece it
            may have cost something.
    """
    sounds: list[Sound] = []
    words: list[Word] = []
    passed_s = Fraction(0)
    for nth, (start, end) in enumerate(split_pieces(request.text, most)):
        with once_charged(is_charged=nth > 0):
            sound, spoken = speak(_part(request, start, end), nth)
        if sounds and sound.rate_hz != sounds[0].rate_hz:
            raise UnusableAnswer("The voice answers at several sample rates.", may_cost=True)
        words.extend(_moved(word, start, passed_s) for word in spoken)
        sounds.append(sound)
        passed_s += sound.duration_s
    return Sound(np.concatenate([sound.samples for sound in sounds]), sounds[0].rate_hz), tuple(words)


def piece_key(key: str, nth: int) -> str:
    """By which a provider knows the call for a piece: the first one's is the text's own."""
    return f"{key}-{nth}" if key and nth else key


def _part(request: SpeechRequest, start: int, end: int) -> SpeechRequest:
    inside = [phoneme for phoneme in request.phonemes if start <= phoneme.start and phoneme.end <= end]
    moved = tuple(replace(one, start=one.start - start, end=one.end - start) for one in inside)
    return replace(request, text=request.text[start:end], phonemes=moved)


def _moved(word: Word, characters: int, by_s: Fraction) -> Word:
    return replace(
        word,
        char_start=word.char_start + characters,
        char_end=word.char_end + characters,
        start_s=word.start_s + by_s,
        end_s=word.end_s + by_s,
    )


def split_pieces(text: str, most: int) -> list[tuple[int, int]]:
    """Starts and ends of pieces of at most so many characters: cut between sentences, else words, else anywhere.

    Pieces that hold nothing to speak are left out; a text without any is one piece.
    """
    ends = [match.end() for match in SENTENCE_END.finditer(text)]
    pieces: list[tuple[int, int]] = []
    start = 0
    while len(text) - start > most:
        at = bisect_right(ends, start + most)
        end = ends[at - 1] if at and ends[at - 1] > start else 0
        end = end or text.rfind(" ", start + 1, start + most) + 1 or start + most
        pieces.append((start, end))
        start = end
    pieces.append((start, len(text)))
    spoken = [piece for piece in pieces if is_speakable(text[slice(*piece)])]
    return spoken or [(0, len(text))]
