"""A picture is coded once and stands still; a viewer finds a key frame within five seconds."""

from __future__ import annotations

import subprocess
from itertools import groupby
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from coursecrafter.media.still_video import (
    LONGEST_GOP_FRAMES,
    CodedRun,
    Shown,
    VideoNotAssembled,
    blend,
    encode_pictures,
    frames_of,
    plan_coding,
    samples_of,
)

WIDTH, HEIGHT = 320, 192
SIZE = {"width_px": WIDTH, "height_px": HEIGHT}


def picture(number: int) -> np.ndarray:
    image = Image.new("RGB", (WIDTH, HEIGHT), (30, 60, 110))
    draw = ImageDraw.Draw(image)
    draw.text((20, 20), f"state {number}", fill="white", font_size=40)
    draw.rectangle((10 + 20 * number, 120, 30 + 20 * number, 150), fill=(255, 200, 0))
    return np.asarray(image)


def decoded_runs(shown: list[Shown], folder: Path) -> list[int]:
    """Lengths of runs of identical pictures, as ffmpeg decodes them."""
    stream = folder / "video.h264"
    run = shown[0].run
    nals = [run.sps, run.pps, *(sample.nal for sample in samples_of(shown))]
    stream.write_bytes(b"".join(b"\0\0\0\1" + nal for nal in nals))
    command = ["ffmpeg", "-v", "error", "-i", stream, "-f", "framemd5", "-"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert result.stderr == ""
    hashes = [line.split(",")[-1] for line in result.stdout.splitlines() if not line.startswith("#")]
    return [len(list(run)) for _, run in groupby(hashes)]


def test_states_decode_to_as_many_runs_of_identical_pictures(tmp_path: Path) -> None:
    holds = (37, 5, 1, 160, 40, 1, 500, 20, 37)
    idr = plan_coding(holds)

    run = encode_pictures([picture(number) for number in range(9)], idr, **SIZE)

    assert idr[:3] == [True, False, False]
    assert decoded_runs([Shown(run, holds)], tmp_path) == list(holds)


def test_runs_can_be_joined_even_where_key_frames_touch(tmp_path: Path) -> None:
    runs = [encode_pictures([picture(number)], [True], **SIZE) for number in range(4)]

    assert decoded_runs([Shown(run, (1,)) for run in runs], tmp_path) == [1, 1, 1, 1]


def test_a_later_key_frame_is_coded_as_if_it_stood_alone() -> None:
    """An encoder that goes on spends on it what the pictures before it say, and counts on from the one before."""
    pictures = [picture(number) for number in range(4)]

    run = encode_pictures(pictures, [True, False, True, False], **SIZE)

    assert run.pictures[2:] == encode_pictures(pictures[2:], [True, False], **SIZE).pictures


def test_a_run_survives_storage_and_is_the_same_each_time() -> None:
    pictures = [picture(0), picture(1)]

    first, second = (encode_pictures(pictures, [True, False], **SIZE) for _ in range(2))

    assert first == second
    assert CodedRun.from_bytes(first.to_bytes()) == first
    assert first.sps == encode_pictures([picture(3)], [True], **SIZE).sps


def test_a_broken_run_is_refused() -> None:
    content = encode_pictures([picture(0)], [True], **SIZE).to_bytes()

    for broken in (b"", b"XXXX" + content[4:], content[:-1], content + b"x"):
        with pytest.raises(VideoNotAssembled, match="CC-0203"):
            CodedRun.from_bytes(broken)


@settings(deadline=None)
@given(st.lists(st.integers(1, 700), min_size=1, max_size=30))
def test_no_picture_is_far_from_a_key_frame(holds: list[int]) -> None:
    idr = plan_coding(holds)

    since = 0
    for is_idr, hold in zip(idr, holds, strict=True):
        # an IDR picture is sent again in even parts, none longer than the limit
        parts = -(-hold // LONGEST_GOP_FRAMES)
        since = -(-hold // parts) if is_idr else since + hold
        assert since <= LONGEST_GOP_FRAMES


def test_key_frames_are_repeated_while_a_picture_stays() -> None:
    run = encode_pictures([picture(0)], [True], **SIZE)
    shown = [Shown(run, (401,))]

    keys = [index for index, sample in enumerate(samples_of(shown)) if sample.is_idr]

    assert keys == [0, 133, 267]
    assert frames_of(shown) == 401


def test_what_cannot_be_shown_is_refused() -> None:
    run = encode_pictures([picture(0), picture(1)], [True, False], **SIZE)
    other = encode_pictures([np.zeros((64, 64, 3), np.uint8)], [True], width_px=64, height_px=64)

    for shown in (
        [Shown(run, (1, 200))],
        [Shown(run, (1,))],
        [Shown(run, (0, 1))],
        [Shown(run, (1, 1)), Shown(other, (1,))],
    ):
        with pytest.raises(VideoNotAssembled):
            list(samples_of(shown))
    with pytest.raises(VideoNotAssembled):
        encode_pictures([picture(0)], [True], width_px=64, height_px=64)
    with pytest.raises(VideoNotAssembled):
        encode_pictures([picture(0)], [False], **SIZE)


def test_a_picture_may_be_a_file(tmp_path: Path) -> None:
    Image.fromarray(picture(2)).save(tmp_path / "p.png")

    assert encode_pictures([tmp_path / "p.png"], [True], **SIZE) == encode_pictures([picture(2)], [True], **SIZE)


def test_a_blend_goes_evenly_from_one_picture_to_the_other() -> None:
    black, white = np.zeros((2, 2, 3), np.uint8), np.full((2, 2, 3), 200, np.uint8)

    assert [int(step[0, 0, 0]) for step in blend(black, white, 3)] == [50, 100, 150]


def test_colours_come_back_as_bt709(tmp_path: Path) -> None:
    colours = [(255, 0, 0), (0, 160, 0), (30, 60, 200), (250, 250, 250)]
    bars = np.repeat(np.repeat(np.array([colours], np.uint8), WIDTH // 4, axis=1), HEIGHT, axis=0)
    run = encode_pictures([bars], [True], **SIZE)
    stream = tmp_path / "bars.h264"
    stream.write_bytes(b"".join(b"\0\0\0\1" + nal for nal in (run.sps, run.pps, run.pictures[0].nal)))

    scale = "scale=in_color_matrix=bt709:in_range=tv:out_range=pc"
    command = ["ffmpeg", "-v", "error", "-i", stream, "-vf", scale, "-pix_fmt", "rgb24", "-f", "rawvideo", "-"]
    raw = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout

    pixels = np.frombuffer(raw, np.uint8).reshape(HEIGHT, WIDTH, 3)
    for index, colour in enumerate(colours):
        assert np.abs(pixels[96, 40 + 80 * index].astype(int) - colour).max() <= 5
