"""Places in decks, films and documents that a text refers to, with what stands there.

References are what engines and models write: "4.2" is build 2 of slide 4, "slide 4" and "notes 4" a slide, "scene 3" a
scene of the lesson, "Handbook p. 3" or "Handbook.pdf, p. 3" a page, and a bare name a document. What is known of files
comes with the read; what stands in them is read from the store, each file once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction
from pathlib import PurePath
from typing import Any

from coursecrafter.domain.stored import StoredObject
from coursecrafter.reading.origins import Told
from coursecrafter.storage.objects import ObjectMissing, ObjectStore

EXCERPT_CHARS = 300
DOCUMENTS = frozenset({"pdf", "docx", "pptx", "txt"})
OUTLINES_READ = 5
"""Of the outlines that a lesson had, the newest ones: an older proposal's words are seldom still there."""

_BUILD = re.compile(r"(\d{1,6})(?:\.(\d{1,6})(?:\.\d{1,6})?)?")
_SLIDE = re.compile(r"(slide|notes) (\d{1,6})", re.IGNORECASE)
_SCENE = re.compile(r"scene (\d{1,6})", re.IGNORECASE)
_PAGE = re.compile(r"(.+?),? p\. ?(\d{1,6})", re.DOTALL)
_NAME = re.compile(r"[0-9a-f]{64}")
_WORD = re.compile(r"\w+")

Source = dict[str, Any]
"""One place in one file, as it is answered."""


@dataclass(slots=True)
class SourcePlaces:
    """The files of a course, as far as one read needs them.

    Attributes:
        found: `decks`, `files`, `documents`, `outlines`, `cuts` and `segments`, as `provenance` reads them.
    """

    store: ObjectStore
    found: Mapping[str, Sequence[Told]]
    _kept: dict[str, Any] = field(default_factory=dict)

    def read_json(self, path: str | None) -> Any:
        """What a stored file says; None where it is gone or is no JSON."""
        name = PurePath(path or "").name
        if not _NAME.fullmatch(name):
            return None
        if name not in self._kept:
            try:
                self._kept[name] = json.loads(self.store.get_bytes(StoredObject(name, 0, "application/json")))
            except (ObjectMissing, ValueError):
                self._kept[name] = None
        return self._kept[name]

    def of_refs(self, lesson_id: str | None, refs: Iterable[str], words: str, at: str | None = None) -> list[Source]:
        """The places that references name, each once.

        Args:
            words: what was made of them: of a long page the part is shown that is most like it.
            at: when they were written; None: they are kept in line with the deck.
        """
        places = [self._of_ref(lesson_id, ref.strip(), words, at) for ref in refs if ref.strip()]
        return each_once(place for some in places for place in some)

    def of_deck(self, lesson_id: str | None) -> list[Source]:
        """The whole deck of a lesson or, without one, of the course."""
        deck = self._deck(lesson_id, None)
        return [] if deck is None else [self._deck_place(deck)]

    def of_film(self, lesson_id: str | None, refs: Iterable[str | None] = ()) -> list[Source]:
        """The film of a lesson's deck; with references, the stretches that show these builds."""
        cut = next((one for one in self.found["cuts"] if one["lesson_id"] == lesson_id), None)
        told = self.read_json(cut["file_path"]) if cut else None
        film = self._film(lesson_id, told)
        if film is None:
            return []
        stretches = {ref: times for ref, *times in (told or {}).get("stretches", ())}
        shown = [stretches[ref] for ref in refs if ref in stretches]
        place = {"source_id": film["id"], "file_type": film["file_type"]}
        if not shown:
            return [_source(film["name"], **place)]
        return [
            _source(film["name"], **place, stretch={"start_s": _seconds(times[0]), "end_s": _seconds(times[-1])})
            for times in shown
        ]

    def of_files(self, lesson_id: str | None) -> list[Source]:
        """The documents that were given for a lesson or, without one, for the course."""
        own = [one for one in self.found["files"] if one["lesson_id"] == lesson_id and one["file_type"] in DOCUMENTS]
        files = [self._place_in(one, "source_id") for one in own if one["file_type"] != "pptx"]
        return files if lesson_id else [*files, *(self.of_document(one["id"]) for one in self.found["documents"])]

    def of_document(self, document_id: str, *, page: int | None = None, words: str = "") -> Source:
        """A document of the course with how it begins, or one of its pages."""
        row = next(one for one in self.found["documents"] if one["id"] == document_id)
        return self._place_in(row, "document_id", page, words)

    def of_file(self, source_id: str) -> list[Source]:
        """A source file, if it is still there."""
        return [self._place_in(one, "source_id") for one in self.found["files"] if one["id"] == source_id]

    def slides_of(self, lesson_id: str, segment_ids: Collection[str] | None = None) -> list[str]:
        """The slides that a lesson's segments, or some of them, come from, in playing order."""
        ours = [one for one in self.found["segments"] if one["lesson_id"] == lesson_id]
        refs = (one["source_ref"] for one in ours if segment_ids is None or one["id"] in segment_ids)
        numbers = (match[1] for match in map(_BUILD.fullmatch, filter(None, refs)) if match)
        return [f"slide {number}" for number in dict.fromkeys(numbers)]

    def outlined(self, lesson_id: str | None, scene_id: str | None, words: str | None) -> tuple[list[str], str] | None:
        """What a scene of an outline refers to, and when it was written; with words, what these refer to.

        The newest outline that has the words counts; without words, the one in use.
        """
        ours = [one for one in self.found["outlines"] if one["lesson_id"] == lesson_id]
        for outline in ours[:OUTLINES_READ] if words is not None else ours[:1]:
            told = self.read_json(outline["file_path"]) or {"scenes": []}
            for scene in told["scenes"]:
                if scene["scene_id"] == scene_id:
                    refs = _refs_of(scene, words)
                    if refs is not None:
                        return refs, outline["created_at"]
        return None

    def _of_ref(self, lesson_id: str | None, ref: str, words: str, at: str | None) -> list[Source]:
        if build := _BUILD.fullmatch(ref):
            return self._of_slide(lesson_id, ref, int(build[1]), at, build=int(build[2]) if build[2] else None)
        if slide := _SLIDE.fullmatch(ref):
            return self._of_slide(lesson_id, ref, int(slide[2]), at, is_notes=slide[1].lower() == "notes")
        if scene := _SCENE.fullmatch(ref):
            shown = self._slides_of_scene(lesson_id, int(scene[1]))
            return self.of_refs(lesson_id, shown, words, at) or [_source(ref)]
        page = _PAGE.fullmatch(ref)
        return [self._of_page(lesson_id, page[1] if page else ref, int(page[2]) if page else None, words)]

    def _of_slide(
        self,
        lesson_id: str | None,
        ref: str,
        number: int,
        at: str | None,
        *,
        build: int | None = None,
        is_notes: bool = False,
    ) -> list[Source]:
        deck = self._deck(lesson_id, at)
        if deck is None:
            return [_source(ref, slide=number, build=build)]
        told = self.read_json(deck["file_path"]) or {"deck": {"slides": []}}
        slide = next((one for one in told["deck"]["slides"] if one["number"] == number), None)
        text = "" if slide is None else slide["notes"] if is_notes else _slide_text(slide, build)
        return [{**self._deck_place(deck), "slide": number, "build": build, "excerpt": shortened(text)}]

    def _slides_of_scene(self, lesson_id: str | None, place: int) -> list[str]:
        # An outline is made of what E1 shows: scenes of the branded video's own have no number in it.
        ours = [one for one in self.found["segments"] if one["lesson_id"] == lesson_id and one["is_in_first"]]
        scenes = list(dict.fromkeys(one["scene_id"] for one in ours))
        wanted = scenes[place - 1] if 0 < place <= len(scenes) else None
        return [one["source_ref"] for one in ours if one["scene_id"] == wanted and one["source_ref"]][:1]

    def _of_page(self, lesson_id: str | None, name: str, page: int | None, words: str) -> Source:
        files = [one for one in self.found["files"] if one["lesson_id"] in {lesson_id, None}]
        known = [("document_id", one) for one in self.found["documents"]]
        known += [("source_id", one) for one in files if one["file_type"] in DOCUMENTS - {"pptx"}]
        wanted = _folded(name)
        named = [one for one in known if wanted in _names(one[1])]
        if not named:
            # Its own title, where its author gave it another.
            named = [one for one in known if wanted == _folded((self.read_json(one[1]["parse"]) or {}).get("title"))]
        if not named:
            return _source(name, page=page)
        key, row = named[0]
        return self._place_in(row, key, page, words)

    def _place_in(self, row: Told, key: str, page: int | None = None, words: str = "") -> Source:
        """A document, or one of its pages, with what is most like the words; without words, with how it begins."""
        text = [text for text, number in self._paragraphs(row) if page is None or number == page]
        name = row["name"] or row.get("title")
        return _source(name, file_type=row["file_type"], page=page, excerpt=_closest(text, words), **{key: row["id"]})

    def _paragraphs(self, row: Told) -> list[tuple[str, Any]]:
        told = self.read_json(row["parse"]) or {}
        return [(str(text), page) for text, page in told.get("paragraphs") or ()]

    def _deck(self, lesson_id: str | None, at: str | None) -> Told | None:
        """The deck that a lesson's plan is made of, its own or the course's; with a time, the one of then."""
        decks = self.found["decks"]
        for place in (lesson_id, None):
            ours = [one for one in decks if one["lesson_id"] == place]
            then = [one for one in ours if at is not None and _moment(one["created_at"]) <= _moment(at)]
            chosen = then[-1:] or [one for one in ours if at is None and one["is_active"]]
            if chosen:
                return chosen[0]
        return self._deck(lesson_id, None) if at is not None else None

    def _deck_place(self, deck: Told) -> Source:
        """A deck's file; one that was deleted still has its name."""
        name = (self.read_json(deck["file_path"]) or {}).get("original_name")
        ours = [
            one
            for one in self.found["files"]
            if one["file_type"] == "pptx" and one["lesson_id"] == deck["lesson_id"] and one["name"] in {name, None}
        ]
        then = [one for one in ours if _moment(one["created_at"]) <= _moment(deck["created_at"])]
        files = then or ours
        return _source(name, source_id=files[-1]["id"] if files else None, file_type="pptx")

    def _film(self, lesson_id: str | None, cut: Told | None) -> Told | None:
        films = [one for one in self.found["files"] if one["file_type"] == "mp4"]
        if cut is not None:
            films = [one for one in films if one["checksum"] == cut["film"]["sha256"]] or films
        own = [one for one in films if one["lesson_id"] == lesson_id]
        ours = own or [one for one in films if one["lesson_id"] is None]
        return ours[-1] if ours else None


def each_once(places: Iterable[Source]) -> list[Source]:
    """Places in order, each once."""
    named = ("source_id", "document_id", "name", "page", "slide", "build")
    kept: dict[tuple[Any, ...], Source] = {}
    for place in places:
        kept.setdefault((*(place[name] for name in named), str(place["stretch"])), place)
    return list(kept.values())


def shortened(text: str | None) -> str:
    """The beginning of a text on one line, whole words."""
    line = " ".join((text or "").split())
    if len(line) <= EXCERPT_CHARS:
        return line
    cut = line[:EXCERPT_CHARS]
    return (cut.rpartition(" ")[0] or cut) + "…"


def _source(name: str | None, **known: Any) -> Source:
    """A place; what is not known of it is null."""
    empty = dict.fromkeys(("source_id", "document_id", "file_type", "page", "slide", "build", "stretch"))
    return {"name": name or "", **empty, "excerpt": "", **known}


def _refs_of(scene: Told, words: str | None) -> list[str] | None:
    """What an outline's scene refers to, or the block of it that says these words; None: no block does."""
    blocks = scene["sources"]
    if words is None:
        return [ref for block in blocks for ref in block]
    texts = scene.get("texts", ())
    return next((block for text, block in zip(texts, blocks, strict=False) if text.strip() == words.strip()), None)


def _slide_text(slide: Told, build: int | None) -> str:
    """What appears with a build; of a build that only moves something, what the slide says."""
    said = {one["index"]: " ".join(block["text"] for block in one["blocks"]) for one in slide["builds"]}
    alone = "" if build is None else said.get(build, "")
    title = slide["title"] or ""
    whole = " ".join(filter(str.strip, said.values()))
    return alone.strip() or (whole if whole.startswith(title) else f"{title} {whole}")


def _closest(paragraphs: Sequence[str], words: str) -> str:
    """A page from the paragraph on that has most words in common with a text, so that the excerpt shows it."""
    whole = "\n".join(paragraphs)
    if len(whole) <= EXCERPT_CHARS:
        return shortened(whole)
    wanted = set(_WORD.findall(words.casefold()))
    likeness = [len(wanted & set(_WORD.findall(text.casefold()))) for text in paragraphs]
    return shortened("\n".join(paragraphs[likeness.index(max(likeness)) :]))


def _names(row: Told) -> set[str]:
    """What a document may be called: its title, its file's name, with and without ending."""
    name = row["name"] or ""
    return {_folded(one) for one in (row.get("title"), name, PurePath(name).stem) if one}


def _folded(name: str | None) -> str:
    return " ".join((name or "").split()).casefold()


def _seconds(value: str) -> float:
    return round(float(Fraction(value)), 3)


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value)
