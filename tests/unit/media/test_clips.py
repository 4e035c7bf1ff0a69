"""Films and recordings that are to play in a video's place, looked into before they are taken."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clips import BEEP_HZ, recording, run_ffmpeg, silent_clip
from coursecrafter.domain.clip import ClipPlayback
from coursecrafter.media.clip_sound import check_clip, make_clip_block
from coursecrafter.media.clips import UnplayableClip, measure_clip, read_clip
from coursecrafter.media.music import decode_block
from coursecrafter.media.timeline import SAMPLE_RATE_HZ as RATE


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


def test_a_films_end_is_cut_off_as_late_as_its_pictures_begin(tmp_path: Path) -> None:
    """Its sound sets out two seconds before them, and ends with them."""
    film, sound = silent_clip(tmp_path / "Door.mp4", 2), recording(tmp_path / "Bell.m4a", 4)
    both = tmp_path / "Both.mp4"
    run_ffmpeg("-i", sound, "-itsoffset", "2", "-i", film, "-c", "copy", both)

    cut = measure_clip(both, playback=ClipPlayback(end_ms=500))

    assert float(check_clip(both, "mp4", is_sound=False)) == pytest.approx(2, abs=0.05)
    assert cut.frames == pytest.approx(45, abs=1)


def test_a_sound_goes_with_its_film_and_not_before(tmp_path: Path) -> None:
    """Two seconds of sound in a film of six: it is as loud as it was until the film itself begins to go."""
    film = tmp_path / "Door.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "color=size=64x36:rate=5:duration=6", "-f", "lavfi", "-i",
               f"sine=frequency={BEEP_HZ}:duration=2", "-pix_fmt", "yuv420p", film)  # fmt: skip
    plain, late, early, both = (
        decode_block(make_clip_block(film, "slide 3", playback=ClipPlayback(fade_in_ms=comes, fade_out_ms=goes)))
        for comes, goes in ((0, 0), (0, 3000), (0, 5000), (1000, 60_000))
    )

    def level(sound: np.ndarray, at_s: float) -> float:
        return float(np.abs(sound[round(at_s * RATE) : round(at_s * RATE) + 480]).max())

    assert level(late, 0.5) == pytest.approx(level(late, 1.9), rel=0.03)
    assert level(early, 1.9) / level(early, 0.5) == pytest.approx(4.1 / 5, rel=0.03)
    assert level(both, 0.5) / level(both, 1.5) == pytest.approx(0.5 * 5.5 / 4.5, rel=0.04)
    for sound in (plain, late, early, both):
        end_s = np.flatnonzero(np.abs(sound) > level(sound, 1.9) / 10)[-1] / RATE
        assert end_s == pytest.approx(2, abs=0.03)


def test_a_recording_says_how_long_it_lasts(tmp_path: Path) -> None:
    bell = recording(tmp_path / "Bell.mp3", 3)

    assert float(check_clip(bell, "mp3", is_sound=True)) == pytest.approx(3, abs=0.1)


def test_a_film_with_sound_that_is_not_taken_is_refused(tmp_path: Path) -> None:
    film = tmp_path / "Old.mp4"
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=size=64x36:duration=1", "-f", "lavfi", "-i", "sine=duration=1", "-c:a",
               "ac3", "-pix_fmt", "yuv420p", film)  # fmt: skip

    with pytest.raises(UnplayableClip, match="coded as"):
        check_clip(film, "mp4", is_sound=False)
