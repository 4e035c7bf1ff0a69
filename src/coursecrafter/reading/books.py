"""A project's book and its sections (schema 8).

Sections stand in one reading order; those that follow one at a deeper level stand under it.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import Connection, text

from coursecrafter.db.tables import cc_book_sections, cc_book_structures
from coursecrafter.reading.answers import answer, columns, fill, missing, read_one

_LINE = columns(cc_book_sections, "s", leave=("content_markdown",)) + ", length(s.content_markdown) AS content_length"

_BOOK = text(
    fill(
        """
SELECT (SELECT to_json(found) FROM (SELECT {book}) found)::text, s.level,
  CASE WHEN s.id IS NOT NULL THEN (SELECT to_json(found) FROM (SELECT {line}) found) END::text
FROM course_crafter.cc_book_structures b
JOIN course_crafter.cc_projects p ON p.id = b.project_id AND p.deleted_at IS NULL
LEFT JOIN course_crafter.cc_book_sections s ON s.book_id = b.id
WHERE b.project_id = :project_id ORDER BY b.id, s.sequence, s.id
""",
        book=columns(cc_book_structures, "b"),
        line=_LINE,
    )
)

_SECTION = answer(
    """
SELECT {columns}, b.project_id FROM course_crafter.cc_book_sections s
JOIN course_crafter.cc_book_structures b ON b.id = s.book_id
JOIN course_crafter.cc_projects p ON p.id = b.project_id AND p.deleted_at IS NULL
WHERE s.id = :section_id
""",
    columns=columns(cc_book_sections, "s"),
)


def read_book(conn: Connection, project_id: UUID) -> bytes:
    """A project's book with its sections as a tree, each with the length of its text but without it.

    Raises:
        NotFound: CC-0020, also where there is no book yet.
    """
    rows = conn.execute(_BOOK, {"project_id": project_id}).all()
    if not rows:
        raise missing(cc_book_structures)
    book: str = rows[0][0]
    sections = _nested((level, line) for _, level, line in rows if line is not None)
    return f'{book[:-1]},"sections":[{sections}]}}'.encode()


def read_section(conn: Connection, section_id: UUID) -> bytes:
    """A section with its text.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _SECTION, {"section_id": section_id}, cc_book_sections)


def _nested(lines: Iterable[tuple[int, str]]) -> str:
    """Sections in reading order as a tree: each JSON object gets those below it as its last field."""
    written: list[str] = []
    above: list[int] = []
    for level, line in lines:
        begun = len(above)
        while above and above[-1] >= level:
            written.append("]}")
            above.pop()
        if written and begun > len(above):
            written.append(",")
        written.append(f'{line[:-1]},"sections":[')
        above.append(level)
    return "".join([*written, *("]}" for _ in above)])
