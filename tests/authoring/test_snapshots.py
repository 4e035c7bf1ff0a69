"""A course's context as it is: the same words give the same bytes, and no person stands in them."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest

from authored_course import AuthoredCourse, settle_author
from coursecrafter.authoring.context import change_context, merge_settings
from coursecrafter.authoring.snapshots import context_snapshot
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Database

NOTHING_SAID = {
    "audience_level": None,
    "audience_role": None,
    "domain": None,
    "language": "en",
    "lexicon": None,
    "mode": None,
    "raw_text": None,
    "region": None,
}


@pytest.fixture
def course(database: Database, request: pytest.FixtureRequest) -> AuthoredCourse:
    return settle_author(database, f"snap-{abs(hash(request.node.name))}")


def snapshot(database: Database, course: AuthoredCourse) -> bytes:
    with database.app(course.identity) as conn:
        return context_snapshot(conn, course.project_id)


def test_a_course_of_which_nothing_was_said_has_its_language(database: Database, course: AuthoredCourse) -> None:
    told = snapshot(database, course)

    assert json.loads(told) == NOTHING_SAID


def test_a_snapshot_holds_what_was_said_and_no_other_setting(database: Database, course: AuthoredCourse) -> None:
    lexicon = [{"written": "Côte d’Ivoire", "ipa": "kot divwaʁ", "language": "fr"}]
    with database.app(course.identity) as conn:
        change_context(
            conn, course.author, course.project_id, audience_level="intro", language="fr", raw_text="Sorties de secours"
        )
        merge_settings(
            conn,
            course.author,
            course.project_id,
            {"mode": "premium", "lexicon": lexicon, "voice": "en_male_neutral_1"},
        )

    told = snapshot(database, course)

    said = {"audience_level": "intro", "language": "fr", "raw_text": "Sorties de secours"}
    assert json.loads(told) == {**NOTHING_SAID, **said, "mode": "premium", "lexicon": lexicon}


def test_the_same_context_of_two_courses_gives_the_same_bytes(database: Database) -> None:
    """Said in another order, by other people."""
    first, second = settle_author(database, "snap-first"), settle_author(database, "snap-second")
    with database.app(first.identity) as conn:
        change_context(conn, first.author, first.project_id, domain="fire", region="africa")
        merge_settings(conn, first.author, first.project_id, {"mode": "premium"})
    with database.app(second.identity) as conn:
        merge_settings(conn, second.author, second.project_id, {"mode": "premium"})
        change_context(conn, second.author, second.project_id, region="africa", domain="fire")

    assert snapshot(database, first) == snapshot(database, second)


def test_other_words_give_other_bytes(database: Database, course: AuthoredCourse) -> None:
    before = snapshot(database, course)
    with database.app(course.identity) as conn:
        change_context(conn, course.author, course.project_id, audience_role="manager")

    assert snapshot(database, course) != before


def test_nobody_is_named(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn:
        change_context(conn, course.author, course.project_id, domain="fire")

    told = snapshot(database, course).decode()

    assert not any(str(one) in told for one in (course.author.user_id, course.author.org_id, course.project_id))


def test_a_course_that_is_not_there_has_none(database: Database, course: AuthoredCourse) -> None:
    with database.app(course.identity) as conn, pytest.raises(NotFound):
        context_snapshot(conn, uuid4())
