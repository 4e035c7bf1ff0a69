"""What picture would help a text, with what stands in it; and that picture in words, for those who do not see it."""

from __future__ import annotations

from collections.abc import Sequence

from coursecrafter.gateway.providers.offline_text.illustration_kinds import KINDS, LEAST, scored
from coursecrafter.gateway.providers.offline_text.language import (
    Language,
    as_sentence,
    cut_words,
    language_of,
    tidy,
    words,
)
from coursecrafter.gateway.providers.offline_text.narration import is_told
from coursecrafter.gateway.providers.offline_text.notices import NOTICES, notices
from coursecrafter.gateway.providers.offline_text.sketch_labels import label_of
from coursecrafter.gateway.providers.offline_text.sketch_marks import COMMA
from coursecrafter.gateway.providers.offline_text.sketch_parts import FEWEST, MOST, parts_of
from coursecrafter.gateway.sketches import Family, Lettering, Part, Sketch

TITLE_CHARS, ALT_CHARS = 64, 300
LONGEST_TEXT = 6000
"""Of all that a picture is drawn of: it has room for a few words of it, and sentences without an end take long."""


def sketch_of(
    tag: str,
    heading: str,
    texts: Sequence[str],
    *,
    lettering: Lettering = Lettering.WHOLE,
    area: tuple[float, float] = (1.0, 1.0),
) -> Sketch:
    """What is drawn of a text: the family that most speaks for, of those that it gives enough parts for.

    Args:
        tag: BCP 47.
        heading: stands above the text; "" where there is none.

    Returns:
        A sketch; a concept without parts where the text says nothing that could be drawn.
    """
    language = language_of(tag)
    title = cut_words(tidy(heading).rstrip(" .:"), TITLE_CHARS)
    shown = _beginning(texts)
    asked = _asked_for(tag, tidy(" ".join(shown)), area) if not title else None
    if asked:
        return asked
    told = [_told(text) for text in shown if words(text)]
    for family in _likely(language, tidy(heading), told):
        parts = parts_of(family, language, told)
        if parts:
            return Sketch(family, tag, title, parts, lettering, area)
    return Sketch(Family.CONCEPT, tag, title, (), lettering, area)


def _beginning(texts: Sequence[str]) -> list[str]:
    """As much of the texts as is looked at."""
    left, shown = LONGEST_TEXT, []
    for text in texts:
        shown.append(text[:left])
        left -= len(shown[-1])
    return shown


def _told(text: str) -> str:
    """Its lines without asides, placeholders and addresses."""
    return "\n".join(line for line in text.split("\n") if is_told(tidy(line)))


def _likely(language: Language, heading: str, texts: Sequence[str]) -> list[Family]:
    """Families that something speaks for, most first; up to where the concept stands."""
    if not texts:
        return []
    scores = scored(language, "\n".join([heading, *texts]) if words(heading) else "\n".join(texts))
    ranked = sorted(KINDS, key=lambda kind: (-scores[kind], KINDS.index(kind)))
    found = [Family(kind) for kind in ranked if scores[kind] >= LEAST]
    return found[: found.index(Family.CONCEPT)] if Family.CONCEPT in found else found


def _asked_for(tag: str, prompt: str, area: tuple[float, float]) -> Sketch | None:
    """The sketch of a prompt as `suggest_illustration` writes them: its kind, its title and its parts."""
    for label in (notices(tag), *NOTICES.values()):
        for kind, name in label.kinds.items():
            opening, mark, rest = label.named.format(name, "\0").partition("\0")
            if not prompt.startswith(opening) or " – " not in prompt or not mark or rest:
                continue
            body = prompt.removeprefix(opening)
            is_silent = label.no_text_in_picture in body
            body = body.replace(label.no_text_in_picture, "").strip(" .")
            title, _, listed = body.partition(" – ")
            language = language_of(tag)
            parts = tuple(Part(label_of(language, piece)) for piece in COMMA.split(listed) if words(piece))[:MOST]
            family = Family(kind) if len(parts) >= FEWEST else Family.CONCEPT
            if family in {Family.QUOTATION, Family.FIGURE}:
                parts = (Part(title, ", ".join(part.label for part in parts)),)
            lettering = Lettering.NONE if is_silent else Lettering.WHOLE
            return Sketch(family, tag, title, parts if family is not Family.CONCEPT else (), lettering, area)
    return None


def told_sketch(sketch: Sketch) -> str:
    """What a sketch's picture shows, as its alternative text, at most 300 characters; "" for a concept.

    "Steps in order: Collect bottles; Sort by colour; Melt." A speaker, a year and what a figure counts stand with it.
    """
    if sketch.family is Family.CONCEPT:
        return ""
    label = notices(sketch.language)
    name = label.kinds[sketch.family]
    shown = "; ".join(_told_part(sketch.family, part) for part in sketch.parts)
    about = sketch.title if sketch.family not in {Family.QUOTATION, Family.FIGURE} else ""
    told = as_sentence(label.named.format(name, " – ".join(filter(None, (about, shown)))))
    return told if len(told) <= ALT_CHARS else cut_words(told, ALT_CHARS)


def _told_part(family: Family, part: Part) -> str:
    note = ", ".join(part.note.split("\n"))
    if not note:
        return part.label
    if family is Family.TIMELINE:
        return f"{note} {part.label}"
    if family is Family.FIGURE:
        return f"{part.label} {note}"
    return f"{part.label} ({note})"
