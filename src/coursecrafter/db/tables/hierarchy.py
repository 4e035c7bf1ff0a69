"""The course from project down to segment (schema 2)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    agreement,
    choice,
    created_at,
    deleted_at,
    flag,
    index,
    json,
    known_with,
    loose_id,
    number,
    reference,
    row_id,
    table,
    text,
    updated_at,
)

cc_projects = table(
    "cc_projects",
    "Represents a Course / Project.",
    row_id("Unique project ID"),
    reference("org_id", "platform.organisations", "Tenant / company", on_delete="RESTRICT"),
    text("name", "Course / project name"),
    text("code", "Optional short code (e.g. “HRA-101”)", nullable=True),
    text("description", "High-level description", nullable=True),
    choice(
        "status",
        ("draft", "in_progress", "ready_for_export", "archived"),
        "Enum: draft, in_progress, ready_for_export, archived",
        default="draft",
    ),
    text("default_language", "e.g. en, future multi-language support", default="en"),
    loose_id("created_by", "User who created", nullable=True),
    created_at(),
    updated_at(),
    deleted_at(),
    known_with("id", "org_id"),
    index("idx_cc_projects_org_id", "org_id"),
    index(
        "idx_cc_projects_code_unique", "org_id", "code", unique=True, where="code IS NOT NULL AND deleted_at IS NULL"
    ),
)

cc_learning_units = table(
    "cc_learning_units",
    "Maps to Learning Units in the course.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    text("title", "Title of the learning unit"),
    text("description", "What the unit covers", nullable=True),
    number("sequence", "Ordering within project"),
    created_at(),
    updated_at(),
    deleted_at(),
    known_with("id", "project_id"),
    index("idx_cc_learning_units_project_id_sequence", "project_id", "sequence"),
)

cc_modules = table(
    "cc_modules",
    "Modules inside a Learning Unit.",
    row_id(),
    reference("project_id", "cc_projects", "(denormalised for fast access)"),
    reference("learning_unit_id", "cc_learning_units", "→ cc_learning_units.id", along="project_id"),
    text("title", "Title of the module"),
    text("description", "What the module covers", nullable=True),
    number("sequence", "Ordering within LU"),
    created_at(),
    updated_at(),
    deleted_at(),
    known_with("id", "project_id"),
    known_with("id", "learning_unit_id"),
    index("idx_cc_modules_learning_unit_id_sequence", "learning_unit_id", "sequence"),
    index("idx_cc_modules_project_id", "project_id"),
)

cc_lessons = table(
    "cc_lessons",
    "Represents a single Lesson (usually corresponds to a video or interaction).",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference("learning_unit_id", "cc_learning_units", "optional direct reference", nullable=True, along="project_id"),
    reference("module_id", "cc_modules", "→ cc_modules.id", along="project_id"),
    text("title", "e.g. “History of Human Rights”"),
    text("code", "e.g. L1.1", nullable=True),
    text("objective", "Lesson-level learning objective", nullable=True),
    json("engine_flags", 'Which engines this lesson has been processed by: { "e1": true, "e2": false, ... }'),
    choice(
        "status",
        ("draft", "in_design", "rendering", "ready", "archived"),
        "Enum: draft, in_design, rendering, ready, archived",
        default="draft",
    ),
    created_at(),
    updated_at(),
    deleted_at(),
    number(
        "sequence",
        "authorised by the note on idx_cc_lessons_module_sequence: include sequence column if needed;"
        " it is needed, lessons have an order within their module",
    ),
    known_with("id", "project_id"),
    agreement("fk_cc_lessons_module_unit", "cc_modules", "module_id", "learning_unit_id"),
    index("idx_cc_lessons_module_sequence", "module_id", "sequence"),
    index("idx_cc_lessons_project_id", "project_id"),
    index("idx_cc_lessons_learning_unit_id", "learning_unit_id"),
)

cc_scenes = table(
    "cc_scenes",
    "Sub-division of a lesson into conceptual scenes.",
    row_id(),
    reference("lesson_id", "cc_lessons", "→ cc_lessons.id"),
    text("title", "optional", nullable=True),
    text("description", "conceptual explanation", nullable=True),
    number("sequence", "ordering in lesson"),
    created_at(),
    updated_at(),
    deleted_at(),
    known_with("id", "lesson_id"),
    index("idx_cc_scenes_lesson_id_sequence", "lesson_id", "sequence"),
)

cc_segments = table(
    "cc_segments",
    "Lowest-level unit – corresponds to a single script + visual + timing block.",
    row_id(),
    reference("scene_id", "cc_scenes", "→ cc_scenes.id", along="lesson_id"),
    reference("lesson_id", "cc_lessons", "redundant for quick filtering"),
    choice(
        "source_type",
        ("ppt_slide", "ppt_animation", "text", "youtube", "other_video"),
        "Enum: ppt_slide, ppt_animation, text, youtube, other_video",
    ),
    text("source_ref", "Slide index, timestamp, or reference ID", nullable=True),
    number("sequence", "order within scene"),
    text("script_text", "final approved script text for this segment", nullable=True),
    number("on_screen_duration", "seconds – how long it stays visible", nullable=True, kind="numeric"),
    number("gap_after", "seconds pause before next segment", kind="numeric", default="0"),
    flag("is_youtube_embed", "true if this segment is a full YouTube insertion", default=False),
    text("youtube_url", "nullable", nullable=True),
    choice("status", ("draft", "approved"), "draft, approved", default="draft"),
    created_at(),
    updated_at(),
    deleted_at(),
    known_with("id", "lesson_id"),
    known_with("id", "scene_id"),
    index("idx_cc_segments_scene_id_sequence", "scene_id", "sequence"),
    index("idx_cc_segments_lesson_id", "lesson_id"),
)
