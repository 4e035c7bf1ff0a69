"""A film clip that an author brings or a model makes, to be shown in a video: all that is known of it is an MP4."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from coursecrafter.errors import IngestError, VideoError
from coursecrafter.media.film import check_film, open_film, read_pictures, read_small
from coursecrafter.media.timeline import VIDEO_FPS

LONGEST_CLIP_S = 600
"""More than any scene lasts; all of a clip's coded pictures stand in memory while a video is assembled."""
LONGEST_SHAPE = 8
"""How many times longer one side may be than the other: what covers a place grows by as much."""
POSTER_SIDE_PX = 1080
TRIMMED_PX = 2
"""A clip is read this much larger on each side: rounding must leave no black line at its edge."""
A_SCENE = "a scene"

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class UnplayableClip(VideoError):
    """The film clip of a scene or of a segment cannot be played."""

    code = "CC-0236"
    status = 422
    remedy = "Choose another clip: one that plays to its end and lasts no longer than ten minutes."


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

    @property
    def is_too_long(self) -> bool:
        """Whether it goes on after what was looked through."""
        return self.frames > LONGEST_CLIP_S * VIDEO_FPS

    def to_json(self) -> Mapping[str, int]:
        """Its measures."""
        return {"width_px": self.width_px, "height_px": self.height_px, "frames": self.frames}


def check_shape(path: Path, whose: str = A_SCENE) -> Fraction:
    """Refuse a film that is none, or is too narrow; else say how long it says that it lasts, in seconds.

    Raises:
        UnplayableClip: CC-0236.
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    _checked_size(path, whose)
    with open_film(path) as (declared_s, _):
        return declared_s


def _checked_size(path: Path, whose: str) -> tuple[int, int]:
    width_px, height_px = check_film(path)
    if max(width_px, height_px) > LONGEST_SHAPE * min(width_px, height_px):
        raise UnplayableClip(
            f"The clip of {whose} is too narrow: {width_px} x {height_px} pixels. One side may be "
            f"{LONGEST_SHAPE} times as long as the other."
        )
    return width_px, height_px


def measure_clip(path: Path, whose: str = A_SCENE) -> Clip:
    """Look through a clip as far as a video may show it.

    Args:
        path: an MP4.
        whose: as a message names it.

    Raises:
        UnplayableClip: CC-0236.
    """
    with playable(whose):
        width_px, height_px = _checked_size(path, whose)
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
    size = round(clip.width_px * scale), round(clip.height_px * scale)
    pixels = next(read_clip(path, clip, [frame], size))
    held = io.BytesIO()
    Image.fromarray(pixels).save(held, "PNG", compress_level=1)
    return held.getvalue()


def read_clip(
    path: Path, clip: Clip, frames: list[int], size_px: tuple[int, int], whose: str = A_SCENE
) -> Iterator[Pixels]:
    """Pictures of a clip, covering a place; what reaches beyond it is cut off on both sides.

    Args:
        path, clip: the clip, as it was measured.
        frames: N indices, ascending.
        size_px: width and height of the place.
        whose: as a message names it.

    Yields:
        N pictures, height x width x 3.

    Raises:
        UnplayableClip: CC-0236.
    """
    width_px, height_px = size_px
    scale = max(
        Fraction(width_px + 2 * TRIMMED_PX, clip.width_px), Fraction(height_px + 2 * TRIMMED_PX, clip.height_px)
    )
    width, height = (math.ceil(side * scale / 2) * 2 for side in (clip.width_px, clip.height_px))
    left, top = (width - width_px) // 2, (height - height_px) // 2
    times = [Fraction(frame, VIDEO_FPS) for frame in frames]
    with playable(whose):
        for pixels in read_pictures(path, times, width_px=width, height_px=height):
            yield pixels[top : top + height_px, left : left + width_px]


@contextmanager
def playable(whose: str) -> Iterator[None]:
    """What is wrong with a film or a recording said as what is wrong with a clip.

    Raises:
        UnplayableClip: CC-0236.
    """
    try:
        yield
    except UnplayableClip:
        raise
    except (VideoError, IngestError) as error:
        raise UnplayableClip(f"The clip of {whose} cannot be played. {error.message}", detail=error.code) from error
