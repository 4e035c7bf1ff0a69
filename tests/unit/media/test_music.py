"""Music under a video: joined without a click, stepping back for speech, made again only from an edit on."""

from __future__ import annotations

import io
import re
import subprocess
import wave
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from coursecrafter.media.loudness import limit_peaks
from coursecrafter.media.music import (
    FADE_OUT_SAMPLES,
    Bed,
    Stretch,
    UnusableMusic,
    decode_block,
    join_stretches,
    make_bed,
    mix_stretch,
    music_gain_db,
    music_level_db,
    pack_stretch,
    plan_stretches,
)
from coursecrafter.media.playable import sound_fault
from coursecrafter.media.recording import DamagedRecording, NotARecording
from coursecrafter.media.sound import VoiceBlock, make_voice_block

RATE = 48_000
LEVEL_DB = -14.0


def write_wav(path: Path, samples: np.ndarray, rate: int = 44_100) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def tune(seconds: float, rate: int = 44_100) -> np.ndarray:
    """Plucked tones with a beat: the encoder has to choose short windows for it."""
    noise = np.random.default_rng(7)
    played = np.zeros((int(seconds * rate), 2))
    for beat in range(int(2 * seconds)):
        rest = played[beat * rate // 2 :]
        at = np.arange(len(rest)) / rate
        rest += (np.sin(2 * np.pi * (220, 277, 330, 440)[beat % 4] * at) * np.exp(-3 * at))[:, None] * 0.3
        rest[:2000] += noise.normal(0, 0.2, rest[:2000].shape) * np.exp(-np.arange(len(rest[:2000])) / 300)[:, None]
    return played


def babble(seconds: float, seed: int) -> VoiceBlock:
    """Something like a voice: noise of a few bands in syllables."""
    rng = np.random.default_rng(seed)
    at = np.arange(int(seconds * 22_050)) / 22_050
    tone = sum(np.sin(2 * np.pi * 130 * k * at + rng.uniform(0, 6)) / k for k in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 3.1 * at + seed), 0.02, 1)
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(22_050)
        file.writeframes((0.2 * tone * syllables * 32767).astype("<i2").tobytes())
    return make_voice_block(held.getvalue())


@dataclass(frozen=True)
class Mixed:
    bed: Bed
    placed: list[tuple[int, VoiceBlock]]
    frames: int
    gain_db: float
    stretches: list[Stretch]
    files: list[bytes]

    @property
    def sound(self) -> np.ndarray:
        packets = tuple(join_stretches(self.files, self.frames))
        assert len(packets) == self.frames + 1
        return decode_block(VoiceBlock(packets, 0, 0, 0, 0))


def place(blocks: list[VoiceBlock], gap_frames: int = 120) -> tuple[list[tuple[int, VoiceBlock]], int]:
    placed, at = [], 70
    for block in blocks:
        placed.append((at, block))
        at += len(block.packets) + gap_frames
    return placed, at


def mix(bed: Bed, blocks: list[VoiceBlock], level_db: float = -14) -> Mixed:
    placed, frames = place(blocks)
    gain_db = music_gain_db(bed, music_level_db(level_db, placed, frames))
    samples = [decode_block(block) for block in blocks]
    stretches = plan_stretches(placed, frames)
    files = [
        pack_stretch(one, mix_stretch(one, bed, gain_db, [(first, samples[n]) for n, first in one.voices]))
        for one in stretches
    ]
    return Mixed(bed, placed, frames, gain_db, stretches, files)


@pytest.fixture(scope="module")
def bed(tmp_path_factory: pytest.TempPathFactory) -> Bed:
    folder = tmp_path_factory.mktemp("music")
    source = write_wav(folder / "tune.wav", tune(7))
    target = folder / "tune.mp3"
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, target], check=True, timeout=60)
    return make_bed(target)


@pytest.fixture(scope="module")
def voices() -> list[VoiceBlock]:
    return [babble(seconds, seed) for seed, seconds in enumerate((3.0, 1.5, 4.0, 2.0))]


@pytest.fixture(scope="module")
def mixed(bed: Bed, voices: list[VoiceBlock]) -> Mixed:
    return mix(bed, voices)


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.asarray(samples, float) ** 2) + 1e-12))


def test_stretches_sound_as_if_they_had_been_coded_in_one(mixed: Mixed) -> None:
    wanted = np.zeros(0, np.float32)
    for stretch in mixed.stretches:
        samples = [(first, decode_block(mixed.placed[number][1])) for number, first in stretch.voices]
        packets = mix_stretch(stretch, mixed.bed, mixed.gain_db, samples)
        alone = decode_block(VoiceBlock(tuple(packets), 0, 0, 0, 0))
        skipped = (stretch.first_frame - stretch.begin) * 1024
        wanted = np.concatenate([wanted, alone[skipped : skipped + 375 * 1024]])

    heard = mixed.sound
    apart = (heard - wanted[: len(heard)])[: len(heard) // 1024 * 1024].reshape(-1, 1024)
    apart_db = 10 * np.log10(np.mean(apart.astype(float) ** 2, axis=1) + 1e-12)

    joints = [frame for index in range(1, len(mixed.stretches)) for frame in range(375 * index - 8, 375 * index + 8)]
    assert len(mixed.stretches) >= 3
    assert max(apart_db[frame] for frame in joints) < -50


def test_a_joint_is_no_louder_than_what_stands_around_it(mixed: Mixed) -> None:
    heard = mixed.sound
    jumps = np.abs(np.diff(heard, n=2))
    for index in range(1, len(mixed.stretches)):
        at = 375 * 1024 * index
        near, around = jumps[at - 6 * 1024 : at + 6 * 1024], jumps[at - RATE : at + RATE]
        assert near.max() <= around.max()


def test_the_programme_is_as_loud_as_it_should_be(mixed: Mixed, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "heard.wav", mixed.sound, RATE)

    command = ["ffmpeg", "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr

    assert abs(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) + 16) <= 0.5
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]) <= -1.5


def test_music_steps_back_while_somebody_speaks(bed: Bed, voices: list[VoiceBlock], mixed: Mixed) -> None:
    alone = mix(bed, voices)
    silent = VoiceBlock((), 0, 0, 0, 0)
    files = [pack_stretch(one, mix_stretch(one, bed, music_gain_db(bed, LEVEL_DB), [])) for one in alone.stretches]
    music = decode_block(replace(silent, packets=tuple(join_stretches(files, alone.frames))))
    first, block = mixed.placed[2]
    begin, end = first * 1024, first * 1024 + block.samples
    unducked = bed.read(0, len(music)) * 10 ** (music_gain_db(bed, LEVEL_DB) / 20)

    during = level_db(music[begin:end]) - level_db(unducked[begin:end])
    between = level_db(music[end + 72_000 : end + 90_000]) - level_db(unducked[end + 72_000 : end + 90_000])

    assert during == pytest.approx(-9, abs=0.5)
    assert between == pytest.approx(0, abs=0.5)
    assert level_db(music[-FADE_OUT_SAMPLES // 8 :]) < -50


@pytest.mark.parametrize(("gap_frames", "level_db"), [(30, -3), (400, 0), (1000, -14)])
def test_the_programme_is_as_loud_however_much_is_spoken(
    bed: Bed, voices: list[VoiceBlock], tmp_path: Path, gap_frames: int, level_db: float
) -> None:
    placed, frames = place(voices[:2], gap_frames)
    gain_db = music_gain_db(bed, music_level_db(level_db, placed, frames))
    samples = [decode_block(block) for block in voices[:2]]
    files = [
        pack_stretch(one, mix_stretch(one, bed, gain_db, [(first, samples[n]) for n, first in one.voices]))
        for one in plan_stretches(placed, frames)
    ]
    heard = decode_block(VoiceBlock(tuple(join_stretches(files, frames)), 0, 0, 0, 0))
    path = write_wav(tmp_path / "heard.wav", heard, RATE)

    command = ["ffmpeg", "-nostats", "-i", path, "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr

    assert abs(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) + 16) <= 0.5


def test_what_lies_before_an_edit_stays(bed: Bed, voices: list[VoiceBlock], mixed: Mixed) -> None:
    changed = mix(bed, [*voices[:3], babble(1.0, 9)])

    edited = mixed.placed[3][0] // 375
    assert edited >= 2
    assert changed.files[: edited - 1] == mixed.files[: edited - 1]
    assert changed.stretches[: edited - 1] == mixed.stretches[: edited - 1]
    assert changed.files[-1] != mixed.files[-1]


def test_music_is_repeated_until_the_end(bed: Bed) -> None:
    read = bed.read(0, 30 * RATE)

    seconds = read.reshape(30, RATE)
    assert all(np.sqrt(np.mean(second**2)) > 0.02 for second in seconds)
    assert np.array_equal(bed.read(5 * RATE, RATE), seconds[5])
    assert np.abs(np.diff(read)).max() < 0.6


def test_music_alone_is_as_loud_as_a_voice(bed: Bed, tmp_path: Path) -> None:
    frames = 600
    files = [
        pack_stretch(one, mix_stretch(one, bed, music_gain_db(bed, music_level_db(-14, [], frames)), []))
        for one in plan_stretches([], frames)
    ]
    heard = decode_block(VoiceBlock(tuple(join_stretches(files, frames)), 0, 0, 0, 0))
    path = write_wav(tmp_path / "heard.wav", heard, RATE)

    command = ["ffmpeg", "-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stderr

    assert abs(float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]) + 16) <= 1
    assert float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1]) <= -1.5


@pytest.mark.parametrize("frames", [1, 375, 376, 381, 382, 755])
def test_any_length_has_one_packet_more_than_frames(bed: Bed, frames: int) -> None:
    files = [pack_stretch(one, mix_stretch(one, bed, -30, [])) for one in plan_stretches([], frames)]

    assert len(join_stretches(files, frames)) == frames + 1


def test_a_bed_is_read_back_as_it_was_written(bed: Bed) -> None:
    again = Bed.from_bytes(bed.to_bytes())

    assert np.array_equal(again.samples, bed.samples)
    assert again.lufs == bed.lufs


@pytest.mark.parametrize(
    ("samples", "error"),
    [
        (np.zeros(RATE * 3), UnusableMusic),
        (np.sin(np.arange(RATE) / 20) * 0.3, UnusableMusic),
        (np.zeros(0), DamagedRecording),
    ],
)
def test_what_cannot_be_music_is_refused(tmp_path: Path, samples: np.ndarray, error: type[Exception]) -> None:
    path = write_wav(tmp_path / "music.wav", samples, RATE)

    with pytest.raises(error):
        make_bed(path)


@pytest.mark.parametrize("content", [b"", b"#EXTM3U\nfile:///etc/passwd\n", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_what_is_no_recording_is_no_music(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "music"
    path.write_bytes(content)

    with pytest.raises(NotARecording):
        make_bed(path)


@pytest.mark.parametrize("suffix", ["m4a", "ogg", "flac"])
def test_music_of_any_kind_is_read(tmp_path: Path, suffix: str) -> None:
    source = write_wav(tmp_path / "tune.wav", tune(3))
    target = tmp_path / f"tune.{suffix}"
    subprocess.run(["ffmpeg", "-v", "error", "-i", source, target], check=True, timeout=60)

    assert len(make_bed(target).samples) / RATE == pytest.approx(3, abs=0.2)


def test_a_codec_that_nobody_knows_is_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "music.m4a"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=duration=3", path]
    subprocess.run(command, check=True, timeout=60)
    path.write_bytes(path.read_bytes().replace(b"mp4a", b"zzzz").replace(b"esds", b"zzzz"))

    with pytest.raises(NotARecording, match="“unknown”"):
        make_bed(path)
    with path.open("rb") as file:
        assert sound_fault(file) == "is coded in an unknown way"


def test_peaks_are_turned_down_and_nothing_else() -> None:
    quiet = (np.sin(np.arange(RATE) / 9) * 0.2).astype(np.float32)

    assert np.allclose(limit_peaks(quiet), quiet, atol=1e-6)
    assert np.abs(limit_peaks(quiet * 4.9)).max() < 0.74
