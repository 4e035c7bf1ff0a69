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
