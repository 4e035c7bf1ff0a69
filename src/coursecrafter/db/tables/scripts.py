"""Spoken text and its speech (schema 5)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    choice,
    created_at,
    index,
    loose_id,
    number,
    reference,
    row_id,
    rule,
    table,
    text,
    updated_at,
)

cc_scripts = table(
    "cc_scripts",
    "Represents scripted text at segment or scene level.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference("lesson_id", "cc_lessons", "→ cc_lessons.id"),
    reference("scene_id", "cc_scenes", "→ cc_scenes.id"),
    reference("segment_id", "cc_segments", "→ cc_segments.id; null for a script at scene level", nullable=True),
    choice("engine", ("e1", "e2", "e3"), "e1, e2, e3"),
    text("draft_text", "initial AI draft", nullable=True),
    text("final_text", "approved text", nullable=True),
    choice("status", ("draft", "review", "approved"), "draft, review, approved", default="draft"),
    loose_id("created_by", "user who last edited", nullable=True),
    created_at(),
    updated_at(),
    index("idx_cc_scripts_place", "project_id", "lesson_id", "scene_id", "segment_id"),
    index("idx_cc_scripts_lesson_id", "lesson_id"),
    index("idx_cc_scripts_scene_id", "scene_id"),
    index("idx_cc_scripts_segment_id", "segment_id"),
)

cc_voice_tracks = table(
    "cc_voice_tracks",
    "Stores TTS outputs per segment or scene.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    reference("lesson_id", "cc_lessons", "→ cc_lessons.id"),
    reference("scene_id", "cc_scenes", "→ cc_scenes.id, nullable", nullable=True),
    reference("segment_id", "cc_segments", "→ cc_segments.id; null for a track at scene level", nullable=True),
    reference("script_id", "cc_scripts", "→ cc_scripts.id"),
    text("file_path", "storage reference"),
    text("voice_profile", "e.g. en_male_neutral_1"),
    number("duration_seconds", "length of the speech in seconds", nullable=True, kind="numeric"),
    text("tts_provider", "e.g. azure, gcp, openai"),
    choice("status", ("generated", "approved", "rejected"), "generated, approved, rejected", default="generated"),
    created_at(),
    updated_at(),
    index("idx_cc_voice_tracks_place", "project_id", "lesson_id", "scene_id", "segment_id"),
    index("idx_cc_voice_tracks_lesson_id", "lesson_id"),
    index("idx_cc_voice_tracks_scene_id", "scene_id"),
    index("idx_cc_voice_tracks_segment_id", "segment_id"),
    index("idx_cc_voice_tracks_script_id", "script_id"),
    rule("place_known", "scene_id IS NOT NULL OR segment_id IS NOT NULL"),
)
