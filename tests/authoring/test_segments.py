"""What an author does to segments, and what is refused."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from authored_plans import Desk, changed, slide, together
from coursecrafter.authoring.assets import put_asset
from coursecrafter.authoring.courses import SLIDE_PICTURE
from coursecrafter.authoring.deletion import ParentDeleted, delete_row
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.plan_rows import NotInVideo
from coursecrafter.authoring.plans import approve_plan
from coursecrafter.authoring.proposals import set_deck_plan
from coursecrafter.authoring.scenes import create_scene, delete_scene
from coursecrafter.authoring.segment_edits import NotNeighbours
from coursecrafter.authoring.segments import (
    change_segment,
    create_segment,
    create_youtube_segment,
    delete_segment,
    merge_segments,
    move_segment,
    reorder_segment,
    reorder_segments,
    restore_segment,
    split_segment,
)
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.texts import NoSplitHere, join_texts, split_text
from coursecrafter.authoring.youtube import NotYouTube, canonical_link
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_assets, cc_lessons, cc_scripts, cc_segments
from coursecrafter.domain.course import Engine, SourceType
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from tenants import settle_tenant

N = 20
PNG = StoredObject("ab" * 32, 7, "image/png")
LATER_PNG = StoredObject("cd" * 32, 7, "image/png")
CHALK = "Chalk is soft. It leaves marks on a dark board."


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    tenant = settle_tenant(database, "segments")
    return Desk(database, tenant.author, tenant)


@pytest.fixture(scope="module")
def stranger(database: Database) -> Desk:
    tenant = settle_tenant(database, "strangers")
    return Desk(database, tenant.author, tenant)


def segment(desk: Desk, segment_id: UUID) -> sa.Row[Any]:
    return desk.rows(sa.select(cc_segments).where(cc_segments.c.id == segment_id))[0]


def script(desk: Desk, segment_id: UUID) -> sa.Row[Any]:
    return desk.rows(sa.select(cc_scripts).where(cc_scripts.c.segment_id == segment_id))[0]


def make_ready(desk: Desk, lesson_id: UUID) -> None:
    desk.do(approve_plan, lesson_id, Engine.E1)
    with desk.work() as conn:
        conn.execute(cc_lessons.update().where(cc_lessons.c.id == lesson_id).values(status="ready"))


# Create


def test_a_new_segment_is_a_draft_with_its_script_at_the_end(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")

    last = desk.do(create_segment, scene.id, Engine.E1, text="Three.", duration_s=Fraction(5, 2), gap_s=1)

    assert desk.texts(scene.lesson_id) == ["One.", "Two.", "Three."]
    row = segment(desk, last)
    assert (row.source_type, row.sequence, row.status) == ("text", 3, "draft")
    assert (row.on_screen_duration, row.gap_after) == (Decimal("2.5"), Decimal(1))
    assert script(desk, last).status == "draft"
    event, payload = desk.last_event(scene.lesson_id)
    assert event == "segment_created"
    assert [before for before, _ in changed(payload, "cc_segments")] == [None]


def test_a_new_segment_stands_where_it_was_put(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")

    desk.do(create_segment, scene.id, Engine.E1, text="Zero.", position=1)

    assert desk.texts(scene.lesson_id) == ["Zero.", "One.", "Two."]
    assert desk.places(scene.id) == [1, 2, 3]


def test_the_narration_has_places_of_its_own(desk: Desk) -> None:
    scene = desk.new_scene("Deck.")

    desk.do(create_segment, scene.id, Engine.E2, text="Told.")
    desk.do(create_segment, scene.id, Engine.E2, text="First told.", position=1)

    assert desk.places(scene.id) == [1, 1001, 1002]
    assert desk.texts(scene.lesson_id) == ["Deck."]
    assert desk.texts(scene.lesson_id, Engine.E2) == ["First told.", "Told."]


@pytest.mark.parametrize("position", [0, -1, 3, 10**9, 10**30])
def test_a_place_that_is_not_there_is_refused_and_nothing_is_made(desk: Desk, position: int) -> None:
    scene = desk.new_scene("One.")

    with pytest.raises(PlaceRefused):
        desk.do(create_segment, scene.id, Engine.E1, text="Two.", position=position)

    assert desk.texts(scene.lesson_id) == ["One."]


@pytest.mark.parametrize("engine", [Engine.E3, Engine.E4])
def test_only_a_video_has_segments(desk: Desk, engine: Engine) -> None:
    scene = desk.new_scene()

    with pytest.raises(NotInVideo):
        desk.do(create_segment, scene.id, engine, text="One.")


# YouTube


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ&list=x", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("https://m.youtube.com/watch?v=dQw4w9WgXcQ&t=42s", "https://www.youtube.com/watch?v=dQw4w9WgXcQ&t=42"),
        ("https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        (" https://youtube.com/shorts/a-b_c-d_e-f/ ", "https://www.youtube.com/watch?v=a-b_c-d_e-f"),
    ],
)
def test_a_link_to_a_video_is_kept_in_one_form(link: str, kept: str) -> None:
    assert canonical_link(link) == kept


@pytest.mark.parametrize(
    "link",
    [
        "",
        "dQw4w9WgXcQ",
        "http://youtu.be/dQw4w9WgXcQ",
        "javascript://youtu.be/dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXc",
        "https://youtu.be/dQw4w9WgXcQQ",
        "https://youtu.be/dQw4w9WgX Q",
        "https://youtu.be/dQw4w9WgXc\n",
        "https://youtu.be.example.org/dQw4w9WgXcQ",
        "https://notyoutube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com@example.org/watch?v=dQw4w9WgXcQ",
        "https://me:pass@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtube.com:8443/watch?v=dQw4w9WgXcQ",
        "https://youtube.com:x/watch?v=dQw4w9WgXcQ",
        "https://example.org\\@youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ&v=AAAAAAAAAAA",
        "https://www.youtube.com/playlist?list=dQw4w9WgXcQ",
        "https://www.youtube.com/watch?v=dQw4w9WgXcé",
        "https://[youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ?" + "x" * 600,
        "https://youtu.be/dQw4w9WgXcQ\0",
        "https://youtu.be/dQw4w9WgXc\ud800",
    ],
)
def test_a_link_to_no_video_is_refused(link: str) -> None:
    with pytest.raises(NotYouTube):
        canonical_link(link)


def test_a_youtube_segment_is_shown_whole(desk: Desk) -> None:
    scene = desk.new_scene("One.")

    video = desk.do(
        create_youtube_segment, scene.id, Engine.E1, youtube_url="https://youtu.be/dQw4w9WgXcQ", intro="Look."
    )

    row = segment(desk, video)
    assert (row.source_type, row.is_youtube_embed) == ("youtube", True)
    assert row.youtube_url == "https://www.youtube.com/watch?v=dQw4w9WgXcQ"
    assert desk.texts(scene.lesson_id) == ["One.", "Look."]
    with pytest.raises(NoSplitHere):
        desk.do(split_segment, video, 2)
    with pytest.raises(NotNeighbours):
        desk.do(merge_segments, [scene.segments[0], video])


# Change


def test_another_text_goes_to_the_script_and_opens_what_was_approved(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")
    make_ready(desk, scene.lesson_id)

    desk.do(change_segment, scene.segments[0], text="Uno.")

    row, words = segment(desk, scene.segments[0]), script(desk, scene.segments[0])
    assert (row.script_text, row.status) == ("One.", "draft")
    assert (words.final_text, words.status, words.created_by) == ("Uno.", "draft", desk.author.user_id)
    assert segment(desk, scene.segments[1]).status == "approved"
    assert desk.rows(sa.select(cc_lessons.c.status).where(cc_lessons.c.id == scene.lesson_id))[0].status == "in_design"
    event, payload = desk.last_event(scene.lesson_id)
    assert event == "segment_changed"
    (before, after), *_ = changed(payload, "cc_scripts")
    assert (before["final_text"], after["final_text"]) == ("One.", "Uno.")
    assert changed(payload, "cc_lessons") == [({"status": "ready"}, {"status": "in_design"})]


def test_an_approved_change_reaches_the_segment(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    desk.do(approve_plan, scene.lesson_id, Engine.E1)
    desk.do(change_segment, scene.segments[0], text="Uno.")

    desk.do(approve_plan, scene.lesson_id, Engine.E1)

    assert segment(desk, scene.segments[0]).script_text == "Uno."


def test_what_is_the_same_already_changes_nothing_and_leaves_no_event(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    desk.do(change_segment, scene.segments[0], duration_s=2, gap_s=Decimal("0.5"))
    make_ready(desk, scene.lesson_id)
    before = segment(desk, scene.segments[0]), len(desk.events(scene.lesson_id))

    desk.do(change_segment, scene.segments[0], text="One.", duration_s=Decimal("2.000"), gap_s=Fraction(1, 2))

    assert (segment(desk, scene.segments[0]), len(desk.events(scene.lesson_id))) == before


def test_a_duration_can_follow_the_voice_again(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    desk.do(change_segment, scene.segments[0], duration_s=2)

    desk.do(change_segment, scene.segments[0], duration_s=None)

    assert segment(desk, scene.segments[0]).on_screen_duration is None


@pytest.mark.parametrize(
    "seconds",
    [
        -1,
        Fraction(-1, 10**9),
        86401,
        10**30,
        float("nan"),
        float("inf"),
        float("-inf"),
        Decimal("NaN"),
        Decimal("sNaN"),
        Decimal("Infinity"),
        Decimal("1E+999999"),
    ],
)
def test_a_time_that_is_none_is_refused_by_name(desk: Desk, seconds: Any) -> None:
    scene = desk.new_scene("One.")

    with pytest.raises(ValueRefused, match="duration of the segment"):
        desk.do(change_segment, scene.segments[0], duration_s=seconds)
    with pytest.raises(ValueRefused, match="gap of the segment"):
        desk.do(change_segment, scene.segments[0], gap_s=seconds)


@pytest.mark.parametrize("seconds", [0, 86400, Fraction(1, 3), Decimal("1E-30"), 0.1])
def test_a_time_within_a_day_is_taken(desk: Desk, seconds: Any) -> None:
    scene = desk.new_scene("One.")

    desk.do(change_segment, scene.segments[0], duration_s=seconds)

    assert abs(desk.plan(scene.lesson_id)[0].duration_s - Fraction(seconds)) <= Fraction(1, 10**6)


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "\udfff half"])
def test_a_text_that_no_text_can_hold_is_refused_and_nothing_is_changed(desk: Desk, text: str) -> None:
    scene = desk.new_scene("One.")
    make_ready(desk, scene.lesson_id)
    before = segment(desk, scene.segments[0])

    with desk.work() as conn, pytest.raises(UnusableText):
        change_segment(conn, desk.author, scene.segments[0], text=text)

    assert segment(desk, scene.segments[0]) == before
    assert desk.texts(scene.lesson_id) == ["One."]


def test_a_change_of_an_earlier_view_is_refused(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    seen = desk.plan(scene.lesson_id)[0].updated_at
    desk.do(change_segment, scene.segments[0], text="Uno.", unless_changed_since=seen)

    with pytest.raises(EditedMeanwhile):
        desk.do(change_segment, scene.segments[0], text="Un.", unless_changed_since=seen)

    assert desk.texts(scene.lesson_id) == ["Uno."]


# Order and place


def test_a_segment_moves_within_its_scene(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.", "Three.")
    make_ready(desk, scene.lesson_id)

    desk.do(reorder_segment, scene.segments[2], 1)

    assert desk.texts(scene.lesson_id) == ["Three.", "One.", "Two."]
    assert desk.places(scene.id) == [1, 2, 3]
    assert [line.status for line in desk.plan(scene.lesson_id)] == ["draft", "approved", "approved"]
    assert desk.last_event(scene.lesson_id)[0] == "segments_reordered"


def test_all_segments_of_a_scene_come_into_one_order(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.", "Three.")
    first, second, third = scene.segments

    desk.do(reorder_segments, scene.id, Engine.E1, [second, third, first])

    assert desk.texts(scene.lesson_id) == ["Two.", "Three.", "One."]
    for wrong in ([first], [first, first, second], [first, second, third, uuid4()]):
        with pytest.raises(PlaceRefused):
            desk.do(reorder_segments, scene.id, Engine.E1, wrong)


def test_a_segment_moves_to_another_scene_with_what_hangs_on_it(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")
    other = desk.new_scene("Far.", lesson_id=scene.lesson_id)
    show(desk, scene.lesson_id, scene.id, scene.segments[0])

    desk.do(move_segment, scene.segments[0], other.id, 1)

    assert desk.texts(scene.lesson_id) == ["Two.", "One.", "Far."]
    assert (desk.places(scene.id), desk.places(other.id)) == ([1], [1, 2])
    assert script(desk, scene.segments[0]).scene_id == other.id
    assert desk.rows(sa.select(cc_assets.c.scene_id).where(cc_assets.c.segment_id == scene.segments[0])) == [
        (other.id,)
    ]
    assert desk.last_event(scene.lesson_id)[0] == "segment_moved"


def test_a_segment_does_not_leave_its_lesson(desk: Desk) -> None:
    scene, other = desk.new_scene("One."), desk.new_scene("Far.")

    with pytest.raises(PlaceRefused):
        desk.do(move_segment, scene.segments[0], other.id)


# Split and merge


TEXTS = [
    (CHALK, 14),
    (CHALK, 15),
    ("A list:\none\ntwo", 7),
    ("A list:\none\ntwo", 8),
    ("two  spaces", 3),
    ("two  spaces", 4),
    ("a\u00a0b", 1),
    ("tab\tbed ", 3),
    (" lead and trail ", 5),
    ("黑板是什么。粉笔是软的。", 6),
    ("黑板 粉笔", 2),
    ("黑板 and chalk", 2),
    ("สวัสดีครับ", 6),
]


@pytest.mark.parametrize(("text", "position"), TEXTS)
def test_parts_joined_are_the_text_to_the_letter(text: str, position: int) -> None:
    first, second = split_text(text, position)

    assert join_texts(first, second) == text
    assert first.strip()
    assert second.strip()


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("chalk", 2),
        ("a b", 0),
        ("a b", 3),
        ("a b", -1),
        ("a b", 10**30),
        ("", 0),
        ("a ", 1),
        (" a", 1),
        ("e\u0301 a", 1),
    ],
)
def test_a_text_is_split_between_words_only(text: str, position: int) -> None:
    with pytest.raises(NoSplitHere):
        split_text(text, position)


def show(desk: Desk, lesson_id: UUID, scene_id: UUID, segment_id: UUID, picture: StoredObject = PNG) -> None:
    project_id = desk.identity.project_id
    assert project_id is not None
    slot = Slot(project_id, SLIDE_PICTURE, Engine.E1, lesson_id, scene_id, segment_id)
    with (
        desk.work() as conn,
        edit(conn, desk.author, Event.ASSETS_ADDED, project_id=project_id, lesson_id=lesson_id) as act,
    ):
        put_asset(act, slot, picture, AssetType.IMAGE, {"width": 1920})


def test_the_second_part_shows_the_same_and_comes_from_the_same_place(desk: Desk) -> None:
    lesson_id = desk.new_lesson()
    desk.do(set_deck_plan, lesson_id, [slide(7, CHALK)])
    line = desk.plan(lesson_id)[0]
    show(desk, lesson_id, line.scene_id, line.segment_id)
    desk.do(change_segment, line.segment_id, duration_s=10, gap_s=2)

    second_id = desk.do(split_segment, line.segment_id, 14)

    first, second = desk.plan(lesson_id)
    assert (first.segment_id, second.segment_id) == (line.segment_id, second_id)
    assert (first.text, second.text) == ("Chalk is soft.", "It leaves marks on a dark board.")
    assert first.source_ref == second.source_ref == "7.0"
    assert first.source_type is second.source_type is SourceType.PPT_SLIDE
    assert first.duration_s is not None
    assert second.duration_s is not None
    assert first.duration_s + second.duration_s == 10
    assert first.duration_s < second.duration_s
    assert (first.gap_s, second.gap_s) == (0, 2)
    pictures = desk.rows(sa.select(cc_assets).where(cc_assets.c.lesson_id == lesson_id))
    assert {(row.segment_id, row.file_path, row.version) for row in pictures} == {
        (line.segment_id, PNG.key, 1),
        (second_id, PNG.key, 1),
    }
    assert {row.metadata["width"] for row in pictures} == {1920}
    event, payload = desk.last_event(lesson_id)
    assert (event, payload["second"]) == ("segment_split", str(second_id))


@pytest.mark.parametrize(("text", "position"), TEXTS)
def test_split_then_merge_gives_the_segment_back(desk: Desk, text: str, position: int) -> None:
    scene = desk.new_scene("Before.", text, "After.")
    middle = scene.segments[1]
    desk.do(change_segment, middle, duration_s=Fraction(10, 3), gap_s=2)
    before = desk.plan(scene.lesson_id)[1]

    second_id = desk.do(split_segment, middle, position)
    kept = desk.do(merge_segments, [middle, second_id])

    after = desk.plan(scene.lesson_id)[1]
    assert kept == middle
    assert (after.text, after.duration_s, after.gap_s) == (before.text, before.duration_s, before.gap_s)
    assert desk.texts(scene.lesson_id) == ["Before.", text, "After."]
    assert desk.places(scene.id) == [1, 2, 3]


def test_lines_of_a_slide_are_merged_as_lines(desk: Desk) -> None:
    lesson_id = desk.new_lesson()
    desk.do(set_deck_plan, lesson_id, [slide(1, "Chalk", "is soft", "")])
    lines = desk.plan(lesson_id)
    show(desk, lesson_id, lines[1].scene_id, lines[1].segment_id)
    desk.do(change_segment, lines[2].segment_id, gap_s=4)

    desk.do(merge_segments, [line.segment_id for line in reversed(lines)])

    (line,) = desk.plan(lesson_id)
    assert (line.segment_id, line.text, line.duration_s, line.gap_s) == (lines[0].segment_id, "Chalk\nis soft", 3, 4)
    gone = desk.rows(sa.select(cc_segments.c.deleted_at).where(cc_segments.c.id == lines[1].segment_id))[0]
    assert gone.deleted_at is not None
    assert desk.rows(sa.select(cc_assets.c.deleted_at).where(cc_assets.c.segment_id == lines[1].segment_id)) == [gone]
    event, payload = desk.last_event(lesson_id)
    assert (event, payload["into"]) == ("segments_merged", str(lines[0].segment_id))


def test_what_is_merged_shows_the_last_build_which_holds_all_its_words(desk: Desk) -> None:
    lesson_id = desk.new_lesson()
    desk.do(set_deck_plan, lesson_id, [slide(1, "Chalk", "is soft")])
    first, second = desk.plan(lesson_id)
    show(desk, lesson_id, first.scene_id, first.segment_id)
    show(desk, lesson_id, second.scene_id, second.segment_id, LATER_PNG)

    desk.do(merge_segments, [first.segment_id, second.segment_id])

    (line,) = desk.plan(lesson_id)
    assert (line.source_ref, line.source_type) == ("1.1", SourceType.PPT_ANIMATION)
    shown = desk.rows(sa.select(cc_assets.c.file_path).where(cc_assets.c.id == line.picture_id))
    assert shown == [(LATER_PNG.key,)]


def test_only_neighbours_are_merged(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.", "Three.")
    other = desk.new_scene("Far.", lesson_id=scene.lesson_id)
    told = desk.do(create_segment, scene.id, Engine.E2, text="Told.")
    one, two, three = scene.segments

    for wrong in ([], [one], [one, one], [one, three], [three, *other.segments]):
        with pytest.raises(NotNeighbours):
            desk.do(merge_segments, wrong)
    with pytest.raises(NotInVideo):
        desk.do(merge_segments, [two, told])
    with pytest.raises(NotFound):
        desk.do(merge_segments, [two, uuid4()])

    assert desk.texts(scene.lesson_id) == ["One.", "Two.", "Three.", "Far."]


# Delete and restore


def test_a_deleted_segment_leaves_no_gap_and_comes_back_to_its_place(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.", "Three.")
    show(desk, scene.lesson_id, scene.id, scene.segments[1])

    desk.do(delete_segment, scene.segments[1])

    assert desk.texts(scene.lesson_id) == ["One.", "Three."]
    assert desk.places(scene.id) == [1, 2]
    assert desk.last_event(scene.lesson_id)[0] == "segment_deleted"
    desk.do(restore_segment, scene.segments[1])
    assert desk.texts(scene.lesson_id) == ["One.", "Two.", "Three."]
    assert desk.places(scene.id) == [1, 2, 3]
    assert desk.plan(scene.lesson_id)[1].picture_id is not None
    with pytest.raises(NotFound):
        desk.do(restore_segment, scene.segments[1])


def test_the_last_segments_come_back_as_near_as_there_is_a_place(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.", "Three.")
    for gone in reversed(scene.segments):
        desk.do(delete_segment, gone)

    desk.do(restore_segment, scene.segments[2])

    assert desk.places(scene.id) == [1]


def test_nothing_comes_back_into_a_deleted_scene(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")
    desk.do(delete_segment, scene.segments[0])
    desk.do(delete_scene, scene.id)

    with pytest.raises(ParentDeleted):
        desk.do(restore_segment, scene.segments[0])


# Who may


VERBS = [
    lambda desk, one: desk.do(change_segment, one, text="New."),
    lambda desk, one: desk.do(change_segment, one),
    lambda desk, one: desk.do(reorder_segment, one, 1),
    lambda desk, one: desk.do(move_segment, one, one),
    lambda desk, one: desk.do(split_segment, one, 4),
    lambda desk, one: desk.do(merge_segments, [one, uuid4()]),
    lambda desk, one: desk.do(delete_segment, one),
    lambda desk, one: desk.do(restore_segment, one),
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_foreign_segment_is_answered_as_a_missing_one(desk: Desk, stranger: Desk, verb: Any) -> None:
    scene = desk.new_scene("One two.")

    answers = []
    for one in (scene.segments[0], uuid4(), stranger.tenant.rows["cc_lessons"]):
        with pytest.raises(NotFound) as refused:
            verb(stranger, one)
        answers.append((refused.value.message, refused.value.detail))

    assert len(set(answers)) == 1
    assert desk.texts(scene.lesson_id) == ["One two."]


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
@pytest.mark.parametrize("verb", VERBS)
def test_who_only_reads_changes_nothing(desk: Desk, role: str, verb: Any) -> None:
    scene = desk.new_scene("One two.")
    events = len(desk.events(scene.lesson_id))

    with pytest.raises(NotAllowed):
        verb(desk.beside(role), scene.segments[0])
    with pytest.raises(NotAllowed):
        desk.beside(role).do(create_segment, scene.id, Engine.E1, text="New.")

    assert desk.texts(scene.lesson_id) == ["One two."]
    assert len(desk.events(scene.lesson_id)) == events


def test_an_editor_changes_what_an_owner_made(desk: Desk) -> None:
    scene = desk.new_scene("One two.")
    editor = desk.beside("editor")

    second = editor.do(split_segment, scene.segments[0], 3)
    editor.do(change_segment, second, text="zwei.")

    assert desk.texts(scene.lesson_id) == ["One", "zwei."]
    assert script(desk, second).created_by == editor.author.user_id


def test_a_deleted_lesson_takes_its_segments_out_of_reach(desk: Desk) -> None:
    scene = desk.new_scene("One two.")
    place = {"project_id": desk.identity.project_id, "lesson_id": scene.lesson_id}
    desk.do(delete_row, Event.LESSON_DELETED, cc_lessons, scene.lesson_id, **place)

    with pytest.raises(NotFound):
        desk.do(change_segment, scene.segments[0], text="New.")


# At once


def test_of_twenty_editors_of_one_view_one_wins(desk: Desk) -> None:
    scene = desk.new_scene("One.")
    seen = desk.plan(scene.lesson_id)[0].updated_at
    events = len(desk.events(scene.lesson_id))

    acts = [
        partial(desk.do, change_segment, scene.segments[0], text=f"Text {number}.", unless_changed_since=seen)
        for number in range(N)
    ]
    answers = together(acts)

    winners = [number for number, answer in enumerate(answers) if answer is None]
    assert len(winners) == 1
    assert all(isinstance(answer, EditedMeanwhile) for answer in answers if answer is not None)
    assert desk.texts(scene.lesson_id) == [f"Text {winners[0]}."]
    assert len(desk.events(scene.lesson_id)) == events + 1


def test_twenty_editors_follow_each_other_and_their_events_make_a_chain(desk: Desk) -> None:
    scene = desk.new_scene("One.")

    answers = together(
        [partial(desk.do, change_segment, scene.segments[0], text=f"Text {number}.") for number in range(N)]
    )

    assert answers == [None] * N
    steps = [
        (before["final_text"], after["final_text"])
        for event, payload in desk.events(scene.lesson_id)
        if event == "segment_changed"
        for before, after in changed(payload, "cc_scripts")
    ]
    assert len(steps) == N
    assert steps[0][0] == "One."
    assert all(left[1] == right[0] for left, right in pairwise(steps))
    assert desk.texts(scene.lesson_id) == [steps[-1][1]]


def test_splits_merges_moves_and_deletes_at_once_lose_no_word(desk: Desk) -> None:
    words = [f"w{number}a w{number}b w{number}c" for number in range(8)]
    scene = desk.new_scene(*words)
    other = desk.new_scene("far a far b", lesson_id=scene.lesson_id)
    ids = scene.segments

    acts = [
        *[partial(desk.do, split_segment, one, 3) for one in ids],
        *[partial(desk.do, merge_segments, pair) for pair in (ids[0:2], ids[2:4], ids[4:6], ids[6:8])],
        *[partial(desk.do, delete_segment, one) for one in (ids[1], ids[4])],
        *[partial(desk.do, move_segment, one, other.id, 1) for one in (ids[3], ids[6])],
        *[partial(desk.do, reorder_segment, one, 1) for one in (ids[7], ids[5])],
        partial(desk.do, create_segment, scene.id, Engine.E1, text="new a new b"),
        partial(desk.do, create_segment, other.id, Engine.E1, text="new c new d", position=1),
    ]
    answers = together(acts)

    refused = [answer for answer in answers if answer is not None]
    assert all(isinstance(answer, NotFound | NotNeighbours | NoSplitHere | PlaceRefused) for answer in refused)
    for scene_id in (scene.id, other.id):
        assert desk.places(scene_id) == list(range(1, len(desk.places(scene_id)) + 1))
    live = " ".join(desk.texts(scene.lesson_id)).split()
    gone = deleted_words(desk, scene.lesson_id)
    wanted = [*" ".join(words).split(), "far", "a", "far", "b", "new", "a", "new", "b", "new", "c", "new", "d"]
    assert sorted(live + gone) == sorted(wanted)


def deleted_words(desk: Desk, lesson_id: UUID) -> list[str]:
    """Words of segments that were deleted for themselves, not merged into others."""
    ids = {
        one["id"]
        for event, payload in desk.events(lesson_id)
        if event == "segment_deleted"
        for one in payload["changes"]
        if one["table"] == "cc_segments" and "deleted_at" in one["after"]
    }
    texts = [script(desk, UUID(one)).final_text for one in ids]
    return " ".join(texts).split()


def test_deleting_the_lesson_meets_edits_of_its_segments(desk: Desk) -> None:
    scene = desk.new_scene("One two.", "Three four.")
    place = {"project_id": desk.identity.project_id, "lesson_id": scene.lesson_id}

    acts = [partial(desk.do, change_segment, scene.segments[0], text=f"Text {number}.") for number in range(N)]
    acts += [partial(desk.do, split_segment, scene.segments[1], 5), partial(desk.do, create_scene, scene.lesson_id)]
    acts += [partial(desk.do, create_segment, scene.id, Engine.E1, text="New.")]
    answers = together(
        [partial(desk.do, delete_row, Event.LESSON_DELETED, cc_lessons, scene.lesson_id, **place), *acts]
    )

    assert answers[0] is None
    assert all(answer is None or isinstance(answer, NotFound) for answer in answers)
    left = sa.select(cc_segments.c.id).where(
        cc_segments.c.lesson_id == scene.lesson_id, cc_segments.c.deleted_at.is_(None)
    )
    assert desk.rows(left) == []
