"""An accordion or a timeline made of a deck's own titles and texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import (
    LIST_ENDS,
    Language,
    as_sentence,
    cut_words,
    language_of,
    words,
)
from coursecrafter.gateway.providers.offline_text.outline import is_list_entry, joined
from coursecrafter.gateway.providers.offline_text.phrases import phrases
from coursecrafter.gateway.providers.offline_text.slides import MOST_POINTS, Slide, read_slides
from coursecrafter.gateway.providers.offline_text.statements import is_broken, is_sound
from coursecrafter.gateway.providers.offline_text.textrank import best_indices, rank_sentences

MOST_ENTRIES = 6
TITLE_CHARS = 80
ENTRY_WORDS = 40
FEWEST_ENTRIES = 2
MOST_SENTENCES = 2
MOST_SHORT = 5
FEWEST_STEPS = 3
STEP = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|^(?:\d+[.):]|第)|\b(?:step|phase|stage|schritt|stufe|étape|paso|etapa|fase|passo|الخطوة)\s*\d",
    re.IGNORECASE,
)


def write_key_points(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What each slide says, in a few words; a timeline where most slides carry a year or the number of a step.

    Args:
        tag: BCP 47.
        payload: `{"slides": [{"ref", "title", "texts", "tables"}]}`, as for a quiz.

    Returns:
        `{"kind": "accordion" | "timeline", "title", "items": [{"title", "text", "ref"}]}`, at most six items.
    """
    language = language_of(tag)
    entries = _entries(language, read_slides(language, payload["slides"]))
    steps = [entry for entry in entries if STEP.search(entry["title"])]
    is_timeline = len(steps) >= FEWEST_STEPS and 2 * len(steps) > len(entries)
    shown = steps if is_timeline else entries
    last = max(len(shown) - 1, 0)
    picks = sorted({nth * last // (MOST_ENTRIES - 1) for nth in range(MOST_ENTRIES)}) if shown else []
    label = phrases(tag).timeline if is_timeline else phrases(tag).key_points
    return {
        "kind": "timeline" if is_timeline else "accordion",
        "title": label,
        "items": [shown[index] for index in picks],
    }


def _entries(language: Language, slides: Sequence[Slide]) -> list[dict[str, Any]]:
    """One entry for each title that says something; slides of one title are one entry.

    Covers and agendas, and slides without a title (their first line stands in), only come in where little else does.
    """
    named = [(slide.title or next(iter(slide.lines), ""), slide) for slide in slides]
    groups: dict[str, list[tuple[str, Slide]]] = {}
    for title, slide in named:
        if title:
            groups.setdefault(title.casefold(), []).append((title, slide))
    entries = [
        (bool(group[0][1].title) and not group[0][1].is_front, _entry(language, group)) for group in groups.values()
    ]
    told = [(is_main, entry) for is_main, entry in entries if entry["text"]]
    main = [entry for is_main, entry in told if is_main]
    return main if len(main) >= FEWEST_ENTRIES else [entry for _, entry in told]


def _entry(language: Language, group: Sequence[tuple[str, Slide]]) -> dict[str, Any]:
    title = group[0][0]
    told = [_told(language, slide, title) for _, slide in group]
    return {
        "title": cut_words(title, TITLE_CHARS),
        "text": _text(language, next((found for found in told if found), [])),
        "ref": group[0][1].ref,
    }


def _told(language: Language, slide: Slide, title: str) -> list[str]:
    """What one slide says, of its best kind: labels with texts, rows, statements, bullets, else its short lines."""
    labelled = [f"{pair.label}: {pair.text}" for pair in slide.pairs]
    rows = [f"{row[0]}: {', '.join(filter(None, row[1:]))}" for table in slide.tables for row in table[1:]]
    own = [line for line in slide.lines if line.casefold() != title.casefold() and is_sound(line)]
    if found := labelled or rows or list(slide.statements):
        return [as_sentence(text) for text in found]
    short = [line.rstrip(LIST_ENDS) for line in own if is_list_entry(line)]
    if len(short) == len(own):
        return joined(short[:MOST_SHORT])
    if len(own) > MOST_POINTS or any(is_broken(language, line) for line in own if words(line)):
        return []
    return [as_sentence(line) for line in own if not is_list_entry(line)]


def _text(language: Language, found: Sequence[str]) -> str:
    """The one or two that carry the slide, whole."""
    unique = list(dict.fromkeys(found))
    scores = rank_sentences([language.stems(text) for text in unique])
    chosen = [unique[index] for index in best_indices(scores, MOST_SENTENCES)]
    if len(chosen) > 1 and sum(len(words(text)) for text in chosen) > ENTRY_WORDS:
        chosen = chosen[:1]
    return (" " if language.has_spaces else "").join(chosen)
