"""The pictures of a video as its file holds them: coded samples with the time of each.

Our own pictures come 30 a second. Those of a film keep their distances and their order of decoding, in which a picture
may stand before one that is shown earlier; and what stands still may be one sample that lasts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain, pairwise

import numpy as np

from coursecrafter.media.film_packets import FilmPackets, Integers
from coursecrafter.media.still_video import CodedRun, Sample, Shown, samples_of
from coursecrafter.media.timeline import VIDEO_FPS, nearest

TICKS_PER_S = 512 * VIDEO_FPS
FRAME_TICKS = TICKS_PER_S // VIDEO_FPS
LENGTH_BYTES = 4


@dataclass(frozen=True, slots=True)
class TrackSample:
    """One coded picture.

    Attributes:
        place: where the packet stands in the film's file; None for a picture of our own.
        size_bytes: its length in the file, with the four bytes that say it.
        ticks: until the next one is decoded.
        shift_ticks: from when it is decoded to when it is shown.
        is_sync: whether a viewer can seek to it.
    """

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
        own: reads the slices of our own pictures, in their order.
        delay_ticks: when the first picture is shown, which a player takes away again.
    """

    width_px: int
    height_px: int
    sps: tuple[bytes, ...]
    pps: tuple[bytes, ...]
    samples: Sequence[TrackSample]
    own: Callable[[], Iterator[bytes]]
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
    known: dict[TrackSample, TrackSample] = {}
    # Nearly all are one of a few pictures that repeat the one before: each is there once.
    samples = [known.setdefault(one, one) for one in (_own(sample, FRAME_TICKS) for sample in samples_of(shown))]
    return PictureTrack(run.width_px, run.height_px, (run.sps,), (run.pps,), samples, lambda: _slices(shown))


def join_parts(packets: FilmPackets, parts: Sequence[CopiedPart | CodedPart]) -> PictureTrack:
    """One track of a film's packets and of our own pictures, of the film's size and with parameter sets of another id.

    Each part of our own begins with an IDR picture, and so does each part of the film that does not go on where the one
    before it ended.

    Raises:
        VideoNotAssembled: CC-0203, see `samples_of`.
    """
    samples: list[TrackSample] = []
    shown: list[Shown] = []
    own: CodedRun | None = None
    for part in parts:
        if isinstance(part, CopiedPart):
            samples += _copied(packets, part)
        else:
            own = part.run
            one = _shown(part)
            samples += _coded(part, one)
            shown.append(one)
    delay = max(0, -min(sample.shift_ticks for sample in samples))
    if delay:
        samples = [replace(sample, shift_ticks=sample.shift_ticks + delay) for sample in samples]
    sps, pps = (packets.sps, packets.pps) if own is None else ((*packets.sps, own.sps), (*packets.pps, own.pps))

    def slices() -> Iterator[bytes]:
        return chain.from_iterable(_slices([one]) for one in shown)

    return PictureTrack(packets.width_px, packets.height_px, sps, pps, samples, slices, delay)


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
        TrackSample(int(packets.positions[at]), int(packets.sizes[at]), ticks, bool(packets.is_idr[at]), shift)
        for at, ticks, shift in rows
    ]


def _shown(part: CodedPart) -> Shown:
    """Two IDR pictures in a row would have to differ in a number that a film has chosen: the last is repeated once."""
    frames = max(1, nearest(Fraction(part.end - part.start, FRAME_TICKS)))
    pictures = part.run.pictures[:frames]
    holds = (*[1] * (len(pictures) - 1), max(2, frames - len(pictures) + 1))
    return Shown(replace(part.run, pictures=pictures), holds)


def _coded(part: CodedPart, shown: Shown) -> list[TrackSample]:
    ticks = part.end - part.start
    coded = [_own(sample, 0) for sample in samples_of([shown])]
    least = min(FRAME_TICKS // 2, ticks // len(coded))
    starts = [min(index * FRAME_TICKS, ticks - (len(coded) - index) * least) for index in range(len(coded))]
    lasts = [after - before for before, after in pairwise([*starts, ticks])]
    return [replace(one, ticks=last) for one, last in zip(coded, lasts, strict=True)]


def _own(sample: Sample, ticks: int) -> TrackSample:
    return TrackSample(None, LENGTH_BYTES + len(sample.nal), ticks, sample.is_idr)


def _slices(shown: Sequence[Shown]) -> Iterator[bytes]:
    return (sample.nal for sample in samples_of(shown))
