"""A project's book (schema 8)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Timed


class SectionRow(Timed):
    """A section of a book."""

    id: Id
    book_id: Id
    level: Annotated[int, Field(ge=1)]
    title: Annotated[str, Field(examples=["Before a fire"])]
    mapping_type: Literal["learning_unit", "module", "lesson", "custom"]
    mapping_id: Id | None
    sequence: int


class SectionLine(SectionRow):
    """A section in the book's tree, without its text."""

    content_length: int
    """Signs of its text."""
    sections: list[SectionLine]


class Section(SectionRow):
    """A section with its text."""

    content_markdown: str
    project_id: Id


class Book(Timed):
    """A book with its sections as a tree."""

    id: Id
    project_id: Id
    title: str
    subtitle: str | None
    status: Literal["draft", "in_edit", "ready"]
    sections: list[SectionLine]
