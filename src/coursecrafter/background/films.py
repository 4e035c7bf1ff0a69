"""The film of a deck, matched with the slides of one lesson."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import find_active, put_asset
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.hierarchy import begin_design
from coursecrafter.authoring.plans import reopen_plan
from coursecrafter.authoring.slots import Slot, hold_slot
from coursecrafter.authoring.source_parses import read_parse, source_name
from coursecrafter.authoring.sources import SourceFile, newest_source
from coursecrafter.background.fetching import fetched
from coursecrafter.build.film import MP4, cut_film, known_cut
from coursecrafter.build.film_alone import cut_film_alone, known_cut_alone, read_film_deck
from coursecrafter.build.plans import DrawnDeck, write_lesson_plan
from coursecrafter.build.reading import draw_deck
from coursecrafter.db.refusals import EditedMeanwhile, NotFound
from coursecrafter.domain.course import Engine
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.keys import content_key
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import JobError, VideoError
from coursecrafter.ingest.characters import clean_line
from coursecrafter.ingest.film_notes import read_notes
from coursecrafter.media.film import check_film
from coursecrafter.wiring import Workshop

ROLE = "film_cut"


class NoSourceYet(JobError):
    """There is no deck or no film to work from."""

    code = "CC-0606"
    status = 409
    remedy = "Upload it for this lesson or for the whole course, and ask again."


class CutRefused(VideoError):
    """The film has no such moments, or they are in another order."""

    code = "CC-0217"
    status = 422
    remedy = "Give times within the film: when it appears, then when it stands still, then when the next one begins."


def match_lesson_film(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Find each build of a lesson in its film, or in the course's; the lesson's video shows it from now on.

    Returns:
        How many builds the lesson has and the film shows, and when each appears, in seconds.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        NoSourceYet: CC-0606.
        EditedMeanwhile: CC-0026, it got other slides or another film while this went on.
        VideoError: CC-0205 to CC-0209, the film cannot be used.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        deck, deck_file, film = _sources(conn, shop, project_id, lesson_id)
        seen = _seen(conn, shop, project_id, lesson_id)
    if deck is None or deck_file is None:
        raise NoSourceYet("The lesson has no slides of a deck that a film could show.")
    if film is None:
        raise NoSourceYet("There is no film of the lesson's deck.")
    cut = _cut(shop, deck, deck_file, film)
    with shop.database.app(shop.identity(project_id)) as conn:
        held = _hold(conn, shop, project_id, lesson_id, deck, cut.film, seen)
        _require_slides(conn, shop, project_id, lesson_id, deck)
        _keep(conn, shop, project_id, lesson_id, deck, replace(cut, by_hand=held.by_hand) if held else cut)
    times = {ref: _seconds(one) for ref, one in cut.stretches}
    builds = sum(len(slide.builds) for slide in deck.slides)
    return {"source_id": str(film.id), "builds": builds, "found": len(times), "stretches": times}


def plan_film(shop: Workshop, project_id: UUID, lesson_id: UUID, notes: str | None = None) -> dict[str, Any]:
    """Find a lesson's slides in its film; a film that has no deck becomes the lesson's plan itself.

    Args:
        shop, project_id, lesson_id: where.
        notes: what is said over a film without a deck: blocks in its order, or captions with times.

    Returns:
        See `match_lesson_film`.

    Raises:
        UnreadableNotes, NotesDoNotFit: CC-0218, CC-0219.
        NotFound, NotAllowed, NoSourceYet, EditedMeanwhile, VideoError: see `match_lesson_film`.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        _, deck_file, film = _sources(conn, shop, project_id, lesson_id)
        seen = _seen(conn, shop, project_id, lesson_id)
        name = source_name(conn, film) if film else ""
    if deck_file is not None or film is None:
        return match_lesson_film(shop, project_id, lesson_id)
    with fetched(shop, film, "film.mp4") as path:
        check_film(path)
        found = read_film_deck(path, clean_line(Path(name).stem), read_notes(notes) if notes else (), shop)
    with shop.database.app(shop.identity(project_id)) as conn:
        held = _hold(conn, shop, project_id, lesson_id, found.deck, found.cut.film, seen)
        cut = replace(found.cut, by_hand=held.by_hand) if held else found.cut
        begin_design(conn, shop.author, lesson_id)
        drawn = DrawnDeck(found.deck.title, name, found.deck, found.pictures)
        write_lesson_plan(conn, shop, project_id, lesson_id, drawn)
        reopen_plan(conn, shop.author, lesson_id, Engine.E1)
        _keep(conn, shop, project_id, lesson_id, found.deck, cut)
    times = {ref: _seconds(one) for ref, one in cut.stretches}
    return {"source_id": str(film.id), "builds": len(times), "found": len(times), "stretches": times}


def set_film_cuts(
    shop: Workshop, project_id: UUID, lesson_id: UUID, cuts: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Say of segments when the film shows them; their video shows that from the next render on.

    Args:
        shop, project_id, lesson_id: where.
        cuts: each a `segment_id`, and `appears_at_s`, `stands_at_s`, `ends_at_s` in seconds of the film; without
            `appears_at_s`, what the film itself was found to show counts again. It stands as soon as it appears, and
            ends where the next one begins, unless said otherwise.

    Returns:
        By segment id, what an author now has said: when it appears, stands still and ends, in seconds.

    Raises:
        NotFound: CC-0020, also a segment of another lesson.
        NotAllowed: CC-0021.
        CutRefused: CC-0217.
        NoSourceYet: CC-0606.
        EditedMeanwhile: CC-0026, it got other slides or another film while this went on.
        VideoError: CC-0205 to CC-0209, the film cannot be used.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        deck, _, _ = _sources(conn, shop, project_id, lesson_id)
        seen = _seen(conn, shop, project_id, lesson_id)
    found = film_of_lesson(shop, project_id, lesson_id)
    if deck is None or found is None:
        raise NoSourceYet("There is no film of the lesson's slides yet.")
    with shop.database.app(shop.identity(project_id)) as conn:
        # Others may have said something of other segments since, which stays.
        cut = _hold(conn, shop, project_id, lesson_id, deck, found.film, seen) or found
        _require_slides(conn, shop, project_id, lesson_id, deck)
        course = read_course(conn, shop.store, project_id, Engine.E1)
        own = {segment.id for lesson in course.lessons if lesson.id == lesson_id for segment in lesson.segments}
        kept = _with_cuts(cut, cuts, own)
        _keep(conn, shop, project_id, lesson_id, deck, kept)
    return {"by_hand": {str(name): _seconds(one) for name, one in kept.by_hand}}


def _with_cuts(cut: FilmCut, cuts: Sequence[Mapping[str, Any]], own: set[UUID]) -> FilmCut:
    """What a film shows, as an author says it of some of a lesson's own segments."""
    by_hand = dict(cut.by_hand)
    for one in cuts:
        segment_id = UUID(str(one["segment_id"]))
        if segment_id not in own:
            raise NotFound("There is no such segment.")
        by_hand.pop(segment_id, None)
        if one.get("appears_at_s") is not None:
            by_hand[segment_id] = _stretch_by_hand(one, replace(cut, by_hand=tuple(by_hand.items())))
    return replace(cut, by_hand=tuple(sorted(by_hand.items(), key=lambda item: (item[1].start_s, item[0]))))


def _stretch_by_hand(said: Mapping[str, Any], cut: FilmCut) -> Stretch:
    start_s = Fraction(str(said["appears_at_s"]))
    settled_s = Fraction(str(said["stands_at_s"])) if said.get("stands_at_s") is not None else start_s
    begins = [one.start_s for _, one in (*cut.stretches, *cut.by_hand) if one.start_s > settled_s]
    end_s = Fraction(str(said["ends_at_s"])) if said.get("ends_at_s") is not None else min([*begins, cut.lasts_s])
    if not 0 <= start_s <= settled_s <= end_s or start_s == end_s or end_s > cut.lasts_s:
        raise CutRefused(
            f"A picture cannot appear at {float(start_s):g}, stand at {float(settled_s):g} and end at "
            f"{float(end_s):g} seconds of a film of {float(cut.lasts_s):g} seconds."
        )
    return Stretch(start_s, settled_s, end_s)


def film_of_lesson(shop: Workshop, project_id: UUID, lesson_id: UUID, *, may_watch: bool = True) -> FilmCut | None:
    """The film that a lesson's video shows: as it was matched, else the one that the course was built with.

    A match with other slides than the lesson has now does not count. Footage is matched anew only for a course whose
    film came with its deck; what was found then is found again.

    Args:
        may_watch: whether a film that nobody looked at yet is looked at, for as long as that takes.

    Raises:
        NotThereYet: it would have to be, and may not.
        VideoError: CC-0205 to CC-0209, the film cannot be used.
    """
    with shop.database.app(shop.identity(project_id)) as conn:
        deck, deck_file, film = _sources(conn, shop, project_id, lesson_id)
        seen = _seen(conn, shop, project_id, lesson_id)
    if deck is None:
        return None
    if seen is not None:
        return seen.cut if seen.deck == _deck_key(deck) else None
    if film is None or film.lesson_id is not None or (deck_file is not None and deck_file.lesson_id is not None):
        return None
    return _watched(shop, deck, deck_file, film) if may_watch else _as_known(shop, deck, deck_file, film)


def _watched(shop: Workshop, deck: Deck, deck_file: SourceFile | None, film: SourceFile) -> FilmCut:
    if deck_file is not None:
        return _cut(shop, deck, deck_file, film)
    with fetched(shop, film, "film.mp4") as path:
        return cut_film_alone(path, StoredObject(film.checksum, film.size_bytes, MP4), shop)


def _as_known(shop: Workshop, deck: Deck, deck_file: SourceFile | None, film: SourceFile) -> FilmCut:
    stored = StoredObject(film.checksum, film.size_bytes, MP4)
    return known_cut_alone(stored, shop) if deck_file is None else known_cut(stored, deck, shop)


def _sources(
    conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID
) -> tuple[Deck | None, SourceFile | None, SourceFile | None]:
    """The slides of a lesson, the deck that they stand in, and the film: the lesson's own, else the course's."""
    own = read_parse(conn, shop.store, project_id, lesson_id=lesson_id)
    deck = own or read_parse(conn, shop.store, project_id)
    place = lesson_id if own else None
    deck_file = newest_source(conn, project_id, place, "pptx")
    film = newest_source(conn, project_id, lesson_id, "mp4")
    if film is None and (own is None or deck_file is None):
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


@dataclass(frozen=True, slots=True)
class _Match:
    """The match that is in use.

    Attributes:
        stored: its file, which tells it from others.
        deck: see `_deck_key`.
    """

    stored: StoredObject
    deck: str
    cut: FilmCut


def _seen(conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID) -> _Match | None:
    """The match that is in use, of whatever slides and film; None if there is none."""
    stored = find_active(conn, _slot(project_id, lesson_id))
    if stored is None:
        return None
    known = json.loads(shop.store.get_bytes(stored))
    return _Match(stored, known["deck"], _from_json(known))


def _hold(
    conn: Connection,
    shop: Workshop,
    project_id: UUID,
    lesson_id: UUID,
    deck: Deck,
    film: StoredObject,
    seen: _Match | None,
) -> FilmCut | None:
    """Hold the lesson and its match until the transaction ends; None where it is of other slides or another film.

    Args:
        deck, film: what is about to be kept is of these.
        seen: the match that was in use when this began.

    Raises:
        EditedMeanwhile: CC-0026, it was replaced since, by one of other slides or another film.
    """
    hold_slot(conn, _slot(project_id, lesson_id))
    now = _seen(conn, shop, project_id, lesson_id)
    if now is not None and now.deck == _deck_key(deck) and now.cut.film == film:
        return now.cut
    if (now and now.stored) != (seen and seen.stored):
        raise EditedMeanwhile("The lesson was matched with another film, or other slides, in the meantime.")
    return None


def _require_slides(conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID, deck: Deck) -> None:
    """Refuse to keep what is of slides that the lesson no longer has: it would count for nothing.

    Raises:
        EditedMeanwhile: CC-0026.
    """
    if _deck_key(_sources(conn, shop, project_id, lesson_id)[0]) != _deck_key(deck):
        raise EditedMeanwhile("The lesson has got other slides in the meantime.")


def _keep(conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID, deck: Deck, cut: FilmCut) -> None:
    stretches = [[ref, str(one.start_s), str(one.settled_s), str(one.end_s)] for ref, one in cut.stretches]
    by_hand = [[str(name), str(one.start_s), str(one.settled_s), str(one.end_s)] for name, one in cut.by_hand]
    told = {
        "deck": _deck_key(deck),
        "film": asdict(cut.film),
        "stretches": stretches,
        "lasts_s": str(cut.lasts_s),
        "by_hand": by_hand,
    }
    stored = shop.store.put_bytes(json.dumps(told, sort_keys=True).encode(), "application/json")
    place = {"project_id": project_id, "lesson_id": lesson_id}
    # The plan shows the times out of the asset's row: it is read where no file is.
    described = {
        "found": len(stretches),
        "stretches": {ref: _seconds(one) for ref, one in cut.stretches},
        "by_hand": {str(name): _seconds(one) for name, one in cut.by_hand},
    }
    with edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=ROLE) as act:
        put_asset(act, _slot(project_id, lesson_id), stored, AssetType.DOCUMENT, described)


def _seconds(stretch: Stretch) -> list[float]:
    return [float(stretch.start_s), float(stretch.settled_s), float(stretch.end_s)]


def _slot(project_id: UUID, lesson_id: UUID) -> Slot:
    return Slot(project_id, ROLE, Engine.E1, lesson_id)


def _deck_key(deck: Deck | None) -> str:
    """Equal for decks that show the same pictures at the same places."""
    slides = deck.slides if deck else ()
    shown = [[slide.number, [build.picture_key for build in slide.builds]] for slide in slides]
    return content_key("shown", 1, slides=shown)


def _from_json(known: Mapping[str, Any]) -> FilmCut:
    stretches = tuple((ref, Stretch(*map(Fraction, times))) for ref, *times in known["stretches"])
    by_hand = tuple((UUID(name), Stretch(*map(Fraction, times))) for name, *times in known.get("by_hand", ()))
    return FilmCut(StoredObject(**known["film"]), stretches, Fraction(known.get("lasts_s", 0)), by_hand)
