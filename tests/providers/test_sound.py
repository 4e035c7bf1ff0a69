"""Sound of any usual kind becomes mono of 16 bit; what is no sound does not."""

from __future__ import annotations

import io
import struct
import wave

import av
import numpy as np
import pytest

from coursecrafter.gateway.errors import UnusableAnswer
from coursecrafter.gateway.providers.sound import read_sound
from providers.model_server_speech import RATE_HZ, spoken_tones, wav_of

SAMPLES, _ = spoken_tones("Water boils.")


def coded(kind: str, codec: str, layout: str = "mono", rate_hz: int = RATE_HZ) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate_hz, layout=layout)
        frame = av.AudioFrame.from_ndarray(SAMPLES.reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate = RATE_HZ
        form = stream.codec_context.codec.audio_formats[0].name
        size = stream.codec_context.frame_size or 1024
        resampler = av.AudioResampler(format=form, layout=layout, rate=rate_hz, frame_size=size)
        for part in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(part))
        container.mux(stream.encode(None))
    return file.getvalue()


def test_samples_of_a_simple_file_are_kept_as_they_are() -> None:
    sound = read_sound(wav_of(SAMPLES))

    assert np.array_equal(sound.samples, SAMPLES)
    assert sound.rate_hz == RATE_HZ
    assert read_sound(sound.wav()).samples.tobytes() == SAMPLES.tobytes()


def test_a_file_that_was_streamed_does_not_know_its_length() -> None:
    assert np.array_equal(read_sound(wav_of(SAMPLES, is_streamed=True)).samples, SAMPLES)


def test_chunks_between_are_passed_over() -> None:
    plain = wav_of(SAMPLES)
    extra = b"LIST" + struct.pack("<I", 5) + b"abcde\x00"

    assert np.array_equal(read_sound(plain[:36] + extra + plain[36:]).samples, SAMPLES)


@pytest.mark.parametrize(
    ("kind", "codec", "layout", "rate_hz"),
    [
        ("mp3", "libmp3lame", "stereo", 44_100),
        ("ogg", "libopus", "mono", 48_000),
        ("flac", "flac", "stereo", 24_000),
        ("adts", "aac", "mono", 24_000),
        ("wav", "pcm_s24le", "mono", 24_000),
        ("wav", "pcm_s16le", "stereo", 24_000),
        ("wav", "pcm_f32le", "mono", 16_000),
    ],
)
def test_other_kinds_are_decoded(kind: str, codec: str, layout: str, rate_hz: int) -> None:
    sound = read_sound(coded(kind, codec, layout, rate_hz))

    assert sound.rate_hz == rate_hz
    assert abs(float(sound.duration_s) - len(SAMPLES) / RATE_HZ) < 0.15
    assert np.abs(sound.samples).max() > 5000
    with wave.open(io.BytesIO(sound.wav())) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, rate_hz)


def test_bare_samples_have_the_rate_that_is_told() -> None:
    sound = read_sound(SAMPLES.tobytes() + b"\x01", pcm_rate_hz=16_000)

    assert np.array_equal(sound.samples, SAMPLES)
    assert sound.rate_hz == 16_000


@pytest.mark.parametrize(
    "content",
    [
        b"",
        wav_of(SAMPLES[:0]),
        wav_of(np.zeros(1000, np.int16)),
        wav_of(SAMPLES)[:30],
        b"#EXTM3U\nhttp://127.0.0.1/x.wav",
        b"{}",
        b"\xff\xfb",
        coded("flac", "flac")[:60],
    ],
    ids=["nothing", "empty", "silent", "cut", "list", "JSON", "header", "cut flac"],
)
def test_what_is_no_sound_is_unusable(content: bytes) -> None:
    with pytest.raises(UnusableAnswer):
        read_sound(content)


def test_more_than_an_hour_is_unusable() -> None:
    with pytest.raises(UnusableAnswer, match="hour"):
        read_sound(b"\x01\x00" * (8_000 * 3_601), pcm_rate_hz=8_000)
