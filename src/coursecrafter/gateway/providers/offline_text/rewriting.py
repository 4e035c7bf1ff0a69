"""A text in other words, made by rules: numbers, names, units, quotations and addresses stay as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import Language, language_of, words
from coursecrafter.gateway.providers.offline_text.notices import RULES, notices
from coursecrafter.gateway.providers.offline_text.passages import Line, read_lines, require_text, write_lines
from coursecrafter.gateway.providers.offline_text.plain_words import PLAIN_WORDS
from coursecrafter.gateway.providers.offline_text.sentence_rules import (
    masked,
    ordered,
    quoted,
    spaced,
    split_long,
    unrolled,
    without_inner_fillers,
    without_intensifiers,
    without_opening_fillers,
    written_out,
)
from coursecrafter.gateway.providers.offline_text.statements import has_verb
from coursecrafter.gateway.providers.offline_text.word_pairs import WordPairs
from coursecrafter.gateway.providers.offline_text.wordings import CONTRACTIONS, FULL_FORMS, TAILS

LONG_WORDS, LONG_FOR_SIMPLE, LONG_FOR_DIRECT = 24, 14, 18
MOST_TAIL_WORDS = 12
SENTENCE_MARK = "\ue7ff"  # parts the sentences that a rule makes of one; nothing of a text is ever this

Rule = Callable[[Language, str], str]


def write_rewrite(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The text without fillers and run-on sentences, with even spacing and quotation marks.

    Args:
        tag: BCP 47.
        payload: `{"text"}`.

    Returns:
        `{"text", "method": "rules", "notice"}`; as it was where no rule applies, and the notice says so.

    Raises:
        EmptySource: CC-0340.
    """
    rules = (spaced, without_opening_fillers, without_inner_fillers, partial(_split, most_words=LONG_WORDS))
    return _answer(tag, payload, rules, are_tails_tied=True)


def write_simplify(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The text in shorter sentences and plainer words, without brackets and abbreviations.

    Args:
        tag: BCP 47.
        payload: `{"text"}`.

    Returns:
        `{"text", "method": "rules", "notice"}`, as for a rewritten text.

    Raises:
        EmptySource: CC-0340.
    """
    rules = (
        spaced,
        written_out,
        without_opening_fillers,
        without_inner_fillers,
        _plain,
        unrolled,
        partial(_split, most_words=LONG_FOR_SIMPLE),
    )
    return _answer(tag, payload, rules)


def write_change_style(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The text in another style; whom it addresses, and how, stays.

    Args:
        tag: BCP 47.
        payload: `{"text", "style"}`: "formal", "friendly", "concise" or "direct".

    Returns:
        `{"text", "method": "rules", "notice"}`; as it was for another style, and the notice names the known ones.

    Raises:
        EmptySource: CC-0340.
    """
    style = str(payload.get("style") or "").strip().casefold()
    if style not in STYLES:
        text = require_text(payload.get("text"))
        return {"text": text, "method": RULES, "notice": notices(tag).unknown_style.format(", ".join(STYLES))}
    return _answer(tag, payload, STYLES[style], done=notices(tag).address_kept)


def _split(language: Language, sentence: str, *, most_words: int) -> str:
    return SENTENCE_MARK.join(split_long(language, sentence, most_words))


def _plain(language: Language, sentence: str) -> str:
    return _put(PLAIN_WORDS, language, sentence)


def _shorter(language: Language, sentence: str) -> str:
    return _put(PLAIN_WORDS, language, sentence, only_shorter=True)


def _in_full(language: Language, sentence: str) -> str:
    calm = sentence[:-1].rstrip() + "." if sentence.endswith("!") and len(words(sentence)) > 1 else sentence
    return _put(FULL_FORMS, language, calm)


def _put(lists: Mapping[str, WordPairs], language: Language, sentence: str, *, only_shorter: bool = False) -> str:
    pairs = lists.get(language.code)
    return pairs.put_in(sentence, only_shorter=only_shorter) if pairs else sentence


def _contracted(language: Language, sentence: str) -> str:
    if language.code != "en":
        return sentence
    short = CONTRACTIONS.put_in(sentence)
    return short.replace("’", "'") if "'" in sentence and "’" not in sentence else short


STYLES: Mapping[str, Sequence[Rule]] = {
    "formal": (_in_full,),
    "friendly": (written_out, without_opening_fillers, _plain, _contracted),
    "concise": (without_opening_fillers, without_inner_fillers, without_intensifiers, _shorter),
    "direct": (
        without_opening_fillers,
        without_inner_fillers,
        ordered,
        partial(_split, most_words=LONG_FOR_DIRECT),
    ),
}


def _answer(
    tag: str,
    payload: Mapping[str, Any],
    rules: Sequence[Rule],
    *,
    are_tails_tied: bool = False,
    done: str | None = None,
) -> dict[str, Any]:
    language, text = language_of(tag), require_text(payload.get("text"))
    lines = read_lines(language, text)
    changed = [_changed(language, line, rules, are_tails_tied=are_tails_tied) for line in lines]
    written = write_lines(language, changed)
    is_changed = written.split() != text.split() or (are_tails_tied and written.strip() != text.strip())
    told = done or notices(tag).rules
    return {
        "text": written if is_changed else text,
        "method": RULES,
        "notice": told if is_changed else notices(tag).unchanged,
    }


def _changed(language: Language, line: Line, rules: Sequence[Rule], *, are_tails_tied: bool) -> Line:
    """The line's sentences by all rules; what stands inside a quotation of several sentences stays."""
    sentences = list(line.sentences)
    if are_tails_tied:
        sentences = [quoted(language, sentence) for sentence in _tied(language, sentences)]
    made: list[str] = []
    depth = 0
    for sentence in sentences:
        before, depth = depth, max(0, depth + _opened(sentence))
        if before or depth:
            made.append(sentence)
            continue
        made.extend(masked(sentence, partial(_by_rules, language, rules)).split(SENTENCE_MARK))
    return Line(line.lead, tuple(sentence for sentence in made if sentence))


def _by_rules(language: Language, rules: Sequence[Rule], sentence: str) -> str:
    for rule in rules:
        sentence = rule(language, sentence)
    return sentence


def _opened(sentence: str) -> int:
    """How many quotations it opens and does not close."""
    curly = (
        sentence.count("“") - sentence.count("”")
        if "„" not in sentence
        else sentence.count("„") - sum(sentence.count(mark) for mark in "“”")
    )
    return curly + sentence.count("«") - sentence.count("»") + sentence.count('"') % 2


def _tied(language: Language, sentences: Sequence[str]) -> list[str]:
    """With fragments tied to the sentence that they go on with ("We sort waste. Such as paper.")."""
    tails = TAILS.get(language.code)
    if not tails:
        return list(sentences)
    opening = re.compile(rf"(?:{'|'.join(map(re.escape, tails))})\b", re.IGNORECASE)
    tied: list[str] = []
    for sentence in sentences:
        is_short = len(words(sentence)) <= MOST_TAIL_WORDS
        is_tail = bool(tied) and is_short and opening.match(sentence) and not has_verb(language, f"X {sentence}")
        if is_tail and tied[-1].endswith(".") and not tied[-1].endswith("..") and sentence.endswith("."):
            tied[-1] = f"{tied[-1][:-1]}, {sentence[:1].lower()}{sentence[1:]}"
        else:
            tied.append(sentence)
    return tied
