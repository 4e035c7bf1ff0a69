"""What an author calls a row of a table and a field of it."""

from __future__ import annotations

from collections.abc import Mapping

NOUNS: Mapping[str, str] = {
    "cc_projects": "project",
    "cc_learning_units": "learning unit",
    "cc_modules": "module",
    "cc_lessons": "lesson",
    "cc_scenes": "scene",
    "cc_segments": "segment",
    "cc_project_context": "context",
    "cc_project_documents": "document",
    "cc_source_files": "source file",
    "cc_assets": "asset",
    "cc_asset_versions": "snapshot",
    "cc_scripts": "script",
    "cc_voice_tracks": "voice track",
    "cc_brand_profiles": "brand profile",
    "cc_brand_templates": "template",
    "cc_video_render_jobs": "video job",
    "cc_book_render_jobs": "book job",
    "cc_scorm_render_jobs": "module job",
    "cc_book_structures": "book",
    "cc_book_sections": "section",
    "cc_interactions": "activity",
    "cc_quiz_questions": "question",
    "cc_ai_calls": "AI call",
    "cc_activity_log": "event",
    "organisations": "organisation",
    "users": "person",
    "memberships": "member",
    "project_access": "person of the project",
    "sessions": "session",
    "api_keys": "key",
    "invitations": "invitation",
    "password_resets": "link for a new password",
    "identities": "identity",
    "security_events": "security event",
    "uploads": "upload",
    "uploaded_files": "uploaded file",
    "idempotency_keys": "idempotency key",
    "ai_providers": "provider",
    "ai_routes": "route",
    "ai_prices": "price",
    "ai_budgets": "budget",
    "ai_attempts": "attempt",
    "ai_spending": "total",
    "ai_turns": "turn",
}
"""By table."""

_FIELDS: Mapping[str, str] = {
    "org_id": "organisation",
    "code": "short code",
    "sequence": "position",
    "on_screen_duration": "duration",
    "gap_after": "gap",
    "youtube_url": "YouTube link",
    "mime_type": "media type",
    "script_text": "text",
    "size_bytes": "size",
    "book_id": "book",
    "mapping_id": "part of the course",
    "result_asset_id": "result",
    "logo_asset_id": "logo",
    "preview_asset_id": "preview",
    "job_state": "state",
    "parsed_status": "state",
    "slug": "short name",
    "email": "address",
}


def field_words(column: str) -> str:
    """A field as a sentence names it: `learning_unit_id` is the learning unit."""
    return _FIELDS.get(column, column.removesuffix("_id").replace("_", " "))
