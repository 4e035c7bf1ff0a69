"""Files that were made: the assets of a lesson, of a project, of the library, and a slot's versions (schema 4.2)."""

from __future__ import annotations

from typing import TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_assets
from coursecrafter.reading.answers import answer, columns, fill, many, read_one
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import LESSON, PROJECT
from coursecrafter.reading.projects import LIBRARY_CODE

_COLUMNS = columns(cc_assets, "a")
_ASSETS = "SELECT {columns} FROM course_crafter.cc_assets a WHERE {place} AND a.deleted_at IS NULL"
_FILTERS = {
    "engine": "engine = :engine",
    "role": "role = :role",
    "asset_type": "asset_type = :asset_type",
    "is_active": "is_active = :is_active",
}

_OF_LESSON = Listing(
    "assets_of_lesson",
    fill(_ASSETS, columns=_COLUMNS, place="a.lesson_id = :lesson_id"),
    parent=LESSON,
    filters=_FILTERS,
)
_OF_PROJECT = Listing(
    "assets_of_project",
    fill(_ASSETS, columns=_COLUMNS, place="a.project_id = :project_id"),
    parent=PROJECT,
    filters=_FILTERS,
)
_LIBRARY = fill(
    "(SELECT p.id FROM course_crafter.cc_projects p WHERE p.code = '{code}' AND p.deleted_at IS NULL)",
    code=LIBRARY_CODE,
)
_OF_LIBRARY = Listing(
    "assets_of_library",
    fill(_ASSETS, columns=_COLUMNS, place=f"a.project_id = {_LIBRARY}"),
    filters=_FILTERS,
)

_ONE = answer(
    """
SELECT {columns} FROM course_crafter.cc_assets a
JOIN course_crafter.cc_projects p ON p.id = a.project_id AND p.deleted_at IS NULL
WHERE a.id = :asset_id AND a.deleted_at IS NULL
""",
    columns=_COLUMNS,
)

# A slot is named by the finest level that it names, so that it is the same wherever its scene or lesson moves.
_VERSIONS = answer(
    """
SELECT one.project_id, one.lesson_id, one.scene_id, one.segment_id, one.engine, one.role, {versions} AS versions
FROM course_crafter.cc_assets one
JOIN course_crafter.cc_projects p ON p.id = one.project_id AND p.deleted_at IS NULL
WHERE one.id = :asset_id AND one.deleted_at IS NULL
""",
    versions=many(
        """
SELECT {columns} FROM course_crafter.cc_assets a
WHERE a.deleted_at IS NULL AND a.role = one.role AND CASE
  WHEN one.segment_id IS NOT NULL THEN a.segment_id = one.segment_id
  WHEN one.scene_id IS NOT NULL
    THEN a.scene_id = one.scene_id AND a.segment_id IS NULL AND a.engine IS NOT DISTINCT FROM one.engine
  ELSE a.project_id = one.project_id AND a.lesson_id IS NOT DISTINCT FROM one.lesson_id
    AND a.scene_id IS NULL AND a.segment_id IS NULL AND a.engine IS NOT DISTINCT FROM one.engine
END ORDER BY a.version
""",
        columns=_COLUMNS,
    ),
)


class AssetFilters(TypedDict, total=False):
    """Which assets of a list are wanted; what is left out, or None, does not matter."""

    engine: str | None
    role: str | None
    asset_type: str | None
    is_active: bool | None


def read_assets_of_lesson(
    conn: Connection, lesson_id: UUID, page: Page = FIRST_PAGE, **filters: Unpack[AssetFilters]
) -> bytes:
    """All versions of a lesson's assets, the newest first.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_LESSON, page, {"lesson_id": lesson_id}, **filters)


def read_assets_of_project(
    conn: Connection, project_id: UUID, page: Page = FIRST_PAGE, **filters: Unpack[AssetFilters]
) -> bytes:
    """All versions of a project's assets, those of its lessons too, the newest first.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_PROJECT, page, {"project_id": project_id}, **filters)


def read_library_assets(conn: Connection, page: Page = FIRST_PAGE, **filters: Unpack[AssetFilters]) -> bytes:
    """What stands in the organisation's library, the newest first; nothing for whom it is not shared with.

    Raises:
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_LIBRARY, page, {}, **filters)


def read_asset(conn: Connection, asset_id: UUID) -> bytes:
    """One asset.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _ONE, {"asset_id": asset_id}, cc_assets)


def read_asset_versions(conn: Connection, asset_id: UUID) -> bytes:
    """The slot of an asset with its versions, the first one first.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _VERSIONS, {"asset_id": asset_id}, cc_assets)
