"""A book by project, its sections by their book; what a section maps stays in the book's project."""

from __future__ import annotations

from dataclasses import replace

from coursecrafter.db.policies.forms import by_parents_project, by_project, exists

_MAPPED = " ".join(
    f"WHEN '{kind}' THEN {exists(table, 'cc_book_sections.mapping_id', 'p.project_id = b.project_id')}"
    for kind, table in (("learning_unit", "cc_learning_units"), ("module", "cc_modules"), ("lesson", "cc_lessons"))
)
_MAPPING_STAYS = f"CASE cc_book_sections.mapping_type {_MAPPED} ELSE cc_book_sections.mapping_id IS NULL END"

POLICIES = (
    by_project("cc_book_structures"),
    replace(
        by_parents_project("cc_book_sections", "book_id", "cc_book_structures"),
        checked=exists("cc_book_structures", "cc_book_sections.book_id", _MAPPING_STAYS, name="b"),
    ),
)
