"""A lesson with a deck of its own, from upload to video."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from background_shops import Shopfloor, chalk_deck, until
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.context import change_context
from coursecrafter.authoring.plans import approve_plan, read_plan
from coursecrafter.authoring.projects import change_project
from coursecrafter.authoring.scripts import approve_script, submit_for_review
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import find_source
from coursecrafter.authoring.voices import voices_of
from coursecrafter.db.tables import cc_ai_calls
from coursecrafter.domain.course import Engine
from coursecrafter.jobs.queueing import PARSE_SOURCE, enqueue_parse, is_queued
from decks import Sketch, make_deck

VOICE = "en_male_calm_1"


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return chalk_deck(tmp_path_factory.mktemp("decks") / "Chalk.pptx")


def test_a_deck_of_a_lesson_becomes_its_plan_its_voice_and_its_video(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    source_id = course.upload(deck, "pptx", lesson_id)
    course.do(lambda conn, _author: enqueue_parse(conn, PARSE_SOURCE, course.project_id, source_id))
    until(lambda: not course.read(is_queued, source_id))

    answer = course.ask("parse_ppt", lesson_id=lesson_id)
    plan = course.read(read_plan, lesson_id, Engine.E1)
    spoken = course.ask("generate_voice", lesson_id=lesson_id, engine="e1", voice_profile=VOICE)
    job = course.rendered(Engine.E1, lesson_id)

    found = course.read(read_source_parse, course.store, course.read(find_source, source_id))
    assert (found["state"], found["pages"], found["original_name"]) == ("parsed", 2, "Chalk.pptx")
    assert (answer["scenes"], answer["segments"]) == (2, 2)
    assert [line.text for line in plan] == [
        "Chalk and slate",
        "Two kinds\nNatural chalk is soft.\nBoard chalk is gypsum.",
    ]
    assert all(line.picture_id for line in plan)
    assert {line.script_status for line in plan} == {"draft"}
    assert len(spoken["segments"]) == 2
    assert course.read(voices_of, plan[0].segment_id)[0].voice_profile == VOICE
    (video,) = course.read(versions_of, Slot(course.project_id, "final_video", Engine.E1, lesson_id))
    assert (video.id, video.is_active, video.stored.mime_type) == (job.result_asset_id, True, "video/mp4")
    assert job.progress == 1.0
    assert job.log


def test_a_deck_that_is_read_again_approves_nothing(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    first, second = (line.script_id for line in course.read(read_plan, lesson_id, Engine.E1))

    def read_again() -> list[tuple[str, str]]:
        course.ask("parse_ppt", lesson_id=lesson_id)
        return [(line.script_status, line.status) for line in course.read(read_plan, lesson_id, Engine.E1)]

    assert read_again() == [("draft", "draft"), ("draft", "draft")]
    course.do(approve_script, first)
    course.do(submit_for_review, second)
    stood = [(line.script_status, line.status) for line in course.read(read_plan, lesson_id, Engine.E1)]
    assert [script for script, _ in stood] == ["approved", "review"]
    assert read_again() == stood
    course.do(approve_plan, lesson_id, Engine.E1)
    assert read_again() == [("approved", "approved"), ("approved", "approved")]


def test_notes_are_the_script_where_an_author_says_so_and_stay_it(floor: Shopfloor, tmp_path: Path) -> None:
    sketch = Sketch(title="Chalk", bullets=("Soft",), notes="Chalk breaks easily.")
    deck = make_deck(tmp_path / "Notes.pptx", [sketch, Sketch(title="Slate")], language="en")
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)

    def plan_by(**order: str) -> list[str]:
        course.ask("parse_ppt", lesson_id=lesson_id, **order)
        return [line.text for line in course.read(read_plan, lesson_id, Engine.E1)]

    assert plan_by() == ["Chalk\nSoft", "Slate"]
    assert plan_by(script="notes") == ["Chalk breaks easily.", "Slate"]
    assert plan_by() == ["Chalk breaks easily.", "Slate"]
    assert plan_by(script="screen") == ["Chalk\nSoft", "Slate"]


def test_a_render_that_nobody_could_speak_ends_before_anything_is_asked_of_a_model(
    floor: Shopfloor, deck: Path
) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    course.do(change_project, course.project_id, default_language="zu")
    course.do(change_context, course.project_id, language="zu")

    job = course.ended(course.order(Engine.E2, lesson_id))

    assert job.state == "failed"
    assert "'zu'" in str(job.error_message)
    assert course.read(lambda conn: conn.scalar(select(func.count()).select_from(cc_ai_calls))) == 0
