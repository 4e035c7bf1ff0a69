"""What owners and editors do with a project, and what nobody else does."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.projects import (
    change_project,
    change_project_status,
    create_project,
    delete_project,
    find_project,
    restore_project,
)
from coursecrafter.db.refusals import (
    AlreadyTaken,
    EditedMeanwhile,
    NotAllowed,
    NotFound,
    StateRefused,
    UnusableText,
    ValueRefused,
)
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_lessons, cc_projects


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


def create(cast: Cast, name: str = "P", code: str | None = None, **fields: Any) -> UUID:
    project_id: UUID = cast.do(create_project, name=name, code=code, language="en", **fields)
    return project_id


def test_a_member_creates_a_draft_that_is_theirs(cast: Cast) -> None:
    project_id = cast.do(create_project, name="Mine", code="M-1", language="de", author=cast.colleague)

    with cast.session(cast.colleague) as conn:
        row = conn.execute(sa.select(cc_projects).where(cc_projects.c.id == project_id)).one()
    assert (row.name, row.code, row.default_language, row.status) == ("Mine", "M-1", "de", "draft")
    assert row.created_by == cast.colleague.user_id


def test_creating_tells_the_whole_row(cast: Cast) -> None:
    with cast.session() as conn:
        project_id = create_project(conn, cast.owner, name="Told", code="T", language="en")
        log = sa.text("SELECT event_payload FROM course_crafter.cc_activity_log WHERE project_id = :id")
        change = conn.execute(log, {"id": project_id}).scalar_one()["changes"][0]

    assert (change["table"], change["id"], change["before"]) == ("cc_projects", str(project_id), None)
    assert (change["after"]["name"], change["after"]["code"]) == ("Told", "T")


def test_a_project_is_found_by_its_code_or_its_name(cast: Cast) -> None:
    coded, plain = create(cast, "Same", "S-1"), create(cast, "Same")

    with cast.session() as conn:
        assert find_project(conn, cast.owner, name="Other", code="S-1") == coded
        assert find_project(conn, cast.owner, name="Same", code=None) == plain
        assert find_project(conn, cast.owner, name="Same", code="S-2") is None


def test_changing_tells_what_was_before_and_after(cast: Cast) -> None:
    cast.do(change_project, cast.project_id, name="Fire", description="How to leave", author=cast.editor)

    event = cast.events("project_changed")[0]
    assert event.user_id == cast.editor.user_id
    assert event.event_payload["changes"] == [
        {
            "table": "cc_projects",
            "id": str(cast.project_id),
            "before": {"name": "Fire drill", "description": None},
            "after": {"name": "Fire", "description": "How to leave"},
        }
    ]


def test_a_change_that_changes_nothing_leaves_no_event(cast: Cast) -> None:
    cast.do(change_project, cast.project_id, name="Fire drill", code=None)

    assert cast.events("project_changed") == []


def test_a_code_can_be_taken_away(cast: Cast) -> None:
    cast.do(change_project, cast.project_id, code="F-1")
    cast.do(change_project, cast.project_id, code=None)

    assert cast.read(cc_projects, cast.project_id).code is None


def test_a_change_of_what_changed_meanwhile_is_refused(cast: Cast) -> None:
    seen = cast.read(cc_projects, cast.project_id).updated_at
    cast.do(change_project, cast.project_id, name="First", unless_changed_since=seen)

    with pytest.raises(EditedMeanwhile):
        cast.do(change_project, cast.project_id, name="Second", unless_changed_since=seen)
    with pytest.raises(EditedMeanwhile):
        cast.do(change_project, cast.project_id, name="Third", unless_changed_since=datetime(2020, 1, 1, tzinfo=UTC))

    assert cast.read(cc_projects, cast.project_id).name == "First"


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"name": ""}, ValueRefused, "name of the project is empty"),
        ({"name": " \t"}, ValueRefused, "name of the project is empty"),
        ({"name": "x" * 501}, ValueRefused, "name of the project is longer than 500"),
        ({"code": ""}, ValueRefused, "short code of the project is empty"),
        ({"code": "x" * 51}, ValueRefused, "short code of the project is longer than 50"),
        ({"default_language": " "}, ValueRefused, "language of the project is empty"),
        ({"name": "a\0b"}, UnusableText, "name of the project"),
        ({"description": "half \ud83d"}, UnusableText, "description of the project"),
        ({"code": "a\0"}, UnusableText, "short code of the project"),
    ],
)
def test_bad_words_are_refused_by_field(cast: Cast, fields: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        cast.do(change_project, cast.project_id, **fields)

    assert cast.events("project_changed") == []


def test_a_taken_code_is_named(cast: Cast) -> None:
    create(cast, "First", "T-1")

    with pytest.raises(AlreadyTaken, match="T-1"):
        create(cast, "Second", "T-1")
    with pytest.raises(AlreadyTaken, match="T-1"):
        cast.do(change_project, cast.project_id, code="T-1")


def test_a_code_taken_by_a_project_one_may_not_see_is_named_too(cast: Cast) -> None:
    create(cast, "Unseen", "U-1")

    with pytest.raises(AlreadyTaken, match="U-1"):
        cast.do(create_project, name="Mine", code="U-1", language="en", author=cast.colleague)


def test_another_organisation_may_use_the_same_code(cast: Cast) -> None:
    create(cast, "Ours", "SAME")

    cast.do(create_project, name="Theirs", code="SAME", language="en", author=cast.stranger)


def test_twenty_creators_of_one_code_make_one_project(cast: Cast) -> None:
    names = [f"P{number}" for number in range(20)]

    outcomes = all_at_once([lambda name=name: create(cast, name, "ONE") for name in names])

    made = [one for one in outcomes if isinstance(one, UUID)]
    assert len(made) == 1
    assert [type(one) for one in outcomes if one not in made] == [AlreadyTaken] * 19
    with cast.session() as conn:
        assert conn.scalar(sa.select(sa.func.count()).where(cc_projects.c.code == "ONE")) == 1


def test_a_project_goes_from_draft_to_archive_and_back(cast: Cast) -> None:
    for status in ("in_progress", "ready_for_export", "archived", "in_progress"):
        cast.do(change_project_status, cast.project_id, status, author=cast.editor)

    moves = [event.event_payload["changes"][0] for event in cast.events("project_status_changed")]
    assert [(one["before"]["status"], one["after"]["status"]) for one in moves] == [
        ("draft", "in_progress"),
        ("in_progress", "ready_for_export"),
        ("ready_for_export", "archived"),
        ("archived", "in_progress"),
    ]


def test_the_same_status_again_is_no_event(cast: Cast) -> None:
    cast.do(change_project_status, cast.project_id, "draft")

    assert cast.events("project_status_changed") == []


def test_an_impossible_move_says_from_where_to_where(cast: Cast) -> None:
    with pytest.raises(
        StateRefused, match="is draft; it can become only in progress or archived, not ready for export"
    ):
        cast.do(change_project_status, cast.project_id, "ready_for_export")
    with pytest.raises(ValueRefused, match="can only be draft, in progress, ready for export or archived"):
        cast.do(change_project_status, cast.project_id, "finished")


def test_a_deleted_project_takes_its_course_along_and_brings_it_back(cast: Cast) -> None:
    lesson_id = cast.rows["cc_lessons"]

    cast.do(delete_project, cast.project_id)
    gone = cast.read(cc_lessons, lesson_id).deleted_at, cast.read(cc_projects, cast.project_id).deleted_at
    cast.do(restore_project, cast.project_id)

    assert gone[0] == gone[1] is not None
    assert cast.read(cc_lessons, lesson_id).deleted_at is None
    taken = cast.events("project_deleted")[0].event_payload["taken_along"]
    assert taken == {
        "cc_learning_units": 1,
        "cc_modules": 1,
        "cc_lessons": 1,
        "cc_scenes": 1,
        "cc_segments": 1,
        "cc_assets": 1,
    }
    assert cast.events("project_restored")[0].event_payload["brought_back"] == taken


def test_a_deleted_project_is_not_there_for_any_act(cast: Cast) -> None:
    cast.do(delete_project, cast.project_id)

    for verb in (delete_project, change_project):
        with pytest.raises(NotFound):
            cast.do(verb, cast.project_id)
    with pytest.raises(NotFound):
        cast.do(change_project_status, cast.project_id, "archived")


def test_what_is_not_deleted_is_not_restored(cast: Cast) -> None:
    with pytest.raises(NotFound):
        cast.do(restore_project, cast.project_id)


def test_restoring_into_a_taken_code_restores_nothing(cast: Cast) -> None:
    cast.do(change_project, cast.project_id, code="R-1")
    cast.do(delete_project, cast.project_id)
    create(cast, "Usurper", "R-1")

    with pytest.raises(AlreadyTaken, match="R-1"):
        cast.do(restore_project, cast.project_id)

    assert cast.read(cc_projects, cast.project_id).deleted_at is not None
    assert cast.read(cc_lessons, cast.rows["cc_lessons"]).deleted_at is not None
    assert cast.events("project_restored") == []


def test_two_restores_at_once_are_one(cast: Cast) -> None:
    cast.do(delete_project, cast.project_id)

    outcomes = all_at_once([lambda: cast.do(restore_project, cast.project_id)] * 2)

    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "NotFound"]
    assert len(cast.events("project_restored")) == 1


@pytest.mark.parametrize("who", ["editor", "reviewer", "viewer"])
def test_only_an_owner_deletes_and_restores(cast: Cast, who: str) -> None:
    author = getattr(cast, who)

    with pytest.raises(NotAllowed, match="Only an owner"):
        cast.do(delete_project, cast.project_id, author=author)
    cast.do(delete_project, cast.project_id)
    with pytest.raises(NotAllowed, match="Only an owner"):
        cast.do(restore_project, cast.project_id, author=author)


@pytest.mark.parametrize("who", ["reviewer", "viewer"])
def test_who_only_sees_a_project_does_not_change_it(cast: Cast, who: str) -> None:
    author = getattr(cast, who)

    with pytest.raises(NotAllowed):
        cast.do(change_project, cast.project_id, name="Mine", author=author)
    with pytest.raises(NotAllowed):
        cast.do(change_project_status, cast.project_id, "archived", author=author)


@pytest.mark.parametrize("who", ["colleague", "stranger"])
@pytest.mark.parametrize("verb", [change_project, delete_project, restore_project])
def test_a_foreign_project_and_a_missing_one_are_answered_alike(cast: Cast, who: str, verb: Any) -> None:
    author = getattr(cast, who)

    with pytest.raises(NotFound) as foreign:
        cast.do(verb, cast.project_id, author=author)
    with pytest.raises(NotFound) as missing:
        cast.do(verb, UUID(int=9), author=author)

    assert str(foreign.value) == str(missing.value) == "There is no such project. [CC-0020]"
