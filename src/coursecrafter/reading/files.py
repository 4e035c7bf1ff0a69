"""The bytes behind an asset, and what they are called when they leave (schema 4.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, text

from coursecrafter.db.tables import cc_assets
from coursecrafter.domain.exported import ExportedCourse, ExportedFile
from coursecrafter.reading.answers import missing
from coursecrafter.reading.exports import asset_of, course_of

# A version that is not active is read too: an author listens to the one before.
_ASSET = text("""
SELECT a.* FROM course_crafter.cc_assets a
JOIN course_crafter.cc_projects p ON p.id = a.project_id AND p.deleted_at IS NULL
LEFT JOIN course_crafter.cc_lessons l ON l.id = a.lesson_id
WHERE a.id = :asset_id AND a.deleted_at IS NULL AND l.deleted_at IS NULL
""")


def find_file(conn: Connection, asset_id: UUID) -> ExportedFile:
    """The file of an asset that lives.

    Raises:
        NotFound: CC-0020.
    """
    return asset_of(_find(conn, asset_id))


def read_file(conn: Connection, asset_id: UUID) -> ExportedCourse:
    """The course of an asset that lives, with that one file: all that its name is made of.

    Raises:
        NotFound: CC-0020.
    """
    row = _find(conn, asset_id)
    return course_of(conn, row.project_id, (asset_of(row),))


def _find(conn: Connection, asset_id: UUID) -> Row[Any]:
    row = conn.execute(_ASSET, {"asset_id": asset_id}).first()
    if row is None:
        raise missing(cc_assets)
    return row
