"""Source files (schema 4.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.refusals import require_storable
from coursecrafter.db.tables import cc_lessons, cc_projects, cc_source_files
from coursecrafter.domain.stored import StoredObject

CLIP, PLAYED_CLIP, MUSIC, BRAND_DECK = "engine2_clip", "engine1_clip", "music", "brand_template"
SIDE_PURPOSES = (CLIP, PLAYED_CLIP, MUSIC, BRAND_DECK)
"""Purposes of files that no lesson is made of."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that came in.

    Attributes:
        lesson_id: None for the whole project's.
        purpose: as `engine1_ppt`.
        checksum: sha256 of its bytes, 64 hex digits.
    """

    id: UUID
    project_id: UUID
    lesson_id: UUID | None
    file_path: str
    file_type: str
    purpose: str
    size_bytes: int
    checksum: str
    created_at: datetime


def add_source(
    conn: Connection,
    author: Author,
    project_id: UUID,
    stored: StoredObject,
    *,
    file_type: str,
    purpose: str,
    name: str,
    lesson_id: UUID | None = None,
) -> UUID:
    """Note a source file, once for the same bytes, place and purpose; its id.

    Raises:
        NotFound: CC-0020, project or lesson.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022, no such file type, or no purpose.
    """
    require_titles(cc_source_files, {"purpose": purpose}, "purpose")
    require_storable(cc_source_files, {"purpose": purpose, "file_type": file_type})
    _hold_place(conn, project_id, lesson_id)
    files = cc_source_files
    known = select(files.c.id).where(
        files.c.project_id == project_id,
        files.c.lesson_id.is_not_distinct_from(lesson_id),
        files.c.checksum == stored.sha256,
        files.c.purpose == purpose,
    )
    known_id: UUID | None = conn.execute(known).scalar()
    if known_id is not None:
        return known_id
    with edit(conn, author, Event.SOURCE_UPLOADED, project_id=project_id, lesson_id=lesson_id, name=name) as act:
        act.payload["sha256"] = stored.sha256
        return act.add(
            files,
            project_id=project_id,
            lesson_id=lesson_id,
            file_path=stored.key,
            file_type=file_type,
            purpose=purpose,
            size_bytes=stored.size_bytes,
            checksum=stored.sha256,
        )


def require_place(conn: Connection, *, project_id: UUID | None = None, lesson_id: UUID | None = None) -> UUID:
    """The project of a place in which the caller may put files: a lesson, or the whole project.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    if lesson_id is None and project_id is not None:
        return UUID(str(hold_row(conn, cc_projects, project_id).id))
    row = hold_row(conn, cc_lessons, lesson_id or UUID(int=0))
    return UUID(str(row.project_id))


def delete_source(conn: Connection, author: Author, source_id: UUID) -> None:
    """Delete a source file for good, its last state in the event; what was made of it stays.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    row = find_row(conn, cc_source_files, source_id)
    _hold_place(conn, row.project_id, row.lesson_id)
    with edit(conn, author, Event.SOURCE_DELETED, project_id=row.project_id, lesson_id=row.lesson_id) as act:
        act.remove(cc_source_files, source_id)


def sources_of(conn: Connection, project_id: UUID) -> tuple[SourceFile, ...]:
    """A project's source files, the first one first.

    Raises:
        NotFound: CC-0020.
    """
    find_row(conn, cc_projects, project_id)
    files = cc_source_files
    rows = conn.execute(select(files).where(files.c.project_id == project_id).order_by(files.c.id)).all()
    return tuple(_source(row) for row in rows)


def find_source(conn: Connection, source_id: UUID) -> SourceFile:
    """A source file.

    Raises:
        NotFound: CC-0020.
    """
    return _source(find_row(conn, cc_source_files, source_id))


def newest_source(conn: Connection, project_id: UUID, lesson_id: UUID | None, file_type: str) -> SourceFile | None:
    """The last file of a type that was given for a lesson or, without one, for the whole project, to make it of.

    What was given to stand in a video (a clip, music) or to look like (a template) is no deck and no deck's film.
    """
    files = cc_source_files
    given = select(files).where(
        files.c.project_id == project_id,
        files.c.lesson_id.is_not_distinct_from(lesson_id),
        files.c.file_type == file_type,
        files.c.purpose.not_in(SIDE_PURPOSES),
    )
    row = conn.execute(given.order_by(files.c.id.desc()).limit(1)).first()
    return None if row is None else _source(row)


def _hold_place(conn: Connection, project_id: UUID, lesson_id: UUID | None) -> None:
    """Hold what a source file is for, so that of two who add one file to it one finds it there."""
    if lesson_id is None:
        hold_row(conn, cc_projects, project_id)
    elif hold_row(conn, cc_lessons, lesson_id).project_id != project_id:
        raise missing(cc_lessons)


def _source(row: Row[Any]) -> SourceFile:
    described = (row.file_path, row.file_type, row.purpose, row.size_bytes, row.checksum)
    return SourceFile(row.id, row.project_id, row.lesson_id, *described, row.created_at)
