"""What a slide offers a question: statements, bullets, labels with what is said of them, steps, tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from coursecrafter.gateway.providers.offline_text.language import (
    SENTENCE_ENDS,
    Language,
    is_prose,
    tidy,
    words,
)
from coursecrafter.gateway.providers.offline_text.outline import lines, repeated_lines
from coursecrafter.gateway.providers.offline_text.statements import (
    FRONT_TITLE,
    LONGEST_POINT,
    is_broken,
    is_imperative,
    is_point,
    is_sound,
    is_statement,
    without_numbering,
)

LABEL_CHARS, LABEL_WORDS = 48, 6
COLON_LABEL_WORDS = 4
FEWEST_PAIRS = 3
FEWEST_PAIR_WORDS = 3
FEWEST_STEPS = 4
FEWEST_ROWS, FEWEST_COLUMNS = 4, 2
CELL_CHARS = 60
MOST_POINTS = 12
NUMBER_ALONE = re.compile(r"\(?\d{1,2}[.)]?")
COLON_PAIR = re.compile(r"([^:：]{2,40})[:：]\s+(\S.*)")
_ASIDES = """
example examples hint note notes given tip warning attention source e.g eg z.b bsp beispiel hinweis tipp achtung
    exemple remarque astuce ejemplo nota consejo exemplo dica format attendees sonst
"""
ASIDES = frozenset(_ASIDES.split())


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and what the slide says of it."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Slide:
    """What a question can be made of.

    Attributes:
        title: "" where the author gave none.
        is_front: a cover, an agenda, a list of goals: it names what comes and teaches nothing.
        lines: its texts in order, each once, without its title.
        statements: sentences that can be judged alone.
        points: bullets that can stand whole among the options of a question.
        pairs: labels with what is said of them, of one shape.
        steps: what is to be done, in order.
        tables: cells row by row; the first row and column are headers.
    """

    ref: str
    title: str
    is_front: bool
    lines: tuple[str, ...]
    statements: tuple[str, ...]
    points: tuple[str, ...]
    pairs: tuple[Pair, ...]
    steps: tuple[str, ...]
    tables: tuple[tuple[tuple[str, ...], ...], ...]

    @property
    def text(self) -> str:
        """All that stands on it."""
        cells = (cell for table in self.tables for row in table for cell in row)
        return "\n".join((self.title, *self.lines, *cells))


def read_slides(
    language: Language, slides: Sequence[Mapping[str, Any]], *, has_footers: bool = True
) -> tuple[Slide, ...]:
    """Read the slides of a payload (`ref`, `title`, `texts` and, if there are any, `tables`).

    Args:
        has_footers: whether lines that stand on many slides are left out.
    """
    boilerplate = repeated_lines(slides) if has_footers else frozenset()
    return tuple(_read(language, slide, boilerplate, nth == 0) for nth, slide in enumerate(slides))


def _read(language: Language, slide: Mapping[str, Any], boilerplate: frozenset[str], is_first: bool) -> Slide:
    title = tidy(slide["title"] or "").rstrip(" :：")
    given = [[[tidy(cell) for cell in row] for row in table] for table in slide.get("tables", ())]
    tables = tuple(tuple(map(tuple, table)) for table in given if _is_grid(table))
    in_tables = {", ".join(row).casefold() for table in given for row in table}
    known = boilerplate | in_tables | {title.casefold(), tidy(slide["title"] or "").casefold()}
    found = {line.casefold(): line for text in reversed(slide["texts"]) for line in reversed(lines(text))}
    unique = without_numbering([line for key, line in reversed(found.items()) if key not in known])
    pairs = _cards(unique) or _colon_pairs(language, unique)
    labels = {pair.label for pair in pairs}
    stated = [sentence for line in unique for sentence in language.sentences(line)]
    is_whole = not any(is_broken(language, line) for line in unique if words(line))
    statements = tuple(
        dict.fromkeys(
            sentence
            for sentence in stated
            if is_statement(language, sentence) and (is_whole or sentence.endswith(SENTENCE_ENDS))
        )
    )
    is_list = is_whole and len(unique) <= MOST_POINTS  # more of them are the labels of a diagram
    points = tuple(line for line in unique if is_list and line not in labels and is_point(language, line))
    is_cover = is_first and not statements
    steps = _steps(language, slide["texts"])
    is_front = is_cover or bool(FRONT_TITLE.search(title))
    return Slide(slide["ref"], title, is_front, tuple(unique), statements, points, pairs, steps, tables)


def _is_grid(table: Sequence[Sequence[str]]) -> bool:
    """Whether it has headers that are unlike each other and enough rows to choose from."""
    if len(table) < FEWEST_ROWS or len(table[0]) < FEWEST_COLUMNS:
        return False
    is_even = all(len(row) == len(table[0]) for row in table)
    headers = [*table[0][1:], *(row[0] for row in table[1:])]
    is_named = all(headers) and len(set(headers)) == len(headers) and not any(map(str.isdigit, table[0][1:]))
    return is_even and is_named and all(len(cell) <= CELL_CHARS for row in table for cell in row)


def _cards(entries: Sequence[str]) -> tuple[Pair, ...]:
    """Headings and texts in turn: a short line without an end, then a sentence with one."""
    pairs = [
        Pair(label, text)
        for label, text in zip(entries[::2], entries[1::2], strict=False)
        if _is_label(label, LABEL_WORDS) and text.endswith(SENTENCE_ENDS) and _is_told(text)
    ]
    is_whole = 2 * len(pairs) == len(entries) and len({pair.label for pair in pairs}) == len(pairs)
    return tuple(pairs) if is_whole and len(pairs) >= FEWEST_PAIRS else ()


def _colon_pairs(language: Language, entries: Sequence[str]) -> tuple[Pair, ...]:
    """Terms with what is said of them after a colon; the text has no word of its term, which would give it away."""
    found = [match.groups() for match in map(COLON_PAIR.fullmatch, entries) if match]
    pairs = {
        label: Pair(label, text)
        for label, text in found
        if is_sound(text)
        and _is_label(label, COLON_LABEL_WORDS)
        and _is_told(text)
        and label.casefold().rstrip(".") not in ASIDES
        and not set(language.stems(label)) & set(language.stems(text))
    }
    return tuple(pairs.values())


def _is_label(line: str, most_words: int) -> bool:
    is_short = len(line) <= LABEL_CHARS and 0 < len(words(line)) <= most_words
    return is_short and is_prose(line) and not line.endswith((*SENTENCE_ENDS, ":", ","))


def _is_told(text: str) -> bool:
    is_long = len(words(text)) >= FEWEST_PAIR_WORDS and len(text) <= LONGEST_POINT
    return is_long and is_prose(text) and not text.endswith(("?", ":", ",", "…"))


def _steps(language: Language, texts: Sequence[str]) -> tuple[str, ...]:
    """Numbered instructions: 1, 2, 3 … each followed by what to do."""
    entries = [tidy(line) for text in texts for line in text.split("\n") if tidy(line)]
    numbers, told = entries[::2], entries[1::2]
    is_counted = [number.strip("().") for number in numbers] == [str(nth) for nth in range(1, len(numbers) + 1)]
    is_procedure = len(numbers) == len(told) >= FEWEST_STEPS and is_counted and len(set(told)) == len(told)
    if not (is_procedure and all(map(NUMBER_ALONE.fullmatch, numbers))):
        return ()
    are_orders = all(words(step) and len(step) <= LONGEST_POINT and is_imperative(language, step) for step in told)
    return tuple(told) if are_orders else ()
