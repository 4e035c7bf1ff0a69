"""What happened, for people: rows of `cc_activity_log` (schema 10.2), written with the change they tell of."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.author import Author
from coursecrafter.db.tables import cc_activity_log


class Event(StrEnum):
    """The closed registry of events, by section of the schema; nothing else is ever logged."""

    # 2.1 and who may see a project
    PROJECT_CREATED = "project_created"
    PROJECT_CHANGED = "project_changed"
    PROJECT_STATUS_CHANGED = "project_status_changed"
    PROJECT_COPIED = "project_copied"
    PROJECT_DELETED = "project_deleted"
    PROJECT_RESTORED = "project_restored"
    PROJECT_SHARED = "project_shared"
    PROJECT_UNSHARED = "project_unshared"
    MEMBER_ROLE_CHANGED = "member_role_changed"
    MEMBER_REMOVED = "member_removed"
    # 2.2 to 2.4
    LEARNING_UNIT_CREATED = "learning_unit_created"
    LEARNING_UNIT_CHANGED = "learning_unit_changed"
    LEARNING_UNIT_DELETED = "learning_unit_deleted"
    LEARNING_UNIT_RESTORED = "learning_unit_restored"
    LEARNING_UNITS_REORDERED = "learning_units_reordered"
    MODULE_CREATED = "module_created"
    MODULE_CHANGED = "module_changed"
    MODULE_MOVED = "module_moved"
    MODULE_DELETED = "module_deleted"
    MODULE_RESTORED = "module_restored"
    MODULES_REORDERED = "modules_reordered"
    LESSON_CREATED = "lesson_created"
    LESSON_CHANGED = "lesson_changed"
    LESSON_STATUS_CHANGED = "lesson_status_changed"
    LESSON_MOVED = "lesson_moved"
    LESSON_COPIED = "lesson_copied"
    LESSON_DELETED = "lesson_deleted"
    LESSON_RESTORED = "lesson_restored"
    LESSONS_REORDERED = "lessons_reordered"
    LESSONS_CHANGED = "lessons_changed"
    # 2.5, 2.6
    SCENE_CREATED = "scene_created"
    SCENE_CHANGED = "scene_changed"
    SCENE_DELETED = "scene_deleted"
    SCENE_RESTORED = "scene_restored"
    SCENES_REORDERED = "scenes_reordered"
    SEGMENT_CREATED = "segment_created"
    SEGMENT_CHANGED = "segment_changed"
    SEGMENT_MOVED = "segment_moved"
    SEGMENT_SPLIT = "segment_split"
    SEGMENTS_MERGED = "segments_merged"
    SEGMENT_DELETED = "segment_deleted"
    SEGMENT_RESTORED = "segment_restored"
    SEGMENTS_REORDERED = "segments_reordered"
    ENGINE1_PLAN_CHANGED = "engine1_plan_changed"
    ENGINE1_PLAN_APPROVED = "engine1_plan_approved"
    ENGINE1_PLAN_REOPENED = "engine1_plan_reopened"
    ENGINE2_OUTLINE_CHANGED = "engine2_outline_changed"
    ENGINE2_OUTLINE_APPROVED = "engine2_outline_approved"
    ENGINE2_OUTLINE_REOPENED = "engine2_outline_reopened"
    # 3
    CONTEXT_CHANGED = "context_changed"
    DOCUMENT_UPLOADED = "document_uploaded"
    DOCUMENT_CHANGED = "document_changed"
    DOCUMENT_PARSED = "document_parsed"
    DOCUMENT_DELETED = "document_deleted"
    # 4
    SOURCE_UPLOADED = "source_uploaded"
    SOURCE_DELETED = "source_deleted"
    ASSETS_ADDED = "assets_added"
    ASSET_ACTIVATED = "asset_activated"
    ASSET_DELETED = "asset_deleted"
    ASSET_RESTORED = "asset_restored"
    # 5
    SCRIPT_CHANGED = "script_changed"
    SCRIPT_SUBMITTED = "script_submitted"
    SCRIPT_APPROVED = "script_approved"
    SCRIPT_REOPENED = "script_reopened"
    VOICES_GENERATED = "voices_generated"
    VOICE_APPROVED = "voice_approved"
    VOICE_REJECTED = "voice_rejected"
    # 6
    BRAND_CREATED = "brand_created"
    BRAND_CHANGED = "brand_changed"
    BRAND_DELETED = "brand_deleted"
    TEMPLATE_CREATED = "template_created"
    TEMPLATE_CHANGED = "template_changed"
    TEMPLATE_DELETED = "template_deleted"
    # 7
    RENDER_REQUESTED = "render_requested"
    RENDER_STARTED = "render_started"
    RENDER_SUCCEEDED = "render_succeeded"
    RENDER_FAILED = "render_failed"
    RENDER_CANCELLED = "render_cancelled"
    ENGINE1_VIDEO_APPROVED = "engine1_video_approved"
    ENGINE2_VIDEO_APPROVED = "engine2_video_approved"
    ENGINE3_BOOK_APPROVED = "engine3_book_approved"
    ENGINE4_MODULE_APPROVED = "engine4_module_approved"
    # 8
    BOOK_CHANGED = "book_changed"
    BOOK_STATUS_CHANGED = "book_status_changed"
    BOOK_OUTLINE_CHANGED = "book_outline_changed"
    SECTION_CREATED = "section_created"
    SECTION_CHANGED = "section_changed"
    SECTION_MOVED = "section_moved"
    SECTION_DELETED = "section_deleted"
    # 9
    INTERACTIONS_CHANGED = "interactions_changed"
    INTERACTION_CREATED = "interaction_created"
    INTERACTION_CHANGED = "interaction_changed"
    INTERACTION_DELETED = "interaction_deleted"
    INTERACTIONS_REORDERED = "interactions_reordered"
    QUESTION_CREATED = "question_created"
    QUESTION_CHANGED = "question_changed"
    QUESTION_DELETED = "question_deleted"
    QUESTIONS_REORDERED = "questions_reordered"
    # 10
    COMMENT_ADDED = "comment_added"
    COMMENT_RESOLVED = "comment_resolved"
    COMMENT_REOPENED = "comment_reopened"
    UNDONE = "undone"


PASSING = frozenset(
    {
        # How a render went; what it made stands in `render_succeeded`, which stays.
        Event.RENDER_REQUESTED,
        Event.RENDER_STARTED,
        Event.RENDER_FAILED,
        Event.RENDER_CANCELLED,
        # Who could see and do what.
        Event.PROJECT_SHARED,
        Event.PROJECT_UNSHARED,
        Event.MEMBER_ROLE_CHANGED,
        Event.MEMBER_REMOVED,
    }
)
"""Events that tell nothing of content: they are forgotten after a time (`upkeep/retention.py`). All others say what a
course is made of, or what people said of it, and stay as long as the course."""


def log_event(
    conn: Connection,
    author: Author,
    event: Event,
    *,
    project_id: UUID | None,
    lesson_id: UUID | None = None,
    **payload: Any,
) -> UUID:
    """Write one event in the caller's transaction; its id. An event of the organisation has no project."""
    written = cc_activity_log.insert().values(
        org_id=author.org_id,
        user_id=author.user_id,
        project_id=project_id,
        lesson_id=lesson_id,
        event_type=event.value,
        event_payload=payload,
    )
    event_id: UUID = conn.execute(written.returning(cc_activity_log.c.id)).scalar_one()
    return event_id
