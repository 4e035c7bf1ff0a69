"""A project's book and its sections (schema 8).

Sections stand in one reading order; those that follow one at a deeper level stand under it. Levels stay a tree: the
first is a chapter, and none is more than one level below the one before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.matching import pair_up
from coursecrafter.authoring.ordering import PlaceRefused, renumber
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.states import require_move
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.refusals import ValueMissing, ValueRefused
from coursecrafter.db.tables import (
    cc_book_sections,
    cc_book_structures,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_projects,
)
from coursecrafter.domain.book import BookSection
from coursecrafter.errors import BookError

MAPPED = {"learning_unit": cc_learning_units, "module": cc_modules, "lesson": cc_lessons}
CUSTOM = "custom"


class SectionUnderItself(BookError):
    """A section cannot move to a place among what stands under it."""

    code = "CC-0504"
    status = 422
    remedy = "Choose a place before the section or behind all that stands under it."


class LevelRefused(BookError):
    """A section's level does not fit its place in the book."""

    code = "CC-0505"
    status = 422
    remedy = "Begin with a chapter (level 1), and go down one level at a time."


class BookFields(TypedDict, total=False):
    """What a book says of itself; what is left out stays."""

    title: str
    subtitle: str | None


class SectionFields(TypedDict, total=False):
    """What a section says; what is left out stays."""

    title: str
    content_markdown: str


def change_book(
    conn: Connection,
    author: Author,
    project_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[BookFields],
) -> UUID:
    """Change a book's title and subtitle; the project's book is made with the first word, named as the project.

    Returns:
        The book's id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    require_titles(cc_book_structures, fields, "title")
    project = hold_row(conn, cc_projects, project_id)
    book = find_book(conn, project_id)
    with edit(conn, author, Event.BOOK_CHANGED, project_id=project_id) as act:
        if book is None:
            return act.add(cc_book_structures, **{"title": project.name, **fields, "project_id": project_id})
        act.change(cc_book_structures, book.id, unless_changed_since=unless_changed_since, **fields)
        book_id: UUID = book.id
        return book_id


def change_book_status(conn: Connection, author: Author, book_id: UUID, status: str) -> None:
    """Bring a book into another state.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022, there is no such state.
        StateRefused: CC-0025.
    """
    book = _hold_book(conn, book_id)
    require_move(cc_book_structures, book.status, status)
    with edit(conn, author, Event.BOOK_STATUS_CHANGED, project_id=book.project_id) as act:
        act.change(cc_book_structures, book_id, status=status)


def create_section(
    conn: Connection,
    author: Author,
    book_id: UUID,
    *,
    level: int,
    title: str,
    content_markdown: str = "",
    mapping_type: str = CUSTOM,
    mapping_id: UUID | None = None,
    position: int | None = None,
) -> UUID:
    """Add a section to a book.

    Args:
        mapping_type: learning_unit, module or lesson, with its id; custom without.
        position: its place in the reading order; None: the end.

    Raises:
        NotFound: CC-0020, also of what it is mapped to.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        ValueMissing: CC-0023, a mapping without id.
        PlaceRefused: CC-0031.
        LevelRefused: CC-0505.
    """
    book = _hold_book(conn, book_id)
    require_titles(cc_book_sections, {"title": title}, "title")
    _require_mapping(conn, book.project_id, mapping_type, mapping_id)
    rows = _sections_of(conn, book_id)
    place = len(rows) + 1 if position is None else position
    if not 1 <= place <= len(rows) + 1:
        raise PlaceRefused(f"The place must be a number from 1 to {len(rows) + 1}.")
    levels = [row.level for row in rows]
    require_levels([*levels[: place - 1], level, *levels[place - 1 :]])
    values = {"level": level, "title": title, "content_markdown": content_markdown, "sequence": place}
    mapping = {"mapping_type": mapping_type, "mapping_id": mapping_id}
    with edit(conn, author, Event.SECTION_CREATED, project_id=book.project_id) as act:
        section_id = act.add(cc_book_sections, book_id=book_id, **values, **mapping)
        ids = [row.id for row in rows]
        renumber(act, cc_book_sections, [*ids[: place - 1], section_id, *ids[place - 1 :]])
        return section_id


def change_section(
    conn: Connection,
    author: Author,
    section_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[SectionFields],
) -> None:
    """Change a section's title and text.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    require_titles(cc_book_sections, fields, "title")
    book = _hold_book(conn, find_row(conn, cc_book_sections, section_id).book_id)
    with edit(conn, author, Event.SECTION_CHANGED, project_id=book.project_id, section_id=str(section_id)) as act:
        act.change(cc_book_sections, section_id, unless_changed_since=unless_changed_since, **fields)


def move_section(
    conn: Connection, author: Author, section_id: UUID, *, position: int, level: int | None = None
) -> None:
    """Move a section, with all that stands under it, to another place or level.

    Args:
        position: the place in the present reading order that it takes: it comes to stand before the section that is
            there now or, from further up, directly behind it.
        level: its new level; what stands under it keeps its distance. None: as it is.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
        SectionUnderItself: CC-0504.
        LevelRefused: CC-0505.
    """
    book = _hold_book(conn, find_row(conn, cc_book_sections, section_id).book_id)
    rows = _sections_of(conn, book.id)
    block = _block(rows, section_id)
    moved = _moved(rows, block, position)
    shift = 0 if level is None else level - rows[block.start].level
    levels = {row.id: row.level + shift if place in block else row.level for place, row in enumerate(rows)}
    require_levels([levels[row.id] for row in moved])
    with edit(conn, author, Event.SECTION_MOVED, project_id=book.project_id, section_id=str(section_id)) as act:
        for place, row in enumerate(moved, 1):
            act.change(cc_book_sections, row.id, sequence=place, level=levels[row.id])


def delete_section(conn: Connection, author: Author, section_id: UUID) -> None:
    """Delete a section with all that stands under it, for good; the event keeps them.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    book = _hold_book(conn, find_row(conn, cc_book_sections, section_id).book_id)
    rows = _sections_of(conn, book.id)
    block = _block(rows, section_id)
    with edit(conn, author, Event.SECTION_DELETED, project_id=book.project_id, section_id=str(section_id)) as act:
        for place in reversed(block):
            act.remove(cc_book_sections, rows[place].id)
        renumber(act, cc_book_sections, [row.id for place, row in enumerate(rows) if place not in block])


def set_book(
    conn: Connection, author: Author, project_id: UUID, *, title: str, subtitle: str, sections: Sequence[BookSection]
) -> UUID:
    """Give a project's book this title and these sections, row by row: what stays the same keeps its id.

    Returns:
        The book's id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        LevelRefused: CC-0505.
    """
    require_levels([section.level for section in sections])
    hold_row(conn, cc_projects, project_id)
    book = find_book(conn, project_id)
    with edit(conn, author, Event.BOOK_OUTLINE_CHANGED, project_id=project_id, sections=len(sections)) as act:
        if book is None:
            named = {"title": title, "subtitle": subtitle, "status": "ready"}
            book_id = act.add(cc_book_structures, project_id=project_id, **named)
        else:
            book_id = book.id
            act.change(cc_book_structures, book_id, title=title, subtitle=subtitle)
        _set_sections(act, book_id, sections)
    return book_id


def find_book(conn: Connection, project_id: UUID) -> Row[Any] | None:
    """The project's book: its first."""
    own = select(cc_book_structures).where(cc_book_structures.c.project_id == project_id)
    return conn.execute(own.order_by(cc_book_structures.c.created_at, cc_book_structures.c.id).limit(1)).first()


def read_sections(conn: Connection, project_id: UUID) -> tuple[BookSection, ...]:
    """The book's sections in reading order."""
    book = find_book(conn, project_id)
    return () if book is None else tuple(_section(row) for row in _sections_of(conn, book.id))


def require_levels(levels: Sequence[int]) -> None:
    """Refuse levels, in reading order, that are no tree.

    Raises:
        LevelRefused: CC-0505.
    """
    for place, (above, level) in enumerate(zip([0, *levels], levels, strict=False), 1):
        if not 1 <= level <= above + 1:
            raise LevelRefused(f"The section at place {place} can have a level from 1 to {above + 1}.")


def _set_sections(act: Edit, book_id: UUID, sections: Sequence[BookSection]) -> None:
    rows = _sections_of(act.conn, book_id)
    alike = pair_up(
        [_section(row) for row in rows],
        sections,
        (
            lambda one: one,
            lambda one: (one.mapping_type, one.mapping_id, one.level, one.title),
            lambda one: (one.mapping_type, one.mapping_id, one.level),
        ),
    )
    for place, row in enumerate(rows):
        if place not in alike:
            act.remove(cc_book_sections, row.id)
    for sequence, (known, section) in enumerate(zip(alike, sections, strict=True), 1):
        values: dict[str, Any] = {"sequence": sequence, **asdict(section)}
        if known is None:
            act.add(cc_book_sections, book_id=book_id, **values)
        else:
            act.change(cc_book_sections, rows[known].id, **values)


def _section(row: Row[Any]) -> BookSection:
    return BookSection(row.level, row.title, row.content_markdown, row.mapping_type, row.mapping_id)


def _hold_book(conn: Connection, book_id: UUID) -> Row[Any]:
    book = hold_row(conn, cc_book_structures, book_id)
    # A book has no mark of its own: it goes and comes with its project.
    find_row(conn, cc_projects, book.project_id)
    return book


def _sections_of(conn: Connection, book_id: UUID) -> Sequence[Row[Any]]:
    own = select(cc_book_sections).where(cc_book_sections.c.book_id == book_id)
    return conn.execute(own.order_by(cc_book_sections.c.sequence, cc_book_sections.c.id)).all()


def _block(rows: Sequence[Row[Any]], section_id: UUID) -> range:
    """The places, from 0, of a section and all that stands under it."""
    start = next((place for place, row in enumerate(rows) if row.id == section_id), None)
    if start is None:
        raise missing(cc_book_sections)
    end = start + 1
    while end < len(rows) and rows[end].level > rows[start].level:
        end += 1
    return range(start, end)


def _moved(rows: Sequence[Row[Any]], block: range, position: int) -> list[Row[Any]]:
    if not 1 <= position <= len(rows):
        raise PlaceRefused(f"The place must be a number from 1 to {len(rows)}.")
    target = position - 1
    if target in block[1:]:
        raise SectionUnderItself(f"“{rows[block.start].title}” cannot move under itself.")
    own = [rows[place] for place in block]
    before, behind = rows[: block.start], rows[block.stop :]
    if target < block.start:
        return [*rows[:target], *own, *before[target:], *behind]
    split = max(target + 1 - block.stop, 0)
    return [*before, *behind[:split], *own, *behind[split:]]


def _require_mapping(conn: Connection, project_id: UUID, mapping_type: str, mapping_id: UUID | None) -> None:
    if mapping_type == CUSTOM:
        if mapping_id is not None:
            raise ValueRefused("A custom section stands for no part of the course.")
        return
    table = MAPPED.get(mapping_type)
    if table is None:
        raise ValueRefused(f"The mapping type of the section can only be {', '.join(MAPPED)} or {CUSTOM}.")
    if mapping_id is None:
        raise ValueMissing("The part of the course of the section is missing.")
    if find_row(conn, table, mapping_id).project_id != project_id:
        raise missing(table)
