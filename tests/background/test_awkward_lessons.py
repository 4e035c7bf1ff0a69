"""A paid voice that fails amid forty segments, or is gone: the render names the slide, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

from background_shops import Shopfloor
from coursecrafter.authoring.assets import versions_of
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.course import Engine
from coursecrafter.gateway.ports import Kind
from coursecrafter.gateway.routes import RouteEntry, set_route
from decks import Sketch, make_deck
from providers.model_server import ModelServer
from providers.model_server_faults import Fault, status

FORTY = [f"Step number {number}" for number in range(1, 41)]


def lesson_of(course: Shopfloor, folder: Path, titles: list[str]) -> UUID:
    lesson_id = course.lesson("Forty steps")
    deck = make_deck(folder / "Forty.pptx", [Sketch(title=title) for title in titles], language="en")
    course.upload(deck, "pptx", lesson_id)
    course.ask("parse_ppt", lesson_id=lesson_id)
    speaks_with(course, "alloy")
    return lesson_id


def speaks_with(course: Shopfloor, voice: str) -> None:
    with course.database.admin() as conn:
        entry = RouteEntry("stand-in", "tts-1", {"voices": {"*": voice}})
        set_route(conn, org_id=course.author.org_id, project_id=course.project_id, kind=Kind.SPEECH, entries=[entry])


def asked(models: ModelServer) -> list[str]:
    """The texts that were sent to be spoken, in order, without the signs that end them."""
    return [json.loads(one.content)["input"].rstrip(".;") for one in models.requests if one.path.endswith("/speech")]


def test_a_voice_that_fails_at_the_seventeenth_of_forty_is_named_and_the_rest_kept(
    floor: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = lesson_of(course, tmp_path, FORTY)
    models.fail_with(*[Fault()] * 16, status(400, "This voice is having a rest."))

    failed = course.ended(course.order(Engine.E1, lesson_id))
    refused = asked(models)[16]
    course.rendered(Engine.E1, lesson_id)

    assert failed.state == "failed"
    assert failed.error_message == f"The provider does not take the call. This happened at {place_of(refused)}."
    assert failed.metadata["error"]["remedy"]
    assert sorted(asked(models)) == sorted([*FORTY, refused])
    assert sum(models.charges.values()) == len(FORTY)
    assert len(course.read(versions_of, Slot(course.project_id, "final_video", Engine.E1, lesson_id))) == 1


def test_a_voice_that_is_gone_is_named_with_its_slide_and_another_takes_its_place(
    floor: Shopfloor, models: ModelServer, tmp_path: Path
) -> None:
    course = floor.course()
    lesson_id = lesson_of(course, tmp_path, FORTY[:3])
    speaks_with(course, "removed")

    failed = course.ended(course.order(Engine.E1, lesson_id))
    speaks_with(course, "af_heart")
    course.rendered(Engine.E1, lesson_id)

    assert any(f"{place_of(text)}." in str(failed.error_message) for text in asked(models)[:3])
    assert "route" in failed.metadata["error"]["remedy"]
    assert sum(models.charges.values()) == 3


def place_of(text: str) -> str:
    """The slide whose title a text is."""
    return f"slide {text.removeprefix('Step number ')}"
