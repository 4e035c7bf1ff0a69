"""Pictures of a finished video as a viewer sees them, and whether anything is on them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

Thumb = np.ndarray[Any, np.dtype[np.uint8]]
"""A small grey picture: height x width."""

LONG_SIDE_PX = 160
PLAIN_LEVELS = 6
SAME_LEVELS = 3
UNKNOWN_BASE_S = Fraction(1, 1000)


def look_at(path: Path, times_s: Sequence[Fraction]) -> list[Thumb]:
    """What a viewer sees at these moments, made small and grey; found by seeking, so little is decoded.

    Args:
        path: the video.
        times_s: N moments in seconds from the start, each while a picture is shown.

    Returns:
        N pictures.
    """
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        base_s = stream.time_base or UNKNOWN_BASE_S
        seen = []
        for at_s in times_s:
            container.seek(int(at_s / base_s), stream=stream)
            shown = None
            for frame in container.decode(video=0):
                if shown is not None and (frame.pts or 0) * base_s > at_s:
                    break
                shown = frame
                if ((frame.pts or 0) + (frame.duration or 0)) * base_s > at_s:
                    break
            if shown is not None:
                scale = LONG_SIDE_PX / max(shown.width, shown.height)
                width, height = round(shown.width * scale), round(shown.height * scale)
                grey = shown.reformat(width=width, height=height, format="gray")
                seen.append(np.asarray(grey.to_ndarray(), np.uint8))
    return seen


def is_plain(picture: Thumb) -> bool:
    """Whether a picture shows nothing but one colour."""
    return int(picture.max()) - int(picture.min()) <= PLAIN_LEVELS


def are_same(before: Thumb, after: Thumb) -> bool:
    """Whether two pictures show the same, but for what coding did to them."""
    return before.shape == after.shape and int(np.abs(before.astype(np.int16) - after).max()) <= SAME_LEVELS
