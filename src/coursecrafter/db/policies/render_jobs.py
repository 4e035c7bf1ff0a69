"""Render jobs, by project."""

from __future__ import annotations

from coursecrafter.db.policies.forms import by_project

POLICIES = (by_project("cc_video_render_jobs"), by_project("cc_book_render_jobs"), by_project("cc_scorm_render_jobs"))
