"""The film of a deck, matched with the slides of one lesson."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any
from uuid import UUID

from coursecrafter.authoring.assets import find_active, put_asset
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.source_parses import read_parse
from coursecrafter.authoring.sources import SourceFile, newest_source
from coursecrafter.background.fetching import fetched
from coursecrafter.build.film import cut_film
from coursecrafter.build.reading import draw_deck
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Engine
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import JobError
from coursecrafter.wiring import Workshop

ROLE = "film_cut"


class NoSourceYet(JobError):
    """There is no deck or no film to work from."""

    code = "CC-0606"
    status = 409
    remedy = "Upload it for this lesson or for the whole course, and ask again."


def match_lesson_film(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Find each build of a lesson in its film, or in the course's; the lesson's video shows it from now on.

    Returns:
        How many builds the lesson has and the film shows, and when each appears, in seconds.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NoSourceYet: CC-0606.
        VideoError: CC-0205 to CC-0209, the film cannot be used.
    """
    deck, deck_file, film = _sources(shop, project_id, lesson_id)
    if deck is None or deck_file is None:
        raise NoSourceYet("The lesson has no slides of a deck that a film could show.")
    if film is None:
        raise NoSourceYet("There is no film of the lesson's deck.")
    cut = _cut(shop, deck, deck_file, film)
    _keep(shop, project_id, lesson_id, deck, cut)
    times = {ref: [float(one.start_s), float(one.settled_s), float(one.end_s)] for ref, one in cut.stretches}
    builds = sum(len(slide.builds) for slide in deck.slides)
    return {"source_id": str(film.id), "builds": builds, "found": len(times), "stretches": times}


def film_of_lesson(shop: Workshop, project_id: UUID, lesson_id: UUID) -> FilmCut | None:
    """The film that a lesson's video shows: as it was matched, else the one that the course was built with.

    A match with other slides than the lesson has now does not count. Footage is matched anew only for a course whose
    film came with its deck; what was found then is found again.
    """
    deck, deck_file, film = _sources(shop, project_id, lesson_id)
    if deck is None or deck_file is None:
        return None
    with shop.database.app(shop.identity(project_id)) as conn:
        stored = find_active(conn, _slot(project_id, lesson_id))
    if stored is not None:
        known = json.loads(shop.store.get_bytes(stored))
        return _from_json(known) if known["deck"] == _deck_key(deck) else None
    if film is None or film.lesson_id is not None or deck_file.lesson_id is not None:
        return None
    return _cut(shop, deck, deck_file, film)


def _sources(
    shop: Workshop, project_id: UUID, lesson_id: UUID
) -> tuple[Deck | None, SourceFile | None, SourceFile | None]:
    """The slides of a lesson, the deck that they stand in, and the film: the lesson's own, else the course's."""
    with shop.database.app(shop.identity(project_id)) as conn:
        own = read_parse(conn, shop.store, project_id, lesson_id=lesson_id)
        deck = own or read_parse(conn, shop.store, project_id)
        place = lesson_id if own else None
        deck_file = newest_source(conn, project_id, place, "pptx")
        film = newest_source(conn, project_id, lesson_id, "mp4")
        if film is None and own is None:
            film = newest_source(conn, project_id, None, "mp4")
        course = read_course(conn, shop.store, project_id, Engine.E1)
    lesson = next((one for one in course.lessons if one.id == lesson_id), None)
    if lesson is None:
        raise NotFound("There is no such lesson.")
    if deck is None or own is not None or film is None or film.lesson_id is None:
        return deck, deck_file, film
    # A film of this lesson alone shows the slides of this lesson alone.
    shown = {int(one.source_ref.partition(".")[0]) for one in lesson.segments if one.source_ref}
    return replace(deck, slides=tuple(one for one in deck.slides if one.number in shown)), deck_file, film


def _cut(shop: Workshop, deck: Deck, deck_file: SourceFile, film: SourceFile) -> FilmCut:
    with fetched(shop, deck_file, "deck.pptx") as deck_path, fetched(shop, film, "film.mp4") as film_path:
        return cut_film(film_path, deck, draw_deck(deck_path, deck, shop), shop)


def _keep(shop: Workshop, project_id: UUID, lesson_id: UUID, deck: Deck, cut: FilmCut) -> None:
    stretches = [[ref, str(one.start_s), str(one.settled_s), str(one.end_s)] for ref, one in cut.stretches]
    told = {"deck": _deck_key(deck), "film": asdict(cut.film), "stretches": stretches}
    stored = shop.store.put_bytes(json.dumps(told, sort_keys=True).encode(), "application/json")
    place = {"project_id": project_id, "lesson_id": lesson_id}
    with (
        shop.database.app(shop.identity(project_id)) as conn,
        edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=ROLE) as act,
    ):
        put_asset(act, _slot(project_id, lesson_id), stored, AssetType.DOCUMENT, {"found": len(stretches)})


def _slot(project_id: UUID, lesson_id: UUID) -> Slot:
    return Slot(project_id, ROLE, Engine.E1, lesson_id)


def _deck_key(deck: Deck) -> str:
    """Equal for decks that show the same pictures at the same places."""
    shown = [[slide.number, [build.picture_key for build in slide.builds]] for slide in deck.slides]
    return content_key("shown", 1, slides=shown)


def _from_json(known: Mapping[str, Any]) -> FilmCut:
    stretches = tuple((ref, Stretch(*map(Fraction, times))) for ref, *times in known["stretches"])
    return FilmCut(StoredObject(**known["film"]), stretches)
