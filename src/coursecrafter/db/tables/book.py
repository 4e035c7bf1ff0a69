"""A book and its sections (schema 8)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    choice,
    created_at,
    index,
    loose_id,
    number,
    reference,
    row_id,
    rule,
    table,
    text,
    updated_at,
)

cc_book_structures = table(
    "cc_book_structures",
    "Per project, describes the high-level book.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    text("title", "Book title"),
    text("subtitle", "Book subtitle", nullable=True),
    choice("status", ("draft", "in_edit", "ready"), "draft, in_edit, ready", default="draft"),
    created_at(),
    updated_at(),
    index("idx_cc_book_structures_project_id", "project_id"),
)

cc_book_sections = table(
    "cc_book_sections",
    "Sections/chapters within a book, mapped back to course hierarchy.",
    row_id(),
    reference("book_id", "cc_book_structures", "→ cc_book_structures.id"),
    number("level", "1=chapter, 2=subsection, etc.", at_least=1),
    text("title", "heading of the section"),
    text("content_markdown", "main text content in markdown/HTML"),
    choice("mapping_type", ("learning_unit", "module", "lesson", "custom"), "learning_unit, module, lesson, custom"),
    loose_id("mapping_id", "id of LU/module/lesson (nullable if custom)", nullable=True),
    number("sequence", "ordering"),
    created_at(),
    updated_at(),
    index("idx_cc_book_sections_book_id", "book_id"),
    rule("mapping_known", "mapping_type = 'custom' OR mapping_id IS NOT NULL"),
)
