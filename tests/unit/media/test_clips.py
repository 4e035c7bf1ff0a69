"""Films and recordings that are to play in a video's place, looked into before they are taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clips import recording, run_ffmpeg, silent_clip
from coursecrafter.domain.clip import ClipPlayback
from coursecrafter.media.clip_sound import check_clip
from coursecrafter.media.clips import UnplayableClip, measure_clip, read_clip


def test_a_film_lasts_as_long_as_its_sound(tmp_path: Path) -> None:
    """As PowerPoint has it, which cuts off a film's end from there."""
    film, sound = silent_clip(tmp_path / "Door.mp4", 2), recording(tmp_path / "Bell.m4a", 4)
    both = tmp_path / "Both.mp4"
    run_ffmpeg("-i", film, "-i", sound, "-c", "copy", both)

    assert float(check_clip(film, "mp4", is_sound=False)) == pytest.approx(2, abs=0.01)
    assert float(check_clip(both, "mp4", is_sound=False)) == pytest.approx(4, abs=0.05)
    assert measure_clip(both, playback=ClipPlayback(end_ms=1000)).frames == pytest.approx(90, abs=1)
    late = measure_clip(both, playback=ClipPlayback(start_ms=3000))
    assert late.frames == 1
    (picture,) = read_clip(both, late, [0], (320, 180))
    *_, last = read_clip(film, measure_clip(film), list(range(60)), (320, 180))
    assert np.array_equal(picture, last)


def test_a_recording_says_how_long_it_lasts(tmp_path: Path) -> None:
    bell = recording(tmp_path / "Bell.mp3", 3)

    assert float(check_clip(bell, "mp3", is_sound=True)) == pytest.approx(3, abs=0.1)


def test_a_film_with_sound_that_is_not_taken_is_refused(tmp_path: Path) -> None:
    film = tmp_path / "Old.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x36:duration=1", "-f", "lavfi", "-i", "sine=duration=1", "-c:a",
               "ac3", "-pix_fmt", "yuv420p", film)  # fmt: skip

    with pytest.raises(UnplayableClip, match="coded as"):
        check_clip(film, "mp4", is_sound=False)
