"""Renders asked for, under way and done (schema 7)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    choice,
    created_at,
    index,
    json,
    loose_id,
    moment,
    reference,
    row_id,
    table,
    text,
    updated_at,
)

cc_video_render_jobs = table(
    "cc_video_render_jobs",
    "Tracks render jobs for Engine 1 & 2 (and later 3D).",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference("lesson_id", "cc_lessons", "→ cc_lessons.id", along=("project_id",)),
    choice("engine", ("e1", "e2"), "e1, e2"),
    text("version_label", "e.g. v1, v2_cinematic, v3_3d"),
    choice(
        "job_state",
        ("queued", "in_progress", "succeeded", "failed", "cancelled"),
        "queued, in_progress, succeeded, failed, cancelled",
        default="queued",
    ),
    loose_id("requested_by", "user", nullable=True),
    moment("requested_at", "When the render was asked for, UTC", default="now()"),
    moment("started_at", "When work began, UTC; null before", nullable=True),
    moment("completed_at", "When it ended, UTC", nullable=True),
    reference(
        "result_asset_id",
        "cc_assets",
        "FK → cc_assets.id (final video)",
        nullable=True,
        on_delete="SET NULL",
        along=("project_id",),
    ),
    text("error_message", "if failed", nullable=True),
    json("job_metadata", "model info, cost estimate"),
    created_at(),
    updated_at(),
    index("idx_cc_video_render_jobs_lesson_state", "lesson_id", "job_state"),
    index("idx_cc_video_render_jobs_project_state", "project_id", "job_state"),
    index("idx_cc_video_render_jobs_result_asset_id", "result_asset_id"),
)

cc_book_render_jobs = table(
    "cc_book_render_jobs",
    "For Engine 3 book/manual generation.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    choice(
        "job_state",
        ("queued", "in_progress", "succeeded", "failed", "cancelled"),
        "queued, in_progress, succeeded, failed, cancelled",
        default="queued",
    ),
    loose_id("requested_by", "user", nullable=True),
    moment("requested_at", "When the render was asked for, UTC", default="now()"),
    moment("completed_at", "When it ended, UTC", nullable=True),
    reference(
        "result_asset_id",
        "cc_assets",
        "FK → cc_assets.id (PDF/eBook)",
        nullable=True,
        on_delete="SET NULL",
        along=("project_id",),
    ),
    text("error_message", "if failed", nullable=True),
    json("metadata", "layout choices, etc."),
    created_at(),
    updated_at(),
    index("idx_cc_book_render_jobs_project_state", "project_id", "job_state"),
    index("idx_cc_book_render_jobs_result_asset_id", "result_asset_id"),
)

cc_scorm_render_jobs = table(
    "cc_scorm_render_jobs",
    "For Engine 4 interactive module packages.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference(
        "lesson_id", "cc_lessons", "optional (module-level vs lesson-level)", nullable=True, along=("project_id",)
    ),
    choice(
        "job_state",
        ("queued", "in_progress", "succeeded", "failed", "cancelled"),
        "queued, in_progress, succeeded, failed, cancelled",
        default="queued",
    ),
    loose_id("requested_by", "user", nullable=True),
    moment("requested_at", "When the render was asked for, UTC", default="now()"),
    moment("completed_at", "When it ended, UTC", nullable=True),
    reference(
        "result_asset_id",
        "cc_assets",
        "FK → cc_assets.id (SCORM ZIP / HTML5 package)",
        nullable=True,
        on_delete="SET NULL",
        along=("project_id",),
    ),
    text("error_message", "if failed", nullable=True),
    json("metadata", "SCORM version, etc."),
    created_at(),
    updated_at(),
    index("idx_cc_scorm_render_jobs_project_state", "project_id", "job_state"),
    index("idx_cc_scorm_render_jobs_lesson_id", "lesson_id"),
    index("idx_cc_scorm_render_jobs_result_asset_id", "result_asset_id"),
)
