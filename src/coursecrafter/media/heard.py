"""What is heard of a coded sound: found once for each block, and laid together for the whole of a video.

A block decodes in a video as it does between two silences, since it begins and ends with one (see `sound`). Its figures
are kept in units so small that they can be laid at any AAC frame: a frame is 16 units of energy, and a hop of the
loudness meter 75; it is 32 units of height, and 2 ms of the envelope are three.

Source: ITU-R BS.1770 (loudness, true peak).
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, islice
from typing import Any

import numpy as np

from coursecrafter.errors import VideoError
from coursecrafter.media.codec import Cascade, Samples, decode_aac
from coursecrafter.media.loudness import HOP_SAMPLES, K_WEIGHTING, PeakMeter, decibels, lufs_of
from coursecrafter.media.sound import AUDIO_CONFIG, silent_packet
from coursecrafter.media.timeline import AAC_FRAME_SAMPLES, SAMPLE_RATE_HZ

HEARD_VERSION = 2
"""Part of the content key of what is heard; raise it when the same packets give other figures."""

ENVELOPE_HZ = 500
ENVELOPE_SAMPLES = SAMPLE_RATE_HZ // ENVELOPE_HZ
ENERGY_SAMPLES, HEIGHT_SAMPLES = 64, 32
HEIGHTS_OF_ENERGY = ENERGY_SAMPLES // HEIGHT_SAMPLES
FRAMES_AT_ONCE = 60
MAGIC = b"CCH1"
HEAD = struct.Struct("<4sIf")
VALUE_BYTES = 4

Places = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True, slots=True)
class SoundFigures:
    """A sound as it is heard.

    Attributes:
        seconds: how long it lasts.
        lufs: integrated loudness; -inf for silence.
        peak_dbtp: true peak.
        envelope: the highest sample of each 2 ms.
    """

    seconds: Fraction
    lufs: float
    peak_dbtp: float
    envelope: Samples


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """What is heard of a block of N packets; it begins a frame before the block's first and lasts N + 1 frames.

    Attributes:
        energies: sums of squares of 64 samples each, weighted for loudness.
        heights: the highest of 32 samples each.
        peak: the highest amplitude, between samples too.
    """

    energies: Samples
    heights: Samples
    peak: float

    def to_bytes(self) -> bytes:
        """The figures as one file."""
        head = HEAD.pack(MAGIC, len(self.energies), self.peak)
        return head + self.energies.astype("<f4").tobytes() + self.heights.astype("<f4").tobytes()

    @classmethod
    def from_bytes(cls, content: bytes) -> Heard:
        """The figures that `to_bytes` wrote.

        Raises:
            VideoError: CC-0200, they are something else.
        """
        is_whole = content[:4] == MAGIC and len(content) >= HEAD.size
        _, count, peak = HEAD.unpack_from(content) if is_whole else (b"", 0, 0.0)
        if not is_whole or len(content) != HEAD.size + VALUE_BYTES * count * (1 + HEIGHTS_OF_ENERGY):
            detail = f"{len(content)} bytes, {content[:4].hex()}"
            raise VideoError("Figures of a sound in the store are broken.", detail=detail)
        values = np.frombuffer(content, "<f4", offset=HEAD.size).astype(np.float32)
        return cls(values[:count], values[count:], peak)


def listen(packets: Iterable[bytes]) -> Heard:
    """What is heard of a block's packets.

    Args:
        packets: of a block that begins and ends with silence.
    """
    # What comes out for the first packet is the frame before it.
    frames = islice(decode_aac(AUDIO_CONFIG, chain([silent_packet()], packets, [silent_packet()])), 1, None)
    weighting, peak_meter = Cascade(K_WEIGHTING.tolist()), PeakMeter()
    energies, heights = [np.zeros(0, np.float32)], [np.zeros(0, np.float32)]
    while part := list(islice(frames, FRAMES_AT_ONCE)):
        samples = np.concatenate(part)
        weighted = weighting.feed(samples).reshape(-1, ENERGY_SAMPLES)
        energies.append(np.sum(weighted**2, axis=1).astype(np.float32))
        heights.append(np.abs(samples).reshape(-1, HEIGHT_SAMPLES).max(axis=1))
        peak_meter.feed(samples)
    return Heard(np.concatenate(energies), np.concatenate(heights), peak_meter.peak)


def lay_heard(placed: Iterable[tuple[int, Heard]], frames: int) -> SoundFigures:
    """What is heard of blocks that are laid out with silence between.

    Args:
        placed: for each block the AAC frame at which it begins, and what is heard of it.
        frames: length of the whole sound, in AAC frames.
    """
    samples = frames * AAC_FRAME_SAMPLES
    hops = np.zeros(samples // HOP_SAMPLES)
    envelope = np.zeros(-(-samples // ENVELOPE_SAMPLES), np.float32)
    peak = 0.0
    for first_frame, heard in placed:
        begin = (first_frame - 1) * AAC_FRAME_SAMPLES
        places, at = _places(len(heard.energies), begin, ENERGY_SAMPLES, HOP_SAMPLES, len(hops) * HOP_SAMPLES)
        if len(places):
            sums = np.bincount(places - places[0], weights=heard.energies[at])
            hops[places[0] : places[-1] + 1] += sums
        places, at = _places(len(heard.heights), begin, HEIGHT_SAMPLES, ENVELOPE_SAMPLES, samples)
        np.maximum.at(envelope, places, heard.heights[at])
        peak = max(peak, heard.peak)
    lufs = lufs_of(hops / HOP_SAMPLES)
    return SoundFigures(Fraction(samples, SAMPLE_RATE_HZ), lufs, decibels(peak), envelope)


def _places(units: int, begin: int, unit: int, whole: int, end: int) -> tuple[Places, slice]:
    """In which whole each unit of a block lies, and which units lie in any.

    Args:
        units: how many there are.
        begin: sample at which the first begins.
        unit, whole: samples of each.
        end: sample at which the last whole ends.
    """
    first = begin // unit
    at = slice(max(0, -first), min(units, end // unit - first))
    return (first + np.arange(at.start, max(at.start, at.stop))) * unit // whole, at
