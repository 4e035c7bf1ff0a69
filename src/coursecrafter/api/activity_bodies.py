"""Interactions and questions as calls send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Ids, JsonObject, Line, Position, Prose, Title

QuestionType = Literal["mcq_single", "mcq_multi", "true_false", "short_answer"]
Option = Annotated[Line, Field(min_length=1)]
RightAnswer = Annotated[int, Field(strict=True, ge=0, le=100)] | Option
Options = Annotated[list[Option], Field(max_length=50)]
RightAnswers = Annotated[list[RightAnswer], Field(max_length=50)]
Kind = Annotated[Title, Field(max_length=50, examples=["accordion"])]
LESSON = "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70"
QUESTION: dict[str, Any] = {
    "question_text": "Where is the nearest exit?",
    "question_type": "mcq_single",
    "options": ["Left", "Right"],
    "correct_answers": [0],
}


class Feedback(Body):
    """What a learner is told."""

    options: Annotated[list[Line], Field(default_factory=list, max_length=50)]
    """One sentence for each option, or one for the whole question."""
    source_ref: Line | None = None


class NewInteraction(Body):
    """An activity to add."""

    interaction_type: Kind
    title: Title | None = None
    description: Prose | None = None
    config: Annotated[JsonObject, Field(default_factory=dict)]
    position: Position | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"interaction_type": "accordion", "title": "Remember"}]})


class NewLessonInteraction(NewInteraction):
    """An activity to add to a lesson."""

    lesson_id: UUID

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"lesson_id": LESSON, "interaction_type": "accordion", "title": "Remember"}]}
    )


class InteractionChanges(Body):
    """What an activity should say; what is left out stays."""

    interaction_type: Kind = Field(default_factory=str)
    title: Title | None = None
    description: Prose | None = None
    config: Annotated[JsonObject, Field(default_factory=dict)]

    model_config = example(title="What to remember")


class InteractionUpdate(InteractionChanges):
    """Which activity, and what it should say."""

    interaction_id: UUID

    model_config = example(interaction_id=ONE, title="What to remember")


class NewLessonQuestion(Body):
    """A question to add."""

    question_text: Prose
    question_type: QuestionType
    options: Annotated[Options, Field(default_factory=list)]
    correct_answers: RightAnswers
    feedback: Feedback | None = None
    interaction_id: UUID | None = None
    position: Position | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [QUESTION]})


class NewQuestion(NewLessonQuestion):
    """A question to add to a lesson."""

    lesson_id: UUID

    model_config = ConfigDict(json_schema_extra={"examples": [{"lesson_id": LESSON, **QUESTION}]})


class QuestionChanges(Body):
    """What a question should say; what is left out stays."""

    question_text: Prose = ""
    question_type: QuestionType = "mcq_single"
    options: Annotated[Options, Field(default_factory=list)]
    correct_answers: Annotated[RightAnswers, Field(default_factory=list)]
    feedback: Feedback | None = None

    model_config = example(question_text="Which door stays shut?")


class InteractionOrder(Body):
    """All interactions of the lesson, in their new order."""

    ids: Ids

    model_config = example(ids=[ONE, OTHER])


class QuestionOrder(Body):
    """All questions of the interaction, or those of the lesson itself, in their new order."""

    ids: Ids
    interaction_id: UUID | None = None

    model_config = example(ids=[ONE, OTHER])
