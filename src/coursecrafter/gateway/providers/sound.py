"""Sound as providers send it, made into what engines take: WAV, mono, 16 bit, at the voice's own rate."""

from __future__ import annotations

import io
import struct
import wave
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from coursecrafter.gateway.errors import UnusableAnswer

MOST_S = 3600
"""Longer sound is none of one call's text."""
PCM, EXTENSIBLE = 1, 0xFFFE
RATES_HZ = range(4_000, 192_001)
BITS = 16
RIFF_HEADER, CHUNK_HEADER, LEAST_FMT, EXTENSIBLE_FMT = 12, 8, 16, 26


@dataclass(frozen=True, slots=True)
class Sound:
    """Mono sound."""

    samples: npt.NDArray[np.int16]
    rate_hz: int

    @property
    def duration_s(self) -> Fraction:
        """Its length in seconds, exact."""
        return Fraction(len(self.samples), self.rate_hz)

    def wav(self) -> bytes:
        """As a WAV file."""
        file = io.BytesIO()
        with wave.open(file, "wb") as writer:
            writer.setnchannels(1)
            writer.setsampwidth(BITS // 8)
            writer.setframerate(self.rate_hz)
            writer.writeframes(self.samples.astype("<i2").tobytes())
        return file.getvalue()


def read_sound(content: bytes, pcm_rate_hz: int | None = None) -> Sound:
    """Read a sound file of any usual kind.

    Args:
        pcm_rate_hz: of bare samples (mono, 16 bit, little-endian); None: it is a file that says what it is.

    Raises:
        UnusableAnswer: CC-0325, it is no sound, silent, or longer than an hour.
    """
    if pcm_rate_hz is not None and not content.startswith(b"RIFF"):
        sound = Sound(np.frombuffer(content[: len(content) // 2 * 2], "<i2").astype(np.int16), pcm_rate_hz)
    else:
        sound = _simple_wav(content) or _decoded(content)
    if not len(sound.samples) or not sound.samples.any():
        raise UnusableAnswer("The voice answers with silence.", detail=f"{len(content)} bytes", may_cost=True)
    if sound.duration_s > MOST_S:
        raise _too_long()
    return sound


def _simple_wav(content: bytes) -> Sound | None:
    """The samples of a mono file of 16 bit; None: it is another. Lengths may be wrong, as in one that was streamed."""
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        return None
    at, rate_hz = RIFF_HEADER, 0
    while at + CHUNK_HEADER <= len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        body = content[at + CHUNK_HEADER : at + CHUNK_HEADER + size]
        if name == b"fmt " and len(body) >= LEAST_FMT:
            kind, channels, rate_hz, _, _, bits = struct.unpack_from("<HHIIHH", body)
            if kind == EXTENSIBLE and len(body) >= EXTENSIBLE_FMT:
                kind = struct.unpack_from("<H", body, 24)[0]
            if (kind, channels, bits) != (PCM, 1, BITS) or rate_hz not in RATES_HZ:
                return None
        elif name == b"data":
            samples = np.frombuffer(body[: len(body) // 2 * 2], "<i2").astype(np.int16)
            return Sound(samples, rate_hz) if rate_hz else None
        at += CHUNK_HEADER + size + size % 2
    return None


def _decoded(content: bytes) -> Sound:
    """Decode with FFmpeg, which is told the kind: left to guess, it would take a list of addresses and fetch them."""
    kind = _kind(content)
    if kind is None:
        raise UnusableAnswer(
            "The voice answers with something that is no sound.", detail=repr(content[:40]), may_cost=True
        )
    parts: list[npt.NDArray[np.int16]] = []
    count = rate_hz = 0
    try:
        with av.open(io.BytesIO(content), "r", format=kind) as container:
            resampler = av.AudioResampler(format="s16", layout="mono")
            for frame in container.decode(audio=0):
                for mono in resampler.resample(frame):
                    rate_hz = mono.sample_rate
                    parts.append(mono.to_ndarray().reshape(-1).astype(np.int16))
                    count += len(parts[-1])
                if count > MOST_S * max(rate_hz, 1):
                    raise _too_long()
    except (av.FFmpegError, ValueError, IndexError) as error:
        message = "The voice answers with sound that cannot be read."
        raise UnusableAnswer(message, detail=f"{kind}: {error}", may_cost=True) from error
    if not parts:
        raise UnusableAnswer("The voice answers with silence.", detail=kind, may_cost=True)
    return Sound(np.concatenate(parts), rate_hz)


def _too_long() -> UnusableAnswer:
    return UnusableAnswer("The voice answers with more than an hour of sound.", may_cost=True)


def _kind(content: bytes) -> str | None:
    """FFmpeg's name of a file's kind, by its first bytes."""
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    for begin, kind in ((b"OggS", "ogg"), (b"fLaC", "flac"), (b"ID3", "mp3")):
        if content.startswith(begin):
            return kind
    if len(content) > 1 and content[0] == 0xFF:  # noqa: PLR2004 - a frame's sync word
        if content[1] & 0xF6 == 0xF0:  # noqa: PLR2004 - layer 0: AAC in ADTS
            return "aac"
        if content[1] & 0xE0 == 0xE0:  # noqa: PLR2004 - MPEG audio
            return "mp3"
    return None
