"""Scripts on their way from draft to approval, and all their versions."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from authored_plans import Desk, changed, slide, together
from coursecrafter.authoring.plans import approve_plan
from coursecrafter.authoring.proposals import set_deck_plan
from coursecrafter.authoring.scripts import (
    approve_script,
    change_script,
    reopen_script,
    restore_script_version,
    script_history,
    submit_for_review,
)
from coursecrafter.authoring.segments import change_segment, delete_segment, split_segment
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, StateRefused, UnusableText
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_activity_log, cc_lessons, cc_scripts, cc_segments, cc_voice_tracks
from coursecrafter.domain.course import Engine
from tenants import settle_tenant

N = 20


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    tenant = settle_tenant(database, "scripts")
    return Desk(database, tenant.author, tenant)


@pytest.fixture
def lesson_id(desk: Desk) -> UUID:
    return desk.new_scene("Chalk is soft.").lesson_id


@pytest.fixture
def script_id(desk: Desk, lesson_id: UUID) -> UUID:
    return desk.plan(lesson_id)[0].script_id


def script(desk: Desk, script_id: UUID) -> sa.Row[Any]:
    return desk.rows(sa.select(cc_scripts).where(cc_scripts.c.id == script_id))[0]


def segment(desk: Desk, lesson_id: UUID) -> sa.Row[Any]:
    return desk.rows(sa.select(cc_segments).where(cc_segments.c.lesson_id == lesson_id))[0]


def history(desk: Desk, script_id: UUID) -> Any:
    with desk.work() as conn:
        return script_history(conn, script_id)


def test_a_script_goes_from_draft_through_review_to_its_segment(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    desk.do(change_script, script_id, final_text="Chalk is very soft.")
    desk.do(submit_for_review, script_id)
    reviewed = script(desk, script_id).status
    desk.do(approve_script, script_id)

    assert reviewed == "review"
    assert script(desk, script_id).status == "approved"
    assert segment(desk, lesson_id).script_text == "Chalk is very soft."
    events = [event for event, _ in desk.events(lesson_id)][-3:]
    assert events == ["script_changed", "script_submitted", "script_approved"]


def test_the_same_step_twice_is_one_event(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    for verb in (submit_for_review, approve_script, reopen_script):
        desk.do(verb, script_id)
        events = len(desk.events(lesson_id))

        desk.do(verb, script_id)

        assert len(desk.events(lesson_id)) == events


def test_a_draft_that_nobody_rewrote_becomes_the_final_text(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    desk.do(change_script, script_id, draft_text="Proposed.", final_text=None)

    desk.do(approve_script, script_id)

    assert script(desk, script_id).final_text == segment(desk, lesson_id).script_text == "Proposed."


def test_another_wording_opens_script_segment_and_lesson(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    desk.do(approve_plan, lesson_id, Engine.E1)
    with desk.work() as conn:
        conn.execute(cc_lessons.update().where(cc_lessons.c.id == lesson_id).values(status="ready"))

    desk.do(change_script, script_id, final_text="Chalk is hard.")

    assert (script(desk, script_id).status, segment(desk, lesson_id).status) == ("draft", "draft")
    _, payload = desk.last_event(lesson_id)
    assert changed(payload, "cc_scripts")[0] == ({"final_text": "Chalk is soft."}, {"final_text": "Chalk is hard."})
    assert changed(payload, "cc_lessons") == [({"status": "ready"}, {"status": "in_design"})]


def test_a_script_is_opened_again_with_its_segment(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    desk.do(approve_plan, lesson_id, Engine.E1)

    desk.do(reopen_script, script_id)

    assert (script(desk, script_id).status, segment(desk, lesson_id).status) == ("draft", "draft")
    assert desk.last_event(lesson_id)[0] == "script_reopened"


def test_a_voice_of_other_words_is_no_longer_approved(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    row = script(desk, script_id)
    keys = ("project_id", "lesson_id", "scene_id", "segment_id")
    track = {"file_path": "o/1", "voice_profile": "en_male_neutral_1", "tts_provider": "offline", "status": "approved"}
    with desk.work() as conn:
        place = {key: getattr(row, key) for key in keys}
        conn.execute(cc_voice_tracks.insert().values(**place, script_id=script_id, **track))

    desk.do(change_script, script_id, final_text="Chalk is hard.")

    statuses = desk.rows(sa.select(cc_voice_tracks.c.status).where(cc_voice_tracks.c.script_id == script_id))
    assert [row.status for row in statuses] == ["generated"]


@pytest.mark.parametrize("text", ["a\0", "\ud83d"])
def test_a_text_that_no_text_can_hold_is_refused(desk: Desk, script_id: UUID, text: str) -> None:
    for name in ("draft_text", "final_text"):
        with pytest.raises(UnusableText, match="of the script"):
            desk.do(change_script, script_id, **{name: text})


def test_a_change_of_an_earlier_view_is_refused(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    seen, line = script(desk, script_id).updated_at, desk.plan(lesson_id)[0]
    desk.do(change_script, script_id, final_text="One.", unless_changed_since=seen)

    with pytest.raises(EditedMeanwhile):
        desk.do(change_script, script_id, final_text="Two.", unless_changed_since=seen)
    with pytest.raises(EditedMeanwhile):
        desk.do(change_segment, line.segment_id, text="Three.", unless_changed_since=line.updated_at)

    assert desk.texts(lesson_id) == ["One."]


def test_an_approved_script_can_be_handed_in_for_review_again(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    desk.do(approve_plan, lesson_id, Engine.E1)

    desk.do(submit_for_review, script_id)

    assert (script(desk, script_id).status, segment(desk, lesson_id).status) == ("review", "draft")


# Versions


def test_the_history_tells_who_changed_what_from_what_to_what(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    editor = desk.beside("editor")
    editor.do(change_segment, desk.plan(lesson_id)[0].segment_id, text="Chalk is hard.")
    desk.do(change_script, script_id, final_text="Chalk breaks.")
    desk.do(approve_script, script_id)

    approved, third, second, first = history(desk, script_id)

    assert [one.event_type for one in (first, second, third, approved)] == [
        "segment_created",
        "segment_changed",
        "script_changed",
        "script_approved",
    ]
    assert (first.before, first.texts["final_text"]) == (None, "Chalk is soft.")
    assert (second.user_id, third.user_id) == (editor.author.user_id, desk.author.user_id)
    assert (second.before["final_text"], second.after["final_text"]) == ("Chalk is soft.", "Chalk is hard.")
    assert [one.texts["final_text"] for one in (second, third, approved)] == [
        "Chalk is hard.",
        "Chalk breaks.",
        "Chalk breaks.",
    ]
    assert approved.after == {"status": "approved"}
    assert first.at <= second.at <= third.at


def test_an_earlier_version_comes_back_as_a_draft(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    for text in ("Second.", "Third."):
        desk.do(change_script, script_id, final_text=text)
    desk.do(approve_script, script_id)
    wanted = next(one for one in history(desk, script_id) if one.texts["final_text"] == "Second.")

    desk.do(restore_script_version, script_id, wanted.event_id)

    assert (script(desk, script_id).final_text, script(desk, script_id).status) == ("Second.", "draft")
    event, payload = desk.last_event(lesson_id)
    assert (event, payload["restored_from"]) == ("script_changed", str(wanted.event_id))
    events = len(desk.events(lesson_id))
    desk.do(restore_script_version, script_id, wanted.event_id)
    assert len(desk.events(lesson_id)) == events


def test_every_version_of_a_script_can_be_had_again(desk: Desk) -> None:
    lesson_id = desk.new_lesson()
    desk.do(set_deck_plan, lesson_id, [slide(1, "Chalk is soft.")])
    line = desk.plan(lesson_id)[0]
    desk.do(split_segment, line.segment_id, 5)
    desk.do(change_script, line.script_id, draft_text=None, final_text="Slate.")
    versions = history(desk, line.script_id)

    for version in versions:
        desk.do(restore_script_version, line.script_id, version.event_id)

        row = script(desk, line.script_id)
        assert {"draft_text": row.draft_text, "final_text": row.final_text} == version.texts
    assert [version.texts["final_text"] for version in reversed(versions)][0::2] == ["Chalk is soft.", "Slate."]


def test_an_event_of_something_else_is_no_version(desk: Desk, script_id: UUID) -> None:
    other = desk.new_scene("Far.").lesson_id
    events = desk.rows(sa.select(cc_activity_log.c.id).where(cc_activity_log.c.lesson_id == other))

    for event_id in (*[row.id for row in events], uuid4()):
        with pytest.raises(NotFound, match="no such event"):
            desk.do(restore_script_version, script_id, event_id)


# Who may


VERBS = [
    lambda desk, one: desk.do(change_script, one, final_text="New."),
    lambda desk, one: desk.do(submit_for_review, one),
    lambda desk, one: desk.do(approve_script, one),
    lambda desk, one: desk.do(reopen_script, one),
    lambda desk, one: desk.do(restore_script_version, one, uuid4()),
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_foreign_script_is_answered_as_a_missing_one(
    desk: Desk, database: Database, script_id: UUID, verb: Any
) -> None:
    tenant = settle_tenant(database, f"other-{uuid4()}")
    stranger = Desk(database, tenant.author, tenant)

    answers = []
    for one in (script_id, uuid4(), tenant.rows["cc_segments"]):
        with pytest.raises(NotFound) as refused:
            verb(stranger, one)
        answers.append((refused.value.message, refused.value.detail))
        with pytest.raises(NotFound):
            history(stranger, one)

    assert len(set(answers)) == 1


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
@pytest.mark.parametrize("verb", VERBS)
def test_who_only_reads_sees_the_history_and_changes_nothing(desk: Desk, script_id: UUID, role: str, verb: Any) -> None:
    before = script(desk, script_id)

    with pytest.raises(NotAllowed):
        verb(desk.beside(role), script_id)

    assert script(desk, script_id) == before
    assert len(history(desk.beside(role), script_id)) == 1


def test_the_script_of_a_deleted_segment_is_out_of_reach(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    desk.do(delete_segment, desk.plan(lesson_id)[0].segment_id)

    with pytest.raises(NotFound):
        desk.do(change_script, script_id, final_text="New.")


# At once


def test_twenty_writers_leave_a_history_without_a_break(desk: Desk, script_id: UUID) -> None:
    acts = [partial(desk.do, change_script, script_id, final_text=f"Text {number}.") for number in range(N)]

    answers = together(acts)

    assert answers == [None] * N
    steps = [one for one in reversed(history(desk, script_id)) if one.event_type == "script_changed"]
    assert len(steps) == N
    assert all(left.after["final_text"] == right.before["final_text"] for left, right in pairwise(steps))
    assert script(desk, script_id).final_text == steps[-1].texts["final_text"]


def test_of_twenty_writers_of_one_view_one_wins(desk: Desk, script_id: UUID) -> None:
    seen = script(desk, script_id).updated_at

    answers = together(
        [
            partial(desk.do, change_script, script_id, final_text=f"Text {number}.", unless_changed_since=seen)
            for number in range(N)
        ]
    )

    assert answers.count(None) == 1
    assert all(isinstance(answer, EditedMeanwhile) for answer in answers if answer is not None)


def test_steps_at_once_are_each_taken_or_refused_in_words(desk: Desk, lesson_id: UUID, script_id: UUID) -> None:
    steps = [submit_for_review, approve_script, reopen_script] * 5

    answers = together([partial(desk.do, step, script_id) for step in steps])

    assert all(answer is None or isinstance(answer, StateRefused) for answer in answers)
    row = script(desk, script_id)
    assert row.status != "approved" or row.final_text == segment(desk, lesson_id).script_text
