"""What a film shows of a plan: found, not found, or said by hand; and it goes along when the plan is changed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from background_shops import Shopfloor
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.plans import Order, Split, update_plan
from coursecrafter.background.films import CutRefused, NoSourceYet
from coursecrafter.db.refusals import NotFound
from coursecrafter.domain.course import Engine
from coursecrafter.domain.film import FilmCut, Stretch
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e1_voiceover.plan import plan_video
from coursecrafter.ingest.film_notes import NotesDoNotFit
from coursecrafter.reading.plans import read_plan
from deck_films import Show, drawn_deck, frames_of, write_film

MISSING = 2
STANDS_S = 0.5


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
