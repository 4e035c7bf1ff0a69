"""Pictures in words: what one could show, how it is asked for, and what it says to those who do not see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.gateway.providers.offline_text.illustration_kinds import credited, kind_of, shown_amount
from coursecrafter.gateway.providers.offline_text.key_terms import key_terms
from coursecrafter.gateway.providers.offline_text.language import (
    SENTENCE_ENDS,
    Language,
    as_sentence,
    cut_words,
    language_of,
    tidy,
    words,
)
from coursecrafter.gateway.providers.offline_text.narration import is_told
from coursecrafter.gateway.providers.offline_text.notices import EXTRACTIVE, RULES, notices
from coursecrafter.gateway.providers.offline_text.outline import lines
from coursecrafter.gateway.providers.offline_text.passages import require_text, texts_of
from coursecrafter.gateway.providers.offline_text.sketching import sketch_of, told_sketch

PROMPT_CHARS, ALT_CHARS, TITLE_CHARS = 300, 200, 80
HEADING_CHARS, STYLE_CHARS, ALT_HEADING_CHARS = 120, 90, 90
MOST_TERMS, MOST_PARTS = 8, 6
MOST_HEADING_WORDS = 10


def write_image_prompt(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a picture of a scene shows: its heading, its key terms, the style.

    Args:
        tag: BCP 47.
        payload: `{"heading", "texts": [str], "style"}`.

    Returns:
        `{"prompt", "method": "extractive", "notice"}`, at most 300 characters.

    Raises:
        EmptySource: CC-0340.
    """
    language = language_of(tag)
    heading, texts = tidy(str(payload.get("heading") or "")), texts_of(payload, "texts")
    given = require_text(heading, *texts)
    told = [line for text in texts for line in lines(text) if is_told(line)]
    style = cut_words(tidy(str(payload.get("style") or "")), STYLE_CHARS)
    opening = cut_words(heading or _first_words(language, given), HEADING_CHARS)
    in_heading = {*language.stems(opening)}
    terms = [term for term in key_terms(language, told, MOST_TERMS) if not set(language.stems(term)) <= in_heading]
    joint = " " if opening.endswith(SENTENCE_ENDS) else ": "
    prompt = _fitted(opening.rstrip(" .:"), terms, style, PROMPT_CHARS, joint)
    return {"prompt": prompt, "method": EXTRACTIVE, "notice": notices(tag).extractive}


def _first_words(language: Language, text: str) -> str:
    return (language.sentences(text) or [tidy(text)])[0]


def _fitted(opening: str, terms: Sequence[str], style: str, limit: int, joint: str = ": ") -> str:
    """As many terms as there is room for between the opening and the style."""
    kept = list(terms)
    while True:
        told = as_sentence(f"{opening}{joint}{', '.join(kept)}" if kept else opening)
        prompt = f"{told} {as_sentence(style[:1].upper() + style[1:])}" if style else told
        if len(prompt) <= limit or not kept:
            return cut_words(prompt, limit)
        kept.pop()


def write_alt_text(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What a slide says to those who do not see it, from its words.

    Args:
        tag: BCP 47.
        payload: `{"heading", "texts": [str]}`; a picture beside them is not looked at.

    Returns:
        `{"text", "method": "extractive", "notice"}`, at most 200 characters: "Slide “Waste”: paper; glass."

    Raises:
        EmptySource: CC-0340.
    """
    label = notices(tag)
    heading, texts = tidy(str(payload.get("heading") or "")), texts_of(payload, "texts")
    require_text(heading, *texts)
    told = [line.rstrip(" .;:,") for text in texts for line in lines(text) if is_told(line)]
    shown = "; ".join(line for line in dict.fromkeys(told) if line and line.casefold() != heading.casefold())
    bare = cut_words(heading, ALT_HEADING_CHARS)
    is_quoted = any(mark in bare for mark in '“„«"')
    named = (bare if is_quoted else label.quoted.format(bare)) if words(heading) else ""
    if named and shown:
        text = label.slide.format(named, shown)
    else:
        text = label.slide_alone.format(named) if named else shown or tidy(" ".join(texts))
    whole = text if len(text) <= ALT_CHARS else cut_words(text, ALT_CHARS)
    is_open = not whole.endswith((*SENTENCE_ENDS, "”", "“", "»")) and len(whole) < ALT_CHARS
    return {"text": whole + "." if is_open else whole, "method": EXTRACTIVE, "notice": label.extractive}


def write_suggest_illustration(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """A picture that would help, and its kind.

    Args:
        tag: BCP 47.
        payload: `{"text"}`.

    Returns:
        `{"title", "prompt", "alt_text", "kind", "method": "rules", "notice"}`; the kind is one of
        `illustration_kinds.KINDS`, a concept where nothing speaks for another one.

    Raises:
        EmptySource: CC-0340.
    """
    language, text = language_of(tag), require_text(payload.get("text"))
    label = notices(tag)
    kind = kind_of(language, text)
    parts = key_terms(language, [text], MOST_PARTS)
    title = cut_words(_title(tag, kind, text, parts), TITLE_CHARS)
    opening = label.named.format(label.kinds[kind], title)
    rest = [part for part in parts if part.casefold() not in title.casefold()]
    return {
        "title": title,
        "prompt": _fitted(opening, rest, label.no_text_in_picture, PROMPT_CHARS, " – "),
        "alt_text": _described(tag, title, text) or _fitted(opening, rest, "", ALT_CHARS, " – "),
        "kind": kind,
        "method": RULES,
        "notice": label.rules,
    }


def _described(tag: str, title: str, text: str) -> str:
    """What the offline drawing of the text shows; "" for a concept, and where it is too much for one."""
    told = told_sketch(sketch_of(tag, title, [text]))
    return told if len(told) <= ALT_CHARS else ""


def _title(tag: str, kind: str, text: str, parts: Sequence[str]) -> str:
    """Its heading; else who is quoted, the figure, what is compared, or the first thing it speaks of."""
    subject = parts[0] if parts else ""
    if kind == "figure":
        subject = shown_amount(text) or subject
    elif kind == "comparison" and len(parts) > 1:
        subject = notices(tag).last_joint.join(parts[:2])
    elif kind == "quotation":
        subject = credited(text) or subject
    told = _heading(text) or subject or _first_words(language_of(tag), text)
    return told[:1].upper() + told[1:].rstrip(" .:")


def _heading(text: str) -> str:
    """The text's first line, where it is a heading above others."""
    found = [line for line in map(tidy, text.split("\n")) if line]
    is_heading = len(found) > 1 and len(words(found[0])) <= MOST_HEADING_WORDS and not found[0].endswith(SENTENCE_ENDS)
    return found[0] if is_heading else ""
