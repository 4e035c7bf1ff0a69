"""Add scripts and voice tracks.

Schema: section 5. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_05"
down_revision = "20261122_04"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_scripts (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID NOT NULL,
  scene_id UUID NOT NULL,
  segment_id UUID,
  engine TEXT NOT NULL CONSTRAINT ck_cc_scripts_engine_known CHECK (engine IN ('e1', 'e2', 'e3')),
  draft_text TEXT,
  final_text TEXT,
  status TEXT DEFAULT 'draft' NOT NULL
    CONSTRAINT ck_cc_scripts_status_known
    CHECK (status IN ('draft', 'review', 'approved')),
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_scripts PRIMARY KEY (id),
  CONSTRAINT fk_cc_scripts_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_scripts_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_scripts_scene_id FOREIGN KEY(scene_id, lesson_id)
    REFERENCES course_crafter.cc_scenes (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_scripts_segment_id FOREIGN KEY(segment_id, lesson_id)
    REFERENCES course_crafter.cc_segments (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_scripts_segment_scene FOREIGN KEY(segment_id, scene_id)
    REFERENCES course_crafter.cc_segments (id, scene_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT uq_cc_scripts_id_lesson_id UNIQUE (id, lesson_id)
)
""",
    "CREATE INDEX idx_cc_scripts_lesson_id ON course_crafter.cc_scripts (lesson_id)",
    "CREATE INDEX idx_cc_scripts_place ON course_crafter.cc_scripts (project_id, lesson_id, scene_id, segment_id)",
    "CREATE INDEX idx_cc_scripts_scene_id ON course_crafter.cc_scripts (scene_id)",
    "CREATE INDEX idx_cc_scripts_segment_id ON course_crafter.cc_scripts (segment_id)",
    "COMMENT ON TABLE course_crafter.cc_scripts IS 'Represents scripted text at segment or scene level.'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.lesson_id IS '→ cc_lessons.id'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.scene_id IS '→ cc_scenes.id'",
    """
COMMENT ON COLUMN course_crafter.cc_scripts.segment_id
  IS '→ cc_segments.id; null for a script at scene level'
""",
    "COMMENT ON COLUMN course_crafter.cc_scripts.engine IS 'e1, e2, e3'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.draft_text IS 'initial AI draft'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.final_text IS 'approved text'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.status IS 'draft, review, approved'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.created_by IS 'user who last edited'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_scripts.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
CREATE TRIGGER cc_scripts_touch BEFORE UPDATE ON course_crafter.cc_scripts
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_voice_tracks (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID NOT NULL,
  scene_id UUID,
  segment_id UUID,
  script_id UUID NOT NULL,
  file_path TEXT NOT NULL,
  voice_profile TEXT NOT NULL,
  duration_seconds NUMERIC
    CONSTRAINT ck_cc_voice_tracks_duration_seconds_at_least_0
    CHECK (duration_seconds >= 0),
  tts_provider TEXT NOT NULL,
  status TEXT DEFAULT 'generated' NOT NULL
    CONSTRAINT ck_cc_voice_tracks_status_known
    CHECK (status IN ('generated', 'approved', 'rejected')),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_voice_tracks PRIMARY KEY (id),
  CONSTRAINT fk_cc_voice_tracks_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_voice_tracks_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_voice_tracks_scene_id FOREIGN KEY(scene_id, lesson_id)
    REFERENCES course_crafter.cc_scenes (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_voice_tracks_segment_id FOREIGN KEY(segment_id, lesson_id)
    REFERENCES course_crafter.cc_segments (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_voice_tracks_script_id FOREIGN KEY(script_id, lesson_id)
    REFERENCES course_crafter.cc_scripts (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_voice_tracks_segment_scene FOREIGN KEY(segment_id, scene_id)
    REFERENCES course_crafter.cc_segments (id, scene_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT ck_cc_voice_tracks_place_known CHECK (scene_id IS NOT NULL OR segment_id IS NOT NULL)
)
""",
    "CREATE INDEX idx_cc_voice_tracks_lesson_id ON course_crafter.cc_voice_tracks (lesson_id)",
    """
CREATE INDEX idx_cc_voice_tracks_place ON course_crafter.cc_voice_tracks (project_id, lesson_id, scene_id,
    segment_id)
""",
    "CREATE INDEX idx_cc_voice_tracks_scene_id ON course_crafter.cc_voice_tracks (scene_id)",
    "CREATE INDEX idx_cc_voice_tracks_script_id ON course_crafter.cc_voice_tracks (script_id)",
    "CREATE INDEX idx_cc_voice_tracks_segment_id ON course_crafter.cc_voice_tracks (segment_id)",
    "COMMENT ON TABLE course_crafter.cc_voice_tracks IS 'Stores TTS outputs per segment or scene.'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.lesson_id IS '→ cc_lessons.id'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.scene_id IS '→ cc_scenes.id, nullable'",
    """
COMMENT ON COLUMN course_crafter.cc_voice_tracks.segment_id
  IS '→ cc_segments.id; null for a track at scene level'
""",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.script_id IS '→ cc_scripts.id'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.file_path IS 'storage reference'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.voice_profile IS 'e.g. en_male_neutral_1'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.duration_seconds IS 'length of the speech in seconds'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.tts_provider IS 'e.g. azure, gcp, openai'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.status IS 'generated, approved, rejected'",
    "COMMENT ON COLUMN course_crafter.cc_voice_tracks.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_voice_tracks.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_voice_tracks_touch BEFORE UPDATE ON course_crafter.cc_voice_tracks
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_scripts ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_scripts FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_scripts_read ON course_crafter.cc_scripts FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_scripts_add ON course_crafter.cc_scripts FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_scripts_change ON course_crafter.cc_scripts FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_scripts_remove ON course_crafter.cc_scripts FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_scripts TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_voice_tracks ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_voice_tracks FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_voice_tracks_read ON course_crafter.cc_voice_tracks FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_voice_tracks_add ON course_crafter.cc_voice_tracks FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_voice_tracks_change ON course_crafter.cc_voice_tracks FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_voice_tracks_remove ON course_crafter.cc_voice_tracks FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_voice_tracks TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_voice_tracks",
    "DROP TABLE course_crafter.cc_scripts",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
