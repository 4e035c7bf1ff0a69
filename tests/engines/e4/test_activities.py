"""What of an answer becomes an activity, whoever gave it."""

from __future__ import annotations

from typing import Any

import pytest

from coursecrafter.domain.activities import QuestionType, QuizQuestion
from coursecrafter.engines.bench import Bench
from coursecrafter.engines.e4_elearning import engine
from coursecrafter.engines.e4_elearning.activities import is_answerable
from coursecrafter.gateway.ports import Candidate, Purpose, TextAnswer, TextRequest
from e4_lesson import make_bench, make_course
from plain_gateway import PlainGateway


class Writer(PlainGateway):
    """A gateway that writes what a test tells it."""

    def __init__(self, key_points: dict[str, Any], questions: list[dict[str, Any]]) -> None:
        self._answers = {"key_points": key_points, "quiz": {"questions": questions}}

    def write(self, request: TextRequest, purpose: Purpose, by: Candidate) -> TextAnswer:
        return TextAnswer(self._answers[request.task], "test", "test")


NOTHING = {"kind": "accordion", "title": "", "items": []}
QUESTION = {
    "text": "Who?",
    "type": "mcq_single",
    "options": ["Bees", "Birds"],
    "correct": [0],
    "feedback": ["Yes.", "No."],
    "ref": "slide 1",
}


def _kinds(tmp_path: Any, key_points: dict[str, Any], questions: list[dict[str, Any]]) -> list[str]:
    workbench = make_bench(tmp_path)
    course = make_course(workbench.store, (("Title", ()),))
    bench = Bench(workbench.runner, workbench.store, Writer(key_points, questions))
    return [one.interaction_type for one in engine.design(course, next(course.lessons), bench)]


def test_a_lesson_that_says_little_has_slides_only(tmp_path: Any) -> None:
    assert _kinds(tmp_path, NOTHING, []) == ["slides"]


def test_a_lone_key_point_is_no_accordion(tmp_path: Any) -> None:
    entry = {"title": "One", "text": "Text", "ref": "slide 1"}

    assert _kinds(tmp_path, {**NOTHING, "items": [entry, {**entry, "text": " "}]}, [QUESTION]) == ["slides", "quiz"]


def test_key_points_of_an_unknown_kind_become_an_accordion(tmp_path: Any) -> None:
    entry = {"title": "One", "text": "Text", "ref": "slide 1"}

    unknown = _kinds(tmp_path / "a", {**NOTHING, "kind": "carousel", "items": [entry, entry]}, [])
    known = _kinds(tmp_path / "b", {**NOTHING, "kind": "timeline", "items": [entry, entry]}, [])

    assert unknown == ["slides", "accordion"]
    assert known == ["slides", "timeline"]


def test_questions_without_a_fair_answer_are_left_out(tmp_path: Any) -> None:
    assert _kinds(tmp_path, NOTHING, [{**QUESTION, "correct": []}]) == ["slides"]


@pytest.mark.parametrize(
    ("kind", "options", "correct", "is_fair"),
    [
        ("mcq_single", ("A", "B"), (1,), True),
        ("mcq_single", ("A", "B"), (0, 1), False),
        ("mcq_single", ("A", "B"), (2,), False),
        ("mcq_single", ("A", "A"), (0,), False),
        ("mcq_single", ("A", ""), (0,), False),
        ("mcq_single", ("A",), (0,), False),
        ("mcq_single", tuple("ABCDEFGHI"), (0,), False),
        ("mcq_multi", ("A", "B", "C"), (0, 2), True),
        ("mcq_multi", ("A", "B", "C"), (0, 7), False),
        ("mcq_multi", ("A", "B", "C"), (), False),
        ("true_false", ("True", "False"), (1,), True),
        ("short_answer", (), ("bees",), True),
        ("short_answer", (), (" ",), False),
        ("short_answer", (), ("x" * 41,), False),
    ],
)
def test_a_fair_question_has_a_right_and_a_wrong_answer(
    kind: str, options: tuple[str, ...], correct: tuple[int | str, ...], is_fair: bool
) -> None:
    assert is_answerable(QuizQuestion("Who?", QuestionType(kind), options, correct)) is is_fair


def test_a_question_says_something() -> None:
    assert not is_answerable(QuizQuestion("", QuestionType.MCQ_SINGLE, ("A", "B"), (0,)))
