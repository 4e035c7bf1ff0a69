"""What a scene says: its notes and its points, spoken as far as grammar allows."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import (
    LIST_ENDS,
    SENTENCE_ENDS,
    Language,
    as_sentence,
    is_code,
    is_prose,
    language_of,
    list_comma,
    tidy,
    without_addresses,
    words,
)
from coursecrafter.gateway.providers.offline_text.notices import EXTRACTIVE, notices
from coursecrafter.gateway.providers.offline_text.outline import Statement, carrying, is_list_entry, lines
from coursecrafter.gateway.providers.offline_text.passages import require_text, texts_of
from coursecrafter.gateway.providers.offline_text.presenter_notes import script_of, without_asides
from coursecrafter.gateway.providers.offline_text.statements import is_broken, without_numbering

MOST_WORDS = 75
MOST_LISTED = 5  # a voice lists no more than so many in one breath
SHORT_SENTENCE_WORDS = 7
SAID = 0.6
PAIR = 2
ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
PLACEHOLDER = re.compile(r"<[^<>]{1,40}>|\{\{")
CUT_WORD = re.compile(r"[^\W\d_]-$")
JOINTS = frozenset({"and", "or", "und", "oder", "et", "ou", "y", "o", "e"})
HEADING, POINTS, NOTES = "heading", "points", "notes"


def write_script(tag: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The narration of one scene: sentences of the notes, and the points that the notes do not say.

    Args:
        tag: BCP 47.
        payload: `{"title", "heading", "points": [str], "notes", "max_words"}`.

    Returns:
        `{"segments": [{"text", "refs"}], "method", "notice"}`; a ref is "heading", "points" or "notes". Short points
        become one sentence with their heading ("Metals: iron, copper and zinc."); nothing else is added.

    Raises:
        EmptySource: CC-0340.
    """
    language = language_of(tag)
    heading, title = (tidy(str(payload.get(key) or "")) for key in ("heading", "title"))
    points, notes = texts_of(payload, "points"), str(payload.get("notes") or "")
    given = require_text(heading, *points, notes, title)
    told = [line for line in lines(without_addresses(without_asides(notes))) if is_told(line)]
    script = script_of([text for line in told for text in language.sentences(line) if is_prose(text)])
    noted = [Statement(_spoken(text), NOTES) for text in script]
    said = [frozenset(language.stems(statement.text)) for statement in noted]
    pointed = _spoken_points(tag, heading, points)
    nothing = [Statement(as_sentence(heading or tidy(given)), HEADING)]
    statements = _placed(language, heading, pointed, noted, said) or nothing
    most_words = int(payload.get("max_words") or MOST_WORDS)
    chosen = carrying(language, statements, most_words)
    return {"segments": _segments(language, chosen), "method": EXTRACTIVE, "notice": notices(tag).extractive}


def _spoken_points(tag: str, heading: str, points: Sequence[str]) -> list[Statement]:
    """Sentences as they are; a row of short points as a list behind the heading."""
    language = language_of(tag)
    found = [
        entry for point in points for entry in lines(point) if entry.casefold() != heading.casefold() and is_told(entry)
    ]
    entries = mended(language, without_numbering(list(dict.fromkeys(found))))
    spoken: list[Statement] = []
    row: list[str] = []
    is_headed = False
    for entry in [*entries, ""]:
        if entry and is_list_entry(entry) and _is_plain(entry):
            row.append(entry.rstrip(LIST_ENDS))
            continue
        if row:
            listed = _listed(tag, heading if not is_headed and not spoken else "", row)
            spoken.extend(Statement(text, POINTS) for text in listed)
            is_headed, row = True, []
        spoken.extend(Statement(_spoken(text), POINTS) for text in language.sentences(entry) if is_prose(text))
    if is_prose(heading) and not is_headed:
        spoken.insert(0, Statement(as_sentence(heading), HEADING))
    return spoken


def is_told(line: str) -> bool:
    """Whether a line is meant for the audience: no aside in brackets, no placeholder, no row of links."""
    return not (ASIDE.fullmatch(line) or PLACEHOLDER.search(line) or "|" in line)


def _spoken(text: str) -> str:
    """As a sentence with a capital, but for names such as "makeITfair" and lines of a program."""
    if is_code(text):
        return as_sentence(text)
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    is_small = first.islower() and len(first.rstrip(".,:;")) > 1
    return as_sentence(text[:1].upper() + text[1:] if is_small else text)


def _is_plain(entry: str) -> bool:
    """Whether it can stand among others in a list: no commas of its own, no brackets, no colon."""
    return not any(mark in entry for mark in ",;:()–،؛") and bool(words(entry))


def mended(language: Language, entries: Sequence[str]) -> list[str]:
    """Lines that were broken for the eye, put together again: "Strict rules for waste in" + "domestic landfills"."""
    whole: list[str] = []
    for entry in entries:
        is_rest = bool(whole) and bool(words(whole[-1])) and is_broken(language, whole[-1]) and entry[:1].islower()
        if is_rest and CUT_WORD.search(whole[-1]) and entry.split()[0] not in JOINTS:
            whole[-1] = f"{whole[-1][:-1]}{entry}"
        elif is_rest and not whole[-1].endswith(","):
            whole[-1] = f"{whole[-1]} {entry}"
        else:
            whole.append(entry)
    return whole


def _listed(tag: str, heading: str, row: Sequence[str]) -> list[str]:
    """Groups of at most five, as equal as can be, the first behind the heading."""
    if len(row) == 1:
        return [as_sentence(f"{_opened(heading)}{row[0]}")]
    count = -(-len(row) // MOST_LISTED)
    cuts = [len(row) * nth // count for nth in range(count + 1)]
    groups = [row[start:end] for start, end in pairwise(cuts)]
    told = [_enumerated(tag, group, bool(heading)) for group in groups]
    return [as_sentence(text) for text in (_opened(heading) + told[0], *told[1:])]


def _opened(heading: str) -> str:
    """The heading as what opens a list: behind a colon, or as a question of its own."""
    if not is_prose(heading):
        return ""
    bare = heading.rstrip(" :：.…")
    ends_itself = bare.endswith(SENTENCE_ENDS)
    return f"{bare} " if ends_itself else f"{bare}: " if bare else ""


def _enumerated(tag: str, group: Sequence[str], is_headed: bool) -> str:
    language = language_of(tag)
    if not language.has_spaces:
        return "、".join(group)
    if len(group) == 1:
        return group[0]
    comma = list_comma(group)
    if len(group) <= PAIR and not is_headed:  # two lines without a heading may have little to do with each other
        return comma.join(group)
    joint = notices(tag).last_joint if language.code in {"en", "de", "fr", "es", "pt"} else comma
    if language.code == "es" and group[-1].casefold().startswith(("i", "hi")) and not group[-1].startswith("hie"):
        joint = " e "
    return f"{comma.join(group[:-1])}{joint}{group[-1]}"


def _is_said(language: Language, text: str, said: Sequence[frozenset[str]]) -> bool:
    own = frozenset(language.stems(text))
    return bool(own) and any(len(own & stems) > SAID * len(own) for stems in said)


def _placed(
    language: Language,
    heading: str,
    pointed: Sequence[Statement],
    noted: Sequence[Statement],
    said: Sequence[frozenset[str]],
) -> list[Statement]:
    """Each sentence of the notes behind the point that it has most to do with, their order kept.

    A point that the notes say is not spoken itself; it only tells where they belong.
    """
    points = [frozenset(language.stems(one.text)) for one in pointed]
    at, last = [], 0
    for note in noted:
        own = frozenset(language.stems(note.text))
        shared = [len(own & stems) for stems in points[last:]]
        if shared and max(shared) > 0:
            last += shared.index(max(shared))
        at.append(last)
    placed: list[Statement] = []
    for nth, point in enumerate(pointed):
        own_notes = [note for note, place in zip(noted, at, strict=True) if place == nth]
        opening = _opened(heading).strip()
        left = [Statement(as_sentence(heading), HEADING)] if opening and point.text.startswith(opening) else []
        placed += [*(left if _is_said(language, point.text, said) else [point]), *own_notes]
    return placed or list(noted)


def _segments(language: Language, statements: Sequence[Statement]) -> list[dict[str, Any]]:
    """A segment for each sentence; a short one is spoken together with the next."""
    segments: list[dict[str, Any]] = []
    for statement in statements:
        last = segments[-1] if segments else None
        length = len(words(last["text"])) if last else 0
        if last and length < SHORT_SENTENCE_WORDS:
            last["text"] += (" " if language.has_spaces else "") + statement.text
            last["refs"] = list(dict.fromkeys([*last["refs"], statement.ref]))
        else:
            segments.append({"text": statement.text, "refs": [statement.ref]})
    return segments
