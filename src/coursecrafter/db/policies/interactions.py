"""Interactions and questions, by project."""

from __future__ import annotations

from coursecrafter.db.policies.forms import by_project

POLICIES = (by_project("cc_interactions"), by_project("cc_quiz_questions"))
