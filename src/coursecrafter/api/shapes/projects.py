"""Projects (schema 2.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Moment, PageOf, ProjectRole, Shape, Timed

ProjectStatus = Literal["draft", "in_progress", "ready_for_export", "archived"]
Name = Annotated[str, Field(examples=["Fire drill"])]
Code = Annotated[str, Field(examples=["HRA-101"])]


class ProjectLine(Timed):
    """A project in a list."""

    id: Id
    name: Name
    code: Code | None
    status: ProjectStatus
    default_language: Annotated[str, Field(examples=["en"])]
    deleted_at: Moment | None
    role: ProjectRole
    """The caller's."""


class ProjectRow(Timed):
    """A project as its row has it."""

    id: Id
    org_id: Id
    name: Name
    code: Code | None
    description: str | None
    status: ProjectStatus
    default_language: Annotated[str, Field(examples=["en"])]
    created_by: Id | None


class ContextLine(Shape):
    """For whom a course is made, in short."""

    audience_level: str | None
    audience_role: str | None
    region: str | None
    domain: str | None
    language: str | None
    updated_at: Moment


class Project(ProjectRow):
    """A project, with what it holds."""

    role: ProjectRole
    """The caller's."""
    context: ContextLine | None
    """Null while nothing was said."""
    learning_unit_count: int
    module_count: int
    lesson_count: int
    document_count: int
    source_file_count: int


ProjectPage = PageOf[ProjectLine]
