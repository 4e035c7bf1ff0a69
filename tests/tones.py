"""Sounds that are known to the sample."""

from __future__ import annotations

import io
import wave

import numpy as np


def wav(samples: np.ndarray, rate: int = 22_050, channels: int = 1) -> bytes:
    """Sound as a file of 16-bit PCM."""
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return held.getvalue()


def tone(seconds: float, rate: int = 22_050, level: float = 0.3) -> np.ndarray:
    """440 Hz."""
    return level * np.sin(2 * np.pi * 440 * np.arange(int(seconds * rate)) / rate)


def noise(seconds: float, rate: int = 22_050, level: float = 0.1) -> np.ndarray:
    """The same each time."""
    return level * np.random.default_rng(1).normal(size=int(seconds * rate))
