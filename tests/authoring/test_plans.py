"""A lesson's plan: proposed by a deck or an outline, changed as a whole, approved and opened again."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from authored_plans import Desk, changed, slide, together
from coursecrafter.authoring.context import merge_settings
from coursecrafter.authoring.courses import read_course
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.outlines import KnownOutline, keep_headings, read_outline
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.plans import (
    ChangeGap,
    ChangeText,
    ChangeTiming,
    Merge,
    NothingPlanned,
    Order,
    Place,
    PlanChange,
    Split,
    approve_plan,
    read_plan,
    reopen_plan,
    update_plan,
)
from coursecrafter.authoring.proposals import set_deck_plan, set_outline
from coursecrafter.authoring.scenes import change_scene, create_scene, delete_scene, reorder_scene
from coursecrafter.authoring.segment_edits import NotNeighbours
from coursecrafter.authoring.segments import (
    change_segment,
    create_segment,
    delete_segment,
    merge_segments,
    move_segment,
    reorder_segment,
    split_segment,
)
from coursecrafter.authoring.texts import NoSplitHere
from coursecrafter.db.refusals import NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_lessons, cc_scenes, cc_scripts, cc_segments
from coursecrafter.domain.course import Engine
from coursecrafter.domain.outline import OutlineScene, OutlineSegment
from coursecrafter.storage.objects import ObjectStore
from tenants import settle_tenant

DECK = (slide(1, "Chalk is soft.", "It breaks."), slide(2, "Boards are dark."), slide(3, "Wipe the board."))


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    tenant = settle_tenant(database, "plans")
    return Desk(database, tenant.author, tenant)


@pytest.fixture
def lesson_id(desk: Desk) -> UUID:
    lesson_id = desk.new_lesson()
    desk.do(set_deck_plan, lesson_id, DECK)
    return lesson_id


def rows_of_e1(desk: Desk, lesson_id: UUID) -> list[Any]:
    """Every scene, and the segments and scripts of E1, to the letter."""
    scripts = sa.select(cc_scripts).where(cc_scripts.c.lesson_id == lesson_id, cc_scripts.c.engine == "e1")
    segments = sa.select(cc_segments).where(cc_segments.c.id.in_(scripts.with_only_columns(cc_scripts.c.segment_id)))
    scenes = sa.select(cc_scenes).where(cc_scenes.c.id.in_(scripts.with_only_columns(cc_scripts.c.scene_id)))
    return [sorted(desk.rows(query)) for query in (scripts, segments, scenes)]


def scenes_of(desk: Desk, lesson_id: UUID) -> list[tuple[int, str]]:
    wanted = sa.select(cc_scenes.c.sequence, cc_scenes.c.title).where(
        cc_scenes.c.lesson_id == lesson_id, cc_scenes.c.deleted_at.is_(None)
    )
    return [(row.sequence, row.title) for row in desk.rows(wanted.order_by(cc_scenes.c.sequence, cc_scenes.c.id))]


# From a deck


def test_a_deck_becomes_an_approved_plan_with_two_events(desk: Desk, lesson_id: UUID) -> None:
    plan = desk.plan(lesson_id)

    assert [(line.source_ref, line.place, line.text) for line in plan] == [
        ("1.0", 1, "Chalk is soft."),
        ("1.1", 2, "It breaks."),
        ("2.0", 1, "Boards are dark."),
        ("3.0", 1, "Wipe the board."),
    ]
    assert {(line.status, line.script_status) for line in plan} == {("approved", "approved")}
    (first, payload), (second, _) = desk.events(lesson_id)
    assert (first, second) == ("engine1_plan_changed", "engine1_plan_approved")
    assert len(changed(payload, "cc_scenes")) == 3
    assert len(changed(payload, "cc_segments")) == len(changed(payload, "cc_scripts")) == 4


def test_the_same_deck_again_touches_nothing(desk: Desk, lesson_id: UUID) -> None:
    before, events = rows_of_e1(desk, lesson_id), desk.events(lesson_id)

    desk.do(set_deck_plan, lesson_id, DECK)
    desk.do(set_deck_plan, lesson_id, DECK, DECK)

    assert rows_of_e1(desk, lesson_id) == before
    assert desk.events(lesson_id) == events


def test_one_word_of_the_deck_changes_one_segment(desk: Desk, lesson_id: UUID) -> None:
    known = desk.plan(lesson_id)
    now = (DECK[0], replace(slide(2, "Boards are green."), title=DECK[1].title), DECK[2])

    desk.do(set_deck_plan, lesson_id, now, DECK)

    assert desk.texts(lesson_id) == ["Chalk is soft.", "It breaks.", "Boards are green.", "Wipe the board."]
    assert [line.segment_id for line in desk.plan(lesson_id)] == [line.segment_id for line in known]
    event, payload = desk.events(lesson_id)[-2]
    assert event == "engine1_plan_changed"
    assert {one["id"] for one in payload["changes"] if one["table"] == "cc_segments"} == {str(known[2].segment_id)}
    before, after = changed(payload, "cc_scripts")[0]
    assert (before["final_text"], after["final_text"]) == ("Boards are dark.", "Boards are green.")


def test_an_authors_wording_stays_while_the_deck_says_the_same(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)
    desk.do(change_segment, lines[0].segment_id, text="Chalk, it is soft.", duration_s=9)
    desk.do(change_segment, lines[2].segment_id, text="Boards, they are dark.")

    desk.do(
        set_deck_plan, lesson_id, (slide(1, "Chalk is soft.", "It snaps."), slide(2, "Boards are green.")), DECK[:2]
    )

    assert desk.texts(lesson_id)[:3] == ["Chalk, it is soft.", "It snaps.", "Boards are green."]
    assert desk.plan(lesson_id)[0].duration_s == 9
    assert {line.status for line in desk.plan(lesson_id)} == {"approved"}


def test_what_an_author_made_of_a_slide_stays_while_the_slide_does(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)
    desk.do(split_segment, lines[2].segment_id, 6)
    desk.do(merge_segments, [line.segment_id for line in lines[:2]])
    desk.do(delete_segment, lines[3].segment_id)
    desk.do(create_segment, lines[2].scene_id, Engine.E1, text="My own.")

    desk.do(set_deck_plan, lesson_id, (*DECK, slide(4, "One more.")), DECK)

    assert desk.texts(lesson_id) == ["Chalk is soft.\nIt breaks.", "Boards", "are dark.", "My own.", "One more."]
    assert {line.status for line in desk.plan(lesson_id)} == {"approved"}


def test_a_changed_slide_is_the_decks_again_and_keeps_what_the_author_added(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)
    desk.do(split_segment, lines[0].segment_id, 5)
    desk.do(create_segment, lines[0].scene_id, Engine.E1, text="My own.", position=2)

    desk.do(set_deck_plan, lesson_id, (slide(1, "Chalk is soft.", "It snaps."), *DECK[1:]), DECK)

    assert desk.texts(lesson_id)[:3] == ["Chalk is soft.", "My own.", "It snaps."]
    assert desk.places(lines[0].scene_id) == [1, 2, 3]


def test_an_order_that_an_author_gave_stays(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)
    desk.do(reorder_scene, lines[3].scene_id, 1)
    desk.do(reorder_segment, lines[1].segment_id, 1)

    desk.do(set_deck_plan, lesson_id, (*DECK, slide(4, "One more.")), DECK)

    assert desk.texts(lesson_id) == ["Wipe the board.", "One more.", "It breaks.", "Chalk is soft.", "Boards are dark."]
    assert [place for place, _ in scenes_of(desk, lesson_id)] == [1, 2, 3, 4]


def test_a_slide_that_is_gone_takes_its_scene_along(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)

    desk.do(set_deck_plan, lesson_id, DECK[:2], DECK)

    assert desk.texts(lesson_id) == ["Chalk is soft.", "It breaks.", "Boards are dark."]
    assert len(scenes_of(desk, lesson_id)) == 2
    gone = desk.rows(sa.select(cc_scenes.c.deleted_at).where(cc_scenes.c.id == lines[3].scene_id))[0]
    assert gone.deleted_at is not None


def test_a_slide_with_another_number_is_the_same_slide(desk: Desk, lesson_id: UUID) -> None:
    renumbered = (slide(1, "Chalk is soft.", "It breaks."), slide(5, "Boards are dark."), slide(6, "Wipe the board."))

    desk.do(set_deck_plan, lesson_id, renumbered, DECK)

    assert [line.source_ref for line in desk.plan(lesson_id)] == ["1.0", "1.1", "5.0", "6.0"]


def test_a_segment_stays_in_the_scene_that_its_author_chose(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)
    desk.do(move_segment, lines[1].segment_id, lines[2].scene_id, 1)

    desk.do(set_deck_plan, lesson_id, (slide(1, "Chalk is hard.", "It breaks."), *DECK[1:]), DECK)

    assert desk.texts(lesson_id) == ["Chalk is hard.", "It breaks.", "Boards are dark.", "Wipe the board."]
    assert desk.plan(lesson_id)[1].scene_id == lines[2].scene_id


def test_a_lesson_that_never_had_a_scene_gets_all_of_them(desk: Desk) -> None:
    lesson_id = desk.new_lesson()

    desk.do(set_deck_plan, lesson_id, DECK, DECK)

    assert len(desk.plan(lesson_id)) == 4


# From an outline


def told(scene_id: UUID | None, *texts: str) -> OutlineScene:
    return OutlineScene(scene_id, f"About {texts[0]}", tuple(OutlineSegment(text, ("slide 1",)) for text in texts))


def test_an_outline_changes_no_row_of_e1(desk: Desk, lesson_id: UUID) -> None:
    first, last = desk.plan(lesson_id)[0].scene_id, desk.plan(lesson_id)[3].scene_id
    before = rows_of_e1(desk, lesson_id)

    ids = desk.do(set_outline, lesson_id, [told(None, "Hello."), told(first, "Soft.", "Weak."), told(last, "Wipe.")])

    assert rows_of_e1(desk, lesson_id) == before
    assert desk.texts(lesson_id, Engine.E2) == ["Hello.", "Soft.", "Weak.", "Wipe."]
    assert ids[1:] == (first, last)
    assert desk.places(first) == [1, 2, 1001, 1002]
    assert [event for event, _ in desk.events(lesson_id)][-2:] == [
        "engine2_outline_changed",
        "engine2_outline_approved",
    ]


def test_the_same_outline_again_touches_nothing(desk: Desk, lesson_id: UUID) -> None:
    outline = [told(None, "Hello."), told(desk.plan(lesson_id)[0].scene_id, "Soft."), told(None, "Bye.")]
    ids = desk.do(set_outline, lesson_id, outline)
    events = desk.events(lesson_id)

    again = desk.do(set_outline, lesson_id, outline)

    assert again == ids
    assert desk.events(lesson_id) == events


def test_what_an_author_made_of_an_outline_stays_while_it_is_proposed_again(desk: Desk, lesson_id: UUID) -> None:
    outline = (told(None, "Hello you all."), told(desk.plan(lesson_id)[0].scene_id, "Soft.", "Weak."))
    known = KnownOutline(outline, desk.do(set_outline, lesson_id, outline))
    lines = desk.plan(lesson_id, Engine.E2)
    desk.do(split_segment, lines[0].segment_id, 5)
    desk.do(change_segment, lines[1].segment_id, text="Smooth.")
    desk.do(delete_segment, lines[2].segment_id)

    ids = desk.do(set_outline, lesson_id, outline, known)

    assert ids == known.scene_ids
    assert desk.texts(lesson_id, Engine.E2) == ["Hello", "you all.", "Smooth."]
    assert {line.script_status for line in desk.plan(lesson_id, Engine.E2)} == {"approved"}


def test_another_outline_keeps_the_wording_of_what_it_repeats(desk: Desk, lesson_id: UUID) -> None:
    deck_scene = desk.plan(lesson_id)[0].scene_id
    desk.do(set_outline, lesson_id, [told(None, "Hello."), told(deck_scene, "Soft.", "Weak."), told(None, "Bye.")])
    own = desk.plan(lesson_id, Engine.E2)
    desk.do(change_segment, own[2].segment_id, text="Feeble.")
    desk.do(create_segment, deck_scene, Engine.E2, text="My own.")

    desk.do(set_outline, lesson_id, [told(deck_scene, "Hard.", "Soft.", "Weak.")])

    assert desk.texts(lesson_id, Engine.E2) == ["Hard.", "Soft.", "My own.", "Feeble."]
    assert len(scenes_of(desk, lesson_id)) == 3


def test_a_scene_of_the_videos_own_keeps_the_place_that_an_author_gave_to_all(desk: Desk, lesson_id: UUID) -> None:
    scenes = list(dict.fromkeys(line.scene_id for line in desk.plan(lesson_id)))
    outline = [told(scenes[0], "Soft."), told(None, "Between."), told(scenes[1], "Dark.")]
    ids = desk.do(set_outline, lesson_id, outline)
    extra = desk.do(create_scene, lesson_id, title="Mine", position=1)
    desk.do(delete_scene, extra)
    places = scenes_of(desk, lesson_id)

    again = desk.do(set_outline, lesson_id, [*outline[:2], told(scenes[1], "Green.")])

    assert again == ids
    assert desk.texts(lesson_id, Engine.E2) == ["Soft.", "Between.", "Green."]
    assert scenes_of(desk, lesson_id) == places
    assert [place for place, _ in places] == [1, 2, 3, 4]


# Changed as a whole


def test_all_changes_of_a_plan_are_one_act(desk: Desk, lesson_id: UUID) -> None:
    one, two, three, four = desk.plan(lesson_id)
    with desk.work() as conn:
        conn.execute(cc_lessons.update().where(cc_lessons.c.id == lesson_id).values(status="ready"))

    changes: list[PlanChange] = [
        ChangeText(one.segment_id, "Chalk is hard."),
        ChangeTiming(three.segment_id, 7),
        ChangeGap(three.segment_id, 2),
        Place(two.segment_id, 1),
        Order(one.scene_id, (one.segment_id, two.segment_id)),
        Merge((one.segment_id, two.segment_id)),
        Split(four.segment_id, 4),
    ]
    desk.do(update_plan, lesson_id, Engine.E1, changes)

    lines = desk.plan(lesson_id)
    assert [line.text for line in lines] == ["Chalk is hard.\nIt breaks.", "Boards are dark.", "Wipe", "the board."]
    assert (lines[1].duration_s, lines[1].gap_s) == (7, 2)
    events = [event for event, _ in desk.events(lesson_id)]
    assert events == ["engine1_plan_changed", "engine1_plan_approved", "engine1_plan_changed"]
    assert desk.rows(sa.select(cc_lessons.c.status).where(cc_lessons.c.id == lesson_id))[0].status == "in_design"


def test_one_change_that_is_refused_leaves_none_even_to_who_goes_on(desk: Desk, lesson_id: UUID) -> None:
    one, two, three, four = desk.plan(lesson_id)
    other = desk.new_scene("Far.")
    narrated = desk.do(create_segment, one.scene_id, Engine.E2, text="Told.")
    first = ChangeText(one.segment_id, "New.")
    wrong: list[tuple[PlanChange, type[Exception]]] = [
        (ChangeText(two.segment_id, "a\0b"), UnusableText),
        (ChangeTiming(two.segment_id, -1), ValueRefused),
        (ChangeGap(two.segment_id, float("nan")), ValueRefused),
        (Place(two.segment_id, 10**30), PlaceRefused),
        (Order(one.scene_id, (one.segment_id,)), PlaceRefused),
        (Order(other.id, other.segments), NotFound),
        (Merge((one.segment_id, three.segment_id)), NotNeighbours),
        (Split(four.segment_id, 2), NoSplitHere),
        (ChangeText(narrated, "x"), NotInVideo),
        (ChangeText(other.segments[0], "x"), NotFound),
        (ChangeText(uuid4(), "x"), NotFound),
    ]
    before = desk.events(lesson_id)

    for change, refusal in wrong:
        with desk.work() as conn, pytest.raises(refusal):
            update_plan(conn, desk.author, lesson_id, Engine.E1, [first, change])

    assert desk.texts(lesson_id) == [one.text, two.text, three.text, four.text]
    assert desk.events(lesson_id) == before


def test_no_changes_are_no_act(desk: Desk, lesson_id: UUID) -> None:
    before = desk.events(lesson_id)

    desk.do(update_plan, lesson_id, Engine.E1, [])
    desk.do(update_plan, lesson_id, Engine.E1, [ChangeText(desk.plan(lesson_id)[0].segment_id, "Chalk is soft.")])

    assert desk.events(lesson_id) == before


def test_e2_changes_nothing_that_e1_made(desk: Desk, lesson_id: UUID) -> None:
    line = desk.plan(lesson_id)[0]

    with pytest.raises(NotInVideo):
        desk.do(update_plan, lesson_id, Engine.E2, [ChangeText(line.segment_id, "New.")])


def test_a_segment_that_both_show_is_opened_and_approved_by_each_in_its_own_script(desk: Desk, lesson_id: UUID) -> None:
    line = desk.plan(lesson_id)[2]
    with desk.work() as conn:
        place = {"project_id": desk.identity.project_id, "lesson_id": lesson_id, "scene_id": line.scene_id}
        lent = cc_scripts.insert().values(**place, segment_id=line.segment_id, engine="e2", draft_text="Dark, told.")
        conn.execute(lent)
    before = rows_of_e1(desk, lesson_id)

    desk.do(approve_plan, lesson_id, Engine.E2)
    approved = desk.plan(lesson_id, Engine.E2)
    desk.do(reopen_plan, lesson_id, Engine.E2)

    assert [(one.text, one.script_status) for one in approved] == [("Dark, told.", "approved")]
    assert desk.plan(lesson_id, Engine.E2)[0].script_status == "draft"
    assert rows_of_e1(desk, lesson_id) == before


# Approved


def test_a_plan_is_approved_as_a_whole_and_only_once(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")

    desk.do(approve_plan, scene.lesson_id, Engine.E1)
    desk.do(approve_plan, scene.lesson_id, Engine.E1)

    assert {(line.status, line.script_status) for line in desk.plan(scene.lesson_id)} == {("approved", "approved")}
    texts = desk.rows(sa.select(cc_segments.c.script_text).where(cc_segments.c.lesson_id == scene.lesson_id))
    assert {row.script_text for row in texts} == {"One.", "Two."}
    events = [(event, payload) for event, payload in desk.events(scene.lesson_id) if event == "engine1_plan_approved"]
    assert len(events) == 1
    assert (events[0][1]["scenes"], events[0][1]["segments"]) == (1, 2)
    assert (None, "One.") in {
        (before["script_text"], after["script_text"]) for before, after in changed(events[0][1], "cc_segments")
    }


def test_a_plan_is_opened_again(desk: Desk, lesson_id: UUID) -> None:
    with desk.work() as conn:
        conn.execute(cc_lessons.update().where(cc_lessons.c.id == lesson_id).values(status="ready"))

    desk.do(reopen_plan, lesson_id, Engine.E1)

    assert {(line.status, line.script_status) for line in desk.plan(lesson_id)} == {("draft", "draft")}
    event, payload = desk.last_event(lesson_id)
    assert event == "engine1_plan_reopened"
    assert changed(payload, "cc_lessons") == [({"status": "ready"}, {"status": "in_design"})]


@pytest.mark.parametrize("engine", list(Engine))
def test_an_empty_plan_is_neither_approved_nor_opened(desk: Desk, engine: Engine) -> None:
    lesson_id = desk.new_lesson()

    for verb in (approve_plan, reopen_plan):
        with pytest.raises(NothingPlanned):
            desk.do(verb, lesson_id, engine)


# Who may


def test_a_foreign_lesson_has_no_plan(desk: Desk, lesson_id: UUID, database: Database) -> None:
    tenant = settle_tenant(database, f"other-{lesson_id}")
    stranger = Desk(database, tenant.author, tenant)

    for one in (lesson_id, uuid4(), desk.plan(lesson_id)[0].scene_id):
        for verb, *rest in ((approve_plan, Engine.E1), (reopen_plan, Engine.E1), (update_plan, Engine.E1, [])):
            with pytest.raises(NotFound):
                stranger.do(verb, one, *rest)
        with stranger.work() as conn, pytest.raises(NotFound):
            read_plan(conn, one, Engine.E1)


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
def test_who_only_reads_sees_the_plan_and_leaves_it(desk: Desk, lesson_id: UUID, role: str) -> None:
    reader = desk.beside(role)
    line = desk.plan(lesson_id)[0]

    for verb, *rest in (
        (approve_plan, Engine.E1),
        (reopen_plan, Engine.E1),
        (update_plan, Engine.E1, [ChangeText(line.segment_id, "New.")]),
        (set_deck_plan, DECK),
        (set_outline, []),
    ):
        with pytest.raises(NotAllowed):
            reader.do(verb, lesson_id, *rest)
    assert len(reader.plan(lesson_id)) == 4


def test_an_editor_approves(desk: Desk) -> None:
    scene = desk.new_scene("One.")

    desk.beside("editor").do(approve_plan, scene.lesson_id, Engine.E1)

    assert desk.plan(scene.lesson_id)[0].status == "approved"


# At once


def test_approving_and_changing_at_once_keeps_segments_and_scripts_in_step(desk: Desk, lesson_id: UUID) -> None:
    lines = desk.plan(lesson_id)

    acts = [
        partial(desk.do, update_plan, lesson_id, Engine.E1, [ChangeText(line.segment_id, f"{line.text} {number}")])
        for number in range(4)
        for line in lines
    ]
    acts += [partial(desk.do, approve_plan, lesson_id, Engine.E1) for _ in range(2)]
    acts += [partial(desk.do, set_deck_plan, lesson_id, DECK, DECK), partial(desk.do, change_scene, lines[0].scene_id)]
    answers = together(acts)

    assert answers == [None] * len(acts)
    wanted = sa.select(cc_segments.c.status, cc_segments.c.script_text, cc_scripts.c.status, cc_scripts.c.final_text)
    joined = wanted.join(cc_scripts, cc_scripts.c.segment_id == cc_segments.c.id)
    for status, kept, script_status, said in desk.rows(joined.where(cc_segments.c.lesson_id == lesson_id)):
        assert (status == "approved") == (script_status == "approved")
        assert status == "draft" or kept == said


# As engines read it


def test_engines_read_what_the_author_made_of_the_plan(desk: Desk, lesson_id: UUID, tmp_path: Path) -> None:
    store, project_id = ObjectStore(str(tmp_path), desk.identity.org_id), desk.identity.project_id
    assert project_id is not None
    first = desk.plan(lesson_id)[0]
    outline = [told(None, "Hello."), told(first.scene_id, "Soft.")]
    with desk.work() as conn:
        ids = set_outline(conn, desk.author, lesson_id, outline)
        keep_headings(conn, desk.author, store, (project_id, lesson_id), outline, ids)
        merge_settings(conn, desk.author, project_id, {"voice": "en_male_neutral_1"})
    desk.do(change_scene, ids[0], title="Welcome")
    desk.do(split_segment, first.segment_id, 5)

    with desk.work() as conn:
        known = read_outline(conn, store, project_id, lesson_id)
        e1, e2 = (read_course(conn, store, project_id, engine) for engine in (Engine.E1, Engine.E2))

    assert known == KnownOutline(tuple(outline), ids)
    spoken = {lesson.id: [segment.text for segment in lesson.segments] for lesson in e1.lessons}
    assert spoken[lesson_id] == ["Chalk", "is soft.", "It breaks.", "Boards are dark.", "Wipe the board."]
    narrated = next(lesson for lesson in e2.lessons if lesson.id == lesson_id)
    assert [scene.title for scene in narrated.scenes] == ["Welcome", "About Soft."]
