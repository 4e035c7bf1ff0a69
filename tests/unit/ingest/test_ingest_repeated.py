"""Headers and footers that are plain text boxes are shown and not read; what a slide says itself is never lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pptx.util import Pt

from coursecrafter.ingest.deck_parser import parse_deck
from decks import Sketch, add_picture, add_text, appear, make_deck

FOOTER = (0.6, 6.95)
HEADER = (0.6, 0.15)
MIDDLE = (0.6, 3.0)
Draw = Callable[[Any, int], None]


def read(folder: Path, draw: Draw, *, slides: int = 6, title: str | None = "Topic {n}", **more: Any) -> list[Any]:
    """The slides of a deck, on each of which `draw` puts something that depends on its number."""
    sketches = [
        Sketch(title and title.format(n=n), draw=lambda slide, n=n: draw(slide, n), **more)
        for n in range(1, slides + 1)
    ]
    found: list[Any] = parse_deck(make_deck(folder / "a.pptx", sketches))["slides"]
    return found


def spoken(slide: Any) -> list[str]:
    return [block["text"] for build in slide["builds"] for block in build["blocks"]]


def box(slide: Any, text: str, at: tuple[float, float], size_pt: float | None = None) -> None:
    shape = add_text(slide, "Box", text, at=at, size=(6, 0.4))
    for run in shape.text_frame.paragraphs[0].runs:
        run.font.size = Pt(size_pt) if size_pt else None


@pytest.mark.parametrize("text", ["Acme GmbH · Confidential", "Acme GmbH · {n}/6", "{n}", "© 2024 Acme, page 0{n}"])
def test_a_footer_in_a_text_box_is_not_read(text: str, tmp_path: Path) -> None:
    slides = read(tmp_path, lambda slide, n: box(slide, text.format(n=n), FOOTER))

    assert [spoken(slide) for slide in slides] == [[f"Topic {n}"] for n in range(1, 7)]


def test_a_footer_is_named_once_with_the_first_slide_that_has_it(tmp_path: Path) -> None:
    slides = read(tmp_path, lambda slide, n: box(slide, "Acme GmbH", FOOTER) if n > 1 else None)

    told = {slide["number"]: slide["caveats"] for slide in slides if slide["caveats"]}
    assert told == {2: ["“Acme GmbH” stands there on 5 slides as a footer: it is shown and not spoken."]}


def test_a_footer_is_one_where_it_stands_a_little_elsewhere_and_is_written_a_little_otherwise(tmp_path: Path) -> None:
    def draw(slide: Any, n: int) -> None:
        box(slide, ("Acme – Confidential", "ACME, confidential.")[n % 2], (0.6 + n / 50, 6.9 + n / 50))

    assert [spoken(slide) for slide in read(tmp_path, draw)] == [[f"Topic {n}"] for n in range(1, 7)]


def test_a_header_above_a_title_is_not_read(tmp_path: Path) -> None:
    slides = read(tmp_path, lambda slide, _: box(slide, "Module 2 – Acme", HEADER))

    assert [spoken(slide) for slide in slides] == [[f"Topic {n}"] for n in range(1, 7)]
    assert "as a header" in slides[0]["caveats"][0]


def test_a_header_is_known_by_its_size_where_titles_are_text_boxes(tmp_path: Path) -> None:
    def draw(slide: Any, n: int) -> None:
        box(slide, "Acme GmbH", HEADER, 10)
        box(slide, f"Pump {n}", (0.6, 1), 28)

    assert [spoken(slide) for slide in read(tmp_path, draw, title=None)] == [[f"Pump {n}"] for n in range(1, 7)]


@pytest.mark.parametrize("size_pt", [None, 28])
def test_a_text_box_that_may_be_the_title_is_read(size_pt: float | None, tmp_path: Path) -> None:
    def draw(slide: Any, n: int) -> None:
        box(slide, "Exercise", HEADER, size_pt)
        box(slide, f"Task {n} of many", MIDDLE, size_pt and 18)

    slides = read(tmp_path, draw, title=None)

    assert [spoken(slide)[0] for slide in slides] == ["Exercise"] * 6


def test_titles_are_read_however_often_they_come(tmp_path: Path) -> None:
    def draw(slide: Any, _: int) -> None:
        slide.shapes.title.top = int(slide.part.package.presentation_part.presentation.slide_height * 0.9)

    assert [spoken(slide) for slide in read(tmp_path, draw, title="Safety")] == [["Safety"]] * 6


@pytest.mark.parametrize(
    ("what", "draw"),
    [
        ("inside the slide", lambda slide, _: box(slide, "Add your notes", MIDDLE)),
        ("a question", lambda slide, _: box(slide, "True or false?", FOOTER)),
        ("on two slides", lambda slide, n: box(slide, "Source: the handbook", FOOTER) if n < 3 else None),
        ("here and there", lambda slide, n: box(slide, "Turn it off", (0.6 + n, 6.95))),
        ("a whole paragraph", lambda slide, _: box(slide, "Shut the valve before you open the tank. " * 8, FOOTER)),
        ("steps", lambda slide, n: box(slide, f"Step {n + 1}", FOOTER)),
        ("of another kind each time", lambda slide, n: box(slide, f"Pump {'abcdef'[n - 1]}", FOOTER)),
    ],
)
def test_what_a_slide_says_itself_is_read(what: str, draw: Draw, tmp_path: Path) -> None:
    slides = read(tmp_path, draw)

    assert sum(len(spoken(slide)) - 1 for slide in slides) == (2 if what == "on two slides" else 6)
    assert [slide["caveats"] for slide in slides] == [[]] * 6


def test_what_comes_at_a_click_is_read(tmp_path: Path) -> None:
    slides = read(tmp_path, lambda slide, _: box(slide, "Switch it off", FOOTER), effects=(appear("Box"),))

    assert [[len(build["blocks"]) for build in slide["builds"]] for slide in slides] == [[1, 1]] * 6


def test_less_than_half_of_the_slides_make_no_footer(tmp_path: Path) -> None:
    def draw(slide: Any, n: int) -> None:
        if n in {2, 4, 6}:
            box(slide, "Source: the handbook", FOOTER)

    read_on_three_of_seven, read_on_three_of_six = (
        [len(spoken(slide)) for slide in read(tmp_path, draw, slides=count)] for count in (7, 6)
    )

    assert read_on_three_of_seven == [1, 2, 1, 2, 1, 2, 1]
    assert read_on_three_of_six == [1] * 6


def test_a_hidden_slide_does_not_count(tmp_path: Path) -> None:
    def draw(slide: Any, n: int) -> None:
        box(slide, "Acme GmbH", FOOTER)
        slide.element.set("show", "0" if n > 2 else "1")

    assert [len(spoken(slide)) for slide in read(tmp_path, draw)] == [2, 2]


def test_pictures_stay_as_they_are(tmp_path: Path) -> None:
    def draw(slide: Any, n: int) -> None:
        add_picture(slide, "Stripes")
        box(slide, "Acme GmbH", FOOTER)

    few, many = (read(tmp_path, draw, slides=count, title=None) for count in (2, 3))

    assert [spoken(slide) for slide in few] == [["Acme GmbH"]] * 2
    assert [spoken(slide) for slide in many] == [[]] * 3
    assert [slide["builds"][0]["look"] for slide in few] == [slide["builds"][0]["look"] for slide in many[:2]]
