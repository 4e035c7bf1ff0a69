"""Interactions and questions of a lesson (schema 9), as they are designed and as they are rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class QuestionType(StrEnum):
    """Schema 9.2, `question_type`."""

    MCQ_SINGLE = "mcq_single"
    MCQ_MULTI = "mcq_multi"
    TRUE_FALSE = "true_false"
    SHORT_ANSWER = "short_answer"


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """One question.

    Attributes:
        options: choices in order; empty for a short answer.
        correct: indices into options, or the accepted texts of a short answer.
        feedback: one sentence per option, or one for a short answer.
        source_ref: slide that the question was made from.
    """

    text: str
    question_type: QuestionType
    options: tuple[str, ...]
    correct: tuple[int | str, ...]
    feedback: tuple[str, ...] = ()
    source_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Interaction:
    """One activity of a lesson; a quiz carries its questions.

    Attributes:
        interaction_type: "slides", "accordion", "timeline", "quiz" … (schema 9.1).
        config: settings of its type, JSON.
    """

    interaction_type: str
    title: str
    description: str
    config: Mapping[str, Any]
    questions: tuple[QuizQuestion, ...] = ()
