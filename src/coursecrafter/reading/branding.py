"""Brand profiles and their templates, of a project and of the organisation (schema 6)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_brand_profiles, cc_brand_templates
from coursecrafter.reading.answers import answer, columns, fill, many, read_one
from coursecrafter.reading.pages import FIRST_PAGE, Listing, Page, read_page
from coursecrafter.reading.parents import PROJECT

_TEMPLATES = many(
    """
SELECT {columns} FROM course_crafter.cc_brand_templates t WHERE t.brand_profile_id = {brand} ORDER BY t.name, t.id
""",
    columns=columns(cc_brand_templates, "t"),
    brand="{brand}",
)
_LINE = "found.*, " + fill(_TEMPLATES, brand="found.id") + " AS templates"

_OF_PROJECT = Listing(
    "brands_of_project",
    # What a project may be made with: its own profiles, and those of its organisation.
    fill(
        """
SELECT {columns} FROM course_crafter.cc_brand_profiles b WHERE b.project_id = :project_id OR b.project_id IS NULL
""",
        columns=columns(cc_brand_profiles, "b"),
    ),
    line=_LINE,
    parent=PROJECT,
)
_OF_ORGANISATION = Listing(
    "brands_of_organisation",
    fill(
        "SELECT {columns} FROM course_crafter.cc_brand_profiles b WHERE b.project_id IS NULL",
        columns=columns(cc_brand_profiles, "b"),
    ),
    line=_LINE,
)
_BRAND = answer(
    "SELECT {columns}, {templates} AS templates {source}",
    columns=columns(cc_brand_profiles, "b"),
    templates=fill(_TEMPLATES, brand="b.id"),
    source="""
FROM course_crafter.cc_brand_profiles b LEFT JOIN course_crafter.cc_projects p ON p.id = b.project_id
WHERE b.id = :brand_id AND p.deleted_at IS NULL
""",
)
_TEMPLATE = answer(
    """
SELECT {columns} FROM course_crafter.cc_brand_templates t
JOIN course_crafter.cc_brand_profiles b ON b.id = t.brand_profile_id
LEFT JOIN course_crafter.cc_projects p ON p.id = b.project_id
WHERE t.id = :template_id AND p.deleted_at IS NULL
""",
    columns=columns(cc_brand_templates, "t"),
)


def read_brands(conn: Connection, project_id: UUID, page: Page = FIRST_PAGE) -> bytes:
    """The brand profiles that a project can use with their templates: its own and its organisation's.

    Raises:
        NotFound: CC-0020.
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_PROJECT, page, {"project_id": project_id})


def read_organisation_brands(conn: Connection, page: Page = FIRST_PAGE) -> bytes:
    """The organisation's own brand profiles with their templates.

    Raises:
        CursorRefused: CC-0090.
    """
    return read_page(conn, _OF_ORGANISATION, page, {})


def read_brand(conn: Connection, brand_id: UUID) -> bytes:
    """A brand profile with its templates.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _BRAND, {"brand_id": brand_id}, cc_brand_profiles)


def read_template(conn: Connection, template_id: UUID) -> bytes:
    """One template.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _TEMPLATE, {"template_id": template_id}, cc_brand_templates)
