"""Add render jobs of the engines.

Schema: section 7. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_07"
down_revision = "20261122_06"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_video_render_jobs (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID NOT NULL,
  engine TEXT NOT NULL CONSTRAINT ck_cc_video_render_jobs_engine_known CHECK (engine IN ('e1', 'e2')),
  version_label TEXT NOT NULL,
  job_state TEXT DEFAULT 'queued' NOT NULL
    CONSTRAINT ck_cc_video_render_jobs_job_state_known
    CHECK (job_state IN ('queued', 'in_progress', 'succeeded', 'failed', 'cancelled')),
  requested_by UUID,
  requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  started_at TIMESTAMP WITH TIME ZONE,
  completed_at TIMESTAMP WITH TIME ZONE,
  result_asset_id UUID,
  error_message TEXT,
  job_metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_video_render_jobs PRIMARY KEY (id),
  CONSTRAINT fk_cc_video_render_jobs_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_video_render_jobs_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_video_render_jobs_result_asset_id FOREIGN KEY(result_asset_id, project_id)
    REFERENCES course_crafter.cc_assets (id, project_id) ON DELETE SET NULL (result_asset_id) ON UPDATE CASCADE
)
""",
    """
CREATE INDEX idx_cc_video_render_jobs_lesson_state ON course_crafter.cc_video_render_jobs (lesson_id, job_state)
""",
    """
CREATE INDEX idx_cc_video_render_jobs_project_state ON course_crafter.cc_video_render_jobs (project_id,
    job_state)
""",
    """
CREATE INDEX idx_cc_video_render_jobs_result_asset_id ON course_crafter.cc_video_render_jobs (result_asset_id)
""",
    "COMMENT ON TABLE course_crafter.cc_video_render_jobs IS 'Tracks render jobs for Engine 1 & 2 (and later 3D).'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.lesson_id IS '→ cc_lessons.id'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.engine IS 'e1, e2'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.version_label IS 'e.g. v1, v2_cinematic, v3_3d'",
    """
COMMENT ON COLUMN course_crafter.cc_video_render_jobs.job_state
  IS 'queued, in_progress, succeeded, failed, cancelled'
""",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.requested_by IS 'user'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.requested_at IS 'When the render was asked for, UTC'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.started_at IS 'When work began, UTC; null before'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.completed_at IS 'When it ended, UTC'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.result_asset_id IS 'FK → cc_assets.id (final video)'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.error_message IS 'if failed'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.job_metadata IS 'model info, cost estimate'",
    "COMMENT ON COLUMN course_crafter.cc_video_render_jobs.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_video_render_jobs.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_video_render_jobs_touch BEFORE UPDATE ON course_crafter.cc_video_render_jobs
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_book_render_jobs (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  job_state TEXT DEFAULT 'queued' NOT NULL
    CONSTRAINT ck_cc_book_render_jobs_job_state_known
    CHECK (job_state IN ('queued', 'in_progress', 'succeeded', 'failed', 'cancelled')),
  requested_by UUID,
  requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  completed_at TIMESTAMP WITH TIME ZONE,
  result_asset_id UUID,
  error_message TEXT,
  metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_book_render_jobs PRIMARY KEY (id),
  CONSTRAINT fk_cc_book_render_jobs_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_book_render_jobs_result_asset_id FOREIGN KEY(result_asset_id, project_id)
    REFERENCES course_crafter.cc_assets (id, project_id) ON DELETE SET NULL (result_asset_id) ON UPDATE CASCADE
)
""",
    """
CREATE INDEX idx_cc_book_render_jobs_project_state ON course_crafter.cc_book_render_jobs (project_id, job_state)
""",
    "CREATE INDEX idx_cc_book_render_jobs_result_asset_id ON course_crafter.cc_book_render_jobs (result_asset_id)",
    "COMMENT ON TABLE course_crafter.cc_book_render_jobs IS 'For Engine 3 book/manual generation.'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.project_id IS '→ cc_projects.id'",
    """
COMMENT ON COLUMN course_crafter.cc_book_render_jobs.job_state
  IS 'queued, in_progress, succeeded, failed, cancelled'
""",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.requested_by IS 'user'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.requested_at IS 'When the render was asked for, UTC'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.completed_at IS 'When it ended, UTC'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.result_asset_id IS 'FK → cc_assets.id (PDF/eBook)'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.error_message IS 'if failed'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.metadata IS 'layout choices, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_book_render_jobs.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_book_render_jobs.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_book_render_jobs_touch BEFORE UPDATE ON course_crafter.cc_book_render_jobs
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_scorm_render_jobs (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID,
  job_state TEXT DEFAULT 'queued' NOT NULL
    CONSTRAINT ck_cc_scorm_render_jobs_job_state_known
    CHECK (job_state IN ('queued', 'in_progress', 'succeeded', 'failed', 'cancelled')),
  requested_by UUID,
  requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  completed_at TIMESTAMP WITH TIME ZONE,
  result_asset_id UUID,
  error_message TEXT,
  metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_scorm_render_jobs PRIMARY KEY (id),
  CONSTRAINT fk_cc_scorm_render_jobs_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_scorm_render_jobs_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_scorm_render_jobs_result_asset_id FOREIGN KEY(result_asset_id, project_id)
    REFERENCES course_crafter.cc_assets (id, project_id) ON DELETE SET NULL (result_asset_id) ON UPDATE CASCADE
)
""",
    "CREATE INDEX idx_cc_scorm_render_jobs_lesson_id ON course_crafter.cc_scorm_render_jobs (lesson_id)",
    """
CREATE INDEX idx_cc_scorm_render_jobs_project_state ON course_crafter.cc_scorm_render_jobs (project_id,
    job_state)
""",
    """
CREATE INDEX idx_cc_scorm_render_jobs_result_asset_id ON course_crafter.cc_scorm_render_jobs (result_asset_id)
""",
    "COMMENT ON TABLE course_crafter.cc_scorm_render_jobs IS 'For Engine 4 interactive module packages.'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.lesson_id IS 'optional (module-level vs lesson-level)'",
    """
COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.job_state
  IS 'queued, in_progress, succeeded, failed, cancelled'
""",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.requested_by IS 'user'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.requested_at IS 'When the render was asked for, UTC'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.completed_at IS 'When it ended, UTC'",
    """
COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.result_asset_id
  IS 'FK → cc_assets.id (SCORM ZIP / HTML5 package)'
""",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.error_message IS 'if failed'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.metadata IS 'SCORM version, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_scorm_render_jobs.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_scorm_render_jobs_touch BEFORE UPDATE ON course_crafter.cc_scorm_render_jobs
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_video_render_jobs ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_video_render_jobs FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_video_render_jobs_read ON course_crafter.cc_video_render_jobs FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_video_render_jobs_add ON course_crafter.cc_video_render_jobs FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_video_render_jobs_change ON course_crafter.cc_video_render_jobs FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_video_render_jobs_remove ON course_crafter.cc_video_render_jobs FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_video_render_jobs TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_book_render_jobs ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_book_render_jobs FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_book_render_jobs_read ON course_crafter.cc_book_render_jobs FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_book_render_jobs_add ON course_crafter.cc_book_render_jobs FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_book_render_jobs_change ON course_crafter.cc_book_render_jobs FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_book_render_jobs_remove ON course_crafter.cc_book_render_jobs FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_book_render_jobs TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_scorm_render_jobs ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_scorm_render_jobs FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_scorm_render_jobs_read ON course_crafter.cc_scorm_render_jobs FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_scorm_render_jobs_add ON course_crafter.cc_scorm_render_jobs FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_scorm_render_jobs_change ON course_crafter.cc_scorm_render_jobs FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_scorm_render_jobs_remove ON course_crafter.cc_scorm_render_jobs FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_scorm_render_jobs TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_scorm_render_jobs",
    "DROP TABLE course_crafter.cc_book_render_jobs",
    "DROP TABLE course_crafter.cc_video_render_jobs",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
