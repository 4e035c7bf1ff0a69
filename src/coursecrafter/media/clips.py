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

import av
import numpy as np
from PIL import Image

from coursecrafter.domain.clip import AS_IT_IS, WHOLE, ClipPlayback
from coursecrafter.errors import IngestError, VideoError
from coursecrafter.media.film import check_film, container_of, open_film, read_pictures, read_small, stream_base
from coursecrafter.media.timeline import VIDEO_FPS

LONGEST_CLIP_S = 600
"""More than any scene lasts; all of a clip's coded pictures stand in memory while a video is assembled."""
LONGEST_SHAPE = 8
"""How many times longer one side may be than the other: what covers a place grows by as much."""
POSTER_SIDE_PX = 1080
TRIMMED_PX = 2
"""A clip is read this much larger on each side: rounding must leave no black line at its edge."""
MOST_EDGE = 1.02
"""Of a film that is to fill a place of nearly its own shape, at most this share of a side is cut off."""
LARGEST_READ_PX = 4096
"""Of which a small part is to be seen, or which is drawn together, a film is read no larger than this."""
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
        width_px, height_px: as it is to be seen, before anything is cut off or turned.
        frames: its length in pictures of a video, 30 a second; at least 1.
        begin_s: when it begins in its file, in seconds.
    """

    width_px: int
    height_px: int
    frames: int
    begin_s: Fraction = Fraction(0)

    @property
    def is_too_long(self) -> bool:
        """Whether it goes on after what was looked through."""
        return self.frames > LONGEST_CLIP_S * VIDEO_FPS

    def seen_px(self, playback: ClipPlayback) -> tuple[int, int]:
        """Width and height of what is to be seen of it, once it is cropped and turned."""
        left, top, right, bottom = playback.crop
        width, height = self.width_px * (WHOLE - left - right), self.height_px * (WHOLE - top - bottom)
        size = max(1, round(width / WHOLE)), max(1, round(height / WHOLE))
        return size[::-1] if playback.turns % 2 else size

    def to_json(self) -> Mapping[str, int]:
        """Its measures, of a clip that is shown from its beginning."""
        return {"width_px": self.width_px, "height_px": self.height_px, "frames": self.frames}


def check_shape(path: Path, whose: str = A_SCENE) -> Fraction:
    """Refuse a film that is none, or is too narrow; else say how long it says that it lasts, in seconds.

    Raises:
        UnplayableClip: CC-0236.
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    _checked_size(path, whose)
    return film_lasts_s(path)


def film_lasts_s(path: Path) -> Fraction:
    """How long a film says that it lasts from its first picture on, with its sound, in seconds; 0 where it does not."""
    with open_film(path) as (declared_s, stream):
        container = container_of(stream)
        end_s = Fraction((container.start_time or 0) + (container.duration or 0), av.time_base)
        return max(declared_s, end_s - (stream.start_time or 0) * stream_base(stream))


def _checked_size(path: Path, whose: str) -> tuple[int, int]:
    width_px, height_px = check_film(path)
    if max(width_px, height_px) > LONGEST_SHAPE * min(width_px, height_px):
        raise UnplayableClip(
            f"The clip of {whose} is too narrow: {width_px} x {height_px} pixels. One side may be "
            f"{LONGEST_SHAPE} times as long as the other."
        )
    return width_px, height_px


def measure_clip(path: Path, whose: str = A_SCENE, playback: ClipPlayback = AS_IT_IS) -> Clip:
    """Look through a clip as far as a video may show it.

    Args:
        path: an MP4.
        whose: as a message names it.
        playback: how it is played.

    Raises:
        UnplayableClip: CC-0236.
    """
    with playable(whose):
        width_px, height_px = _checked_size(path, whose)
        begin_s, end_s = playback.span_s(film_lasts_s(path))
        last_s = begin_s
        for frame in read_small(path, begin_s):
            last_s = max(frame.at_s, begin_s)
            if last_s - begin_s > LONGEST_CLIP_S or (end_s is not None and last_s >= end_s):
                break
        frames = math.ceil((last_s - begin_s) * VIDEO_FPS) + 1
        if end_s is not None:
            frames = max(1, round((end_s - begin_s) * VIDEO_FPS))
        return Clip(width_px, height_px, frames, begin_s)


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
    path: Path,
    clip: Clip,
    frames: list[int],
    size_px: tuple[int, int],
    whose: str = A_SCENE,
    playback: ClipPlayback = AS_IT_IS,
) -> Iterator[Pixels]:
    """Pictures of a clip, covering a place; what reaches beyond it is cut off on both sides, or drawn together.

    Args:
        path, clip: the clip, as it was measured.
        frames: N indices, ascending.
        size_px: width and height of the place.
        whose: as a message names it.
        playback: how it is played.

    Yields:
        N pictures, height x width x 3.

    Raises:
        UnplayableClip: CC-0236.
    """
    # Its pictures are cropped before they are turned.
    width_px, height_px = size_px[::-1] if playback.turns % 2 else size_px
    left, top, right, bottom = (Fraction(side, WHOLE) for side in playback.crop)
    across, down = clip.width_px * (1 - left - right), clip.height_px * (1 - top - bottom)
    scale = max((width_px + 2 * TRIMMED_PX) / across, (height_px + 2 * TRIMMED_PX) / down)
    if any(playback.crop) or playback.fills_box:
        scale = min(scale, Fraction(LARGEST_READ_PX, max(clip.width_px, clip.height_px)))
    width, height = (math.ceil(side * scale / 2) * 2 for side in (clip.width_px, clip.height_px))
    times = [clip.begin_s + Fraction(frame, VIDEO_FPS) for frame in frames]
    kept = _Kept((left + 1 - right) / 2 * width, (top + 1 - bottom) / 2 * height, across * scale, down * scale)
    with playable(whose):
        for pixels in read_pictures(path, times, width_px=width, height_px=height):
            shown = kept.fit(pixels, width_px, height_px, fills=playback.fills_box)
            upright = shown[:, ::-1] if playback.is_mirrored else shown
            yield np.rot90(upright, -playback.turns)


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is left of a picture that is cropped: its middle, its width and its height in pixels."""

    middle_x: Fraction
    middle_y: Fraction
    width: Fraction
    height: Fraction

    def fit(self, pixels: Pixels, width_px: int, height_px: int, *, fills: bool) -> Pixels:
        """As much of its middle as covers a place; or all of it, where it is to fill a place of another shape.

        It is cut out as it was read, unless it was read smaller than its place or would lose more than its edge.
        """
        edges = float(self.width / width_px), float(self.height / height_px)
        loses = fills and max(edges) > MOST_EDGE * min(edges)
        if min(edges) >= 1 and not loses:
            left = math.floor(self.middle_x - Fraction(width_px, 2))
            top = math.floor(self.middle_y - Fraction(height_px, 2))
            return pixels[top : top + height_px, left : left + width_px]
        share = min(edges)
        width, height = (float(self.width), float(self.height)) if fills else (width_px * share, height_px * share)
        # Its outermost pixels may be black, as above.
        half_width, half_height = (side / 2 - min(TRIMMED_PX, side / 8) for side in (width, height))
        x, y = float(self.middle_x), float(self.middle_y)
        image = Image.fromarray(np.ascontiguousarray(pixels))
        box = x - half_width, y - half_height, x + half_width, y + half_height
        return np.asarray(image.resize((width_px, height_px), Image.Resampling.LANCZOS, box))


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
