"""A project's brand by project; an organisation's brand is read by its members and written by its admins."""

from __future__ import annotations

from coursecrafter.db.policies.forms import (
    ADMIN,
    MEMBER,
    READ_SCOPE,
    WRITE_SCOPE,
    TablePolicy,
    by_parent,
    empty_or_seen,
)

_READABLE = "{row}org_id = " + MEMBER + " AND ({row}project_id IS NULL OR {row}project_id = ANY(" + READ_SCOPE + "))"
_WRITABLE = (
    "({row}project_id = ANY(" + WRITE_SCOPE + ") AND {row}org_id = " + MEMBER + ")"
    " OR ({row}project_id IS NULL AND {row}org_id = " + ADMIN + ")"
)

POLICIES = (
    TablePolicy(
        "cc_brand_profiles",
        _READABLE.format(row=""),
        _WRITABLE.format(row=""),
        empty_or_seen("cc_brand_profiles.logo_asset_id", "cc_assets"),
    ),
    by_parent(
        "cc_brand_templates",
        "brand_profile_id",
        "cc_brand_profiles",
        _READABLE.format(row="p."),
        f"({_WRITABLE.format(row='p.')})",
        checked=empty_or_seen("cc_brand_templates.preview_asset_id", "cc_assets"),
    ),
)
