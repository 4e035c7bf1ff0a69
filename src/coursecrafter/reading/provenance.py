"""Where something comes from: who wrote it, with which calls to models, told what, from which places in which files.

One statement reads what rows tell (`provenance_rows`), and from its events follows whose words they are (`origins`).
What stands in the course's files, and its context as it was, are JSON in the store (`source_places`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.errors import GatewayError
from coursecrafter.reading.origins import (
    Maker,
    Origin,
    Told,
    find_origin,
    find_parent,
    is_reworded_since,
    maker_of,
)
from coursecrafter.reading.provenance_rows import KINDS, read_rows
from coursecrafter.reading.source_places import Source, SourcePlaces, each_once, shortened
from coursecrafter.storage.objects import ObjectStore

_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_PICTURED = re.compile(r"\(segment:([0-9a-f-]{36})")
"""A section's picture, and the segment that it is of: see `domain.book`."""
_CITED = re.compile(r"\[p\. ?(\d{1,6})\]")

MOST_SPLITS = 20
"""How often a script may have been split off one that was split off another one."""


class NothingToTrace(GatewayError):
    """What was asked about is nothing whose origin is kept."""

    code = "CC-0357"
    status = 422
    remedy = "Ask about a script, segment, voice track, asset, interaction, question, section, document or scene."


@dataclass(frozen=True, slots=True)
class _Traced:
    """A subject with what its rows tell.

    Attributes:
        is_changed: a person gave it other words since.
        calls: those that its words were made with, the first one first.
    """

    kind: str
    found: Told
    origin: Origin
    is_changed: bool
    calls: Sequence[Told]
    maker: Maker
    places: SourcePlaces

    @property
    def facts(self) -> Told:
        facts: Told = self.found["facts"]
        return facts

    @property
    def words(self) -> str:
        return self.found["said"] or ""

    @property
    def lesson_id(self) -> str | None:
        lesson_id: str | None = self.found["lesson_id"]
        return lesson_id

    @property
    def at(self) -> str | None:
        """When the words were written."""
        return None if self.origin.event is None else str(self.origin.event["created_at"])


def read_provenance(conn: Connection, store: ObjectStore, kind: str, subject_id: UUID) -> bytes:
    """Where a thing of a course comes from.

    Args:
        store: of the organisation.
        kind: one of `KINDS`.

    Raises:
        NothingToTrace: CC-0357, it is of another kind.
        NotFound: CC-0020.
        StoreUnreachable: CC-0703.
    """
    if kind not in KINDS:
        raise NothingToTrace(f"There is nothing called “{kind}” whose origin is kept.")
    traced = _trace(store, kind, read_rows(conn, kind, subject_id))
    told = {
        "subject": _subject(traced),
        "made_by": traced.maker.value,
        "changed_by_person_since": traced.is_changed,
        "calls": [{name: call[name] for name in CALL_FIELDS} for call in traced.calls],
        "context": _context(traced),
        "sources": _SOURCES[kind](traced),
        "event": _event(traced),
    }
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


CALL_FIELDS = (
    "id",
    "created_at",
    "call_type",
    "task",
    "provider",
    "model",
    "template",
    "status",
    "cost_usd",
    "instead_of",
    "language",
    "voice",
)


def _trace(store: ObjectStore, kind: str, found: Told) -> _Traced:
    own, *others = found["tracked"]
    events = found["events"]
    origin = _before_splits(events, find_origin(events, own), own)
    named = _named_calls(found, origin)
    calls = _calls(kind, found, named)
    is_hidden = bool(named) and not _is_known(found, named)
    return _Traced(
        kind,
        found,
        origin,
        origin.is_changed or _others_changed(events, origin, others),
        calls,
        maker_of(kind, _facts(kind, found), origin, calls, is_called=is_hidden),
        SourcePlaces(store, found),
    )


def _before_splits(events: Sequence[Told], origin: Origin, row_id: str) -> Origin:
    """The origin of the script that this one was split off, if it was: the words are those of then."""
    for _ in range(MOST_SPLITS):
        parent = find_parent(origin.event, row_id) if origin.event and not origin.is_program else None
        if parent is None or origin.event is None:
            break
        split_id = origin.event["id"]
        before = find_origin([event for event in events if event["id"] < split_id], parent)
        origin = replace(before, is_changed=origin.is_changed or before.is_changed)
        row_id = parent
    return origin


def _others_changed(events: Sequence[Told], origin: Origin, others: Iterable[str]) -> bool:
    """Whether a person changed what belongs to it: the words that a voice says, the questions of a quiz."""
    if origin.event is None:
        return False
    return any(is_reworded_since(events, one, origin.event["id"]) for one in others)


def _named_calls(found: Told, origin: Origin) -> set[str]:
    """Ids of the calls whose answers its origin put to use, as exactly as they were kept."""
    if found["facts"].get("type") == "slides":
        # The slides of a module are the deck's: what the same act proposes beside them was asked for.
        return set()
    event = origin.event or {"ai_call_of": {}, "ai_call_ids": ()}
    one = event["ai_call_of"].get(found["id"])
    return {one} if one else set(map(str, found["facts"].get("calls") or event["ai_call_ids"]))


def _calls(kind: str, found: Told, named: Collection[str]) -> list[Told]:
    """Of the calls that are named, and those whose answers were found again, what can have made a thing of this kind.

    An act puts answers to several questions to use: a quiz and its key points, the voices and pictures of a film.
    """
    calls = [call for call in found["calls"] if call["id"] in named or call["first_call"] in named]
    # Where an answer was found again, the call that gave it says what was asked.
    firsts = {call["first_call"] for call in calls}
    calls = [call for call in found["calls"] if call in calls or call["id"] in firsts]
    made = _MADE_WITH.get(found["facts"].get("asset_type", kind), _TEXT)
    calls = [call for call in calls if made is None or call["call_type"] in made]
    tasks = _tasks(kind, found["facts"])
    exact = [call for call in calls if str(call["task"]).startswith(tasks)] if tasks else []
    if kind == "section" and found["lessons"]:
        exact = [call for call in calls if call["lesson_id"] in {None, *found["lessons"]}]
    return exact or calls


_TEXT = frozenset({"llm_script", "llm_outline", "parse"})
_MADE_WITH: Mapping[str, frozenset[str] | None] = {
    "voice_track": frozenset({"tts"}),
    "audio": frozenset({"tts"}),
    "image": frozenset({"image"}),
    # All that they are made of is in them.
    "video": None,
    "book": None,
    "scorm_package": None,
}
"""Types of calls that a kind of thing or a type of asset is made with; the others are made of text."""


def _tasks(kind: str, facts: Told) -> tuple[str, ...]:
    """How the tasks begin that a learner's activity is made by."""
    if kind not in {"question", "interaction"}:
        return ()
    return ("quiz", "question") if facts["type"] == "quiz" else ("key_points",)


def _is_known(found: Told, named: Collection[str]) -> bool:
    """Whether the calls that are named may be seen here, whatever they were for."""
    return any(call["id"] in named or call["first_call"] in named for call in found["calls"])


def _facts(kind: str, found: Told) -> Told:
    """What a row tells by its looks, where no event tells more."""
    shown = [one for one in found["segments"] if one["scene_id"] == found["scene_id"]]
    is_slide = kind == "scene" and any(str(one["source_type"]).startswith("ppt_") for one in shown)
    return {"provider": None, **found["facts"], "is_slide": is_slide, "deck": found["decks"]}


def _subject(traced: _Traced) -> dict[str, Any]:
    found = traced.found
    place = {"project_id": found["project_id"], "lesson_id": traced.lesson_id}
    return {
        "kind": traced.kind,
        "id": found["id"],
        **place,
        "title": found["title"],
        "excerpt": shortened(_PICTURE.sub("", traced.words)),
    }


def _event(traced: _Traced) -> dict[str, Any] | None:
    event = traced.origin.event
    if event is None:
        return None
    names = {person["id"]: person["name"] for person in traced.found["people"]}
    user_id = event["user_id"]
    return {
        "id": event["id"],
        "event_type": event["event_type"],
        "created_at": event["created_at"],
        "user": None if user_id is None else {"id": user_id, "name": names.get(user_id)},
    }


def _context(traced: _Traced) -> dict[str, Any] | None:
    """What the last of the calls was told of the course; null where none was told, or kept."""
    told = [call for call in traced.calls if call["context"]]
    if not told:
        return None
    values = traced.places.read_json(told[-1]["context"])
    return {
        "sha256": told[-1]["context"],
        "taken_at": told[-1]["created_at"],
        "values": values if isinstance(values, dict) else None,
    }


def _of_script(traced: _Traced) -> list[Source]:
    """A deck's words stand on their slide; those of an outline in what the outline names."""
    facts, places, lesson_id = traced.facts, traced.places, traced.lesson_id
    if facts["link"]:
        link = {"source_id": None, "document_id": None, "page": None, "slide": None, "build": None, "stretch": None}
        return [{"name": facts["link"], "file_type": "youtube", **link, "excerpt": ""}]
    if facts["clip"]:
        return places.of_file(facts["clip"])
    if facts["source_ref"] and facts["engine"] != "e2":
        shown = places.of_refs(lesson_id, [facts["source_ref"]], traced.words)
        film = places.of_film(lesson_id, [facts["source_ref"]]) if traced.kind == "segment" else []
        return [*shown, *film]
    outlined = places.outlined(lesson_id, traced.found["scene_id"], facts["draft_text"] or traced.words)
    if outlined is not None:
        return places.of_refs(lesson_id, outlined[0], traced.words, outlined[1])
    return _of_calls(traced)


def _of_scene(traced: _Traced) -> list[Source]:
    """The slides of its segments; of a scene that an outline made, what the outline names."""
    scene_id, lesson_id, places = traced.found["scene_id"], traced.lesson_id, traced.places
    shown = [one["source_ref"] for one in traced.found["segments"] if one["scene_id"] == scene_id]
    slides = [f"slide {number}" for number in dict.fromkeys(ref.partition(".")[0] for ref in shown if ref)]
    if slides:
        return places.of_refs(lesson_id, slides, traced.words)
    outlined = places.outlined(lesson_id, scene_id, None)
    return places.of_refs(lesson_id, outlined[0], traced.words, outlined[1]) if outlined else _of_calls(traced)


def _of_asset(traced: _Traced) -> list[Source]:
    """What a picture shows, what a reader read, or the files that a film, book or module is made of."""
    facts, places, lesson_id = traced.facts, traced.places, traced.lesson_id
    if "_parse" in facts["role"] or facts["role"] == "film_cut":
        return _of_finding(traced)
    if traced.maker is Maker.PERSON:
        return []
    if facts["source_ref"]:
        return places.of_refs(lesson_id, [facts["source_ref"]], traced.words)
    if traced.found["scene_id"]:
        # A picture of a scene is made for its narration.
        outlined = places.outlined(lesson_id, traced.found["scene_id"], None)
        return places.of_refs(lesson_id, outlined[0], traced.words, outlined[1]) if outlined else _of_scene(traced)
    film = places.of_film(lesson_id) if (facts["engine"], facts["asset_type"]) == ("e1", "video") else []
    return each_once([*places.of_deck(lesson_id), *film, *places.of_files(lesson_id)])


def _of_finding(traced: _Traced) -> list[Source]:
    """The files in which something was found: a deck, a film, or the one that the role names."""
    places, lesson_id, role = traced.places, traced.lesson_id, traced.facts["role"]
    if role == "source_parse":
        return places.of_deck(lesson_id)
    if role == "film_cut":
        return [*places.of_deck(lesson_id), *places.of_film(lesson_id)]
    file_id = role.rpartition("_")[2]
    is_document = any(one["id"] == file_id for one in traced.found["documents"])
    return [places.of_document(file_id)] if is_document else places.of_file(file_id)


def _of_activity(traced: _Traced) -> list[Source]:
    """The slides that its entries and questions name; of one that shows slides, the lesson's."""
    refs = [ref for ref in traced.facts["refs"] if isinstance(ref, str)]
    if not refs and traced.facts["type"] == "slides":
        refs = traced.places.slides_of(str(traced.lesson_id))
    return traced.places.of_refs(traced.lesson_id, refs, traced.words, traced.at) or _of_calls(traced)


def _of_section(traced: _Traced) -> list[Source]:
    """The slides that it shows; else what its part of the course comes from: a lesson from slides, more from files."""
    lessons, places = traced.found["lessons"], traced.places
    if traced.maker is Maker.PERSON and traced.origin.event is not None:
        return []
    shown = _PICTURED.findall(traced.words)
    pictured = [places.of_refs(one, places.slides_of(one, shown), traced.words) for one in lessons]
    if any(pictured):
        return each_once(chain.from_iterable(pictured))
    if traced.facts["mapping"] == "lesson":
        slides = [places.of_refs(one, places.slides_of(one), traced.words) for one in lessons]
        return each_once(chain.from_iterable([*slides, *map(places.of_files, lessons)]))
    files = [[*places.of_deck(one), *places.of_files(one)] for one in lessons]
    return each_once(chain.from_iterable(files)) or _of_calls(traced)


def _of_document(traced: _Traced) -> list[Source]:
    """A summary comes from the document itself: from the pages that it names, where it names some."""
    whole = traced.places.of_document(traced.found["id"])
    pages = dict.fromkeys(map(int, _CITED.findall(traced.words)))
    cited = [traced.places.of_document(traced.found["id"], page=page, words=traced.words) for page in pages]
    return [one for one in cited if one["excerpt"]] or [whole]


def _of_calls(traced: _Traced) -> list[Source]:
    """What the calls were given, as their rows name it."""
    refs = [ref for call in traced.calls for ref in call["sources"] or () if isinstance(ref, str)]
    return traced.places.of_refs(traced.lesson_id, refs, traced.words, traced.at)


_SOURCES: Mapping[str, Callable[[_Traced], list[Source]]] = {
    "script": _of_script,
    "segment": _of_script,
    "voice_track": _of_script,
    "asset": _of_asset,
    "interaction": _of_activity,
    "question": _of_activity,
    "section": _of_section,
    "document": _of_document,
    "scene": _of_scene,
}
