"""A lesson's interactions and questions, and which questions can be answered."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from authored_course import AuthoredCourse, content_of, events_after, race, settle_colleague, write_course
from coursecrafter.authoring.activities import (
    change_interaction,
    change_question,
    create_interaction,
    create_question,
    delete_interaction,
    delete_question,
    read_activities,
    reorder_interactions,
    reorder_questions,
    set_activities,
)
from coursecrafter.authoring.hierarchy import delete_lesson
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.questions import AnswersRefused, FeedbackRefused, OptionsRefused
from coursecrafter.db.refusals import NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion

SINGLE = {"question_type": "mcq_single", "options": ["A", "B", "C"], "correct_answers": [1]}


@pytest.fixture(scope="module")
def still(database: Database) -> AuthoredCourse:
    """For tests in which nothing is changed."""
    return write_course(database, "still")


@pytest.fixture
def course(database: Database, request: pytest.FixtureRequest) -> AuthoredCourse:
    return write_course(database, f"own-{abs(hash(request.node.name))}")


def in_order(database: Database, table: str, key: str, above: UUID) -> list[UUID]:
    """Rows by place; the places must have no gaps."""
    rows = [row for row in content_of(database)[table].values() if row[key] == above]
    rows.sort(key=lambda row: row["sequence"])
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    return [row["id"] for row in rows]


def test_an_interaction_is_put_at_its_place_and_changed(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        made = create_interaction(conn, course.author, course.lessons[0], interaction_type="faq", position=2)
        change_interaction(conn, course.author, made, title="Often asked", config={"outcome": "L1"})

    row = content_of(database)["cc_interactions"][made]
    assert (row["title"], row["config"]) == ("Often asked", {"outcome": "L1"})
    first, last = course.interactions
    assert in_order(database, "cc_interactions", "lesson_id", course.lessons[0]) == [first, made, last]
    event = events_after(database, None)[-1]
    [change] = event["event_payload"]["changes"]
    assert (event["event_type"], event["lesson_id"]) == ("interaction_changed", course.lessons[0])
    assert change["before"] == {"title": None, "config": {}}


def test_a_deleted_interaction_takes_its_questions_along_into_the_event(
    database: Database, course: AuthoredCourse
) -> None:
    with database.app(course.identity) as conn:
        delete_interaction(conn, course.author, course.interactions[1])

    assert in_order(database, "cc_interactions", "lesson_id", course.lessons[0]) == course.interactions[:1]
    event = events_after(database, None)[-1]
    removed = [change["id"] for change in event["event_payload"]["changes"] if change["after"] is None]
    assert removed == [*map(str, course.questions), str(course.interactions[1])]


def test_interactions_and_questions_are_reordered(database: Database, course: AuthoredCourse) -> None:
    lesson_id, quiz = course.lessons[0], course.interactions[1]
    with database.app(course.identity) as conn:
        reorder_interactions(conn, course.author, lesson_id, course.interactions[::-1])
        reorder_questions(conn, course.author, lesson_id, course.questions[::-1], interaction_id=quiz)

    assert in_order(database, "cc_interactions", "lesson_id", lesson_id) == course.interactions[::-1]
    assert in_order(database, "cc_quiz_questions", "interaction_id", quiz) == course.questions[::-1]
    for ids in ([], course.questions[:2], [*course.questions, UUID(int=7)], course.questions[:1] * 3):
        with database.app(course.identity) as conn, pytest.raises(PlaceRefused):
            reorder_questions(conn, course.author, lesson_id, ids, interaction_id=quiz)
    with database.app(course.identity) as conn, pytest.raises(PlaceRefused):
        reorder_interactions(conn, course.author, lesson_id, course.interactions[:1])


def test_a_question_stands_in_an_interaction_or_in_the_lesson_itself(
    database: Database, course: AuthoredCourse
) -> None:
    with database.app(course.identity) as conn:
        own = {"question_text": "?", **SINGLE}
        first = create_question(conn, course.author, course.lessons[0], **own)
        second = create_question(conn, course.author, course.lessons[0], **own, position=1)
        quiz = {"interaction_id": course.interactions[1], "position": 2}
        third = create_question(conn, course.author, course.lessons[0], **quiz, **own)
        delete_question(conn, course.author, course.questions[0])

    rows = content_of(database)["cc_quiz_questions"]
    assert [rows[second]["sequence"], rows[first]["sequence"]] == [1, 2]
    quiz_rows = in_order(database, "cc_quiz_questions", "interaction_id", course.interactions[1])
    assert quiz_rows == [third, *course.questions[1:]]


@pytest.mark.parametrize("position", [0, -1, 4, 10**9, 10**30])
def test_a_place_that_there_is_none_of_is_refused(database: Database, still: AuthoredCourse, position: int) -> None:
    with database.app(still.identity) as conn, pytest.raises(PlaceRefused):
        create_interaction(conn, still.author, still.lessons[0], interaction_type="faq", position=position)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"correct_answers": []}, AnswersRefused),
        ({"correct_answers": [3]}, AnswersRefused),
        ({"correct_answers": [-1]}, AnswersRefused),
        ({"correct_answers": [0, 1]}, AnswersRefused),
        ({"correct_answers": ["A"]}, AnswersRefused),
        ({"correct_answers": [True]}, AnswersRefused),
        ({"correct_answers": [1.0]}, AnswersRefused),
        ({"question_type": "mcq_multi", "correct_answers": [1, 1]}, AnswersRefused),
        ({"options": ["A", "B"], "question_type": "true_false", "correct_answers": [0, 1]}, AnswersRefused),
        ({"options": [], "question_type": "short_answer"}, AnswersRefused),
        ({"options": [], "question_type": "short_answer", "correct_answers": [" "]}, AnswersRefused),
        ({"options": ["A"]}, OptionsRefused),
        ({"options": ["A", " "]}, OptionsRefused),
        ({"options": ["A", "A"]}, OptionsRefused),
        ({"options": ["A", 7]}, OptionsRefused),
        ({"question_type": "true_false"}, OptionsRefused),
        ({"question_type": "short_answer", "correct_answers": ["yes"]}, OptionsRefused),
        ({"feedback": {"options": ["Only", "two"]}}, FeedbackRefused),
        ({"feedback": {"options": [1, 2, 3]}}, FeedbackRefused),
        ({"feedback": ["a", "b", "c"]}, FeedbackRefused),
        ({"question_type": "essay"}, ValueRefused),
        ({"question_text": " "}, ValueRefused),
        ({"question_text": "\0"}, UnusableText),
        ({"options": ["A", "\ud800"], "correct_answers": [0]}, UnusableText),
    ],
)
def test_a_question_that_nobody_could_answer_is_refused(
    database: Database, still: AuthoredCourse, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    wrong = {"question_text": "Where is the exit?", **SINGLE, **fields}

    with database.app(still.identity) as conn, pytest.raises(refusal) as told:
        create_question(conn, still.author, still.lessons[0], **wrong)
    if issubclass(refusal, AnswersRefused | OptionsRefused | FeedbackRefused):
        assert "“Where is the exit?”" in str(told.value)
    with database.app(still.identity) as conn, pytest.raises(refusal):
        change_question(conn, still.author, still.questions[0], **wrong)


@pytest.mark.parametrize(
    "fields",
    [
        SINGLE,
        {"question_type": "mcq_multi", "options": ["A", "B", "C"], "correct_answers": [2, 0]},
        {"question_type": "true_false", "options": ["Yes", "No"], "correct_answers": [1]},
        {"question_type": "short_answer", "correct_answers": ["four", "4"]},
        {**SINGLE, "feedback": {"options": ["No.", "Yes.", "No."], "source_ref": "3"}},
        {**SINGLE, "feedback": {"options": ["See page 3."]}},
    ],
)
def test_a_question_that_can_be_answered_is_kept_as_it_is(
    database: Database, course: AuthoredCourse, fields: dict[str, Any]
) -> None:
    with database.app(course.identity) as conn:
        made = create_question(conn, course.author, course.lessons[0], question_text="?", **fields)

    row = content_of(database)["cc_quiz_questions"][made]
    assert {name: row[name] for name in fields} == fields


def test_a_change_is_judged_with_what_stays(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        change_question(conn, course.author, course.questions[0], correct_answers=[0])
    with database.app(course.identity) as conn, pytest.raises(AnswersRefused):
        change_question(conn, course.author, course.questions[1], correct_answers=[2])
    with database.app(course.identity) as conn, pytest.raises(OptionsRefused):
        change_question(conn, course.author, course.questions[1], options=["Only"])

    [change] = events_after(database, None)[-1]["event_payload"]["changes"]
    assert (change["before"], change["after"]) == ({"correct_answers": [1]}, {"correct_answers": [0]})


def test_foreign_missing_mistaken_and_deleted_ids_are_answered_alike(
    database: Database, course: AuthoredCourse
) -> None:
    other = write_course(database, "birch")
    own = {"question_text": "?", **SINGLE}
    for lesson_id in (other.lessons[0], UUID(int=7), course.modules[0]):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such lesson"):
            create_interaction(conn, course.author, lesson_id, interaction_type="faq")
    with database.app(course.identity) as conn:
        elsewhere = create_interaction(conn, course.author, course.lessons[1], interaction_type="quiz")
    for interaction_id in (other.interactions[0], UUID(int=7), elsewhere, course.questions[0]):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such activity"):
            create_question(conn, course.author, course.lessons[0], interaction_id=interaction_id, **own)
    with database.app(course.identity) as conn:
        delete_lesson(conn, course.author, course.lessons[0])
    with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such lesson"):
        change_interaction(conn, course.author, course.interactions[0], title="T")


def test_editors_may_and_the_others_may_not(database: Database, course: AuthoredCourse) -> None:
    author, identity = settle_colleague(database, course, "editor")
    with database.app(identity) as conn:
        change_interaction(conn, author, course.interactions[0], title="Ours")
    for role, refusal in (("reviewer", NotAllowed), ("viewer", NotAllowed), (None, NotFound)):
        author, identity = settle_colleague(database, course, role)
        for act in (
            lambda conn, author=author: create_interaction(conn, author, course.lessons[0], interaction_type="faq"),
            lambda conn, author=author: change_interaction(conn, author, course.interactions[0], title="T"),
            lambda conn, author=author: delete_interaction(conn, author, course.interactions[0]),
            lambda conn, author=author: delete_question(conn, author, course.questions[0]),
            lambda conn, author=author: change_question(conn, author, course.questions[0], correct_answers=[0]),
        ):
            with database.app(identity) as conn, pytest.raises(refusal):
                act(conn)


@pytest.mark.parametrize("kind", ["", " ", "x" * 501])
def test_an_interaction_has_a_type(database: Database, still: AuthoredCourse, kind: str) -> None:
    with database.app(still.identity) as conn, pytest.raises(ValueRefused, match="interaction type of the activity"):
        create_interaction(conn, still.author, still.lessons[0], interaction_type=kind)


QUIZ = Interaction(
    "quiz",
    "Quiz",
    "",
    {},
    (
        QuizQuestion("One?", QuestionType.TRUE_FALSE, ("Yes", "No"), (0,), ("Right.", "Wrong."), "1"),
        QuizQuestion("Two?", QuestionType.SHORT_ANSWER, (), ("two",), (), "2"),
    ),
)
SLIDES, POINTS = (
    Interaction("slides", "Slides", "", {}),
    Interaction("accordion", "Points", "", {"entries": [{"t": 1}]}),
)


def test_a_build_keeps_the_rows_of_activities_that_stay(database: Database, course: AuthoredCourse) -> None:
    lesson_id = course.lessons[1]

    def set_to(*interactions: Interaction) -> None:
        with database.app(course.identity) as conn:
            set_activities(conn, course.author, course.project_id, lesson_id, interactions)
            assert read_activities(conn, lesson_id) == interactions

    set_to(SLIDES, POINTS, QUIZ)
    slides, points, quiz = in_order(database, "cc_interactions", "lesson_id", lesson_id)
    one, two = in_order(database, "cc_quiz_questions", "interaction_id", quiz)
    known = len(events_after(database, None))
    set_to(SLIDES, POINTS, QUIZ)
    assert len(events_after(database, None)) == known

    reworded = replace(QUIZ.questions[1], correct=("2", "two"))
    set_to(replace(QUIZ, questions=(reworded, QUIZ.questions[0])), SLIDES)

    assert in_order(database, "cc_interactions", "lesson_id", lesson_id) == [quiz, slides]
    assert in_order(database, "cc_quiz_questions", "interaction_id", quiz) == [two, one]
    assert points not in content_of(database)["cc_interactions"]


def test_twenty_who_add_delete_and_reorder_leave_places_without_gaps(
    database: Database, course: AuthoredCourse
) -> None:
    lesson_id = course.lessons[0]

    def work(conn: sa.Connection, number: int) -> None:
        if number == 3:
            delete_interaction(conn, course.author, course.interactions[1])
        elif number % 4 == 1:
            reorder_interactions(conn, course.author, lesson_id, course.interactions[::-1])
        elif number % 4 == 2:
            quiz = {"interaction_id": course.interactions[1], "position": 1}
            create_question(conn, course.author, lesson_id, question_text="?", **quiz, **SINGLE)
        else:
            create_interaction(conn, course.author, lesson_id, interaction_type="faq", position=1)

    ends = race(database, course, work)

    assert ends.keys() <= {"done", "CC-0020", "CC-0031"}
    assert Counter(ends)["done"] >= 10
    in_order(database, "cc_interactions", "lesson_id", lesson_id)
    assert in_order(database, "cc_quiz_questions", "interaction_id", course.interactions[1]) == []
