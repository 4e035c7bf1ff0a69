"""A book by project, its sections by their book."""

from __future__ import annotations

from coursecrafter.db.policies.forms import by_parents_project, by_project

POLICIES = (
    by_project("cc_book_structures"),
    by_parents_project("cc_book_sections", "book_id", "cc_book_structures"),
)
