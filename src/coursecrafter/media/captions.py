"""Captions: what is spoken, in pieces that can be read while they are heard.

At most two lines of 42 columns (a Chinese, Japanese or Korean character takes two), one to seven seconds, broken where
a sentence or a clause ends; at most 20 columns a second where the speech leaves time for it: a caption stays into the
silence after it, and a dense one gives words to its neighbour or is joined with it.

Source: the reading limits of the EBU and BBC subtitle guidelines.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from coursecrafter.domain.speech import Word

LINE_COLUMNS = 42
LINES = 2
TICKS_PER_S = 7_056_000
"""Times are counted in whole ticks here, of which samples at 44.1 and 48 kHz and milliseconds are multiples: fractions
took four fifths of the time."""
SHORTEST_S, LONGEST_S = Fraction(1), Fraction(7)
SHORTEST, LONGEST = int(SHORTEST_S * TICKS_PER_S), int(LONGEST_S * TICKS_PER_S)
PAUSE = TICKS_PER_S
LINGER = TICKS_PER_S // 2
LEAST = TICKS_PER_S // 10
LONG_ENOUGH = 4 * TICKS_PER_S
READABLE_CPS = 20
DECIMALS = 4
"""What differs by less is as good: where times follow from the length of the text, much is equal but for its ticks."""
LINE_END, SENTENCE_END, CLAUSE_END = 3, 2, 1
SENTENCE_ENDS = ".!?…。！？؟।"
CLAUSE_ENDS = ",;:،؛，、；：–—"
CLOSERS = "\"'”’»›)]}）」』】"
# A piece that must not be parted: a run without blanks, where each East Asian character may begin a new one.
EAST_ASIAN = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
PIECE = re.compile(rf"[{EAST_ASIAN}][^\s\w]*|[^\s{EAST_ASIAN}]+[、。，；：！？）」』】〉》]*")

RULE = re.compile(r"^[ \t]*(?:([^\w\s])\1{2,}|_{3,}|[-.…·•–—]+)[ \t]*$", re.MULTILINE)
"""A line of dots or dashes: nobody says it, so there is no time to read it in."""


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text and when it is spoken.

    Attributes:
        words: with times in seconds from the start of the video; may be empty or have holes.
        start_s, end_s: when its sound begins and ends, in seconds from the start of the video.
        name: of whose words these are, as a segment's id.
    """

    text: str
    words: tuple[Word, ...]
    start_s: Fraction
    end_s: Fraction
    name: str = ""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is shown at once.

    Attributes:
        is_estimated: whether the time of any of its words was not told by the voice.
    """

    start_s: Fraction
    end_s: Fraction
    lines: tuple[str, ...]
    is_estimated: bool = False


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word, and when it is spoken.

    Attributes:
        name: of the text it belongs to.
        start_s, end_s: in seconds from the start of the video.
    """

    name: str
    text: str
    start_s: Fraction
    end_s: Fraction
    is_estimated: bool


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the text that stays whole.

    Attributes:
        width: in columns.
        start, end: in ticks from the start of the video.
        is_spaced: whether a blank parts it from the piece before it on the same line.
        strength: how well a caption may end after it: 3 line or segment, 2 sentence, 1 clause, 0 in a clause.
        is_estimated: whether its time is not the voice's.
    """

    text: str
    width: int
    start: int
    end: int
    is_spaced: bool
    strength: int
    is_estimated: bool


def make_captions(scenes: Sequence[Sequence[SpokenText]], end_s: Fraction) -> list[Caption]:
    """Cut what is spoken into captions; none runs over the end of a scene.

    Args:
        scenes: the spoken texts of each scene, in playing order.
        end_s: when the video ends.
    """
    cut = [group for scene in scenes for run in _unbroken(list(_pieces(scene))) for group in _eased(_grouped(run))]
    starts = [group[0].start for group in cut] + [_ticks(end_s)]
    return [
        Caption(
            _seconds(group[0].start),
            _seconds(_end(group, following)),
            _lines(group),
            is_estimated=any(piece.is_estimated for piece in group),
        )
        for group, following in zip(cut, starts[1:], strict=True)
    ]


def words_of(scenes: Sequence[Sequence[SpokenText]]) -> list[TimedWord]:
    """Every word that is spoken; where a voice told no times, they are laid out by the length of the text."""
    found = []
    for spoken in (spoken for scene in scenes for spoken in scene):
        if spoken.words:
            found += [
                TimedWord(
                    spoken.name,
                    spoken.text[word.char_start : word.char_end],
                    word.start_s,
                    word.end_s,
                    word.is_estimated,
                )
                for word in spoken.words
            ]
        else:
            found += [
                TimedWord(spoken.name, piece.text, _seconds(piece.start), _seconds(piece.end), is_estimated=True)
                for piece in _pieces([spoken])
            ]
    return found


def characters_per_second(caption: Caption) -> float:
    """Reading speed: columns a second, so that a Chinese character counts twice and a mark on a letter not at all."""
    return float(sum(map(columns, caption.lines)) / (caption.end_s - caption.start_s))


def _ticks(at_s: Fraction) -> int:
    """The tick nearest a time."""
    return (2 * at_s.numerator * TICKS_PER_S + at_s.denominator) // (2 * at_s.denominator)


def _seconds(ticks: int) -> Fraction:
    return Fraction(ticks, TICKS_PER_S)


def _pieces(scene: Sequence[SpokenText]) -> Iterator[_Piece]:
    for spoken in scene:
        text = "".join(
            char if unicodedata.category(char) not in {"Cc", "Cs"} or char == "\n" else " " for char in spoken.text
        )
        text = RULE.sub(lambda rule: " " * len(rule[0]), text)
        at = partial(_time_at, *_time_map(spoken))
        told = [word for word in spoken.words if not word.is_estimated]
        starts = [word.char_start for word in told]
        found = [part for match in PIECE.finditer(text) for part in _narrow_parts(match)]
        for index, (start, end) in enumerate(found):
            following = found[index + 1][0] if index + 1 < len(found) else None
            between = "\n" if following is None else text[end:following]
            is_spaced = index == 0 or text[found[index - 1][1] : start] != ""
            word = bisect_right(starts, end - 1) - 1
            is_told = word >= 0 and told[word].char_end > start
            piece = text[start:end]
            strength = _strength(piece, between)
            yield _Piece(piece, columns(piece), at(start), at(end), is_spaced, strength, not is_told)


def _narrow_parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The match's span, parted where it is wider than a line."""
    start, filled = match.start(), 0
    for place in range(match.start(), match.end()):
        width = columns(match.string[place])
        if filled + width > LINE_COLUMNS:
            yield start, place
            start, filled = place, 0
        filled += width
    yield start, match.end()


def _strength(piece: str, between: str) -> int:
    ending = piece.rstrip(CLOSERS)[-1:]
    if "\n" in between:
        return LINE_END
    if ending and ending in SENTENCE_ENDS:
        return SENTENCE_END
    return CLAUSE_END if ending and ending in CLAUSE_ENDS else 0


def _time_map(spoken: SpokenText) -> tuple[list[int], list[int]]:
    """Places in the text and their times in ticks, both rising."""
    last = _ticks(spoken.end_s)
    places, times = [0], [_ticks(spoken.start_s)]
    told = [
        (place, _ticks(at_s))
        for word in spoken.words
        for place, at_s in ((word.char_start, word.start_s), (word.char_end, word.end_s))
    ]
    for place, at in [*told, (len(spoken.text), last)]:
        if place >= places[-1]:
            places.append(place)
            times.append(max(times[-1], min(at, last)))
    return places, times


def _time_at(places: list[int], times: list[int], place: int) -> int:
    """The time of a place, between the two known ones around it."""
    after = min(bisect_right(places, place), len(places) - 1)
    before = after - 1
    span = places[after] - places[before]
    part = min(place - places[before], span)
    return times[before] + (times[after] - times[before]) * part // span if span else times[after]


def _unbroken(pieces: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """The runs between longer pauses."""
    first = 0
    for index in range(1, len(pieces) + 1):
        if index == len(pieces) or pieces[index].start - pieces[index - 1].end > PAUSE:
            if index > first:
                yield pieces[first:index]
            first = index


def _grouped(pieces: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """Cut a run into captions: as long as fits, ending at the best place."""
    first = 0
    while first < len(pieces):
        end = first + 1
        best, best_score = end, -math.inf
        while end <= len(pieces) and _fits(pieces[first:end]):
            score = _score(pieces, first, end)
            if score >= best_score:
                best, best_score = end, score
            end += 1
        yield pieces[first:best]
        first = best


def _fits(group: Sequence[_Piece]) -> bool:
    if len(group) == 1:
        return True
    is_short = group[-1].end - group[0].start <= LONGEST
    return is_short and _line_ends(group) < LINES and _two_lines(group) is not None


def _line_ends(group: Sequence[_Piece]) -> int:
    """How many lines or segments of the script end inside."""
    return sum(piece.strength == LINE_END for piece in group[:-1])


def _score(pieces: Sequence[_Piece], first: int, end: int) -> float:
    """How good it is to end a caption before the piece `end`."""
    following = pieces[end].start if end < len(pieces) else pieces[end - 1].end + LINGER
    lasts = following - pieces[first].start
    remaining = pieces[-1].end - following
    sentence_ends = sum(piece.strength == SENTENCE_END for piece in pieces[first : end - 1])
    score = 2 * pieces[end - 1].strength + min(lasts, LONG_ENOUGH) / (2 * TICKS_PER_S)
    score -= 4 * _line_ends(pieces[first:end]) + sentence_ends
    if lasts < SHORTEST:
        score -= 20
    elif (dense := _spoken_columns(pieces[first:end]) * TICKS_PER_S) > READABLE_CPS * lasts:
        score -= min(dense / lasts - READABLE_CPS, 8)
    if end < len(pieces) and remaining < SHORTEST // 2:
        score -= 3
    return round(score, DECIMALS)


def _eased(groups: Iterable[Sequence[_Piece]]) -> list[Sequence[_Piece]]:
    """The same captions, where a dense one shares its words and its time with a neighbour if both can then be read."""
    eased = list(groups)
    index = 0
    while index < len(eased):
        for place in (index, index - 1):
            if 0 <= place < len(eased) - 1 and _excess(eased, index) > 0:
                eased[place : place + 2] = _shared(eased, place)
                index = min(index, len(eased) - 1)
        index += 1
    return eased


def _shared(groups: Sequence[Sequence[_Piece]], place: int) -> Sequence[Sequence[_Piece]]:
    """The best way to part, or not to part, what two captions say."""
    pieces = [*groups[place], *groups[place + 1]]
    following = list(groups[place + 2 : place + 3])

    def worst(parted: Sequence[Sequence[_Piece]]) -> float:
        return max(_excess([*parted, *following], index) for index in range(len(parted)))

    ways = [[pieces[:at], pieces[at:]] for at in range(1, len(pieces))] + [[pieces]]
    fitting = [
        way
        for way in ways
        if all(map(_fits, way)) and all(_lasts([*way, *following], index) >= SHORTEST for index in range(len(way)))
    ]
    as_it_is = list(groups[place : place + 2])
    # A better place to end is worth more than a little speed that can be read.
    best = min(fitting, key=lambda way: (worst(way), -way[0][-1].strength, len(way)), default=as_it_is)
    return best if worst(best) < worst(as_it_is) else as_it_is


def _excess(groups: Sequence[Sequence[_Piece]], index: int) -> float:
    """By how many columns a second a caption is too fast to read; 0 for one that is not."""
    lasts = max(_lasts(groups, index), LEAST)
    return max(0, round(_spoken_columns(groups[index]) * TICKS_PER_S / lasts - READABLE_CPS, DECIMALS))


def _lasts(groups: Sequence[Sequence[_Piece]], index: int) -> int:
    """How many ticks a caption can stay; after the last of a run nothing is said for a while."""
    if index + 1 < len(groups):
        return groups[index + 1][0].start - groups[index][0].start
    return groups[index][-1].end + PAUSE - groups[index][0].start


def _spoken_columns(group: Sequence[_Piece]) -> int:
    return sum(piece.width + piece.is_spaced for piece in group) - 1


def _end(group: Sequence[_Piece], following: int) -> int:
    """A little after its last word; longer where it is short or dense and nothing else is to be shown."""
    start, width = group[0].start, sum(map(columns, _lines(group)))
    wanted = max(group[-1].end + LINGER, start + SHORTEST, start + width * TICKS_PER_S // READABLE_CPS)
    return max(min(wanted, following, start + LONGEST), start + LEAST)


def _lines(group: Sequence[_Piece]) -> tuple[str, ...]:
    """One line, or two of about equal width that part at a good place."""
    return (_joined(group),) if len(group) == 1 else _two_lines(group) or ()


def _two_lines(group: Sequence[_Piece]) -> tuple[str, ...] | None:
    """The best one or two lines for more than one piece; None if they do not fit."""
    has_line_end = _line_ends(group) > 0
    whole = _width(group)
    if not has_line_end and whole <= LINE_COLUMNS:
        return (_joined(group),)
    if whole > LINES * LINE_COLUMNS + 1:
        return None
    best, first = None, 0
    for at in range(1, len(group)):
        # Thousands of lines are measured for each caption that is chosen: only the best are put together.
        first += group[at - 1].width + (group[at - 1].is_spaced if at > 1 else 0)
        second = whole - first - group[at].is_spaced
        if max(first, second) <= LINE_COLUMNS and (not has_line_end or group[at - 1].strength == LINE_END):
            cost = abs(first - second) - 8 * group[at - 1].strength
            best = (cost, at) if best is None or cost < best[0] else best
    return best and (_joined(group[: best[1]]), _joined(group[best[1] :]))


def _width(group: Sequence[_Piece]) -> int:
    """Columns of a line."""
    return sum(piece.width + piece.is_spaced for piece in group) - group[0].is_spaced


def _joined(group: Sequence[_Piece]) -> str:
    line = group[0].text
    for piece in group[1:]:
        line = _together(line, piece)
    return line


def _together(line: str, piece: _Piece) -> str:
    return f"{line} {piece.text}" if piece.is_spaced else line + piece.text


def columns(text: str) -> int:
    """How wide a text is: East Asian characters take two, marks on letters none."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else unicodedata.combining(char) == 0 for char in text)
