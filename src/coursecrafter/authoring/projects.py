"""Projects, their context and their brand (schema 2.1, 3.1, 6.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.db.organisations import open_project
from coursecrafter.db.tables import cc_brand_profiles, cc_project_context, cc_projects


def find_project(conn: Connection, author: Author, *, name: str, code: str | None) -> UUID | None:
    """The organisation's project of that code or, where no code is given, of that name without a code."""
    wanted = select(cc_projects.c.id).where(cc_projects.c.org_id == author.org_id, cc_projects.c.deleted_at.is_(None))
    if code is None:
        wanted = wanted.where(cc_projects.c.name == name, cc_projects.c.code.is_(None))
    else:
        wanted = wanted.where(cc_projects.c.code == code)
    return conn.execute(wanted.order_by(cc_projects.c.created_at).limit(1)).scalar()


def create_project(conn: Connection, author: Author, *, name: str, code: str | None, language: str) -> UUID:
    """Create a project; its access row comes first, since the row's own policy asks for it."""
    project_id: UUID = conn.execute(select(func.platform.uuidv7())).scalar_one()
    open_project(conn, project_id, author.org_id)
    conn.execute(
        cc_projects.insert().values(
            id=project_id,
            org_id=author.org_id,
            name=name,
            code=code,
            status="in_progress",
            default_language=language,
            created_by=author.user_id,
        )
    )
    log_event(conn, author, Event.PROJECT_CREATED, project_id=project_id, name=name, code=code)
    return project_id


def rename_project(conn: Connection, project_id: UUID, *, name: str, language: str) -> None:
    """Give a project its name and language, if they differ."""
    conn.execute(
        cc_projects.update()
        .where(
            cc_projects.c.id == project_id,
            (cc_projects.c.name != name) | (cc_projects.c.default_language != language),
        )
        .values(name=name, default_language=language)
    )


def set_context(conn: Connection, project_id: UUID, *, language: str, metadata: Mapping[str, Any]) -> None:
    """Set the project's language and merge settings into its context's metadata."""
    row = conn.execute(select(cc_project_context).where(cc_project_context.c.project_id == project_id)).first()
    if row is None:
        conn.execute(
            cc_project_context.insert().values(project_id=project_id, language=language, metadata=dict(metadata))
        )
        return
    merged = {**row.metadata, **metadata}
    if merged != row.metadata or row.language != language:
        conn.execute(
            cc_project_context.update()
            .where(cc_project_context.c.id == row.id)
            .values(language=language, metadata=merged)
        )


def set_brand(
    conn: Connection, author: Author, project_id: UUID, *, name: str, primary_color: str, secondary_color: str
) -> UUID:
    """Set the project's own brand profile."""
    values = {"name": name, "primary_color": primary_color, "secondary_color": secondary_color}
    row = conn.execute(select(cc_brand_profiles).where(cc_brand_profiles.c.project_id == project_id)).first()
    if row is None:
        made = cc_brand_profiles.insert().values(org_id=author.org_id, project_id=project_id, **values)
        new_id: UUID = conn.execute(made.returning(cc_brand_profiles.c.id)).scalar_one()
        return new_id
    if any(getattr(row, column) != value for column, value in values.items()):
        conn.execute(cc_brand_profiles.update().where(cc_brand_profiles.c.id == row.id).values(**values))
    brand_id: UUID = row.id
    return brand_id
