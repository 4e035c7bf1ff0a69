"""The outline that a course's book gets."""

from __future__ import annotations

from dataclasses import replace

from coursecrafter.domain.course import Course, SourceType
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e3_book.engine import design
from e3_courses import bullet, heading, make_course, make_lesson, make_module, make_scene, make_unit, paragraph


def outline(course: Course, bench: Bench) -> list[tuple[int, str]]:
    return [(section.level, section.title) for section in design(course, bench)]


def test_units_modules_and_lessons_become_three_levels(harbour: Course, bench: Bench) -> None:
    assert outline(harbour, bench)[:4] == [
        (1, "Before the shift"),
        (2, "Getting ready"),
        (3, "Clothing and gear"),
        (3, "Toolbox talk"),
    ]


def test_a_level_that_repeats_its_only_child_is_not_printed_twice(harbour: Course, bench: Bench) -> None:
    assert outline(harbour, bench)[4:] == [
        (2, "Signals"),
        (3, "Hand signals"),
        (1, "On the quay"),
        (2, "Walkways"),
        (2, "Cranes"),
    ]


def test_sections_are_mapped_to_the_course(harbour: Course, bench: Bench) -> None:
    unit = harbour.units[0]

    sections = design(harbour, bench)

    assert [(section.mapping_type, section.mapping_id) for section in sections[:3]] == [
        ("learning_unit", unit.id),
        ("module", unit.modules[0].id),
        ("lesson", unit.modules[0].lessons[0].id),
    ]


def test_notes_are_prose_bullets_a_list_and_the_slide_a_picture(harbour: Course, bench: Bench) -> None:
    segment = harbour.units[0].modules[0].lessons[0].scenes[0].segments[0]

    markdown = design(harbour, bench)[2].content_markdown

    assert markdown.split("\n\n")[:5] == [
        "Choose the right clothing.",
        "#### What to wear",
        f'![Slide “What to wear”.](segment:{segment.id} "What to wear")',
        "Everyone who steps on the quay wears a helmet.",
        "* Check the date\n* Replace it after any blow",
    ]
    assert "- Helmet with chin strap\n  - Gloves\n- Vest" in markdown
    assert "| Item | Price |\n| --- | ---: |\n| Helmet | 38.00 € |" in markdown


def test_a_picture_is_described_by_its_title_and_what_the_deck_says_it_shows(harbour: Course, bench: Bench) -> None:
    markdown = design(harbour, bench)[2].content_markdown

    assert "![Slide “Sizes”. It shows: Three pairs of boots in a row.](" in markdown


def test_a_picture_that_names_its_slide_is_described_once(bench: Bench) -> None:
    scene = make_scene(bench, 1, "Boots in a row", alt_texts=("Boots in a row.",))

    (section,) = design(make_course("Pictures", [scene]), bench)

    assert "![Slide “Boots in a row”.](" in section.content_markdown


def test_slides_under_one_title_are_one_chapter_with_all_their_pictures(bench: Bench) -> None:
    titles = ["Volume", "Volume", "Volume (cont.)", None, "Tooling"]
    scenes = [make_scene(bench, place, title, bullet("word " * 30)) for place, title in enumerate(titles, 1)]

    sections = design(make_course("Migration", scenes), bench)

    assert [section.title for section in sections] == ["Volume", "Tooling"]
    assert sections[0].content_markdown.count("![") == 4
    assert '"Volume (4/4)"' in sections[0].content_markdown


def test_two_slides_that_look_the_same_are_printed_once(bench: Bench) -> None:
    scene = make_scene(bench, 1, "Same", bullet("one"))
    again = make_scene(bench, 2, "Same", bullet("two"))
    again = replace(again, segments=tuple(replace(s, picture=scene.segments[0].picture) for s in again.segments))

    (section,) = design(make_course("Twice", [scene, again]), bench)

    assert section.content_markdown.count("![") == 1


def test_slides_that_only_announce_open_chapters(bench: Bench) -> None:
    titles = ["Change!", "Why?", "Reasons", "Costs", "How?", "Steps", "Tools"]
    scenes = [
        make_scene(
            bench, place, title, heading(title), *([] if title.endswith(("?", "!")) else [paragraph("long text " * 20)])
        )
        for place, title in enumerate(titles, 1)
    ]

    assert outline(make_course("Change", scenes), bench) == [
        (1, "Why?"),
        (2, "Reasons"),
        (2, "Costs"),
        (1, "How?"),
        (2, "Steps"),
        (2, "Tools"),
    ]


def test_a_slide_that_announces_alone_leads_what_follows(bench: Bench) -> None:
    scenes = [
        make_scene(bench, 1, "Points", bullet("word " * 50)),
        make_scene(bench, 2, "Strategy", heading("Strategy")),
        make_scene(bench, 3, "Steps", bullet("word " * 50)),
        make_scene(bench, 4, "Tools", bullet("word " * 50)),
    ]

    assert outline(make_course("Change", scenes), bench) == [(1, "Points"), (1, "Strategy"), (2, "Steps"), (1, "Tools")]


def test_a_long_lesson_is_divided_into_even_chapters(bench: Bench) -> None:
    scenes = [make_scene(bench, n, f"Topic {n}x", bullet("word " * 50), is_small=True) for n in range(1, 31)]

    levels = [level for level, _ in outline(make_course("Long", scenes), bench)]

    assert levels == [1, 2, 2, 2, 2] * 6


def test_the_title_slide_opens_the_first_chapter(bench: Bench) -> None:
    scenes = [
        make_scene(bench, 1, "Foundations", heading("Foundations"), paragraph("Lecture 1")),
        make_scene(bench, 2, "Points", bullet("word " * 50)),
        make_scene(bench, 3, "Lines", bullet("word " * 50)),
    ]

    sections = design(make_course("Foundations", scenes), bench)

    assert [section.title for section in sections] == ["Points", "Lines"]
    assert "Lecture 1" in sections[0].content_markdown


def test_untitled_slides_after_the_title_slide_are_an_introduction(bench: Bench) -> None:
    scenes = [
        make_scene(bench, 1, "Grundlagen", heading("Grundlagen")),
        make_scene(bench, 2, None, paragraph("Worum es geht.")),
        make_scene(bench, 3, "Punkte", bullet("Wort " * 50)),
        make_scene(bench, 4, "Linien", bullet("Wort " * 50)),
    ]

    sections = design(make_course("Grundlagen", scenes, language="de-DE"), bench)

    assert [section.title for section in sections] == ["Einführung", "Punkte", "Linien"]


def test_a_long_first_paragraph_is_no_title(bench: Bench) -> None:
    text = "This is no title but the first paragraph of a slide without one, " * 3
    scenes = [make_scene(bench, 1, "First", bullet("word " * 50)), make_scene(bench, 2, text[:200], paragraph(text))]

    (section,) = design(make_course("One", scenes), bench)

    assert section.title == "First"
    assert text.strip() in section.content_markdown


def test_a_slide_without_words_is_named_by_its_place(bench: Bench) -> None:
    (section,) = design(make_course("Pictures", [make_scene(bench, 1, None)]), bench)

    assert section.title == "Introduction"
    assert section.content_markdown.startswith("![Slide “Pictures, Slide 1”.](segment:")


def test_a_segment_without_structure_gives_its_text(bench: Bench) -> None:
    scene = make_scene(bench, 1, "Told", has_picture=False)
    told = tuple(
        replace(segment, source_type=SourceType.TEXT, text="It is told here.\n\nAnd here.")
        for segment in scene.segments
    )

    (section,) = design(make_course("Told", [replace(scene, segments=told)]), bench)

    assert section.content_markdown == "It is told here.\n\nAnd here."


def test_a_course_whose_only_unit_bears_its_name_has_its_modules_as_chapters(bench: Bench) -> None:
    modules = [
        make_module(title, [make_lesson(title, [make_scene(bench, place, title, bullet("word " * 50))], f"L1.{place}")])
        for place, title in enumerate(("Points", "Lines"), 1)
    ]
    course = make_course("Geometry", [make_unit("Geometry", modules, "What it is about.")])

    sections = design(course, bench)

    assert [(section.level, section.title) for section in sections] == [(1, "Points"), (1, "Lines")]
    assert sections[0].content_markdown.startswith("What it is about.")


def test_a_course_without_scenes_has_no_sections(bench: Bench) -> None:
    course = make_course("Empty", [make_unit("Unit", [make_module("Module", [make_lesson("Lesson", [])])])])

    assert design(course, bench) == ()
