"""Row-level security: one module per group of tables, the same names as in `tables`."""

from __future__ import annotations

from coursecrafter.db.policies import (
    assets,
    book,
    branding,
    context,
    gateway_log,
    hierarchy,
    interactions,
    render_jobs,
    scripts,
)
from coursecrafter.db.policies.forms import TablePolicy

GROUPS = {
    "hierarchy": hierarchy.POLICIES,
    "context": context.POLICIES,
    "assets": assets.POLICIES,
    "scripts": scripts.POLICIES,
    "branding": branding.POLICIES,
    "render_jobs": render_jobs.POLICIES,
    "book": book.POLICIES,
    "interactions": interactions.POLICIES,
    "gateway_log": gateway_log.POLICIES,
}
"""The policies of each group, in the order in which its tables are made."""

__all__ = ["GROUPS", "TablePolicy"]
