"""What a course is about and for whom (schema 3)."""

from __future__ import annotations

from coursecrafter.db.tables.columns import (
    choice,
    created_at,
    index,
    json,
    reference,
    row_id,
    table,
    text,
    updated_at,
)

cc_project_context = table(
    "cc_project_context",
    "High-level contextualisation used by Engines.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    text("raw_text", "narrative context", nullable=True),
    choice("audience_level", ("intro", "intermediate", "advanced"), "intro, intermediate, advanced", nullable=True),
    choice(
        "audience_role",
        ("operator", "supervisor", "manager", "executive", "mixed"),
        "operator, supervisor, manager, executive, mixed",
        nullable=True,
    ),
    text("region", "africa, global, etc.", nullable=True),
    text("domain", "e.g. security_risk_management", nullable=True),
    text("language", "default language", nullable=True),
    json("metadata", "additional flags"),
    created_at(),
    updated_at(),
    index("idx_cc_project_context_project_id", "project_id"),
)

cc_project_documents = table(
    "cc_project_documents",
    "Context documents uploaded for a project.",
    row_id(),
    reference("project_id", "cc_projects", "→ cc_projects.id"),
    text("file_path", "storage location"),
    choice("file_type", ("pdf", "docx", "pptx", "txt"), "pdf, docx, pptx, txt"),
    text("title", "human-friendly name", nullable=True),
    text("description", "optional", nullable=True),
    choice("parsed_status", ("pending", "parsed", "failed"), "pending, parsed, failed", default="pending"),
    text("parsed_summary", "AI-generated summary", nullable=True),
    created_at(),
    updated_at(),
    index("idx_cc_project_documents_project_id", "project_id"),
)
