"""What a course is about: one row per project, whoever says it first."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from authored_course import AuthoredCourse, content_of, events_after, race, settle_author, settle_colleague
from coursecrafter.authoring.context import (
    LexiconRefused,
    SettingRefused,
    change_context,
    merge_settings,
    read_context,
)
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database


@pytest.fixture(scope="module")
def course(database: Database) -> AuthoredCourse:
    return settle_author(database, "acme")


@pytest.fixture
def fresh(database: Database, request: pytest.FixtureRequest) -> AuthoredCourse:
    return settle_author(database, f"fresh-{abs(hash(request.node.name))}")


def change(database: Database, course: AuthoredCourse, **fields: Any) -> None:
    with database.app(course.identity) as conn:
        change_context(conn, course.author, course.project_id, **fields)


def merge(database: Database, course: AuthoredCourse, settings: dict[str, Any]) -> None:
    with database.app(course.identity) as conn:
        merge_settings(conn, course.author, course.project_id, settings)


def test_the_first_word_makes_the_context_and_the_next_changes_it(database: Database, fresh: AuthoredCourse) -> None:
    change(database, fresh, raw_text="Fire drills.", audience_level="intro")
    change(database, fresh, audience_level="advanced", region="africa")

    with database.app(fresh.identity) as conn:
        row = read_context(conn, fresh.project_id)
    assert row is not None
    assert (row.raw_text, row.audience_level, row.region) == ("Fire drills.", "advanced", "africa")


def test_the_event_holds_what_was_before_and_after(database: Database, fresh: AuthoredCourse) -> None:
    change(database, fresh, domain="fire")
    change(database, fresh, domain="water")

    event = events_after(database, None)[-1]
    [changed] = event["event_payload"]["changes"]
    assert (event["event_type"], event["project_id"]) == ("context_changed", fresh.project_id)
    assert (changed["before"], changed["after"]) == ({"domain": "fire"}, {"domain": "water"})


def test_saying_the_same_again_leaves_no_event(database: Database, fresh: AuthoredCourse) -> None:
    change(database, fresh, language="en")
    merge(database, fresh, {"voice": "en_female_neutral_1"})
    known = len(events_after(database, None))

    change(database, fresh, language="en")
    merge(database, fresh, {"voice": "en_female_neutral_1"})

    assert len(events_after(database, None)) == known


def test_settings_are_merged_and_one_that_is_none_goes(database: Database, fresh: AuthoredCourse) -> None:
    merge(database, fresh, {"voice": "en_female_neutral_1", "effects": {"transition": "fade"}})
    merge(database, fresh, {"voice": None, "mode": "premium"})

    with database.app(fresh.identity) as conn:
        row = read_context(conn, fresh.project_id)
    assert row is not None
    assert row.metadata == {"effects": {"transition": "fade"}, "mode": "premium"}


def test_a_lexicon_says_how_words_are_spoken(database: Database, fresh: AuthoredCourse) -> None:
    lexicon = [{"written": "ISO", "spoken": "eye so"}, {"written": "ISO", "ipa": "ˈiːzo", "language": "de"}]

    merge(database, fresh, {"lexicon": lexicon})

    [row] = [
        one for one in content_of(database)["cc_project_context"].values() if one["project_id"] == fresh.project_id
    ]
    assert row["metadata"]["lexicon"] == lexicon


@pytest.mark.parametrize(
    "lexicon",
    [
        [{"written": "ISO"}],
        [{"spoken": "eye so"}],
        [{"written": " ", "spoken": "x"}],
        [{"written": "ISO", "spoken": " "}],
        [{"written": "ISO", "spoken": 7}],
        [{"written": "ISO", "spoken": "x", "loud": True}],
        [{"written": "ISO", "spoken": "x"}, {"written": "ISO", "ipa": "y"}],
        [{"written": "x" * 201, "spoken": "x"}],
        ["ISO"],
    ],
)
def test_a_lexicon_that_leaves_a_word_unsaid_is_refused(
    database: Database, course: AuthoredCourse, lexicon: list[Any]
) -> None:
    with pytest.raises(LexiconRefused, match=r"CC-0051"):
        merge(database, course, {"lexicon": lexicon})


@pytest.mark.parametrize(
    "settings",
    [
        {"colour": "red"},
        {"voice": 7},
        {"lexicon": {"ISO": "eye so"}},
        {"effects": {"transition": "explode"}},
        {"mode": "luxury"},
        {"defaults": {"e1": float("nan")}},
        {"defaults": {"e1": {1, 2}}},
    ],
)
def test_a_setting_that_no_engine_could_use_is_refused(
    database: Database, course: AuthoredCourse, settings: dict[str, Any]
) -> None:
    with pytest.raises(SettingRefused, match=r"CC-0050"):
        merge(database, course, settings)


def test_a_word_that_is_no_choice_is_refused_with_the_choices(database: Database, course: AuthoredCourse) -> None:
    with pytest.raises(ValueRefused, match="audience level of the context can only be intro, intermediate or advanced"):
        change(database, course, audience_level="expert")


@pytest.mark.parametrize("text", ["NUL \0", "half \ud800"])
def test_a_text_that_no_text_can_hold_is_refused(database: Database, course: AuthoredCourse, text: str) -> None:
    with pytest.raises(UnusableText, match="raw text of the context"):
        change(database, course, raw_text=text)
    with pytest.raises(UnusableText):
        merge(database, course, {"voice": text})


def test_who_saw_an_older_context_is_told_so(database: Database, fresh: AuthoredCourse) -> None:
    opened = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(EditedMeanwhile):
        change(database, fresh, domain="fire", unless_changed_since=opened)
    change(database, fresh, domain="fire")

    with pytest.raises(EditedMeanwhile):
        change(database, fresh, domain="water", unless_changed_since=opened)


def test_editors_may_and_the_others_may_not(database: Database, fresh: AuthoredCourse) -> None:
    author, identity = settle_colleague(database, fresh, "editor")
    with database.app(identity) as conn:
        change_context(conn, author, fresh.project_id, domain="fire")
    for role, refusal in (("reviewer", NotAllowed), ("viewer", NotAllowed), (None, NotFound)):
        author, identity = settle_colleague(database, fresh, role)
        with database.app(identity) as conn, pytest.raises(refusal):
            change_context(conn, author, fresh.project_id, domain="water")
        with database.app(identity) as conn, pytest.raises(refusal):
            merge_settings(conn, author, fresh.project_id, {"voice": "x"})


def test_a_foreign_project_and_a_missing_one_are_answered_alike(database: Database, course: AuthoredCourse) -> None:
    other = settle_author(database, "birch")

    for project_id in (other.project_id, UUID(int=7)):
        with database.app(course.identity) as conn, pytest.raises(NotFound, match="There is no such project"):
            change_context(conn, course.author, project_id, domain="fire")


def test_twenty_at_once_make_one_context_with_all_they_said(database: Database, fresh: AuthoredCourse) -> None:
    ends = race(
        database,
        fresh,
        lambda conn, number: merge_settings(
            conn, fresh.author, fresh.project_id, {"voice": "v"} if number % 2 else {"mode": "premium"}
        ),
    )

    assert ends == Counter(done=20)
    [row] = [
        one for one in content_of(database)["cc_project_context"].values() if one["project_id"] == fresh.project_id
    ]
    assert row["metadata"] == {"voice": "v", "mode": "premium"}
