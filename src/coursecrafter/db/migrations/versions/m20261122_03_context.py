"""Add a project's context and documents.

Schema: section 3. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_03"
down_revision = "20261122_02"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_project_context (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  raw_text TEXT,
  audience_level TEXT
    CONSTRAINT ck_cc_project_context_audience_level_known
    CHECK (audience_level IN ('intro', 'intermediate', 'advanced')),
  audience_role TEXT
    CONSTRAINT ck_cc_project_context_audience_role_known
    CHECK (audience_role IN ('operator', 'supervisor', 'manager', 'executive', 'mixed')),
  region TEXT,
  domain TEXT,
  language TEXT,
  metadata JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_project_context PRIMARY KEY (id),
  CONSTRAINT fk_cc_project_context_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_cc_project_context_project_id ON course_crafter.cc_project_context (project_id)",
    "COMMENT ON TABLE course_crafter.cc_project_context IS 'High-level contextualisation used by Engines.'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.raw_text IS 'narrative context'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.audience_level IS 'intro, intermediate, advanced'",
    """
COMMENT ON COLUMN course_crafter.cc_project_context.audience_role
  IS 'operator, supervisor, manager, executive, mixed'
""",
    "COMMENT ON COLUMN course_crafter.cc_project_context.region IS 'africa, global, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.domain IS 'e.g. security_risk_management'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.language IS 'default language'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.metadata IS 'additional flags'",
    "COMMENT ON COLUMN course_crafter.cc_project_context.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_project_context.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_project_context_touch BEFORE UPDATE ON course_crafter.cc_project_context
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_project_documents (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  file_path TEXT NOT NULL,
  file_type TEXT NOT NULL
    CONSTRAINT ck_cc_project_documents_file_type_known
    CHECK (file_type IN ('pdf', 'docx', 'pptx', 'txt')),
  title TEXT,
  description TEXT,
  parsed_status TEXT DEFAULT 'pending' NOT NULL
    CONSTRAINT ck_cc_project_documents_parsed_status_known
    CHECK (parsed_status IN ('pending', 'parsed', 'failed')),
  parsed_summary TEXT,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_project_documents PRIMARY KEY (id),
  CONSTRAINT fk_cc_project_documents_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_cc_project_documents_project_id ON course_crafter.cc_project_documents (project_id)",
    "COMMENT ON TABLE course_crafter.cc_project_documents IS 'Context documents uploaded for a project.'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.file_path IS 'storage location'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.file_type IS 'pdf, docx, pptx, txt'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.title IS 'human-friendly name'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.description IS 'optional'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.parsed_status IS 'pending, parsed, failed'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.parsed_summary IS 'AI-generated summary'",
    "COMMENT ON COLUMN course_crafter.cc_project_documents.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_project_documents.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_project_documents_touch BEFORE UPDATE ON course_crafter.cc_project_documents
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_project_context ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_project_context FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_project_context_read ON course_crafter.cc_project_context FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_project_context_add ON course_crafter.cc_project_context FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_project_context_change ON course_crafter.cc_project_context FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_project_context_remove ON course_crafter.cc_project_context FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_project_context TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_project_documents ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_project_documents FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_project_documents_read ON course_crafter.cc_project_documents FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_project_documents_add ON course_crafter.cc_project_documents FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_project_documents_change ON course_crafter.cc_project_documents FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_project_documents_remove ON course_crafter.cc_project_documents FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_project_documents TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_project_documents",
    "DROP TABLE course_crafter.cc_project_context",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
