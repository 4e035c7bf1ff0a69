"""An accordion or a timeline made of a deck's own titles and texts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import Language, cut_words, language_of, tidy
from coursecrafter.gateway.providers.offline_text.outline import (
    Statement,
    carrying,
    lines,
    repeated_lines,
    screen_sentences,
)
from coursecrafter.gateway.providers.offline_text.phrases import phrases

MOST_ENTRIES = 6
TITLE_CHARS = 80
ENTRY_WORDS = 34
FEWEST_STEPS = 3
STEP = re.compile(
    r"\b(?:1[5-9]|20)\d\d\b|^(?:\d+[.):]|第)|\b(?:step|phase|stage|schritt|stufe|étape|paso|etapa|fase|passo|الخطوة)\s*\d",
    re.IGNORECASE,
)


def write_key_points(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """What each slide says, in a few words; a timeline where most slides carry a year or the number of a step.

    Args:
        tag: BCP 47.
        payload: `{"slides": [{"ref", "title", "texts"}]}`.

    Returns:
        `{"kind": "accordion" | "timeline", "title", "items": [{"title", "text", "ref"}]}`, at most six items.
    """
    language = language_of(tag)
    entries = _entries(language, payload["slides"])
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


def _entries(language: Language, slides: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """One entry for each title that has a text; slides of one title are one entry, and a first line may be a title."""
    texts: dict[str, list[str]] = {}
    first: dict[str, tuple[str, str]] = {}
    boilerplate = repeated_lines(slides)
    for slide in slides:
        found = dict.fromkeys(line for text in slide["texts"] for line in lines(text))
        said = [line for line in found if line.casefold() not in boilerplate]
        title = tidy(slide["title"] or "") or (said[0] if said else "")
        if title:
            first.setdefault(title.casefold(), (title, slide["ref"]))
            texts.setdefault(title.casefold(), []).extend(line for line in said if line.casefold() != title.casefold())
    entries = [
        {"title": cut_words(title, TITLE_CHARS), "text": _text(language, texts[key]), "ref": ref}
        for key, (title, ref) in first.items()
    ]
    return [entry for entry in entries if entry["text"]]


def _text(language: Language, texts: Sequence[str]) -> str:
    statements = [Statement(sentence, "") for sentence in screen_sentences(language, "", list(dict.fromkeys(texts)))]
    return (" " if language.has_spaces else "").join(
        chosen.text for chosen in carrying(language, statements, ENTRY_WORDS)
    )
