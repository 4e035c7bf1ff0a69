"""Activities of a lesson (schema 9)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    choice,
    created_at,
    index,
    json,
    known_with,
    number,
    reference,
    row_id,
    table,
    text,
    updated_at,
)

cc_interactions = table(
    "cc_interactions",
    "Generic interaction definition for Engine 4.",
    row_id(),
    reference("lesson_id", "cc_lessons", "→ cc_lessons.id", along="project_id"),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    text("interaction_type", "timeline, hotspot, accordion, quiz, upload_task, etc."),
    text("title", "heading of the activity", nullable=True),
    text("description", "what the learner is asked to do", nullable=True),
    json("config", "type-specific config (e.g. steps, coordinates, labels)"),
    number("sequence", "within lesson"),
    created_at(),
    updated_at(),
    known_with("id", "lesson_id"),
    index("idx_cc_interactions_lesson_id", "lesson_id"),
    index("idx_cc_interactions_project_id", "project_id"),
)

cc_quiz_questions = table(
    "cc_quiz_questions",
    "If we want structured quiz definitions (reusable for external LMS).",
    row_id(),
    reference("lesson_id", "cc_lessons", "→ cc_lessons.id", along="project_id"),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference(
        "interaction_id", "cc_interactions", "optional, link to parent interaction", nullable=True, along="lesson_id"
    ),
    text("question_text", "the question as the learner reads it"),
    choice(
        "question_type",
        ("mcq_single", "mcq_multi", "true_false", "short_answer"),
        "mcq_single, mcq_multi, true_false, short_answer",
    ),
    json("options", "for MCQ", nullable=True, default="[]"),
    json("correct_answers", "indices or text", default="[]"),
    json("feedback", "feedback per option", nullable=True, default=None),
    number("sequence", "order within interaction or lesson"),
    created_at(),
    updated_at(),
    index("idx_cc_quiz_questions_lesson_id", "lesson_id"),
    index("idx_cc_quiz_questions_project_id", "project_id"),
    index("idx_cc_quiz_questions_interaction_id", "interaction_id"),
)
