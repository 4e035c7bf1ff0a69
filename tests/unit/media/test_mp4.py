"""The file is what others read in it, and the same each time."""

from __future__ import annotations

import json
import subprocess
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coursecrafter.media.mp4 import Chapter, write_mp4
from coursecrafter.media.probe import measure, onset_s
from coursecrafter.media.sound import lay_blocks
from coursecrafter.media.still_video import CodedRun, Shown, encode_pictures

FRAMES = 410


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    runs = [
        encode_pictures([np.full((64, 96, 3), level, np.uint8)], [True], width_px=96, height_px=64)
        for level in (40, 200)
    ]
    return [Shown(runs[0], (60,)), Shown(runs[1], (350,))]


def write(path: Path, shown: list[Shown], **more: Any) -> Path:
    write_mp4(path, shown, lay_blocks([], 641), language="pt-BR", title="Título\x00 <1>", **more)
    return path


def ffprobe(path: Path) -> dict[str, Any]:
    command = ["ffprobe", "-v", "warning", "-show_format", "-show_streams", "-show_chapters", "-of", "json", path]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    return json.loads(result.stdout)


def test_ffprobe_reads_what_was_meant(tmp_path: Path, shown: list[Shown]) -> None:
    chapters = [Chapter(Fraction(0), "Início"), Chapter(Fraction(2), "C" * 500)]

    found = ffprobe(write(tmp_path / "v.mp4", shown, chapters=chapters, modified="2024-05-05T01:02:03Z"))

    video, sound, *_ = found["streams"]
    assert (video["codec_name"], video["profile"], video["pix_fmt"]) == ("h264", "High", "yuv420p")
    assert (video["width"], video["height"], video["avg_frame_rate"], video["nb_frames"]) == (96, 64, "30/1", "410")
    assert (video["color_space"], video["color_range"]) == ("bt709", "tv")
    assert (sound["codec_name"], sound["sample_rate"], sound["channels"]) == ("aac", "48000", 1)
    assert sound["tags"]["language"] == "por"
    assert Fraction(sound["start_time"]) == 0
    assert found["format"]["tags"]["title"] == "Título  <1>"
    assert found["format"]["tags"]["creation_time"].startswith("2024-05-05T01:02:03")
    assert [c["tags"]["title"] for c in found["chapters"]] == ["Início", "C" * 500]
    assert [c["start_time"] for c in found["chapters"]] == ["0.000000", "2.000000"]


def test_a_time_before_its_calendar_is_left_out(tmp_path: Path, shown: list[Shown]) -> None:
    found = ffprobe(write(tmp_path / "v.mp4", shown, modified="1601-01-01T00:00:00Z"))

    assert "creation_time" not in found["format"]["tags"]


def test_equal_parts_give_equal_bytes(tmp_path: Path, shown: list[Shown]) -> None:
    first, second = (write(tmp_path / name, shown).read_bytes() for name in ("a.mp4", "b.mp4"))

    assert first == second
    assert b"Lavf" not in first
    assert b"Lavc" not in first


def test_a_file_without_chapters_has_two_tracks(tmp_path: Path, shown: list[Shown]) -> None:
    found = ffprobe(write(tmp_path / "v.mp4", shown))

    assert [stream["codec_type"] for stream in found["streams"]] == ["video", "audio"]
    assert found["chapters"] == []


def test_probing_finds_frames_keys_and_silence(tmp_path: Path, shown: list[Shown]) -> None:
    measured = measure(write(tmp_path / "v.mp4", shown), Fraction(1, 30))

    assert measured.video_frames == FRAMES
    assert measured.video_s == Fraction(FRAMES, 30)
    assert measured.sound.seconds == Fraction(641 * 1024, 48_000)
    assert measured.longest_key_distance_s == Fraction(117, 30)
    assert measured.is_faststart
    assert measured.sound.lufs == -np.inf
    assert onset_s(measured.sound.envelope, Fraction(0), Fraction(10)) is None


def test_an_index_at_the_end_is_noticed(tmp_path: Path, shown: list[Shown]) -> None:
    written = write(tmp_path / "v.mp4", shown)
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-i",
        written,
        "-map",
        "0:v",
        "-map",
        "0:a",
        "-c",
        "copy",
        tmp_path / "slow.mp4",
    ]
    subprocess.run(command, check=True, timeout=30)

    assert not measure(tmp_path / "slow.mp4", Fraction(1, 30)).is_faststart


def test_pictures_left_where_they_are_kept_give_the_same_file(shown: list[Shown], tmp_path: Path) -> None:
    stored = [one.run.to_bytes() for one in shown]
    reads: list[int] = []

    def kept(number: int) -> CodedRun:
        def read() -> bytes:
            reads.append(number)
            return stored[number]

        return CodedRun.kept(read)

    later = [Shown(kept(number), one.holds_frames) for number, one in enumerate(shown)]
    reads.clear()

    whole = write(tmp_path / "whole.mp4", shown)

    assert write(tmp_path / "kept.mp4", later).read_bytes() == whole.read_bytes()
    assert reads == [0, 1, 0, 1]
    assert list(later[0].run.pictures[:1]) == list(shown[0].run.pictures)
    assert later[0].run.pictures[0] == shown[0].run.pictures[0]
    assert len(later[0].run.pictures[1:]) == 0
