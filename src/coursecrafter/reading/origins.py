"""Who wrote the words of a row, told from its events: a model, a rule, a deck, a film or a person.

Pure. An event holds what stood before and after, so the words are followed from act to act: the last proposal of the
program is their origin, what a person makes of it later is a change, and what is undone is as if it had not been.
Source: schema 10.2; architecture, where a generated text came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

Told = Mapping[str, Any]
"""A row or an event as PostgreSQL gives it in JSON."""


class Maker(StrEnum):
    """Whose words they are."""

    MODEL = "model"
    RULES = "rules"
    PERSON = "person"
    DECK = "deck"
    FILM = "film"


COPIES = frozenset({"project_copied", "lesson_copied"})
PLANS = frozenset({"engine1_plan_changed", "engine2_outline_changed"})
"""What the program proposes and what an author changes of it: a proposal approves its scripts, an author does not."""
MADE_BY_PROGRAM = COPIES | {
    "book_outline_changed",
    "document_parsed",
    "interactions_changed",
    "lessons_changed",
    "render_succeeded",
    "voices_generated",
}
CHOSEN_ROLES = frozenset({"brand_choice", "image_prompt"})
"""Assets that say what an author chose or ordered, where no call wrote them."""

WORDS: Mapping[str, tuple[str, ...]] = {
    "cc_scripts": ("draft_text", "final_text"),
    "cc_scenes": ("title", "description"),
    "cc_interactions": ("title", "description", "config"),
    "cc_quiz_questions": ("question_text", "question_type", "options", "correct_answers", "feedback"),
    "cc_book_sections": ("title", "content_markdown"),
    "cc_project_documents": ("title", "description", "parsed_summary"),
}
"""Columns that hold what is said; rows of other tables are files, which never change."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the words of a row come from.

    Attributes:
        event: the act that wrote them; None: none is known.
        is_made: whether the row was made by that act.
        is_program: whether the program wrote them, on whosever behalf.
        is_changed: whether a person has changed them since.
    """

    event: Told | None
    is_made: bool
    is_program: bool
    is_changed: bool


@dataclass(frozen=True, slots=True)
class _State:
    """What a row said after an act, and which act's words these are, changed or not."""

    words: Mapping[str, Any]
    event: Told | None
    is_made: bool
    is_program: bool
    proposed: Mapping[str, Any]


_NOTHING = _State({}, None, is_made=False, is_program=False, proposed={})


def find_origin(events: Sequence[Told], row_id: str) -> Origin:
    """Follow a row's words through its events.

    Args:
        events: in order, each with `event_type`, `ai_call_ids`, `role`, `name` and its `changes` of this row at least.
    """
    states = _follow(events, row_id)
    last = states[-1] if states else _NOTHING
    return Origin(last.event, last.is_made, last.is_program, _said(last.words) != _said(last.proposed))


def is_reworded_since(events: Sequence[Told], row_id: str, event_id: str) -> bool:
    """Whether a person gave a row other words after an event, and they still differ from those of then."""
    until = [event for event in events if event["id"] <= event_id]
    then, now = _follow(until, row_id), _follow(events, row_id)
    if not then or not now:
        return False
    is_proposed_anew = now[-1].event is not then[-1].event and now[-1].is_program
    return not is_proposed_anew and _said(then[-1].words) != _said(now[-1].words)


def find_parent(event: Told, row_id: str) -> str | None:
    """The script that a row's words were taken out of by an act that split it; None: there was none."""
    changes = cast("Sequence[Told]", event["changes"])
    made = next((one["after"] for one in changes if one["id"] == row_id and one["before"] is None), None)
    if made is None:
        return None
    words = _said(_words("cc_scripts", made))
    found = (one["id"] for one in changes if one["id"] != row_id and _had(one, words))
    return next(found, None)


def _had(change: Told, words: Any) -> bool:
    before = change["before"] or {}
    texts = [before.get(name) for name in WORDS["cc_scripts"]]
    return change["table"] == "cc_scripts" and bool(words) and any(words in text for text in texts if text)


def _follow(events: Sequence[Told], row_id: str) -> list[_State]:
    """What a row said after each of its events, the first one first."""
    states: list[_State] = []
    for event in events:
        changes = [one for one in event["changes"] if one["id"] == row_id]
        last = states[-1] if states else _NOTHING
        if changes:
            states.append(_next(states, last, event, changes))
        elif event["event_type"] in COPIES and not states:
            states.append(_State({}, event, is_made=True, is_program=True, proposed={}))
    return states


def _next(states: Sequence[_State], last: _State, event: Told, changes: Sequence[Told]) -> _State:
    """The row once an act has changed it."""
    before, after, table = changes[0]["before"], _together(changes), changes[0]["table"]
    if after is None:
        return last
    is_made = before is None
    # What a copy began with stands nowhere: the first change of it tells.
    first = {} if before is None else {**_words(table, before)}
    was, proposed = {**first, **last.words}, {**first, **last.proposed}
    words = {**was, **_words(table, after)}
    is_other = is_made or _said(words) != _said(was)
    if not is_other:
        return _State(words, last.event, last.is_made, last.is_program, {**words, **proposed})
    if event["event_type"] == "undone":
        same = next((one for one in reversed(states) if _said(one.words) == _said(words)), last)
        return _State(words, same.event, same.is_made, same.is_program, same.proposed)
    is_program = _is_program(event, table, after)
    if is_program or is_made or last.event is None:
        return _State(words, event, is_made, is_program, words)
    return _State(words, last.event, last.is_made, last.is_program, proposed)


def _together(changes: Sequence[Told]) -> dict[str, Any] | None:
    """The columns that one act left; None: it took the row away."""
    if changes[-1]["after"] is None:
        return None
    after: dict[str, Any] = {}
    for change in changes:
        after |= change["after"] or {}
    return after


def _words(table: str, values: Told) -> dict[str, Any]:
    return {name: values[name] for name in WORDS.get(table, ()) if name in values}


def _said(words: Mapping[str, Any]) -> Any:
    """What a row says, as it is compared: of a script its final text, else its draft."""
    if "draft_text" in words or "final_text" in words:
        final = words.get("final_text")
        return (final if final is not None else words.get("draft_text")) or ""
    return {name: value for name, value in words.items() if value not in (None, "", [], {})}


def _is_program(event: Told, table: str, after: Told) -> bool:
    if event["ai_call_ids"] or event["event_type"] in MADE_BY_PROGRAM:
        return True
    if event["event_type"] in PLANS:
        return table != "cc_scripts" or after.get("status") == "approved"
    # A file that an author sent came with its name.
    return event["event_type"] == "assets_added" and not event["name"] and event["role"] not in CHOSEN_ROLES


def maker_of(kind: str, facts: Told, origin: Origin, calls: Sequence[Told], *, is_called: bool) -> Maker:
    """Whose words a row holds, those of now or those that a person has changed since.

    Args:
        facts: what the row itself tells: see `provenance`.
        calls: those that its origin put to use, as far as they may be seen.
        is_called: whether its origin names calls, seen or not.
    """
    if calls:
        return Maker.RULES if all(call["provider"] == OFFLINE for call in calls) else Maker.MODEL
    if is_called and facts.get("provider") != OFFLINE:
        # Answers are shared in an organisation: the call may stand in a course that the reader does not see.
        return Maker.MODEL
    is_unknown = origin.event is None or origin.event["event_type"] in COPIES
    if not origin.is_program and not is_unknown:
        return Maker.PERSON
    return _LOOKS.get(kind, _of_activity)(facts, is_unknown)


OFFLINE = "offline"
"""The provider that works by rules, without a model."""
_FROM_DECK = frozenset({"ppt_slide", "ppt_animation"})
_FROM_FILM = frozenset({"youtube", "other_video"})


def _of_script(facts: Told, is_unknown: bool) -> Maker:
    if facts["source_type"] in _FROM_DECK:
        return Maker.DECK
    if facts["source_type"] in _FROM_FILM:
        return Maker.FILM
    # An author's own segment has no draft: there is no proposal under it.
    return Maker.PERSON if is_unknown and not facts["draft_text"] else Maker.RULES


def _of_voice(facts: Told, _is_unknown: bool) -> Maker:
    return Maker.RULES if facts["provider"] == OFFLINE else Maker.MODEL


def _of_scene(facts: Told, is_unknown: bool) -> Maker:
    if facts["is_slide"]:
        return Maker.DECK
    return Maker.PERSON if is_unknown else Maker.RULES


def _of_asset(facts: Told, is_unknown: bool) -> Maker:
    role = facts["role"]
    if role in {"slide_picture", "segment_clip"} or role.startswith("source_parse"):
        return Maker.DECK if facts["deck"] else Maker.RULES
    if role == "film_cut":
        return Maker.FILM
    return Maker.PERSON if is_unknown and not facts["engine"] else Maker.RULES


def _of_document(facts: Told, _is_unknown: bool) -> Maker:
    return Maker.RULES if facts["summary"] else Maker.PERSON


def _of_activity(facts: Told, is_unknown: bool) -> Maker:
    """A section, an interaction or a question: what an author adds comes from nowhere in the course."""
    return Maker.PERSON if is_unknown and not facts["refs"] else Maker.RULES


_LOOKS: Mapping[str, Callable[[Told, bool], Maker]] = {
    "script": _of_script,
    "segment": _of_script,
    "voice_track": _of_voice,
    "scene": _of_scene,
    "asset": _of_asset,
    "document": _of_document,
}
