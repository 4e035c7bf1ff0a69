"""What a question of a quiz must be so that a learner can answer it. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from coursecrafter.domain.activities import QuestionType, QuizQuestion
from coursecrafter.errors import ElearningError

FEWEST_OPTIONS = 2
SHOWN = 60
"""Signs of a question that its errors quote."""


class AnswersRefused(ElearningError):
    """The right answers of a question do not fit its type or its options."""

    code = "CC-0404"
    status = 422
    remedy = "Mark as right what is among the question's options, as many as its type allows."


class OptionsRefused(ElearningError):
    """The options of a question do not fit its type."""

    code = "CC-0405"
    status = 422
    remedy = "Give it at least two options, a true or false question exactly two, a short answer none."


class FeedbackRefused(ElearningError):
    """The feedback of a question does not fit its options."""

    code = "CC-0406"
    status = 422
    remedy = "Write one feedback for each option, or one for the whole question, or none."


def require_answerable(question: QuizQuestion) -> None:
    """Refuse a question whose options, right answers or feedback do not fit its type.

    Raises:
        AnswersRefused: CC-0404.
        OptionsRefused: CC-0405.
        FeedbackRefused: CC-0406.
    """
    name = f"“{question.text.strip()[:SHOWN]}”"
    _require_options(name, question)
    _CHECKS[question.question_type](name, question)
    if not all(isinstance(said, str) for said in question.feedback):
        raise FeedbackRefused(f"The feedback of the question {name} must be words.")
    if len(question.feedback) not in {0, 1, len(question.options)}:
        raise FeedbackRefused(
            f"The question {name} has {len(question.options)} options and {len(question.feedback)} feedbacks."
        )


def _require_options(name: str, question: QuizQuestion) -> None:
    kind, options = question.question_type, question.options
    if kind is QuestionType.SHORT_ANSWER:
        if options:
            raise OptionsRefused(f"The question {name} asks for a short answer and cannot have options.")
        return
    if not all(_says_something(option) for option in options):
        raise OptionsRefused(f"An option of the question {name} is empty.")
    if len(set(options)) != len(options):
        raise OptionsRefused(f"The question {name} has the same option twice.")
    if kind is QuestionType.TRUE_FALSE and len(options) != FEWEST_OPTIONS:
        raise OptionsRefused(f"The question {name} is true or false and has {len(options)} options instead of 2.")
    if len(options) < FEWEST_OPTIONS:
        raise OptionsRefused(f"The question {name} has fewer than {FEWEST_OPTIONS} options.")


def _require_indices(name: str, question: QuizQuestion) -> None:
    right = question.correct
    # True is a number to Python, and no index to an author.
    if not all(type(one) is int and 0 <= one < len(question.options) for one in right):
        raise AnswersRefused(f"A right answer of the question {name} is none of its {len(question.options)} options.")
    if not right or len(set(right)) != len(right):
        raise AnswersRefused(f"The question {name} needs a right answer, and each only once.")


def _require_one(name: str, question: QuizQuestion) -> None:
    _require_indices(name, question)
    if len(question.correct) != 1:
        raise AnswersRefused(f"The question {name} has {len(question.correct)} right answers and can have only one.")


def _require_texts(name: str, question: QuizQuestion) -> None:
    if not question.correct or not all(_says_something(one) for one in question.correct):
        raise AnswersRefused(f"The question {name} needs the words that are right, and none of them empty.")


def _says_something(value: Any) -> bool:
    """Whether it is words: what comes as JSON may be anything."""
    return isinstance(value, str) and bool(value.strip())


_CHECKS: Mapping[QuestionType, Callable[[str, QuizQuestion], None]] = {
    QuestionType.MCQ_SINGLE: _require_one,
    QuestionType.MCQ_MULTI: _require_indices,
    QuestionType.TRUE_FALSE: _require_one,
    QuestionType.SHORT_ANSWER: _require_texts,
}
