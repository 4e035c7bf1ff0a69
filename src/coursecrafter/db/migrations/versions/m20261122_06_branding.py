"""Add brand profiles and templates.

Schema: section 6. Safe while old code runs: yes.
"""

from __future__ import annotations

from alembic import op

revision = "20261122_06"
down_revision = "20261122_05"
branch_labels = None
depends_on = None

UP = (
    """
CREATE TABLE course_crafter.cc_brand_profiles (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  org_id UUID NOT NULL,
  project_id UUID,
  name TEXT NOT NULL,
  primary_color TEXT NOT NULL,
  secondary_color TEXT,
  logo_asset_id UUID,
  typography JSONB DEFAULT '{}'::jsonb NOT NULL,
  style_prefs JSONB DEFAULT '{}'::jsonb NOT NULL,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_brand_profiles PRIMARY KEY (id),
  CONSTRAINT fk_cc_brand_profiles_org_id FOREIGN KEY(org_id)
    REFERENCES platform.organisations (id) ON DELETE RESTRICT,
  CONSTRAINT fk_cc_brand_profiles_project_id FOREIGN KEY(project_id, org_id)
    REFERENCES course_crafter.cc_projects (id, org_id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT fk_cc_brand_profiles_logo_asset_id FOREIGN KEY(logo_asset_id)
    REFERENCES course_crafter.cc_assets (id) ON DELETE SET NULL
)
""",
    "CREATE INDEX idx_cc_brand_profiles_logo_asset_id ON course_crafter.cc_brand_profiles (logo_asset_id)",
    "CREATE INDEX idx_cc_brand_profiles_org_id ON course_crafter.cc_brand_profiles (org_id)",
    "CREATE INDEX idx_cc_brand_profiles_project_id ON course_crafter.cc_brand_profiles (project_id)",
    "COMMENT ON TABLE course_crafter.cc_brand_profiles IS 'Brand configurations per project or tenant.'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.org_id IS '→ platform.organisations.id'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.project_id IS 'nullable (project-specific or global)'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.name IS 'name of the profile'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.primary_color IS 'HEX or similar'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.secondary_color IS 'HEX'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.logo_asset_id IS 'FK → cc_assets.id'",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.typography IS 'fonts, sizes, etc.'",
    """
COMMENT ON COLUMN course_crafter.cc_brand_profiles.style_prefs
  IS '{"tone": "corporate", "layout": "left_text_right_image"}'
""",
    "COMMENT ON COLUMN course_crafter.cc_brand_profiles.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_brand_profiles.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_brand_profiles_touch BEFORE UPDATE ON course_crafter.cc_brand_profiles
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    """
CREATE TABLE course_crafter.cc_brand_templates (
  id UUID DEFAULT platform.uuidv7() NOT NULL,
  brand_profile_id UUID NOT NULL,
  name TEXT NOT NULL,
  description TEXT,
  template_type TEXT NOT NULL,
  layout_config JSONB DEFAULT '{}'::jsonb NOT NULL,
  preview_asset_id UUID,
  created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
  CONSTRAINT pk_cc_brand_templates PRIMARY KEY (id),
  CONSTRAINT fk_cc_brand_templates_brand_profile_id FOREIGN KEY(brand_profile_id)
    REFERENCES course_crafter.cc_brand_profiles (id) ON DELETE CASCADE,
  CONSTRAINT fk_cc_brand_templates_preview_asset_id FOREIGN KEY(preview_asset_id)
    REFERENCES course_crafter.cc_assets (id) ON DELETE SET NULL
)
""",
    "CREATE INDEX idx_cc_brand_templates_brand_profile_id ON course_crafter.cc_brand_templates (brand_profile_id)",
    "CREATE INDEX idx_cc_brand_templates_preview_asset_id ON course_crafter.cc_brand_templates (preview_asset_id)",
    "COMMENT ON TABLE course_crafter.cc_brand_templates IS 'Concrete layout templates used in Engine 2 & 4.'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.id IS 'Unique id, UUIDv7.'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.brand_profile_id IS '→ cc_brand_profiles.id'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.name IS 'name of the template'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.description IS 'what the template is for'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.template_type IS 'video_scene, slide, ebook_page, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.layout_config IS 'positions for text, image, logo, etc.'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.preview_asset_id IS 'optional preview image asset'",
    "COMMENT ON COLUMN course_crafter.cc_brand_templates.created_at IS 'When the row was made, UTC.'",
    """
COMMENT ON COLUMN course_crafter.cc_brand_templates.updated_at
  IS 'When the row last changed, UTC; kept by trigger.'
""",
    """
CREATE TRIGGER cc_brand_templates_touch BEFORE UPDATE ON course_crafter.cc_brand_templates
  FOR EACH ROW EXECUTE FUNCTION platform.touch_updated_at()
""",
    "ALTER TABLE course_crafter.cc_brand_profiles ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_brand_profiles FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_brand_profiles_read ON course_crafter.cc_brand_profiles FOR SELECT
  TO cc_app, cc_worker
  USING (org_id = (SELECT platform.organisation('member')) AND (project_id IS NULL
    OR project_id = ANY((SELECT platform.scope('read'))::uuid[])))
""",
    """
CREATE POLICY cc_brand_profiles_add ON course_crafter.cc_brand_profiles FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK (((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin')))) AND (cc_brand_profiles.logo_asset_id IS NULL
    OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_profiles.logo_asset_id AND true)))
""",
    """
CREATE POLICY cc_brand_profiles_change ON course_crafter.cc_brand_profiles FOR UPDATE
  TO cc_app, cc_worker
  USING ((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin'))))
  WITH CHECK (((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin')))) AND (cc_brand_profiles.logo_asset_id IS NULL
    OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_profiles.logo_asset_id AND true)))
""",
    """
CREATE POLICY cc_brand_profiles_remove ON course_crafter.cc_brand_profiles FOR DELETE
  TO cc_app, cc_worker
  USING ((project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND org_id = (SELECT platform.organisation('member'))) OR (project_id IS NULL
    AND org_id = (SELECT platform.organisation('admin'))))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_brand_profiles TO cc_app, cc_worker",
    "ALTER TABLE course_crafter.cc_brand_templates ENABLE ROW LEVEL SECURITY",
    "ALTER TABLE course_crafter.cc_brand_templates FORCE ROW LEVEL SECURITY",
    """
CREATE POLICY cc_brand_templates_read ON course_crafter.cc_brand_templates FOR SELECT
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id AND p.org_id = (SELECT platform.organisation('member'))
    AND (p.project_id IS NULL OR p.project_id = ANY((SELECT platform.scope('read'))::uuid[]))))
""",
    """
CREATE POLICY cc_brand_templates_add ON course_crafter.cc_brand_templates FOR INSERT
  TO cc_app, cc_worker
  WITH CHECK ((EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
    AND (cc_brand_templates.preview_asset_id IS NULL OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_templates.preview_asset_id AND true)))
""",
    """
CREATE POLICY cc_brand_templates_change ON course_crafter.cc_brand_templates FOR UPDATE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
  WITH CHECK ((EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
    AND (cc_brand_templates.preview_asset_id IS NULL OR EXISTS (SELECT 1 FROM course_crafter.cc_assets p
  WHERE p.id = cc_brand_templates.preview_asset_id AND true)))
""",
    """
CREATE POLICY cc_brand_templates_remove ON course_crafter.cc_brand_templates FOR DELETE
  TO cc_app, cc_worker
  USING (EXISTS (SELECT 1 FROM course_crafter.cc_brand_profiles p
  WHERE p.id = cc_brand_templates.brand_profile_id
    AND ((p.project_id = ANY((SELECT platform.scope('write'))::uuid[])
    AND p.org_id = (SELECT platform.organisation('member'))) OR (p.project_id IS NULL
    AND p.org_id = (SELECT platform.organisation('admin'))))))
""",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON course_crafter.cc_brand_templates TO cc_app, cc_worker",
)

DOWN = (
    "DROP TABLE course_crafter.cc_brand_templates",
    "DROP TABLE course_crafter.cc_brand_profiles",
)


def upgrade() -> None:
    """Make them, whole."""
    for statement in UP:
        op.execute(statement)


def downgrade() -> None:
    """Take them away."""
    for statement in DOWN:
        op.execute(statement)
