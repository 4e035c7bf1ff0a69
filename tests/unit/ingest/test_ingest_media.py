"""Films and recordings on slides: found where they stand, taken out of the deck, and refused where they cannot play."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from pptx.util import Inches

from clips import flashing_clip, recording, run_ffmpeg, silent_clip
from coursecrafter.domain.deck import Deck, Slide
from coursecrafter.ingest import deck_media
from coursecrafter.ingest.deck_media import TakenOut, clip_file, take_out
from coursecrafter.ingest.deck_reader import read_deck
from decks import NARROW_IN, Effect, Sketch, add_box, appear, make_deck, rewrite_parts
from played_decks import add_film, add_sound

_A = "http://schemas.openxmlformats.org/drawingml/2006/main"


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return silent_clip(tmp_path_factory.mktemp("film") / "Door.mp4", seconds=1)


@pytest.fixture(scope="module")
def bell(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recording(tmp_path_factory.mktemp("bell") / "Bell.mp3", seconds=1)


def read(path: Path, *slides: Sketch, **form: Any) -> tuple[Slide, ...]:
    return read_deck(make_deck(path, slides, **form)).slides


def taken(path: Path, folder: Path, *slides: Sketch) -> tuple[Deck, dict[str, TakenOut]]:
    deck = read_deck(make_deck(path, slides))
    found, files = take_out(path, deck, folder)
    return found, dict(files)


def test_a_film_stands_where_it_stands_on_the_slide(tmp_path: Path, film: Path) -> None:
    (slide,) = read(tmp_path / "a.pptx", Sketch("Doors", draw=add_film(film)))

    (clip,) = slide.clips
    assert clip.box is not None
    assert clip.box.left == pytest.approx(4 / 13.333, abs=1e-4)
    assert clip.box.top == pytest.approx(2 / 7.5, abs=1e-4)
    assert clip.box.width == pytest.approx(6 / 13.333, abs=1e-4)
    assert clip.box.height == pytest.approx(3.375 / 7.5, abs=1e-4)


def test_a_narrow_slide_stands_in_the_middle_of_its_picture(tmp_path: Path, film: Path) -> None:
    whole = add_film(film, at=(0, 0), size=NARROW_IN)
    (slide,) = read(tmp_path / "a.pptx", Sketch("Doors", draw=whole), size_in=NARROW_IN)

    (clip,) = slide.clips
    assert clip.box is not None
    assert (clip.box.left, clip.box.top) == (pytest.approx(240 / 1920), 0)
    assert (clip.box.width, clip.box.height) == (pytest.approx(1440 / 1920), 1)


def test_a_film_in_a_group_stands_where_the_group_puts_it(tmp_path: Path, film: Path) -> None:
    def draw(slide: Any) -> None:
        movie = add_film(film, at=(0, 0), size=(1, 1))(slide)
        group = slide.shapes.add_group_shape()
        group.element.append(movie.element)
        frame = group.element.grpSpPr.get_or_add_xfrm()
        frame.clear()
        for name, (x, y), keys in (
            ("off", (6, 3), ("x", "y")), ("ext", (4, 2), ("cx", "cy")), ("chOff", (0, 0), ("x", "y")),
            ("chExt", (2, 2), ("cx", "cy")),
        ):  # fmt: skip
            inner = etree.SubElement(frame, f"{{{_A}}}{name}")
            for key, value in zip(keys, (x, y), strict=True):
                inner.set(key, str(Inches(value)))

    (slide,) = read(tmp_path / "a.pptx", Sketch("Doors", draw=draw))

    (clip,) = slide.clips
    assert clip.box is not None
    assert clip.box.left == pytest.approx(6 / 13.333, abs=1e-4)
    assert clip.box.width == pytest.approx(2 / 13.333, abs=1e-4)
    assert clip.box.height == pytest.approx(1 / 7.5, abs=1e-4)


def boxes_and(*draws: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def draw(slide: Any) -> None:
        add_box(slide, "One", "First")
        add_box(slide, "Two", "Second", at=(1, 4))
        for one in draws:
            one(slide)

    return draw


def test_a_film_plays_with_the_build_that_starts_it_else_after_the_last(tmp_path: Path, film: Path, bell: Path) -> None:
    started = (appear("One"), Effect("Door.mp4", "mediacall").after(), appear("Two"))
    shown = (appear("One"), appear("Door.mp4"), appear("Two"))
    builds = [
        [(clip.name, clip.build) for clip in slide.clips]
        for slide in read(
            tmp_path / "a.pptx",
            Sketch("Started", draw=boxes_and(add_film(film)), effects=started),
            Sketch("Shown", draw=boxes_and(add_film(film)), effects=shown),
            Sketch("Both", draw=boxes_and(add_film(film), add_sound(bell)), effects=started),
        )
    ]

    assert builds == [[("Door.mp4", 1)], [("Door.mp4", 3)], [("Door.mp4", 1), ("Bell.mp3", 2)]]


def test_what_is_played_is_taken_out_of_the_deck_once(tmp_path: Path, film: Path, bell: Path) -> None:
    sketches = [Sketch("Doors", draw=boxes_and(add_film(film), add_sound(bell))), Sketch("Again", draw=add_film(film))]

    deck, files = taken(tmp_path / "a.pptx", tmp_path, *sketches)

    first, second = (slide.clips for slide in deck.slides)
    assert [clip.is_sound for clip in first] == [False, True]
    assert len(files) == 2
    assert files[clip_file(first[0])] == files[clip_file(second[0])]
    assert files[clip_file(first[0])].path.read_bytes() == film.read_bytes()
    assert [files[clip_file(clip)].mime_type for clip in first] == ["video/mp4", "audio/mpeg"]
    assert all(not slide.caveats for slide in deck.slides)
    assert Deck.from_json(json.loads(json.dumps(deck.to_json()))) == deck


def unplayable(folder: Path, kind: str) -> Path:
    path = folder / f"{kind}.mp4"
    if kind == "text":
        path.write_bytes(b"no film at all")
    elif kind == "sound alone":
        run_ffmpeg("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", path)
    elif kind == "old codec":
        run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x36:duration=1", "-c:v", "mjpeg", path)
    elif kind == "old sound":
        run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x36:duration=1", "-f", "lavfi", "-i", "sine=duration=1",
                   "-c:a", "ac3", "-pix_fmt", "yuv420p", path)  # fmt: skip
    elif kind == "long":
        run_ffmpeg("-f", "lavfi", "-i", "color=size=64x36:rate=1:duration=700", "-pix_fmt", "yuv420p", path)
    else:
        flashing_clip(path)
        path.write_bytes(path.read_bytes()[:3000])
    return path


@pytest.mark.parametrize("kind", ["text", "sound alone", "old codec", "old sound", "long", "cut off"])
def test_a_film_that_cannot_be_played_is_named_and_the_rest_goes_on(tmp_path: Path, film: Path, kind: str) -> None:
    draw = boxes_and(add_film(unplayable(tmp_path, kind)), add_film(film))

    deck, _ = taken(tmp_path / "a.pptx", tmp_path, Sketch("Doors", draw=draw))

    (slide,) = deck.slides
    assert [clip.name for clip in slide.clips] == ["Door.mp4"]
    (caveat,) = deck.caveats([1])[-1:]
    assert caveat.startswith(f"Slide 1: “{kind}.mp4” is not played. ")


def test_a_film_that_is_damaged_in_the_decks_archive_is_named_and_the_rest_goes_on(
    tmp_path: Path, film: Path, bell: Path
) -> None:
    """A byte of it is another than when the deck was saved."""
    path = make_deck(tmp_path / "a.pptx", [Sketch("Doors", draw=add_film(film)), Sketch("Bells", draw=add_sound(bell))])
    with zipfile.ZipFile(path) as archive:
        entry = next(one for one in archive.infolist() if one.filename.endswith(".mp4"))
    content = bytearray(path.read_bytes())
    content[entry.header_offset + entry.compress_size // 2] ^= 0xFF
    path.write_bytes(content)

    deck, files = take_out(path, read_deck(path), tmp_path)

    assert deck.slides[0].caveats == ("“Door.mp4” is not played. The file is damaged: its archive cannot be read.",)
    assert [len(slide.clips) for slide in deck.slides] == [0, 1]
    assert len(files) == 1


def test_a_deck_whose_media_are_too_large_keeps_those_that_are_not(
    tmp_path: Path, film: Path, bell: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    size = film.stat().st_size
    monkeypatch.setattr(deck_media, "MAX_ALL_BYTES", size + 10)
    monkeypatch.setattr(deck_media._Taker, "__init__", _limited(size + 10))

    deck, files = taken(tmp_path / "a.pptx", tmp_path, Sketch("Doors", draw=boxes_and(add_film(film), add_sound(bell))))

    assert len(files) == 1
    assert "larger than" in deck.slides[0].caveats[0]


def _limited(left_bytes: int) -> Any:
    made = deck_media._Taker.__init__
    return lambda taker, archive, folder: made(taker, archive, folder, left_bytes=left_bytes)


def test_a_link_is_not_followed_and_is_named(tmp_path: Path, film: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch("Doors", draw=add_film(film))])
    name = "ppt/slides/_rels/slide1.xml.rels"
    with zipfile.ZipFile(path) as deck:
        relationships = deck.read(name).decode()
    linked = 'Target="file:///C:\\Films\\My%20door.wmv" TargetMode="External"'
    rewrite_parts(path, {name: relationships.replace('Target="../media/media1.mp4"', linked).encode()})

    (slide,) = read_deck(path).slides

    assert slide.clips == ()
    assert slide.caveats == ("“My door.wmv” is not in the deck but a link to a file elsewhere, so it is not played.",)


def test_a_film_whose_part_is_gone_is_named(tmp_path: Path, film: Path) -> None:
    path = make_deck(tmp_path / "a.pptx", [Sketch("Doors", draw=add_film(film))])
    rewrite_parts(path, {"ppt/media/media1.mp4": None})

    (slide,) = read_deck(path).slides

    assert (slide.clips, slide.caveats) == ((), ("“Door.mp4” is not in the deck, so it is not played.",))
