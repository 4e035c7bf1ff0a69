"""Context and documents, by project."""

from __future__ import annotations

from coursecrafter.db.policies.forms import by_project

POLICIES = (by_project("cc_project_context"), by_project("cc_project_documents"))
