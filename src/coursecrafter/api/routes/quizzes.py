"""`/cc/quizzes`: the questions of a lesson's quizzes."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.activity_bodies import NewLessonQuestion, NewQuestion, QuestionChanges, QuestionOrder
from coursecrafter.api.call import Call, Calling
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.activities import Interactions, Question
from coursecrafter.authoring import activities
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.questions import AnswersRefused, FeedbackRefused, OptionsRefused
from coursecrafter.db.refusals import NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.reading.activities import read_interactions, read_question

routes = Routes("/cc/quizzes", "Quizzes")

ACT = (NotFound, NotAllowed)
WORDED = (*ACT, ValueRefused, UnusableText, AnswersRefused, OptionsRefused, FeedbackRefused)
QUESTIONED = (*WORDED, PlaceRefused)


def made_question(call: Call, lesson_id: UUID, body: NewLessonQuestion) -> Response:
    """Add a question to one of a lesson's quizzes, or to the lesson itself."""

    def work(conn: Connection) -> bytes:
        values = _values(body)
        values.pop("lesson_id", None)
        return read_question(conn, activities.create_question(conn, call.author, lesson_id, **values))

    return call.act(work, status=201)


def _values(body: NewLessonQuestion | QuestionChanges) -> dict[str, Any]:
    """What a call names, with feedback as it is kept."""
    values = given(body)
    if values.get("feedback") is not None:
        values["feedback"] = values["feedback"].model_dump(exclude_unset=True)
    return values


@routes.acts("/create", Question, status=201, refuses=QUESTIONED)
def create(call: Calling, body: NewQuestion) -> Response:
    """Add a question to one of a lesson's quizzes, or to the lesson itself."""
    return made_question(call, body.lesson_id, body)


@routes.acts("/{lesson_id}/reorder", Interactions, refuses=(*ACT, PlaceRefused))
def reorder(call: Calling, lesson_id: UUID, body: QuestionOrder) -> Response:
    """Put the questions of a quiz, or of the lesson itself, in another order."""

    def work(conn: Connection) -> bytes:
        quiz = {"interaction_id": body.interaction_id}
        activities.reorder_questions(conn, call.author, lesson_id, body.ids, **quiz)
        return read_interactions(conn, lesson_id)

    return call.act(work)


@routes.reads("/{lesson_id}/list", Interactions)
def read_list(call: Calling, lesson_id: UUID) -> Response:
    """All questions of a lesson, in its activities and on their own."""
    return call.read(lambda conn: read_interactions(conn, lesson_id))


@routes.reads("/{question_id}", Question)
def read_one(call: Calling, question_id: UUID) -> Response:
    """A question."""
    return call.read(lambda conn: read_question(conn, question_id), is_versioned=True)


@routes.acts("/{question_id}/update", Question, refuses=WORDED, is_conditional=True)
def update(call: Calling, question_id: UUID, body: QuestionChanges) -> Response:
    """Change a question; as a whole it must stay one that can be answered."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        activities.change_question(conn, call.author, question_id, unless_changed_since=seen, **_values(body))
        return read_question(conn, question_id)

    return call.act(work)


@routes.acts("/{question_id}/delete", refuses=ACT)
def delete(call: Calling, question_id: UUID) -> Response:
    """Delete a question, for good."""
    return call.act(lambda conn: activities.delete_question(conn, call.author, question_id))
