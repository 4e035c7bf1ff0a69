"""What a film shows of a plan: found, not found, or said by hand; and it goes along when the plan is changed."""

from __future__ import annotations

import json
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.plans import Order, Split, update_plan
from coursecrafter.background import films
from coursecrafter.background.films import CutRefused, NoSourceYet
from coursecrafter.db.refusals import EditedMeanwhile, NotFound
from coursecrafter.domain.course import Engine
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.ingest.film_notes import NotesDoNotFit
from coursecrafter.progress import BuildProgress
from coursecrafter.reading.plans import read_plan
from coursecrafter.storage.backends import StoreUnreachable
from coursecrafter.wiring import Workshop, furnish
from deck_films import Show, drawn_deck, frames_of, write_film

MISSING = 2
STANDS_S, UNSEEN_STANDS_S = 0.5, 0.6
AMPLE_S = 3
"""For a cut to be said, where nothing keeps it waiting."""


def segments(course: Shopfloor, lesson_id: UUID) -> list[dict[str, Any]]:
    plan = json.loads(course.read(read_plan, lesson_id, Engine.E1))
    return [segment for scene in plan["scenes"] for segment in scene["segments"]]


@pytest.fixture(scope="module")
def matched(floor: Shopfloor, tmp_path_factory: pytest.TempPathFactory) -> tuple[Shopfloor, UUID]:
    """A lesson whose film leaves one build out."""
    folder: Path = tmp_path_factory.mktemp("cuts")
    course = floor.course()
    lesson_id = course.lesson()
    pictures = [picture[::3, ::3] for index, (_, picture) in enumerate(drawn_deck(folder)) if index != MISSING]
    film = write_film(folder / "film.mp4", frames_of([Show(picture, STANDS_S) for picture in pictures]))
    course.upload(folder / "deck.pptx", "pptx", lesson_id)
    course.upload(film, "mp4", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    course.ask("parse_mp4", lesson_id=lesson_id)
    return course, lesson_id


def test_the_plan_says_what_was_not_found_and_takes_it_from_its_author(matched: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = matched
    before = [one["film"] for one in segments(course, lesson_id)]
    missed = segments(course, lesson_id)[MISSING]["id"]

    course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": missed, "appears_at_s": 0.8}])
    course.ask("parse_mp4", lesson_id=lesson_id)  # what was said stays
    after = segments(course, lesson_id)[MISSING]["film"]
    course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": missed, "appears_at_s": None}])

    assert [one["state"] for one in before] == ["found" if at != MISSING else "not_found" for at in range(len(before))]
    assert before[0]["appears_at_s"] == 0
    assert before[MISSING]["appears_at_s"] is None
    assert (after["state"], after["appears_at_s"], after["stands_at_s"]) == ("by_hand", 0.8, 0.8)
    assert after["ends_at_s"] == pytest.approx(1, abs=0.1)
    assert segments(course, lesson_id)[MISSING]["film"]["state"] == "not_found"


@pytest.mark.parametrize(
    "times",
    [
        {"appears_at_s": 99},
        {"appears_at_s": 1, "stands_at_s": 0.5},
        {"appears_at_s": 1, "ends_at_s": 0.9},
        {"appears_at_s": 1, "ends_at_s": 700},
    ],
)
def test_times_that_the_film_does_not_have_are_refused(
    matched: tuple[Shopfloor, UUID], times: dict[str, float]
) -> None:
    course, lesson_id = matched
    known = segments(course, lesson_id)

    with pytest.raises(CutRefused, match="CC-0217"):
        course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": known[0]["id"], **times}])

    assert segments(course, lesson_id) == known


def test_segments_of_others_and_lessons_without_a_film_are_refused(matched: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = matched

    with pytest.raises(NotFound):
        course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": str(lesson_id), "appears_at_s": 1}])
    with pytest.raises(NoSourceYet):
        course.ask("set_cuts", lesson_id=course.lesson(), cuts=[{"segment_id": str(lesson_id), "appears_at_s": 1}])


def in_process(course: Shopfloor) -> Workshop:
    """The workshop that a child process would open."""
    return furnish(course.database, course.settings, course.author, BuildProgress(is_quiet=True))


def test_what_is_said_while_the_film_is_matched_stays(
    matched: tuple[Shopfloor, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    course, lesson_id = matched
    missed = segments(course, lesson_id)[MISSING]["id"]
    keep, said = films._keep, {"lesson_id": lesson_id, "cuts": [{"segment_id": missed, "appears_at_s": 0.8}]}
    calls = []

    def keep_late(*args: Any) -> None:
        calls.append(course.background.call(course.identity, "set_cuts", **said))
        with suppress(TimeoutError):
            calls[0].result(AMPLE_S)
        keep(*args)

    monkeypatch.setattr(films, "_keep", keep_late)
    films.match_lesson_film(in_process(course), course.project_id, lesson_id)
    course.answer(calls[0])
    after = segments(course, lesson_id)[MISSING]["film"]
    course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": missed, "appears_at_s": None}])

    assert (after["state"], after["appears_at_s"]) == ("by_hand", 0.8)


def test_two_who_say_cuts_at_once_are_both_heard(
    matched: tuple[Shopfloor, UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    course, lesson_id = matched
    first, other = (segments(course, lesson_id)[at]["id"] for at in (0, MISSING))
    of_lesson = films.film_of_lesson

    def read_before_the_other(*args: Any) -> FilmCut | None:
        found = of_lesson(*args)
        course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": other, "appears_at_s": 0.8}])
        return found

    monkeypatch.setattr(films, "film_of_lesson", read_before_the_other)
    said = [{"segment_id": first, "appears_at_s": 0.1}]
    told = films.set_film_cuts(in_process(course), course.project_id, lesson_id, said)
    course.ask("set_cuts", lesson_id=lesson_id, cuts=[{"segment_id": one} for one in (first, other)])

    assert set(told["by_hand"]) == {first, other}


def test_a_match_of_another_film_that_came_meanwhile_is_not_replaced(
    matched: tuple[Shopfloor, UUID], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course, lesson_id = matched
    first = segments(course, lesson_id)[0]["id"]
    of_lesson = films.film_of_lesson
    pictures = [picture[::3, ::3] for _, picture in drawn_deck(tmp_path)]
    film = write_film(tmp_path / "newer.mp4", frames_of([Show(picture, STANDS_S) for picture in pictures]))

    def read_before_the_newer(*args: Any) -> FilmCut | None:
        found = of_lesson(*args)
        course.upload(film, "mp4", lesson_id)
        course.ask("parse_mp4", lesson_id=lesson_id)
        return found

    monkeypatch.setattr(films, "film_of_lesson", read_before_the_newer)
    said = [{"segment_id": first, "appears_at_s": 0.1}]
    with pytest.raises(EditedMeanwhile, match="CC-0026"):
        films.set_film_cuts(in_process(course), course.project_id, lesson_id, said)

    assert [one["film"]["state"] for one in segments(course, lesson_id)] == ["found"] * len(pictures)


def test_a_cut_of_slides_that_were_replaced_meanwhile_is_refused(
    floor: Shopfloor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    pictures = [picture[::3, ::3] for _, picture in drawn_deck(tmp_path)]
    film = write_film(tmp_path / "film.mp4", frames_of([Show(picture, STANDS_S) for picture in pictures]))
    course.upload(tmp_path / "deck.pptx", "pptx", lesson_id)
    course.upload(film, "mp4", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    cut = films._cut

    def cut_before_the_deck_came(*args: Any) -> FilmCut:
        found = cut(*args)
        course.upload(chalk_deck(tmp_path / "chalk.pptx"), "pptx", lesson_id)
        course.ask("parse_ppt", lesson_id=lesson_id)
        return found

    monkeypatch.setattr(films, "_cut", cut_before_the_deck_came)
    with pytest.raises(EditedMeanwhile, match="CC-0026"):
        films.match_lesson_film(in_process(course), course.project_id, lesson_id)


def test_parts_of_the_film_go_along_with_their_segments(matched: tuple[Shopfloor, UUID]) -> None:
    """Reordered segments keep their moments; the second half of a split one does not play the same again."""
    course, lesson_id = matched
    plan = json.loads(course.read(read_plan, lesson_id, Engine.E1))
    scene = next(one for one in plan["scenes"] if len(one["segments"]) > 1)
    ids = [UUID(one["id"]) for one in scene["segments"]]
    moments = {one["id"]: one["film"] for one in segments(course, lesson_id)}
    longest = max(scene["segments"], key=lambda one: len(one["script"]["text"]))

    changes = [Order(UUID(scene["id"]), tuple(reversed(ids)))]
    course.do(update_plan, lesson_id, Engine.E1, changes)
    assert {one["id"]: one["film"] for one in segments(course, lesson_id)} == moments
    at = longest["script"]["text"].index(" ")
    course.do(update_plan, lesson_id, Engine.E1, [Split(UUID(longest["id"]), at)])

    read = course.read(read_course, course.store, course.project_id, Engine.E1)
    lesson = next(one for one in read.lessons if one.id == lesson_id)
    begins = {ref: Fraction(place) for place, ref in enumerate(sorted({one.source_ref for one in lesson.segments}))}
    stretches = tuple((ref, Stretch(at_s, at_s + Fraction(1, 2), at_s + 1)) for ref, at_s in begins.items())
    cut = FilmCut(StoredObject("0" * 64, 1, "video/mp4"), stretches)
    shots = plan_video(read, lesson, cut).shots[:-1]
    played = [shot.visual.stretch for shot in shots]

    for shot, segment in zip(shots, lesson.segments, strict=True):
        assert shot.visual.stretch is not None
        assert shot.visual.stretch.end_s == begins[segment.source_ref] + 1
    assert len([one for one in played if one and not one.moving_s]) == 1
    assert len(set(played)) == len(played)


def test_whoever_asks_what_a_render_makes_does_not_wait_until_a_film_is_watched(
    floor: Shopfloor, tmp_path: Path
) -> None:
    course = floor.course()
    pictures = [picture[::3, ::3] for _, picture in drawn_deck(tmp_path)]
    film = write_film(tmp_path / "film.mp4", frames_of([Show(picture, UNSEEN_STANDS_S) for picture in pictures]))
    course.upload(tmp_path / "deck.pptx", "pptx")
    course.upload(film, "mp4")
    course.ask("import_deck")
    lesson = next(iter(course.read(read_course, course.store, course.project_id, Engine.E1).lessons))
    watching = {"film_changes", "film_match"}

    def told() -> tuple[set[str], bool]:
        found = course.ask("estimate_render", engine="e1", lesson_id=lesson.id)
        return {step["kind"] for step in found["steps"]} & watching, "film was not looked at" in found["explanation"]

    before = (told(), told())
    shown = films.film_of_lesson(in_process(course), course.project_id, lesson.id)

    assert before == ((watching, True), (watching, True))
    assert told() == (set(), False)
    assert films.film_of_lesson(in_process(course), course.project_id, lesson.id, may_watch=False) == shown


def test_a_film_without_a_deck_becomes_the_plan(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    pictures = [np.full((180, 320, 3), shade, np.uint8) for shade in (40, 120, 220)]
    film = write_film(tmp_path / "talk.mp4", frames_of([Show(picture, 1) for picture in pictures]))
    course.upload(film, "mp4", lesson_id)

    made = course.ask("parse_mp4", lesson_id=lesson_id, notes="Shut the door.\n\nCall 112.")
    course.ask("parse_mp4", lesson_id=lesson_id, notes="Shut the door.\n\nCall 112.")
    found = segments(course, lesson_id)

    assert (made["builds"], made["found"]) == (3, 3)
    assert [one["script"]["text"] for one in found] == ["Shut the door.", "Call 112.", ""]
    assert [one["film"]["state"] for one in found] == ["found"] * 3
    assert [one["film"]["appears_at_s"] for one in found] == pytest.approx([0, 1, 2], abs=0.1)
    assert all(one["picture_asset_id"] for one in found)
    with pytest.raises(NotesDoNotFit, match="CC-0219"):
        course.ask("parse_mp4", lesson_id=lesson_id, notes="One.\n\n" * 4)


def test_a_plan_whose_film_cannot_be_kept_is_not_written(
    floor: Shopfloor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    pictures = [np.full((180, 320, 3), shade, np.uint8) for shade in (40, 220)]
    course.upload(write_film(tmp_path / "talk.mp4", frames_of([Show(one, 1) for one in pictures])), "mp4", lesson_id)

    def break_down(*args: Any, **fields: Any) -> None:
        raise StoreUnreachable("The store is gone.")

    monkeypatch.setattr(films, "put_asset", break_down)
    with pytest.raises(StoreUnreachable):
        films.plan_film(in_process(course), course.project_id, lesson_id)

    assert segments(course, lesson_id) == []
