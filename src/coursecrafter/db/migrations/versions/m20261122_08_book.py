"""Add books and their sections.

Schema: section 8. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_08"
down_revision = "20261122_07"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_book_structures (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  project_id UUID NOT NULL,
  title TEXT NOT NULL,
  subtitle TEXT,
  status TEXT DEFAULT 'draft' NOT NULL
    CONSTRAINT ck_cc_book_structures_status_known
    CHECK (status IN ('draft', 'in_edit', 'ready')),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_book_structures PRIMARY KEY (id),
  CONSTRAINT fk_cc_book_structures_project_id FOREIGN KEY(project_id)
    REFERENCES course_crafter.cc_projects (id) ON DELETE CASCADE
)
""",
    "CREATE INDEX idx_cc_book_structures_project_id ON course_crafter.cc_book_structures (project_id)",
    "COMMENT ON TABLE course_crafter.cc_book_structures IS 'Per project, describes the high-level book.'",
    "COMMENT ON COLUMN course_crafter.cc_book_structures.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_book_structures.project_id IS '→ cc_projects.id'",
    "COMMENT ON COLUMN course_crafter.cc_book_structures.title IS 'Book title'",
    "COMMENT ON COLUMN course_crafter.cc_book_structures.subtitle IS 'Book subtitle'",
    "COMMENT ON COLUMN course_crafter.cc_book_structures.status IS 'draft, in_edit, ready'",
    "COMMENT ON COLUMN course_crafter.cc_book_structures.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_book_structures.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_book_structures_touch BEFORE UPDATE ON course_crafter.cc_book_structures
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_book_sections (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  book_id UUID NOT NULL,
  level INTEGER NOT NULL CONSTRAINT ck_cc_book_sections_level_at_least_1 CHECK (level >= 1),
  title TEXT NOT NULL,
  content_markdown TEXT NOT NULL,
  mapping_type TEXT NOT NULL
    CONSTRAINT ck_cc_book_sections_mapping_type_known
    CHECK (mapping_type IN ('learning_unit', 'module', 'lesson', 'custom')),
  mapping_id UUID,
  sequence INTEGER NOT NULL CONSTRAINT ck_cc_book_sections_sequence_at_least_0 CHECK (sequence >= 0),
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_book_sections PRIMARY KEY (id),
  CONSTRAINT fk_cc_book_sections_book_id FOREIGN KEY(book_id)
    REFERENCES course_crafter.cc_book_structures (id) ON DELETE CASCADE,
  CONSTRAINT ck_cc_book_sections_mapping_known CHECK (mapping_type = 'custom' OR mapping_id IS NOT NULL)
)
""",
    "CREATE INDEX idx_cc_book_sections_book_id ON course_crafter.cc_book_sections (book_id)",
    """
COMMENT ON TABLE course_crafter.cc_book_sections
  IS 'Sections/chapters within a book, mapped back to course hierarchy.'
""",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.book_id IS '→ cc_book_structures.id'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.level IS '1=chapter, 2=subsection, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.title IS 'heading of the section'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.content_markdown IS 'main text content in markdown/HTML'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.mapping_type IS 'learning_unit, module, lesson, custom'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.mapping_id IS 'id of LU/module/lesson (nullable if custom)'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.sequence IS 'ordering'",
    "COMMENT ON COLUMN course_crafter.cc_book_sections.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_book_sections.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_book_sections_touch BEFORE UPDATE ON course_crafter.cc_book_sections
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_book_structures ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_book_structures FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_book_structures_read ON course_crafter.cc_book_structures FOR SELECT
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('read'))::uuid[]))
""",
    """
CREATE POLICY cc_book_structures_add ON course_crafter.cc_book_structures FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_book_structures_change ON course_crafter.cc_book_structures FOR UPDATE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
  WITH CHECK (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    """
CREATE POLICY cc_book_structures_remove ON course_crafter.cc_book_structures FOR DELETE
  TO cc_app, cc_worker
  USING (project_id = ANY((SELECT platform.scope('write'))::uuid[]))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_book_structures TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_book_sections ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_book_sections FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_book_sections_read ON course_crafter.cc_book_sections FOR SELECT
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_book_structures p
  WHERE p.id = cc_book_sections.book_id AND p.project_id = ANY((SELECT platform.scope('read'))::uuid[])))
""",
    """
CREATE POLICY cc_book_sections_add ON course_crafter.cc_book_sections FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK ((EXISTS (SELECT 1 FROM course_crafter.cc_book_structures p
  WHERE p.id = cc_book_sections.book_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
    AND EXISTS (SELECT 1 FROM course_crafter.cc_book_structures b
  WHERE b.id = cc_book_sections.book_id AND CASE cc_book_sections.mapping_type
    WHEN 'learning_unit' THEN EXISTS (SELECT 1 FROM course_crafter.cc_learning_units p
  WHERE p.id = cc_book_sections.mapping_id AND p.project_id = b.project_id)
    WHEN 'module' THEN EXISTS (SELECT 1 FROM course_crafter.cc_modules p
  WHERE p.id = cc_book_sections.mapping_id AND p.project_id = b.project_id)
    WHEN 'lesson' THEN EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_book_sections.mapping_id AND p.project_id = b.project_id)
    ELSE cc_book_sections.mapping_id IS NULL END))
""",
    """
CREATE POLICY cc_book_sections_change ON course_crafter.cc_book_sections FOR UPDATE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_book_structures p
  WHERE p.id = cc_book_sections.book_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
  WITH CHECK ((EXISTS (SELECT 1 FROM course_crafter.cc_book_structures p
  WHERE p.id = cc_book_sections.book_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
    AND EXISTS (SELECT 1 FROM course_crafter.cc_book_structures b
  WHERE b.id = cc_book_sections.book_id AND CASE cc_book_sections.mapping_type
    WHEN 'learning_unit' THEN EXISTS (SELECT 1 FROM course_crafter.cc_learning_units p
  WHERE p.id = cc_book_sections.mapping_id AND p.project_id = b.project_id)
    WHEN 'module' THEN EXISTS (SELECT 1 FROM course_crafter.cc_modules p
  WHERE p.id = cc_book_sections.mapping_id AND p.project_id = b.project_id)
    WHEN 'lesson' THEN EXISTS (SELECT 1 FROM course_crafter.cc_lessons p
  WHERE p.id = cc_book_sections.mapping_id AND p.project_id = b.project_id)
    ELSE cc_book_sections.mapping_id IS NULL END))
""",
    """
CREATE POLICY cc_book_sections_remove ON course_crafter.cc_book_sections FOR DELETE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_book_structures p
  WHERE p.id = cc_book_sections.book_id AND p.project_id = ANY((SELECT platform.scope('write'))::uuid[])))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_book_sections TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_book_sections",
    "DROP TABLE course_crafter.cc_book_structures",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
