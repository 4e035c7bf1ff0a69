"""The 24 tables of a course and the few of the platform, as SQLAlchemy Core."""

from __future__ import annotations

from coursecrafter.db.tables.accounts import (
    api_keys,
    identities,
    invitations,
    password_resets,
    security_events,
    sessions,
)
from coursecrafter.db.tables.assets import cc_asset_versions, cc_assets, cc_source_files
from coursecrafter.db.tables.book import cc_book_sections, cc_book_structures
from coursecrafter.db.tables.branding import cc_brand_profiles, cc_brand_templates
from coursecrafter.db.tables.columns import SCHEMA, metadata
from coursecrafter.db.tables.context import cc_project_context, cc_project_documents
from coursecrafter.db.tables.gateway import (
    ai_attempts,
    ai_budgets,
    ai_prices,
    ai_providers,
    ai_routes,
    ai_spending,
    ai_turns,
)
from coursecrafter.db.tables.gateway_log import cc_activity_log, cc_ai_calls
from coursecrafter.db.tables.hierarchy import (
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_projects,
    cc_scenes,
    cc_segments,
)
from coursecrafter.db.tables.interactions import cc_interactions, cc_quiz_questions
from coursecrafter.db.tables.platform import (
    PLATFORM,
    memberships,
    organisations,
    project_access,
    users,
)
from coursecrafter.db.tables.render_jobs import cc_book_render_jobs, cc_scorm_render_jobs, cc_video_render_jobs
from coursecrafter.db.tables.requests import idempotency_keys, uploaded_files, uploads
from coursecrafter.db.tables.scripts import cc_scripts, cc_voice_tracks

__all__ = [
    "PLATFORM",
    "SCHEMA",
    "ai_attempts",
    "ai_budgets",
    "ai_prices",
    "ai_providers",
    "ai_routes",
    "ai_spending",
    "ai_turns",
    "api_keys",
    "cc_activity_log",
    "cc_ai_calls",
    "cc_asset_versions",
    "cc_assets",
    "cc_book_render_jobs",
    "cc_book_sections",
    "cc_book_structures",
    "cc_brand_profiles",
    "cc_brand_templates",
    "cc_interactions",
    "cc_learning_units",
    "cc_lessons",
    "cc_modules",
    "cc_project_context",
    "cc_project_documents",
    "cc_projects",
    "cc_quiz_questions",
    "cc_scenes",
    "cc_scorm_render_jobs",
    "cc_scripts",
    "cc_segments",
    "cc_source_files",
    "cc_video_render_jobs",
    "cc_voice_tracks",
    "idempotency_keys",
    "identities",
    "invitations",
    "memberships",
    "metadata",
    "organisations",
    "password_resets",
    "project_access",
    "security_events",
    "sessions",
    "uploaded_files",
    "uploads",
    "users",
]
