"""Captions: what is spoken, in pieces that can be read while they are heard.

At most two lines of 42 columns (a Chinese, Japanese or Korean character takes two), one to seven seconds, broken where
a sentence or a clause ends; about 20 characters a second where the speech leaves time for it.

Source: WebVTT (W3C), SubRip as players read it; the reading limits are those of the EBU and BBC subtitle guidelines.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from coursecrafter.domain.speech import Word

LINE_COLUMNS = 42
LINES = 2
SHORTEST_S, LONGEST_S = Fraction(1), Fraction(7)
PAUSE_S = Fraction(1)
LINGER_S = Fraction(1, 2)
READABLE_CPS = 20
LINE_END, SENTENCE_END, CLAUSE_END = 3, 2, 1
SENTENCE_ENDS = ".!?…。！？؟।"
CLAUSE_ENDS = ",;:،؛，、；：–—"
CLOSERS = "\"'”’»›)]}）」』】"
# A piece that must not be parted: a run without blanks, where each East Asian character may begin a new one.
EAST_ASIAN = "\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
PIECE = re.compile(rf"[{EAST_ASIAN}][^\s\w]*|[^\s{EAST_ASIAN}]+[、。，；：！？）」』】〉》]*")


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text and when it is spoken.

    Attributes:
        words: with times in seconds from the start of the video; may be empty or have holes.
        start_s, end_s: when its sound begins and ends, in seconds from the start of the video.
    """

    text: str
    words: tuple[Word, ...]
    start_s: Fraction
    end_s: Fraction


@dataclass(frozen=True, slots=True)
class Caption:
    """What is shown at once."""

    start_s: Fraction
    end_s: Fraction
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of the text that stays whole.

    Attributes:
        is_spaced: whether a blank parts it from the piece before it on the same line.
        strength: how well a caption may end after it: 3 line or segment, 2 sentence, 1 clause, 0 in a clause.
    """

    text: str
    start_s: Fraction
    end_s: Fraction
    is_spaced: bool
    strength: int


def make_captions(scenes: Sequence[Sequence[SpokenText]], end_s: Fraction) -> list[Caption]:
    """Cut what is spoken into captions; none runs over the end of a scene.

    Args:
        scenes: the spoken texts of each scene, in playing order.
        end_s: when the video ends.
    """
    cut = [group for scene in scenes for run in _unbroken(list(_pieces(scene))) for group in _grouped(run)]
    starts = [group[0].start_s for group in cut] + [end_s]
    return [
        Caption(group[0].start_s, _end_s(group, following), _lines(group))
        for group, following in zip(cut, starts[1:], strict=True)
    ]


def characters_per_second(caption: Caption) -> float:
    """Reading speed."""
    return float(sum(map(len, caption.lines)) / (caption.end_s - caption.start_s))


def to_vtt(captions: Sequence[Caption]) -> str:
    """The captions as WebVTT."""
    cues = (
        f"{number}\n{_clock(c.start_s, '.')} --> {_clock(c.end_s, '.')}\n{_escaped(chr(10).join(c.lines))}\n"
        for number, c in enumerate(captions, 1)
    )
    return "\n".join(["WEBVTT\n", *cues])


def to_srt(captions: Sequence[Caption]) -> str:
    """The captions as SubRip; it has no way to write "<" that all players know, so the sign looks like it here."""
    cues = (
        f"{number}\n{_clock(c.start_s, ',')} --> {_clock(c.end_s, ',')}\n"
        + "\n".join(c.lines).replace("<", "‹").replace(">", "›")
        + "\n"
        for number, c in enumerate(captions, 1)
    )
    return "\n".join(cues)


def _pieces(scene: Sequence[SpokenText]) -> Iterator[_Piece]:
    for spoken in scene:
        text = "".join(
            char if unicodedata.category(char) not in {"Cc", "Cs"} or char == "\n" else " " for char in spoken.text
        )
        at_s = partial(_time_at, *_time_map(spoken))
        found = [part for match in PIECE.finditer(text) for part in _narrow_parts(match)]
        for index, (start, end) in enumerate(found):
            following = found[index + 1][0] if index + 1 < len(found) else None
            between = "\n" if following is None else text[end:following]
            is_spaced = index == 0 or text[found[index - 1][1] : start] != ""
            yield _Piece(text[start:end], at_s(start), at_s(end), is_spaced, _strength(text[start:end], between))


def _narrow_parts(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """The match's span, parted where it is wider than a line."""
    start, columns = match.start(), 0
    for place in range(match.start(), match.end()):
        width = _columns(match.string[place])
        if columns + width > LINE_COLUMNS:
            yield start, place
            start, columns = place, 0
        columns += width
    yield start, match.end()


def _strength(piece: str, between: str) -> int:
    ending = piece.rstrip(CLOSERS)[-1:]
    if "\n" in between:
        return LINE_END
    if ending and ending in SENTENCE_ENDS:
        return SENTENCE_END
    return CLAUSE_END if ending and ending in CLAUSE_ENDS else 0


def _time_map(spoken: SpokenText) -> tuple[list[int], list[Fraction]]:
    """Places in the text and their times, both rising."""
    places, times = [0], [spoken.start_s]
    ends = [(word.char_start, word.start_s, word.char_end, word.end_s) for word in spoken.words]
    for char_start, start_s, char_end, end_s in [
        *ends,
        (len(spoken.text), spoken.end_s, len(spoken.text), spoken.end_s),
    ]:
        for place, at_s in ((char_start, start_s), (char_end, end_s)):
            if place >= places[-1]:
                places.append(place)
                times.append(max(times[-1], min(at_s, spoken.end_s)))
    return places, times


def _time_at(places: list[int], times: list[Fraction], place: int) -> Fraction:
    """The time of a place, between the two known ones around it."""
    after = min(bisect_right(places, place), len(places) - 1)
    before = after - 1
    span = places[after] - places[before]
    share = Fraction(place - places[before], span) if span else Fraction(1)
    return times[before] + (times[after] - times[before]) * min(share, Fraction(1))


def _unbroken(pieces: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """The runs between longer pauses."""
    first = 0
    for index in range(1, len(pieces) + 1):
        if index == len(pieces) or pieces[index].start_s - pieces[index - 1].end_s > PAUSE_S:
            if index > first:
                yield pieces[first:index]
            first = index


def _grouped(pieces: Sequence[_Piece]) -> Iterator[Sequence[_Piece]]:
    """Cut a run into captions: as long as fits, ending at the best place."""
    first = 0
    while first < len(pieces):
        end = first + 1
        best, best_score = end, Fraction(-100)
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
    is_short = group[-1].end_s - group[0].start_s <= LONGEST_S
    return is_short and _line_ends(group) < LINES and _two_lines(group) is not None


def _line_ends(group: Sequence[_Piece]) -> int:
    """How many lines or segments of the script end inside."""
    return sum(piece.strength == LINE_END for piece in group[:-1])


def _score(pieces: Sequence[_Piece], first: int, end: int) -> Fraction:
    """How good it is to end a caption before the piece `end`."""
    following_s = pieces[end].start_s if end < len(pieces) else pieces[end - 1].end_s + LINGER_S
    lasts_s = following_s - pieces[first].start_s
    remaining_s = pieces[-1].end_s - following_s
    sentence_ends = sum(piece.strength == SENTENCE_END for piece in pieces[first : end - 1])
    score = Fraction(2 * pieces[end - 1].strength) + min(lasts_s, Fraction(4)) / 2
    score -= 4 * _line_ends(pieces[first:end]) + sentence_ends
    if lasts_s < SHORTEST_S:
        score -= 20
    if end < len(pieces) and remaining_s < SHORTEST_S / 2:
        score -= 3
    return score


def _end_s(group: Sequence[_Piece], following_s: Fraction) -> Fraction:
    """A little after its last word; longer where it is short or dense and nothing else is to be shown."""
    start_s, spoken_end_s = group[0].start_s, group[-1].end_s
    characters = sum(len(line) for line in _lines(group))
    wanted_s = max(spoken_end_s + LINGER_S, start_s + SHORTEST_S, start_s + Fraction(characters, READABLE_CPS))
    return max(min(wanted_s, following_s, start_s + LONGEST_S), start_s + Fraction(1, 10))


def _lines(group: Sequence[_Piece]) -> tuple[str, ...]:
    """One line, or two of about equal width that part at a good place."""
    return (_joined(group),) if len(group) == 1 else _two_lines(group) or ()


def _two_lines(group: Sequence[_Piece]) -> tuple[str, ...] | None:
    """The best one or two lines for more than one piece; None if they do not fit."""
    one = _joined(group)
    has_line_end = _line_ends(group) > 0
    if not has_line_end and _columns(one) <= LINE_COLUMNS:
        return (one,)
    if _columns(one) > LINES * LINE_COLUMNS + 1:
        return None
    splits = [
        (_joined(group[:at]), _joined(group[at:]), group[at - 1].strength)
        for at in range(1, len(group))
        if not has_line_end or group[at - 1].strength == LINE_END
    ]
    fitting = [split for split in splits if max(_columns(split[0]), _columns(split[1])) <= LINE_COLUMNS]
    best = min(fitting, key=lambda s: abs(_columns(s[0]) - _columns(s[1])) - 8 * s[2], default=None)
    return best and best[:2]


def _joined(group: Sequence[_Piece]) -> str:
    line = group[0].text
    for piece in group[1:]:
        line = _together(line, piece)
    return line


def _together(line: str, piece: _Piece) -> str:
    return f"{line} {piece.text}" if piece.is_spaced else line + piece.text


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else unicodedata.combining(char) == 0 for char in text)


def _clock(at_s: Fraction, point: str) -> str:
    ms = int(at_s * 1000 + Fraction(1, 2))
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{point}{ms % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
