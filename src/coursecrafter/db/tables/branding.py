"""Colours, type, logos and layouts (schema 6)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    created_at,
    index,
    json,
    reference,
    row_id,
    table,
    text,
    updated_at,
)

cc_brand_profiles = table(
    "cc_brand_profiles",
    "Brand configurations per project or tenant.",
    row_id(),
    reference("org_id", "platform.organisations", "→ platform.organisations.id", on_delete="RESTRICT"),
    reference("project_id", "cc_projects", "nullable (project-specific or global)", nullable=True, along="org_id"),
    text("name", "name of the profile"),
    text("primary_color", "HEX or similar"),
    text("secondary_color", "HEX", nullable=True),
    reference("logo_asset_id", "cc_assets", "FK → cc_assets.id", nullable=True, on_delete="SET NULL"),
    json("typography", "fonts, sizes, etc."),
    json("style_prefs", '{"tone": "corporate", "layout": "left_text_right_image"}'),
    created_at(),
    updated_at(),
    index("idx_cc_brand_profiles_org_id", "org_id"),
    index("idx_cc_brand_profiles_project_id", "project_id"),
    index("idx_cc_brand_profiles_logo_asset_id", "logo_asset_id"),
)

cc_brand_templates = table(
    "cc_brand_templates",
    "Concrete layout templates used in Engine 2 & 4.",
    row_id(),
    reference("brand_profile_id", "cc_brand_profiles", "→ cc_brand_profiles.id"),
    text("name", "name of the template"),
    text("description", "what the template is for", nullable=True),
    text("template_type", "video_scene, slide, ebook_page, etc."),
    json("layout_config", "positions for text, image, logo, etc."),
    reference("preview_asset_id", "cc_assets", "optional preview image asset", nullable=True, on_delete="SET NULL"),
    created_at(),
    updated_at(),
    index("idx_cc_brand_templates_brand_profile_id", "brand_profile_id"),
    index("idx_cc_brand_templates_preview_asset_id", "preview_asset_id"),
)
