"""Add projects down to segments.

Schema: section 2. Safe while old code runs: yes. Longer than other revisions: six tables refer to each other, and each
arrives whole.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_02"
down_revision = "20261122_01"
branch_labels = None
depends_on = None

UP = (
    "CREATE SCHEMA course_crafter",
    "COMMENT ON SCHEMA course_crafter IS 'The 24 tables of COURSE_CRAFTER_DATABASE_SCHEMA_v1.0.'",
    "GRANT USAGE ON SCHEMA course_crafter TO cc_app, cc_worker",
    """
CREATE TABLE course_crafter.cc_projects (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  name TEXT NOT NULL,
  code TEXT,
  description TEXT,
  status TEXT DEFAULT 'draft' NOT NULL
    CONSTRAINT ck_cc_projects_status_known
    CHECK (status IN ('draft', 'in_progress', 'ready_for_export', 'archived')),
  default_language TEXT DEFAULT 'en' NOT NULL,
  created_by UUID,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_cc_projects PRIMARY KEY (id),
  CONSTRAINT fk_cc_projects_org_id FOREIGN KEY(org_id)
    REFERENCES platform.organisations (id) ON DELETE RESTRICT,
  CONSTRAINT uq_cc_projects_id_org_id UNIQUE (id, org_id)
)
""",
    """
CREATE UNIQUE INDEX idx_cc_projects_code_unique ON course_crafter.cc_projects (org_id, code)
  WHERE code IS NOT NULL AND deleted_at IS NULL
""",
    "CREATE INDEX idx_cc_projects_org_id ON course_crafter.cc_projects (org_id)",
    "COMMENT ON TABLE course_crafter.cc_projects IS 'Represents a Course / Project.'",
    "COMMENT ON COLUMN course_crafter.cc_projects.id IS 'Unique project ID'",
    "COMMENT ON COLUMN course_crafter.cc_projects.org_id IS 'Tenant / company'",
    "COMMENT ON COLUMN course_crafter.cc_projects.name IS 'Course / project name'",
    "COMMENT ON COLUMN course_crafter.cc_projects.code IS 'Optional short code (e.g. “HRA-101”)'",
    "COMMENT ON COLUMN course_crafter.cc_projects.description IS 'High-level description'",
    "COMMENT ON COLUMN course_crafter.cc_projects.status IS 'Enum: draft, in_progress, ready_for_export, archived'",
    "COMMENT ON COLUMN course_crafter.cc_projects.default_language IS 'e.g. en, future multi-language support'",
    "COMMENT ON COLUMN course_crafter.cc_projects.created_by IS 'User who created'",
    "COMMENT ON COLUMN course_crafter.cc_projects.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_projects.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
COMMENT ON COLUMN course_crafter.cc_projects.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
CREATE TRIGGER cc_projects_touch BEFORE UPDATE ON course_crafter.cc_projects
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_learning_units (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  title TEXT NOT NULL,
  description TEXT,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_learning_units_sequence_at_least_0 CHECK (sequence >= 0),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_cc_learning_units PRIMARY KEY (id),
  CONSTRAINT fk_cc_learning_units_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT uq_cc_learning_units_id_project_id UNIQUE (id, project_id)
)
""",
    """
CREATE INDEX idx_cc_learning_units_project_id_sequence ON course_crafter.cc_learning_units (project_id,
    sequence)
""",
    "COMMENT ON TABLE course_crafter.cc_learning_units IS 'Maps to Learning Units in the course.'",
    "COMMENT ON COLUMN course_crafter.cc_learning_units.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_learning_units.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_learning_units.title IS 'Title of the learning unit'",
    "COMMENT ON COLUMN course_crafter.cc_learning_units.description IS 'What the unit covers'",
    "COMMENT ON COLUMN course_crafter.cc_learning_units.sequence IS 'Ordering within project'",
    "COMMENT ON COLUMN course_crafter.cc_learning_units.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_learning_units.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
COMMENT ON COLUMN course_crafter.cc_learning_units.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
CREATE TRIGGER cc_learning_units_touch BEFORE UPDATE ON course_crafter.cc_learning_units
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_modules (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  learning_unit_id UUID NOT NULL,
  title TEXT NOT NULL,
  description TEXT,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_modules_sequence_at_least_0 CHECK (sequence >= 0),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_cc_modules PRIMARY KEY (id),
  CONSTRAINT fk_cc_modules_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_modules_learning_unit_id FOREIGN KEY(learning_unit_id, project_id)
    REFERENCES course_crafter.cc_learning_units (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT uq_cc_modules_id_project_id UNIQUE (id, project_id),
  CONSTRAINT uq_cc_modules_id_learning_unit_id UNIQUE (id, learning_unit_id)
)
""",
    """
CREATE INDEX idx_cc_modules_learning_unit_id_sequence ON course_crafter.cc_modules (learning_unit_id, sequence)
""",
    "CREATE INDEX idx_cc_modules_project_id ON course_crafter.cc_modules (project_id)",
    "COMMENT ON TABLE course_crafter.cc_modules IS 'Modules inside a Learning Unit.'",
    "COMMENT ON COLUMN course_crafter.cc_modules.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_modules.project_id IS '(denormalised for fast access)'",
    "COMMENT ON COLUMN course_crafter.cc_modules.learning_unit_id IS '→ cc_learning_units.id'",
    "COMMENT ON COLUMN course_crafter.cc_modules.title IS 'Title of the module'",
    "COMMENT ON COLUMN course_crafter.cc_modules.description IS 'What the module covers'",
    "COMMENT ON COLUMN course_crafter.cc_modules.sequence IS 'Ordering within LU'",
    "COMMENT ON COLUMN course_crafter.cc_modules.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_modules.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
COMMENT ON COLUMN course_crafter.cc_modules.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
CREATE TRIGGER cc_modules_touch BEFORE UPDATE ON course_crafter.cc_modules
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_lessons (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  learning_unit_id UUID,
  module_id UUID NOT NULL,
  title TEXT NOT NULL,
  code TEXT,
  objective TEXT,
  engine_flags JSONB DEFAULT '{}'::jsonb NOT NULL,
  status TEXT DEFAULT 'draft' NOT NULL
    CONSTRAINT ck_cc_lessons_status_known
    CHECK (status IN ('draft', 'in_design', 'rendering', 'ready', 'archived')),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_lessons_sequence_at_least_0 CHECK (sequence >= 0),
  CONSTRAINT pk_cc_lessons PRIMARY KEY (id),
  CONSTRAINT fk_cc_lessons_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_lessons_learning_unit_id FOREIGN KEY(learning_unit_id, project_id)
    REFERENCES course_crafter.cc_learning_units (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_lessons_module_id FOREIGN KEY(module_id, project_id)
    REFERENCES course_crafter.cc_modules (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT uq_cc_lessons_id_project_id UNIQUE (id, project_id),
  CONSTRAINT fk_cc_lessons_module_unit FOREIGN KEY(module_id, learning_unit_id)
    REFERENCES course_crafter.cc_modules (id, learning_unit_id) ON DELETE CASCADE ON UPDATE CASCADE
)
""",
    "CREATE INDEX idx_cc_lessons_learning_unit_id ON course_crafter.cc_lessons (learning_unit_id)",
    "CREATE INDEX idx_cc_lessons_module_sequence ON course_crafter.cc_lessons (module_id, sequence)",
    "CREATE INDEX idx_cc_lessons_project_id ON course_crafter.cc_lessons (project_id)",
    """
COMMENT ON TABLE course_crafter.cc_lessons
  IS 'Represents a single Lesson (usually corresponds to a video or interaction).'
""",
    "COMMENT ON COLUMN course_crafter.cc_lessons.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.learning_unit_id IS 'optional direct reference'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.module_id IS '→ cc_modules.id'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.title IS 'e.g. “History of Human Rights”'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.code IS 'e.g. L1.1'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.objective IS 'Lesson-level learning objective'",
    """
COMMENT ON COLUMN course_crafter.cc_lessons.engine_flags
  IS 'Which engines this lesson has been processed by: { "e1": true, "e2": false, ... }'
""",
    "COMMENT ON COLUMN course_crafter.cc_lessons.status IS 'Enum: draft, in_design, rendering, ready, archived'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_lessons.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
COMMENT ON COLUMN course_crafter.cc_lessons.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
COMMENT ON COLUMN course_crafter.cc_lessons.sequence
  IS 'authorised by the note on idx_cc_lessons_module_sequence: include sequence column if needed; it is'
    ' needed, lessons have an order within their module'
""",
    """
CREATE TRIGGER cc_lessons_touch BEFORE UPDATE ON course_crafter.cc_lessons
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_scenes (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  lesson_id UUID NOT NULL,
  title TEXT,
  description TEXT,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_scenes_sequence_at_least_0 CHECK (sequence >= 0),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_cc_scenes PRIMARY KEY (id),
  CONSTRAINT fk_cc_scenes_lesson_id FOREIGN KEY(lesson_id)
    REFERENCES course_crafter.cc_lessons (id) ON DELETE CASCADE,
  CONSTRAINT uq_cc_scenes_id_lesson_id UNIQUE (id, lesson_id)
)
""",
    "CREATE INDEX idx_cc_scenes_lesson_id_sequence ON course_crafter.cc_scenes (lesson_id, sequence)",
    "COMMENT ON TABLE course_crafter.cc_scenes IS 'Sub-division of a lesson into conceptual scenes.'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.lesson_id IS '→ cc_lessons.id'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.title IS 'optional'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.description IS 'conceptual explanation'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.sequence IS 'ordering in lesson'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_scenes.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
COMMENT ON COLUMN course_crafter.cc_scenes.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
CREATE TRIGGER cc_scenes_touch BEFORE UPDATE ON course_crafter.cc_scenes
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_segments (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  scene_id UUID NOT NULL,
  lesson_id UUID NOT NULL,
  source_type TEXT NOT NULL
    CONSTRAINT ck_cc_segments_source_type_known
    CHECK (source_type IN ('ppt_slide', 'ppt_animation', 'text', 'youtube', 'other_video')),
  source_ref TEXT,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_segments_sequence_at_least_0 CHECK (sequence >= 0),
  script_text TEXT,
  on_screen_duration NUMERIC
    CONSTRAINT ck_cc_segments_on_screen_duration_at_least_0
    CHECK (on_screen_duration >= 0),
  gap_after NUMERIC DEFAULT 0 NOT NULL CONSTRAINT ck_cc_segments_gap_after_at_least_0 CHECK (gap_after >= 0),
  is_youtube_embed BOOLEAN DEFAULT false NOT NULL,
  youtube_url TEXT,
  status TEXT DEFAULT 'draft' NOT NULL
    CONSTRAINT ck_cc_segments_status_known
    CHECK (status IN ('draft', 'approved')),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_cc_segments PRIMARY KEY (id),
  CONSTRAINT fk_cc_segments_scene_id FOREIGN KEY(scene_id, lesson_id)
    REFERENCES course_crafter.cc_scenes (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_segments_lesson_id FOREIGN KEY(lesson_id)
    REFERENCES course_crafter.cc_lessons (id) ON DELETE CASCADE,
  CONSTRAINT uq_cc_segments_id_lesson_id UNIQUE (id, lesson_id),
  CONSTRAINT uq_cc_segments_id_scene_id UNIQUE (id, scene_id)
)
""",
    "CREATE INDEX idx_cc_segments_lesson_id ON course_crafter.cc_segments (lesson_id)",
    "CREATE INDEX idx_cc_segments_scene_id_sequence ON course_crafter.cc_segments (scene_id, sequence)",
    """
COMMENT ON TABLE course_crafter.cc_segments
  IS 'Lowest-level unit – corresponds to a single script + visual + timing block.'
""",
    "COMMENT ON COLUMN course_crafter.cc_segments.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_segments.scene_id IS '→ cc_scenes.id'",
    "COMMENT ON COLUMN course_crafter.cc_segments.lesson_id IS 'redundant for quick filtering'",
    """
COMMENT ON COLUMN course_crafter.cc_segments.source_type
  IS 'Enum: ppt_slide, ppt_animation, text, youtube, other_video'
""",
    "COMMENT ON COLUMN course_crafter.cc_segments.source_ref IS 'Slide index, timestamp, or reference ID'",
    "COMMENT ON COLUMN course_crafter.cc_segments.sequence IS 'order within scene'",
    "COMMENT ON COLUMN course_crafter.cc_segments.script_text IS 'final approved script text for this segment'",
    "COMMENT ON COLUMN course_crafter.cc_segments.on_screen_duration IS 'seconds – how long it stays visible'",
    "COMMENT ON COLUMN course_crafter.cc_segments.gap_after IS 'seconds pause before next segment'",
    """
COMMENT ON COLUMN course_crafter.cc_segments.is_youtube_embed
  IS 'true if this segment is a full YouTube insertion'
""",
    "COMMENT ON COLUMN course_crafter.cc_segments.youtube_url IS 'nullable'",
    "COMMENT ON COLUMN course_crafter.cc_segments.status IS 'draft, approved'",
    "COMMENT ON COLUMN course_crafter.cc_segments.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_segments.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
COMMENT ON COLUMN course_crafter.cc_segments.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
CREATE TRIGGER cc_segments_touch BEFORE UPDATE ON course_crafter.cc_segments
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_projects ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_projects FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_projects_read ON course_crafter.cc_projects FOR SELECT
  TO cc_app, cc_worker
  USING (id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_projects_add ON course_crafter.cc_projects FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY cc_projects_change ON course_crafter.cc_projects FOR UPDATE
  TO cc_app, cc_worker
  USING (id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member')))
  WITH CHECK (id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member')))
""",
    """
CREATE POLICY cc_projects_remove ON course_crafter.cc_projects FOR DELETE
  TO cc_app, cc_worker
  USING (id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member')))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_projects TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_learning_units ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_learning_units FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_learning_units_read ON course_crafter.cc_learning_units FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_learning_units_add ON course_crafter.cc_learning_units FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_learning_units_change ON course_crafter.cc_learning_units FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_learning_units_remove ON course_crafter.cc_learning_units FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_learning_units TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_modules ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_modules FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_modules_read ON course_crafter.cc_modules FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_modules_add ON course_crafter.cc_modules FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_modules_change ON course_crafter.cc_modules FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_modules_remove ON course_crafter.cc_modules FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_modules TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_lessons ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_lessons FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_lessons_read ON course_crafter.cc_lessons FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_lessons_add ON course_crafter.cc_lessons FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_lessons_change ON course_crafter.cc_lessons FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_lessons_remove ON course_crafter.cc_lessons FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_lessons TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_scenes ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_scenes FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_scenes_read ON course_crafter.cc_scenes FOR SELECT
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_scenes.lesson_id AND p.project_id = ANY((SELECT platform.scope('read'))::uuid[])))
""",
    """
CREATE POLICY cc_scenes_add ON course_crafter.cc_scenes FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_scenes.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    """
CREATE POLICY cc_scenes_change ON course_crafter.cc_scenes FOR UPDATE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_scenes.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
  WITH CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_scenes.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    """
CREATE POLICY cc_scenes_remove ON course_crafter.cc_scenes FOR DELETE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_scenes.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_scenes TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_segments ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_segments FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_segments_read ON course_crafter.cc_segments FOR SELECT
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_segments.lesson_id AND p.project_id = ANY((SELECT platform.scope('read'))::uuid[])))
""",
    """
CREATE POLICY cc_segments_add ON course_crafter.cc_segments FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_segments.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    """
CREATE POLICY cc_segments_change ON course_crafter.cc_segments FOR UPDATE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_segments.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
  WITH CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_segments.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    """
CREATE POLICY cc_segments_remove ON course_crafter.cc_segments FOR DELETE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_segments.lesson_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_segments TO cc_app, cc_worker",
    "CREATE POLICY cc_projects_owner_read ON course_crafter.cc_projects FOR SELECT TO cc_owner USING (true)",
    """
ALTER TABLE platform.project_access ADD CONSTRAINT fk_project_access_project_id FOREIGN KEY(project_id,
    org_id) REFERENCES course_crafter.cc_projects (id, org_id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
""",
    """
CREATE FUNCTION platform.open_project(project_id uuid, org_id uuid) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = ''
AS $$
BEGIN
  IF platform.organisation('member') IS DISTINCT FROM open_project.org_id THEN
    RAISE EXCEPTION 'not a member of the organisation' USING ERRCODE = 'insufficient_privilege';
  END IF;
  IF EXISTS (SELECT 1 FROM platform.project_access a WHERE a.project_id = open_project.project_id)
     OR EXISTS (SELECT 1 FROM course_crafter.cc_projects p WHERE p.id = open_project.project_id) THEN
    RAISE EXCEPTION 'the project exists' USING ERRCODE = 'unique_violation';
  END IF;
  INSERT INTO platform.project_access (user_id, project_id, org_id, role)
  VALUES (pg_catalog.current_setting('cc.user_id')::uuid, open_project.project_id, open_project.org_id, 'owner');
  RETURN open_project.project_id;
END
$$
""",
    """
COMMENT ON FUNCTION platform.open_project(uuid, uuid)
  IS 'Gives a member the ownership of a project that does not exist yet.'
""",
    "REVOKE ALL ON FUNCTION platform.open_project(uuid, uuid) FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION platform.open_project(uuid, uuid) TO cc_app, cc_worker",
)

DOWN = (
    "DROP FUNCTION platform.open_project(uuid, uuid)",
    "ALTER TABLE platform.project_access DROP CONSTRAINT fk_project_access_project_id",
    "DROP TABLE course_crafter.cc_segments",
    "DROP TABLE course_crafter.cc_scenes",
    "DROP TABLE course_crafter.cc_lessons",
    "DROP TABLE course_crafter.cc_modules",
    "DROP TABLE course_crafter.cc_learning_units",
    "DROP TABLE course_crafter.cc_projects",
    "DROP SCHEMA course_crafter",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
