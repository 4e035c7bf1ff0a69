"""What a course is about, its documents, and the files that came in (schema 3, 4.1)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import (
    cc_project_context,
    cc_project_documents,
    cc_projects,
    cc_source_files,
)
from coursecrafter.reading.answers import answer, columns, fill, one, read_one
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import LESSON, PROJECT

# A project of which nothing was said yet has a context without an id.
_CONTEXT = answer(
    """
SELECT c.id, p.id AS project_id, {columns}, coalesce(c.metadata, '{{}}') AS metadata, c.created_at, c.updated_at
FROM course_crafter.cc_projects p LEFT JOIN course_crafter.cc_project_context c ON c.project_id = p.id
WHERE p.id = :project_id AND p.deleted_at IS NULL ORDER BY c.id LIMIT 1
""",
    columns=columns(cc_project_context, "c", leave=("id", "project_id", "metadata", "created_at", "updated_at")),
)

# What a reader found is in the store; its row tells the file's own name and how the reading ended.
_PARSE = """
SELECT a.id AS asset_id, a.version, a.metadata, a.created_at FROM course_crafter.cc_assets a
WHERE a.project_id = {row}.project_id AND a.role = '{role}_' || {row}.id AND a.lesson_id {lesson}
  AND a.scene_id IS NULL AND a.segment_id IS NULL AND a.engine IS NULL AND a.is_active AND a.deleted_at IS NULL
"""


def _document_parse(row: str) -> str:
    return one(_PARSE, row=row, role="document_parse", lesson="IS NULL") + " AS parse"


def _source_parse(row: str) -> str:
    lesson = fill("IS NOT DISTINCT FROM {row}.lesson_id", row=row)
    return one(_PARSE, row=row, role="source_parse", lesson=lesson) + " AS parse"


_DOCUMENTS = Listing(
    "documents",
    fill(
        "SELECT {columns} FROM course_crafter.cc_project_documents d WHERE d.project_id = :project_id",
        columns=columns(cc_project_documents, "d"),
    ),
    line="found.*, " + _document_parse("found"),
    parent=PROJECT,
    filters={"parsed_status": "parsed_status = :parsed_status"},
)

_DOCUMENT = answer(
    """
SELECT {columns}, {parse} FROM course_crafter.cc_project_documents d
JOIN course_crafter.cc_projects p ON p.id = d.project_id AND p.deleted_at IS NULL WHERE d.id = :document_id
""",
    columns=columns(cc_project_documents, "d"),
    parse=_document_parse("d"),
)

_SOURCE_COLUMNS = columns(cc_source_files, "f")
_SOURCES = Listing(
    "sources",
    # A lesson's files are hidden with it.
    fill(
        """
SELECT {columns} FROM course_crafter.cc_source_files f
LEFT JOIN course_crafter.cc_lessons l ON l.id = f.lesson_id
WHERE f.project_id = :project_id AND l.deleted_at IS NULL
""",
        columns=_SOURCE_COLUMNS,
    ),
    line="found.*, " + _source_parse("found"),
    parent=PROJECT,
    filters={"purpose": "purpose = :purpose", "file_type": "file_type = :file_type"},
)
_SOURCES_OF_LESSON = Listing(
    "sources_of_lesson",
    fill(
        "SELECT {columns} FROM course_crafter.cc_source_files f WHERE f.lesson_id = :lesson_id",
        columns=_SOURCE_COLUMNS,
    ),
    line="found.*, " + _source_parse("found"),
    parent=LESSON,
    filters=_SOURCES.filters,
)
_SOURCE = answer(
    """
SELECT {columns}, {parse} FROM course_crafter.cc_source_files f
JOIN course_crafter.cc_projects p ON p.id = f.project_id AND p.deleted_at IS NULL
LEFT JOIN course_crafter.cc_lessons l ON l.id = f.lesson_id
WHERE f.id = :source_id AND l.deleted_at IS NULL
""",
    columns=_SOURCE_COLUMNS,
    parse=_source_parse("f"),
)


def read_context(conn: Connection, project_id: UUID) -> bytes:
    """What a course is about and for whom, with its settings; all null where nothing was said.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _CONTEXT, {"project_id": project_id}, cc_projects)


def read_documents(
    conn: Connection, project_id: UUID, page: Page = FIRST_PAGE, *, parsed_status: str | None = None
) -> bytes:
    """A project's documents, the newest first, with how their reading ended.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _DOCUMENTS, page, {"project_id": project_id}, parsed_status=parsed_status)


def read_document(conn: Connection, document_id: UUID) -> bytes:
    """One document.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _DOCUMENT, {"document_id": document_id}, cc_project_documents)


def read_sources(
    conn: Connection,
    project_id: UUID,
    page: Page = FIRST_PAGE,
    *,
    purpose: str | None = None,
    file_type: str | None = None,
) -> bytes:
    """A project's source files, those of its lessons too, the newest first.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _SOURCES, page, {"project_id": project_id}, purpose=purpose, file_type=file_type)


def read_sources_of_lesson(conn: Connection, lesson_id: UUID, page: Page = FIRST_PAGE) -> bytes:
    """A lesson's own source files, the newest first.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _SOURCES_OF_LESSON, page, {"lesson_id": lesson_id})


def read_source(conn: Connection, source_id: UUID) -> bytes:
    """One source file.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _SOURCE, {"source_id": source_id}, cc_source_files)
