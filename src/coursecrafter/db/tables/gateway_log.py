"""Calls to models, and what happened (schema 10). Rows are added and read, never changed."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    agreement,
    choice,
    created_at,
    index,
    json,
    loose_id,
    number,
    reference,
    row_id,
    table,
    text,
)

cc_ai_calls = table(
    "cc_ai_calls",
    "Tracks all AI-related calls (LLM, TTS, image, video).",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference(
        "lesson_id",
        "cc_lessons",
        "→ cc_lessons.id, nullable",
        nullable=True,
        on_delete="SET NULL",
        along="project_id",
    ),
    choice("engine", ("e1", "e2", "e3", "e4", "global"), "e1, e2, e3, e4, global"),
    choice(
        "call_type",
        ("llm_script", "llm_outline", "tts", "image", "video", "parse"),
        "llm_script, llm_outline, tts, image, video, parse",
    ),
    text("provider", "model provider"),
    text("model_name", "e.g. gpt-4.x, dalle-3, etc.", nullable=True),
    number("input_tokens", "approx where relevant", nullable=True),
    number("output_tokens", "approx where relevant", nullable=True),
    json("request_payload", "truncated or hashed for privacy"),
    json("response_meta", "cost, latency, etc."),
    choice("status", ("success", "failed"), "success, failed"),
    text("error_message", "nullable", nullable=True),
    created_at(),
    index("idx_cc_ai_calls_project_id", "project_id"),
    index("idx_cc_ai_calls_lesson_id", "lesson_id"),
)

cc_activity_log = table(
    "cc_activity_log",
    "High-level event log for user & system actions.",
    row_id(),
    reference("org_id", "platform.organisations", "→ platform.organisations.id", on_delete="RESTRICT"),
    reference(
        "project_id",
        "cc_projects",
        "→ cc_projects.id, nullable",
        nullable=True,
        on_delete="SET NULL",
        along="org_id",
    ),
    reference(
        "lesson_id",
        "cc_lessons",
        "→ cc_lessons.id, nullable",
        nullable=True,
        on_delete="SET NULL",
    ),
    loose_id("user_id", "nullable (system events)", nullable=True),
    text("event_type", "project_created, engine1_plan_approved, render_started, render_failed, etc."),
    json("event_payload", "context info"),
    created_at(),
    # A purged project takes its own column first, so the lesson's is cleared by a key of its own, above.
    agreement("fk_cc_activity_log_lesson_project", "cc_lessons", "lesson_id", "project_id", clear="lesson_id"),
    index("idx_cc_activity_log_org_id", "org_id"),
    index("idx_cc_activity_log_project_id", "project_id"),
    index("idx_cc_activity_log_lesson_id", "lesson_id"),
)
