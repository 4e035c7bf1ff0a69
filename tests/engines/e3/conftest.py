"""A course and its book, made once for several tests."""

from __future__ import annotations

import pytest

from coursecrafter.domain.course import Course
from coursecrafter.engines.bench import Bench
from e3_books import Book, make_book
from e3_courses import (
    bullet,
    heading,
    make_bench,
    make_course,
    make_lesson,
    make_module,
    make_scene,
    make_unit,
    paragraph,
    table,
)


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return make_bench(tmp_path_factory.mktemp("e3-store"))


@pytest.fixture(scope="session")
def harbour(bench: Bench) -> Course:
    """Two units: one with modules and lessons of their own, one whose levels all bear one title."""
    wear = make_scene(
        bench,
        1,
        "What to wear",
        heading("What to wear"),
        bullet("Helmet with chin strap"),
        bullet("Gloves", 1),
        bullet("Vest"),
        notes="Everyone who steps on the quay wears a helmet.\n- Check the date\n- Replace it after any blow",
    )
    sizes = make_scene(
        bench,
        2,
        "Sizes",
        table(("Item", "Price"), ("Helmet", "38.00 €"), ("Vest", "12.50 €")),
        alt_texts=("Three pairs of boots in a row", "Picture 3"),
    )
    talk = make_scene(bench, 3, "Toolbox talk", paragraph("Five minutes that save a day."))
    signals = [make_scene(bench, 4, "Hand signals", bullet("Stop")), make_scene(bench, 5, None)]
    quay = [
        make_scene(bench, 6, "Walkways", bullet("Yellow lines")),
        make_scene(bench, 7, "Cranes", bullet("Stay clear")),
    ]
    ready = [
        make_lesson("Clothing and gear", [wear, sizes], "L1.1.1", "Choose the right clothing."),
        make_lesson("Toolbox talk", [talk], "L1.1.2"),
    ]
    before = make_unit(
        "Before the shift",
        [make_module("Getting ready", ready), make_module("Signals", [make_lesson("Signals", signals, "L1.2.1")])],
        "The first quarter of an hour decides how the shift goes.",
    )
    on_quay = make_unit("On the quay", [make_module("On the quay", [make_lesson("On the quay", quay, "L2.1.1")])])
    return make_course("Keeping People Safe at the Harbour", [before, on_quay])


@pytest.fixture(scope="session")
def harbour_book(harbour: Course, bench: Bench, tmp_path_factory: pytest.TempPathFactory) -> Book:
    return make_book(harbour, bench, tmp_path_factory.mktemp("harbour"), subtitle="For all who work on the quay")
