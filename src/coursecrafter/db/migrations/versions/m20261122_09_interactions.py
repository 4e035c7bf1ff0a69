"""Add interactions and quiz questions.

Schema: section 9. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_09"
down_revision = "20261122_08"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_interactions (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  lesson_id UUID NOT NULL,
  project_id UUID NOT NULL,
  interaction_type TEXT NOT NULL,
  title TEXT,
  description TEXT,
  config JSONB DEFAULT '{}'::jsonb NOT NULL,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_interactions_sequence_at_least_0 CHECK (sequence >= 0),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_interactions PRIMARY KEY (id),
  CONSTRAINT fk_cc_interactions_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_interactions_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT uq_cc_interactions_id_lesson_id UNIQUE (id, lesson_id)
)
""",
    "CREATE INDEX idx_cc_interactions_lesson_id ON course_crafter.cc_interactions (lesson_id)",
    "CREATE INDEX idx_cc_interactions_project_id ON course_crafter.cc_interactions (project_id)",
    "COMMENT ON TABLE course_crafter.cc_interactions IS 'Generic interaction definition for Engine 4.'",
    "COMMENT ON COLUMN course_crafter.cc_interactions.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_interactions.lesson_id IS '→ cc_lessons.id'",
    "COMMENT ON COLUMN course_crafter.cc_interactions.project_id IS '→ cc_projects.id'",
    """
COMMENT ON COLUMN course_crafter.cc_interactions.interaction_type
  IS 'timeline, hotspot, accordion, quiz, upload_task, etc.'
""",
    "COMMENT ON COLUMN course_crafter.cc_interactions.title IS 'heading of the activity'",
    "COMMENT ON COLUMN course_crafter.cc_interactions.description IS 'what the learner is asked to do'",
    """
COMMENT ON COLUMN course_crafter.cc_interactions.config
  IS 'type-specific config (e.g. steps, coordinates, labels)'
""",
    "COMMENT ON COLUMN course_crafter.cc_interactions.sequence IS 'within lesson'",
    "COMMENT ON COLUMN course_crafter.cc_interactions.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_interactions.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_interactions_touch BEFORE UPDATE ON course_crafter.cc_interactions
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_quiz_questions (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  lesson_id UUID NOT NULL,
  project_id UUID NOT NULL,
  interaction_id UUID,
  question_text TEXT NOT NULL,
  question_type TEXT NOT NULL
    CONSTRAINT ck_cc_quiz_questions_question_type_known
    CHECK (question_type IN ('mcq_single', 'mcq_multi', 'true_false', 'short_answer')),
  options JSONB DEFAULT '[]'::jsonb,
  correct_answers JSONB DEFAULT '[]'::jsonb NOT NULL,
  feedback JSONB,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_quiz_questions_sequence_at_least_0 CHECK (sequence >= 0),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_quiz_questions PRIMARY KEY (id),
  CONSTRAINT fk_cc_quiz_questions_lesson_id FOREIGN KEY(lesson_id, project_id)
    REFERENCES course_crafter.cc_lessons (id, project_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_quiz_questions_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_quiz_questions_interaction_id FOREIGN KEY(interaction_id, lesson_id)
    REFERENCES course_crafter.cc_interactions (id, lesson_id) ON DELETE CASCADE ON UPDATE CASCADE
)
""",
    "CREATE INDEX idx_cc_quiz_questions_interaction_id ON course_crafter.cc_quiz_questions (interaction_id)",
    "CREATE INDEX idx_cc_quiz_questions_lesson_id ON course_crafter.cc_quiz_questions (lesson_id)",
    "CREATE INDEX idx_cc_quiz_questions_project_id ON course_crafter.cc_quiz_questions (project_id)",
    """
COMMENT ON TABLE course_crafter.cc_quiz_questions
  IS 'If we want structured quiz definitions (reusable for external LMS).'
""",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.lesson_id IS '→ cc_lessons.id'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.interaction_id IS 'optional, link to parent interaction'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.question_text IS 'the question as the learner reads it'",
    """
COMMENT ON COLUMN course_crafter.cc_quiz_questions.question_type
  IS 'mcq_single, mcq_multi, true_false, short_answer'
""",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.options IS 'for MCQ'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.correct_answers IS 'indices or text'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.feedback IS 'feedback per option'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.sequence IS 'order within interaction or lesson'",
    "COMMENT ON COLUMN course_crafter.cc_quiz_questions.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_quiz_questions.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_quiz_questions_touch BEFORE UPDATE ON course_crafter.cc_quiz_questions
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_interactions ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_interactions FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_interactions_read ON course_crafter.cc_interactions FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_interactions_add ON course_crafter.cc_interactions FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_interactions_change ON course_crafter.cc_interactions FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_interactions_remove ON course_crafter.cc_interactions FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_interactions TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_quiz_questions ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_quiz_questions FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_quiz_questions_read ON course_crafter.cc_quiz_questions FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_quiz_questions_add ON course_crafter.cc_quiz_questions FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_quiz_questions_change ON course_crafter.cc_quiz_questions FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_quiz_questions_remove ON course_crafter.cc_quiz_questions FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_quiz_questions TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_quiz_questions",
    "DROP TABLE course_crafter.cc_interactions",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
