"""The pictures of a video as its file holds them: coded samples with the time of each.

Our own pictures come 30 a second. Those of a film keep their distances and their order of decoding, in which a picture
may stand before one that is shown earlier; and what stands still may be one sample that lasts.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from coursecrafter.media.film_packets import FilmPackets, Integers
from coursecrafter.media.still_video import CodedRun, Sample, Shown, samples_of
from coursecrafter.media.timeline import VIDEO_FPS, nearest

TICKS_PER_S = 512 * VIDEO_FPS
FRAME_TICKS = TICKS_PER_S // VIDEO_FPS


@dataclass(frozen=True, slots=True)
class TrackSample:
    """One coded picture.

    Attributes:
        nals: NAL units, each after its length; empty for a packet of the film.
        place: where the packet stands in the film's file; None for a picture of our own.
        size_bytes: its length in the file.
        ticks: until the next one is decoded.
        shift_ticks: from when it is decoded to when it is shown.
        is_sync: whether a viewer can seek to it.
    """

    nals: tuple[bytes, ...]
    place: int | None
    size_bytes: int
    ticks: int
    is_sync: bool
    shift_ticks: int = 0


@dataclass(frozen=True, slots=True)
class PictureTrack:
    """All pictures of a video.

    Attributes:
        sps, pps: parameter sets; each picture names its own.
        delay_ticks: when the first picture is shown, which a player takes away again.
    """

    width_px: int
    height_px: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    samples: Sequence[TrackSample]
    delay_ticks: int = 0

    @property
    def ticks(self) -> int:
        """How long all of it lasts."""
        return sum(sample.ticks for sample in self.samples)


@dataclass(frozen=True, slots=True)
class CopiedPart:
    """Packets of the film from one index to another, shown from `start` to `end` ticks; the last one stands."""

    start: int
    end: int
    first: int
    behind: int


@dataclass(frozen=True, slots=True)
class CodedPart:
    """A run of our own pictures, shown from `start` to `end` ticks, each for a frame; the last one stands."""

    start: int
    end: int
    run: CodedRun


def track_of(shown: Sequence[Shown]) -> PictureTrack:
    """The track of pictures that are all our own.

    Raises:
        VideoNotAssembled: CC-0203, see `samples_of`.
    """
    run = shown[0].run
    repeated: dict[int, TrackSample] = {}
    samples = []
    for one in samples_of(shown):
        # Nearly all are one of a few pictures that repeat the one before: each is there once.
        if id(one.nal) not in repeated:
            repeated[id(one.nal)] = _own(one, FRAME_TICKS)
        samples.append(repeated[id(one.nal)])
    return PictureTrack(run.width_px, run.height_px, (run.sps,), (run.pps,), samples)


def join_parts(packets: FilmPackets, parts: Sequence[CopiedPart | CodedPart]) -> PictureTrack:
    """One track of a film's packets and of our own pictures, of the film's size and with parameter sets of another id.

    Each part of our own begins with an IDR picture, and so does each part of the film that does not go on where the one
    before it ended.

    Raises:
        VideoNotAssembled: CC-0203, see `samples_of`.
    """
    samples: list[TrackSample] = []
    own: CodedRun | None = None
    for part in parts:
        if isinstance(part, CopiedPart):
            samples += _copied(packets, part)
        else:
            own = part.run
            samples += _coded(part)
    delay = max(0, -min(sample.shift_ticks for sample in samples))
    if delay:
        samples = [replace(sample, shift_ticks=sample.shift_ticks + delay) for sample in samples]
    sps, pps = (packets.sps, packets.pps) if own is None else ((*packets.sps, own.sps), (*packets.pps, own.pps))
    return PictureTrack(packets.width_px, packets.height_px, sps, pps, samples, delay)


def shown_ticks(packets: FilmPackets, first: int, behind: int) -> Integers:
    """When each packet of a part is shown, in the order of decoding, from the part's first picture."""
    times = packets.times[first:behind]
    return ticks_of(times - times.min(), packets.base_s)


def ticks_of(
    times: np.ndarray[tuple[int], np.dtype[np.int64]], base_s: Fraction
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Times of a film in ticks of a video, rounded each by itself, so that nothing adds up."""
    scale = base_s * TICKS_PER_S
    return (2 * times * scale.numerator + scale.denominator) // (2 * scale.denominator)


def _copied(packets: FilmPackets, part: CopiedPart) -> list[TrackSample]:
    shown = shown_ticks(packets, part.first, part.behind)
    # Pictures are decoded in the rhythm in which they are shown: as many as are shown, in another order.
    decoded = np.sort(shown)
    lasts = np.diff(decoded, append=part.end - part.start)
    rows = zip(range(part.first, part.behind), lasts.tolist(), (shown - decoded).tolist(), strict=True)
    return [
        TrackSample((), int(packets.positions[at]), int(packets.sizes[at]), ticks, bool(packets.is_idr[at]), shift)
        for at, ticks, shift in rows
    ]


def _coded(part: CodedPart) -> list[TrackSample]:
    """Two IDR pictures in a row would have to differ in a number that a film has chosen: the last is repeated once."""
    ticks = part.end - part.start
    frames = max(1, nearest(Fraction(ticks, FRAME_TICKS)))
    pictures = part.run.pictures[:frames]
    holds = (*[1] * (len(pictures) - 1), max(2, frames - len(pictures) + 1))
    coded = list(samples_of([Shown(replace(part.run, pictures=pictures), holds)]))
    least = min(FRAME_TICKS // 2, ticks // len(coded))
    starts = [min(index * FRAME_TICKS, ticks - (len(coded) - index) * least) for index in range(len(coded))]
    lasts = [after - before for before, after in pairwise([*starts, ticks])]
    return [_own(one, last) for one, last in zip(coded, lasts, strict=True)]


def _own(sample: Sample, ticks: int) -> TrackSample:
    length = struct.pack(">I", len(sample.nal))
    return TrackSample((length, sample.nal), None, len(length) + len(sample.nal), ticks, sample.is_idr)
