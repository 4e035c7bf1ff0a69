"""Projects as they are read."""

from __future__ import annotations

from datetime import datetime
from typing import Literal
from uuid import UUID

from coursecrafter.api.shapes.base import PageOf, Shape

Status = Literal["draft", "active", "archived"]
Role = Literal["owner", "editor", "reviewer", "viewer"]


class ProjectLine(Shape):
    """A project in a list."""

    id: UUID
    name: str
    code: str | None
    status: Status
    default_language: str
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    role: Role


class ContextInShort(Shape):
    """For whom the course is."""

    audience_level: str | None
    audience_role: str | None
    region: str | None
    domain: str | None
    language: str | None
    updated_at: datetime


class Project(Shape):
    """One project."""

    id: UUID
    org_id: UUID
    name: str
    code: str | None
    description: str | None
    status: Status
    default_language: str
    created_by: UUID | None
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None
    role: Role
    context: ContextInShort | None
    learning_unit_count: int
    module_count: int
    lesson_count: int
    document_count: int
    source_file_count: int


ProjectPage = PageOf[ProjectLine]
