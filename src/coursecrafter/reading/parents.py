"""What a list belongs to: one live row, whose absence is told apart from an empty list."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Table

from coursecrafter.db.tables import cc_lessons, cc_projects


@dataclass(frozen=True, slots=True)
class Parent:
    """A row that has lists.

    Attributes:
        source: FROM ... WHERE of the one row, with a parameter for its id.
        table: what is missing where there is none.
    """

    source: str
    table: Table


PROJECT = Parent("course_crafter.cc_projects p WHERE p.id = :project_id AND p.deleted_at IS NULL", cc_projects)
PROJECT_OR_GRAVE = Parent("course_crafter.cc_projects p WHERE p.id = :project_id", cc_projects)
"""A project's history is told after its end, too: its restoring begins there."""
LESSON = Parent("course_crafter.cc_lessons l WHERE l.id = :lesson_id AND l.deleted_at IS NULL", cc_lessons)
