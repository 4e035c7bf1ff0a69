"""Loudness: each voice to -16 LUFS, no peak above -1.5 dBTP.

Source: ITU-R BS.1770 (loudness, true peak); EBU R 128. The target of -16 LUFS is that of spoken word on the web; R 128
asks for -23 in broadcasting.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from coursecrafter.media.codec import Cascade, Samples
from coursecrafter.media.timeline import SAMPLE_RATE_HZ

Floats = np.ndarray[Any, np.dtype[np.float64]]
Places = np.ndarray[Any, np.dtype[np.intp]]

TARGET_LUFS = -16.0
# The two filters of BS.1770, annex 1, at 48 kHz: a head's shelf and a high pass.
K_WEIGHTING = np.array(
    [
        [1.53512485958697, -2.69169618940638, 1.19839281085285, 1.0, -1.69065929318241, 0.73248077421585],
        [1.0, -2.0, 1.0, 1.0, -1.99004745483398, 0.99007225036621],
    ]
)
HOP_SAMPLES = SAMPLE_RATE_HZ // 10
HOPS_IN_BLOCK = 4
FED_SAMPLES = 10 * SAMPLE_RATE_HZ
"""Weighted at once: an hour of one voice would take gigabytes."""
BLOCK_SAMPLES = HOPS_IN_BLOCK * HOP_SAMPLES
OFFSET_LU = -0.691
ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU = -70.0, -10.0
HIGHEST_PEAK_DBTP = -1.5
LIMIT_DBTP = -2.8  # what the encoder adds to a peak (up to 1.1 dB was seen) must fit below HIGHEST_PEAK_DBTP
SURROUNDING_SILENCE = SAMPLE_RATE_HZ * 3 // 10
LIMITER_WINDOW = SAMPLE_RATE_HZ * 3 // 500
LIMITED_AROUND = LIMITER_WINDOW + LIMITER_WINDOW // 2
PASSES = 6
FURTHER = 1.7
LEAST_SLOPE = 0.2
NEAR_ENOUGH_LU = 0.1
LEAST_AMPLITUDE = 1e-9
# True peak: three values between each sample and the next, from twenty samples around (BS.1770, annex 2).
OVERSAMPLING, REACH = 4, 10
STRETCH_SAMPLES = SAMPLE_RATE_HZ // 100
STRETCHES_AT_ONCE = 20
SINC = np.sinc(np.arange(-OVERSAMPLING * REACH, OVERSAMPLING * REACH + 1) / OVERSAMPLING)
INTERPOLATION = np.kaiser(len(SINC), 5.0) * SINC
PHASES = tuple(INTERPOLATION[phase::OVERSAMPLING] for phase in range(1, OVERSAMPLING))
BETWEEN = tuple((phase / phase.sum()).astype(np.float32) for phase in PHASES)
MOST_OVERSHOOT = max(float(np.abs(phase).sum()) for phase in BETWEEN)


def voice_lufs(samples: Samples) -> float:
    """Integrated loudness of a voice between two silences, as it will stand in a video.

    The gating blocks (0.4 s) that are part silence count in the video, so they are counted here. A word shorter than
    one block is measured as if it went on: an ear would not have it louder than its neighbours.
    """
    return lufs_of(_voice_energies(samples))


def _voice_energies(samples: Samples) -> Floats:
    """Weighted mean energies of each 0.1 s of a voice between two silences."""
    silence = np.zeros(SURROUNDING_SILENCE, np.float32)
    meter = Meter()
    for part in (silence, *[samples] * _times(samples), silence):
        meter.feed(part)
    return meter.energies


def _times(samples: Samples) -> int:
    """How often a voice is heard, so that it lasts for a block."""
    return -(-BLOCK_SAMPLES // len(samples))


class Meter:
    """Integrated loudness of a programme that is fed piece by piece; a last piece under 0.1 s is not counted."""

    def __init__(self) -> None:
        self._weighting = Cascade(K_WEIGHTING.tolist())
        self._rest = np.zeros(0)
        self._energies: list[Floats] = []

    def feed(self, samples: Samples) -> None:
        """Go on with these samples."""
        for first in range(0, len(samples), FED_SAMPLES):
            weighted = self._weighting.feed(samples[first : first + FED_SAMPLES])
            whole = np.concatenate([self._rest, weighted])
            hops = len(whole) // HOP_SAMPLES
            self._rest = whole[hops * HOP_SAMPLES :]
            loud = whole[: hops * HOP_SAMPLES].reshape(hops, HOP_SAMPLES)
            self._energies.append(np.mean(np.square(loud, out=loud), axis=1))

    @property
    def energies(self) -> Floats:
        """Weighted mean energies of each 0.1 s so far."""
        return np.concatenate([np.zeros(0), *self._energies])

    def integrated_lufs(self) -> float:
        """The loudness so far; -inf for silence and for less than 0.4 s."""
        return lufs_of(self.energies)


def lufs_of(energies: Floats) -> float:
    """Integrated loudness of the weighted mean energies of each 0.1 s; -inf for silence and for less than 0.4 s."""
    blocks = (
        np.convolve(energies, np.full(HOPS_IN_BLOCK, 1 / HOPS_IN_BLOCK), "valid")
        if len(energies) >= HOPS_IN_BLOCK
        else np.zeros(0)
    )
    loud = blocks[blocks > _energy(ABSOLUTE_GATE_LUFS)]
    if not len(loud):
        return -math.inf
    loudest = loud[loud > np.mean(loud) * 10 ** (RELATIVE_GATE_LU / 10)]
    return float(10 * np.log10(np.mean(loudest)) + OFFSET_LU)


def _energy(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET_LU) / 10))


class PeakMeter:
    """Finds the true peak of a sound that comes in parts.

    Attributes:
        peak: the highest amplitude so far, between samples too.
    """

    def __init__(self) -> None:
        self.peak = 0.0
        self._before = np.zeros(2 * REACH, np.float32)

    def feed(self, samples: Samples) -> None:
        """Go on by any number of samples. Between those next to a seam is looked with the part behind it."""
        joined = np.concatenate([self._before, samples])
        self.peak = max(self.peak, float(np.max(np.abs(samples), initial=0)))
        peaks = _Peaks(joined)
        # A stretch whose samples are so low that nothing between them reaches what is known need not be looked at.
        peaks.look_where(peaks.bounds > self.peak)
        self.peak = max(self.peak, float(np.max(peaks.values[REACH:-REACH], initial=0)))
        self._before = joined[-2 * REACH :]


def decibels(amplitude: float) -> float:
    """An amplitude in dB of full scale."""
    return float(20 * np.log10(max(amplitude, 1e-9)))


def normalise(samples: Samples, most_gain_db: float = math.inf) -> tuple[Samples, float]:
    """The sound at the target loudness, its peaks limited; and how loud it then is, as `voice_lufs` says.

    Rumble that no ear weighs stays as it is.

    Args:
        samples: the sound.
        most_gain_db: how much louder it may become at most, peaks apart.
    """
    energies = _voice_energies(samples)
    measured = lufs_of(energies)
    if not np.isfinite(measured) or _is_near(measured):
        return samples, measured
    peaks, powers = _Peaks(samples), _powers(samples)
    gain_db, slope = min(TARGET_LUFS - measured, most_gain_db), 1 / FURTHER
    limited, before, unforeseen = samples, (0.0, measured), 0.0
    for further in reversed(range(PASSES)):
        del limited  # of an hour, each copy is half a gigabyte
        limited = _limit(samples, peaks, 10 ** (gain_db / 20))
        # A limiter turns down what an ear weighs and what it does not alike, so it need not be weighed in each pass.
        measured = unforeseen + lufs_of(energies * _powers(limited) / powers)
        if _is_near(measured) or gain_db >= most_gain_db or not further:
            foreseen, measured = measured, voice_lufs(limited)
            unforeseen += measured - foreseen
            if _is_near(measured) or gain_db >= most_gain_db:
                break
        # Limiting takes back part of each step; how much, the last step tells once there was one that was limited.
        if gain_db - before[0] and before[0]:
            slope = min(max((measured - before[1]) / (gain_db - before[0]), LEAST_SLOPE), 1.0)
        before = gain_db, measured
        gain_db = min(gain_db + (TARGET_LUFS - measured) / slope, most_gain_db)
    return limited, measured


def _is_near(lufs: float) -> bool:
    return abs(lufs - TARGET_LUFS) < NEAR_ENOUGH_LU


def _powers(samples: Samples) -> Floats:
    """Energies as in `_voice_energies`, not weighted and never 0."""
    voice = np.tile(samples, times) if (times := _times(samples)) > 1 else samples
    quiet = np.zeros(SURROUNDING_SILENCE // HOP_SAMPLES)
    parts = [quiet]
    for first in range(0, len(voice), FED_SAMPLES):
        part = voice[first : first + FED_SAMPLES]
        hops = np.pad(part, (0, -len(part) % HOP_SAMPLES)).reshape(-1, HOP_SAMPLES)
        parts.append(np.sum(hops * hops, axis=1, dtype=np.float64))
    count = (2 * SURROUNDING_SILENCE + len(voice)) // HOP_SAMPLES
    return np.concatenate([*parts, quiet])[:count] + LEAST_AMPLITUDE


def limit_peaks(samples: Samples) -> Samples:
    """The sound as it is, its peaks turned down below the limit."""
    return _limit(samples, _Peaks(samples), 1.0)


def _limit(samples: Samples, peaks: _Peaks, gain: float) -> Samples:
    """Raise a sound and turn down what would be too high, a few milliseconds ahead, so softly that nothing distorts."""
    ceiling = 10 ** (LIMIT_DBTP / 20)
    peaks.look_where(peaks.bounds * gain > ceiling)
    limited = np.asarray(samples * np.float32(gain), np.float32)
    for start, end in _stretches(np.flatnonzero(peaks.values > ceiling / gain), 2 * LIMITER_WINDOW, len(samples)):
        needed = np.full(end - start + 2 * LIMITED_AROUND, gain)  # around the stretch, nothing is turned down
        ceilings = ceiling / np.maximum(peaks.values[start:end], LEAST_AMPLITUDE)
        needed[LIMITED_AROUND : LIMITED_AROUND + end - start] = np.minimum(gain, ceilings)
        envelope = _mean(_lowest(needed, 2 * LIMITER_WINDOW + 1), 2 * (LIMITER_WINDOW // 2) + 1)
        limited[start:end] = samples[start:end] * envelope
    return limited


def _lowest(values: Floats, window: int) -> Floats:
    """The lowest of each `window` values in a row: N - window + 1."""
    span = 1
    while 2 * span <= window:
        values, span = np.minimum(values[:-span], values[span:]), 2 * span
    rest = window - span
    return np.minimum(values[: len(values) - rest], values[rest:])


def _mean(values: Floats, window: int) -> Floats:
    """The mean of each `window` values in a row: N - window + 1."""
    sums = np.cumsum(np.concatenate([[0.0], values]))
    return np.asarray((sums[window:] - sums[:-window]) / window, np.float64)


def _stretches(places: Places, around: int, length: int) -> Iterator[tuple[int, int]]:
    """Where anything is within so many samples of a place; stretches that touch are one."""
    if not len(places):
        return
    gaps = np.flatnonzero(np.diff(places) > 2 * around)
    for first, last in zip(places[np.r_[0, gaps + 1]], places[np.r_[gaps, len(places) - 1]], strict=True):
        yield max(0, int(first) - around), min(length, int(last) + around + 1)


class _Peaks:
    """For each sample the highest of the four values from it to the next, found only where somebody asks.

    Attributes:
        bounds: for each stretch what none of its values exceeds; 0 once they are found.
    """

    def __init__(self, samples: Samples) -> None:
        self._samples = np.asarray(samples, np.float32)
        highest = np.pad([*self._highest()], 1)
        self._values = np.zeros((len(highest) - 2, STRETCH_SAMPLES), np.float32)
        # A value takes from samples a little before and behind it too.
        self.bounds = MOST_OVERSHOOT * np.maximum(np.maximum(highest[:-2], highest[1:-1]), highest[2:])

    @property
    def values(self) -> Samples:
        """One for each sample; 0 where nobody asked yet."""
        return self._values.reshape(-1)[: len(self._samples)]

    def _highest(self) -> Iterator[float]:
        """Of each stretch the highest sample."""
        for first in range(0, len(self._samples), FED_SAMPLES):
            part = np.abs(self._samples[first : first + FED_SAMPLES])
            yield from np.maximum.reduceat(part, np.arange(0, len(part), STRETCH_SAMPLES)).tolist()

    def look_where(self, is_wanted: np.ndarray[Any, np.dtype[np.bool_]]) -> None:
        """Find the values of these stretches."""
        wanted = np.flatnonzero(is_wanted & (self.bounds > 0))
        for first in range(0, len(wanted), STRETCHES_AT_ONCE):
            stretches = wanted[first : first + STRETCHES_AT_ONCE]
            # A stretch is a column: whatever is moved by a tap stays one piece of memory.
            places = stretches * STRETCH_SAMPLES + np.arange(-REACH, STRETCH_SAMPLES + REACH)[:, np.newaxis]
            around = self._samples.take(places, mode="clip")
            if places[0, 0] < 0 or places[-1, -1] >= len(self._samples):
                around[(places < 0) | (places >= len(self._samples))] = 0
            self._values[stretches] = _highest_between(around).T
            self.bounds[stretches] = 0


def _highest_between(around: Samples) -> Samples:
    """The highest of each sample and the three values before the next.

    Added up tap by tap: a sum's order, and with it the last bit, would be the machine's own in a matrix product.

    Args:
        around: N samples x R stretches; the outer `REACH` of them on both sides only lend their values.

    Returns:
        (N - 2 REACH) x R.
    """
    count = len(around) - 2 * REACH
    highest = np.abs(around[REACH : REACH + count])
    between, part = np.empty_like(highest), np.empty_like(highest)
    for phase in BETWEEN:
        between[:] = 0
        for tap, weight in enumerate(phase):
            last = 2 * REACH - tap
            np.multiply(around[last : last + count], weight, out=part)
            np.add(between, part, out=between)
        np.maximum(highest, np.abs(between, out=between), out=highest)
    return highest
