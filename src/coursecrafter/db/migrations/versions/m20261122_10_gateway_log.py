"""Add the logs of AI calls and of events.

Schema: section 10. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_10"
down_revision = "20261122_09"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_ai_calls (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  lesson_id UUID,
  engine TEXT NOT NULL
    CONSTRAINT ck_cc_ai_calls_engine_known
    CHECK (engine IN ('e1', 'e2', 'e3', 'e4', 'global')),
  call_type TEXT NOT NULL
    CONSTRAINT ck_cc_ai_calls_call_type_known
    CHECK (call_type IN ('llm_script', 'llm_outline', 'tts', 'image', 'video', 'parse')),
  provider TEXT NOT NULL,
  model_name TEXT,
  input_tokens INTEGER CONSTRAINT ck_cc_ai_calls_input_tokens_at_least_0 CHECK (input_tokens >= 0),
  output_tokens INTEGER CONSTRAINT ck_cc_ai_calls_output_tokens_at_least_0 CHECK (output_tokens >= 0),
  request_payload JSONB DEFAULT '{}'::jsonb NOT NULL,
  response_meta JSONB DEFAULT '{}'::jsonb NOT NULL,
  status TEXT NOT NULL CONSTRAINT ck_cc_ai_calls_status_known CHECK (status IN ('success', 'failed')),
  error_message TEXT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_ai_calls PRIMARY KEY (id),
  CONSTRAINT fk_cc_ai_calls_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_ai_calls_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE SET NULL (lesson_id) ON UPDATE CASCADE
)
""",
    "CREATE INDEX idx_cc_ai_calls_lesson_id ON course_crafter.cc_ai_calls (lesson_id)",
    "CREATE INDEX idx_cc_ai_calls_project_id ON course_crafter.cc_ai_calls (project_id)",
    "COMMENT ON TABLE course_crafter.cc_ai_calls IS 'Tracks all AI-related calls (LLM, TTS, image, video).'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.lesson_id IS '→ cc_lessons.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.engine IS 'e1, e2, e3, e4, global'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.call_type IS 'llm_script, llm_outline, tts, image, video, parse'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.provider IS 'model provider'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.model_name IS 'e.g. gpt-4.x, dalle-3, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.input_tokens IS 'approx where relevant'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.output_tokens IS 'approx where relevant'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.request_payload IS 'truncated or hashed for privacy'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.response_meta IS 'cost, latency, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.status IS 'success, failed'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.error_message IS 'nullable'",
    "COMMENT ON COLUMN course_crafter.cc_ai_calls.created_at IS 'When the row was made, UTC.'",
    """
CREATE TABLE course_crafter.cc_activity_log (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  project_id UUID,
  lesson_id UUID,
  user_id UUID,
  event_type TEXT NOT NULL,
  event_payload JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_activity_log PRIMARY KEY (id),
  CONSTRAINT fk_cc_activity_log_org_id FOREIGN KEY(org_id)
    REFERENCES platform.organisations (id) ON DELETE RESTRICT,
  CONSTRAINT fk_cc_activity_log_project_id FOREIGN KEY(project_id, org_id)
    REFERENCES course_crafter.cc_projects (id, org_id) ON DELETE SET NULL (project_id) ON UPDATE CASCADE,
  CONSTRAINT fk_cc_activity_log_lesson_id FOREIGN KEY(lesson_id)
    REFERENCES course_crafter.cc_lessons (id) ON DELETE SET NULL,
  CONSTRAINT fk_cc_activity_log_lesson_project FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE SET NULL (lesson_id) ON UPDATE CASCADE
)
""",
    "CREATE INDEX idx_cc_activity_log_lesson_id ON course_crafter.cc_activity_log (lesson_id)",
    "CREATE INDEX idx_cc_activity_log_org_id ON course_crafter.cc_activity_log (org_id)",
    "CREATE INDEX idx_cc_activity_log_project_id ON course_crafter.cc_activity_log (project_id)",
    "COMMENT ON TABLE course_crafter.cc_activity_log IS 'High-level event log for user & system actions.'",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.project_id IS '→ cc_projects.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.lesson_id IS '→ cc_lessons.id, nullable'",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.user_id IS 'nullable (system events)'",
    """
COMMENT ON COLUMN course_crafter.cc_activity_log.event_type
  IS 'project_created, engine1_plan_approved, render_started, render_failed, etc.'
""",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.event_payload IS 'context info'",
    "COMMENT ON COLUMN course_crafter.cc_activity_log.created_at IS 'When the row was made, UTC.'",
    "ALTER TABLE course_crafter.cc_ai_calls ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_ai_calls FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_ai_calls_read ON course_crafter.cc_ai_calls FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_ai_calls_add ON course_crafter.cc_ai_calls FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT ON course_crafter.cc_ai_calls TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_activity_log ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_activity_log FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_activity_log_read ON course_crafter.cc_activity_log FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin'))))
""",
    """
CREATE POLICY cc_activity_log_add ON course_crafter.cc_activity_log FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK ((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL AND lesson_id IS NULL
    AND org_id = (SELECT platform.organisation('admin'))))
""",
    "GRANT SELECT, INSERT ON course_crafter.cc_activity_log TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_activity_log",
    "DROP TABLE course_crafter.cc_ai_calls",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
