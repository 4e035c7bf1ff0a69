"""What a render will make again, told before: as much as it then makes, and no more."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from coursecrafter.domain.course import LessonContent
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.foretell import foretell
from narration import Narrated, Workbench, make_course, make_lesson, make_picture


def of_three(workbench: Workbench, *texts: str) -> LessonContent:
    pictures = [make_picture(workbench, words, shade) for words, shade in (("one", 40), ("two", 90), ("three", 140))]
    segments = [replace(picture, text=text) for picture, text in zip(pictures, texts, strict=True)]
    return make_lesson([("Doors", segments)])


def told(workbench: Workbench, lesson: LessonContent) -> Counter[str]:
    return Counter(ahead.name for ahead in foretell(make_course(lesson), lesson, workbench.bench))


def made(workbench: Workbench, lesson: LessonContent) -> Counter[str]:
    before = Counter(workbench.runner.made)
    render(make_course(lesson), lesson, workbench.bench)
    return workbench.runner.made - before


def test_nothing_is_ahead_of_what_is_there(narrated: Narrated) -> None:
    assert foretell(narrated.course, narrated.lesson, narrated.workbench.bench) == ()


def test_what_is_told_is_what_is_made(workbench: Workbench) -> None:
    first = of_three(workbench, "Shut it.", "Hold it.", "")
    reworded = of_three(workbench, "Shut it.", "Keep it.", "")
    redrawn = replace(first.scenes[0].segments[0], picture=make_picture(workbench, "other", 200).picture)
    repainted = replace(first, scenes=(replace(first.scenes[0], segments=(redrawn, *first.scenes[0].segments[1:])),))

    # The whole lesson, then one voice, then one picture; each told before it is made.
    for lesson in (first, reworded, repainted):
        wanted = told(workbench, lesson)
        assert wanted == made(workbench, lesson)
        assert wanted["mux"] == 1
        assert told(workbench, lesson) == Counter()


def test_a_look_names_the_segment_and_speaks_nothing(workbench: Workbench) -> None:
    lesson = of_three(workbench, "Shut it.", "", "")

    ahead = foretell(make_course(lesson), lesson, workbench.bench)

    assert [one.label for one in ahead if one.name == "speech"] == ["slide 1"]
    assert workbench.gateway.spoken == []
    assert not workbench.runner.made
