"""How films and recordings on slides are to be played: trims, fades, crops, turns and mutes, as the deck has them."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pptx.util import Inches

from clips import recording, run_ffmpeg, silent_clip
from coursecrafter.domain.clip import AS_IT_IS, ClipPlayback
from coursecrafter.domain.deck import Deck, Slide, SlideClip
from coursecrafter.ingest.deck_media import take_out
from coursecrafter.ingest.deck_parser import parse_deck
from coursecrafter.ingest.deck_reader import read_deck
from decks import NARROW_IN, Sketch, make_deck
from played_decks import Draw, add_film, add_sound, playing

ON_SLIDE = ClipPlayback(fills_box=True)
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return silent_clip(tmp_path_factory.mktemp("film") / "Door.mp4", seconds=2)


@pytest.fixture(scope="module")
def bell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("bell") / "Bell.mp3", seconds=2)


def read(folder: Path, *draws: Draw) -> list[Slide]:
    """Slides with a film each, once what plays on them was taken out."""
    path = make_deck(folder / "a.pptx", [Sketch(f"Door {number}", draw=draw) for number, draw in enumerate(draws)])
    return list(take_out(path, read_deck(path), folder)[0].slides)


def clip(slide: Slide) -> SlideClip:
    (found,) = slide.clips
    return found


def test_a_trim_and_fades_are_read_in_every_unit_of_time(tmp_path: Path, film: Path) -> None:
    slides = read(
        tmp_path,
        playing(add_film(film), trim={"st": "374.0515", "end": "596.7072"}, fade={"in": "100"}),
        playing(add_film(film), trim={"st": "0.5s"}, fade={"in": "0.001 min", "out": "250ms"}),
        playing(add_film(film), trim={"end": "500000µs"}, fade={"out": "250000000 ns"}),
    )

    assert [clip(slide).playback for slide in slides] == [
        ClipPlayback(start_ms=374, end_ms=597, fade_in_ms=100, fills_box=True),
        ClipPlayback(start_ms=500, fade_in_ms=60, fade_out_ms=250, fills_box=True),
        ClipPlayback(end_ms=500, fade_out_ms=250, fills_box=True),
    ]
    assert all(not slide.caveats for slide in slides)


@pytest.mark.parametrize(
    ("trim", "expected", "caveat"),
    [
        (
            {"st": "-500", "end": "300"},
            replace(ON_SLIDE, end_ms=300),
            "The trim at the beginning of “Door.mp4” cannot",
        ),
        (
            {"st": "300", "end": "soon"},
            replace(ON_SLIDE, start_ms=300),
            "The trim at the end of “Door.mp4” cannot be read",
        ),
        ({"st": "1500", "end": "900"}, ON_SLIDE, "The trim of “Door.mp4” would leave nothing of it"),
        ({"st": "99h"}, ON_SLIDE, "The trim of “Door.mp4” would leave nothing of it"),
    ],
)
def test_a_trim_that_cannot_be_is_not_applied_and_is_named(
    tmp_path: Path, film: Path, trim: dict[str, str], expected: ClipPlayback, caveat: str
) -> None:
    (slide,) = read(tmp_path, playing(add_film(film), trim=trim))

    assert clip(slide).playback == expected
    (said,) = slide.caveats
    assert said.startswith(caveat)


def test_the_end_of_a_recording_that_does_not_say_how_long_it_lasts_is_not_cut_off_and_is_named(tmp_path: Path) -> None:
    """FLAC that was written to a pipe."""
    bell = tmp_path / "Bell.flac"
    sound = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=2", "-f", "flac", "-"]
    bell.write_bytes(subprocess.run(sound, check=True, capture_output=True, timeout=60).stdout)

    (slide,) = read(tmp_path, playing(add_sound(bell), trim={"st": "500", "end": "1000"}))

    assert clip(slide).playback == ClipPlayback(start_ms=500)
    assert slide.caveats == (
        "The trim at the end of “Bell.flac” is not applied: its file does not say how long it lasts.",
    )


def test_a_part_of_a_film_plays_that_is_too_long_as_a_whole(tmp_path: Path) -> None:
    film = tmp_path / "Lecture.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=size=64x36:rate=1:duration=700", "-pix_fmt", "yuv420p", film)

    part, whole = read(tmp_path, playing(add_film(film), trim={"st": "650000", "end": "30000"}), add_film(film))

    assert clip(part).playback == replace(ON_SLIDE, start_ms=650_000, end_ms=30_000)
    assert not part.caveats
    assert not whole.clips
    assert whole.caveats == ("“Lecture.mp4” is not played. It lasts longer than 10 minutes.",)


def test_a_file_that_no_slide_plays_is_not_kept(tmp_path: Path) -> None:
    film = tmp_path / "Lecture.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=size=64x36:rate=1:duration=700", "-pix_fmt", "yuv420p", film)
    path = make_deck(tmp_path / "a.pptx", [Sketch("Door", draw=add_film(film))])

    _, files = take_out(path, read_deck(path), tmp_path)

    assert not files


def test_a_crop_is_read_as_a_number_and_as_a_percentage(tmp_path: Path, film: Path) -> None:
    slides = read(
        tmp_path,
        playing(add_film(film), crop={"l": "25000", "t": "10000", "r": "5000"}),
        playing(add_film(film), crop={"b": "12.5%"}),
    )

    assert [clip(slide).playback.crop for slide in slides] == [(25_000, 10_000, 5_000, 0), (0, 0, 0, 12_500)]
    assert all(not slide.caveats for slide in slides)


@pytest.mark.parametrize(
    ("crop", "caveat"),
    [
        ({"l": "60000", "r": "40000"}, "would leave nothing to be seen"),
        ({"t": "120000", "b": "-50000"}, "would leave nothing to be seen"),
        ({"l": "much"}, "cannot be read in the deck"),
    ],
)
def test_a_crop_that_cannot_be_is_not_applied_and_is_named(
    tmp_path: Path, film: Path, crop: dict[str, str], caveat: str
) -> None:
    (slide,) = read(tmp_path, playing(add_film(film), crop=crop))

    assert clip(slide).playback == ON_SLIDE
    (said,) = slide.caveats
    assert said.startswith("The crop of “Door.mp4”")
    assert caveat in said


def test_a_crop_below_nothing_leaves_room_beside_the_film(tmp_path: Path, film: Path) -> None:
    """A quarter more on the left makes a fifth of the frame empty; what is cut off on the right stays cut off."""
    (slide,) = read(tmp_path, playing(add_film(film, at=(4, 2), size=(5, 3)), crop={"l": "-50000", "r": "25000"}))

    found = clip(slide)
    assert found.playback.crop == (0, 0, 25_000, 0)
    assert found.box is not None
    assert found.box.left * 13.333 == pytest.approx(4 + 5 * 0.4, abs=1e-3)
    assert found.box.width * 13.333 == pytest.approx(5 * 0.6, abs=1e-3)
    assert found.box.height * 7.5 == pytest.approx(3, abs=1e-3)


@pytest.mark.parametrize(
    ("shape", "turns", "is_mirrored"),
    [
        ({"rot": "5400000"}, 1, False),
        ({"rot": "10800000"}, 2, False),
        ({"rot": "-5400000"}, 3, False),
        ({"rot": "16204000"}, 3, False),
        ({"rot": "askew"}, 0, False),
        ({"flipH": "1"}, 0, True),
        ({"flipV": "1"}, 2, True),
        ({"flipH": "true", "flipV": "1", "rot": "5400000"}, 3, False),
    ],
)
def test_a_film_is_turned_and_mirrored_as_its_shape_is(
    tmp_path: Path, film: Path, shape: dict[str, str], turns: int, is_mirrored: bool
) -> None:
    """A frame that is turned by a quarter stands about its middle, as wide as it was high."""
    (slide,) = read(tmp_path, playing(add_film(film, at=(4, 2), size=(4, 2)), shape=shape))

    found = clip(slide)
    assert (found.playback.turns, found.playback.is_mirrored) == (turns, is_mirrored)
    assert found.box is not None
    seen = (found.box.left * 13.333, found.box.top * 7.5, found.box.width * 13.333, found.box.height * 7.5)
    assert seen == pytest.approx((5, 1, 2, 4) if turns % 2 else (4, 2, 4, 2), abs=1e-3)


def test_room_beside_a_film_is_mirrored_and_turned_with_it(tmp_path: Path, film: Path) -> None:
    """A frame of 4 x 2 with its left half empty: turned clockwise that half is above, and mirrored first, below."""
    half = {"l": "-100000"}
    turned, both = read(
        tmp_path,
        playing(add_film(film, at=(4, 2), size=(4, 2)), crop=half, shape={"rot": "5400000"}),
        playing(add_film(film, at=(4, 2), size=(4, 2)), crop=half, shape={"rot": "5400000", "flipH": "1"}),
    )

    tops = [found.box.top * 7.5 for found in (clip(turned), clip(both)) if found.box]
    assert tops == pytest.approx([3, 1], abs=1e-3)


def test_a_film_at_a_slant_is_not_played_and_is_named(tmp_path: Path, film: Path) -> None:
    (slide,) = read(tmp_path, playing(add_film(film), shape={"rot": "1800000"}))

    assert not slide.clips
    assert slide.caveats == (
        "“Door.mp4” stands at a slant on the slide, so it is not played: its picture stands there.",
    )


def in_group(draw: Draw, **turned: str) -> Draw:
    """What is drawn, in a group of 8 x 4 inches at (2, 1) that has coordinates of half the size."""

    def redraw(slide: Any) -> Any:
        movie = draw(slide)
        group = slide.shapes.add_group_shape()
        group.element.append(movie.element)
        frame = group.element.grpSpPr.get_or_add_xfrm()
        frame.clear()
        for name, value in turned.items():
            frame.set(name, value)
        for name, keys, values in (
            ("off", ("x", "y"), (2, 1)), ("ext", ("cx", "cy"), (8, 4)), ("chOff", ("x", "y"), (0, 0)),
            ("chExt", ("cx", "cy"), (4, 2)),
        ):  # fmt: skip
            inner = etree.SubElement(frame, f"{{{_A}}}{name}")
            for key, value in zip(keys, values, strict=True):
                inner.set(key, str(Inches(value)))
        return movie

    return redraw


@pytest.mark.parametrize(
    ("shape", "group", "seen", "turns", "is_mirrored"),
    [
        # In the group's upper left quarter; the group's middle is at (6, 3).
        ({}, {}, (2, 1, 4, 2), 0, False),
        ({}, {"flipH": "1"}, (6, 1, 4, 2), 0, True),
        ({}, {"rot": "5400000"}, (6, -1, 2, 4), 1, False),
        ({}, {"rot": "10800000"}, (6, 3, 4, 2), 2, False),
        ({"rot": "5400000"}, {"rot": "16200000"}, (3, 4, 4, 2), 0, False),
        ({"rot": "5400000"}, {"flipH": "1"}, (7, 0, 2, 4), 3, True),
    ],
)
def test_a_group_turns_and_mirrors_the_films_in_it(
    tmp_path: Path,
    film: Path,
    shape: dict[str, str],
    group: dict[str, str],
    seen: tuple[float, ...],
    turns: int,
    is_mirrored: bool,
) -> None:
    draw = playing(add_film(film, at=(0, 0), size=(2, 1)), shape=shape)

    (slide,) = read(tmp_path, in_group(draw, **group))

    found = clip(slide)
    assert (found.playback.turns, found.playback.is_mirrored) == (turns, is_mirrored)
    left, top, width, height = seen
    top, height = max(top, 0), height + min(top, 0)
    assert found.box is not None
    box = (found.box.left * 13.333, found.box.top * 7.5, found.box.width * 13.333, found.box.height * 7.5)
    assert box == pytest.approx((left, top, width, height), abs=1e-3)


@pytest.mark.parametrize(
    ("at", "shape", "seen", "crop"),
    [
        # A frame of 4 x 2 inches on a slide of 13.333 x 7.5.
        ((-1, -0.5), {}, (0, 0, 3, 1.5), (25_000, 25_000, 0, 0)),
        ((-1, 2), {"flipH": "1"}, (0, 2, 3, 2), (0, 0, 25_000, 0)),
        ((4, 5), {"rot": "5400000"}, (5, 4, 2, 3.5), (0, 0, 12_500, 0)),
        ((4, 5), {"rot": "16200000"}, (5, 4, 2, 3.5), (12_500, 0, 0, 0)),
        ((4, 5), {"rot": "5400000", "flipH": "1"}, (5, 4, 2, 3.5), (12_500, 0, 0, 0)),
        ((4, 6.5), {"flipV": "1"}, (4, 6.5, 4, 1), (0, 50_000, 0, 0)),
        ((4, -1), {"rot": "10800000"}, (4, 0, 4, 1), (0, 0, 0, 50_000)),
    ],
)
def test_what_reaches_beyond_the_slide_is_cut_off(
    tmp_path: Path,
    film: Path,
    at: tuple[float, float],
    shape: dict[str, str],
    seen: tuple[float, ...],
    crop: tuple[int, ...],
) -> None:
    (slide,) = read(tmp_path, playing(add_film(film, at=at, size=(4, 2)), shape=shape))

    found = clip(slide)
    assert found.box is not None
    box = (found.box.left * 13.333, found.box.top * 7.5, found.box.width * 13.333, found.box.height * 7.5)
    assert box == pytest.approx(seen, abs=1e-3)
    assert found.playback.crop == pytest.approx(crop, abs=5)


def test_what_is_cut_off_at_the_slide_is_a_part_of_what_a_crop_leaves(tmp_path: Path, film: Path) -> None:
    draw = playing(add_film(film, at=(-1, 2), size=(4, 2)), crop={"l": "20000", "r": "40000"})

    (slide,) = read(tmp_path, draw)

    assert clip(slide).playback.crop == pytest.approx((30_000, 0, 40_000, 0), abs=5)


def test_a_film_on_a_narrow_slide_does_not_reach_over_the_bars(tmp_path: Path, film: Path) -> None:
    path = tmp_path / "a.pptx"
    draw = add_film(film, at=(-2, 2), size=(4, 2))
    deck = read_deck(make_deck(path, [Sketch("Door", draw=draw)], size_in=NARROW_IN))

    found = clip(deck.slides[0])

    assert found.box is not None
    assert (found.box.left, found.box.width) == (pytest.approx(240 / 1920), pytest.approx(2 * 144 / 1920))
    assert found.playback.crop == (50_000, 0, 0, 0)


def test_a_film_beside_the_slide_has_no_place(tmp_path: Path, film: Path) -> None:
    (slide,) = read(tmp_path, add_film(film, at=(-5, 2), size=(4, 2)))

    found = clip(slide)
    assert found.box is not None
    assert (found.box.width, found.box.height) == (0, 0)
    assert not slide.caveats


def test_a_group_at_a_slant_plays_no_film(tmp_path: Path, film: Path) -> None:
    (slide,) = read(tmp_path, in_group(add_film(film, at=(0, 0), size=(2, 1)), rot="600000"))

    assert not slide.clips
    assert "at a slant" in slide.caveats[0]


@pytest.mark.parametrize(
    ("node", "is_muted"),
    [('vol="80000"', False), ('vol="80000" mute="1"', True), ('mute="true"', True), ('vol="0"', True), ("", False)],
)
def test_a_film_that_is_muted_plays_without_its_sound(tmp_path: Path, film: Path, node: str, is_muted: bool) -> None:
    (slide,) = read(tmp_path, playing(add_film(film), node=node))

    assert clip(slide).playback == replace(ON_SLIDE, is_muted=is_muted)
    assert not slide.caveats


def test_a_recording_that_is_muted_is_not_played_and_is_named(tmp_path: Path, bell: Path) -> None:
    (slide,) = read(tmp_path, playing(add_sound(bell), node='mute="1"'))

    assert not slide.clips
    assert slide.caveats == ("“Bell.mp3” is muted in the deck, so it is not played.",)


def test_of_a_recording_no_picture_is_cropped_or_turned(tmp_path: Path, bell: Path) -> None:
    draw = playing(add_sound(bell), trim={"st": "500"}, crop={"l": "much"}, shape={"rot": "1800000"})

    (slide,) = read(tmp_path, draw)

    assert clip(slide).playback == ClipPlayback(start_ms=500)
    assert not slide.caveats


def test_a_deck_keeps_how_its_films_are_played(tmp_path: Path, film: Path) -> None:
    draw = playing(add_film(film), trim={"st": "500"}, crop={"l": "25000"}, shape={"flipV": "1"}, node='mute="1"')
    path = make_deck(tmp_path / "a.pptx", [Sketch("Door", draw=draw)])
    deck = read_deck(path)

    again = Deck.from_json(json.loads(json.dumps(deck.to_json())))

    assert again == deck
    assert clip(again.slides[0]).playback == ClipPlayback(
        start_ms=500, is_muted=True, crop=(25_000, 0, 0, 0), is_mirrored=True, turns=2, fills_box=True
    )


def test_nothing_is_lost_between_the_parser_and_the_deck(tmp_path: Path, film: Path, bell: Path) -> None:
    """The same in this process, without the sandbox."""
    draws = [
        playing(in_group(add_film(film, at=(0, 0), size=(2, 1)), flipV="1", rot="5400000"), trim={"st": "1min"}),
        playing(add_film(film, at=(-1, 0)), crop={"l": "20%", "r": "-5000"}, fade={"in": "-1", "out": "0.5s"}),
        playing(add_film(film), crop={"l": "100%"}),
        playing(add_film(film), crop={"l": "none"}),
        playing(add_film(film, at=(20, 0))),
        playing(add_film(film), shape={"rot": "1"}, node='vol="0%"'),
        playing(add_film(film), shape={"rot": "999999"}),
        playing(add_sound(bell), node='mute="1"'),
    ]
    path = make_deck(tmp_path / "a.pptx", [Sketch(f"Door {number}", draw=draw) for number, draw in enumerate(draws)])
    deck = read_deck(path)

    answer = json.loads(json.dumps(parse_deck(path)))

    assert [slide["caveats"] for slide in answer["slides"]] == [list(slide.caveats) for slide in deck.slides]
    assert [len(slide.caveats) for slide in deck.slides] == [0, 1, 1, 1, 0, 0, 1, 1]
    for found, slide in zip(answer["slides"], deck.slides, strict=True):
        assert [ClipPlayback.from_json(one["playback"]) for one in found["media"]] == [
            one.playback for one in slide.clips
        ]


def test_a_deck_that_was_read_before_plays_its_films_as_they_are(tmp_path: Path, film: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch("Door", draw=playing(add_film(film), trim={"st": "500"}))])
    kept = json.loads(json.dumps(read_deck(path).to_json()))
    del kept["slides"][0]["clips"][0]["playback"]

    assert clip(Deck.from_json(kept).slides[0]).playback == AS_IT_IS


def test_what_a_stranger_says_of_a_playback_is_put_right() -> None:
    said = {"start_ms": -5, "end_ms": 10**15, "crop": [70_000, 0, 40_000, 0], "turns": 7, "is_muted": 1}

    assert ClipPlayback.from_json(said) == ClipPlayback(end_ms=86_400_000, is_muted=True, turns=3)
