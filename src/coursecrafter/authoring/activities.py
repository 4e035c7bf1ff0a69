"""Interactions and quiz questions of a lesson (schema 9)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.events import Event, log_event
from coursecrafter.db.tables import cc_interactions, cc_quiz_questions
from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion


def set_activities(
    conn: Connection, author: Author, project_id: UUID, lesson_id: UUID, interactions: Sequence[Interaction]
) -> None:
    """Give a lesson these interactions, in order; nothing is written when it has them already."""
    wanted = tuple(replace(one, config=json.loads(json.dumps(dict(one.config)))) for one in interactions)
    if read_activities(conn, lesson_id) == wanted:
        return
    conn.execute(cc_quiz_questions.delete().where(cc_quiz_questions.c.lesson_id == lesson_id))
    conn.execute(cc_interactions.delete().where(cc_interactions.c.lesson_id == lesson_id))
    for place, interaction in enumerate(wanted, 1):
        _add_interaction(conn, project_id, lesson_id, place, interaction)
    log_event(
        conn,
        author,
        Event.INTERACTIONS_CHANGED,
        project_id=project_id,
        lesson_id=lesson_id,
        types=[interaction.interaction_type for interaction in wanted],
    )


def read_activities(conn: Connection, lesson_id: UUID) -> tuple[Interaction, ...]:
    """A lesson's interactions with their questions, in order."""
    rows = conn.execute(
        select(cc_interactions).where(cc_interactions.c.lesson_id == lesson_id).order_by(cc_interactions.c.sequence)
    ).all()
    asked = conn.execute(
        select(cc_quiz_questions)
        .where(cc_quiz_questions.c.lesson_id == lesson_id)
        .order_by(cc_quiz_questions.c.sequence)
    ).all()
    return tuple(
        Interaction(
            row.interaction_type,
            row.title,
            row.description,
            row.config,
            tuple(_question(question) for question in asked if question.interaction_id == row.id),
        )
        for row in rows
    )


def _question(row: Row[Any]) -> QuizQuestion:
    feedback = row.feedback or {}
    return QuizQuestion(
        row.question_text,
        QuestionType(row.question_type),
        tuple(row.options or ()),
        tuple(row.correct_answers),
        tuple(feedback.get("options", ())),
        feedback.get("source_ref"),
    )


def _add_interaction(conn: Connection, project_id: UUID, lesson_id: UUID, place: int, interaction: Interaction) -> None:
    interaction_id = conn.execute(
        cc_interactions.insert()
        .values(
            project_id=project_id,
            lesson_id=lesson_id,
            interaction_type=interaction.interaction_type,
            title=interaction.title,
            description=interaction.description,
            config=dict(interaction.config),
            sequence=place,
        )
        .returning(cc_interactions.c.id)
    ).scalar_one()
    for number, question in enumerate(interaction.questions, 1):
        conn.execute(
            cc_quiz_questions.insert().values(
                project_id=project_id,
                lesson_id=lesson_id,
                interaction_id=interaction_id,
                question_text=question.text,
                question_type=question.question_type.value,
                options=list(question.options),
                correct_answers=list(question.correct),
                feedback={"options": list(question.feedback), "source_ref": question.source_ref},
                sequence=number,
            )
        )
