"""What a render will make again, told before: as much as it then makes, and no more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from uuid import UUID

from branded_films import Branded, Studio, make_course, make_lesson
from coursecrafter.build.estimates import estimate_lesson
from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.look import Look
from coursecrafter.engines.e2_video.engine import render
from coursecrafter.engines.e2_video.foretell import foretell
from coursecrafter.engines.e2_video.produce import asked_pictures
from coursecrafter.gateway.ports import Kind

SCENES: list[tuple[str | None, tuple[str, ...]]] = [("Doors", ("Shut it.", "Hold it.")), ("Stairs", ("Go down.",))]


def told(studio: Studio, lesson: LessonContent) -> Counter[str]:
    return Counter(ahead.name for ahead in foretell(make_course(lesson), lesson, studio.bench))


def made(studio: Studio, lesson: LessonContent) -> Counter[str]:
    before = Counter(studio.runner.made)
    render(make_course(lesson), lesson, studio.bench)
    return studio.runner.made - before


def test_nothing_is_ahead_of_what_is_there(branded: Branded) -> None:
    assert foretell(branded.course, branded.lesson, branded.studio.bench) == ()


def test_to_look_ahead_writes_nothing_down(branded: Branded) -> None:
    """What another course was answered is noted when a render makes use of it, not each time somebody asks."""
    copied = replace(branded.course, id=UUID(int=77))
    before = (list(branded.studio.ledger.calls), branded.studio.bench.gateway.noted)

    assert foretell(copied, branded.lesson, branded.studio.bench) == ()
    assert (branded.studio.ledger.calls, branded.studio.bench.gateway.noted) == before


def test_what_is_told_is_what_is_made(studio: Studio) -> None:
    lesson = make_lesson(SCENES)
    reworded = make_lesson([("Doors", ("Shut it.", "Hold on.")), SCENES[1]])
    retaken = replace(lesson, scenes=(lesson.scenes[0], replace(lesson.scenes[1], image_take=1)))
    reheaded = make_lesson([("Doors", ("Shut it.", "Hold it.")), ("Steps", ("Go down.",))])

    for changed in (lesson, reworded, retaken, reheaded):
        wanted = told(studio, changed)
        assert wanted == made(studio, changed)
        assert wanted["mux"] == 1
        assert told(studio, changed) == Counter()


def test_an_estimate_finds_what_was_drawn_without_a_model(studio: Studio) -> None:
    """A drawing is another picture than the setting of the same heading."""
    figure = "Only 9 percent of all plastic ever made has been recycled."
    lesson = make_lesson([("Glass", ("It lasts.",)), ("Plastic", (figure,)), ("Now", ("Sort it.",))])
    course = make_course(lesson)
    drawn = [one for one in asked_pictures(course, lesson, Look()) if one.sketch]

    before = estimate_lesson(course, lesson, studio.bench, Engine.E2, is_proposed=True)
    render(course, lesson, studio.bench)
    after = estimate_lesson(course, lesson, studio.bench, Engine.E2, is_proposed=True)

    assert len(drawn) == 1
    assert [(part.kind, part.calls, part.found) for part in before.parts] == [(Kind.SPEECH, 3, 0), (Kind.IMAGE, 3, 0)]
    assert [(part.kind, part.calls, part.found) for part in after.parts] == [(Kind.SPEECH, 0, 3), (Kind.IMAGE, 0, 3)]


def test_one_changed_word_is_one_voice_and_one_stretch_of_pictures(branded: Branded) -> None:
    scene = branded.lesson.scenes[2]
    spoken = replace(scene.segments[0], text="Thanks.")
    lesson = replace(branded.lesson, scenes=(*branded.lesson.scenes[:2], replace(scene, segments=(spoken,))))

    ahead = foretell(branded.course, lesson, branded.studio.bench)

    assert Counter(one.name for one in ahead) == {"speech": 1, "voice_block": 1, "run": 1, "mux": 1}
    assert [one.label for one in ahead if one.name == "run"] == ["segment 4"]
