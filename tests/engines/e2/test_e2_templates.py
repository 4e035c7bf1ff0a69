"""A template that was chosen once and that there is no more: the video is made all the same, and says so."""

from __future__ import annotations

from branded_films import SCENES, Branded, Studio, make_course, make_lesson
from coursecrafter.domain.look import FrameSize, Look
from coursecrafter.domain.output import Finding, Severity
from coursecrafter.engines.e2_video.engine import render
from coursecrafter.engines.e2_video.foretell import foretell

SMALL = FrameSize(short_side_px=180)


def test_a_template_that_is_gone_gives_way_to_the_brands_first_and_the_report_says_so(studio: Studio) -> None:
    lesson = make_lesson(SCENES)
    course = make_course(lesson)
    first, second, _ = (scene.id for scene in lesson.scenes)
    look = Look(SMALL, template="baroque", scene_templates={first: "bold", second: "rococo"})

    ahead = foretell(course, lesson, studio.bench, look)
    made = render(course, lesson, studio.bench, look)

    assert ahead
    assert made.metadata["templates"] == ["bold", "panel", "panel"]
    assert not made.has_error
    assert [one for one in made.findings if one.check == "template"] == [
        Finding(
            "template",
            Severity.WARNING,
            "There is no template “baroque”, “rococo” any more; the video stands in “bold”, “panel”."
            " Choose another to change that.",
            2,
            "none missing",
        )
    ]


def test_a_scene_whose_template_is_gone_stands_in_its_lessons(studio: Studio) -> None:
    lesson = make_lesson(SCENES[:1])
    look = Look(SMALL, template="editorial", scene_templates={lesson.scenes[0].id: "rococo"})

    assert render(make_course(lesson), lesson, studio.bench, look).metadata["templates"] == ["editorial"]


def test_nothing_is_said_of_templates_where_all_are_as_chosen(branded: Branded) -> None:
    assert "template" not in {one.check for one in branded.rendered.findings}
