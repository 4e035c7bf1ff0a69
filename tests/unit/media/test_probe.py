"""Finished files are measured as a player plays them, and a click is told from a voice."""

from __future__ import annotations

import tracemalloc
from fractions import Fraction
from pathlib import Path

import numpy as np

from coursecrafter.media.mp4 import write_mp4
from coursecrafter.media.probe import ENVELOPE_HZ, clicks_at, measure
from coursecrafter.media.sound import lay_blocks
from coursecrafter.media.still_video import Shown, encode_pictures

FRAME_S = Fraction(1, 30)


def still_film(path: Path, seconds: int) -> Path:
    run = encode_pictures([np.full((90, 160, 3), 90, np.uint8)], [True], width_px=160, height_px=90)
    write_mp4(path, [Shown(run, (30 * seconds,))], lay_blocks([], seconds * 48_000 // 1024))
    return path


def test_length_frames_and_key_frames_are_those_of_the_file(tmp_path: Path) -> None:
    found = measure(still_film(tmp_path / "still.mp4", 12), FRAME_S)

    assert (found.video_frames, found.video_s) == (360, 12)
    assert found.longest_key_distance_s == 4
    assert found.is_faststart


def test_a_longer_film_needs_hardly_more_memory(tmp_path: Path) -> None:
    peaks = []
    for seconds in (20, 200):
        film = still_film(tmp_path / f"{seconds}.mp4", seconds)
        tracemalloc.start()
        measure(film, FRAME_S)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()

    # 500 values of four bytes a second, a copy of them, and a little
    assert peaks[1] - peaks[0] < 180 * 20_000


def test_a_click_at_a_seam_is_found() -> None:
    envelope = np.full(5 * ENVELOPE_HZ, 0.0005, np.float32)
    envelope[1000:1002] = 0.2

    assert clicks_at(envelope, [Fraction(2)]) >= 1
    assert clicks_at(envelope, [Fraction(4)]) == 0


def test_a_voice_that_begins_or_ends_is_no_click() -> None:
    envelope = np.full(5 * ENVELOPE_HZ, 0.0005, np.float32)
    envelope[1000:1500] = 0.2

    assert clicks_at(envelope, [Fraction(2), Fraction(3)]) == 0


def test_seams_at_the_ends_of_a_film_are_looked_at_too() -> None:
    envelope = np.zeros(100, np.float32)

    assert clicks_at(envelope, [Fraction(0), Fraction(1, 5), Fraction(9)]) == 0
