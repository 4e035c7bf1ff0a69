"""Tables among the lines of a slide, told row by row with the names of their columns.

A slide's text has a table as lines, its cells parted by commas. Lines of one shape are taken for one where numbers
stand below each other, or where they have three cells or more; their first line heads them only where it has no number
and a column below it has nothing else. What looks otherwise stays the lines it is.
"""

from __future__ import annotations

from collections.abc import Sequence

from coursecrafter.gateway.providers.offline_text.language import SENTENCE_ENDS, Language

CELL_JOINT = ", "
FEWEST_ROWS = 3
KEY_AND_VALUE = 2
LONGEST_CELL = 60  # characters
PAIRS_IN_ONE_SENTENCE = 4
COLONS = {"fr": " : ", "zh": "：", "ja": "："}
SEMICOLONS = {"fr": " ; ", "zh": "；", "ja": "；", "ar": "؛ ", "fa": "؛ ", "ur": "؛ "}

Row = tuple[str, ...]


def is_row_of_numbers(line: str) -> bool:
    """Whether it has cells and not a letter: nothing to say by itself, but below the names of its columns."""
    return CELL_JOINT in line and _has_number(line) and not any(character.isalpha() for character in line)


def table_at(entries: Sequence[str], start: int) -> list[Row]:
    """The rows that begin with an entry; none where no table does."""
    first = _cells(entries[start])
    rows = [first]
    for entry in entries[start + 1 :]:
        cells = _cells(entry)
        if len(cells) != len(first):
            break
        rows.append(cells)
    has_numbers = any(_are_numbers(column) for column in zip(*rows[1:], strict=True))
    is_table = len(first) > KEY_AND_VALUE or (len(first) == KEY_AND_VALUE and has_numbers)
    return rows if is_table and len(rows) >= FEWEST_ROWS else []


def tell_rows(language: Language, rows: Sequence[Row]) -> list[str]:
    """Each as "Forklift – Speed: 12 km/h; Load: 3 t", without a full stop; where nothing heads them, as they stand."""
    colon, semicolon = COLONS.get(language.code, ": "), SEMICOLONS.get(language.code, "; ")
    head, body = rows[0], rows[1:]
    is_headed = any(_are_numbers(column) for column in zip(*body, strict=True)) and not _has_number("".join(head))
    if len(head) == KEY_AND_VALUE:
        pairs = [colon.join(row) for row in (body if is_headed else rows)]
        groups = [pairs[at : at + PAIRS_IN_ONE_SENTENCE] for at in range(0, len(pairs), PAIRS_IN_ONE_SENTENCE)]
        told = [semicolon.join(group) for group in groups]
        return [f"{head[1]} – {told[0]}", *told[1:]] if is_headed else told
    if not is_headed:
        return [CELL_JOINT.join(row) for row in rows]
    named = [semicolon.join(map(colon.join, zip(head[1:], row[1:], strict=True))) for row in body]
    return [f"{row[0]} – {cells}" for row, cells in zip(body, named, strict=True)]


def _cells(line: str) -> Row:
    cells = tuple(cell.strip() for cell in line.split(CELL_JOINT))
    is_row = not line.endswith((*SENTENCE_ENDS, ":", ",", ";")) and all(0 < len(cell) <= LONGEST_CELL for cell in cells)
    return cells if is_row else ()


def _has_number(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _are_numbers(column: Sequence[str]) -> bool:
    return all(map(_has_number, column))
