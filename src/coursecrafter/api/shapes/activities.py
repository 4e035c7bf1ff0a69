"""Interactions and questions (schema 9)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Shape, Timed


class Question(Timed):
    """A question of a quiz."""

    id: Id
    lesson_id: Id
    project_id: Id
    interaction_id: Id | None
    question_text: Annotated[str, Field(examples=["Where is the nearest exit?"])]
    question_type: Literal["mcq_single", "mcq_multi", "true_false", "short_answer"]
    options: Any
    correct_answers: Any
    feedback: Any
    sequence: int


class Interaction(Timed):
    """An activity with its questions."""

    id: Id
    lesson_id: Id
    project_id: Id
    interaction_type: Annotated[str, Field(examples=["accordion"])]
    title: str | None
    description: str | None
    config: Json
    sequence: int
    questions: list[Question]


class Interactions(Shape):
    """A lesson's activities in order."""

    lesson_id: Id
    project_id: Id
    interactions: list[Interaction]
    questions: list[Question]
    """Those that belong to no interaction."""
