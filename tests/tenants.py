"""A whole course, one row in each of the 24 tables, written as an author of an organisation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.organisations import ensure_organisation, ensure_user, open_project
from coursecrafter.db.session import Database, Identity
from coursecrafter.db.tables import SCHEMA, metadata

TABLES = sorted(table.name for table in metadata.tables.values() if table.schema == SCHEMA)


def table_named(name: str) -> sa.Table:
    return metadata.tables[f"{SCHEMA}.{name}"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """An organisation with an author and one course.

    Attributes:
        author: owner of organisation and project, in that project.
        rows: the id of the course's row in each table.
    """

    author: Identity
    rows: dict[str, UUID]


def rows_of_a_course(
    org_id: UUID, project_id: UUID, ids: dict[str, UUID]
) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """Values for one row of each table, parents first; `ids` fills up as the rows are written."""
    project = {"project_id": project_id}

    def place(*levels: str) -> dict[str, Any]:
        return project | {f"{level}_id": ids[f"cc_{level}s"] for level in levels}

    return [
        ("cc_projects", lambda: {"id": project_id, "org_id": org_id, "name": "Fire drill"}),
        ("cc_learning_units", lambda: project | {"title": "U", "sequence": 1}),
        ("cc_modules", lambda: place("learning_unit") | {"title": "M", "sequence": 1}),
        ("cc_lessons", lambda: place("learning_unit", "module") | {"title": "L", "sequence": 1}),
        ("cc_scenes", lambda: {"lesson_id": ids["cc_lessons"], "sequence": 1}),
        ("cc_segments", lambda: without_project(place("lesson", "scene")) | {"source_type": "text", "sequence": 1}),
        ("cc_project_context", lambda: project),
        ("cc_project_documents", lambda: project | {"file_path": "o/1", "file_type": "pdf", "parsed_status": "parsed"}),
        (
            "cc_source_files",
            lambda: (
                place("lesson")
                | {"file_path": "o/2", "file_type": "pptx", "purpose": "engine1_ppt", "size_bytes": 1, "checksum": "c"}
            ),
        ),
        (
            "cc_assets",
            lambda: (
                place("lesson", "scene", "segment")
                | {"asset_type": "image", "role": "hero_image", "file_path": "o/3", "mime_type": "image/png"}
            ),
        ),
        ("cc_asset_versions", lambda: {"asset_id": ids["cc_assets"], "file_path": "o/3", "version": 1}),
        ("cc_scripts", lambda: place("lesson", "scene", "segment") | {"engine": "e1"}),
        (
            "cc_voice_tracks",
            lambda: (
                place("lesson", "scene", "segment", "script")
                | {"file_path": "o/4", "voice_profile": "en_male_neutral_1", "tts_provider": "offline"}
            ),
        ),
        ("cc_brand_profiles", lambda: project | {"org_id": org_id, "name": "B", "primary_color": "#336699"}),
        (
            "cc_brand_templates",
            lambda: {"brand_profile_id": ids["cc_brand_profiles"], "name": "T", "template_type": "slide"},
        ),
        ("cc_video_render_jobs", lambda: place("lesson") | {"engine": "e1", "version_label": "v1"}),
        ("cc_book_render_jobs", lambda: project),
        ("cc_scorm_render_jobs", lambda: place("lesson")),
        ("cc_book_structures", lambda: project | {"title": "Book"}),
        (
            "cc_book_sections",
            lambda: (
                {"book_id": ids["cc_book_structures"], "level": 1, "title": "C", "content_markdown": ""}
                | {"mapping_type": "lesson", "mapping_id": ids["cc_lessons"], "sequence": 1}
            ),
        ),
        ("cc_interactions", lambda: place("lesson") | {"interaction_type": "quiz", "sequence": 1}),
        (
            "cc_quiz_questions",
            lambda: (
                place("lesson", "interaction") | {"question_text": "?", "question_type": "true_false", "sequence": 1}
            ),
        ),
        (
            "cc_ai_calls",
            lambda: place("lesson") | {"engine": "e1", "call_type": "tts", "provider": "offline", "status": "success"},
        ),
        ("cc_activity_log", lambda: place("lesson") | {"org_id": org_id, "event_type": "project_created"}),
    ]


def without_project(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "project_id"}


def settle_tenant(database: Database, slug: str) -> Tenant:
    """Make an organisation, its author and a course."""
    with database.admin() as admin:
        org_id = ensure_organisation(admin, slug.title(), slug)
        user_id = ensure_user(admin, org_id, f"author@{slug}.example", "Author", role="owner")
        project_id = admin.scalar(sa.text("SELECT platform.uuidv7()"))
    author = Identity(org_id, user_id, project_id)
    return Tenant(author, write_course(database, author))


def write_course(database: Database, author: Identity) -> dict[str, UUID]:
    """Write one row of each table as the author; give their ids."""
    assert author.project_id is not None
    ids: dict[str, UUID] = {}
    with database.app(author) as session:
        open_project(session, author.project_id, author.org_id)
        for name, values in rows_of_a_course(author.org_id, author.project_id, ids):
            table = table_named(name)
            ids[name] = session.scalars(table.insert().values(values()).returning(table.c.id)).one()
    return ids
