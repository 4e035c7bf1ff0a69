"""Pictures as the encoder takes them: YUV 4:2:0 in BT.709 and studio range, made for the rows that changed.

Beside `codec` the only module that touches PyAV. In a run of pictures that differ in a line of text, turning all of
each picture from RGB took a third of the time of encoding it.
"""

from __future__ import annotations

from typing import Any

import av
import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace

Pixels = np.ndarray[Any, np.dtype[np.uint8]]

MARGIN_ROWS = 8
"""Converted around the rows that changed and thrown away: colour is averaged over neighbouring rows."""


class FrameMaker:
    """Makes frames of pictures of one size; a frame is valid until the next one is made."""

    def __init__(self) -> None:
        self._last: Pixels | None = None
        self._frame: VideoFrame | None = None

    def make(self, pixels: Pixels) -> VideoFrame:
        """The frame of a picture (height x width x 3, 8-bit RGB), the same as if it were converted alone."""
        if self._last is None or self._frame is None:
            self._last, self._frame = pixels.copy(), convert(pixels)
            return self._frame
        rows = np.flatnonzero((pixels != self._last).reshape(len(pixels), -1).any(axis=1))
        if len(rows):
            # Even rows: two rows share their colour.
            top, end = int(rows[0]) // 2 * 2, min(int(rows[-1]) // 2 * 2 + 2, len(pixels))
            self._last[top:end] = pixels[top:end]
            _replace_rows(self._frame, pixels, max(top - 2, 0), min(end + 2, len(pixels)))
        return self._frame


def convert(pixels: Pixels) -> VideoFrame:
    """A picture in the encoder's colours."""
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return frame.reformat(
        format="yuv420p",
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
    )


def plane_rows(frame: VideoFrame) -> list[Pixels]:
    """The three planes, one row of memory each row; to be written to in place."""
    return [np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size) for plane in _planes(frame)]


def _planes(frame: VideoFrame) -> tuple[av.video.plane.VideoPlane, ...]:
    return tuple(frame.planes)


def _replace_rows(frame: VideoFrame, pixels: Pixels, top: int, end: int) -> None:
    first, last = max(top - MARGIN_ROWS, 0), min(end + MARGIN_ROWS, len(pixels))
    band = convert(pixels[first:last])
    for scale, whole, part in zip((1, 2, 2), plane_rows(frame), plane_rows(band), strict=True):
        width = frame.width // scale
        whole[top // scale : end // scale, :width] = part[(top - first) // scale : (end - first) // scale, :width]
