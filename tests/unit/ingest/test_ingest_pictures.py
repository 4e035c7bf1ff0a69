"""Pictures of builds, judged on their pixels."""

from __future__ import annotations

import itertools
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pptx import Presentation
from pptx.dml.color import RGBColor

from coursecrafter.domain.deck import Deck
from coursecrafter.ingest import slide_pictures
from coursecrafter.ingest.deck_reader import UnreadableDeck, read_deck
from coursecrafter.ingest.office import OfficeMissing, office_version
from coursecrafter.ingest.page_pixels import fit_frame
from coursecrafter.ingest.page_pixels import main as render
from coursecrafter.ingest.sandbox import CompletedRun
from coursecrafter.ingest.slide_pictures import DrawingFailed, DrawingTimedOut, draw_builds
from coursecrafter.ingest.state_deck import main as write_states
from deck_kinds import KINDS, Drawn, Pixels, draw_all, number_of, to_pixels
from decks import NARROW_IN, Sketch, add_box, make_deck

WHITE = 250
SHOWN = [kind for kind in KINDS if kind != "hidden"]
COVERED = {"connector", "exit", "surface"}
"""What appears covers what is there, or takes it away; these have tests of their own."""
FITTED = {"paragraph", "long"}
"""LibreOffice does not shrink these by itself."""


def _ink(pixels: Pixels) -> np.ndarray:
    return pixels.min(axis=2) < WHITE


def test_every_build_has_a_picture_of_the_promised_size(drawn: Drawn) -> None:
    wanted = {(slide.number, build.index) for slide in drawn.deck.slides for build in slide.builds}

    assert set(drawn.pngs) == wanted
    assert {to_pixels(png).shape for png in drawn.pngs.values()} == {(1080, 1920, 3)}


@pytest.mark.parametrize("kind", [kind for kind in SHOWN if len(KINDS[kind].effects) > 0 and kind not in COVERED])
def test_what_is_shown_never_moves(drawn: Drawn, kind: str) -> None:
    states = [drawn.pixels(kind, build.index) for build in drawn.slide(kind).builds]

    for before, after in itertools.pairwise(states):
        shown = _ink(before)
        assert np.array_equal(before[shown], after[shown])
        assert _ink(after).sum() > shown.sum()


def test_what_leaves_is_gone_and_the_rest_stays(drawn: Drawn) -> None:
    before, after = drawn.pixels("exit", 0), drawn.pixels("exit", 1)
    left = _ink(after)

    assert np.array_equal(before[left], after[left])
    assert _ink(before).sum() > left.sum()


@pytest.mark.parametrize("kind", [kind for kind in SHOWN if kind not in FITTED | COVERED | {"numbered"}])
def test_the_last_state_is_the_untouched_page(drawn: Drawn, untouched: dict[int, Pixels], kind: str) -> None:
    last = drawn.pixels(kind, drawn.slide(kind).builds[-1].index).astype(int)

    difference = np.abs(last - untouched[number_of(kind)].astype(int)).max(axis=2)

    assert (difference > 32).sum() < 40


@pytest.mark.parametrize("kind", sorted(FITTED))
def test_text_that_shrinks_stays_on_the_slide(drawn: Drawn, kind: str) -> None:
    ink = _ink(drawn.pixels(kind, drawn.slide(kind).builds[-1].index))

    assert ink.any()
    assert not ink[:8].any()
    assert not ink[-30:].any()


def test_a_picture_does_not_hang_on_its_neighbours(drawn: Drawn) -> None:
    wanted = [(number_of("title"), 1), (number_of("numbered"), 0)]

    assert dict(draw_builds(drawn.path, drawn.deck, wanted)) == {ref: drawn.pngs[ref] for ref in wanted}


def test_a_connector_keeps_its_way_when_its_end_appears(drawn: Drawn) -> None:
    between = (slice(330, 820), slice(600, 1120))

    assert _ink(drawn.pixels("connector", 1)[between]).any()
    assert np.array_equal(drawn.pixels("connector", 1)[between], drawn.pixels("connector", 2)[between])


def test_a_slide_keeps_its_number_in_the_copy(drawn: Drawn, untouched: dict[int, Pixels]) -> None:
    corner = (slice(1000, 1080), slice(1700, 1920))
    ours, theirs = (
        np.argwhere(_ink(page[corner])) for page in (drawn.pixels("numbered", 0), untouched[number_of("numbered")])
    )

    assert len(ours) > 0
    assert np.abs(ours.min(axis=0) - theirs.min(axis=0)).max() <= 2
    assert np.abs(ours.max(axis=0) - theirs.max(axis=0)).max() <= 2


def test_a_narrow_deck_stands_in_the_middle_on_its_own_colour(tmp_path: Path) -> None:
    def draw(slide: Any) -> None:
        slide.background.fill.solid()
        slide.background.fill.fore_color.rgb = RGBColor(20, 60, 120)
        add_box(slide, "Box", "Wide", at=(7, 5), size=(4, 1))

    narrow = draw_all(make_deck(tmp_path / "a.pptx", [Sketch("Title", draw=draw)], size_in=NARROW_IN))
    pixels = to_pixels(narrow.pngs[1, 0])

    assert tuple(pixels[540, 10]) == tuple(pixels[540, 1910]) == (20, 60, 120)
    assert (pixels[780, 1600:1670] != (20, 60, 120)).any()
    assert (pixels[780, 1690:] == (20, 60, 120)).all()


def test_a_gradient_goes_on_beyond_the_edge() -> None:
    gradient = np.repeat(np.linspace(0, 255, 1080, dtype=np.uint8)[:, None, None], 1440, axis=1).repeat(3, axis=2)

    frame = fit_frame(gradient)

    assert frame.shape == (1080, 1920, 3)
    assert abs(int(frame[540, 5, 0]) - int(gradient[540, 0, 0])) < 4


def test_a_wide_page_is_continued_above_and_below() -> None:
    frame = fit_frame(np.full((820, 1920, 3), 200, np.uint8))

    assert (frame == 200).all()


def test_nothing_wanted_is_nothing_drawn(drawn: Drawn) -> None:
    assert list(draw_builds(drawn.path, drawn.deck, [])) == []


def test_the_children_work_outside_the_sandbox_too(drawn: Drawn, tmp_path: Path) -> None:
    pages, copy = tmp_path / "pages.json", tmp_path / "states.pptx"
    pages.write_text(f"[[{number_of('chart')}, 1], [{number_of('exit')}, 0], [{number_of('exit')}, 1]]")

    write_states([str(drawn.path), str(pages), str(copy)])

    assert len(Presentation(str(copy)).slides) == 3


def test_pages_become_pictures(tmp_path: Path) -> None:
    Image.new("RGB", (200, 100), "red").save(tmp_path / "a.pdf")

    render([str(tmp_path / "a.pdf"), str(tmp_path)])

    with Image.open(tmp_path / "1.png") as picture:
        assert picture.size == (1920, 1080)


def _ended(monkeypatch: pytest.MonkeyPatch, name: str, run: CompletedRun) -> None:
    monkeypatch.setattr(slide_pictures, name, lambda *_args, **_kwargs: run)


def _draw_one(drawn: Drawn) -> list[object]:
    return list(draw_builds(drawn.path, drawn.deck, [(1, 0)]))


def test_a_machine_without_office_says_what_to_install(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(OfficeMissing) as caught:
        _draw_one(drawn)

    assert "apt-get install" in caught.value.remedy


def test_office_that_writes_nothing_is_an_error(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    _ended(monkeypatch, "run_sandboxed", CompletedRun(0, "source file could not be loaded", 1.0, is_timed_out=False))

    with pytest.raises(DrawingFailed) as caught:
        _draw_one(drawn)

    assert "could not be loaded" in caught.value.detail


def test_office_that_takes_too_long_is_an_error(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    _ended(monkeypatch, "run_sandboxed", CompletedRun(-9, "", 90.0, is_timed_out=True))

    with pytest.raises(DrawingTimedOut, match="90 seconds"):
        _draw_one(drawn)


def test_a_copy_that_cannot_be_written_is_an_error(drawn: Drawn, monkeypatch: pytest.MonkeyPatch) -> None:
    _ended(monkeypatch, "run_python", CompletedRun(1, "", 1.0, is_timed_out=False))

    with pytest.raises(UnreadableDeck):
        _draw_one(drawn)


def test_the_version_of_office_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = subprocess.run(["soffice", "--version"], capture_output=True, text=True, check=True, timeout=60).stdout

    assert str(office_version()) in answer
    office_version.cache_clear()
    with monkeypatch.context() as patch:
        patch.setenv("PATH", "/nonexistent")
        assert office_version() is None
    office_version.cache_clear()


def test_three_hundred_slides_are_read(tmp_path: Path) -> None:
    path = make_deck(tmp_path / "long.pptx", [Sketch(f"Slide {number}", ("Text",)) for number in range(1, 301)])

    deck: Deck = read_deck(path)

    assert len(deck.slides) == len({slide.builds[0].picture_key for slide in deck.slides}) == 300
