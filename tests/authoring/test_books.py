"""A book's sections: one reading order, and levels that stay a tree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from authored_course import (
    AuthoredCourse,
    content_of,
    events_after,
    race,
    settle_author,
    settle_colleague,
    write_course,
)
from coursecrafter.authoring.books import (
    LevelRefused,
    SectionUnderItself,
    change_book,
    change_book_status,
    change_section,
    create_section,
    delete_section,
    move_section,
    read_sections,
    require_levels,
    set_book,
)
from coursecrafter.authoring.hierarchy import delete_lesson
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.db.refusals import (
    EditedMeanwhile,
    NotAllowed,
    NotFound,
    StateRefused,
    UnusableText,
    ValueMissing,
    ValueRefused,
)
from coursecrafter.db.session import Database
from coursecrafter.domain.book import BookSection

OUTLINE = ["1 Before", "2 Exits", "3 Doors", "2 Alarms", "1 During", "2 Leaving"]


@pytest.fixture(scope="module")
def still(database: Database) -> AuthoredCourse:
    """For tests in which nothing is changed."""
    return write_course(database, "still")


@pytest.fixture
def course(database: Database, request: pytest.FixtureRequest) -> AuthoredCourse:
    return write_course(database, f"own-{abs(hash(request.node.name))}")


def outline(database: Database, course: AuthoredCourse) -> list[str]:
    """Level and title by place; the places must have no gaps."""
    rows = [row for row in content_of(database)["cc_book_sections"].values() if row["book_id"] == course.book]
    rows.sort(key=lambda row: row["sequence"])
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    return [f"{row['level']} {row['title']}" for row in rows]


def test_the_first_word_makes_the_book_named_as_the_project(database: Database) -> None:
    course = settle_author(database, "bare")
    with database.app(course.identity) as conn:
        book_id = change_book(conn, course.author, course.project_id, subtitle="A guide")
        assert change_book(conn, course.author, course.project_id, title="Drill") == book_id

    row = content_of(database)["cc_book_structures"][book_id]
    assert (row["title"], row["subtitle"], row["status"]) == ("Drill", "A guide", "draft")
    [change] = events_after(database, None)[-1]["event_payload"]["changes"]
    assert (change["before"], change["after"]) == ({"title": "Fire drill"}, {"title": "Drill"})


def test_a_book_comes_into_the_states_that_follow(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        change_book_status(conn, course.author, course.book, "ready")
    with database.app(course.identity) as conn, pytest.raises(StateRefused, match="book is ready"):
        change_book_status(conn, course.author, course.book, "draft")
    with database.app(course.identity) as conn, pytest.raises(ValueRefused, match="draft, in edit or ready"):
        change_book_status(conn, course.author, course.book, "printed")


def test_a_section_is_put_at_its_place(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        create_section(conn, course.author, course.book, level=3, title="Handles", position=4)
        create_section(conn, course.author, course.book, level=1, title="After")

    assert outline(database, course) == [*OUTLINE[:3], "3 Handles", *OUTLINE[3:], "1 After"]


@pytest.mark.parametrize(("level", "position"), [(2, 1), (0, 3), (-1, 3), (5, 4), (10**30, 2), (3, 6)])
def test_a_level_that_does_not_fit_is_refused(
    database: Database, still: AuthoredCourse, level: int, position: int
) -> None:
    with database.app(still.identity) as conn, pytest.raises(LevelRefused, match=r"CC-0505"):
        create_section(conn, still.author, still.book, level=level, title="S", position=position)


@pytest.mark.parametrize("position", [0, -1, 8, 10**9, 10**30])
def test_a_place_that_there_is_none_of_is_refused(database: Database, still: AuthoredCourse, position: int) -> None:
    with database.app(still.identity) as conn, pytest.raises(PlaceRefused):
        create_section(conn, still.author, still.book, level=1, title="S", position=position)
    with database.app(still.identity) as conn, pytest.raises(PlaceRefused):
        move_section(conn, still.author, still.sections[0], position=position)


@pytest.mark.parametrize(
    ("section", "position", "level", "moved"),
    [
        (0, 6, None, ["1 During", "2 Leaving", "1 Before", "2 Exits", "3 Doors", "2 Alarms"]),
        (4, 1, None, ["1 During", "2 Leaving", "1 Before", "2 Exits", "3 Doors", "2 Alarms"]),
        (1, 4, None, ["1 Before", "2 Alarms", "2 Exits", "3 Doors", "1 During", "2 Leaving"]),
        (3, 2, None, ["1 Before", "2 Alarms", "2 Exits", "3 Doors", "1 During", "2 Leaving"]),
        (1, 2, 1, ["1 Before", "1 Exits", "2 Doors", "2 Alarms", "1 During", "2 Leaving"]),
        (1, 6, 3, ["1 Before", "2 Alarms", "1 During", "2 Leaving", "3 Exits", "4 Doors"]),
        (4, 5, 2, ["1 Before", "2 Exits", "3 Doors", "2 Alarms", "2 During", "3 Leaving"]),
        (0, 1, None, OUTLINE),
    ],
)
def test_a_section_moves_with_all_that_stands_under_it(
    database: Database, course: AuthoredCourse, section: int, position: int, level: int | None, moved: list[str]
) -> None:
    with database.app(course.identity) as conn:
        move_section(conn, course.author, course.sections[section], position=position, level=level)

    assert outline(database, course) == moved


def test_a_section_does_not_move_under_itself(database: Database, still: AuthoredCourse) -> None:
    for position in (2, 3, 4):
        with database.app(still.identity) as conn, pytest.raises(SectionUnderItself, match=r"“Before”.*CC-0504"):
            move_section(conn, still.author, still.sections[0], position=position)


@pytest.mark.parametrize(("section", "position", "level"), [(1, 1, None), (0, 1, 2), (2, 4, 4), (3, 4, 0)])
def test_a_move_that_leaves_no_tree_is_refused(
    database: Database, still: AuthoredCourse, section: int, position: int, level: int | None
) -> None:
    with database.app(still.identity) as conn, pytest.raises(LevelRefused):
        move_section(conn, still.author, still.sections[section], position=position, level=level)
    assert outline(database, still) == OUTLINE


def test_a_deleted_section_takes_along_what_stands_under_it(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        delete_section(conn, course.author, course.sections[1])

    assert outline(database, course) == ["1 Before", "2 Alarms", "1 During", "2 Leaving"]
    event = events_after(database, None)[-1]
    removed = [change["before"]["title"] for change in event["event_payload"]["changes"] if change["after"] is None]
    assert (event["event_type"], removed) == ("section_deleted", ["Doors", "Exits"])


def test_a_text_changes_unless_somebody_else_changed_it_since(database: Database, course: AuthoredCourse) -> None:
    sections = sa.text("SELECT updated_at FROM course_crafter.cc_book_sections WHERE id = :id")
    with database.app(course.identity) as conn:
        opened = conn.scalar(sections, {"id": course.sections[0]})
    with database.app(course.identity) as conn:
        change_section(conn, course.author, course.sections[0], content_markdown="One.", unless_changed_since=opened)

    with database.app(course.identity) as conn, pytest.raises(EditedMeanwhile):
        change_section(conn, course.author, course.sections[0], content_markdown="Two.", unless_changed_since=opened)
    assert content_of(database)["cc_book_sections"][course.sections[0]]["content_markdown"] == "One."


def test_a_section_maps_a_live_part_of_its_own_course(database: Database, course: AuthoredCourse) -> None:
    other = write_course(database, "birch")
    with database.app(course.identity) as conn:
        make = {"level": 1, "title": "S"}
        mapped = create_section(
            conn, course.author, course.book, **make, mapping_type="lesson", mapping_id=course.lessons[0]
        )
        delete_lesson(conn, course.author, course.lessons[1])
    assert content_of(database)["cc_book_sections"][mapped]["mapping_id"] == course.lessons[0]

    for wrong in (other.lessons[0], UUID(int=7), course.lessons[1], course.modules[0]):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such lesson"):
            create_section(conn, course.author, course.book, **make, mapping_type="lesson", mapping_id=wrong)
    for kind, target, refusal in (
        ("lesson", None, ValueMissing),
        ("custom", course.lessons[0], ValueRefused),
        ("page", course.lessons[0], ValueRefused),
    ):
        with database.app(course.identity) as conn, pytest.raises(refusal):
            create_section(conn, course.author, course.book, **make, mapping_type=kind, mapping_id=target)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ({"title": " "}, ValueRefused),
        ({"title": "x" * 501}, ValueRefused),
        ({"content_markdown": "\0"}, UnusableText),
        ({"title": "\ud800"}, UnusableText),
    ],
)
def test_bad_input_is_refused(
    database: Database, still: AuthoredCourse, fields: dict[str, Any], refusal: type[Exception]
) -> None:
    with database.app(still.identity) as conn, pytest.raises(refusal):
        change_section(conn, still.author, still.sections[0], **fields)


def test_editors_may_and_the_others_may_not(database: Database, course: AuthoredCourse) -> None:
    author, identity = settle_colleague(database, course, "editor")
    with database.app(identity) as conn:
        change_section(conn, author, course.sections[0], title="Ours")
    for role, refusal in (("reviewer", NotAllowed), ("viewer", NotAllowed), (None, NotFound)):
        author, identity = settle_colleague(database, course, role)
        for act in (
            lambda conn, author=author: change_book(conn, author, course.project_id, title="T"),
            lambda conn, author=author: create_section(conn, author, course.book, level=1, title="S"),
            lambda conn, author=author: change_section(conn, author, course.sections[0], title="S"),
            lambda conn, author=author: move_section(conn, author, course.sections[0], position=1),
            lambda conn, author=author: delete_section(conn, author, course.sections[0]),
        ):
            with database.app(identity) as conn, pytest.raises(refusal):
                act(conn)


def built(course: AuthoredCourse, *titles: str) -> tuple[BookSection, ...]:
    return tuple(BookSection(int(title[0]), title[2:], f"{title}.", "custom", None) for title in titles)


def rows_by_title(database: Database, course: AuthoredCourse) -> dict[str, UUID]:
    rows = content_of(database)["cc_book_sections"].values()
    return {row["title"]: row["id"] for row in rows if row["book_id"] == course.book}


def test_a_build_keeps_the_rows_of_sections_that_stay(database: Database, course: AuthoredCourse) -> None:
    def set_to(sections: Sequence[BookSection]) -> None:
        with database.app(course.identity) as conn:
            set_book(conn, course.author, course.project_id, title="Fire", subtitle="", sections=sections)
            assert read_sections(conn, course.project_id) == tuple(sections)

    set_to(built(course, "1 A", "2 B", "2 C", "1 D"))
    before, known = rows_by_title(database, course), len(events_after(database, None))
    set_to(built(course, "1 A", "2 B", "2 C", "1 D"))
    assert len(events_after(database, None)) == known

    set_to(built(course, "1 New", "1 A", "2 C", "1 D", "2 B"))

    after = rows_by_title(database, course)
    assert {title: after[title] for title in "ABCD"} == {title: before[title] for title in "ABCD"}
    assert outline(database, course) == ["1 New", "1 A", "2 C", "1 D", "2 B"]


def test_twenty_who_add_at_once_stand_one_behind_the_other(database: Database, course: AuthoredCourse) -> None:
    ends = race(
        database,
        course,
        lambda conn, number: create_section(conn, course.author, course.book, level=1, title=str(number), position=1),
    )

    assert ends == Counter(done=20)
    assert len(outline(database, course)) == 26


def test_twenty_who_move_and_delete_leave_a_tree(database: Database, course: AuthoredCourse) -> None:
    def work(conn: sa.Connection, number: int) -> None:
        section_id = course.sections[number % 6]
        if number % 5 == 4:
            delete_section(conn, course.author, section_id)
        else:
            move_section(conn, course.author, section_id, position=1 + number % 4, level=1 + number % 2)

    ends = race(database, course, work)

    assert ends.keys() <= {"done", "CC-0020", "CC-0031", "CC-0504", "CC-0505"}
    require_levels([int(line[0]) for line in outline(database, course)])


def test_twenty_at_once_make_one_book(database: Database) -> None:
    course = settle_author(database, "press")

    ends = race(
        database, course, lambda conn, number: change_book(conn, course.author, course.project_id, subtitle=str(number))
    )

    assert ends == Counter(done=20)
    books = content_of(database)["cc_book_structures"].values()
    assert len([row for row in books if row["project_id"] == course.project_id]) == 1
