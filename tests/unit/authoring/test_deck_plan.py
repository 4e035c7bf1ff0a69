"""A deck's sections become lessons, its slides scenes, its builds segments."""

from fractions import Fraction

from coursecrafter.authoring.deck_plan import SILENT_BUILD_S, SILENT_SLIDE_S, plan_lessons
from coursecrafter.domain.course import SourceType
from coursecrafter.domain.deck import BlockKind, Build, Deck, Slide, TextBlock, Trigger


def build(index: int, text: str, picture: str) -> Build:
    blocks = (TextBlock(BlockKind.PARAGRAPH, text),) if text else ()
    return Build(index, Trigger.CLICK if index else Trigger.START, blocks, picture)


def slide(number: int, *builds: Build, title: str | None = None, section: str | None = None) -> Slide:
    return Slide(number, title, builds or (build(0, f"Slide {number}", f"p{number}"),), section=section)


def deck(*slides: Slide) -> Deck:
    return Deck("A deck", "en", "2026-01-01T00:00:00Z", slides)


def test_a_deck_without_sections_is_one_lesson_of_the_courses_name() -> None:
    lessons = plan_lessons(deck(slide(1), slide(2)), "Chalk")

    assert [(lesson.title, lesson.code, len(lesson.scenes)) for lesson in lessons] == [("Chalk", "L1.1", 2)]


def test_each_section_is_a_lesson_and_slides_before_the_first_join_it() -> None:
    slides = (slide(1), slide(2, section="One"), slide(4, section="Two"), slide(5, section="Two"))

    lessons = plan_lessons(deck(*slides), "Chalk")

    assert [(lesson.title, lesson.code, len(lesson.scenes)) for lesson in lessons] == [
        ("One", "L1.1", 2),
        ("Two", "L2.1", 2),
    ]


def test_one_section_is_no_division() -> None:
    lessons = plan_lessons(deck(slide(1, section="Default Section"), slide(2, section="Default Section")), "Chalk")

    assert [lesson.title for lesson in lessons] == ["Chalk"]


def test_builds_become_segments_with_exactly_the_text_that_appears() -> None:
    builds = (build(0, "Title", "a"), build(1, "First\nSecond", "b"))

    segments = plan_lessons(deck(slide(3, *builds)), "Chalk")[0].scenes[0].segments

    assert [(s.source_type, s.source_ref, s.text, s.duration_s) for s in segments] == [
        (SourceType.PPT_SLIDE, "3.0", "Title", None),
        (SourceType.PPT_ANIMATION, "3.1", "First\nSecond", None),
    ]


def test_a_build_that_says_and_shows_nothing_new_is_left_out() -> None:
    builds = (build(0, "Title", "a"), build(1, "", "a"), build(2, "", "b"))

    segments = plan_lessons(deck(slide(1, *builds)), "Chalk")[0].scenes[0].segments

    assert [(s.source_ref, s.duration_s) for s in segments] == [("1.0", None), ("1.2", SILENT_BUILD_S)]


def test_a_slide_without_text_stays_for_a_set_time() -> None:
    segments = plan_lessons(deck(slide(1, build(0, "", "a"))), "Chalk")[0].scenes[0].segments

    assert [s.duration_s for s in segments] == [SILENT_SLIDE_S] == [Fraction(3)]


def test_a_scene_is_named_by_its_title_or_its_first_text_and_never_too_long() -> None:
    slides = (slide(1, title="T " * 300), slide(2), slide(3, build(0, "", "a")))

    scenes = plan_lessons(deck(*slides), "Chalk")[0].scenes

    assert len(scenes[0].title or "") <= 200
    assert [scene.title for scene in scenes[1:]] == ["Slide 2", None]
