"""Measure a finished video as a player would see and hear it, in bounded memory."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any

import numpy as np

from coursecrafter.media.codec import Samples, decode_sound, read_picture_times, read_sound_packets
from coursecrafter.media.heard import ENVELOPE_HZ, ENVELOPE_SAMPLES, SoundFigures
from coursecrafter.media.loudness import Meter, PeakMeter, decibels
from coursecrafter.media.timeline import SAMPLE_RATE_HZ

BOX_HEAD_BYTES = 8
LEAST_AUDIBLE = 10**-3
AUDIBLE_BELOW_PEAK_DB = 40
CLICK_LEAST = 0.01
CLICK_OVER = 10
"""A click is 20 dB louder than anything 4 to 10 ms before and after it."""
CLICK_NEAR_S = Fraction(3, 50)


@dataclass(frozen=True, slots=True)
class LaidSound:
    """The sound that a file should hold.

    Attributes:
        packets: of AAC, the first of which only fills the decoder.
        figures: what is heard of them.
    """

    packets: Sequence[bytes]
    figures: SoundFigures


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found in a file.

    Attributes:
        video_frames: pictures in it.
        video_s: how long they last, in seconds.
        longest_key_distance_s: between two pictures that a viewer can seek to.
        is_faststart: whether its index stands before its contents.
        sound: what is heard.
    """

    video_frames: int
    video_s: Fraction
    longest_key_distance_s: Fraction
    is_faststart: bool
    sound: SoundFigures


def measure(path: Path, frame_s: Fraction, laid: LaidSound | None = None) -> Measured:
    """Measure an MP4; what is kept of an hour is a few megabytes.

    Args:
        path: the file.
        frame_s: how long the last picture is shown where the file does not say, in seconds.
        laid: the sound that it should hold; if it does, packet by packet, that need not be heard again.
    """
    base, times = read_picture_times(path)
    lasts = math.ceil(frame_s / base)
    # Pictures may not stand in the file in the order in which they are shown; those that can be sought to always do.
    end = max((at + (duration or lasts) for at, duration, _ in times), default=0)
    keys = [at for at, _, is_key in times if is_key]
    distance = max((after - key for key, after in pairwise([*keys, end])), default=end)
    return Measured(
        video_frames=len(times),
        video_s=end * base,
        longest_key_distance_s=distance * base,
        is_faststart=_is_faststart(path),
        sound=laid.figures if laid and _holds(path, laid.packets) else _listened(path),
    )


def _holds(path: Path, packets: Sequence[bytes]) -> bool:
    """Whether a file's sound is these packets."""
    return all(kept == packet for kept, packet in zip_longest(read_sound_packets(path), packets))


def _listened(path: Path) -> SoundFigures:
    """What is heard of a file from its beginning to its end."""
    meter, peak_meter = Meter(), PeakMeter()
    samples = 0
    envelope: list[np.ndarray[Any, Any]] = []
    for second in _seconds(decode_sound(path)):
        meter.feed(second)
        peak_meter.feed(second)
        samples += len(second)
        envelope.append(_envelope(second))
    return SoundFigures(
        Fraction(samples, SAMPLE_RATE_HZ),
        meter.integrated_lufs(),
        decibels(peak_meter.peak),
        np.concatenate([np.zeros(0, np.float32), *envelope]),
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


def clicks_at(envelope: Samples, seams_s: Sequence[Fraction]) -> int:
    """How many clicks are heard near seams: bursts of a few milliseconds with hardly anything around them.

    Args:
        envelope: from `SoundFigures`.
        seams_s: where sounds begin and end, in seconds from the start.
    """
    near = int(CLICK_NEAR_S * ENVELOPE_HZ)
    seams = [int(seam_s * ENVELOPE_HZ) for seam_s in seams_s]
    places = {place for seam in seams for place in range(max(0, seam - near), min(len(envelope), seam + near))}
    padded = np.pad(envelope, 5)
    clicks = 0
    for place in places:
        around = max(padded[place : place + 4].max(), padded[place + 7 : place + 11].max())
        clicks += bool(envelope[place] > max(CLICK_LEAST, CLICK_OVER * around))
    return clicks


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
