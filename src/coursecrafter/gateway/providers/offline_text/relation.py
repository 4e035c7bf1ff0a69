"""How much a sentence of a source has to do with a text: shared stems, rare ones counting more."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import Language, is_prose, words
from coursecrafter.gateway.providers.offline_text.statements import is_about_itself

FEWEST_WORDS, MOST_WORDS = 4, 45
FEWEST_SHARED = 2
REPEATED = 0.6
DIGITS = 9  # compared after rounding, so that the order of additions decides nothing


@dataclass(frozen=True, slots=True)
class SourceSentence:
    """A sentence of a source.

    Attributes:
        paragraph: the number of its paragraph among those given.
        ref: "p. 3"; "" where the page is not known.
    """

    text: str
    paragraph: int
    ref: str
    stems: frozenset[str]


def read_sources(language: Language, payload: Mapping[str, Any]) -> list[SourceSentence]:
    """The whole sentences of `payload["paragraphs"]`, `[[text, page | null], …]`, in order."""
    return [
        SourceSentence(sentence, nth, "" if page is None else f"p. {page}", frozenset(language.stems(sentence)))
        for nth, (text, page) in enumerate(payload.get("paragraphs") or ())
        for sentence in language.sentences(str(text or ""))
        if is_quotable(language, sentence)
    ]


def is_quotable(language: Language, sentence: str) -> bool:
    """Whether a sentence can be set into another text: whole, of usual length, neither address nor reference."""
    is_whole = sentence.endswith((".", "!", "。", "！", "؟", "۔", "।", ".”", ".“", ".»", '."'))
    length = len(words(sentence)) if language.has_spaces else len(sentence) // 2
    return is_whole and is_prose(sentence) and FEWEST_WORDS <= length <= MOST_WORDS and not is_about_itself(sentence)


def relations(
    language: Language, text: str, sentences: Sequence[SourceSentence], *, repeated: float = REPEATED
) -> list[float]:
    """For each of N sentences a figure from 0 to 1: the cosine of its stems and the text's, weighed by rarity.

    0 for a sentence that shares fewer than two stems with the text, or that the text says already.

    Args:
        repeated: which share of its stems makes a sentence one that the text says already.
    """
    counts = Counter(stem for sentence in sentences for stem in sentence.stems)
    weight = {stem: math.log(1 + len(sentences) / count) for stem, count in sorted(counts.items())}
    topic = frozenset(language.stems(text))
    told = [frozenset(language.stems(sentence)) for sentence in language.sentences(text)]
    usual = math.log(1 + len(sentences)) if sentences else 1.0
    length = _length(topic, weight, usual)
    return [_relation(sentence.stems, topic, told, weight, length, repeated) for sentence in sentences]


def _relation(
    stems: frozenset[str],
    topic: frozenset[str],
    told: Sequence[frozenset[str]],
    weight: Mapping[str, float],
    length: float,
    repeated: float,
) -> float:
    shared = sorted(stems & topic)
    if len(shared) < FEWEST_SHARED or any(len(stems & said) > repeated * len(stems) for said in told):
        return 0.0
    own = _length(stems, weight, 1.0)
    return round(sum(weight[stem] ** 2 for stem in shared) / (own * length), DIGITS)


def _length(stems: frozenset[str], weight: Mapping[str, float], usual: float) -> float:
    return math.sqrt(sum(weight.get(stem, usual) ** 2 for stem in sorted(stems))) or 1.0
