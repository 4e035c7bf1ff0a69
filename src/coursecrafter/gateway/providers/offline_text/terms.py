"""Terms of a deck: which word of a sentence is worth asking for, and which others could stand in its place.

Worth asking for are numbers, names and nouns. Without a grammar, a noun is known by where it stands: in German by its
capital, elsewhere as the last word of what an article opens.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coursecrafter.gateway.providers.offline_text.abbreviations import is_abbreviated
from coursecrafter.gateway.providers.offline_text.language import Language, words
from coursecrafter.gateway.providers.offline_text.statements import is_statement
from coursecrafter.gateway.providers.offline_text.word_classes import (
    DETERMINERS,
    EN_FINITE,
    EN_PASTS,
    EN_THIRD_PERSONS,
    EN_VERBS,
    NUMBERS,
)

GAP = "_____"
SHORTEST_TERM = 4
SHORTEST_ABBREVIATION = 3
LONGEST_TERM = 32
FEWEST_UPPER = 2
YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
LONGEST_NOUN_PHRASE = 3
YEARS_APART = 10
NUMBER_STEPS = (1, -1, 2, -2, 3)
MOST_CHARS_APART = 5


@dataclass(frozen=True, slots=True)
class Term:
    """A word of a sentence that can be asked for.

    Attributes:
        kind: words of one kind can stand in each other's place.
    """

    word: str
    kind: str

    @property
    def is_number(self) -> bool:
        """Whether it is a number, in digits or as a word."""
        return self.kind.startswith(("number", "year"))


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a deck.

    Attributes:
        spread: on how many slides a stem stands.
        pool: by kind, the terms as they are written inside sentences, with their stems, each stem once.
    """

    language: Language
    spread: Counter[str]
    pool: Mapping[str, Mapping[str, str]]

    @classmethod
    def of(cls, language: Language, texts: Sequence[str]) -> Terms:
        """From the texts of a deck's slides, one for each, lines parted by newlines."""
        spread = Counter(stem for text in texts for stem in set(language.stems(text)))
        pool: dict[str, dict[str, str]] = {}
        for text in texts:
            for sentence in language.sentences(text):
                is_whole = is_statement(language, sentence)
                for term in _terms(language, sentence):
                    if is_whole or term.is_number:
                        pool.setdefault(term.kind, {}).setdefault("".join(language.stems(term.word)), term.word)
        return cls(language, spread, pool)

    def numbers(self, sentence: str) -> list[Term]:
        """Numbers that stand once in it."""
        return [term for term in _terms(self.language, sentence) if term.is_number]

    def nouns(self, sentence: str) -> list[Term]:
        """Names and nouns that stand once in it: first those that the deck comes back to, else the longest."""
        found = [term for term in _terms(self.language, sentence) if not term.is_number]
        return sorted(found, key=lambda term: (-self._weight(term), term.word))

    def distractors(self, term: Term, home: str, count: int) -> list[str]:
        """Terms of the same kind that do not stand on the term's own slide, likest first.

        Args:
            term: the right answer.
            home: all text of its slide.
            count: how many are wanted; numbers are made near the right one where the deck has too few.
        """
        known = {*self.language.stems(home), *(word.casefold() for word in words(home))}
        pooled = self.pool.get(term.kind, {}).items()
        fitting = [word for stem, word in pooled if stem not in known and _is_alike(term.word, word)]
        ranked = sorted(fitting, key=lambda word: (-_likeness(term.word, word), word))
        if term.is_number:
            near = [number for number in _near(self.language, term) if number.casefold() not in known]
            ranked = list(dict.fromkeys([*ranked[: count - 1], *near]))
        return ranked[:count]

    def _weight(self, term: Term) -> int:
        stem = "".join(self.language.stems(term.word))
        return 3 * min(self.spread[stem], 4) + min(len(term.word), 12) + 6 * (term.kind == "name")


def _terms(language: Language, sentence: str) -> list[Term]:
    if not language.has_spaces:
        return []
    stems = Counter(language.stems(sentence))
    found = words(sentence)
    terms: list[Term] = []
    for nth, word in enumerate(found):
        kind = _kind(language, sentence, found, nth)
        stem = "".join(language.stems(word))
        if kind and (kind.startswith("number word") or stems[stem] == 1) and _is_whole(language, sentence, word):
            terms.append(Term(word, kind))
    return terms


def _kind(language: Language, sentence: str, found: Sequence[str], nth: int) -> str | None:
    """Year, number, abbreviation, name or noun; None for what is not worth asking for."""
    word = found[nth]
    if word[0].isdigit():
        return _number_kind(word)
    if word.casefold() in NUMBERS.get(language.code, ()):
        return f"number word {word[0].isupper()}"
    return _word_kind(language, sentence, found, nth) if nth > 0 and _is_term(language, word) else None


def _word_kind(language: Language, sentence: str, found: Sequence[str], nth: int) -> str | None:
    word = found[nth]
    if word.isupper():
        return "abbreviation"
    is_german = language.code == "de"
    if word[0].isupper():
        return f"noun {word[-1]}" if is_german else "name"
    return f"noun {word.endswith('s')}" if not is_german and _is_noun(language, sentence, found, nth) else None


def _number_kind(word: str) -> str | None:
    if YEAR.fullmatch(word):
        return "year"
    is_plain = word.isdecimal()
    return f"number {len(word)}" if is_plain and len(word) > 1 else None if is_plain else "number with marks"


def _is_term(language: Language, word: str) -> bool:
    is_contraction = "'" in word or "’" in word
    is_title = sum(character.isupper() for character in word) >= FEWEST_UPPER and not word.isupper()
    shortest = SHORTEST_ABBREVIATION if word.isupper() else SHORTEST_TERM
    return (
        shortest <= len(word) <= LONGEST_TERM
        and not is_contraction
        and not is_title
        and not language.is_stop_word(word)
    )


def _is_noun(language: Language, sentence: str, found: Sequence[str], nth: int) -> bool:
    """Whether the word ends what an article opens: "the _power station_ is"."""
    articles = DETERMINERS.get(language.code)
    if language.code == "en":
        return _ends_noun_phrase(sentence, found, nth)
    return articles is None or found[nth - 1].casefold() in articles


def _ends_noun_phrase(sentence: str, found: Sequence[str], nth: int) -> bool:
    english, word = Language("en"), found[nth]
    after = found[nth + 1] if nth + 1 < len(found) else ""
    is_last = not after or english.is_stop_word(after) or _is_parted(sentence, word, after)
    start = nth - 1
    while start > nth - LONGEST_NOUN_PHRASE and start >= 0 and _goes_on(sentence, found, start):
        start -= 1
    is_opened = start >= 0 and found[start].casefold() in DETERMINERS["en"]
    is_verb = start < nth - 1 and word in EN_THIRD_PERSONS | EN_PASTS | EN_VERBS
    return is_opened and not is_verb and not word.endswith("ly") and (is_last or after in EN_THIRD_PERSONS)


def _goes_on(sentence: str, found: Sequence[str], nth: int) -> bool:
    """Whether a word stands inside what an article opens, with the next one behind it."""
    word = found[nth]
    is_inside = not Language("en").is_stop_word(word) and word not in EN_THIRD_PERSONS | EN_FINITE
    return is_inside and not _is_parted(sentence, word, found[nth + 1])


def _is_parted(sentence: str, word: str, after: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}\s+{re.escape(after)}(?!\w)", sentence) is None


def _near(language: Language, term: Term) -> list[str]:
    """Numbers beside a number, of the same shape."""
    if term.kind.startswith("number word"):
        known = NUMBERS[language.code]
        at = known.index(term.word.casefold())
        near = [known[at + step] for step in NUMBER_STEPS if 0 <= at + step < len(known)]
        return [word.capitalize() if term.word[0].isupper() else word for word in near]
    if not term.word.isdecimal():
        return []
    value = int(term.word)
    zeros = 10 ** (len(term.word) - len(term.word.rstrip("0")))
    unit = YEARS_APART if term.kind == "year" else max(1, value // 8 // zeros) * zeros
    values = (value + step * unit for step in NUMBER_STEPS)
    return [str(number) for number in values if len(str(number)) == len(term.word)]


def _is_alike(term: str, word: str) -> bool:
    if term.isdecimal() and word.isdecimal():
        return int(term) <= 2 * int(word) and int(word) <= 2 * int(term)
    return abs(len(term) - len(word)) <= MOST_CHARS_APART


def _likeness(term: str, word: str) -> int:
    """Same ending (so that it fits the sentence), similar length; of numbers the next ones."""
    if term.isdecimal() and word.isdecimal():
        return -abs(int(term) - int(word))
    endings = [term[-length:].casefold() == word[-length:].casefold() for length in range(1, 5)]
    return 3 * sum(endings) - abs(len(term) - len(word))


def _is_whole(language: Language, sentence: str, term: str) -> bool:
    """Whether it stands there once, and in full."""
    return len(_place(term).findall(sentence)) == 1 and not is_abbreviated(language.code, sentence, term)


def blanked(sentence: str, term: str) -> str:
    """The sentence with a gap for the term."""
    return _place(term).sub(GAP, sentence)


def swapped(sentence: str, term: str, other: str) -> str:
    """The sentence with another term in its place."""
    return _place(term).sub(lambda _: other, sentence)


def _place(term: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(term)}(?!\w)")
