"""What a course's closing says of a scene: a statement of the scene, or else its heading with what it lists."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from coursecrafter.gateway.providers.offline_text.language import SENTENCE_ENDS, Language, as_sentence, words
from coursecrafter.gateway.providers.offline_text.statements import (
    has_verb,
    is_broken,
    is_imperative,
    is_sound,
    is_statement,
    leans_on_others,
)
from coursecrafter.gateway.providers.offline_text.textrank import rank_sentences
from coursecrafter.gateway.providers.offline_text.word_classes import FINITE

GOOD_POINT, LONGEST_POINT = 84, 110  # characters
MOST_CHARS = 420  # of all points, so that they can stand together on one picture


@dataclass(frozen=True, slots=True)
class KeyPoint:
    """What a scene comes to.

    Attributes:
        index: of the text that it was made of.
        is_statement: whether it is that text, a whole sentence.
    """

    text: str
    index: int
    is_statement: bool


def key_point(language: Language, heading: str, texts: Sequence[str], listed: Collection[int]) -> KeyPoint | None:
    """The text that carries a scene; None where nothing in it stands by itself.

    Args:
        heading: of the scene.
        texts: sentences that the scene says.
        listed: which of them may be said behind the heading.
    """
    scores = rank_sentences([language.stems(text) for text in texts])
    ranking = sorted(range(len(texts)), key=lambda index: (-scores[index], index))
    stating = [index for index in ranking if len(texts[index]) <= LONGEST_POINT and _states(language, texts[index])]
    if stating:
        best = next((index for index in stating if len(texts[index]) <= GOOD_POINT), stating[0])
        return KeyPoint(texts[best], best, is_statement=True)
    if heading.endswith((*SENTENCE_ENDS, ":")):
        return None
    headed = (KeyPoint(_headed(language, heading, texts[n]), n, is_statement=False) for n in ranking if n in listed)
    return next((point for point in headed if point.text), None)


def fitting(points: Sequence[str], most: int, fewest: int) -> list[int]:
    """Which of them to say: as many as fit, from the first to the last, spread evenly."""
    for count in range(most, fewest - 1, -1):
        chosen = sorted({index * (len(points) - 1) // (count - 1) for index in range(count)})
        if sum(len(points[index]) for index in chosen) <= MOST_CHARS:
            return chosen
    return chosen


def _states(language: Language, text: str) -> bool:
    bare = text.rstrip(".")
    is_torn = any(is_broken(language, piece) for piece in bare.split(", ") if words(piece))
    is_finite = language.code not in FINITE or has_verb(language, text)
    return is_statement(language, text) and is_sound(bare) and is_finite and not is_torn


def _headed(language: Language, heading: str, text: str) -> str:
    """Such as "Saving water: short showers, full machines."; "" where the text does not go on with the heading."""
    own = text.rstrip(".。")
    colon = "：" if not language.has_spaces else " : " if language.code == "fr" else ": "
    is_whole = is_sound(text) and not is_broken(language, own) and not any(mark in text for mark in ":：–")
    goes_on = words(text) and not is_imperative(language, text) and not leans_on_others(language, text)
    told = as_sentence(f"{heading}{colon}{own}")
    return told if is_whole and goes_on and heading.casefold() != own.casefold() and len(told) <= GOOD_POINT else ""
