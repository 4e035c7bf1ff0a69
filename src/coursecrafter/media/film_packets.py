"""The coded pictures of a film, where each stands in its file, and whether they can be taken over as they are.

Packets are taken over from H.264 in 8-bit 4:2:0 of at least 1080 lines and 30 frames a second, since they then are what
our own encoder would have to make of them. Everything else is decoded and encoded.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from av.packet import Packet
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from coursecrafter.errors import VideoError
from coursecrafter.media.film import (
    MAX_DURATION_S,
    MAX_FPS,
    UNSPECIFIED_COLORSPACE,
    FilmLook,
    FilmTooLarge,
    container_of,
    look_at_film,
    open_film,
    stream_base,
)
from coursecrafter.media.h264 import NAL_IDR, NAL_PPS, NAL_SLICE, NAL_SPS, is_progressive, nal_type, parameter_set_id

PACKETS_VERSION = 1
"""Part of the content key of what is found here; raise it when the same film gives another index."""

LEAST_SIZE_PX = (1920, 1080)
LEAST_FPS = Fraction(299, 10)
"""Television's 30000/1001 are 30 frames a second to everyone."""
PROFILES = frozenset({66, 77, 100})
LENGTH_BYTES = 4
SETS = frozenset({NAL_SPS, NAL_PPS})
BESIDE_PICTURES = frozenset({6, 9, 12})
"""Supplemental information, delimiters and filler may stand in a packet beside its picture."""
MOST_SET_IDS = 32
MOST_PACKETS = MAX_FPS * MAX_DURATION_S

Integers = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]


class UnreadableIndex(VideoError):
    """What is kept of a film's packets is broken."""

    code = "CC-0216"
    remedy = "Build again; if it happens twice, report it with the log."


@dataclass(frozen=True, slots=True)
class FilmPackets:
    """N packets in the order of decoding; none if they cannot be taken over.

    Attributes:
        refusal: why they cannot, as the rest of a sentence; "" if they can.
        times: when each is shown, in ticks of `base_s` from the film's first picture.
        positions, sizes: of each in the file, in bytes.
        is_idr: whether all that follows can be decoded from here.
        sps, pps: the film's parameter sets.
    """

    width_px: int
    height_px: int
    base_s: Fraction
    refusal: str
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    times: Integers
    positions: Integers
    sizes: Integers
    is_idr: Flags

    @property
    def free_set_id(self) -> int:
        """The lowest id that none of the film's parameter sets has."""
        taken = {parameter_set_id(one) for one in (*self.sps, *self.pps)}
        return next(number for number in range(1, MOST_SET_IDS) if number not in taken)

    @property
    def fps(self) -> float:
        """Pictures a second, as most of them follow each other; to a thousandth."""
        return round(float(1 / (Fraction(float(np.median(np.diff(np.sort(self.times))))) * self.base_s)), 3)

    def to_bytes(self) -> bytes:
        """The index as one file."""
        held = io.BytesIO()
        words = np.frombuffer(self.refusal.encode(), np.uint8)
        sets = np.frombuffer(b"".join(struct.pack(">I", len(one)) + one for one in (*self.sps, *self.pps)), np.uint8)
        numbers = [self.width_px, self.height_px, self.base_s.numerator, self.base_s.denominator, len(self.sps)]
        for array in (np.array(numbers), words, sets, self.times, self.positions, self.sizes, self.is_idr):
            np.save(held, array, allow_pickle=False)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> FilmPackets:
        """The index that `to_bytes` wrote.

        Raises:
            UnreadableIndex: CC-0216, it is something else.
        """
        held = io.BytesIO(content)
        try:
            numbers, words, sets, *arrays = (np.load(held, allow_pickle=False) for _ in range(7))
            width_px, height_px, numerator, denominator, sps_count = map(int, numbers)
            found = [nal for _, nal in _units(sets.tobytes())]
        except (ValueError, EOFError, OSError, _NotTaken) as error:
            raise UnreadableIndex("What is kept of the film's packets is broken.", detail=str(error)) from error
        refusal = words.tobytes().decode("utf-8", "replace")
        both = (tuple(found[:sps_count]), tuple(found[sps_count:]))
        return cls(width_px, height_px, Fraction(numerator, denominator), refusal, *both, *arrays)


class _NotTaken(Exception):
    """Why the packets cannot be taken over."""


def index_film(path: Path) -> FilmPackets:
    """Find a film's packets, in memory of some bytes for each.

    Raises:
        NotAFilm, FilmWithoutPictures, DamagedFilm, FilmTooLarge: CC-0205 to CC-0208.
    """
    look = look_at_film(path)
    with open_film(path) as (_, stream):
        size = (stream.width, stream.height)
        base_s, none = stream_base(stream), np.zeros(0, np.int64)
        try:
            sps, pps = _parameter_sets(stream)
            _require_format(stream, sps, look)
            times, positions, sizes, is_idr = _index(stream, {*sps, *pps})
            _require_rate(times, base_s)
        except _NotTaken as refused:
            return FilmPackets(*size, base_s, str(refused), (), (), none, none, none, none.astype(np.bool_))
        return FilmPackets(*size, base_s, "", sps, pps, times, positions, sizes, is_idr)


def _parameter_sets(stream: VideoStream) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Source: ISO/IEC 14496-15, `AVCDecoderConfigurationRecord`."""
    if stream.codec_context.name != "h264":
        raise _NotTaken("they are not H.264")
    record = bytes(stream.codec_context.extradata or b"")
    if len(record) < 7 or record[0] != 1 or record[4] & 3 != LENGTH_BYTES - 1:  # noqa: PLR2004  # its fixed part
        raise _NotTaken("their file keeps them in another form")
    at, kinds = 5, []
    try:
        for mask in (31, 255):
            count, sets = record[at] & mask, []
            at += 1
            for _ in range(count):
                (length,) = struct.unpack_from(">H", record, at)
                sets.append(record[at + 2 : at + 2 + length])
                at += 2 + length
            kinds.append(tuple(sets))
        if not all(kinds) or not all(map(is_progressive, kinds[0])):
            raise _NotTaken("they are interlaced")
        ids = {parameter_set_id(one) for kind in kinds for one in kind}
    except (IndexError, struct.error) as error:
        raise _NotTaken("their parameter sets cannot be read") from error
    if ids.issuperset(range(1, MOST_SET_IDS)):
        raise _NotTaken("they use up all parameter sets")
    return kinds[0], kinds[1]


def _require_format(stream: VideoStream, sps: tuple[bytes, ...], look: FilmLook) -> None:
    if look.size_px != (stream.width, stream.height) or look.is_turned:
        raise _NotTaken("they are turned or stretched when they are shown")
    context = stream.codec_context
    if any(one[1] not in PROFILES for one in sps) or context.pix_fmt not in {"yuv420p", "yuvj420p"}:
        raise _NotTaken("they are not 8-bit 4:2:0")
    if context.color_range == ColorRange.JPEG or context.pix_fmt == "yuvj420p":
        raise _NotTaken("their colours have the full range")
    if context.colorspace not in {Colorspace.ITU709, UNSPECIFIED_COLORSPACE}:
        raise _NotTaken("their colours are not those of HD")
    if stream.width < LEAST_SIZE_PX[0] or stream.height < LEAST_SIZE_PX[1] or stream.width % 2 or stream.height % 2:
        raise _NotTaken(f"they have {stream.width} x {stream.height} pixels")


def _index(stream: VideoStream, sets: set[bytes]) -> tuple[Integers, Integers, Integers, Flags]:
    first = stream.start_time or 0
    rows: list[tuple[int, int, int, bool]] = []
    for packet in container_of(stream).demux(stream):
        if not packet.size:
            continue
        if packet.pts is None or packet.pos is None or packet.pos < 0 or packet.is_corrupt or packet.is_discard:
            raise _NotTaken("some of them have no time")
        if len(rows) == MOST_PACKETS:
            raise FilmTooLarge(f"The film has more than {MOST_PACKETS} pictures.")
        rows.append((packet.pts - first, packet.pos, packet.size, _is_idr(packet, sets)))
    if not rows or not rows[0][3] or min(row[0] for row in rows) < 0:
        raise _NotTaken("they do not begin with a key frame")
    table = np.array(rows, np.int64)
    if len(np.unique(table[:, 0])) < len(table):
        raise _NotTaken("two of them have the same time")
    return table[:, 0].copy(), table[:, 1].copy(), table[:, 2].copy(), table[:, 3].astype(np.bool_)


def _is_idr(packet: Packet[VideoStream], sets: set[bytes]) -> bool:
    kinds = set()
    for kind, nal in _units(bytes(packet)):
        if kind in SETS and nal not in sets:
            raise _NotTaken("their parameter sets change")
        kinds.add(kind)
    if not kinds <= {NAL_SLICE, NAL_IDR} | SETS | BESIDE_PICTURES or not kinds & {NAL_SLICE, NAL_IDR}:
        raise _NotTaken("they hold more than pictures")
    return NAL_IDR in kinds


def _units(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at + LENGTH_BYTES < len(content):
        (length,) = struct.unpack_from(">I", content, at)
        nal = content[at + LENGTH_BYTES : at + LENGTH_BYTES + length]
        if not nal or len(nal) < length:
            raise _NotTaken("some of them are cut short")
        yield nal_type(nal), nal
        at += LENGTH_BYTES + length


def _require_rate(times: Integers, base_s: Fraction) -> None:
    lasts_s = int(times.max()) * base_s
    if len(times) > 1 and (len(times) - 1) / lasts_s < LEAST_FPS:
        raise _NotTaken(f"there are {round(float((len(times) - 1) / lasts_s), 1)} of them a second")
