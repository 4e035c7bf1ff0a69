"""Shorter, longer and illustrated by an example: always with sentences of the author's, word for word."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import Language, as_sentence, is_prose, language_of, words
from coursecrafter.gateway.providers.offline_text.notices import EXTRACTIVE, notices
from coursecrafter.gateway.providers.offline_text.passages import Line, read_lines, require_text
from coursecrafter.gateway.providers.offline_text.relation import SourceSentence, read_sources, relations
from coursecrafter.gateway.providers.offline_text.statements import is_about_itself, leans_on_others
from coursecrafter.gateway.providers.offline_text.textrank import rank_sentences

SHORTENED = 3  # a third of the text, where nobody says how long the summary may be
FEWEST_SUMMARY_WORDS = 25
REPEATED, REPEATED_EXAMPLE = 0.75, 0.85  # an example uses the words of what it is for
MOST_ADDED = 2
LEAST_RELATED, LEAST_RELATED_EXAMPLE = 0.12, 0.06
SECOND_BEST = 0.5  # of the best relation, for a sentence beside it
LEANING, OPENING = 0.4, 1.25
CHARS_PER_WORD = 2
DIGITS = 9
EXAMPLE = re.compile(
    r"\b(?:for example|for instance|e\.\s?g\.|such as|as an example|an example (?:is|of)|example:|imagine|suppose)"
    r"|\b(?:zum beispiel|z\.\s?b\.|beispielsweise|bspw\.|etwa wenn|ein beispiel (?:ist|für|dafür)|beispiel:|angenommen)"
    r"|\b(?:par exemple|p\.\s?ex\.|un exemple (?:est|de)|exemple\s?:|imaginons|supposons|tels? que|telles? que)"
    r"|\b(?:por ejemplo|p\.\s?ej\.|un ejemplo (?:es|de)|ejemplo:|imaginemos|supongamos|tales como)"
    r"|\b(?:por exemplo|p\.\s?ex\.|um exemplo (?:é|de)|exemplo:|imagine|suponha|tais como)"
    r"|例如|比如|مثلاً|على سبيل المثال",
    re.IGNORECASE,
)
CASE = re.compile(
    r"\b(?:in (?:one|another) (?:case|company|school|study|town|city|factory)|in einem fall|ein fall aus|dans un cas"
    r"|en un caso|num caso|em um caso|im jahr \d{4}|en \d{4}|em \d{4}|in \d{4})\b",
    re.IGNORECASE,
)


def write_summarise(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The sentences that carry a text, in its order.

    Args:
        tag: BCP 47.
        payload: `{"text"}`, and `max_words` where it is to be of a certain length; else it has a third of the text.

    Returns:
        `{"text", "method", "notice"}`; at least one sentence, also where that is longer than asked for.

    Raises:
        EmptySource: CC-0340.
    """
    language, text = language_of(tag), require_text(payload.get("text"))
    length = _length(language, text)
    most = int(payload.get("max_words") or max(FEWEST_SUMMARY_WORDS, length // SHORTENED))
    if length <= most:
        return {"text": text.strip(), "method": EXTRACTIVE, "notice": notices(tag).whole}
    lines = read_lines(language, text)
    told = [line for line in lines if line.sentences and not _is_frame(line)] or lines
    found = [as_sentence(sentence) for line in told for sentence in line.sentences]
    spoken = list(dict.fromkeys(sentence for sentence in found if is_prose(sentence))) or found
    chosen = _carrying(language, spoken, most)
    return {
        "text": (" " if language.has_spaces else "").join(chosen),
        "method": EXTRACTIVE,
        "notice": notices(tag).extractive,
    }


def _is_frame(line: Line) -> bool:
    """Whether it is a heading or a row of a table in Markdown, which nobody would say in a sentence."""
    return line.lead.lstrip().startswith("#") or line.sentences[0].startswith("|")


def _carrying(language: Language, sentences: Sequence[str], most_words: int) -> list[str]:
    """The highest ranked that fit and do not repeat each other, in order; what opens a text counts more."""
    stems = [language.stems(sentence) for sentence in sentences]
    ranks = rank_sentences(stems)
    weighed = [rank * _weight(language, sentences, nth) for nth, rank in enumerate(ranks)]
    usual = sum(weighed) / max(len(weighed), 1)
    chosen: list[int] = []
    left, is_full = most_words, False
    for nth in sorted(range(len(sentences)), key=lambda nth: (-round(weighed[nth], DIGITS), nth)):
        own = set(stems[nth])
        is_said = any(len(own & set(stems[other])) > REPEATED * len(own) for other in chosen if own)
        length = _length(language, sentences[nth])
        is_filler = is_full and weighed[nth] < usual  # what only fits because it is short carries nothing
        if not chosen or (length <= left and not is_said and not is_filler):
            chosen.append(nth)
            left -= length
        else:
            is_full = True
    return [sentences[nth] for nth in sorted(chosen)]


def _weight(language: Language, sentences: Sequence[str], nth: int) -> float:
    """Less for what leans on a sentence before it, asks, or speaks of the document; more for the first one."""
    sentence = sentences[nth]
    is_question = sentence.endswith(("?", "？", "؟"))
    is_leaning = bool(words(sentence)) and leans_on_others(language, sentence)
    weight = LEANING if is_question or is_leaning or is_about_itself(sentence) else 1.0
    return weight * (OPENING if nth == 0 else 1.0)


def _length(language: Language, text: str) -> int:
    return len(words(text)) if language.has_spaces else len(text) // CHARS_PER_WORD


def write_extend(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The text, and what the sources say that is most related to it.

    Args:
        tag: BCP 47.
        payload: `{"text", "paragraphs": [[text, page | null], …]}`.

    Returns:
        `{"text", "refs": ["p. 3"], "method", "notice"}`: a paragraph of at most two sentences is added, in the order of
        the sources; a page that is not known has no ref. Nothing related: the text as it was.

    Raises:
        EmptySource: CC-0340.
    """
    language, text = language_of(tag), require_text(payload.get("text"))
    sentences = read_sources(language, payload)
    scores = relations(language, text, sentences)
    ranked = [
        nth
        for nth in sorted(range(len(sentences)), key=lambda nth: (-scores[nth], nth))
        if scores[nth] >= LEAST_RELATED and not leans_on_others(language, sentences[nth].text)
    ]
    chosen: list[int] = []
    for nth in ranked:
        is_near = scores[nth] >= SECOND_BEST * scores[ranked[0]]
        if len(chosen) < MOST_ADDED and is_near and not any(_says(sentences[nth], sentences[one]) for one in chosen):
            chosen.append(nth)
    return _added(tag, text, [sentences[nth] for nth in sorted(chosen)], notices(tag).nothing_related)


def write_add_example(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The text, and the sentence of the sources that gives an example for it.

    Args:
        tag: BCP 47.
        payload: `{"text", "paragraphs": [[text, page | null], …]}`.

    Returns:
        `{"text", "refs": ["p. 3"], "method", "notice"}`. An example is known by its words ("for example") or tells of a
        case; where it leans on the sentence before it, that one comes with it. None: the text as it was.

    Raises:
        EmptySource: CC-0340.
    """
    language, text = language_of(tag), require_text(payload.get("text"))
    sentences = read_sources(language, payload)
    scores = relations(language, text, sentences, repeated=REPEATED_EXAMPLE)
    hits: list[tuple[float, int]] = []
    for nth, sentence in enumerate(sentences):
        strength = 2.0 if EXAMPLE.search(sentence.text) else 1.0 if CASE.search(sentence.text) else 0.0
        before = scores[nth - 1] if _has_lead(language, sentences, nth) else 0.0
        related = max(scores[nth], before)
        if strength and related >= LEAST_RELATED_EXAMPLE and not _is_in(language, sentence, text):
            hits.append((round(-strength * related, DIGITS), nth))
    chosen = [min(hits)[1]] if hits else []
    if chosen and _has_lead(language, sentences, chosen[0]):
        lead = chosen[0] - 1
        chosen = [*([] if _is_in(language, sentences[lead], text) else [lead]), *chosen]
    return _added(tag, text, [sentences[nth] for nth in chosen], notices(tag).no_example)


def _has_lead(language: Language, sentences: Sequence[SourceSentence], nth: int) -> bool:
    """Whether a sentence leans on the one before it in its paragraph: "For example, it …"."""
    sentence = sentences[nth]
    is_opening = bool(EXAMPLE.match(sentence.text)) or leans_on_others(language, sentence.text)
    return is_opening and nth > 0 and sentences[nth - 1].paragraph == sentence.paragraph


def _is_in(language: Language, sentence: SourceSentence, text: str) -> bool:
    own = (frozenset(language.stems(told)) for told in language.sentences(text))
    return any(len(sentence.stems & told) > REPEATED_EXAMPLE * len(sentence.stems) for told in own)


def _says(sentence: SourceSentence, other: SourceSentence) -> bool:
    return len(sentence.stems & other.stems) > REPEATED * len(sentence.stems)


def _added(tag: str, text: str, sentences: Sequence[SourceSentence], nothing: str) -> dict[str, Any]:
    if not sentences:
        return {"text": text, "refs": [], "method": EXTRACTIVE, "notice": nothing}
    space = " " if language_of(tag).has_spaces else ""
    addition = space.join(sentence.text for sentence in sentences)
    refs = list(dict.fromkeys(sentence.ref for sentence in sentences if sentence.ref))
    return {
        "text": f"{text.rstrip()}\n\n{addition}",
        "refs": refs,
        "method": EXTRACTIVE,
        "notice": notices(tag).extractive,
    }
