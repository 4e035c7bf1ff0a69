"""Transactions that are confined to the project of a row."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from authored_course import AuthoredCourse, settle_author, write_course
from coursecrafter.authoring.projects import create_project
from coursecrafter.db.confining import Part, confine
from coursecrafter.db.session import Database
from coursecrafter.reading.hierarchy import read_lesson
from coursecrafter.reading.projects import read_projects

PROJECT = sa.text("SELECT current_setting('cc.project_id', true)")


@pytest.fixture(scope="module")
def course(database: Database) -> AuthoredCourse:
    """A course beside another of the same author."""
    course = write_course(database, "confined")
    with database.app(course.identity) as conn:
        create_project(conn, course.author, name="Other", code=None, language="en")
    return course


@pytest.mark.parametrize(
    ("part", "rows"),
    [
        (Part.LEARNING_UNIT, "units"),
        (Part.MODULE, "modules"),
        (Part.LESSON, "lessons"),
        (Part.SCENE, "scenes"),
        (Part.SEGMENT, "segments"),
    ],
)
def test_a_part_leads_to_its_project_and_to_no_other(
    database: Database, course: AuthoredCourse, part: Part, rows: str
) -> None:
    with database.app(course.identity) as conn:
        before = len(json.loads(read_projects(conn))["items"])

        confine(conn, part, getattr(course, rows)[0])

        (left,) = json.loads(read_projects(conn))["items"]
    assert (before, left["id"]) == (2, str(course.project_id))


@pytest.mark.parametrize("part", Part)
def test_a_part_that_is_not_there_confines_nothing(database: Database, course: AuthoredCourse, part: Part) -> None:
    with database.app(course.identity) as conn:
        confine(conn, part, course.project_id)

        assert not conn.scalar(PROJECT)
        assert read_lesson(conn, course.lessons[0])


@pytest.mark.parametrize(("part", "rows"), [(Part.LESSON, "lessons"), (Part.SEGMENT, "segments")])
def test_a_part_of_somebody_else_confines_nothing(
    database: Database, course: AuthoredCourse, part: Part, rows: str
) -> None:
    stranger = settle_author(database, "beside")

    with database.app(stranger.identity) as conn:
        confine(conn, part, getattr(course, rows)[0])

        assert not conn.scalar(PROJECT)


def test_the_next_transaction_is_free_again(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        confine(conn, Part.LESSON, course.lessons[0])

    with database.app(course.identity) as conn:
        assert not conn.scalar(PROJECT)
