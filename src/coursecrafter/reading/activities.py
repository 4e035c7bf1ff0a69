"""What a learner does in a lesson: interactions and their questions (schema 9)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_interactions, cc_lessons, cc_quiz_questions
from coursecrafter.reading.answers import answer, columns, many, read_one

_QUESTIONS = """
SELECT {columns} FROM course_crafter.cc_quiz_questions q WHERE {place} ORDER BY q.sequence, q.id
"""
_INTERACTION = "SELECT {columns}, {questions} AS questions FROM course_crafter.cc_interactions i"

_PARTS = {
    "columns": columns(cc_interactions, "i"),
    "questions": many(_QUESTIONS, columns=columns(cc_quiz_questions, "q"), place="q.interaction_id = i.id"),
}

_OF_LESSON = answer(
    """
SELECT l.id AS lesson_id, l.project_id, {interactions} AS interactions, {questions} AS questions
FROM course_crafter.cc_lessons l WHERE l.id = :lesson_id AND l.deleted_at IS NULL
""",
    interactions=many(_INTERACTION + " WHERE i.lesson_id = l.id ORDER BY i.sequence, i.id", **_PARTS),
    questions=many(
        _QUESTIONS,
        columns=columns(cc_quiz_questions, "q"),
        place="q.lesson_id = l.id AND q.interaction_id IS NULL",
    ),
)
_LIVES = "JOIN course_crafter.cc_lessons l ON l.id = {row}.lesson_id AND l.deleted_at IS NULL"
_ONE = answer(_INTERACTION + " {lives} WHERE i.id = :interaction_id", lives=_LIVES.format(row="i"), **_PARTS)
_QUESTION = answer(
    "SELECT {columns} FROM course_crafter.cc_quiz_questions q {lives} WHERE q.id = :question_id",
    columns=columns(cc_quiz_questions, "q"),
    lives=_LIVES.format(row="q"),
)


def read_interactions(conn: Connection, lesson_id: UUID) -> bytes:
    """A lesson's interactions in order with their questions, and the questions that belong to none.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _OF_LESSON, {"lesson_id": lesson_id}, cc_lessons)


def read_interaction(conn: Connection, interaction_id: UUID) -> bytes:
    """An interaction with its questions.

    Raises:
        NotFound: CC-0020, also where its lesson is deleted.
    """
    return read_one(conn, _ONE, {"interaction_id": interaction_id}, cc_interactions)


def read_question(conn: Connection, question_id: UUID) -> bytes:
    """A question with its answers.

    Raises:
        NotFound: CC-0020, also where its lesson is deleted.
    """
    return read_one(conn, _QUESTION, {"question_id": question_id}, cc_quiz_questions)
