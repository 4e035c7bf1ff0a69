"""Interactions of a lesson and their quiz questions (schema 9).

Each act holds the lesson first. A question stands in an interaction or, without one, in the lesson itself; siblings of
both kinds stand at 1 to n.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import Connection, Row, Table, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.matching import pair_up
from coursecrafter.authoring.ordering import place_among, renumber, require_same
from coursecrafter.authoring.questions import SHOWN, FeedbackRefused, require_answerable
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.titles import require_titles
from coursecrafter.db.refusals import ValueRefused
from coursecrafter.db.tables import cc_interactions, cc_lessons, cc_quiz_questions
from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion


class InteractionLook(TypedDict, total=False):
    """What an interaction may say."""

    title: str | None
    description: str | None
    config: Mapping[str, Any]


class InteractionFields(InteractionLook, total=False):
    """What an interaction says; what is left out stays."""

    interaction_type: str


class QuestionFields(TypedDict, total=False):
    """What a question says; what is left out stays.

    `feedback` holds `options`, one sentence per option or one for all, and `source_ref`, the slide it was made from.
    """

    question_text: str
    question_type: str
    options: Sequence[str]
    correct_answers: Sequence[int | str]
    feedback: Mapping[str, Any] | None


def create_interaction(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    *,
    interaction_type: str,
    position: int | None = None,
    **look: Unpack[InteractionLook],
) -> UUID:
    """Add an interaction to a lesson.

    Args:
        interaction_type: accordion, timeline, quiz ... (schema 9.1).
        position: None: the end.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    values: dict[str, Any] = {"interaction_type": interaction_type, **look}
    require_titles(cc_interactions, values, "interaction_type", "title")
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.INTERACTION_CREATED, **place) as act:
        return _insert(act, cc_interactions, _interactions_of(conn, lesson_id), position, {**place, **values})


def change_interaction(
    conn: Connection,
    author: Author,
    interaction_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[InteractionFields],
) -> None:
    """Change what an interaction says.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
    """
    require_titles(cc_interactions, fields, "interaction_type", "title")
    place = _hold_place(conn, cc_interactions, interaction_id)
    with edit(conn, author, Event.INTERACTION_CHANGED, **place) as act:
        act.change(cc_interactions, interaction_id, unless_changed_since=unless_changed_since, **fields)


def delete_interaction(conn: Connection, author: Author, interaction_id: UUID) -> None:
    """Delete an interaction with its questions, for good; the event keeps them.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    place = _hold_place(conn, cc_interactions, interaction_id)
    lesson_id = place["lesson_id"]
    with edit(conn, author, Event.INTERACTION_DELETED, **place) as act:
        _remove_interaction(act, lesson_id, interaction_id)
        renumber(act, cc_interactions, _interactions_of(conn, lesson_id))


def reorder_interactions(conn: Connection, author: Author, lesson_id: UUID, ids: Sequence[UUID]) -> None:
    """Put a lesson's interactions in another order.

    Args:
        ids: all of them.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    require_same(_interactions_of(conn, lesson_id), ids)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.INTERACTIONS_REORDERED, **place) as act:
        renumber(act, cc_interactions, ids)


def create_question(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    *,
    interaction_id: UUID | None = None,
    position: int | None = None,
    **fields: Unpack[QuestionFields],
) -> UUID:
    """Add a question to one of a lesson's interactions or to the lesson itself.

    Args:
        position: its place in there; None: the end.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        PlaceRefused: CC-0031.
        ElearningError: CC-0404 to CC-0406, its answers, options or feedback do not fit.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if interaction_id is not None and hold_row(conn, cc_interactions, interaction_id).lesson_id != lesson_id:
        raise missing(cc_interactions)
    values = _question_values(fields)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    siblings = _questions_of(conn, lesson_id, interaction_id)
    with edit(conn, author, Event.QUESTION_CREATED, **place) as act:
        where = {**place, "interaction_id": interaction_id}
        return _insert(act, cc_quiz_questions, siblings, position, {**where, **values})


def change_question(
    conn: Connection,
    author: Author,
    question_id: UUID,
    *,
    unless_changed_since: datetime | None = None,
    **fields: Unpack[QuestionFields],
) -> None:
    """Change what a question says; as a whole it must stay one that can be answered.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ValueRefused: CC-0022.
        EditedMeanwhile: CC-0026.
        ElearningError: CC-0404 to CC-0406, its answers, options or feedback do not fit.
    """
    place = _hold_place(conn, cc_quiz_questions, question_id)
    row = hold_row(conn, cc_quiz_questions, question_id)
    held: QuestionFields = {
        "question_text": row.question_text,
        "question_type": row.question_type,
        "options": row.options or (),
        "correct_answers": row.correct_answers,
        "feedback": row.feedback,
    }
    values = _question_values({**held, **fields})
    given = {name: values[name] for name in fields}
    with edit(conn, author, Event.QUESTION_CHANGED, **place) as act:
        act.change(cc_quiz_questions, question_id, unless_changed_since=unless_changed_since, **given)


def delete_question(conn: Connection, author: Author, question_id: UUID) -> None:
    """Delete a question, for good; the event keeps it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    place = _hold_place(conn, cc_quiz_questions, question_id)
    with edit(conn, author, Event.QUESTION_DELETED, **place) as act:
        row = act.remove(cc_quiz_questions, question_id)
        renumber(act, cc_quiz_questions, _questions_of(conn, row.lesson_id, row.interaction_id))


def reorder_questions(
    conn: Connection, author: Author, lesson_id: UUID, ids: Sequence[UUID], *, interaction_id: UUID | None = None
) -> None:
    """Put the questions of an interaction, or of the lesson itself, in another order.

    Args:
        ids: all of them.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        PlaceRefused: CC-0031.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if interaction_id is not None and find_row(conn, cc_interactions, interaction_id).lesson_id != lesson_id:
        raise missing(cc_interactions)
    require_same(_questions_of(conn, lesson_id, interaction_id), ids)
    with edit(conn, author, Event.QUESTIONS_REORDERED, project_id=lesson.project_id, lesson_id=lesson_id) as act:
        renumber(act, cc_quiz_questions, ids)


def set_activities(
    conn: Connection, author: Author, project_id: UUID, lesson_id: UUID, interactions: Sequence[Interaction]
) -> None:
    """Give a lesson these interactions, in order and row by row: what stays the same keeps its id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        ElearningError: CC-0404 to CC-0406, a question's answers, options or feedback do not fit.
    """
    for interaction in interactions:
        for question in interaction.questions:
            require_answerable(question)
    hold_row(conn, cc_lessons, lesson_id)
    wanted = [replace(one, config=json.loads(json.dumps(dict(one.config)))) for one in interactions]
    known, ids = read_activities(conn, lesson_id), _interactions_of(conn, lesson_id)
    likenesses = (_likeness, lambda one: (one.interaction_type, one.title), lambda one: one.interaction_type)
    alike = pair_up(known, wanted, likenesses)
    types = [one.interaction_type for one in wanted]
    place = {"project_id": project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.INTERACTIONS_CHANGED, **place, types=types) as act:
        for index, interaction_id in enumerate(ids):
            if index not in alike:
                _remove_interaction(act, lesson_id, interaction_id)
        for sequence, (match, interaction) in enumerate(zip(alike, wanted, strict=True), 1):
            values = {"sequence": sequence, **_interaction_values(interaction)}
            row_id = _put(act, cc_interactions, None if match is None else ids[match], place, values)
            before = () if match is None else known[match].questions
            _set_questions(act, {**place, "interaction_id": row_id}, before, interaction.questions)


def read_activities(conn: Connection, lesson_id: UUID) -> tuple[Interaction, ...]:
    """A lesson's interactions with their questions, in order."""
    asked: dict[UUID | None, list[QuizQuestion]] = {}
    for row in _in_order(conn, cc_quiz_questions, lesson_id):
        asked.setdefault(row.interaction_id, []).append(_question(row))
    return tuple(
        Interaction(
            row.interaction_type, row.title or "", row.description or "", row.config, tuple(asked.get(row.id, ()))
        )
        for row in _in_order(conn, cc_interactions, lesson_id)
    )


def _set_questions(
    act: Edit, place: Mapping[str, UUID], known: Sequence[QuizQuestion], wanted: Sequence[QuizQuestion]
) -> None:
    ids = _questions_of(act.conn, place["lesson_id"], place["interaction_id"])
    alike = pair_up(known, wanted, (lambda one: one, lambda one: one.text, lambda one: one.source_ref))
    for index, question_id in enumerate(ids):
        if index not in alike:
            act.remove(cc_quiz_questions, question_id)
    for sequence, (match, question) in enumerate(zip(alike, wanted, strict=True), 1):
        values = {
            "sequence": sequence,
            "question_text": question.text,
            "question_type": question.question_type.value,
            "options": list(question.options),
            "correct_answers": list(question.correct),
            "feedback": {"options": list(question.feedback), "source_ref": question.source_ref},
        }
        _put(act, cc_quiz_questions, None if match is None else ids[match], place, values)


def _put(act: Edit, table: Table, row_id: UUID | None, place: Mapping[str, UUID], values: Mapping[str, Any]) -> UUID:
    if row_id is None:
        return act.add(table, **place, **values)
    act.change(table, row_id, **values)
    return row_id


def _insert(act: Edit, table: Table, siblings: Sequence[UUID], position: int | None, values: Mapping[str, Any]) -> UUID:
    # Its place is looked for before it is written, so that a wrong one is refused first.
    own = UUID(int=0)
    order = place_among(siblings, own, position)
    row_id = act.add(table, **values, sequence=order.index(own) + 1)
    renumber(act, table, [row_id if one == own else one for one in order])
    return row_id


def _remove_interaction(act: Edit, lesson_id: UUID, interaction_id: UUID) -> None:
    for question_id in _questions_of(act.conn, lesson_id, interaction_id):
        act.remove(cc_quiz_questions, question_id)
    act.remove(cc_interactions, interaction_id)


def _hold_place(conn: Connection, table: Table, row_id: UUID) -> dict[str, UUID]:
    """Hold the live lesson of a row; the lesson and its project."""
    lesson = hold_row(conn, cc_lessons, find_row(conn, table, row_id).lesson_id)
    return {"project_id": lesson.project_id, "lesson_id": lesson.id}


def _interactions_of(conn: Connection, lesson_id: UUID) -> list[UUID]:
    return [row.id for row in _in_order(conn, cc_interactions, lesson_id)]


def _questions_of(conn: Connection, lesson_id: UUID, interaction_id: UUID | None) -> list[UUID]:
    rows = _in_order(conn, cc_quiz_questions, lesson_id)
    return [row.id for row in rows if row.interaction_id == interaction_id]


def _in_order(conn: Connection, table: Table, lesson_id: UUID) -> Sequence[Row[Any]]:
    own = select(table).where(table.c.lesson_id == lesson_id)
    return conn.execute(own.order_by(table.c.sequence, table.c.id)).all()


def _question_values(fields: QuestionFields) -> dict[str, Any]:
    """The columns of a question that can be answered."""
    text, kind = fields.get("question_text"), fields.get("question_type")
    if not isinstance(text, str) or not text.strip():
        raise ValueRefused("The question text of the question is empty.")
    if kind not in set(QuestionType):
        raise ValueRefused(f"The question type of the question can only be {', '.join(QuestionType)}.")
    feedback = fields.get("feedback")
    if feedback is not None and not isinstance(feedback, Mapping):
        raise FeedbackRefused(
            f"The feedback of the question “{text.strip()[:SHOWN]}” has no form that a player can show."
        )
    options, correct = list(fields.get("options") or ()), list(fields.get("correct_answers") or ())
    require_answerable(
        QuizQuestion(
            text, QuestionType(kind), tuple(options), tuple(correct), tuple((feedback or {}).get("options", ()))
        )
    )
    return {
        "question_text": text,
        "question_type": kind,
        "options": options,
        "correct_answers": correct,
        "feedback": None if feedback is None else dict(feedback),
    }


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


def _interaction_values(interaction: Interaction) -> dict[str, Any]:
    return {
        "interaction_type": interaction.interaction_type,
        "title": interaction.title,
        "description": interaction.description,
        "config": interaction.config,
    }


def _likeness(interaction: Interaction) -> tuple[str, ...]:
    said = interaction.interaction_type, interaction.title, interaction.description
    return (*said, json.dumps(interaction.config, sort_keys=True), repr(interaction.questions))
