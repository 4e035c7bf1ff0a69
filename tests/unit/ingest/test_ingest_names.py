"""A slide that says nothing itself is named by its picture's alternative text, where an author wrote one of sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pptx.util import Inches

from coursecrafter.authoring.deck_plan import plan_scenes
from coursecrafter.ingest.deck_parser import parse_deck
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.ingest.picture_names import LONGEST_NAME, name_of_picture
from decks import Sketch, add_picture, add_text, make_deck


def title(folder: Path, *pictures: tuple[str, float], text: str = "") -> str | None:
    """Of a slide with pictures, each with its description and its width in inches."""

    def draw(slide: Any) -> None:
        for description, width in pictures:
            picture = add_picture(slide, "Picture 3", description=description, at=(1, 1))
            picture.width, picture.height = Inches(width), Inches(width)
        if text:
            add_text(slide, "Text", text)

    (slide,) = parse_deck(make_deck(folder / "a.pptx", [Sketch(None, draw=draw)]))["slides"]
    named: str | None = slide["title"]
    return named


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The water cycle, from sea to cloud.", "The water cycle, from sea to cloud"),
        ("Kühlschrank", "Kühlschrank"),
        ("水泵示意图", "水泵示意图"),
        ("Bar chart of strength in bits: 8 small letters 38", "Bar chart of strength in bits: 8 small letters 38"),
        *(
            (text, None)
            for text in (
                "", "Picture 3", "Grafik 12", "image1.png", "my holiday photo.jpg", r"C:\Users\me\Desktop\My pictures",
                "KKA_Logo4c", "elektroschrott2", "BM", "tco", "ed-bild-2-4", "Logo", "http://www.wwf.de/uploads",
                "A picture containing text, indoor", "Ein Bild, das Text enthält", "Screenshot 2024-05-01 at 10.11.12",
            )
        ),
    ],
)  # fmt: skip
def test_only_words_of_sense_are_a_name(text: str, name: str | None) -> None:
    assert name_of_picture(text) == name


@pytest.mark.parametrize("text", ["A pump that lifts water, " * 9, "水" * 200])
def test_a_long_description_is_cut_after_a_word(text: str) -> None:
    name = name_of_picture(text) or ""

    assert len(name) <= LONGEST_NAME
    assert name.endswith("…")
    assert text.startswith(name[:-1])
    assert not text[len(name) - 1 :][:1].isalpha() or " " not in text


def test_a_slide_with_only_a_picture_is_named_by_it(tmp_path: Path) -> None:
    deck = make_deck(
        tmp_path / "a.pptx",
        [Sketch(None, draw=lambda slide: add_picture(slide, "Picture 3", description="How a pump lifts water"))],
    )

    (scene,) = plan_scenes(read_deck(deck))

    assert (scene.title, [segment.text for segment in scene.segments]) == ("How a pump lifts water", [""])


def test_what_a_slide_says_names_it_first(tmp_path: Path) -> None:
    assert title(tmp_path, ("How a pump lifts water", 3), text="Pumps") is None


@pytest.mark.parametrize(
    "line",
    [
        "Description automatically generated with medium confidence",
        "AI-generated content may be incorrect.",
        "Automatisch generierte Beschreibung",
        "Le contenu généré par l’IA peut être incorrect.",
    ],
)
def test_what_a_program_guessed_is_no_name(line: str, tmp_path: Path) -> None:
    assert title(tmp_path, (f"A close-up of a machine\n\n{line}", 3)) is None
    assert title(tmp_path, (f"Two men in a room\n\n{line}", 3), ("How a pump lifts water", 3)) == (
        "How a pump lifts water"
    )


def test_the_largest_picture_names_a_slide_and_a_logo_does_not(tmp_path: Path) -> None:
    assert title(tmp_path, ("The house of Acme", 1), ("How a pump lifts water", 4)) == "How a pump lifts water"
    assert title(tmp_path, ("The house of Acme", 1), ("", 4)) is None


def test_a_picture_does_not_name_the_deck(tmp_path: Path) -> None:
    cover = Sketch(None, draw=lambda slide: add_picture(slide, "Picture 3", description="Two men at a pump"))
    path = make_deck(tmp_path / "a.pptx", [cover, Sketch("Pumps")])

    assert parse_deck(path)["title"] == "Pumps"
