"""Films that a deck's author trimmed, cropped, turned, faded or muted, in the finished video as ffmpeg shows it.

What a clip shows and sounds when is known from how it was made: a colour and a tone for each second, a colour for each
quarter of the picture.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from clips import (
    BEEP_HZ,
    QUARTERS,
    SECONDS,
    counting_clip,
    frames_of,
    pitch_hz,
    quartered_clip,
    run_ffmpeg,
    second_hz,
    sound_of,
)
from coursecrafter.domain.clip import AS_IT_IS, ClipBox, ClipPlayback, SegmentClip
from coursecrafter.domain.course import SegmentContent, SourceType
from coursecrafter.domain.output import Severity
from coursecrafter.engines.e1_voiceover.clip_parts import clip_run_step, clip_sound_step
from coursecrafter.engines.e1_voiceover.engine import render
from coursecrafter.engines.e1_voiceover.film_runs import FULL_HD
from coursecrafter.engines.e1_voiceover.plan import Visual
from coursecrafter.ingest.deck_media import clip_file, take_out
from coursecrafter.ingest.deck_reader import read_deck
from coursecrafter.jobs.steps import Step
from coursecrafter.media import film as film_reader
from coursecrafter.media.clip_sound import make_clip_block
from coursecrafter.media.clips import Clip, measure_clip, read_clip
from coursecrafter.media.music import decode_block
from decks import Sketch, make_deck
from narration import Workbench, make_course, make_lesson, make_picture
from played_decks import Draw, add_film, add_sound, playing

BOX = ClipBox(0.5, 0.25, 0.4, 0.5)
"""In a frame of 320 x 180 pixels that is 160 to 288 across and 45 to 135 down; a wide clip fills 54 to 126."""
ON_SLIDE = {"at": (6.6665, 1.875), "size": (5.3332, 3.75)}
"""The same in inches of a slide."""
INSIDE = np.s_[:, 70:110, 180:270]
FPS, RATE = 30, 48_000
KINDS = {
    "as it is": AS_IT_IS,
    "begun later": ClipPlayback(start_ms=500),
    "ended earlier": ClipPlayback(end_ms=500),
    "comes": ClipPlayback(fade_in_ms=500),
    "goes": ClipPlayback(fade_out_ms=500),
    "muted": ClipPlayback(is_muted=True),
    "cropped": ClipPlayback(crop=(0, 1, 0, 0)),
    "mirrored": ClipPlayback(is_mirrored=True),
    "turned": ClipPlayback(turns=1),
    "drawn together": ClipPlayback(fills_box=True),
}


def from_deck(workbench: Workbench, draw: Draw) -> SegmentContent:
    """The segment that plays what is drawn on a slide, as a build makes it."""
    path = make_deck(workbench.folder / "deck.pptx", [Sketch("Doors", draw=draw)])
    deck, files = take_out(path, read_deck(path), workbench.folder)
    (found,) = deck.slides[0].clips
    file = files[clip_file(found)]
    stored = workbench.bench.store.put_file(file.path, file.mime_type)
    return segment(SegmentClip(stored, found.box, found.name, found.playback))


def segment(clip: SegmentClip) -> SegmentContent:
    return SegmentContent(UUID(int=77), 2, SourceType.OTHER_VIDEO, None, "", clip=clip)


def played(workbench: Workbench, shown: SegmentContent) -> tuple[np.ndarray, np.ndarray]:
    """Pictures and sound of a lesson of a slide, what plays on it, and another slide."""
    slide = replace(make_picture(workbench, "slide", 10), text="This is the door.")
    after = replace(make_picture(workbench, "after", 60), text="So it shuts by itself.")
    lesson = make_lesson([("Doors", [slide, shown, after])])
    rendered = render(make_course(lesson), lesson, workbench.bench)
    assert not rendered.has_error
    assert not [one for one in rendered.findings if one.severity is Severity.ERROR]
    video = workbench.file(rendered, "final_video")
    return frames_of(video), sound_of(video)


def is_color(areas: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """By picture, whether an area has a colour."""
    mean = areas.reshape(len(areas), -1, 3).mean(axis=1)
    return (np.abs(mean - color) < 40).all(axis=1)


def runs_of(frames: np.ndarray) -> list[tuple[int, int]]:
    """Which seconds of a counting clip are seen, each with the frame at which it comes."""
    seen = np.full(len(frames), -1)
    for second, color in enumerate(SECONDS):
        seen[is_color(frames[INSIDE], color)] = second
    comes = [0, *(at for at in range(1, len(seen)) if seen[at] != seen[at - 1]), len(seen)]
    return [(int(seen[at]), at) for at, _ in pairwise(comes) if seen[at] >= 0]


def passage(sound: np.ndarray, from_s: float, to_s: float) -> np.ndarray:
    return sound[round(from_s * RATE) : round(to_s * RATE)]


def test_a_trimmed_film_begins_and_ends_where_its_author_cut_it(workbench: Workbench) -> None:
    """1.5 s off the beginning and 2 s off the end of six seconds: half of second 1, then 2, then 3."""
    film = counting_clip(workbench.folder / "Count.mp4")
    trim = {"st": "1500.0123", "end": "1999.6"}

    frames, sound = played(workbench, from_deck(workbench, playing(add_film(film, **ON_SLIDE), trim=trim)))

    runs = runs_of(frames)
    assert [second for second, _ in runs] == [1, 2, 3]
    begin = runs[0][1]
    assert [at - begin for _, at in runs] == [0, 15, 45]
    for second, (from_s, to_s) in {1: (0.05, 0.45), 2: (0.55, 1.45), 3: (1.55, 2.4)}.items():
        heard = passage(sound, begin / FPS + from_s, begin / FPS + to_s)
        assert pitch_hz(heard) == pytest.approx(second_hz(second), abs=6)
    rest = passage(sound, begin / FPS + 2.54, begin / FPS + 2.8)
    assert np.abs(rest).max() < 0.01


def test_pictures_and_sound_of_a_trimmed_film_change_together(workbench: Workbench) -> None:
    """Trimmed in the middle of a picture, and with fewer pictures than the video has."""
    film = counting_clip(workbench.folder / "Count.mp4", rate="24", more=("-ar", "44100"))

    frames, sound = played(workbench, from_deck(workbench, playing(add_film(film, **ON_SLIDE), trim={"st": "777"})))

    turns = dict(runs_of(frames))
    assert list(turns) == [0, 1, 2, 3, 4, 5]
    for second in range(1, 6):
        at_s = turns[second] / FPS
        steps = [at_s + step / 200 for step in range(-20, 21)]
        heard = [pitch_hz(passage(sound, step_s - 0.02, step_s + 0.02)) for step_s in steps]
        middle_hz = (second_hz(second - 1) + second_hz(second)) / 2
        changed_s = next(step_s for step_s, hz in zip(steps, heard, strict=True) if hz > middle_hz)
        assert abs(changed_s - at_s) <= 1.2 / FPS


def test_a_segment_lasts_as_long_as_what_is_left_of_its_film(workbench: Workbench) -> None:
    film = workbench.bench.store.put_file(counting_clip(workbench.folder / "Count.mp4"), "video/mp4")
    whole, part = (
        len(played(workbench, segment(SegmentClip(film, BOX, playback=playback)))[0])
        for playback in (AS_IT_IS, ClipPlayback(start_ms=1000, end_ms=2000))
    )

    assert abs(whole - part - 3 * FPS) <= 2


def test_a_film_that_is_to_be_repeated_plays_once(workbench: Workbench) -> None:
    film = counting_clip(workbench.folder / "Count.mp4")
    draw = playing(add_film(film, **ON_SLIDE), node='vol="80000"')
    slide_xml = make_deck(workbench.folder / "look.pptx", [Sketch("Doors", draw=draw)])
    assert b"indefinite" in _slide_xml(slide_xml)

    frames, _ = played(workbench, from_deck(workbench, draw))

    assert [second for second, _ in runs_of(frames)] == [0, 1, 2, 3, 4, 5]


def _slide_xml(path: Path) -> bytes:
    with zipfile.ZipFile(path) as deck:
        return deck.read("ppt/slides/slide1.xml")


def test_a_muted_film_is_seen_and_not_heard(workbench: Workbench) -> None:
    film = counting_clip(workbench.folder / "Count.mp4")

    frames, sound = played(workbench, from_deck(workbench, playing(add_film(film, **ON_SLIDE), node='mute="1"')))

    (_, begin), *_ = runs = runs_of(frames)
    assert [second for second, _ in runs] == [0, 1, 2, 3, 4, 5]
    assert np.abs(passage(sound, begin / FPS + 0.1, begin / FPS + 5.9)).max() < 0.001


def test_a_trimmed_recording_sounds_from_where_it_was_cut(workbench: Workbench) -> None:
    recording = workbench.folder / "Count.m4a"
    run_ffmpeg("-i", counting_clip(workbench.folder / "Count.mp4"), "-vn", "-c:a", "copy", recording)
    draw = playing(add_sound(recording), trim={"st": "2000", "end": "3000"})

    _, sound = played(workbench, from_deck(workbench, draw))

    tones = [pitch_hz(passage(sound, step / 20, step / 20 + 0.05)) for step in range(len(sound) * 20 // RATE - 1)]
    near = [sum(abs(tone - second_hz(second)) < 12 for tone in tones) for second in range(6)]
    assert near[2] >= 17
    assert all(count <= 4 for second, count in enumerate(near) if second != 2)


def corner_colors(pixels: np.ndarray) -> list[tuple[int, ...]]:
    """Colours of the four quarters of a picture: the nearest ones of a quartered clip."""
    height, width = pixels.shape[0] // 2, pixels.shape[1] // 2
    corners = [
        pixels[y * height : (y + 1) * height, x * width : (x + 1) * width] for x, y in ((0, 0), (1, 0), (0, 1), (1, 1))
    ]
    means = [corner[4:-4, 4:-4].reshape(-1, 3).mean(axis=0) for corner in corners]
    return [min(QUARTERS, key=lambda color: float(np.abs(mean - color).sum())) for mean in means]


RED, GREEN, BLUE, YELLOW = QUARTERS


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ({"rot": "5400000"}, [BLUE, RED, YELLOW, GREEN]),
        ({"rot": "10800000"}, [YELLOW, BLUE, GREEN, RED]),
        ({"rot": "16200000"}, [GREEN, YELLOW, RED, BLUE]),
        ({"flipH": "1"}, [GREEN, RED, YELLOW, BLUE]),
        ({"flipV": "1"}, [BLUE, YELLOW, RED, GREEN]),
        ({"rot": "5400000", "flipH": "1"}, [YELLOW, GREEN, BLUE, RED]),
    ],
)
def test_a_film_is_turned_as_its_shape(workbench: Workbench, shape: dict[str, str], expected: list[object]) -> None:
    film = quartered_clip(workbench.folder / "Quarters.mp4")
    shown = from_deck(workbench, playing(add_film(film), shape=shape))
    assert shown.clip

    found = measure_clip(film, playback=shown.clip.playback)
    size = found.seen_px(shown.clip.playback)
    pixels = next(read_clip(film, found, [0], size, playback=shown.clip.playback))

    assert size == ((360, 640) if shape.get("rot") in {"5400000", "16200000"} else (640, 360))
    assert pixels.shape == (size[1], size[0], 3)
    assert corner_colors(pixels) == expected


def test_a_cropped_and_turned_film_fills_its_place_on_the_slide(workbench: Workbench) -> None:
    """Its right half alone, turned clockwise: green to the right of yellow, in a place that is higher than wide."""
    film = quartered_clip(workbench.folder / "Quarters.mp4")
    draw = playing(
        add_film(film, at=(4, 2), size=(3, 3.375)), crop={"l": "50000"}, shape={"rot": "5400000", "flipV": "0"}
    )

    frames, _ = played(workbench, from_deck(workbench, draw))

    # The frame of 3 x 3.375 inches at (4, 2) is seen as one of 3.375 x 3 at (3.8125, 2.1875).
    scale = 320 / 13.333
    left, top, right, bottom = (round(inches * scale) for inches in (3.8125, 2.1875, 7.1875, 5.1875))
    middle = (left + right) // 2
    yellow = is_color(frames[:, top + 3 : bottom - 3, left + 3 : middle - 3], YELLOW)
    green = is_color(frames[:, top + 3 : bottom - 3, middle + 3 : right - 3], GREEN)
    assert FPS - 1 <= yellow.sum() <= 2 * FPS  # it stands for a moment after its end
    assert np.array_equal(yellow, green)
    around = frames[np.flatnonzero(yellow)[FPS // 2]].astype(int)
    assert np.abs(around[top - 4, left:right] - around[4, 4]).max() < 12
    assert np.abs(around[top:bottom, right + 4] - around[4, 4]).max() < 12


def test_a_film_in_a_frame_of_another_shape_fills_it(workbench: Workbench) -> None:
    """A wide film in a tall frame, as PowerPoint shows it: nothing of the frame's own picture is left beside it."""
    film = quartered_clip(workbench.folder / "Quarters.mp4", seconds=2)

    frames, _ = played(workbench, from_deck(workbench, add_film(film, at=(4, 1), size=(2.5, 5))))

    scale = 320 / 13.333
    left, top, right, bottom = (round(inches * scale) for inches in (4, 1, 6.5, 6))
    corner = is_color(frames[:, top + 2 : top + 12, left + 2 : left + 12], RED)
    shown = frames[np.flatnonzero(corner)[FPS // 2], top + 2 : bottom - 2, left + 2 : right - 2]
    assert corner_colors(shown) == [RED, GREEN, BLUE, YELLOW]
    assert is_color(shown[None, -10:, -10:], YELLOW).all()


def test_a_film_of_nearly_the_shape_of_its_frame_is_not_drawn_together(tmp_path: Path) -> None:
    """Of 640 x 360 pixels in 640 x 356, four lines are cut off; the pictures stay as sharp as they were."""
    film = quartered_clip(tmp_path / "Quarters.mp4")
    found, size = measure_clip(film), (640, 356)

    near, plain = (
        next(read_clip(film, found, [0], size, playback=playback))
        for playback in (ClipPlayback(fills_box=True), AS_IT_IS)
    )

    assert np.array_equal(near, plain)


def test_a_film_beside_its_slide_is_heard_and_not_seen(workbench: Workbench) -> None:
    film = counting_clip(workbench.folder / "Count.mp4")
    draw = playing(add_film(film, at=(-7, 2)), trim={"st": "2000", "end": "3000"})

    frames, sound = played(workbench, from_deck(workbench, draw))

    tones = [pitch_hz(passage(sound, step / 20, step / 20 + 0.05)) for step in range(len(sound) * 20 // RATE - 1)]
    assert sum(abs(tone - second_hz(2)) < 12 for tone in tones) >= 17
    slide = frames[10].astype(int)
    standing = [np.abs(frame.astype(int) - slide).max() < 24 for frame in frames]
    end = standing.index(False)
    assert all(standing[:end])
    assert len(frames) / FPS > end / FPS > 2.5


@pytest.mark.parametrize(
    ("crop", "expected"),
    [
        ((0, 0, 50_000, 50_000), [RED] * 4),
        ((50_000, 50_000, 0, 0), [YELLOW] * 4),
        ((0, 0, 50_000, 0), [RED, RED, BLUE, BLUE]),
        ((25_000, 25_000, 25_000, 25_000), [RED, GREEN, BLUE, YELLOW]),
        # The last of a hundred columns, so much enlarged that it is no longer read as large as it is shown.
        ((99_000, 0, 0, 50_000), [GREEN] * 4),
    ],
)
def test_a_crop_leaves_what_its_author_left(
    tmp_path: Path, crop: tuple[int, int, int, int], expected: list[object]
) -> None:
    film = quartered_clip(tmp_path / "Quarters.mp4")
    playback = ClipPlayback(crop=crop)
    found = measure_clip(film, playback=playback)
    left, top, right, bottom = crop

    pixels = next(read_clip(film, found, [0], (480, 320), playback=playback))

    size = (640 * (100_000 - left - right) / 100_000, 360 * (100_000 - top - bottom) / 100_000)
    assert found.seen_px(playback) == tuple(map(round, size))
    assert pixels.shape == (320, 480, 3)
    assert corner_colors(pixels) == expected


@pytest.mark.parametrize(
    ("film_size", "playback", "place", "read_size"),
    [
        ("640x360", ClipPlayback(crop=(49_500, 49_500, 49_500, 49_500)), (1920, 1080), (4096, 2304)),
        ("64x512", ClipPlayback(fills_box=True), (1920, 16), (512, 4096)),
    ],
)
def test_a_film_is_read_no_larger_than_is_good(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    film_size: str,
    playback: ClipPlayback,
    place: tuple[int, int],
    read_size: tuple[int, int],
) -> None:
    film, sizes = quartered_clip(tmp_path / "Quarters.mp4", size=film_size), []
    found = measure_clip(film, playback=playback)

    def noted(path: Path, times: list[Fraction], *, width_px: int, height_px: int) -> object:
        sizes.append((width_px, height_px))
        return iter([np.zeros((height_px, width_px, 3), np.uint8)])

    monkeypatch.setattr("coursecrafter.media.clips.read_pictures", noted)
    pixels = next(read_clip(film, found, [0], place, playback=playback))

    assert sizes == [read_size]
    assert pixels.shape == (*place[::-1], 3)


def test_a_film_comes_and_goes_as_its_author_wants(workbench: Workbench) -> None:
    """One second to come, two to go: half-way there, half of it is seen and half as much heard."""
    film = workbench.bench.store.put_file(quartered_clip(workbench.folder / "Quarters.mp4", seconds=6), "video/mp4")
    playback = ClipPlayback(fade_in_ms=1000, fade_out_ms=2000)

    frames, sound = played(workbench, segment(SegmentClip(film, BOX, playback=playback)))

    red = frames[:, 60:85, 170:215].reshape(len(frames), -1, 3).mean(axis=1)
    slide = red[30]
    share = ((red - slide) @ (np.array(RED) - slide)) / ((np.array(RED) - slide) @ (np.array(RED) - slide))
    full = np.flatnonzero(share > 0.97)
    begin = full[0] - 30
    assert share[begin + 15] == pytest.approx(0.5, abs=0.06)
    assert share[begin + 4 * FPS + 30] == pytest.approx(0.5, abs=0.06)
    assert np.abs(share[: begin + 1]).max() < 0.06
    level = [np.abs(passage(sound, begin / FPS + at, begin / FPS + at + 0.04)).max() for at in (0.5, 2.5, 5.0)]
    assert level[0] / level[1] == pytest.approx(0.52, abs=0.06)
    assert level[2] / level[1] == pytest.approx(0.5, abs=0.06)
    assert pitch_hz(passage(sound, begin / FPS + 2, begin / FPS + 3)) == pytest.approx(BEEP_HZ, abs=3)


def test_a_fade_that_is_longer_than_its_film_takes_all_of_it(workbench: Workbench) -> None:
    film = workbench.bench.store.put_file(quartered_clip(workbench.folder / "Quarters.mp4", seconds=3), "video/mp4")
    playback = ClipPlayback(fade_in_ms=86_400_000)

    frames, _ = played(workbench, segment(SegmentClip(film, BOX, playback=playback)))

    red = frames[:, 60:85, 170:215].reshape(len(frames), -1, 3).mean(axis=1)
    share = (red - red[10]) @ (RED - red[10]) / ((RED - red[10]) @ (RED - red[10]))
    begin = int(np.flatnonzero((share > 0.01) & (share < 0.5))[0]) - 1
    assert share[begin : begin + 90] == pytest.approx(np.arange(90) / 89, abs=0.06)


def test_the_sound_of_a_trimmed_film_is_that_of_its_middle(tmp_path: Path) -> None:
    film = counting_clip(tmp_path / "Count.mp4")
    whole, part = (
        make_clip_block(film, "slide 3", playback=playback)
        for playback in (AS_IT_IS, ClipPlayback(start_ms=2000, end_ms=2000))
    )

    assert (whole.samples - part.samples) / RATE == pytest.approx(4, abs=0.05)
    heard = decode_block(part)
    assert pitch_hz(heard[4_000:44_000]) == pytest.approx(second_hz(2), abs=3)
    assert pitch_hz(heard[52_000:92_000]) == pytest.approx(second_hz(3), abs=3)


def test_a_part_late_in_a_film_is_found_without_reading_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """11 minutes of black, then six seconds that count."""
    count, black, film = tmp_path / "Count.mp4", tmp_path / "Black.mp4", tmp_path / "Long.mp4"
    counting_clip(count, rate="5", size="64x36")
    run_ffmpeg("-f", "lavfi", "-i", "color=size=64x36:rate=5:duration=660", "-pix_fmt", "yuv420p", "-g", "50", black)
    run_ffmpeg("-i", black, "-i", count, "-filter_complex", "[0:v][1:v]concat=n=2", "-g", "50", "-pix_fmt", "yuv420p",
               film)  # fmt: skip
    playback = ClipPlayback(start_ms=662_000, end_ms=1_000)
    seen: list[Fraction] = []
    timed: Callable[..., object] = _noting(seen)
    monkeypatch.setattr("coursecrafter.media.film._timed", timed)

    found = measure_clip(film, playback=playback)
    pictures = list(read_clip(film, found, [0, 29, 31, 89], (64, 36), playback=playback))

    assert found == Clip(64, 36, 90, Fraction(662))
    assert [is_color(one[None], SECONDS[second]).all() for one, second in zip(pictures, (2, 2, 3, 4), strict=True)]
    assert min(seen) > 640


def _noting(seen: list[Fraction]) -> Callable[..., object]:
    timed = film_reader._timed

    def noted(*arguments: object) -> object:
        for at_s, frame in timed(*arguments):  # type: ignore[arg-type]
            seen.append(at_s)
            yield at_s, frame

    return noted


def test_a_trim_that_leaves_nothing_of_a_film_is_not_applied(tmp_path: Path) -> None:
    """A deck's reader has put it right before; the film may have changed since."""
    film = counting_clip(tmp_path / "Count.mp4")

    assert measure_clip(film, playback=ClipPlayback(start_ms=4000, end_ms=4000)) == measure_clip(film)


def test_a_clip_is_found_again_by_how_it_is_played(workbench: Workbench) -> None:
    film = workbench.bench.store.put_file(quartered_clip(workbench.folder / "Quarters.mp4"), "video/mp4")
    clips = {name: SegmentClip(film, BOX, playback=playback) for name, playback in KINDS.items()}

    def run(clip: SegmentClip) -> Step:
        return clip_run_step(workbench.bench, clip, lambda: np.zeros((1080, 1920, 3), np.uint8), "", "it", FULL_HD)

    runs = {name: run(clip).key for name, clip in clips.items()}
    sounds = {name: clip_sound_step(workbench.bench, clip, "it").key for name, clip in clips.items()}
    visuals = {name: Visual(svg="<svg/>", clip=clip).key for name, clip in clips.items()}

    assert len(set(runs.values())) == len(set(visuals.values())) == len(KINDS) - 1
    assert runs["muted"] == runs["as it is"]
    assert len(set(sounds.values())) == len(KINDS) - 4
    assert sounds["cropped"] == sounds["mirrored"] == sounds["turned"] == sounds["drawn together"] == sounds["as it is"]
