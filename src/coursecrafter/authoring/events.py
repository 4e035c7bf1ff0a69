"""What happened, for people: rows of `cc_activity_log` (schema 10.2), written with the change they tell of."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.db.tables import cc_activity_log


class Event(StrEnum):
    """The closed registry of events."""

    PROJECT_CREATED = "project_created"
    SOURCE_UPLOADED = "source_uploaded"
    DOCUMENT_UPLOADED = "document_uploaded"
    ENGINE1_PLAN_CHANGED = "engine1_plan_changed"
    ENGINE1_PLAN_APPROVED = "engine1_plan_approved"
    ENGINE2_OUTLINE_CHANGED = "engine2_outline_changed"
    ENGINE2_OUTLINE_APPROVED = "engine2_outline_approved"
    BOOK_OUTLINE_CHANGED = "book_outline_changed"
    INTERACTIONS_CHANGED = "interactions_changed"
    RENDER_STARTED = "render_started"
    RENDER_SUCCEEDED = "render_succeeded"
    RENDER_FAILED = "render_failed"


def log_event(
    conn: Connection,
    author: Author,
    event: Event,
    *,
    project_id: UUID,
    lesson_id: UUID | None = None,
    **payload: Any,
) -> None:
    """Write one event in the caller's transaction."""
    conn.execute(
        cc_activity_log.insert().values(
            org_id=author.org_id,
            user_id=author.user_id,
            project_id=project_id,
            lesson_id=lesson_id,
            event_type=event.value,
            event_payload=payload,
        )
    )
