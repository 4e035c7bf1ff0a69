"""The course as a tree (schema 2.2 to 2.4)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Timed
from coursecrafter.api.shapes.projects import ProjectRow

LessonStatus = Literal["draft", "in_design", "rendering", "ready", "archived"]
Title = Annotated[str, Field(examples=["Escape routes"])]


class Lesson(Timed):
    """A lesson."""

    id: Id
    project_id: Id
    learning_unit_id: Id | None
    module_id: Id
    title: Title
    code: Annotated[str | None, Field(examples=["L1.1"])]
    objective: str | None
    engine_flags: Annotated[dict[str, bool], Field(examples=[{"e1": True, "e2": False}])]
    """By engine, whether its result is approved."""
    status: LessonStatus
    sequence: int
    scene_count: int
    segment_count: int


class Module(Timed):
    """A module with its lessons in order."""

    id: Id
    project_id: Id
    learning_unit_id: Id
    title: Title
    description: str | None
    sequence: int
    lessons: list[Lesson]


class LearningUnit(Timed):
    """A learning unit with its modules in order."""

    id: Id
    project_id: Id
    title: Title
    description: str | None
    sequence: int
    modules: list[Module]


class Tree(ProjectRow):
    """A project with its learning units, modules and lessons, nested and in order."""

    learning_units: list[LearningUnit]
