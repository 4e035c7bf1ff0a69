"""Video of pictures that stand still: its cost is per change, not per second.

Each picture is coded once. Every frame that repeats it is one tiny P picture in which all macroblocks are skipped, made
once per format from a flat grey picture: taken from a real one it would carry residual, and repeating it would drift.
A viewer who seeks must find an IDR near by, so an IDR picture that stays longer is sent again every five seconds.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, overload

import numpy as np

from coursecrafter.errors import VideoError
from coursecrafter.media.codec import Picture, encode_h264, read_picture
from coursecrafter.media.h264 import (
    NAL_IDR,
    NAL_PPS,
    NAL_SLICE,
    NAL_SPS,
    frame_num_bits,
    nal_type,
    parameter_set_id,
    renumber,
    set_idr_pic_id,
    split_annex_b,
)
from coursecrafter.media.timeline import VIDEO_FPS

LONGEST_GOP_FRAMES = 5 * VIDEO_FPS
RUN_MAGIC = b"CCR1"
RUN_HEAD = struct.Struct(">4sHHIHH")
UNIT_HEAD = struct.Struct(">?I")


class VideoNotAssembled(VideoError):
    """The pictures and sounds of a video could not be put together."""

    code = "CC-0203"
    remedy = "Build again; if it happens twice, report it with the log."


@dataclass(frozen=True, slots=True)
class CodedPicture:
    """One coded picture: a slice as a NAL unit, its `frame_num` still to be set."""

    is_idr: bool
    nal: bytes


@dataclass(frozen=True, slots=True)
class CodedRun:
    """Pictures that were coded together; the first is an IDR, a P picture builds on the one before it.

    Attributes:
        sps, pps: parameter sets; equal for all runs of one size.
        pictures: in playing order.
    """

    width_px: int
    height_px: int
    sps: bytes
    pps: bytes
    pictures: Sequence[CodedPicture]

    def to_bytes(self) -> bytes:
        """The run as one file."""
        head = RUN_HEAD.pack(RUN_MAGIC, self.width_px, self.height_px, len(self.pictures), len(self.sps), len(self.pps))
        units = (UNIT_HEAD.pack(picture.is_idr, len(picture.nal)) + picture.nal for picture in self.pictures)
        return b"".join([head, self.sps, self.pps, *units])

    @classmethod
    def from_bytes(cls, content: bytes) -> CodedRun:
        """The run that `to_bytes` wrote.

        Raises:
            VideoNotAssembled: CC-0203, it is something else.
        """
        try:
            magic, width_px, height_px, count, sps_bytes, pps_bytes = RUN_HEAD.unpack_from(content)
            _require(magic == RUN_MAGIC, f"magic {magic!r}")
            at = RUN_HEAD.size + sps_bytes + pps_bytes
            sps, pps = content[RUN_HEAD.size : at - pps_bytes], content[at - pps_bytes : at]
            pictures = []
            for _ in range(count):
                is_idr, nal_bytes = UNIT_HEAD.unpack_from(content, at)
                at += UNIT_HEAD.size + nal_bytes
                pictures.append(CodedPicture(is_idr, content[at - nal_bytes : at]))
        except struct.error as error:
            raise VideoNotAssembled("A coded picture in the store is broken.", detail=str(error)) from error
        _require(at == len(content), f"{len(content)} bytes instead of {at}")
        return cls(width_px, height_px, sps, pps, tuple(pictures))

    @classmethod
    def kept(cls, read: Callable[[], bytes]) -> CodedRun:
        """The same, its pictures left where they are kept: a lesson of hours has thousands.

        Args:
            read: gives what `to_bytes` wrote, whenever pictures are asked for.

        Raises:
            VideoNotAssembled: CC-0203, it is something else.
        """
        run = cls.from_bytes(read())
        return replace(run, pictures=KeptPictures(range(len(run.pictures)), lambda: cls.from_bytes(read()).pictures))


@dataclass(frozen=True, slots=True)
class KeptPictures(Sequence[CodedPicture]):
    """Pictures that are read each time they are asked for.

    Attributes:
        places: of those meant, among all that are read.
    """

    places: range
    read: Callable[[], Sequence[CodedPicture]]

    def __len__(self) -> int:
        return len(self.places)

    def __iter__(self) -> Iterator[CodedPicture]:
        pictures = self.read()
        return (pictures[place] for place in self.places)

    @overload
    def __getitem__(self, place: int) -> CodedPicture: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[CodedPicture]: ...
    def __getitem__(self, place: int | slice) -> CodedPicture | Sequence[CodedPicture]:
        if isinstance(place, slice):
            return replace(self, places=self.places[place])
        return self.read()[self.places[place]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A run, and for how many frames each of its pictures is shown.

    Attributes:
        holds_frames: one number per picture, at least 1. A P picture must go, or be followed by an IDR, within
            `LONGEST_GOP_FRAMES` of the IDR before it (`plan_coding` sees to it).
    """

    run: CodedRun
    holds_frames: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """One frame of the video track: a slice NAL, and whether a viewer can seek to it."""

    nal: bytes
    is_idr: bool


def plan_coding(holds_frames: Sequence[int], longest_frames: int = LONGEST_GOP_FRAMES) -> list[bool]:
    """Decide which pictures are coded as IDR (True) and which as P (False).

    A picture is a P while the IDR before it is near; one that would outstay that limit becomes an IDR, which can be
    repeated without any change in what is seen.

    Args:
        holds_frames: for how many frames each picture is shown, in playing order.
    """
    flags: list[bool] = []
    since_idr = longest_frames
    for hold in holds_frames:
        is_idr = not flags or since_idr + hold > longest_frames
        flags.append(is_idr)
        since_idr = hold if is_idr else since_idr + hold
        if is_idr and hold > longest_frames:
            since_idr = _idr_intervals(hold, longest_frames)[-1]
    return flags


def encode_pictures(
    pictures: Iterable[Picture], idr: Sequence[bool], *, width_px: int = 1920, height_px: int = 1080, set_id: int = 0
) -> CodedRun:
    """Code pictures, in bounded memory.

    Args:
        pictures: N pictures (RGB arrays or paths), each height_px x width_px.
        idr: N flags as from `plan_coding`; the first must be True.
        set_id: of the parameter sets, see `encode_h264`.

    Raises:
        VideoNotAssembled: CC-0203, a picture has another size.
    """
    _require(bool(idr) and idr[0], "a run begins with an IDR")
    checked = (_of_size(picture, width_px, height_px) for picture in pictures)
    parameter_sets, units = encode_h264(checked, idr, width_px, height_px, set_id)
    by_type = {nal_type(nal): nal for nal in split_annex_b(parameter_sets)}
    coded = tuple(map(_coded, units))
    _require([picture.is_idr for picture in coded] == list(idr), "the encoder chose other IDRs")
    return CodedRun(width_px, height_px, by_type[NAL_SPS], by_type[NAL_PPS], coded)


def samples_of(shown: Sequence[Shown]) -> Iterator[Sample]:
    """Every frame of the video, in order.

    Raises:
        VideoNotAssembled: CC-0203, runs of different sizes, or a picture held where no IDR is near.
    """
    first = shown[0].run
    bits = frame_num_bits(first.sps)
    is_after_idr = False
    for part in shown:
        _require((part.run.sps, part.run.pps) == (first.sps, first.pps), "runs of different formats")
        _require(len(part.run.pictures) == len(part.holds_frames), "not one hold per picture")
        for sample in _samples_of_run(part, bits):
            # Two IDRs in a row must differ in idr_pic_id (H.264 7.4.3).
            is_second = is_after_idr and sample.is_idr
            yield Sample(set_idr_pic_id(sample.nal, bits, 1), is_idr=True) if is_second else sample
            is_after_idr = sample.is_idr and not is_second


def frames_of(shown: Sequence[Shown]) -> int:
    """How many frames `samples_of` gives."""
    return sum(sum(part.holds_frames) for part in shown)


def blend(before: Picture, after: Picture, steps: int) -> Iterator[np.ndarray[Any, np.dtype[np.uint8]]]:
    """The pictures between two, for a crossfade: `steps` of them, neither end included."""
    start, end = read_picture(before).astype(np.uint16), read_picture(after).astype(np.uint16)
    whole = steps + 1
    for step in range(1, whole):
        yield ((start * (whole - step) + end * step + whole // 2) // whole).astype(np.uint8)


def _samples_of_run(part: Shown, bits: int) -> Iterator[Sample]:
    run = part.run
    skips = _skip_nals(run.width_px, run.height_px, bits, parameter_set_id(run.pps))
    frame_num = 0
    for picture, hold in zip(run.pictures, part.holds_frames, strict=True):
        _require(hold >= 1, f"a picture is shown for {hold} frames")
        for length in _idr_intervals(hold, LONGEST_GOP_FRAMES) if picture.is_idr else [hold]:
            frame_num = 0 if picture.is_idr else frame_num + 1
            nal = picture.nal if picture.is_idr else renumber(picture.nal, bits, frame_num % (1 << bits))
            yield Sample(nal, picture.is_idr)
            for _ in range(length - 1):
                frame_num += 1
                yield Sample(skips[frame_num % len(skips)], is_idr=False)
        _require(frame_num < LONGEST_GOP_FRAMES, f"{frame_num} frames without an IDR")


def _idr_intervals(hold_frames: int, longest_frames: int) -> list[int]:
    """Part a long hold evenly."""
    count = math.ceil(hold_frames / longest_frames)
    return [hold_frames * (index + 1) // count - hold_frames * index // count for index in range(count)]


@cache
def _skip_nals(width_px: int, height_px: int, bits: int, set_id: int) -> tuple[bytes, ...]:
    """The picture that repeats the one before it, once for each `frame_num`."""
    grey, size = np.full((height_px, width_px, 3), 128, np.uint8), {"width_px": width_px, "height_px": height_px}
    skip = encode_pictures([grey, grey], [True, False], **size, set_id=set_id).pictures[1].nal
    return tuple(renumber(skip, bits, frame_num) for frame_num in range(1 << bits))


def _coded(unit: bytes) -> CodedPicture:
    slices = [nal for nal in split_annex_b(unit) if nal_type(nal) in {NAL_SLICE, NAL_IDR}]
    _require(len(slices) == 1, f"{len(slices)} slices in a picture")
    return CodedPicture(nal_type(slices[0]) == NAL_IDR, slices[0])


def _of_size(picture: Picture, width_px: int, height_px: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    pixels = read_picture(picture)
    _require(
        pixels.shape == (height_px, width_px, 3), f"a picture of {pixels.shape} in a video of {width_px}x{height_px}"
    )
    return pixels


def _require(is_so: bool, detail: str) -> None:
    if not is_so:
        raise VideoNotAssembled("The video could not be put together.", detail=detail)
