"""The course as a tree, and its parts one by one (schema 2.2 to 2.4)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.db.tables import cc_learning_units, cc_lessons, cc_modules, cc_projects
from coursecrafter.reading.answers import answer, columns, many, read_one

_COUNTS = """
  (SELECT count(*) FROM course_crafter.cc_scenes c
   WHERE c.lesson_id = l.id AND c.deleted_at IS NULL) AS scene_count,
  (SELECT count(*) FROM course_crafter.cc_segments g
   WHERE g.lesson_id = l.id AND g.deleted_at IS NULL) AS segment_count
"""

_LESSONS = many(
    """
SELECT {columns}, {counts} FROM course_crafter.cc_lessons l
WHERE l.module_id = m.id AND l.deleted_at IS NULL ORDER BY l.sequence, l.id
""",
    columns=columns(cc_lessons, "l"),
    counts=_COUNTS,
)
_MODULES = many(
    """
SELECT {columns}, {lessons} AS lessons FROM course_crafter.cc_modules m
WHERE m.learning_unit_id = u.id AND m.deleted_at IS NULL ORDER BY m.sequence, m.id
""",
    columns=columns(cc_modules, "m"),
    lessons=_LESSONS,
)
_UNITS = many(
    """
SELECT {columns}, {modules} AS modules FROM course_crafter.cc_learning_units u
WHERE u.project_id = p.id AND u.deleted_at IS NULL ORDER BY u.sequence, u.id
""",
    columns=columns(cc_learning_units, "u"),
    modules=_MODULES,
)

_TREE = answer(
    """
SELECT {columns}, {units} AS learning_units FROM course_crafter.cc_projects p
WHERE p.id = :project_id AND p.deleted_at IS NULL
""",
    columns=columns(cc_projects, "p"),
    units=_UNITS,
)
_UNIT = answer(
    """
SELECT {columns}, {modules} AS modules FROM course_crafter.cc_learning_units u
WHERE u.id = :unit_id AND u.deleted_at IS NULL
""",
    columns=columns(cc_learning_units, "u"),
    modules=_MODULES,
)
_MODULE = answer(
    """
SELECT {columns}, {lessons} AS lessons FROM course_crafter.cc_modules m
WHERE m.id = :module_id AND m.deleted_at IS NULL
""",
    columns=columns(cc_modules, "m"),
    lessons=_LESSONS,
)
_LESSON = answer(
    "SELECT {columns}, {counts} FROM course_crafter.cc_lessons l WHERE l.id = :lesson_id AND l.deleted_at IS NULL",
    columns=columns(cc_lessons, "l"),
    counts=_COUNTS,
)


def read_tree(conn: Connection, project_id: UUID) -> bytes:
    """A project with its learning units, modules and lessons, nested and in order.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _TREE, {"project_id": project_id}, cc_projects)


def read_learning_unit(conn: Connection, unit_id: UUID) -> bytes:
    """A learning unit with its modules and their lessons.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _UNIT, {"unit_id": unit_id}, cc_learning_units)


def read_module(conn: Connection, module_id: UUID) -> bytes:
    """A module with its lessons.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _MODULE, {"module_id": module_id}, cc_modules)


def read_lesson(conn: Connection, lesson_id: UUID) -> bytes:
    """A lesson, with how many scenes and segments it has.

    Raises:
        NotFound: CC-0020.
    """
    return read_one(conn, _LESSON, {"lesson_id": lesson_id}, cc_lessons)
