"""A project's book and its sections (schema 8)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.db.tables import cc_book_sections, cc_book_structures
from coursecrafter.domain.book import BookSection


def set_book(
    conn: Connection, author: Author, project_id: UUID, *, title: str, subtitle: str, sections: Sequence[BookSection]
) -> None:
    """Give a project's book this title and these sections; nothing is written when it has them already."""
    book = conn.execute(select(cc_book_structures).where(cc_book_structures.c.project_id == project_id)).first()
    if book is None:
        made = cc_book_structures.insert().values(project_id=project_id, title=title, subtitle=subtitle, status="ready")
        book_id = conn.execute(made.returning(cc_book_structures.c.id)).scalar_one()
    else:
        book_id = book.id
        if (book.title, book.subtitle) != (title, subtitle):
            changed = cc_book_structures.update().where(cc_book_structures.c.id == book_id)
            conn.execute(changed.values(title=title, subtitle=subtitle))
    if read_sections(conn, project_id) == tuple(sections):
        return
    conn.execute(cc_book_sections.delete().where(cc_book_sections.c.book_id == book_id))
    for place, section in enumerate(sections, 1):
        conn.execute(
            cc_book_sections.insert().values(
                book_id=book_id,
                level=section.level,
                title=section.title,
                content_markdown=section.content_markdown,
                mapping_type=section.mapping_type,
                mapping_id=section.mapping_id,
                sequence=place,
            )
        )
    log_event(conn, author, Event.BOOK_OUTLINE_CHANGED, project_id=project_id, sections=len(sections))


def read_sections(conn: Connection, project_id: UUID) -> tuple[BookSection, ...]:
    """The book's sections in reading order."""
    rows = conn.execute(
        select(cc_book_sections)
        .join(cc_book_structures, cc_book_structures.c.id == cc_book_sections.c.book_id)
        .where(cc_book_structures.c.project_id == project_id)
        .order_by(cc_book_sections.c.sequence)
    ).all()
    return tuple(
        BookSection(row.level, row.title, row.content_markdown, row.mapping_type, row.mapping_id) for row in rows
    )
