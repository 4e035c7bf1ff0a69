"""Lists page by page."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from authored_course import AuthoredCourse, settle_author
from coursecrafter.authoring.comments import add_comment
from coursecrafter.authoring.projects import change_project, create_project
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_projects
from coursecrafter.reading.comments import read_comments
from coursecrafter.reading.logs import read_events
from coursecrafter.reading.pages import CursorRefused, Page
from coursecrafter.reading.projects import read_projects

Reading = Callable[[sa.Connection, Page], bytes]


@pytest.fixture(scope="module")
def course(database: Database) -> AuthoredCourse:
    """An organisation with eight projects; seven of them changed at the same moment, so their ids tell them apart."""
    course = settle_author(database, "pages")
    with database.app(course.identity) as conn:
        for number in range(7):
            create_project(conn, course.author, name=f"Course {number}", code=None, language="en")
    return course


def walk(
    database: Database, course: AuthoredCourse, read: Reading, limit: int, between: Callable[[], object] = lambda: None
) -> list[dict[str, Any]]:
    """All lines of a list, page by page, each in a transaction of its own."""
    lines: list[dict[str, Any]] = []
    cursor = None
    while True:
        with database.app(course.identity) as conn:
            page = json.loads(read(conn, Page(limit, cursor)))
        lines += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return lines
        assert len(page["items"]) == limit
        between()


def comment(database: Database, course: AuthoredCourse, text: str) -> UUID:
    with database.app(course.identity) as conn:
        return add_comment(conn, course.author, course.project_id, text=text)


@pytest.mark.parametrize("limit", [1, 3, 4, 7, 200])
def test_the_pages_of_a_list_are_the_list(database: Database, course: AuthoredCourse, limit: int) -> None:
    lines = walk(database, course, read_projects, limit)

    with database.admin() as admin:
        wanted = sa.select(cc_projects.c.id).where(cc_projects.c.org_id == course.author.org_id)
        order = wanted.order_by(cc_projects.c.updated_at.desc(), cc_projects.c.id.desc())
        assert [line["id"] for line in lines] == [str(row_id) for row_id in admin.scalars(order)]


def test_rows_that_are_added_meanwhile_are_neither_lost_nor_doubled(database: Database, course: AuthoredCourse) -> None:
    before = [comment(database, course, f"Before {number}") for number in range(5)]

    def read(conn: sa.Connection, page: Page) -> bytes:
        return read_events(conn, course.project_id, page, event_type="comment_added")

    newest_first = walk(database, course, read, 2, lambda: comment(database, course, "Meanwhile"))

    found = [line["id"] for line in newest_first]
    assert found == [str(row_id) for row_id in reversed(before)]


def test_a_list_that_begins_with_the_oldest_ends_with_what_was_added(
    database: Database, course: AuthoredCourse
) -> None:
    added: list[UUID] = []

    def add() -> None:
        if len(added) < 3:
            added.append(comment(database, course, "Late"))

    def read(conn: sa.Connection, page: Page) -> bytes:
        return read_comments(conn, course.project_id, page)

    found = [line["id"] for line in walk(database, course, read, 2, add)]

    assert found == sorted(found)
    assert len(set(found)) == len(found)
    assert found[-3:] == [str(row_id) for row_id in added]


def test_what_changes_between_two_pages_is_never_shown_twice(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        last = json.loads(read_projects(conn, Page(200)))["items"][-1]["id"]

    def change() -> None:
        with database.app(course.identity) as conn:
            change_project(conn, course.author, UUID(last), description=str(datetime.now(UTC)))

    found = [line["id"] for line in walk(database, course, read_projects, 3, change)]

    assert len(set(found)) == len(found)


def test_an_empty_list_has_one_page(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        page = json.loads(read_events(conn, course.project_id, event_type="nothing"))

    assert page == {"items": [], "next_cursor": None}


def _packed(*said: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(said).encode()).decode()


A = "0198c0de-0000-7000-8000-000000000001"
NOW = "2026-11-22T12:00:00.125+00:00"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "nonsense",
        "ü",
        "\ud800",
        "a" * 10_000,
        _packed(),
        _packed("projects"),
        _packed("projects", A),
        _packed("projects", NOW),
        _packed("projects", NOW, A, A),
        _packed("projects", A, NOW),
        _packed("projects", NOW[:19], A),
        _packed("projects", NOW, 5),
        _packed("projects", None, A),
        _packed("events", A),
        _packed(["projects"], NOW, A),
        base64.urlsafe_b64encode(b'{"projects": 1}').decode(),
        base64.urlsafe_b64encode(b"[" * 300).decode(),
        base64.urlsafe_b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_no_page_gave_is_refused(database: Database, course: AuthoredCourse, cursor: str) -> None:
    with database.app(course.identity) as conn, pytest.raises(CursorRefused):
        read_projects(conn, Page(50, cursor))


def test_a_cursor_of_another_organisation_shows_nothing_of_it(database: Database, course: AuthoredCourse) -> None:
    other = settle_author(database, "elsewhere")
    with database.app(course.identity) as conn:
        cursor = json.loads(read_projects(conn, Page(1)))["next_cursor"]

    with database.app(other.identity) as conn:
        lines = json.loads(read_projects(conn, Page(50, cursor)))["items"]

    assert {line["id"] for line in lines} <= {str(other.project_id)}
