"""Voices come out equally loud, where the timeline says, and without clicks."""

from __future__ import annotations

import io
import math
import re
import subprocess
import wave
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from coursecrafter.media.codec import decode_sound, encode_aac
from coursecrafter.media.loudness import Meter, PeakMeter, normalise, voice_lufs
from coursecrafter.media.mp4 import write_mp4
from coursecrafter.media.sound import AUDIO_CONFIG, UnusableSound, VoiceBlock, lay_blocks, make_voice_block, read_wav
from coursecrafter.media.still_video import Shown, encode_pictures
from tones import noise, tone, wav


def voice(text: str) -> bytes:
    command = ["espeak-ng", "--stdout", "--stdin"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True, timeout=20).stdout


@pytest.mark.parametrize("seconds", [0.06, 0.2, 0.39, 1.0, 12.0])
def test_each_voice_is_as_loud_as_the_next(seconds: float) -> None:
    block = make_voice_block(wav(tone(seconds, level=0.02)))

    assert abs(block.loudness_lufs + 16) < 0.3


def test_a_peaky_voice_stays_below_the_limit() -> None:
    rng = np.random.default_rng(1)
    clicks = 0.02 * rng.normal(size=96_000)
    clicks[::4800] = 0.9

    loud, lufs = normalise(clicks.astype(np.float32))

    assert abs(voice_lufs(loud) + 16) < 0.5
    assert lufs == voice_lufs(loud)
    meter = PeakMeter()
    meter.feed(loud)
    assert 20 * math.log10(meter.peak) < -1.5


@pytest.mark.parametrize("hertz", [20, 40, 60])
def test_a_limiter_that_turns_down_what_no_ear_weighs_misleads_nobody(hertz: int) -> None:
    at_s = np.arange(8 * 48_000) / 48_000
    thumps = np.where(at_s * 2 % 1 < 0.06, 0.8 * np.sin(2 * np.pi * hertz * at_s), 0)
    breath = noise(8, rate=48_000, level=0.02) * (1 + np.sin(6 * np.pi * at_s))

    loud, lufs = normalise((thumps + breath).astype(np.float32))

    assert abs(lufs + 16) < 0.1
    assert lufs == voice_lufs(loud)


def test_a_sound_that_comes_in_parts_peaks_as_the_whole_does() -> None:
    sound = np.asarray(tone(1.0, level=0.5), np.float32)
    whole, parts = PeakMeter(), PeakMeter()

    whole.feed(sound)
    for begin, end in pairwise([0, 3, 17, 20, 12_345, len(sound)]):
        parts.feed(sound[begin:end])

    assert parts.peak == whole.peak == pytest.approx(0.5, rel=0.001)


def test_the_meter_agrees_with_others(tmp_path: Path) -> None:
    samples = read_wav(
        voice("The meter must say what other meters say about a sentence that is spoken, and spoken well.")
    )
    meter = Meter()
    for first in range(0, len(samples), 7_001):
        meter.feed(samples[first : first + 7_001])
    (tmp_path / "voice.wav").write_bytes(wav(samples, 48_000))

    command = ["ffmpeg", "-nostats", "-i", tmp_path / "voice.wav", "-af", "ebur128", "-f", "null", "-"]
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30).stderr
    ffmpeg_lufs = float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])

    assert abs(meter.integrated_lufs() - ffmpeg_lufs) < 0.1
    assert abs(meter.integrated_lufs() - pyloudnorm.Meter(48_000).integrated_loudness(samples.astype(float))) < 0.1


def test_silence_has_no_loudness() -> None:
    meter = Meter()

    assert meter.integrated_lufs() == -math.inf
    meter.feed(np.zeros(48_000, np.float32))
    assert meter.integrated_lufs() == -math.inf


def test_rumble_that_nobody_hears_is_left_alone() -> None:
    rumble = (0.0007 * np.sin(2 * np.pi * 5 * np.arange(48_000) / 48_000)).astype(np.float32)

    assert np.array_equal(normalise(rumble)[0], rumble)


def test_silence_at_both_ends_is_cut_and_the_cut_is_known() -> None:
    quiet = np.zeros(22_050 // 2)

    block = make_voice_block(wav(np.concatenate([quiet, tone(1), quiet])))

    assert abs(block.trimmed_s - Fraction(49, 100)) < Fraction(1, 100)
    assert abs(block.onset_s - Fraction(1, 100)) <= Fraction(1, 200)
    assert abs(block.sound_s - Fraction(109, 100)) < Fraction(2, 100)


def test_a_sound_of_nothing_is_no_block() -> None:
    for samples in (np.zeros(0), np.zeros(3), np.zeros(22_050)):
        assert make_voice_block(wav(samples)).packets == ()


def test_sounds_of_other_kinds_are_refused() -> None:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(b"\x80" * 100)

    for content in (b"", b"not a sound at all", held.getvalue()):
        with pytest.raises(UnusableSound, match="CC-0204"):
            read_wav(content)
    with pytest.raises(UnusableSound):
        VoiceBlock.from_bytes(b"????")


def test_channels_are_mixed_and_rates_are_changed() -> None:
    both = np.stack([tone(1, 48_000), tone(1, 48_000)], axis=1).ravel()

    mixed = read_wav(wav(both, 48_000, channels=2))

    assert len(mixed) == 48_000
    assert np.abs(mixed - tone(1, 48_000)).max() < 1e-3
    assert len(read_wav(wav(tone(1, 24_000), 24_000))) == 48_000


def test_a_block_survives_storage_and_is_the_same_each_time() -> None:
    content = voice("Once.")

    first, second = make_voice_block(content), make_voice_block(content)

    assert first == second
    assert VoiceBlock.from_bytes(first.to_bytes()) == first


def test_the_encoder_makes_what_the_container_says() -> None:
    config, packets = encode_aac(np.zeros(4096, np.float32))

    assert config[:2] == AUDIO_CONFIG
    assert len(packets) == 5


def test_blocks_begin_where_they_are_laid_and_join_without_a_click(tmp_path: Path) -> None:
    blocks = [make_voice_block(voice(text)) for text in ("Go.", "Stop now.", "Then wait for a while.")]
    places = [10, 90, 200]

    packets = lay_blocks(list(zip(places, blocks, strict=True)), 400)

    write_mp4(
        tmp_path / "v.mp4",
        [Shown(encode_pictures([np.zeros((64, 64, 3), np.uint8)], [True], width_px=64, height_px=64), (256,))],
        packets,
    )
    heard = np.concatenate(list(decode_sound(tmp_path / "v.mp4")))
    assert len(packets) == 401
    assert len(heard) == 400 * 1024
    for place, block in zip(places, blocks, strict=True):
        start, end = place * 1024, place * 1024 + block.samples
        assert np.abs(heard[start - 4096 : start]).max() < 1e-3
        assert np.abs(heard[end + 1024 : end + 4096]).max() < 1e-3
        assert np.abs(heard[start + block.onset_samples : start + block.onset_samples + 960]).max() > 0.003
        for seam in (start, end):
            assert np.abs(np.diff(heard[seam - 200 : seam + 200])).max() < 0.03


def test_a_long_sound_is_laid_from_where_its_blocks_are_kept_one_after_the_other() -> None:
    stored = [make_voice_block(voice(text)).to_bytes() for text in ("Go.", "Stop now.", "Then wait for a while.")]
    reads: list[int] = []

    def kept(number: int) -> VoiceBlock:
        def read() -> bytes:
            reads.append(number)
            return stored[number]

        return VoiceBlock.kept(read)

    places = [10, 90, 200]
    whole = list(lay_blocks([(at, VoiceBlock.from_bytes(one)) for at, one in zip(places, stored, strict=True)], 400))
    laid = lay_blocks([(at, kept(number)) for number, at in enumerate(places)], 400)
    reads.clear()

    by_the_second = [packet for at in range(0, 401, 47) for packet in laid[at : at + 47]]

    assert by_the_second == whole == list(laid)
    assert [laid[at] for at in (0, 12, 95, 400)] == [whole[at] for at in (0, 12, 95, 400)]
    assert reads[:3] == [0, 1, 2]
    assert len(kept(1).packets[2:4]) == 2
    assert kept(1).packets[2] == VoiceBlock.from_bytes(stored[1]).packets[2]
