"""From a lesson to its package: what is made, what is found again, what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from coursecrafter.domain.activities import Interaction
from coursecrafter.domain.course import Brand, Course, LessonContent
from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.domain.output import AssetType
from coursecrafter.engines.e4_elearning import engine
from coursecrafter.engines.e4_elearning.plan import UnknownActivity
from e4_lesson import SLIDES, Workbench, every_kind_of_activity, make_bench, make_course, make_scene, with_scenes


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return make_bench(tmp_path_factory.mktemp("e4") / "store")


@pytest.fixture(scope="module")
def course(workbench: Workbench) -> Course:
    return make_course(workbench.store, SLIDES[:3])


def _files(workbench: Workbench, course: Course, lesson: LessonContent, *activities: Interaction) -> dict[str, bytes]:
    rendered = engine.render(course, lesson, activities or every_kind_of_activity(), workbench.bench)
    package = zipfile.ZipFile(io.BytesIO(workbench.store.get_bytes(rendered.outputs[0].object)))
    return {name: package.read(name) for name in package.namelist()}


def _lesson_json(files: dict[str, bytes]) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(files["scenes.json"])
    return read


def test_a_package_and_its_sidecar_are_made(workbench: Workbench, course: Course) -> None:
    lesson = next(course.lessons)

    rendered = engine.render(course, lesson, every_kind_of_activity(), workbench.bench)

    package, sidecar = rendered.outputs
    said = json.loads(workbench.store.get_bytes(sidecar.object))
    assert (package.role, package.asset_type, package.suffix) == ("scorm_package", AssetType.SCORM_PACKAGE, ".zip")
    assert (sidecar.role, sidecar.suffix) == ("sidecar_json", ".json")
    assert said["engine"] == "e4"
    assert said["lesson_id"] == str(lesson.id)
    assert said["scorm_version"] == "1.2"
    assert [one["type"] for one in said["interactions"]] == ["slides", "accordion", "timeline", "quiz"]
    assert said["quizzes"] == [{"title": "Check what you know", "questions": 4}]
    assert 148 < said["duration_estimate_seconds"] < 200
    assert not rendered.has_error


def test_a_second_render_makes_nothing_and_gives_the_same_bytes(workbench: Workbench, course: Course) -> None:
    lesson = next(course.lessons)
    first = engine.render(course, lesson, every_kind_of_activity(), workbench.bench)
    made = workbench.runner.made.copy()

    second = engine.render(course, lesson, every_kind_of_activity(), workbench.bench)

    assert second.outputs == first.outputs
    assert workbench.runner.made == made


def test_other_ids_and_another_store_give_the_same_package(
    workbench: Workbench, course: Course, tmp_path: Path
) -> None:
    other = make_bench(tmp_path / "store")
    copied = make_course(other.store, SLIDES[:3])
    first = engine.render(course, next(course.lessons), every_kind_of_activity(), workbench.bench)

    second = engine.render(copied, replace(next(copied.lessons), id=copied.id), every_kind_of_activity(), other.bench)

    assert second.outputs[0].object == first.outputs[0].object


def test_one_changed_word_makes_one_of_each(workbench: Workbench, course: Course) -> None:
    lesson = next(course.lessons)
    engine.render(course, lesson, every_kind_of_activity(), workbench.bench)
    made = workbench.runner.made.copy()
    scene = make_scene(workbench.store, 2, SLIDES[1][0], (SLIDES[1][1][0], "Bumblebees fly in cold and rainy weather."))
    changed, changed_lesson = with_scenes(course, (lesson.scenes[0], scene, lesson.scenes[2]))

    engine.render(changed, changed_lesson, every_kind_of_activity(), workbench.bench)

    new = workbench.runner.made - made
    assert new == {"speech": 1, "sound_clip": 1, "slide_image": 1, "scorm_zip": 1}


def test_a_design_starts_with_the_slides_and_asks_about_them(workbench: Workbench) -> None:
    course = make_course(workbench.store)

    activities = engine.design(course, next(course.lessons), workbench.bench)

    assert [activity.interaction_type for activity in activities] == ["slides", "accordion", "quiz"]
    texts = " ".join(text for title, lines in SLIDES for text in (title, *lines))
    accordion, quiz = activities[1:]
    assert all(entry["title"] in texts for entry in accordion.config["entries"])
    assert 4 <= len(quiz.questions) <= 8
    assert all(option in texts or option in {"True", "False"} for q in quiz.questions for option in q.options)


def test_a_designed_lesson_can_be_rendered(workbench: Workbench) -> None:
    course = make_course(workbench.store)
    lesson = next(course.lessons)

    rendered = engine.render(course, lesson, engine.design(course, lesson, workbench.bench), workbench.bench)

    assert not rendered.has_error


def test_calls_are_charged_to_the_lesson(workbench: Workbench) -> None:
    course = make_course(workbench.store, (("A question of bees", ("Only this lesson says so.",)), *SLIDES[1:3]))

    engine.design(course, next(course.lessons), workbench.bench)

    purposes = {(call.purpose.engine, call.purpose.lesson_id) for call in workbench.ledger.calls[-2:]}
    assert purposes == {("e4", next(course.lessons).id)}


def test_a_lesson_without_pages_is_refused(workbench: Workbench, course: Course) -> None:
    empty, lesson = with_scenes(course, ())

    with pytest.raises(engine.PackageNotBuilt, match=r"nothing to show. \[CC-0402\]"):
        engine.render(empty, lesson, (Interaction("slides", "Slides", "", {}),), workbench.bench)


def test_an_activity_that_the_player_cannot_show_is_named(workbench: Workbench, course: Course) -> None:
    with pytest.raises(UnknownActivity, match="'hotspot'"):
        engine.render(course, next(course.lessons), (Interaction("hotspot", "", "", {}),), workbench.bench)


def test_a_silent_slide_without_text_is_a_page(workbench: Workbench, course: Course) -> None:
    scene = next(course.lessons).scenes[0]
    bare = replace(scene.segments[0], text="", blocks=(), source_ref=None)
    silent, lesson = with_scenes(course, (replace(scene, title=None, alt_texts=("A bee",), segments=(bare,)),))

    files = _files(workbench, silent, lesson, Interaction("slides", "Slides", "", {}))

    (page,) = _lesson_json(files)["pages"]
    assert page["title"] == "Slide 1"
    assert page["audio"] is None
    assert page["builds"][0]["alt"] == "Slide 1. A bee"
    assert not any(name.endswith(".m4a") for name in files)
    assert b"masteryscore" not in files["imsmanifest.xml"]
    assert b'alt="Slide 1. A bee"' in files["slides/slide_1.html"]


def test_a_picture_that_names_its_slide_is_described_once(workbench: Workbench, course: Course) -> None:
    scene = next(course.lessons).scenes[0]
    named = replace(scene, title="A bee on a flower", alt_texts=("A bee on a flower.",))
    pictured, lesson = with_scenes(course, (named,))

    files = _files(workbench, pictured, lesson, Interaction("slides", "Slides", "", {}))

    assert b'alt="A bee on a flower."' in files["slides/slide_1.html"]


def test_a_lesson_without_pictures_is_a_lesson(workbench: Workbench, course: Course) -> None:
    scene = next(course.lessons).scenes[1]
    bare = tuple(replace(segment, picture=None) for segment in scene.segments)
    plain, lesson = with_scenes(course, (replace(scene, segments=bare),))

    files = _files(workbench, plain, lesson, Interaction("slides", "Slides", "", {}))

    assert [build["picture"] for build in _lesson_json(files)["pages"][0]["builds"]] == [None, None, None]
    assert b"<img" not in files["slides/slide_1.html"]


def test_a_build_without_a_picture_shows_the_one_before(workbench: Workbench, course: Course) -> None:
    scene = next(course.lessons).scenes[1]
    bare = (scene.segments[0], replace(scene.segments[1], picture=None), scene.segments[2])
    mixed, lesson = with_scenes(course, (replace(scene, segments=bare),))

    files = _files(workbench, mixed, lesson, Interaction("slides", "Slides", "", {}))

    names = [build["picture"] for build in _lesson_json(files)["pages"][0]["builds"]]
    assert names == [f"assets/images/slide_1_{n}.jpg" for n in (1, 1, 2)]


HOSTILE = '</script><img src=x onerror=alert(1)>\x00\x1b\ud800 & "quotes" \' \u2028'


def test_texts_of_strangers_stay_texts(workbench: Workbench, course: Course) -> None:
    scene = next(course.lessons).scenes[0]
    block = replace(scene.segments[0].blocks[0], text=HOSTILE)
    segment = replace(scene.segments[0], text=HOSTILE, blocks=(block,))
    hostile, lesson = with_scenes(course, (replace(scene, title="Bees", alt_texts=(HOSTILE,), segments=(segment,)),))
    hostile = replace(hostile, name=HOSTILE, brand=Brand(HOSTILE, font='Inter"; } * { color: red'))
    lesson = replace(lesson, title=HOSTILE, objective=HOSTILE)
    entry = {"title": HOSTILE, "text": HOSTILE, "ref": HOSTILE}
    review = Interaction("accordion", HOSTILE, HOSTILE, {"entries": [entry]})

    files = _files(workbench, hostile, lesson, Interaction("slides", "Slides", "", {}), review)

    for name in ("index.html", "slides/slide_1.html"):
        assert b"<img src=x" not in files[name]
        assert b"\x00" not in files[name]
    assert b'--brand-font:"Inter color red";' in files["theme.css"]
    assert files["scenes.js"].isascii()
    assert _lesson_json(files)["lesson"]["title"].startswith("</script>")


def test_a_table_is_a_table_without_javascript_too(workbench: Workbench, course: Course) -> None:
    scene = next(course.lessons).scenes[0]
    table = TextBlock(BlockKind.TABLE, "Bee, Food\nHoney bee, Clover", rows=(("Bee", "Food"), ("Honey bee", "Clover")))
    segment = replace(scene.segments[0], text=table.text, blocks=(table,))
    tabled, lesson = with_scenes(course, (replace(scene, segments=(segment,)),))

    files = _files(workbench, tabled, lesson, Interaction("slides", "Slides", "", {}))

    assert b'<th scope="col">Food</th>' in files["slides/slide_1.html"]
    assert b"<td>Clover</td>" in files["slides/slide_1.html"]


def test_words_and_direction_follow_the_language(workbench: Workbench) -> None:
    course = replace(make_course(workbench.store, SLIDES[:1]), language="ar", voice="ar_male_neutral_1")

    files = _files(workbench, course, next(course.lessons), Interaction("slides", "الشرائح", "", {}))

    assert b'<html lang="ar" dir="rtl">' in files["index.html"]
    assert _lesson_json(files)["direction"] == "rtl"
    assert "المحتويات" in files["slides/slide_1.html"].decode()


def test_pages_without_javascript_are_linked_in_order(workbench: Workbench, course: Course) -> None:
    files = _files(workbench, course, next(course.lessons))

    first, second = files["slides/slide_1.html"].decode(), files["slides/slide_2.html"].decode()
    assert 'href="slide_2.html">Next' in first
    assert "Previous" not in first
    assert 'href="slide_1.html">Previous' in second
    assert '<audio src="../assets/audio/slide_1.m4a" controls' in first


def test_a_corrected_text_keeps_the_answers_and_a_changed_question_does_not(
    workbench: Workbench, course: Course
) -> None:
    lesson = next(course.lessons)
    activities = every_kind_of_activity()
    renamed = replace(lesson, title="Bees!")
    quiz = replace(activities[3], questions=activities[3].questions[:3])

    revisions = [
        _lesson_json(_files(workbench, course, one, *shown))["revision"]
        for one, shown in ((lesson, activities), (renamed, activities), (lesson, (*activities[:3], quiz)))
    ]

    assert revisions[0] == revisions[1] != revisions[2]
