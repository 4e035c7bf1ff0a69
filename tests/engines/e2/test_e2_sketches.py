"""Which scenes get a drawing, and how much of their text stands in it."""

from __future__ import annotations

import pytest

from coursecrafter.domain.course import Brand
from coursecrafter.domain.look import FrameSize, Shape
from coursecrafter.engines.e2_video.layout import SceneLayout, SceneText, lay_out_scene
from coursecrafter.engines.e2_video.palette import make_palette
from coursecrafter.engines.e2_video.produce import image_request
from coursecrafter.engines.e2_video.sketches import (
    SHOWN,
    SHOWN_ANYWHERE,
    SHOWN_OF_ROUND,
    scene_sketch,
    sketch_for_any_place,
)
from coursecrafter.engines.e2_video.templates import EDITORIAL, PANEL, Template
from coursecrafter.gateway.sketches import Family, Lettering

STEPS = (
    "First the bottles are collected. Then they are sorted by colour. After that they are crushed. Finally the glass "
    "is melted."
)
PALETTE = make_palette(Brand("Acme"))


def laid_out(*texts: str, number: int = 2, shape: Shape = Shape.WIDE, template: Template = PANEL) -> SceneLayout:
    text = SceneText(number, 9, "How glass is recycled", "Lesson", texts, "Acme")
    return lay_out_scene(text, PALETTE, template, FrameSize(shape))


def test_a_drawing_beside_a_text_names_its_parts() -> None:
    sketch = scene_sketch(laid_out(STEPS))

    assert sketch is not None
    assert (sketch.family, sketch.lettering) == (Family.PROCESS, Lettering.LABELS)
    assert next(part.label for part in sketch.parts) == "Bottles are collected"


@pytest.mark.parametrize(
    "layout",
    [
        laid_out("1. Collect the bottles.", "2. Sort them by colour.", "3. Melt the glass."),
        laid_out("Only 9 percent of all plastic ever made has been recycled."),
        laid_out(STEPS, shape=Shape.SQUARE),
    ],
    ids=["points", "statement", "small"],
)
def test_a_drawing_has_no_words_where_they_stand_beside_it_or_could_not_be_read(layout: SceneLayout) -> None:
    sketch = scene_sketch(layout)

    assert sketch is not None
    assert sketch.lettering is Lettering.NONE


@pytest.mark.parametrize("layout", [laid_out(STEPS, number=1), laid_out(STEPS, number=9), laid_out("Trust grows.")])
def test_title_scenes_and_ideas_keep_a_calm_setting(layout: SceneLayout) -> None:
    assert scene_sketch(layout) is None


def test_a_drawing_keeps_to_what_is_seen_of_the_picture() -> None:
    layout = laid_out(STEPS)
    sketch = scene_sketch(layout)

    assert sketch is not None
    assert sketch.area[0] <= layout.illustration.width / layout.illustration.height
    assert image_request("Glass", Brand("Acme"), 1, sketch).sketch == sketch


def test_a_drawing_keeps_clear_of_round_corners() -> None:
    layouts = [laid_out("Only 9 percent of all plastic is recycled.", template=one) for one in (PANEL, EDITORIAL)]

    shown = [sketch.area for layout in layouts if (sketch := scene_sketch(layout))]

    assert shown == [(SHOWN_OF_ROUND, SHOWN_OF_ROUND), (SHOWN, SHOWN)]


@pytest.mark.parametrize("first", [(), ("How glass is recycled.",)])
def test_a_heading_that_is_spoken_too_is_no_part_of_a_drawing(first: tuple[str, ...]) -> None:
    said = STEPS if first else f"How glass is recycled. {STEPS}"

    found, plain = scene_sketch(laid_out(*first, said)), scene_sketch(laid_out(STEPS))

    assert found is not None
    assert plain is not None
    assert found.parts == plain.parts


def test_a_picture_for_any_place_keeps_to_its_middle() -> None:
    sketch = sketch_for_any_place("en", "Glass", [STEPS])

    assert (sketch.family, sketch.lettering) == (Family.PROCESS, Lettering.LABELS)
    assert sketch.area == (SHOWN_ANYWHERE, SHOWN_ANYWHERE)


@pytest.mark.parametrize(
    ("language", "heading", "text", "family"),
    [
        ("en", "How an incident is reported", "Stop the truck\nSecure the area\nCall the supervisor", Family.PROCESS),
        ("de", "Ablauf einer Datenpanne", "Vorfall erkennen\nRisiko bewerten\nBetroffene informieren", Family.PROCESS),
        ("zh", "疏散步骤", "启动警报\n关闭燃气和电源\n从最近的出口离开", Family.PROCESS),
        ("ar", "خطوات الإخلاء", "أطلق الإنذار\nأغلق الغاز والكهرباء\nاخرج من أقرب مخرج", Family.PROCESS),
        ("en", "Daily checks", "Tyres\nForks\nHorn\nSeat belt", Family.CHECKLIST),
        # Too long for a statement, so there is room for words: they stand beside it already.
        ("en", "Steps", "\n".join(f"Check lever number {n} of the machine" for n in "123456"), Family.PROCESS),
        # Nothing announces an order; two are no list; a story below such a heading is none.
        ("en", "Topics of today", "Tyres\nForks\nHorn\nSeat belt", None),
        ("en", "Daily checks", "Tyres\nForks", None),
        ("en", "The process", "Trust grows.", None),
    ],
)
def test_a_bare_list_is_drawn_as_its_heading_announces(
    language: str, heading: str, text: str, family: Family | None
) -> None:
    said = SceneText(2, 9, heading, "Lesson", (f"{heading}. {text}",), "Acme", language)

    sketch = scene_sketch(lay_out_scene(said, PALETTE))

    assert (sketch and sketch.family) == family
    assert sketch is None or len(sketch.parts) == text.count("\n") + 1
    assert sketch is None or sketch.lettering is Lettering.NONE


def test_a_heading_that_sets_one_against_the_other_is_drawn_as_two_sides() -> None:
    texts = ("Manual handling\nCheap to start", "Forklift truck\nMoves 60 pallets an hour", "Needs a licence.")
    said = SceneText(2, 9, "Manual handling vs. Forklift", "Lesson", texts, "Acme")

    sketch = scene_sketch(lay_out_scene(said, PALETTE))

    assert sketch is not None
    assert (sketch.family, [part.label for part in sketch.parts]) == (
        Family.COMPARISON,
        ["Manual handling", "Forklift"],
    )
