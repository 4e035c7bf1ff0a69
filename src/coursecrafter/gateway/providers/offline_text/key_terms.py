"""What a text is about, in a few of its own words: nouns, and nouns with what belongs to them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from coursecrafter.gateway.providers.offline_text.abbreviations import is_abbreviated
from coursecrafter.gateway.providers.offline_text.language import HAN_OR_KANA, Language, is_prose, tidy, words
from coursecrafter.gateway.providers.offline_text.outline import is_list_entry
from coursecrafter.gateway.providers.offline_text.word_classes import (
    DETERMINERS,
    EN_FINITE,
    EN_PASTS,
    EN_THIRD_PERSONS,
    EN_VERBS,
    FINITE,
    NUMBERS,
)

SHORTEST = 3
MOST_RUN = 3
LONGEST = 40
PAIR = 2
_PIECE = re.compile(r"[^,;:.!?()\[\]“”„«»\"–—/|\n]+")
_OF = frozenset({"de", "du", "des", "del", "do", "da", "dos", "das", "d"})
_MELTED = frozenset({"l’", "l'", "d’", "d'"})
_EN_SMALL = frozenset(
    {"unlike", "despite", "compared", "versus", "instead", "rather", "again", "first", "next", "last"}
)
_EN_NO_TERM = _EN_SMALL | EN_FINITE | EN_VERBS | EN_THIRD_PERSONS | EN_PASTS


def key_terms(language: Language, texts: Sequence[str], count: int) -> list[str]:
    """At most `count` terms in the order of the texts, those that the texts come back to before others."""
    told = [line for text in texts for line in map(tidy, text.split("\n")) if is_prose(line)]
    frequency = Counter(stem for line in told for stem in language.stems(line))
    found: dict[str, tuple[int, float]] = {}
    for nth, term in enumerate(term for line in told for term in _terms(language, line)):
        stems = language.stems(term)
        if stems and term not in found:
            weight = sum(frequency[stem] for stem in stems) / len(stems) + 0.25 * (len(stems) - 1)
            found[term] = (nth, weight)
    chosen: list[str] = []
    known: set[str] = set()
    for term in sorted(found, key=lambda term: (-found[term][1], found[term][0])):
        if known.isdisjoint(language.stems(term)) and len(chosen) < count:
            chosen.append(term)
            known.update(language.stems(term))
    return sorted(chosen, key=lambda term: found[term][0])


def _terms(language: Language, line: str) -> Iterator[str]:
    if not language.has_spaces:
        yield from (run for run in HAN_OR_KANA.findall(line) if len(run) > 1)
        return
    is_entry = is_list_entry(line)
    for piece in _PIECE.findall(line):
        found = words(piece)
        if is_entry and found and len(found) <= MOST_RUN and not language.is_stop_word(found[0]):
            yield " ".join(piece.split())
            continue
        for term in _piece_terms(language, found):
            if not SHORTEST <= len(term) <= LONGEST or is_abbreviated(language.code, line, term):
                continue
            if term in piece:
                yield term


def _piece_terms(language: Language, found: Sequence[str]) -> Iterator[str]:
    if language.code == "de":
        yield from (
            word for nth, word in enumerate(found) if word[0].isupper() and _is_german_noun(language, found, nth)
        )
    elif language.code in {"fr", "es", "pt"}:
        yield from _romance(language, found)
    else:
        yield from _runs(language, found)


def _is_german_noun(language: Language, found: Sequence[str], nth: int) -> bool:
    word = found[nth]
    is_opening = nth == 0 and len(found) > 1 and not found[1][0].islower()
    return (
        not language.is_stop_word(word)
        and (nth > 0 or len(found) == 1 or not is_opening)
        and not _is_counted(language, word)
    )


def _romance(language: Language, found: Sequence[str]) -> Iterator[str]:
    """What an article opens, with a second noun that belongs to it ("la station de pompage")."""
    articles = DETERMINERS[language.code]
    for nth, word in enumerate(found[:-1]):
        bare = word.casefold().rpartition("’")[2].rpartition("'")[2]
        is_melted = word.casefold()[: len(word) - len(bare)] in _MELTED and _is_content(language, bare)
        if is_melted:
            yield word[len(word) - len(bare) :]
        if word.casefold() not in articles or not _is_content(language, found[nth + 1]):
            continue
        rest = found[nth + 2 : nth + 4]
        belongs = len(rest) == PAIR and rest[0].casefold() in _OF and _is_noun_behind_of(language, rest[1])
        yield " ".join([found[nth + 1], *rest]) if belongs else found[nth + 1]


def _runs(language: Language, found: Sequence[str]) -> Iterator[str]:
    """Words that stand together, neither small ones nor verbs: "power station"."""
    run: list[str] = []
    for word in [*found, ""]:
        is_verb = language.code == "en" and (word.casefold() in _EN_NO_TERM or word.endswith("ly"))
        if word and _is_content(language, word) and not is_verb:
            run.append(word)
            continue
        if run:
            yield " ".join(run[-MOST_RUN:])
        run = []


def _is_content(language: Language, word: str) -> bool:
    known = FINITE.get(language.code, frozenset())
    is_letter = word[:1].isalpha() and len(word) >= SHORTEST
    return is_letter and not language.is_stop_word(word) and word not in known and not _is_counted(language, word)


def _is_noun_behind_of(language: Language, word: str) -> bool:
    """Behind "de" even what may be a verb elsewhere is none: "mot de passe"."""
    return word[:1].isalpha() and len(word) >= SHORTEST and not language.is_stop_word(word)


def _is_counted(language: Language, word: str) -> bool:
    return word.casefold() in NUMBERS.get(language.code, ())
