"""Confine a transaction to the project that a row stands in, for calls that name a part of a course and not the course.

Nothing more is seen by it, and much is found sooner: under the policy of scenes and segments the planner looks into
all lessons of all projects of the request. One lesson took a user of 2,000 projects 0.2 s, and confined 1.4 ms
(PostgreSQL 16).
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

_OF_ROW = """
SELECT set_config('cc.project_id', CAST(one.project_id AS text), true)
FROM course_crafter.{table} one WHERE one.id = :id
"""
_OF_LESSON_OF_ROW = """
SELECT set_config('cc.project_id', CAST(l.project_id AS text), true)
FROM course_crafter.{table} one JOIN course_crafter.cc_lessons l ON l.id = one.lesson_id WHERE one.id = :id
"""


class Part(Enum):
    """What a row is that leads to its project; the value finds it."""

    LEARNING_UNIT = text(_OF_ROW.format(table="cc_learning_units"))
    MODULE = text(_OF_ROW.format(table="cc_modules"))
    LESSON = text(_OF_ROW.format(table="cc_lessons"))
    SCENE = text(_OF_LESSON_OF_ROW.format(table="cc_scenes"))
    SEGMENT = text(_OF_LESSON_OF_ROW.format(table="cc_segments"))
    SCRIPT = text(_OF_ROW.format(table="cc_scripts"))
    VOICE_TRACK = text(_OF_ROW.format(table="cc_voice_tracks"))
    ASSET = text(_OF_ROW.format(table="cc_assets"))
    SOURCE_FILE = text(_OF_ROW.format(table="cc_source_files"))
    DOCUMENT = text(_OF_ROW.format(table="cc_project_documents"))
    INTERACTION = text(_OF_LESSON_OF_ROW.format(table="cc_interactions"))
    QUESTION = text(_OF_LESSON_OF_ROW.format(table="cc_quiz_questions"))


def confine(conn: Connection, part: Part, row_id: UUID) -> None:
    """See only the project of a row from now on; a row that the request does not see changes nothing."""
    find: TextClause = part.value
    conn.execute(find, {"id": row_id})
