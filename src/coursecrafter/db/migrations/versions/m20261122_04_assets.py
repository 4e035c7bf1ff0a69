"""Add source files and assets.

Schema: section 4. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_04"
down_revision = "20261122_03"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_source_files (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID,
  file_path TEXT NOT NULL,
  file_type TEXT NOT NULL
    CONSTRAINT ck_cc_source_files_file_type_known
    CHECK (file_type IN ('pptx', 'mp4', 'docx', 'pdf', 'image', 'audio')),
  purpose TEXT NOT NULL,
  size_bytes BIGINT NOT NULL CONSTRAINT ck_cc_source_files_size_bytes_at_least_0 CHECK (size_bytes >= 0),
  checksum TEXT NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_source_files PRIMARY KEY (id),
  CONSTRAINT fk_cc_source_files_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_source_files_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE
)
""",
    "CREATE INDEX idx_cc_source_files_lesson_id ON course_crafter.cc_source_files (lesson_id)",
    "CREATE INDEX idx_cc_source_files_project_id ON course_crafter.cc_source_files (project_id)",
    "COMMENT ON TABLE course_crafter.cc_source_files IS 'Generalised container for uploaded raw source files.'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.lesson_id IS '→ cc_lessons.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.file_path IS 'storage reference'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.file_type IS 'pptx, mp4, docx, pdf, image, audio'",
    """
COMMENT ON COLUMN course_crafter.cc_source_files.purpose
  IS 'engine1_ppt, engine1_mp4, engine2_reference, engine3_ref, etc.'
""",
    "COMMENT ON COLUMN course_crafter.cc_source_files.size_bytes IS 'length of the file in bytes'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.checksum IS 'for dedupe/integrity'",
    "COMMENT ON COLUMN course_crafter.cc_source_files.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_source_files.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_source_files_touch BEFORE UPDATE ON course_crafter.cc_source_files
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_assets (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID,
  scene_id UUID,
  segment_id UUID,
  engine TEXT CONSTRAINT ck_cc_assets_engine_known CHECK (engine IN ('e1', 'e2', 'e3', 'e4')),
  asset_type TEXT NOT NULL
    CONSTRAINT ck_cc_assets_asset_type_known
    CHECK (asset_type IN ('image', 'audio', 'video', 'book', 'document', 'scorm_package', 'template')),
  role TEXT NOT NULL,
  file_path TEXT NOT NULL,
  mime_type TEXT NOT NULL,
  metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  version INTEGER DEFAULT 1 NOT NULL CONSTRAINT ck_cc_assets_version_at_least_1 CHECK (version >= 1),
  is_active BOOLEAN DEFAULT true NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  deleted_at TIMESTAMP WITH TIME ZONE,
  CONSTRAINT pk_cc_assets PRIMARY KEY (id),
  CONSTRAINT fk_cc_assets_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_assets_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_assets_scene_id FOREIGN KEY(scene_id, lesson_id)
    REFERENCES course_crafter.cc_scenes (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_assets_segment_id FOREIGN KEY(segment_id, lesson_id)
    REFERENCES course_crafter.cc_segments (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_assets_segment_scene FOREIGN KEY(segment_id, scene_id)
    REFERENCES course_crafter.cc_segments (id, scene_id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT ck_cc_assets_place_known
    CHECK (lesson_id IS NOT NULL OR (scene_id IS NULL AND segment_id IS NULL)),
  CONSTRAINT uq_cc_assets_id_project_id UNIQUE (id, project_id)
)
""",
    "CREATE INDEX idx_cc_assets_lesson_id ON course_crafter.cc_assets (lesson_id)",
    """
CREATE UNIQUE INDEX idx_cc_assets_lesson_role_active ON course_crafter.cc_assets (lesson_id, engine,
    role) NULLS NOT DISTINCT
  WHERE segment_id IS NULL AND scene_id IS NULL AND lesson_id IS NOT NULL AND is_active AND deleted_at IS NULL
""",
    """
CREATE UNIQUE INDEX idx_cc_assets_lesson_role_version ON course_crafter.cc_assets (lesson_id, engine, role,
    version) NULLS NOT DISTINCT
  WHERE segment_id IS NULL AND scene_id IS NULL AND lesson_id IS NOT NULL
""",
    "CREATE INDEX idx_cc_assets_place ON course_crafter.cc_assets (project_id, lesson_id, scene_id, segment_id)",
    "CREATE INDEX idx_cc_assets_project_lesson ON course_crafter.cc_assets (project_id, lesson_id)",
    """
CREATE UNIQUE INDEX idx_cc_assets_project_role_active ON course_crafter.cc_assets (project_id, engine,
    role) NULLS NOT DISTINCT
  WHERE segment_id IS NULL AND scene_id IS NULL AND lesson_id IS NULL AND is_active AND deleted_at IS NULL
""",
    """
CREATE UNIQUE INDEX idx_cc_assets_project_role_version ON course_crafter.cc_assets (project_id, engine, role,
    version) NULLS NOT DISTINCT
  WHERE segment_id IS NULL AND scene_id IS NULL AND lesson_id IS NULL
""",
    "CREATE INDEX idx_cc_assets_scene_id ON course_crafter.cc_assets (scene_id)",
    """
CREATE UNIQUE INDEX idx_cc_assets_scene_role_active ON course_crafter.cc_assets (scene_id, engine,
    role) NULLS NOT DISTINCT
  WHERE segment_id IS NULL AND scene_id IS NOT NULL AND is_active AND deleted_at IS NULL
""",
    """
CREATE UNIQUE INDEX idx_cc_assets_scene_role_version ON course_crafter.cc_assets (scene_id, engine, role,
    version) NULLS NOT DISTINCT
  WHERE segment_id IS NULL AND scene_id IS NOT NULL
""",
    "CREATE INDEX idx_cc_assets_segment_id ON course_crafter.cc_assets (segment_id)",
    """
CREATE UNIQUE INDEX idx_cc_assets_segment_role_active ON course_crafter.cc_assets (segment_id, role)
  WHERE segment_id IS NOT NULL AND is_active AND deleted_at IS NULL
""",
    """
CREATE UNIQUE INDEX idx_cc_assets_segment_role_version ON course_crafter.cc_assets (segment_id, role, version)
  WHERE segment_id IS NOT NULL
""",
    "COMMENT ON TABLE course_crafter.cc_assets IS 'Master table for all generated or imported assets.'",
    "COMMENT ON COLUMN course_crafter.cc_assets.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_assets.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_assets.lesson_id IS '→ cc_lessons.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_assets.scene_id IS '→ cc_scenes.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_assets.segment_id IS '→ cc_segments.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_assets.engine IS 'e1, e2, e3, e4'",
    """
COMMENT ON COLUMN course_crafter.cc_assets.asset_type
  IS 'image, audio, video, book, document, scorm_package, template'
""",
    """
COMMENT ON COLUMN course_crafter.cc_assets.role
  IS 'e.g. hero_image, background, voiceover, final_video, book_pdf'
""",
    "COMMENT ON COLUMN course_crafter.cc_assets.file_path IS 'storage reference'",
    "COMMENT ON COLUMN course_crafter.cc_assets.mime_type IS 'media type of the file'",
    "COMMENT ON COLUMN course_crafter.cc_assets.metadata IS 'width, height, duration, model used etc.'",
    "COMMENT ON COLUMN course_crafter.cc_assets.version IS 'starts at 1, increments on replacement'",
    "COMMENT ON COLUMN course_crafter.cc_assets.is_active IS 'only one active per (role, segment)'",
    "COMMENT ON COLUMN course_crafter.cc_assets.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_assets.updated_at IS 'When the row last changed, UTC; kept by trigger.'",
    """
COMMENT ON COLUMN course_crafter.cc_assets.deleted_at
  IS 'When the row was deleted, UTC; null while it lives.'
""",
    """
CREATE TRIGGER cc_assets_touch BEFORE UPDATE ON course_crafter.cc_assets
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_asset_versions (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  asset_id UUID NOT NULL,
  file_path TEXT NOT NULL,
  version INTEGER NOT NULL CONSTRAINT ck_cc_asset_versions_version_at_least_1 CHECK (version >= 1),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  CONSTRAINT pk_cc_asset_versions PRIMARY KEY (id),
  CONSTRAINT fk_cc_asset_versions_asset_id FOREIGN KEY(asset_id)
    REFERENCES course_crafter.cc_assets (id) ON DELETE CASCADE
)
""",
    """
CREATE UNIQUE INDEX idx_cc_asset_versions_asset_version ON course_crafter.cc_asset_versions (asset_id, version)
""",
    """
COMMENT ON TABLE course_crafter.cc_asset_versions
  IS 'Optional extension if we need full history separate from the active view.'
""",
    "COMMENT ON COLUMN course_crafter.cc_asset_versions.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_asset_versions.asset_id IS '→ cc_assets.id'",
    "COMMENT ON COLUMN course_crafter.cc_asset_versions.file_path IS 'storage reference'",
    "COMMENT ON COLUMN course_crafter.cc_asset_versions.version IS 'the version that this snapshot shows'",
    "COMMENT ON COLUMN course_crafter.cc_asset_versions.created_at IS 'When the row was made, UTC.'",
    "COMMENT ON COLUMN course_crafter.cc_asset_versions.metadata IS 'snapshot'",
    "ALTER TABLE course_crafter.cc_source_files ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_source_files FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_source_files_read ON course_crafter.cc_source_files FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_source_files_add ON course_crafter.cc_source_files FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_source_files_change ON course_crafter.cc_source_files FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_source_files_remove ON course_crafter.cc_source_files FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_source_files TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_assets ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_assets FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_assets_read ON course_crafter.cc_assets FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_assets_add ON course_crafter.cc_assets FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_assets_change ON course_crafter.cc_assets FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_assets_remove ON course_crafter.cc_assets FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_assets TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_asset_versions ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_asset_versions FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_asset_versions_read ON course_crafter.cc_asset_versions FOR SELECT
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_asset_versions.asset_id AND p.project_id = ANY((SELECT platform.scope('read'))::uuid[])))
""",
    """
CREATE POLICY cc_asset_versions_add ON course_crafter.cc_asset_versions FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_asset_versions.asset_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    "GRANT SELECT, INSERT ON course_crafter.cc_asset_versions TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_asset_versions",
    "DROP TABLE course_crafter.cc_assets",
    "DROP TABLE course_crafter.cc_source_files",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
