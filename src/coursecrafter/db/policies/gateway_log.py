"""Calls by project; events by project, those without one for the organisation's admins. Rows are never changed."""

from __future__ import annotations

from dataclasses import replace

from coursecrafter.db.policies.forms import (
    ADMIN,
    COMMENT_SCOPE,
    MEMBER,
    READ_SCOPE,
    USER,
    WRITE_SCOPE,
    TablePolicy,
    by_project,
)

_MAY_WRITE = f"project_id = ANY({WRITE_SCOPE})"
_MAY_COMMENT = f"(event_type LIKE 'comment\\_%' AND project_id = ANY({COMMENT_SCOPE}))"

POLICIES = (
    replace(by_project("cc_ai_calls"), is_log=True),
    TablePolicy(
        "cc_activity_log",
        f"project_id = ANY({READ_SCOPE}) OR (project_id IS NULL AND org_id = {ADMIN})",
        f"(({_MAY_WRITE} OR {_MAY_COMMENT}) AND org_id = {MEMBER})"
        f" OR (project_id IS NULL AND lesson_id IS NULL AND org_id = {ADMIN})",
        checked=f"(user_id IS NULL OR user_id = {USER})",
        is_log=True,
    ),
)
