"""A film clip in a scene's picture: muted, filling the illustration's place, standing still once it has ended.

The seam for what an author brings, and for clips that a model makes: all that the engine knows of it is an MP4.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from coursecrafter.engines.e2_video.fitting import Box
from coursecrafter.errors import VideoError
from coursecrafter.media.film import check_film, read_pictures, read_small
from coursecrafter.media.timeline import VIDEO_FPS

LONGEST_CLIP_S = 600
"""More than any scene lasts; what comes after it is never shown."""
LONGEST_SHAPE = 8
"""How many times longer one side may be than the other: what covers a place grows by as much."""
POSTER_SIDE_PX = 1080
TRIMMED_PX = 2
"""A clip is read this much larger on each side: rounding must leave no black line at its edge."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class UnplayableClip(VideoError):
    """The film clip of a scene cannot be played."""

    code = "CC-0236"
    status = 422
    remedy = "Choose another clip for the scene: an MP4 that plays to its end."


@dataclass(frozen=True, slots=True)
class Clip:
    """A film clip as it was found.

    Attributes:
        width_px, height_px: as it is to be seen.
        frames: its length in pictures of a video, 30 a second; at least 1.
    """

    width_px: int
    height_px: int
    frames: int

    def to_json(self) -> Mapping[str, int]:
        """Its measures."""
        return {"width_px": self.width_px, "height_px": self.height_px, "frames": self.frames}


@dataclass(slots=True)
class ShownClip:
    """The pictures of a clip that a run shows, one after the other.

    Attributes:
        pictures: as large as the box, one for each new index, in order.
        mask: coverage of what is seen of the illustration, 0 to 255.
    """

    pictures: Iterator[Pixels]
    box: Box
    mask: Pixels
    _index: int = field(default=0, init=False)
    _shown: Pixels | None = field(default=None, init=False)

    def lay(self, canvas: Pixels, index: int) -> None:
        """Lay a picture of the clip where the illustration is; round corners keep the edge of the still picture."""
        if index != self._index or self._shown is None:
            self._index, self._shown = index, next(self.pictures)
        area = canvas[self.box.y : self.box.bottom, self.box.x : self.box.right]
        np.copyto(area, self._shown, where=(self.mask == 255)[:, :, np.newaxis])  # noqa: PLR2004 - wholly covered


def measure_clip(path: Path) -> Clip:
    """Look through a clip as far as a scene may show it.

    Raises:
        UnplayableClip: CC-0236.
    """
    with _playable():
        width_px, height_px = check_film(path)
        if max(width_px, height_px) > LONGEST_SHAPE * min(width_px, height_px):
            raise UnplayableClip(
                f"The film clip of a scene is too narrow: {width_px} x {height_px} pixels. One side may be "
                f"{LONGEST_SHAPE} times as long as the other."
            )
        last_s = Fraction(0)
        for frame in read_small(path):
            last_s = frame.at_s
            if last_s > LONGEST_CLIP_S:
                break
        return Clip(width_px, height_px, math.ceil(last_s * VIDEO_FPS) + 1)


def clip_picture(path: Path, clip: Clip, frame: int = 0) -> bytes:
    """One picture of a clip as a PNG, its short side 1080 pixels.

    Raises:
        UnplayableClip: CC-0236.
    """
    scale = Fraction(POSTER_SIDE_PX, min(clip.width_px, clip.height_px))
    box = Box(0, 0, round(clip.width_px * scale), round(clip.height_px * scale))
    pixels = next(read_clip(path, clip, [frame], box))
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG", compress_level=1)
    return held.getvalue()


def read_clip(path: Path, clip: Clip, frames: list[int], box: Box) -> Iterator[Pixels]:
    """Pictures of a clip, covering a box; what reaches beyond it is cut off on both sides.

    Args:
        frames: N indices, ascending.

    Yields:
        N pictures, box.height x box.width x 3.

    Raises:
        UnplayableClip: CC-0236.
    """
    scale = max(
        Fraction(box.width + 2 * TRIMMED_PX, clip.width_px), Fraction(box.height + 2 * TRIMMED_PX, clip.height_px)
    )
    width, height = (math.ceil(side * scale / 2) * 2 for side in (clip.width_px, clip.height_px))
    left, top = (width - box.width) // 2, (height - box.height) // 2
    times = [Fraction(frame, VIDEO_FPS) for frame in frames]
    with _playable():
        for pixels in read_pictures(path, times, width_px=width, height_px=height):
            yield pixels[top : top + box.height, left : left + box.width]


@contextmanager
def _playable() -> Iterator[None]:
    """What is wrong with a film said as what is wrong with a clip."""
    try:
        yield
    except UnplayableClip:
        raise
    except VideoError as error:
        raise UnplayableClip(
            f"The film clip of a scene cannot be played. {error.message}", detail=error.code
        ) from error
