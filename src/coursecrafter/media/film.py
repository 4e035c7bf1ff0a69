"""A stranger's film: opened with care, decoded in bounded memory.

Only the MP4 reader is tried and only codecs of films are taken, so that a file cannot choose a playlist or an image
sequence that reads other files. Beside `codec` and `frames` the module that touches PyAV: it decodes what those never
encode.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av.container import InputContainer
from av.filter import Graph
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, Interpolation
from av.video.stream import VideoStream

from coursecrafter.errors import VideoError
from coursecrafter.media.timeline import VIDEO_FPS
from coursecrafter.media.transcript import clock

PICTURES_VERSION = 2
"""Part of the content key of pictures read from a film; raise it when the same film gives others."""

MAX_BYTES = 8 << 30
MAX_SIDE_PX = 4096
MAX_DURATION_S = 4 * 3600
MAX_FPS = 120
CODECS = frozenset({"h264", "hevc", "mpeg4", "vp9", "av1"})
CODECS_NAMED = "H.264, HEVC, MPEG-4, VP9 and AV1"
LEAST_SHARE_DECODED = Fraction(9, 10)
UNSPECIFIED_COLORSPACE = 2
HD_HEIGHT_PX = 720
SMALL_SIZE_PX = (160, 90)
SEEKS_BACK_S = (Fraction(0), Fraction(1), Fraction(10))
"""How much earlier a film is sought than a picture is wanted, one after another; in the end its beginning is."""

Pixels = np.ndarray[Any, np.dtype[np.uint8]]


class NotAFilm(VideoError):
    """The file is no MP4 film, whatever its name says."""

    code = "CC-0205"
    status = 415
    remedy = "Export the deck as MP4 video in PowerPoint or Keynote, and give that file."


class FilmWithoutPictures(VideoError):
    """The film holds sound but no pictures."""

    code = "CC-0206"
    status = 422
    remedy = "Give the film of the deck, not a recording of its narration."


class DamagedFilm(VideoError):
    """The film is cut short or cannot be decoded."""

    code = "CC-0207"
    status = 422
    remedy = "Play it to the end; if that fails too, export or copy it again."


class FilmTooLarge(VideoError):
    """The film is larger, longer or busier than is taken."""

    code = "CC-0208"
    status = 413
    remedy = "Export it with 1920 x 1080 pixels and 30 frames a second, in parts of less than four hours."


@dataclass(frozen=True, slots=True)
class SmallFrame:
    """One frame of a film, made small.

    Attributes:
        at_s: from the film's first picture, in seconds.
        pixels: 90 x 160 x 3, 8-bit RGB; filled whatever the film's shape.
    """

    at_s: Fraction
    pixels: Pixels


def check_film(path: Path) -> tuple[int, int]:
    """Refuse a file that is no film we can read; else give its width and height as it is to be seen, in pixels.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    return look_at_film(path).size_px


@dataclass(frozen=True, slots=True)
class FilmLook:
    """How a film is to be seen.

    Attributes:
        size_px: width and height once its pixels are square and it stands upright.
        is_turned: whether it is stored lying on its side or upside down.
    """

    size_px: tuple[int, int]
    is_turned: bool


def look_at_film(path: Path) -> FilmLook:
    """Look at a film's first picture.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    with open_film(path) as (_, stream):
        frame = next(_decoded(container_of(stream), stream), None)
        if frame is None:
            raise DamagedFilm("No picture of the film can be decoded.", detail=path.name)
        return FilmLook(_seen_size(frame, stream), bool(_quarter_turns(frame)))


def read_small(path: Path, begin_s: Fraction = Fraction(0)) -> Iterator[SmallFrame]:
    """All frames of a film, small; or those from some time on, and a few before it.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    with open_film(path) as (declared_s, stream):
        if begin_s:
            _seek(stream, begin_s)
        at_s, is_begun = Fraction(0), False
        for at_s, frame in _timed(stream, _decoded(container_of(stream), stream)):
            # This decoder conceals damage; browsers, to which packets are copied, stop there. Pictures that only lack
            # the key frame before a cut are no damage.
            if frame.is_corrupt and is_begun:
                raise DamagedFilm(
                    f"The film is damaged at {clock(at_s)}: a picture there cannot be decoded.", detail=path.name
                )
            is_begun = is_begun or not frame.is_corrupt
            yield SmallFrame(at_s, _rgb(frame, *SMALL_SIZE_PX, Interpolation.AREA))
        if at_s + 1 < declared_s * LEAST_SHARE_DECODED:
            raise DamagedFilm(
                f"The film breaks off after {round(at_s)} of {round(declared_s)} seconds.", detail=path.name
            )


def read_pictures(path: Path, times_s: list[Fraction], *, width_px: int, height_px: int) -> Iterator[Pixels]:
    """What the film shows at each of some times, scaled into a frame; black stands beside a film of another shape.

    Args:
        path: a film that `check_film` took.
        times_s: N times in ascending order; after its end the film shows its last picture.
        width_px, height_px: of the frame.

    Yields:
        N pictures, height_px x width_px x 3.

    Raises:
        DamagedFilm: CC-0207.
    """
    with open_film(path) as (_, stream):
        wanted = iter(times_s)
        time_s: Fraction | None = next(wanted)
        shown: VideoFrame | None = None
        for at_s, frame in _timed_from(stream, times_s[0]):
            if shown is not None and time_s is not None and at_s > time_s:
                picture = _fitted(shown, stream, width_px, height_px)
                while time_s is not None and at_s > time_s:
                    yield picture
                    time_s = next(wanted, None)
            if time_s is None:
                return
            shown = frame
        if shown is None:
            raise DamagedFilm("A part of the film cannot be decoded.", detail=path.name)
        picture = _fitted(shown, stream, width_px, height_px)
        while time_s is not None:
            yield picture
            time_s = next(wanted, None)


def fit_box(size_px: tuple[int, int], width_px: int, height_px: int) -> tuple[int, int, int, int]:
    """Where a film stands in a frame: left, top, width and height; even, as large as it can be, in the middle."""
    scale = min(Fraction(width_px, size_px[0]), Fraction(height_px, size_px[1]))
    width, height = (max(2, round(side * scale / 2) * 2) for side in size_px)
    return (width_px - width) // 2, (height_px - height) // 2, width, height


@contextmanager
def open_film(path: Path) -> Iterator[tuple[Fraction, VideoStream]]:
    """A film's declared length in seconds and its pictures; the decoder's words become ours.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    with path.open("rb") as file:
        head = file.read(12)
    if head[4:8] != b"ftyp":
        raise NotAFilm("The file is no MP4 film, although it is given as one.", detail=path.name)
    if path.stat().st_size > MAX_BYTES:
        raise FilmTooLarge(f"The film is larger than {MAX_BYTES >> 30} GB.")
    try:
        with av.open(str(path.absolute()), format="mp4", options={"protocol_whitelist": "file"}) as container:
            yield _checked(container)
    except (av.FFmpegError, ValueError, MemoryError) as error:
        raise DamagedFilm("The film is damaged and cannot be read.", detail=repr(error)) from error


def _checked(container: InputContainer) -> tuple[Fraction, VideoStream]:
    if not container.streams.video:
        raise FilmWithoutPictures("There are no pictures in the film.")
    stream = container.streams.video[0]
    context = stream.codec_context
    # PyAV gives None for a codec that nobody here knows, whatever its types say.
    name = getattr(context, "name", "unknown")
    if name not in {*CODECS, "libdav1d"}:
        raise NotAFilm(f"The film's pictures are coded as “{name}”; {CODECS_NAMED} can be read.")
    if max(stream.width, stream.height) > MAX_SIDE_PX:
        raise FilmTooLarge(f"The film has {stream.width} x {stream.height} pixels; {MAX_SIDE_PX} a side are the most.")
    declared_s = (stream.duration or 0) * stream_base(stream)
    if declared_s > MAX_DURATION_S:
        raise FilmTooLarge(f"The film lasts longer than {MAX_DURATION_S // 3600} hours.")
    # A picture may announce another size than the file does: the decoder refuses it before it takes the memory.
    context.options = {"max_pixels": str(MAX_SIDE_PX**2)}
    stream.thread_type = "AUTO"
    return declared_s, stream


def container_of(stream: VideoStream) -> InputContainer:
    """The file that a stream is read from; PyAV's own type also means files that are written."""
    return cast("InputContainer", stream.container)


def _decoded(container: InputContainer, stream: VideoStream) -> Iterator[VideoFrame]:
    for frame in container.decode(stream):
        if max(frame.width, frame.height) > MAX_SIDE_PX:
            raise FilmTooLarge(f"The film's pictures grow to {frame.width} x {frame.height} pixels.")
        yield frame


def _deinterlaced(frames: Iterator[VideoFrame]) -> Iterator[VideoFrame]:
    """The same frames; where two half pictures are woven into one, each as a whole one in its own time."""
    graph: Graph | None = None
    shape: tuple[int, int, str] | None = None
    for frame in frames:
        seen = (frame.width, frame.height, frame.format.name)
        # A filter takes frames of one shape only; a stranger's film may change it on the way.
        if graph and seen != shape:
            yield from _filtered(graph, None)
            graph = None
        if graph is None and frame.interlaced_frame:
            graph, shape = _deinterlacer(frame), seen
        if graph:
            yield from _filtered(graph, frame)
        else:
            yield frame
    if graph:
        yield from _filtered(graph, None)


def _deinterlacer(frame: VideoFrame) -> Graph:
    """A filter that leaves progressive frames alone, for frames of the shape of this one."""
    graph = Graph()
    source = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base, name="film"
    )
    made_whole = graph.add("bwdif", "mode=send_field:parity=auto:deint=interlaced")
    source.link_to(made_whole)
    made_whole.link_to(graph.add("buffersink"))
    graph.configure()
    return graph


def _filtered(graph: Graph, frame: VideoFrame | None) -> Iterator[VideoFrame]:
    """What comes out of a filter for one frame, or at the end for None."""
    graph.push(frame)
    with suppress(BlockingIOError, EOFError):
        while True:
            yield cast("VideoFrame", graph.pull())


def _timed(stream: VideoStream, frames: Iterator[VideoFrame]) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames with their times, which only grow; frames whose time is unknown or past are left out."""
    first, base = _first_tick(stream), stream_base(stream)
    last_s = Fraction(-1)
    count = 0
    for frame in frames:
        at_s = last_s if frame.pts is None else frame.pts * Fraction(frame.time_base or base) - first * base
        if at_s <= last_s:
            continue
        count += 1
        if at_s > MAX_DURATION_S or count > MAX_FPS * (at_s + 10):
            raise FilmTooLarge("The film is longer, or has more frames a second, than is taken.")
        last_s = at_s
        yield max(at_s, Fraction(0)), frame


def _timed_from(stream: VideoStream, time_s: Fraction) -> Iterator[tuple[Fraction, VideoFrame]]:
    """Frames with their times, the first of them shown by some time, or as early as one can be decoded.

    Readers seek to when a key frame is decoded, and that may be some frames before it is shown: what is shown in
    between needs the key frame before.
    """
    for back_s in (*(one for one in SEEKS_BACK_S if one < time_s), time_s):
        _seek(stream, time_s - back_s)
        frames = _timed(stream, _deinterlaced(_decoded(container_of(stream), stream)))
        first = next(frames, None)
        if first is not None and (first[0] <= time_s or back_s == time_s):
            yield first
            yield from frames
            return


def _seek(stream: VideoStream, time_s: Fraction) -> None:
    """Read on from a key frame that is decoded by some time."""
    container_of(stream).seek(int(time_s / stream_base(stream)) + _first_tick(stream), stream=stream)


def stream_base(stream: VideoStream) -> Fraction:
    """The length of a film's tick, in seconds."""
    return stream.time_base or Fraction(1, VIDEO_FPS)


def _first_tick(stream: VideoStream) -> int:
    return stream.start_time or 0


def _seen_size(frame: VideoFrame, stream: VideoStream) -> tuple[int, int]:
    """Width and height as a film is to be seen: its pixels square, its pictures upright."""
    # A file may say that its pixels are thousands of times higher than wide: a picture is a pixel wide at least.
    width, height = max(1, round(frame.width * (stream.sample_aspect_ratio or 1))), frame.height
    return (height, width) if _quarter_turns(frame) % 2 else (width, height)


def _quarter_turns(frame: VideoFrame) -> int:
    """How often a picture is turned counterclockwise by 90 degrees to be seen."""
    return round(frame.rotation / 90) % 4


def _fitted(frame: VideoFrame, stream: VideoStream, width_px: int, height_px: int) -> Pixels:
    left, top, width, height = fit_box(_seen_size(frame, stream), width_px, height_px)
    canvas = np.zeros((height_px, width_px, 3), np.uint8)
    canvas[top : top + height, left : left + width] = _rgb(frame, width, height, Interpolation.LANCZOS)
    return canvas


def _rgb(frame: VideoFrame, width_px: int, height_px: int, way: Interpolation) -> Pixels:
    turns = _quarter_turns(frame)
    if turns % 2:
        width_px, height_px = height_px, width_px
    # A film that does not name its colours has those of its size, as players take it.
    is_hd = frame.height >= HD_HEIGHT_PX
    unnamed = Colorspace.ITU709 if is_hd else Colorspace.ITU601
    made = frame.reformat(
        width_px,
        height_px,
        "rgb24",
        src_colorspace=unnamed if frame.colorspace == UNSPECIFIED_COLORSPACE else None,
        dst_color_range=ColorRange.JPEG,
        interpolation=way | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT,
        threads=1,
    )
    return np.rot90(np.asarray(made.to_ndarray(), dtype=np.uint8), turns)
