"""Loudness: each voice to -16 LUFS, no peak above -1.5 dBTP.

Source: ITU-R BS.1770 (loudness, true peak); EBU R 128. The target of -16 LUFS is that of spoken word on the web; R 128
asks for -23 in broadcasting.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyloudnorm
from scipy.ndimage import minimum_filter1d, uniform_filter1d
from scipy.signal import resample_poly

from coursecrafter.media.codec import Samples
from coursecrafter.media.timeline import SAMPLE_RATE_HZ

TARGET_LUFS = -16.0
HIGHEST_PEAK_DBTP = -1.5
LIMIT_DBTP = -2.5  # what the encoder adds to a peak must fit below HIGHEST_PEAK_DBTP
SURROUNDING_SILENCE = SAMPLE_RATE_HZ * 3 // 10
LIMITER_WINDOW = SAMPLE_RATE_HZ * 3 // 500
PASSES = 6
FURTHER = 1.7
OVERSAMPLING = 4
NEAR_ENOUGH_LU = 0.1


def loudness_lufs(samples: Samples) -> float:
    """Integrated loudness of a sound between two silences, as it will stand in a video.

    The gating blocks (0.4 s) that are part silence count in the video, so they are counted here; and a word shorter
    than one block can be measured.
    """
    surrounded = np.pad(samples.astype(np.float64), SURROUNDING_SILENCE)
    return float(pyloudnorm.Meter(SAMPLE_RATE_HZ).integrated_loudness(surrounded))


def true_peak_dbtp(samples: Samples) -> float:
    """The highest peak between samples too."""
    return _decibels(float(np.max(_peaks(samples))))


def normalise(samples: Samples) -> Samples:
    """The sound at the target loudness, its peaks limited; rumble that no ear weighs stays as it is."""
    limited = samples
    gain = 1.0
    peaks = _peaks(samples)
    for _ in range(PASSES):
        measured = loudness_lufs(limited)
        if not np.isfinite(measured) or abs(measured - TARGET_LUFS) < NEAR_ENOUGH_LU:
            break
        # Limiting takes back part of each step, so a step goes further than the difference.
        gain *= 10 ** ((TARGET_LUFS - measured) * (FURTHER if limited is not samples else 1) / 20)
        limited = _limit(samples, peaks, gain)
    return limited


def _limit(samples: Samples, peaks: np.ndarray[Any, np.dtype[np.float64]], gain: float) -> Samples:
    """Raise a sound and turn down what would be too high, a few milliseconds ahead, so softly that nothing distorts."""
    ceiling = 10 ** (LIMIT_DBTP / 20)
    needed = np.minimum(gain, ceiling / np.maximum(peaks, 1e-9))
    envelope = uniform_filter1d(minimum_filter1d(needed, 2 * LIMITER_WINDOW + 1), LIMITER_WINDOW)
    return np.asarray(samples * envelope, np.float32)


def _peaks(samples: Samples) -> np.ndarray[Any, np.dtype[np.float64]]:
    """For each sample the highest of the four values from it to the next."""
    oversampled = np.abs(resample_poly(samples.astype(np.float64), OVERSAMPLING, 1))
    return np.asarray(oversampled.reshape(-1, OVERSAMPLING).max(axis=1), np.float64)


def _decibels(amplitude: float) -> float:
    return float(20 * np.log10(max(amplitude, 1e-9)))
