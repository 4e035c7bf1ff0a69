"""What the engines propose for the API, what authors choose, and what the renders make of it."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.activities import read_activities
from coursecrafter.authoring.assets import set_active, versions_of
from coursecrafter.authoring.books import read_sections
from coursecrafter.authoring.brand_choices import BrandChoice, choose_brand
from coursecrafter.authoring.branding import create_brand
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.documents import documents_of
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.overview import read_tree
from coursecrafter.authoring.plans import ChangeText, approve_plan, read_plan, update_plan
from coursecrafter.authoring.slots import Slot
from coursecrafter.background.answers import NothingSpeakable
from coursecrafter.background.films import NoSourceYet
from coursecrafter.background.parses import CourseHasItsOwnTree
from coursecrafter.db.tables import cc_activity_log
from coursecrafter.domain.course import Engine
from coursecrafter.gateway.providers.offline_text import UnknownTask
from coursecrafter.ingest.guard import NotADeck
from deck_films import Show, drawn_deck, frames_of, write_film


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return chalk_deck(tmp_path_factory.mktemp("decks") / "Chalk.pptx")


@pytest.fixture(scope="module")
def lesson(floor: Shopfloor, deck: Path) -> tuple[Shopfloor, UUID]:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    return course, lesson_id


def test_an_approved_plan_stays_approved_when_the_same_deck_is_read_again(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    course.do(approve_plan, lesson_id, Engine.E1)

    course.ask("parse_ppt", lesson_id=lesson_id)

    assert {line.script_status for line in course.read(read_plan, lesson_id, Engine.E1)} == {"approved"}


def test_a_branded_video_shows_the_words_the_picture_and_the_brand_that_its_author_chose(
    lesson: tuple[Shopfloor, UUID],
) -> None:
    course, lesson_id = lesson
    course.ask("design_outline", lesson_id=lesson_id)
    first = course.read(read_plan, lesson_id, Engine.E2)[0]
    course.do(update_plan, lesson_id, Engine.E2, [ChangeText(first.segment_id, "Chalk is an old friend.")])
    prompts = course.ask("write_prompts", lesson_id=lesson_id)["prompts"]
    images = course.ask("draw_images", lesson_id=lesson_id, scene_id=first.scene_id, prompt="A blackboard", count=2)
    course.do(set_active, UUID(images["asset_ids"][1]))
    brand_id = course.do(create_brand, course.project_id, name="Red", primary_color="#aa1122")
    course.do(choose_brand, course.store, lesson_id, BrandChoice(brand_id, "bold"))

    job = course.rendered(Engine.E2, lesson_id)

    narrated = course.read(read_course, course.store, course.project_id, Engine.E2)
    scene = next(narrated.lessons).scenes[0]
    versions = course.read(versions_of, Slot(course.project_id, "scene_image", Engine.E2, lesson_id, first.scene_id))
    assert len(prompts) == len({line.scene_id for line in course.read(read_plan, lesson_id, Engine.E2)})
    assert [one.is_active for one in versions] == [False, True]
    assert scene.illustration == versions[1].stored
    assert min(versions[1].metadata["width"], versions[1].metadata["height"]) >= 1024
    assert scene.segments[0].text == "Chalk is an old friend."
    assert job.metadata["duration_seconds"] > 1


def test_a_proposal_is_never_seen_as_approved_between_its_writing_and_its_opening(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)

    course.ask("design_outline", lesson_id=lesson_id)

    # The database's time is that of a transaction's beginning.
    steps = [Event.ENGINE2_OUTLINE_CHANGED, Event.ENGINE2_OUTLINE_REOPENED]
    written = sa.select(cc_activity_log.c.event_type, cc_activity_log.c.created_at).where(
        cc_activity_log.c.lesson_id == lesson_id, cc_activity_log.c.event_type.in_(steps)
    )
    events = course.read(lambda conn: conn.execute(written).all())
    assert {event.event_type for event in events} == set(steps)
    assert len({event.created_at for event in events}) == 1
    assert {line.script_status for line in course.read(read_plan, lesson_id, Engine.E2)} == {"draft"}


def test_a_module_and_a_book_are_proposed_and_rendered(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    course.ask("design_module", lesson_id=lesson_id)
    course.ask("design_book")

    module, book = course.rendered(Engine.E4, lesson_id), course.rendered(Engine.E3, None)

    assert course.read(read_activities, lesson_id)[0].interaction_type == "slides"
    assert course.read(read_sections, course.project_id)
    assert module.metadata["scorm_version"] == "1.2"
    assert book.metadata["pages"] > 0


def test_a_deck_of_a_course_becomes_its_tree_once(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    course.upload(deck, "pptx")

    course.ask("import_deck")
    course.ask("import_deck")

    (unit,) = course.read(read_tree, course.project_id)["learning_units"]
    assert len(unit["modules"][0]["lessons"]) == 1


def test_a_tree_made_by_hand_is_not_overwritten_by_a_deck(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    course.lesson()
    course.upload(deck, "pptx")

    with pytest.raises(CourseHasItsOwnTree, match="CC-0607"):
        course.ask("import_deck")


def test_a_film_of_a_lessons_deck_is_matched_and_shown_in_its_video(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    pictures = [picture[::2, ::2] for _, picture in drawn_deck(tmp_path)]
    film = write_film(tmp_path / "film.mp4", frames_of([Show(picture, 0.5) for picture in pictures]))
    course.upload(tmp_path / "deck.pptx", "pptx", lesson_id)
    course.upload(film, "mp4", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)

    matched = course.ask("parse_mp4", lesson_id=lesson_id)
    job = course.rendered(Engine.E1, lesson_id)

    begins = [start_s for start_s, _, _ in matched["stretches"].values()]
    assert (matched["builds"], matched["found"]) == (7, 7)
    assert begins == pytest.approx([place / 2 for place in range(7)], abs=0.2)
    assert "encoding the film" in {text for _, text in job.log}


def test_a_lesson_without_a_deck_or_film_says_so(floor: Shopfloor) -> None:
    course = floor.course()
    lesson_id = course.lesson()

    for task in ("parse_ppt", "parse_mp4"):
        with pytest.raises(NoSourceYet, match="CC-0606"):
            course.ask(task, lesson_id=lesson_id)


def test_a_file_that_is_no_deck_is_kept_with_what_is_wrong_with_it(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    wrong = tmp_path / "Chalk.pptx"
    wrong.write_bytes(b"no deck at all")
    lesson_id = course.lesson()
    source_id = course.upload(wrong, "pptx", lesson_id)

    answer = course.ask("parse_source", source_id=source_id)
    with pytest.raises(NotADeck):
        course.ask("parse_ppt", lesson_id=lesson_id)

    (kept,) = course.read(versions_of, Slot(course.project_id, f"source_parse_{source_id}", lesson_id=lesson_id))
    assert answer["state"] == kept.metadata["state"] == "failed"


def test_a_document_that_cannot_be_read_says_why(floor: Shopfloor, tmp_path: Path) -> None:
    course = floor.course()
    empty = tmp_path / "Empty.txt"
    empty.write_text(" \n")

    answer = course.ask("parse_document", document_id=course.document(empty))

    (document,) = course.read(documents_of, course.store, course.project_id)
    assert answer["state"] == document.status == "failed"
    assert document.error == "There is no text in the document."


def test_the_gateway_answers_with_what_it_cost_and_where_the_asset_is(lesson: tuple[Shopfloor, UUID]) -> None:
    course, lesson_id = lesson
    paragraphs = [["Chalk is soft. Slate is hard. Boards are black.", 1]]

    text = course.ask("ask_text", task="summary", payload={"paragraphs": paragraphs, "sentences": 1})
    speech = course.ask("ask_speech", text="Chalk is soft.", lesson_id=lesson_id, engine="e1")
    image = course.ask("ask_image", prompt="chalk", width_px=1024, height_px=1024)

    assert len(text["answer"]["sentences"]) == 1
    assert speech["duration_seconds"] > 0.3
    assert {one["cost_usd"] for one in (text, speech, image)} == {0}
    assert len({one["ai_call_id"] for one in (text, speech, image)}) == 3
    (sound,) = course.read(versions_of, Slot(course.project_id, "ai_speech", lesson_id=lesson_id))
    assert (str(sound.id), sound.is_active, sound.stored.mime_type) == (speech["asset_id"], False, "audio/wav")


def test_the_gateway_refuses_what_it_cannot_do(lesson: tuple[Shopfloor, UUID]) -> None:
    course, _ = lesson

    with pytest.raises(UnknownTask):
        course.ask("ask_text", task="poem", payload={})
    with pytest.raises(NothingSpeakable):
        course.ask("ask_speech", text="…")
