"""How much of an answer stands in its sources, and whether it repeats a passage that speaks to a machine.

The shares were fixed on one set of texts and measured on another (tests/providers/test_tasks_grounding.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from coursecrafter.gateway.ports import Brief
from coursecrafter.gateway.providers.offline_text.language import SENTENCE_ENDS, Language, language_of, words
from coursecrafter.gateway.tasks.keeping import ADDRESS
from coursecrafter.gateway.tasks.language_check import guess_language
from coursecrafter.gateway.tasks.suspicion import orders_to_write, part_ground

LEAST_OF_ANSWER = 0.4
LEAST_OF_PICTURE = 0.15
LEAST_OF_UNIT = 0.2
FEWEST_STEMS = 4
PREFIX = 5
MOST_FOREIGN = 0.25
FEWEST_REPEATED = 2
FEWEST_OF_SENTENCE = 3
FEWEST_KNOWN = 8  # stems of a source, before it says something that nothing of a sentence occurs in it
_MARK = re.compile(r"(?<![A-Za-z0-9_])[A-Z][A-Z0-9_]{3,}(?![a-z])")
_ABOUT_MACHINES = re.compile(
    r"\b(?:prompt|jailbreak\w*|chatbot\w*|llms?|(?:large\s+)?language\s+models?|sprachmodell\w*|modèles?\s+de\s+langue"
    r"|modelos?\s+de\s+linguagem|modelos?\s+de\s+lenguaje|(?:ai|ki|ia)\b.{0,20}\b(?:security|safety|sicherheit|sécurité"
    r"|seguridad|segurança))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Grounds:
    """What an answer may rest on.

    Attributes:
        texts: passages of the sources, without those that speak to a machine.
        words, stems: of the texts, case folded.
        heads, tails: beginnings and ends of the stems, for compounds and derived words.
        only_suspicious: stems that stand in passages for a machine and nowhere else.
        marks: words of such passages that are no words of a language: codes, all capitals.
        is_foreign: whether much of the sources is in another language than the answer; words cannot be compared then.
    """

    language: Language
    texts: tuple[str, ...]
    words: frozenset[str]
    stems: frozenset[str]
    heads: frozenset[str]
    tails: frozenset[str]
    only_suspicious: frozenset[str]
    marks: frozenset[str]
    is_foreign: bool

    def share(self, text: str) -> float | None:
        """How much of a text's content words the sources know.

        None where it has too few to tell, though some are known, or where the sources are in another language.
        """
        stems = set(self.language.stems(text))
        known = sum(map(self.knows, stems))
        if not stems or self.is_foreign or (known and len(stems) < FEWEST_STEMS):
            return None
        return known / len(stems)

    def knows(self, stem: str) -> bool:
        """Whether a stem, or a word built like it, stands in the sources."""
        is_long = len(stem) >= PREFIX
        return stem in self.stems or (is_long and (stem[:PREFIX] in self.heads or stem[-PREFIX:] in self.tails))

    def repeated(self, text: str) -> list[str]:
        """Words of a text that only a passage for a machine has, where there are enough of them to say so."""
        marks = [mark for mark in marks_in(text) if mark in self.marks]
        stems = [stem for stem in dict.fromkeys(self.language.stems(text)) if stem in self.only_suspicious]
        return marks or (stems if len(stems) >= FEWEST_REPEATED else [])

    def invented(self, text: str) -> list[str]:
        """Abbreviations and codes of a text that no source has, in any case."""
        return [mark for mark in marks_in(text) if mark not in self.words and not self.is_foreign]


def grounds_of(groups: Sequence[Sequence[str]], tag: str, brief: Brief) -> Grounds:
    """Read the sources of an answer.

    Args:
        groups: texts that stand together.
        tag: BCP 47 of the answer.
        brief: a course that its author says is about language models may quote orders to them.
    """
    is_about_machines = bool(_ABOUT_MACHINES.search(f"{brief.domain} {brief.about}"))
    return _grounds(tuple(map(tuple, groups)), language_of(tag).code, is_about_machines)


@lru_cache(maxsize=16)
def _grounds(groups: tuple[tuple[str, ...], ...], code: str, is_about_machines: bool) -> Grounds:
    language = Language(code)
    ground = part_ground(groups)
    known = {stem for text in ground.trusted for stem in language.stems(text)}
    follows = {text: _follows(language, text, known) for text in ground.near}
    texts = (*ground.trusted, *(text for text in ground.near if not follows[text]))
    suspicious = (*ground.suspicious, *(text for text in ground.near if follows[text]))
    if is_about_machines:
        texts, suspicious = (*texts, *suspicious), ()
    stems = frozenset(stem for text in texts for stem in language.stems(text))
    plain = frozenset(word for text in texts for word in (*map(str.casefold, words(text)), *marks_in(text)))
    heads = frozenset(stem[:PREFIX] for stem in stems if len(stem) >= PREFIX)
    tails = frozenset(stem[-PREFIX:] for stem in stems if len(stem) >= PREFIX)
    only = frozenset(stem for text in suspicious for stem in language.stems(text)) - stems
    marks = {mark for text in suspicious for mark in marks_in(text)} - plain
    return Grounds(language, texts, plain, stems, heads, tails, only, frozenset(marks), _is_foreign(groups, code))


def _follows(language: Language, text: str, known: set[str]) -> bool:
    """Whether what stands behind an order belongs to it.

    It does if it orders too, holds a code or an address, or is a fragment or sentence that nothing else speaks of.
    """
    stems = set(language.stems(text))
    if marks_in(text) or ADDRESS.search(text) or orders_to_write(text):
        return True
    is_fragment = len(stems) < FEWEST_OF_SENTENCE or not text.endswith(SENTENCE_ENDS)
    return not stems & known and (is_fragment or len(known) > FEWEST_KNOWN)


def marks_in(text: str) -> list[str]:
    """Abbreviations and codes of a text, case folded."""
    return [mark.casefold() for mark in dict.fromkeys(_MARK.findall(unicodedata.normalize("NFKC", text)))]


def _is_foreign(groups: Sequence[Sequence[str]], code: str) -> bool:
    """Whether more than a quarter of the texts is clearly in another language."""
    blocks = [text for group in groups for text in group if text.strip()]
    joined = "\n".join(blocks)
    guessed = [(len(block), guess_language(block)) for block in blocks]
    foreign = sum(length for length, found in guessed if found and found != code)
    whole = guess_language(joined)
    return foreign > MOST_FOREIGN * max(len(joined), 1) or (whole is not None and whole != code)
