"""An emphasis that leaves a colour is a build with a picture of its own; nothing moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from lxml import etree

from coursecrafter.ingest.package import DML, PML, A, find_all
from coursecrafter.ingest.state_colors import apply_paints
from coursecrafter.ingest.timing import EMPHASIS, Aspect, Paint, Part, Surface, read_states
from deck_kinds import Drawn, draw_all, to_pixels
from decks import Effect, Sketch, add_box, add_connector, appear, make_deck, recolor, timing_xml

RED, GREEN, BLUE = (255, 0, 0), (0, 200, 0), (0, 0, 255)


def hex_of(color: tuple[int, int, int]) -> str:
    return "".join(f"{channel:02X}" for channel in color)


def shapes(slide: Any) -> None:
    left, right = add_box(slide, "Box", "Pump", at=(1, 4)), add_box(slide, "Other", "Valve", at=(8, 5))
    add_connector(slide, "Line", left, right)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    effects = (
        appear("Content", 1),
        recolor("Content", 0, color=hex_of(RED)),
        recolor("Box", color=hex_of(GREEN), attribute="fillcolor").along(),
        recolor("Line", color=hex_of(BLUE), attribute="stroke.color").after(),
    )
    sketch = Sketch("Stress", ("First point", "Second point"), draw=shapes, effects=effects)
    return draw_all(make_deck(tmp_path_factory.mktemp("emphasis") / "a.pptx", [sketch]))


def has(drawn: Drawn, state: int, color: tuple[int, int, int]) -> bool:
    """Whether more of a picture than a speck has nearly this colour."""
    picture = to_pixels(drawn.pngs[1, state])[::4, ::4].astype(int)
    return bool((np.abs(picture - np.asarray(color)).max(axis=2) < 60).sum() > 5)


def test_each_emphasis_is_a_build_that_says_nothing_new(drawn: Drawn) -> None:
    (slide,) = drawn.deck.slides

    assert [build.text for build in slide.builds] == ["Stress\nFirst point\nPump\nValve", "Second point", "", ""]
    assert len({build.picture_key for build in slide.builds}) == 4
    assert slide.caveats == ()


def test_text_fill_and_line_have_their_colours_from_then_on(drawn: Drawn) -> None:
    assert [has(drawn, state, RED) for state in range(4)] == [False, False, True, True]
    assert [has(drawn, state, GREEN) for state in range(4)] == [False, False, True, True]
    assert [has(drawn, state, BLUE) for state in range(4)] == [False, False, False, True]


def test_what_is_not_stressed_stays_where_it_is(drawn: Drawn) -> None:
    before, after = (to_pixels(drawn.pngs[1, state]).astype(int) for state in (1, 2))

    rows = np.flatnonzero(np.abs(before - after).max(axis=(1, 2)) > 40)
    assert rows[0] > 250
    assert rows[-1] < 950


@pytest.mark.parametrize("attribute", ["ppt_x", "style.fontSize"])
def test_what_leaves_no_colour_is_named(attribute: str) -> None:
    slide = etree.fromstring(
        f'<p:sld xmlns:p="{PML}" xmlns:a="{DML}">'
        + timing_xml([recolor("Box", color="FF0000", attribute=attribute)], {"Box": 4})
        + "</p:sld>"
    )

    states, caveats = read_states(slide)

    assert len(states) == 1
    assert caveats == [EMPHASIS]


def test_a_colour_that_returns_is_no_build() -> None:
    flash = timing_xml([recolor("Box", color="FF0000")], {"Box": 4}).replace('dur="500"', 'dur="500" autoRev="1"')

    states, caveats = read_states(etree.fromstring(f'<p:sld xmlns:p="{PML}" xmlns:a="{DML}">{flash}</p:sld>'))

    assert (len(states), caveats) == (1, [EMPHASIS])


def test_one_paragraph_and_a_new_line_get_their_colour_in_place() -> None:
    shape = etree.fromstring(
        f'<p:sp xmlns:p="{PML}" xmlns:a="{DML}"><p:spPr><a:prstGeom prst="rect"/><a:noFill/><a:effectLst/></p:spPr>'
        "<p:txBody><a:p><a:r><a:t>One</a:t></a:r></a:p>"
        "<a:p><a:r><a:rPr><a:ln/><a:noFill/><a:latin/></a:rPr><a:t>Two</a:t></a:r></a:p></p:txBody></p:sp>"
    )
    color = f'<a:schemeClr xmlns:a="{DML}" val="accent2"/>'

    text = Paint(Part("4", Aspect.PARAGRAPH, 1), Surface.TEXT, color)
    apply_paints({"4": [shape]}, [text, Paint(Part("4"), Surface.LINE, color), Paint(Part("9"), Surface.FILL, color)])

    first, second = find_all(shape, "p:txBody/a:p/a:r")
    assert first.find(f"{A}rPr") is None
    assert [etree.QName(child).localname for child in second[0]] == ["ln", "solidFill", "latin"]
    assert [etree.QName(child).localname for child in shape[0]] == ["prstGeom", "noFill", "ln", "effectLst"]


def test_an_effect_without_a_colour_is_as_before() -> None:
    slide = f'<p:sld xmlns:p="{PML}" xmlns:a="{DML}">{timing_xml([Effect("Box", "emph")], {"Box": 4})}</p:sld>'

    assert read_states(etree.fromstring(slide))[1] == [EMPHASIS]
