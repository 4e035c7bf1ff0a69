"""What of a film is taken over packet by packet, what is encoded again, and where a picture stands. Pure.

Packets can be decoded from a key frame on, and for as long as they go on without a hole. So a part of the film begins
with a key frame, or where the part before it ended; what lies between a cut and the next key frame is encoded again.
A viewer who seeks shall find a key frame near by: where the film has none for five seconds, one is encoded.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from coursecrafter.domain.film import Stretch
from coursecrafter.media.film_packets import FilmPackets, Integers
from coursecrafter.media.picture_track import FRAME_TICKS, TICKS_PER_S, CopiedPart, ticks_of
from coursecrafter.media.still_video import LONGEST_GOP_FRAMES
from coursecrafter.media.timeline import VIDEO_FPS, nearest

FAINT_S = Fraction(1, 10)
"""A fade's last steps are too faint to be found; they are taken along."""
CLEAR_AFTER_S = Fraction(1, 2)
"""A poor encoding shows a new picture roughly first: what is to stand is taken a moment later."""
BEFORE_NEXT_S = Fraction(1, 15)
NEAR_S = Fraction(1, 10)
"""A cut is taken where packets can be parted, if that is so near."""
LONGEST_TICKS = LONGEST_GOP_FRAMES * FRAME_TICKS
LEAST_TICKS = FRAME_TICKS // 2


@dataclass(frozen=True, slots=True)
class Play:
    """A shot: what it shows of the film, or None for a picture of its own, from `start` to `end` ticks."""

    stretch: Stretch | None
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class OwnPart:
    """The own picture of the shot of that index."""

    start: int
    end: int
    shot: int


@dataclass(frozen=True, slots=True)
class FilmedPart:
    """Pictures of the film that are encoded again: one a frame, at these times; the last one stands."""

    start: int
    end: int
    times_s: tuple[Fraction, ...]


Part = OwnPart | FilmedPart | CopiedPart


def plan_parts(packets: FilmPackets, plays: Sequence[Play]) -> list[Part]:
    """Cover every tick of a video with parts, in order; a film's packets wherever they can be taken over.

    Args:
        packets: of a film whose packets can be.
        plays: N shots that follow each other without a hole.
    """
    planner = _Planner(packets)
    for shot, play in enumerate(plays):
        planner.add(shot, play)
    return planner.parts


def stand_time_s(stretch: Stretch, reached_s: Fraction) -> Fraction:
    """When the picture that is to stand is taken: once it is clear, and not after the last one."""
    clear_s = max(reached_s, stretch.settled_s + CLEAR_AFTER_S)
    return max(stretch.settled_s, min(clear_s, stretch.end_s - BEFORE_NEXT_S))


class _Planner:
    """Goes through the shots. `_at` is the packet that comes next, `_is_open` whether it can be decoded as it is."""

    def __init__(self, packets: FilmPackets) -> None:
        self.parts: list[Part] = []
        self._packets = packets
        self._closed, self._begins = _boundaries(packets)
        self._idr = np.flatnonzero(packets.is_idr)
        self._at, self._is_open, self._key = 0, False, 0
        self._reached_s = Fraction(0)
        self._shown: Stretch | None = None

    def add(self, shot: int, play: Play) -> None:
        if play.stretch is None:
            self.parts.append(OwnPart(play.start, play.end, shot))
            self._is_open, self._shown = False, None
            return
        self._begin(play.stretch)
        tick, until = play.start, self._boundary(play.stretch.end_s)
        while tick < play.end:
            if self._can_copy(until):
                after = self._copy(tick, until, play)
                if after == tick and self._packets.is_idr[self._at]:
                    until = self._at  # not even its first pictures have room
                tick = after
            else:
                tick = self._fill(tick, until, play)

    def _begin(self, stretch: Stretch) -> None:
        """Go to a stretch; another half of the one that is shown goes on with it."""
        before = self._shown
        if before and stretch.at_rest() == stretch == before.at_rest():
            return
        self._shown = stretch
        at = self._near(stretch.start_s)
        self._is_open = self._is_open and at == self._at
        self._at = self._next_idr(stretch.start_s) if at is None else at
        self._reached_s = stretch.start_s if at is None else self._time_s(at)

    def _can_copy(self, until: int) -> bool:
        if self._at >= until:
            return False
        is_near = self._time_s(self._at) - self._reached_s < Fraction(LEAST_TICKS, TICKS_PER_S)
        return is_near and (self._is_open or bool(self._packets.is_idr[self._at]))

    def _copy(self, tick: int, until: int, play: Play) -> int:
        """Take over packets as far as the shot, the stretch and the distance of key frames allow."""
        first, reached, key = self._at, self._at, self._key
        while reached < until:
            if self._packets.is_idr[reached]:
                key = tick + self._ticks(first, reached)
            index = int(np.searchsorted(self._idr, reached, "right"))
            behind = min(until, int(self._idr[index]) if index < len(self._idr) else until)
            most = min(play.end, key + LONGEST_TICKS) - tick
            reached, is_whole = self._within(first, reached, behind, most)
            if not is_whole:
                break
        if reached == first:
            self._is_open = False
            return tick
        end = tick + self._ticks(first, reached)
        end = play.end if play.end - end < LEAST_TICKS else min(end, play.end)
        self.parts.append(CopiedPart(tick, end, first, reached))
        self._at, self._is_open, self._key = reached, True, key
        self._reached_s = self._time_s(reached)
        return end

    def _within(self, first: int, reached: int, behind: int, most: int) -> tuple[int, bool]:
        """The last place up to `behind` at which packets can be parted within so many ticks; whether it is that."""
        if self._ticks(first, behind) <= most:
            return behind, True
        low, high = np.searchsorted(self._closed, (reached, behind))
        places = self._closed[low : high + 1]
        fits = [int(place) for place in places if self._ticks(first, int(place)) <= most]
        return max([reached, *fits]), False

    def _fill(self, tick: int, until: int, play: Play) -> int:
        """Stand, or encode, up to the next packet that can be taken over or to the end of the shot."""
        stretch = self._shown
        if stretch is None:
            return play.end
        if self._at < until and not self._packets.is_idr[self._at]:
            self._at = self._next_idr(max(self._reached_s, self._time_s(self._at)))
        resumed_s = self._time_s(self._at) if self._at < until else None
        end = play.end
        if resumed_s is not None:
            end = min(end, tick + max(LEAST_TICKS, round((resumed_s - self._reached_s) * TICKS_PER_S)))
        if resumed_s is not None and play.end - end < LEAST_TICKS:
            end = play.end
        if self._reached_s >= min(stretch.settled_s + FAINT_S, stretch.end_s - BEFORE_NEXT_S):
            self._stand(tick, end, stretch)
        else:
            self._film(tick, end, stretch, resumed_s)
        self._reached_s = (
            resumed_s
            if resumed_s is not None and end < play.end
            else max(self._reached_s, min(stretch.end_s, self._reached_s + Fraction(end - tick, TICKS_PER_S)))
        )
        return end

    def _stand(self, tick: int, end: int, stretch: Stretch) -> None:
        last = self.parts[-1] if self.parts else None
        if isinstance(last, FilmedPart) and last.end == tick:
            self.parts[-1] = replace(last, end=end)
            return
        if isinstance(last, CopiedPart) and self._is_open and last.end == tick:
            held = min(end, max(tick, self._key + LONGEST_TICKS))
            held = end if end - held < LEAST_TICKS else held
            self.parts[-1] = replace(last, end=held)
            tick = held
        if tick < end:
            self.parts.append(FilmedPart(tick, end, (stand_time_s(stretch, self._reached_s),)))
            self._is_open = False

    def _film(self, tick: int, end: int, stretch: Stretch, resumed_s: Fraction | None) -> None:
        """A movement from its beginning, or from where packets ended."""
        stands_s = stand_time_s(stretch, self._reached_s)
        moves_until_s = min(stretch.settled_s + FAINT_S, stands_s, stands_s if resumed_s is None else resumed_s)
        moves_until_s = stretch.start_s if not stretch.moving_s else moves_until_s
        frames = max(0, math.ceil((moves_until_s - self._reached_s) * VIDEO_FPS))
        times_s = [self._reached_s + Fraction(index, VIDEO_FPS) for index in range(frames)]
        if resumed_s is None or resumed_s > stands_s or not times_s:
            times_s.append(stands_s)
        # As many as the track has frames for: one that is left out there would leave no key frame at the end.
        most = max(1, nearest(Fraction(end - tick, FRAME_TICKS)))
        self.parts.append(FilmedPart(tick, end, tuple(times_s[:most])))
        self._is_open = False

    def _near(self, at_s: Fraction) -> int | None:
        """The key frame next to a time, else another place where packets can be parted; None if none is near."""
        for places in (self._idr, self._closed):
            index = int(np.searchsorted(self._begins_of(places), math.floor(at_s / self._packets.base_s)))
            around = places[max(0, index - 1) : index + 2].tolist()
            near = min(around, key=lambda at: abs(self._time_s(at) - at_s))
            if abs(self._time_s(near) - at_s) <= NEAR_S:
                return int(near)
        return None

    def _boundary(self, at_s: Fraction) -> int:
        """Where a stretch ends: where the next one would begin, else at the last place before that."""
        near = self._near(at_s)
        if near is not None:
            return near
        index = int(np.searchsorted(self._begins, math.floor(at_s / self._packets.base_s), "right"))
        return int(self._closed[max(0, index - 1)])

    def _next_idr(self, after_s: Fraction) -> int:
        begins = self._begins_of(self._idr)
        index = int(np.searchsorted(begins, math.floor(after_s / self._packets.base_s), "right"))
        return int(self._idr[index]) if index < len(self._idr) else len(self._packets.times)

    def _begins_of(self, places: Integers) -> Integers:
        return self._begins[np.searchsorted(self._closed, places)]

    def _begin_at(self, at: int) -> int:
        return int(self._begins[int(np.searchsorted(self._closed, at))])

    def _time_s(self, at: int) -> Fraction:
        return self._begin_at(at) * self._packets.base_s

    def _ticks(self, first: int, at: int) -> int:
        return int(ticks_of(np.array(self._begin_at(at) - self._begin_at(first)), self._packets.base_s))


def _boundaries(packets: FilmPackets) -> tuple[Integers, Integers]:
    """Where packets can be parted, since all before are shown before all behind; and what is then shown first.

    Returns:
        K places, the first 0 and the last one behind all packets; K times in the film's ticks.
    """
    times = packets.times
    first_behind = np.minimum.accumulate(times[::-1])[::-1]
    last_before = np.maximum.accumulate(times)
    is_closed = np.concatenate([[True], last_before[:-1] < first_behind[1:], [True]])
    frame = int(np.median(np.diff(np.sort(times)))) if len(times) > 1 else 1
    begins = np.append(first_behind, times.max() + frame)
    closed = np.flatnonzero(is_closed)
    return closed, begins[closed]
