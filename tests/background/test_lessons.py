"""A lesson with a deck of its own, from upload to video."""

from __future__ import annotations

from pathlib import Path

import pytest

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.plans import read_plan
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.source_parses import read_source_parse
from coursecrafter.authoring.sources import find_source
from coursecrafter.authoring.voices import voices_of
from coursecrafter.domain.course import Engine

VOICE = "en_male_calm_1"


@pytest.fixture(scope="module")
def deck(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return chalk_deck(tmp_path_factory.mktemp("decks") / "Chalk.pptx")


def test_a_deck_of_a_lesson_becomes_its_plan_its_voice_and_its_video(floor: Shopfloor, deck: Path) -> None:
    course = floor.course()
    lesson_id = course.lesson()
    source_id = course.upload(deck, "pptx", lesson_id)
    course.background.parse_source(course.identity, source_id).result(120)

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
