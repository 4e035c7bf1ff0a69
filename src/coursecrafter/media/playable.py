"""Whether a film or a sound plays from its beginning to its end, without decoding all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import BinaryIO

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

SHORTEST_FILM_S = 1
LOOK_BACK_S = Fraction(1)
"""How far before its end a film is entered; it is decoded from the key frame before."""

TOLERANCE_S = Fraction(1, 2)
"""By how much the last picture or sample may stand before the end that the file names."""


def film_fault(file: BinaryIO) -> str | None:
    """Why a video does not play from its first to its last picture, as the rest of a sentence; None if it does."""
    try:
        with av.open(file, "r") as container:
            if not container.streams.video:
                return "has no picture"
            stream = container.streams.video[0]
            length_s = _length_s(container, stream)
            if length_s < SHORTEST_FILM_S:
                return "lasts less than a second"
            return _ends_fault(container, stream, length_s, lambda: container.decode(video=0))
    except (av.FFmpegError, ValueError) as error:
        return f"cannot be played ({type(error).__name__})"


def sound_fault(file: BinaryIO) -> str | None:
    """Why a sound does not play from its beginning to its end, as the rest of a sentence; None if it does."""
    try:
        with av.open(file, "r") as container:
            if not container.streams.audio:
                return "has no sound"
            stream = container.streams.audio[0]
            return _ends_fault(container, stream, _length_s(container, stream), lambda: container.decode(audio=0))
    except (av.FFmpegError, ValueError) as error:
        return f"cannot be played ({type(error).__name__})"


def _ends_fault(
    container: InputContainer,
    stream: VideoStream | AudioStream,
    length_s: Fraction,
    decode: Callable[[], Iterator[VideoFrame] | Iterator[AudioFrame]],
) -> str | None:
    if not hasattr(stream.codec_context, "options"):  # None for a codec that nobody here knows
        return "is coded in an unknown way"
    stream.codec_context.options = {"err_detect": "explode"}
    first = next(iter(decode()), None)
    if first is None:
        return "cannot be played from its beginning"
    if stream.time_base is None:
        return "names no time"
    start_s = (stream.start_time or 0) * stream.time_base
    if length_s > LOOK_BACK_S:
        container.seek(int((start_s + length_s - LOOK_BACK_S) / stream.time_base), stream=stream)
    last_s = None
    for frame in decode():
        if frame.is_corrupt:
            return "is damaged near its end"
        if frame.pts is not None and frame.time_base is not None:
            last_s = frame.pts * Fraction(frame.time_base)
    if length_s > LOOK_BACK_S and (last_s is None or last_s < start_s + length_s - TOLERANCE_S):
        return "cannot be played to its end"
    return None


def _length_s(container: InputContainer, stream: VideoStream | AudioStream) -> Fraction:
    if stream.duration is not None and stream.time_base is not None:
        return stream.duration * stream.time_base
    return Fraction(container.duration or 0, av.time_base)
