"""Loudness: each voice to -16 LUFS, no peak above -1.5 dBTP.

Source: ITU-R BS.1770 (loudness, true peak); EBU R 128. The target of -16 LUFS is that of spoken word on the web; R 128
asks for -23 in broadcasting.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly, sosfilt

from coursecrafter.media.codec import Samples
from coursecrafter.media.timeline import SAMPLE_RATE_HZ

Floats = np.ndarray[Any, np.dtype[np.float64]]

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
BLOCK_SAMPLES = HOPS_IN_BLOCK * HOP_SAMPLES
OFFSET_LU = -0.691
ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU = -70.0, -10.0
HIGHEST_PEAK_DBTP = -1.5
LIMIT_DBTP = -2.8  # what the encoder adds to a peak (up to 1.1 dB was seen) must fit below HIGHEST_PEAK_DBTP
SURROUNDING_SILENCE = SAMPLE_RATE_HZ * 3 // 10
LIMITER_WINDOW = SAMPLE_RATE_HZ * 3 // 500
PASSES = 6
FURTHER = 1.7
OVERSAMPLING = 4
NEAR_ENOUGH_LU = 0.1


def voice_lufs(samples: Samples) -> float:
    """Integrated loudness of a voice between two silences, as it will stand in a video.

    The gating blocks (0.4 s) that are part silence count in the video, so they are counted here. A word shorter than
    one block is measured as if it went on: an ear would not have it louder than its neighbours.
    """
    repeats = -(-BLOCK_SAMPLES // len(samples))
    meter = Meter()
    meter.feed(np.pad(np.tile(samples, repeats), SURROUNDING_SILENCE))
    return meter.integrated_lufs()


class Meter:
    """Integrated loudness of a programme that is fed piece by piece; a last piece under 0.1 s is not counted."""

    def __init__(self) -> None:
        self._state = np.zeros((len(K_WEIGHTING), 2))
        self._rest = np.zeros(0)
        self._energies: list[Floats] = []

    def feed(self, samples: Samples) -> None:
        """Go on with these samples."""
        weighted, self._state = sosfilt(K_WEIGHTING, samples, zi=self._state)
        whole = np.concatenate([self._rest, weighted])
        hops = len(whole) // HOP_SAMPLES
        self._rest = whole[hops * HOP_SAMPLES :]
        self._energies.append(np.mean(whole[: hops * HOP_SAMPLES].reshape(hops, HOP_SAMPLES) ** 2, axis=1))

    def integrated_lufs(self) -> float:
        """The loudness so far; -inf for silence and for less than 0.4 s."""
        energies = np.concatenate([np.zeros(0), *self._energies])
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


def true_peak(samples: Samples) -> float:
    """The highest amplitude, between samples too."""
    return float(np.max(_peaks(samples)))


def decibels(amplitude: float) -> float:
    """An amplitude in dB of full scale."""
    return float(20 * np.log10(max(amplitude, 1e-9)))


def normalise(samples: Samples) -> Samples:
    """The sound at the target loudness, its peaks limited; rumble that no ear weighs stays as it is."""
    limited = samples
    gain = 1.0
    peaks = _peaks(samples)
    for _ in range(PASSES):
        measured = voice_lufs(limited)
        if not np.isfinite(measured) or abs(measured - TARGET_LUFS) < NEAR_ENOUGH_LU:
            break
        # Limiting takes back part of each step, so a step goes further than the difference.
        gain *= 10 ** ((TARGET_LUFS - measured) * (FURTHER if limited is not samples else 1) / 20)
        limited = _limit(samples, peaks, gain)
    return limited


def limit_peaks(samples: Samples) -> Samples:
    """The sound as it is, its peaks turned down below the limit."""
    return _limit(samples, _peaks(samples), 1.0)


def _limit(samples: Samples, peaks: Floats, gain: float) -> Samples:
    """Raise a sound and turn down what would be too high, a few milliseconds ahead, so softly that nothing distorts."""
    ceiling = 10 ** (LIMIT_DBTP / 20)
    needed = np.minimum(gain, ceiling / np.maximum(peaks, 1e-9))
    envelope = uniform_filter1d(minimum_filter1d(needed, 2 * LIMITER_WINDOW + 1), LIMITER_WINDOW)
    return np.asarray(samples * envelope, np.float32)


def _peaks(samples: Samples) -> Floats:
    """For each sample the highest of the four values from it to the next."""
    oversampled = np.abs(resample_poly(samples.astype(np.float64), OVERSAMPLING, 1))
    return np.asarray(oversampled.reshape(-1, OVERSAMPLING).max(axis=1), np.float64)
