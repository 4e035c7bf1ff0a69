"""Text on a picture: where lines break and where each word stands.

Everything is measured with the fonts that draw, so no text is ever cut off. Words keep the paragraph's direction, and
words of the other direction keep theirs within the line.

Source: Unicode UAX 14 (line breaking) and UAX 9 (bidirectional text), both reduced to what a line of speech needs.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from coursecrafter.engines.e2_video.faces import Face, is_seen, without_undrawable
from coursecrafter.engines.e2_video.line_rules import goes_on, parts_of, stays_with

BREAKS_ANYWHERE = ((0x2E80, 0x9FFF), (0xAC00, 0xD7FF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
NEVER_FIRST = frozenset("、。，．：；！？）］｝〕〉》」』】’”…・ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ,.!?;:)]}%％°")
NEVER_LAST = frozenset("（［｛〔〈《「『【‘“([{$¥€£#")
PAIRS = frozenset(map("".join, zip("([{（［｛〔〈《「『【‘“«„\"'", ")]}）］｝〕〉》」』】’”»“\"'", strict=True)))
HYPHEN = "-"
FIRST_WITHOUT_HYPHEN = 0x0530
"""Before it stand Latin, Greek and Cyrillic, which hyphenate."""
VOWELS = frozenset("aeiouyαεηιουωаеёиоуыэюя")
DIGRAPHS = frozenset({"ch", "sh", "th", "ph", "gh", "ck", "qu", "ny", "ll", "rr", "gn"})
SENTENCE_ENDS = frozenset(".!?。！？؟।…")
CLOSE_UP = frozenset(".,…。，、،۔।")
"""Marks before which no language has a space; French has one before the others."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as it is written, its punctuation included; the smallest thing that is placed or highlighted.

    Attributes:
        char_start, char_end: its place in the text.
        text: what is drawn.
        has_space: whether a space parts it from the word before it.
        starts_line: whether the author broke the line before it.
    """

    char_start: int
    char_end: int
    text: str
    has_space: bool
    starts_line: bool = False

    @property
    def ends_sentence(self) -> bool:
        """Whether a page may well end after it."""
        return self.text.rstrip("\"'”’»)")[-1:] in SENTENCE_ENDS


def ends_here(word: Token, after: Token) -> bool:
    """Whether a sentence or a line of its author's ends between two words."""
    return after.starts_line or (word.ends_sentence and not goes_on(word.text, after.text))


@dataclass(frozen=True, slots=True)
class Line:
    """Tokens that stand side by side, in reading order, and their width in pixels."""

    tokens: tuple[Token, ...]
    width_px: float


@dataclass(frozen=True, slots=True)
class PlacedToken:
    """A token on a picture.

    Attributes:
        x_px: its left edge.
        baseline_px: the line it stands on, from the top of the picture.
    """

    token: Token
    x_px: float
    baseline_px: int
    width_px: float


def tokenize(text: str) -> tuple[Token, ...]:
    """Split a text into the words that are drawn; control characters count as blanks, unknown ones are left out.

    Punctuation that would be left alone where something is left out closes up: "Well done 🎉." ends with "done.".
    """
    tokens: list[Token] = []
    has_space = starts_line = is_gap = False
    opening = ""
    for start, end in _chunks(text):
        drawn = without_undrawable(text[start:end])
        word, closing = opening + drawn, ""
        is_alone = all(unicodedata.category(char).startswith("P") for char in drawn)
        if is_alone and (len(drawn) < end - start or (is_gap and drawn in CLOSE_UP)):
            word, (closing, opening) = "", _parted(opening + drawn)
        if closing and tokens and not starts_line:
            tokens[-1] = replace(tokens[-1], char_end=end, text=tokens[-1].text + closing)
            has_space = False
        if is_seen(word):
            tokens.append(Token(start, end, word, has_space, starts_line and bool(tokens)))
            opening, has_space, starts_line = "", False, False
        is_gap = not drawn
        rest = text[end : end + len(text[end:]) - len(text[end:].lstrip())]
        has_space = has_space or _is_blank(text[end : end + 1] or "x")
        starts_line = starts_line or "\n" in rest
    return tuple(tokens)


def _parted(marks: str) -> tuple[str, str]:
    """Of marks that stand alone those that close what is before them, and those that open what follows; no pairs."""
    kept: list[str] = []
    for mark in marks:
        is_pair = bool(kept) and kept[-1] + mark in PAIRS
        kept[-1 if is_pair else len(kept) :] = [] if is_pair else [mark]
    closing = "".join(mark for mark in kept if mark not in NEVER_LAST)
    return closing, "".join(mark for mark in kept if mark in NEVER_LAST)


def break_lines(tokens: Sequence[Token], face: Face, width_px: float) -> tuple[Line, ...]:
    """Set tokens in lines no wider than `width_px`; a word that is wider by itself is broken inside."""
    lines: list[Line] = []
    row: list[Token] = []
    for token in _pieces(tokens, face, width_px):
        if row and (token.starts_line or _row_px([*row, token], face) > width_px):
            taken = [] if token.starts_line else _tail(row, token)
            if _row_px([*taken, token], face) > width_px:
                taken = []
            kept = row[: len(row) - len(taken)]
            lines.append(Line(tuple(kept), _row_px(kept, face)))
            row = taken
        row.append(token)
    return (*lines, Line(tuple(row), _row_px(row, face))) if row else tuple(lines)


def _row_px(row: Sequence[Token], face: Face) -> float:
    gaps = sum(face.space_px for token in row[1:] if token.has_space)
    return gaps + sum(face.length(token.text) for token in row)


def _tail(row: Sequence[Token], token: Token) -> list[Token]:
    """The words at a row's end that go to the next one with a word; none where that would take them all."""
    count = 0
    after = token
    while count < len(row) and after.has_space and stays_with(row[-1 - count].text, after.text):
        after = row[-1 - count]
        count += 1
    return list(row[len(row) - count :]) if 0 < count < len(row) else []


def least_width_px(tokens: Sequence[Token], face: Face) -> float:
    """How wide a column must be for no word to be broken but at its own hyphens."""
    return max((face.length(part) for token in tokens for part in parts_of(token.text)), default=0.0)


def place_lines(
    lines: Sequence[Line],
    face: Face,
    *,
    x_px: int,
    width_px: int,
    baseline_px: int,
    leading_px: int,
    close_px: int | None = None,
) -> tuple[PlacedToken, ...]:
    """Place lines below each other, at the side where their paragraph begins.

    Args:
        close_px: from a line to one that goes on with it, where others begin something of their own.

    Returns:
        The tokens in reading order.
    """
    is_rtl = reads_right_to_left(token.text for line in lines for token in line.tokens)
    placed: list[PlacedToken] = []
    y_px = baseline_px
    for row, line in enumerate(lines):
        begins = close_px is None or line.tokens[0].starts_line
        y_px += (leading_px if begins else close_px or 0) if row else 0
        at_px = x_px + width_px - line.width_px if is_rtl else float(x_px)
        before: Token | None = None
        for token in visual_order(line.tokens, is_rtl):
            at_px += _gap_px(before, token, face)
            width = face.length(token.text)
            placed.append(PlacedToken(token, at_px, y_px, width))
            at_px += width
            before = token
    return tuple(sorted(placed, key=lambda word: word.token.char_start))


def visual_order(tokens: Sequence[Token], is_rtl: bool) -> list[Token]:
    """Tokens of one line from left to right: words of the other direction keep theirs."""
    groups: list[tuple[bool, list[Token]]] = []
    for token in tokens:
        direction = _direction(token.text)
        runs_left = direction == "R" if direction else (groups[-1][0] if groups else is_rtl)
        if not groups or groups[-1][0] != runs_left:
            groups.append((runs_left, []))
        groups[-1][1].append(token)
    ordered = [group[::-1] if runs_left else group for runs_left, group in groups]
    return [token for group in (reversed(ordered) if is_rtl else ordered) for token in group]


def reads_right_to_left(texts: Iterator[str] | Sequence[str]) -> bool:
    """Whether the first letter with a direction is of a script that runs to the left."""
    return next((direction == "R" for direction in map(_direction, texts) if direction), False)


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """Stretches between blanks, parted further where a script breaks anywhere."""
    start = 0
    for index, char in enumerate(text):
        if _is_blank(char):
            if index > start:
                yield start, index
            start = index + 1
        elif index > start and _may_break(text[index - 1], char):
            yield start, index
            start = index
    if start < len(text):
        yield start, len(text)


def _may_break(before: str, after: str) -> bool:
    if after in NEVER_FIRST or before in NEVER_LAST or unicodedata.category(after).startswith("M"):
        return False
    return breaks_anywhere(before) or breaks_anywhere(after)


def breaks_anywhere(char: str) -> bool:
    """Whether a character is of a script that does not part its words."""
    return any(first <= ord(char) <= last for first, last in BREAKS_ANYWHERE)


def _is_blank(char: str) -> bool:
    return (char.isspace() and char not in "\u00a0\u202f") or unicodedata.category(char) == "Cc"


def _pieces(tokens: Sequence[Token], face: Face, width_px: float) -> Iterator[Token]:
    """The tokens, those that no line can hold cut into pieces."""
    for token in tokens:
        if face.length(token.text) <= width_px:
            yield token
            continue
        rest, has_space, starts_line = token.text, token.has_space, token.starts_line
        while rest:
            count = _fitting(rest, face, width_px)
            hyphen = HYPHEN if count < len(rest) and _is_hyphenated(rest, count) else ""
            yield Token(token.char_start, token.char_end, rest[:count] + hyphen, has_space, starts_line)
            rest, has_space, starts_line = rest[count:], False, False


def _fitting(text: str, face: Face, width_px: float) -> int:
    """How many characters of a text fit, with a hyphen if need be, at least one; a letter keeps its marks."""
    if face.length(text) <= width_px:
        return len(text)
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        hyphen = HYPHEN if _is_hyphenated(text, middle) else ""
        low, high = (middle, high) if face.length(text[:middle] + hyphen) <= width_px else (low, middle - 1)
    ends = list(accumulate(map(len, parts_of(text))))
    if ends[0] <= low:
        return max(end for end in ends if end <= low)
    while 1 < low < len(text) and unicodedata.category(text[low]).startswith("M"):
        low -= 1
    return next((place for place in range(low, low // 2, -1) if _begins_syllable(text, place)), low)


def _is_hyphenated(text: str, place: int) -> bool:
    """Whether a break there takes a hyphen: between two letters of a script that knows it."""
    return all(char.isalpha() and ord(char) < FIRST_WITHOUT_HYPHEN for char in text[place - 1 : place + 1])


def _begins_syllable(text: str, place: int) -> bool:
    """Whether a syllable may well begin there: a consonant before a vowel, no digraph parted."""
    before, first, second = (text[place + step : place + step + 1].lower() for step in (-1, 0, 1))
    is_vowel = [unicodedata.normalize("NFD", char)[:1] in VOWELS for char in (first, second)]
    return _is_hyphenated(text, place) and is_vowel == [False, True] and before + first not in DIGRAPHS


def _gap_px(left: Token | None, right: Token, face: Face) -> float:
    """The space belongs to the token that is read later, on whichever side that stands."""
    if left is None or left.char_start == right.char_start:
        return 0.0
    later = max(left, right, key=lambda token: token.char_start)
    return face.space_px if later.has_space else 0.0


def _direction(text: str) -> str:
    """The direction of a text's first letter, "R" or "L"; "" for a text without one."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in {"L", "R", "AL"}:
            return "L" if kind == "L" else "R"
    return "L" if any(char.isdigit() for char in text) else ""
