"""Calls by project; events by project, those without one for the organisation's admins. Rows are never changed."""

from __future__ import annotations

from dataclasses import replace

from coursecrafter.db.policies.forms import ADMIN, MEMBER, READ_SCOPE, WRITE_SCOPE, TablePolicy, by_project

POLICIES = (
    replace(by_project("cc_ai_calls"), is_log=True),
    TablePolicy(
        "cc_activity_log",
        f"project_id = ANY({READ_SCOPE}) OR (project_id IS NULL AND org_id = {ADMIN})",
        f"(project_id = ANY({WRITE_SCOPE}) AND org_id = {MEMBER})"
        f" OR (project_id IS NULL AND lesson_id IS NULL AND org_id = {ADMIN})",
        is_log=True,
    ),
)
