"""Terms of a deck: which word of a sentence is worth asking for, and which others could stand in its place."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursecrafter.gateway.providers.offline_text.language import Language, words

GAP = "_____"
SHORTEST_TERM = 4
SHORTEST_ABBREVIATION = 3
LONGEST_TERM = 32
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
VOWELS = frozenset("aeiouáàâäéèêëíìîïóòôöúùûü")
MOST_SUFFIX = 4


@dataclass(frozen=True, slots=True)
class Terms:
    """The words of a deck that carry meaning.

    Attributes:
        spread: on how many slides a stem stands.
        pool: by kind, the terms as they are written inside sentences, with their stems, each stem once.
    """

    language: Language
    spread: Counter[str]
    pool: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, language: Language, texts: Sequence[str]) -> Terms:
        """From the texts of a deck's slides, one for each."""
        spread = Counter(stem for text in texts for stem in set(language.stems(text)))
        found = [word for text in texts for sentence in language.sentences(text) for word in words(sentence)[1:]]
        pool: dict[str, dict[str, str]] = defaultdict(dict)
        for word in dict.fromkeys(found if language.has_spaces else ()):
            stem = "".join(language.stems(word))
            if stem and _is_term(language, word):
                pool[_kind(word)].setdefault(stem, word)
        return cls(language, spread, pool)

    def best_term(self, sentence: str) -> str | None:
        """The word to ask for: one that the deck comes back to, a number, else the longest; None if there is none.

        It stands once in the sentence and is not its first word, whose capital would tell nothing.
        """
        if not self.language.has_spaces:
            return None
        stems = Counter(self.language.stems(sentence))
        candidates = [
            word
            for word in words(sentence)[1:]
            if _is_term(self.language, word)
            and self._stem(word)
            and stems[self._stem(word)] == 1
            and _stands_once(sentence, word)
        ]
        return max(candidates, key=lambda word: (self._weight(word), word), default=None)

    def distractors(self, term: str, home: str) -> list[str]:
        """Terms of the same kind that do not stand on the term's own slide, likest first.

        Args:
            term: the right answer.
            home: all text of its slide.
        """
        known = set(self.language.stems(home))
        fitting = [word for stem, word in self.pool.get(_kind(term), {}).items() if stem not in known]
        return sorted(fitting, key=lambda word: (-_likeness(term, word), word))

    def _stem(self, word: str) -> str:
        return "".join(self.language.stems(word))

    def _weight(self, word: str) -> int:
        is_number = word[0].isdigit()
        return 3 * min(self.spread[self._stem(word)], 4) + 6 * is_number + min(len(word), 12) + 3 * word[0].isupper()


def _is_term(language: Language, word: str) -> bool:
    if word[0].isdigit():
        return len(word) > 1
    is_contraction = "'" in word or "’" in word
    shortest = SHORTEST_ABBREVIATION if word.isupper() else SHORTEST_TERM
    return shortest <= len(word) <= LONGEST_TERM and not is_contraction and not language.is_stop_word(word)


def _kind(word: str) -> str:
    """Year, number, abbreviation, capitalised or plain: options of different kinds give the answer away."""
    if word[0].isdigit():
        return "year" if YEAR.fullmatch(word) else f"number {any(mark in word for mark in '.,:')}"
    if word.isupper():
        return "abbreviation"
    return "capitalised" if word[0].isupper() else f"plain {word[0].casefold() in VOWELS}"


def _likeness(term: str, word: str) -> int:
    """Same ending (so that it fits the sentence), similar length."""
    endings = [term[-length:].casefold() == word[-length:].casefold() for length in range(1, MOST_SUFFIX + 1)]
    return 3 * sum(endings) - abs(len(term) - len(word))


def _stands_once(sentence: str, term: str) -> bool:
    return len(_place(term).findall(sentence)) == 1


def blanked(sentence: str, term: str) -> str:
    """The sentence with a gap for the term."""
    return _place(term).sub(GAP, sentence)


def swapped(sentence: str, term: str, other: str) -> str:
    """The sentence with another term in its place."""
    return _place(term).sub(lambda _: other, sentence)


def _place(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")
