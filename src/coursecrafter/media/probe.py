"""Measure a finished video as a player would see and hear it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from coursecrafter.media.codec import Samples, decode_sound, read_packets
from coursecrafter.media.loudness import Meter, decibels, true_peak
from coursecrafter.media.timeline import SAMPLE_RATE_HZ

ENVELOPE_HZ = 500
ENVELOPE_SAMPLES = SAMPLE_RATE_HZ // ENVELOPE_HZ
BOX_HEAD_BYTES = 8
LEAST_AUDIBLE = 10**-3
AUDIBLE_BELOW_PEAK_DB = 40


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in a file.

    Attributes:
        video_frames: pictures in it.
        video_s, sound_s: how long they last, in seconds.
        longest_key_distance_s: between two pictures that a viewer can seek to.
        is_faststart: whether its index stands before its contents.
        lufs: integrated loudness; -inf for silence.
        peak_dbtp: true peak.
        envelope: the highest sample of each 2 ms.
    """

    video_frames: int
    video_s: Fraction
    sound_s: Fraction
    longest_key_distance_s: Fraction
    is_faststart: bool
    lufs: float
    peak_dbtp: float
    envelope: Samples


def measure(path: Path, frame_s: Fraction) -> Measured:
    """Measure an MP4, in bounded memory.

    Args:
        path: the file.
        frame_s: how long each picture is shown, in seconds.
    """
    pictures = [(at_s, is_key) for kind, at_s, is_key in read_packets(path) if kind == "video"]
    end_s = pictures[-1][0] + frame_s
    keys = [at_s for at_s, is_key in pictures if is_key] + [end_s]
    meter = Meter()
    peak, samples = 0.0, 0
    envelope: list[np.ndarray[Any, Any]] = []
    for second in _seconds(decode_sound(path)):
        meter.feed(second)
        peak = max(peak, true_peak(second))
        samples += len(second)
        envelope.append(_envelope(second))
    return Measured(
        video_frames=len(pictures),
        video_s=end_s,
        sound_s=Fraction(samples, SAMPLE_RATE_HZ),
        longest_key_distance_s=max(after - before for before, after in pairwise(keys)),
        is_faststart=_is_faststart(path),
        lufs=meter.integrated_lufs(),
        peak_dbtp=decibels(peak),
        envelope=np.concatenate([np.zeros(0, np.float32), *envelope]),
    )


def onset_s(envelope: Samples, from_s: Fraction, until_s: Fraction) -> Fraction | None:
    """When the first audible sound of a passage begins, in seconds from the start; None for silence.

    Audible is what comes within 40 dB of the passage's loudest 2 ms.
    """
    first = int(from_s * ENVELOPE_HZ)
    level = envelope[first : int(until_s * ENVELOPE_HZ)]
    loudest = float(level.max(initial=0))
    if loudest < LEAST_AUDIBLE:
        return None
    audible = int(np.argmax(level > loudest * 10 ** (-AUDIBLE_BELOW_PEAK_DB / 20)))
    return Fraction(first + audible, ENVELOPE_HZ)


def _seconds(parts: Iterator[Samples]) -> Iterator[Samples]:
    """The same samples in pieces of one second; the last may be shorter."""
    held: list[Samples] = []
    count = 0
    for part in parts:
        held.append(part)
        count += len(part)
        while count >= SAMPLE_RATE_HZ:
            whole = np.concatenate(held)
            yield whole[:SAMPLE_RATE_HZ]
            held, count = [whole[SAMPLE_RATE_HZ:]], count - SAMPLE_RATE_HZ
    if count:
        yield np.concatenate(held)


def _envelope(second: Samples) -> Samples:
    """The highest sample of each 2 ms."""
    padded = np.pad(np.abs(second), (0, -len(second) % ENVELOPE_SAMPLES))
    return np.asarray(padded.reshape(-1, ENVELOPE_SAMPLES).max(axis=1), np.float32)


def _is_faststart(path: Path) -> bool:
    """Whether `moov` comes before `mdat`."""
    kind = b""
    with path.open("rb") as file:
        while kind not in {b"moov", b"mdat"} and len(head := file.read(BOX_HEAD_BYTES)) == BOX_HEAD_BYTES:
            size, kind = int.from_bytes(head[:4]), head[4:]
            file.seek(size - BOX_HEAD_BYTES, 1)
    return kind == b"moov"
