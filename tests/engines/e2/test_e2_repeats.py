"""Narration that begins by saying its heading: nobody reads the same words twice, and everything is spoken."""

from __future__ import annotations

import pytest

from branded_films import Studio, make_course, make_lesson
from coursecrafter.domain.course import Brand
from coursecrafter.domain.look import FrameSize, Look, ScreenText, Shape
from coursecrafter.engines.e2_video.compose import compose
from coursecrafter.engines.e2_video.layout import TYPE_SIZES, SceneLayout, SceneText, lay_out_scene
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.produce import produce
from coursecrafter.engines.e2_video.repeats import shown_text
from coursecrafter.engines.e2_video.stages import Arrangement
from coursecrafter.engines.e2_video.templates import EDITORIAL, PANEL, Template


def laid_out(
    heading: str, *texts: str, number: int = 2, template: Template = PANEL, shape: Shape = Shape.WIDE
) -> SceneLayout:
    text = SceneText(number, 9, heading, "A lesson", texts, "Acme")
    return lay_out_scene(text, make_palette(Brand("Acme")), template, FrameSize(shape))


def heading_of(layout: SceneLayout) -> str:
    return " ".join(word.token.text for word in layout.still[2].words)


def told(layout: SceneLayout) -> list[str]:
    """Per segment what lights up."""
    return [" ".join(word.token.text for page in pages for word in page.words) for pages in layout.pages]


@pytest.mark.parametrize(
    ("heading", "text", "shown"),
    [
        ("Fire doors", "Fire doors. A fire door keeps smoke out.", "A fire door keeps smoke out."),
        ("Fire doors!", "FIRE DOORS: keep them shut.", "keep them shut."),
        ("Fire doors", "Fire doors – keep them shut.", "keep them shut."),
        ("Fire doors", "Fire-doors\nKeep them shut.", "Keep them shut."),
        ("Why so?", "Why so? Because.", "Because."),
        ("R&D", "R & D. We build it.", "We build it."),
        ("Stop", "Stop! Stop! Shut it.", "Shut it."),
        ("防火门", "防火门。请关门。", "请 关 门。"),
        ("أبواب", "أبواب. أغلقها.", "أغلقها."),
        ("E = m · c²", "E = m · c². m is the mass.", "m is the mass."),
        ("Stopping", "Stopping. def stop():", "def stop():"),
        # Here nothing says the heading by itself, or it is another one.
        ("Fire doors", "Fire doors keep smoke out.", "Fire doors keep smoke out."),
        ("Fire doors save lives", "Fire doors.", "Fire doors."),
        ("Sign", "Sign-in helps.", "Sign-in helps."),
        ("C", "C++. A language.", "C++. A language."),
        ("C", "C#. A language.", "C#. A language."),
        ("Version 20", "Version 2.0: what is new.", "Version 2.0: what is new."),
        ("5 °C", "-5 °C. Ice.", "-5 °C. Ice."),
        ("50", "50%. Half of all.", "50%. Half of all."),
        ("The U.S.", "The U.S. law says so.", "The U.S. law says so."),
        ("Fire doors", "Fire doors… and more.", "Fire doors… and more."),
        ("Doors", "Fire doors. Doors.", "Fire doors. Doors."),
        ("…", "… and so on.", "… and so on."),
    ],
)
def test_words_that_say_the_heading_are_left_out(heading: str, text: str, shown: str) -> None:
    found = shown_text(heading, (text,))

    assert found.heading == heading
    assert [" ".join(word.text for word in words) for words in found.segments] == [shown]


def test_words_keep_their_place_in_the_text_that_is_spoken() -> None:
    text = "Fire doors. A fire door keeps smoke out."

    (page,) = laid_out("Fire doors", text).pages[0]

    assert [text[word.token.char_start : word.token.char_end] for word in page.words] == text.split()[2:]


@pytest.mark.parametrize("shape", Shape)
def test_a_narration_that_is_the_heading_alone_is_a_statement_without_one(shape: Shape) -> None:
    layout = laid_out("Fire doors", "Fire doors.", shape=shape)

    assert layout.arrangement is Arrangement.STATEMENT
    assert (heading_of(layout), told(layout)) == ("", ["Fire doors."])
    assert layout.pages[0][0].face.size_px == TYPE_SIZES[shape].statement[0]


@pytest.mark.parametrize(
    ("heading", "text", "shown"),
    [
        ("What should I know before…", "What should I know before I buy a new telephone?", ""),
        # More is said than the heading's own sentence, or another one.
        ("What should I…", "What should I know? Where it comes from.", "What should I…"),
        ("What should I…", "Whatever I like.", "What should I…"),
        ("What should I", "What should I know?", "What should I"),
    ],
)
def test_a_heading_cut_from_the_only_sentence_does_not_stand_above_it(heading: str, text: str, shown: str) -> None:
    found = laid_out(heading, text)

    assert heading_of(found) == shown
    assert told(found) == [text]


@pytest.mark.parametrize("number", [1, 9])
def test_a_title_scene_that_says_its_title_says_it_large(number: int) -> None:
    layout = laid_out("Thank you", "Thank you.", number=number)

    assert layout.arrangement.is_title
    assert (heading_of(layout), told(layout)) == ("", ["Thank you."])
    assert layout.pages[0][0].face.size_px == TYPE_SIZES[Shape.WIDE].title[0]


def test_a_segment_that_says_the_heading_is_no_point() -> None:
    layout = laid_out("Rules", "Rules.", "One door.", "Two doors.", "Three doors.")

    assert layout.arrangement is Arrangement.POINTS
    assert (heading_of(layout), told(layout)) == ("Rules", ["", "One door.", "Two doors.", "Three doors."])
    numbers = [[part.words[0].token.text for part in pages[0].standing] for pages in layout.pages]
    assert numbers == [[], ["1"], ["1", "One", "2"], ["1", "One", "2", "Two", "3"]]


def test_the_first_segment_that_says_anything_counts() -> None:
    assert told(laid_out("Rules", " ", "Rules. Shut it.", "Rules.")) == ["", "Shut it.", "Rules."]


def test_what_a_shortened_heading_does_not_show_is_shown_below_it() -> None:
    heading = "Everything about fire doors " * 20

    layout = laid_out(heading, f"{heading.strip()}. Now begin.")

    assert layout.is_heading_cut
    assert "".join(told(layout)).startswith("Everything about fire doors")


def test_without_a_heading_no_rule_stands_below_one() -> None:
    with_one, without = (laid_out("Fire doors", text, template=EDITORIAL) for text in ("Shut it.", "Fire doors."))

    assert len(without.plates) == len(with_one.plates) - 1


@pytest.mark.parametrize("way", ScreenText)
def test_what_is_shown_lights_up_as_it_is_spoken_and_captions_say_all(studio: Studio, way: ScreenText) -> None:
    lesson = make_lesson(
        [
            ("Fire doors", ("Fire doors.",)),
            ("Rules", ("Rules. Keep it shut. Never wedge it.",)),
            ("Steps", ("Steps.", "Close the door.")),
        ]
    )
    course = make_course(lesson)
    look = Look(FrameSize(Shape.WIDE, 180), text=way)

    film = produce(course, lesson, studio.bench, look)
    captions = compose(course, lesson, film, studio.bench).captions

    assert [[len(page.words) for page in shot.plan.pages] for shot in film.shots] == [[2], [6], [0], [3]]
    keep = film.shots[1]
    spoken_s = next(word.start_s for word in keep.words if word.char_start == 7)
    lit_frame = keep.place.first_frame + keep.beats[0].frames[0]
    assert lit_frame / 30 == pytest.approx(float(spoken_s), abs=0.04)
    assert "Rules." in " ".join(" ".join(caption.lines) for caption in captions)
