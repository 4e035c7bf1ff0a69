"""Review comments: who may write them, on what, and what became of them."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

import pytest

from authored_course import AuthoredCourse, events_after, race, settle_colleague, write_course
from coursecrafter.authoring.comments import About, add_comment, comments_of, reopen_comment, resolve_comment
from coursecrafter.authoring.history import NotUndoable, undo
from coursecrafter.authoring.scenes import delete_scene
from coursecrafter.db.refusals import NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database


@pytest.fixture(scope="module")
def course(database: Database) -> AuthoredCourse:
    return write_course(database, "acme")


@pytest.fixture(scope="module")
def other(database: Database) -> AuthoredCourse:
    return write_course(database, "birch")


def test_a_reviewer_comments_on_a_segment_and_its_lesson_is_known(database: Database, course: AuthoredCourse) -> None:
    author, identity = settle_colleague(database, course, "reviewer")
    about = About("cc_segments", course.segments[0])

    with database.app(identity) as conn:
        made = add_comment(conn, author, course.project_id, text="Too fast.", about=about)
        [comment] = comments_of(conn, course.project_id, about=about)

    assert (comment.id, comment.user_id, comment.lesson_id) == (made, author.user_id, course.lessons[0])
    assert (comment.text, comment.about, comment.resolved_at) == ("Too fast.", about, None)


def test_a_comment_is_resolved_and_reopened(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        made = add_comment(conn, course.author, course.project_id, text="Hm.", lesson_id=course.lessons[1])
    author, identity = settle_colleague(database, course, "reviewer")

    with database.app(identity) as conn:
        resolve_comment(conn, author, made)
        [resolved] = comments_of(conn, course.project_id, lesson_id=course.lessons[1])
    with database.app(course.identity) as conn:
        reopen_comment(conn, course.author, made)
        [reopened] = comments_of(conn, course.project_id, lesson_id=course.lessons[1])

    assert resolved.resolved_by == author.user_id
    assert resolved.resolved_at is not None
    assert (reopened.resolved_by, reopened.resolved_at) == (None, None)


def test_resolving_twice_and_reopening_what_is_open_leave_no_event(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        made = add_comment(conn, course.author, course.project_id, text="Hm.")

    with database.app(course.identity) as conn:
        reopen_comment(conn, course.author, made)
        resolve_comment(conn, course.author, made)
        resolve_comment(conn, course.author, made)

    assert [event["event_type"] for event in events_after(database, made)] == ["comment_resolved"]


@pytest.mark.parametrize(
    "thing",
    ["project", "units", "lessons", "scenes", "sections", "templates", "brand", "book", "questions", "interactions"],
)
def test_anything_in_a_course_can_be_commented_on(database: Database, course: AuthoredCourse, thing: str) -> None:
    tables = {
        "project": "cc_projects",
        "units": "cc_learning_units",
        "sections": "cc_book_sections",
        "templates": "cc_brand_templates",
        "brand": "cc_brand_profiles",
        "book": "cc_book_structures",
        "questions": "cc_quiz_questions",
    }
    found = course.project_id if thing == "project" else getattr(course, thing)
    about = About(tables.get(thing, f"cc_{thing}"), found[0] if isinstance(found, list) else found)

    with database.app(course.identity) as conn:
        add_comment(conn, course.author, course.project_id, text="Nice.", about=about)

        assert [comment.text for comment in comments_of(conn, course.project_id, about=about)] == ["Nice."]


def test_viewers_read_and_strangers_know_of_nothing(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        made = add_comment(conn, course.author, course.project_id, text="Read me.")
    author, identity = settle_colleague(database, course, "viewer")

    with database.app(identity) as conn:
        assert "Read me." in [comment.text for comment in comments_of(conn, course.project_id)]
        with pytest.raises(NotAllowed):
            add_comment(conn, author, course.project_id, text="Mine.")
        with pytest.raises(NotAllowed):
            resolve_comment(conn, author, made)
    author, identity = settle_colleague(database, course, None)
    with database.app(identity) as conn:
        with pytest.raises(NotFound):
            comments_of(conn, course.project_id)
        with pytest.raises(NotFound):
            add_comment(conn, author, course.project_id, text="Mine.")
        with pytest.raises(NotFound):
            resolve_comment(conn, author, made)


def test_a_comment_stays_in_its_project(database: Database, course: AuthoredCourse, other: AuthoredCourse) -> None:
    with database.app(other.identity) as conn:
        foreign = add_comment(conn, other.author, other.project_id, text="Theirs.")

    with database.app(course.identity) as conn:
        for lesson_id in (other.lessons[0], UUID(int=7), course.scenes[0]):
            with pytest.raises(NotFound, match="There is no such lesson"):
                add_comment(conn, course.author, course.project_id, text="Hm.", lesson_id=lesson_id)
        for section_id in (other.sections[0], UUID(int=7)):
            about = About("cc_book_sections", section_id)
            with pytest.raises(NotFound, match="There is no such section"):
                add_comment(conn, course.author, course.project_id, text="Hm.", about=about)
        for comment_id in (foreign, UUID(int=7), events_after(database, None)[0]["id"]):
            with pytest.raises(NotFound, match="There is no such event"):
                resolve_comment(conn, course.author, comment_id)


def test_what_is_deleted_is_commented_on_no_more(database: Database, other: AuthoredCourse) -> None:
    with database.app(other.identity) as conn:
        delete_scene(conn, other.author, other.scenes[0])

        with pytest.raises(NotFound):
            add_comment(conn, other.author, other.project_id, text="Hm.", about=About("cc_scenes", other.scenes[0]))


@pytest.mark.parametrize("table", ["cc_activity_log", "users", "cc_nothing", ""])
def test_what_no_course_has_is_not_commented_on(database: Database, course: AuthoredCourse, table: str) -> None:
    with database.app(course.identity) as conn, pytest.raises(ValueRefused, match=r"CC-0022"):
        add_comment(conn, course.author, course.project_id, text="Hm.", about=About(table, course.project_id))


@pytest.mark.parametrize(
    ("text", "refusal"), [("", ValueRefused), (" \n", ValueRefused), ("a\0", UnusableText), ("\udfff", UnusableText)]
)
def test_a_comment_says_something(
    database: Database, course: AuthoredCourse, text: str, refusal: type[Exception]
) -> None:
    with database.app(course.identity) as conn, pytest.raises(refusal, match="text of the comment"):
        add_comment(conn, course.author, course.project_id, text=text)


def test_a_comment_is_not_undone(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        made = add_comment(conn, course.author, course.project_id, text="Stay.")
        with pytest.raises(NotUndoable):
            undo(conn, course.author, made)


def test_twenty_who_resolve_one_comment_resolve_it_once(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        made = add_comment(conn, course.author, course.project_id, text="All of you.")

    ends = race(database, course, lambda conn, _: resolve_comment(conn, course.author, made))

    assert ends == Counter(done=20)
    assert [event["event_type"] for event in events_after(database, made)] == ["comment_resolved"]
