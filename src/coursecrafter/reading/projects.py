"""Projects: those of a list, and one (schema 2.1)."""

from __future__ import annotations

import re
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_project_context, cc_projects
from coursecrafter.reading.answers import answer, columns, fill, one, read_one
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, moment, read_page

LIBRARY_CODE = "_LIBRARY"
"""Of the project that is no course: what belongs to the organisation stands in it."""

# The access table is not the application's to read; a role is the highest of the rights that the request has.
_ROLE = """
CASE WHEN {project} = ANY ((SELECT platform.scope('own'))::uuid[]) THEN 'owner'
     WHEN {project} = ANY ((SELECT platform.scope('write'))::uuid[]) THEN 'editor'
     WHEN {project} = ANY ((SELECT platform.scope('comment'))::uuid[]) THEN 'reviewer'
     ELSE 'viewer' END AS role
"""

_LINES = Listing(
    "projects",
    fill(
        """
SELECT p.id, p.name, p.code, p.status, p.default_language, p.created_at, p.updated_at, p.deleted_at
FROM course_crafter.cc_projects p WHERE p.code IS DISTINCT FROM '{library}'
""",
        library=LIBRARY_CODE,
    ),
    line=fill("found.*, {role}", role=fill(_ROLE, project="found.id")),
    keys={"updated_at": moment, "id": UUID},
    filters={
        "is_deleted": "(deleted_at IS NOT NULL) = :is_deleted",
        "status": "status = :status",
        "search": "(name ILIKE :search OR code ILIKE :search)",
    },
)

_ONE = answer(
    """
SELECT {project}, {role},
  {context} AS context,
  (SELECT count(*) FROM course_crafter.cc_learning_units u
   WHERE u.project_id = p.id AND u.deleted_at IS NULL) AS learning_unit_count,
  (SELECT count(*) FROM course_crafter.cc_modules m WHERE m.project_id = p.id AND m.deleted_at IS NULL) AS module_count,
  (SELECT count(*) FROM course_crafter.cc_lessons l WHERE l.project_id = p.id AND l.deleted_at IS NULL) AS lesson_count,
  (SELECT count(*) FROM course_crafter.cc_project_documents d WHERE d.project_id = p.id) AS document_count,
  (SELECT count(*) FROM course_crafter.cc_source_files f WHERE f.project_id = p.id) AS source_file_count
FROM course_crafter.cc_projects p WHERE p.id = :project_id AND p.deleted_at IS NULL
""",
    project=columns(cc_projects, "p"),
    role=fill(_ROLE, project="p.id"),
    context=one(
        "SELECT {columns} FROM course_crafter.cc_project_context c WHERE c.project_id = p.id",
        columns=columns(cc_project_context, "c", leave=("id", "project_id", "raw_text", "metadata", "created_at")),
    ),
)


def read_projects(
    conn: Connection,
    page: Page = FIRST_PAGE,
    *,
    status: str | None = None,
    search: str | None = None,
    is_deleted: bool = False,
) -> bytes:
    """The projects that the request may see, the last changed first; the organisation's library is none.

    Args:
        search: words that stand in the name or in the code.

    Raises:
        CursorRefused: CC-0090.
    """
    said = None if search is None else "%" + re.sub(r"([%_\\])", r"\\\1", search) + "%"
    return read_page(conn, _LINES, page, {}, is_deleted=is_deleted, status=status, search=said)


def read_project(conn: Connection, project_id: UUID) -> bytes:
    """One project, with the request's role in it, its context in short and what it holds.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _ONE, {"project_id": project_id}, cc_projects)
