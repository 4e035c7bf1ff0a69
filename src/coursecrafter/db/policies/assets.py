"""Files and assets by project, snapshots of versions by their asset."""

from __future__ import annotations

from coursecrafter.db.policies.forms import by_parents_project, by_project

POLICIES = (
    by_project("cc_source_files"),
    by_project("cc_assets"),
    by_parents_project("cc_asset_versions", "asset_id", "cc_assets", is_log=True),
)
