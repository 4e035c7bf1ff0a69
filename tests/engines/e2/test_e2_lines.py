"""Where lines and pages end: no unit without its figure, no compound broken beside its own hyphen."""

from __future__ import annotations

import pytest

from branded_films import Studio, make_course, make_lesson
from coursecrafter.domain.course import Brand
from coursecrafter.domain.look import FrameSize, Look, ScreenText, Shape
from coursecrafter.engines.e2_video.check import highlight_delays_s
from coursecrafter.engines.e2_video.design import in_lines
from coursecrafter.engines.e2_video.faces import Face
from coursecrafter.engines.e2_video.fitting import Box, set_heading, set_pages
from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText, lay_out_scene
from coursecrafter.engines.e2_video.line_rules import goes_on, parts_of, stays_with
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.produce import produce
from coursecrafter.engines.e2_video.templates import BOLD, EDITORIAL, HOUSE, PANEL, Template
from coursecrafter.engines.e2_video.typesetting import PlacedToken, break_lines, tokenize

FACE = Face(600, 40)
COMPOUND = "Rechtsschutzversicherungsgesellschaften"


def laid_out(
    heading: str, *texts: str, number: int = 2, template: Template = PANEL, shape: Shape = Shape.WIDE, **said: str
) -> SceneLayout:
    names = {"eyebrow": "A lesson", "brand_name": "Acme", **said}
    text = SceneText(number, 9, heading, names["eyebrow"], texts, names["brand_name"])
    return lay_out_scene(text, make_palette(Brand("Acme")), template, FrameSize(shape))


def rows_of(words: tuple[PlacedToken, ...]) -> list[str]:
    rows: dict[int, list[str]] = {}
    for word in words:
        rows.setdefault(word.baseline_px, []).append(word.token.text)
    return [" ".join(row) for row in rows.values()]


@pytest.mark.parametrize("text", ["binnen 72 h", "oder 4 %.", "nach Art. 6", "lift (2,500 kg)", "bis zu §§ 20"])
def test_no_line_parts_a_figure_from_what_belongs_to_it(text: str) -> None:
    start, unit = text.rsplit(" ", 1)

    rows = break_lines(tokenize(text), FACE, FACE.length(start) + FACE.length(unit) * 0.9)

    first, figure = start.rsplit(" ", 1)
    assert [" ".join(token.text for token in row.tokens) for row in rows] == [first, f"{figure} {unit}"]


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        ("72", "h", True), ("4", "%.", True), ("25,000", "EUR,", True), ("(5", "kg)", True), ("Art.", "6", True),
        ("in", "2024", False), ("72", "hours", False), ("5", "M", False), ("x2", "m", False), ("Art", "of", False),
    ],
)  # fmt: skip
def test_what_belongs_to_a_figure(before: str, after: str, stays: bool) -> None:
    assert stays_with(before, after) is stays


def test_what_belongs_to_a_figure_is_parted_from_it_where_no_line_holds_both() -> None:
    width_px = FACE.length("i") + FACE.space_px + FACE.length("1234567") + 1

    rows = break_lines(tokenize("i 1234567 km"), FACE, width_px)

    assert [[token.text for token in row.tokens] for row in rows] == [["i", "1234567"], ["km"]]


def test_words_that_belong_together_but_fill_no_line_are_parted() -> None:
    assert [len(line.tokens) for line in break_lines(tokenize("1234567 kg"), FACE, FACE.length("1234567") + 5)] == [
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Datenschutz-Grundschulung.", ("Datenschutz-", "Grundschulung.")),
        ("and/or", ("and/", "or")),
        ("HS-12", ("HS-12",)),
        ("A-3", ("A-3",)),
        ("-x-", ("-x-",)),
        ("", ("",)),
    ],
)
def test_a_compound_may_be_parted_at_its_own_hyphen(word: str, parts: tuple[str, ...]) -> None:
    assert parts_of(word) == parts


def test_a_compound_too_wide_for_a_line_is_parted_at_its_own_hyphen_in_large_type() -> None:
    layout = laid_out("Datenschutz-Grundschulung", "Datenschutz-Grundschulung.", number=1, template=BOLD)

    (page,) = layout.pages[0]
    assert rows_of(page.words) == ["Datenschutz-", "Grundschulung."]
    assert page.face.size_px >= 84


def test_a_heading_that_is_broken_in_every_size_is_not_set_in_the_smallest() -> None:
    sizes = (80, 72, 64, 56, 48)
    small = break_lines(tokenize(COMPOUND), Face(700, 48), 700)

    found = set_heading(COMPOUND, FACE, Box(0, 0, 700, 400), sizes, (0, 0, 0))

    rows = rows_of(found.lettering.words)
    assert len(rows) == len(small)
    assert found.lettering.face.size_px > sizes[-1]
    assert not found.is_cut


def test_pages_of_a_long_list_are_about_as_full_as_each_other() -> None:
    text = "\n".join(f"Point {number}" for number in range(1, 13))
    area = Box(0, 0, 900, 600)

    (pages,) = set_pages([tokenize(text)], FACE, area, (64, 54, 44, 40))

    assert [len(rows_of(page.words)) for page in pages] == [6, 6]
    assert pages[0].face.size_px > 40


def test_a_short_word_does_not_stand_alone_between_long_ones() -> None:
    words, sizes = tokenize("Foundations of Geometry."), (120, 108, 96, 84)
    width = round(Face(600, 120).length("Foundations") * 1.02)

    ((page,),) = set_pages([words], FACE, Box(0, 0, width, 600), sizes)

    assert rows_of(page.words)[1:] in (["of Geometry."], ["Geometry."])
    assert page.face.size_px < sizes[0]


def test_what_goes_on_with_a_point_stands_closer_than_the_next_point() -> None:
    text = "Tell the authority within 72 h of the breach\nTell the people\nWrite it down"

    ((page,),) = set_pages([tokenize(text)], FACE, Box(0, 0, 500, 600), (40,))

    first, second, third, fourth = sorted({word.baseline_px for word in page.words})
    assert second - first < third - second == fourth - third


def test_what_the_foot_says_does_not_stand_above_as_well() -> None:
    twice, once = (laid_out("Rules", "Keep it shut.", eyebrow=name, brand_name="Acme") for name in ("ACME", "A lesson"))

    assert rows_of(twice.still[1].words) == []
    assert rows_of(once.still[1].words) == ["A lesson"]


@pytest.mark.parametrize("shape", [Shape.WIDE, Shape.TALL])
@pytest.mark.parametrize("template", [PANEL, BOLD, EDITORIAL, HOUSE])
def test_key_points_stay_while_the_next_is_spoken(template: Template, shape: Shape) -> None:
    points = ("Look twice.", "Drive slowly.", "Park safely.", "Report a damage.", "Hand the key back.")
    layout = laid_out("Key points", *points, number=9, template=template, shape=shape)

    assert layout.keeps_words
    last = layout.pages[-1][0]
    assert [" ".join(rows_of(part.words)) for part in last.standing][::2] == ["1", "2", "3", "4", "5"]
    assert [" ".join(rows_of(part.words)) for part in last.standing][1::2] == list(points[:4])


LINES = ["Welcome and housekeeping", "Who may drive", "Quiz", "Who passes?"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "Agenda. Welcome and housekeeping, Who may drive, Quiz.",
            "Agenda. Welcome and housekeeping\nWho may drive\nQuiz",
        ),
        ("Who may drive; Quiz. Who passes?", "Who may drive\nQuiz. Who passes?"),
        # Sentences of a model's own, and lines in another order, stay as they are.
        ("Welcome, then a quiz.", "Welcome, then a quiz."),
        ("Quiz, Who may drive.", "Quiz, Who may drive."),
        ("", ""),
    ],
)
def test_points_that_were_strung_together_stand_in_lines_again(text: str, expected: str) -> None:
    assert in_lines(text, LINES) == expected


def test_points_of_other_scripts_are_found_as_well() -> None:
    assert in_lines("启动警报、关闭燃气。", ["启动警报", "关闭燃气"]) == "启动警报\n关闭燃气"
    assert in_lines("أطلق الإنذار, اخرج.", ["أطلق الإنذار", "اخرج"]) == "أطلق الإنذار\nاخرج"


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("Dr.", "Weiß", True), ("K.", "Weiß", True), ("Mio.", "€", True), ("e.g.", "two", True),
        ("end.", "Then", False), ("end!", "then", False), ("shut.", "“Go.”", False), ("ends.", "12", False),
    ],
)  # fmt: skip
def test_a_full_stop_that_ends_no_sentence(before: str, after: str, expected: bool) -> None:
    assert goes_on(before, after) is expected


def test_a_sentence_in_quotation_marks_is_checked_by_its_own_first_word(studio: Studio) -> None:
    lesson = make_lesson([("Saying", ("“Everybody knows this. “Nobody minds.”",)), (None, ("Thank you.",))])

    film = produce(
        make_course(lesson), lesson, studio.bench, Look(FrameSize(Shape.WIDE, 180), text=ScreenText.SENTENCE)
    )

    delays = highlight_delays_s(film.shots[0])
    assert len(delays) == 2
    assert max(map(abs, delays)) <= 0.08
