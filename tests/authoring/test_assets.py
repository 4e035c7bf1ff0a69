"""Versions of a slot: put, choose, delete, restore, and twenty who do so at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_assets import put, stored
from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring.assets import (
    AssetVersion,
    Version,
    add_variant,
    delete_asset,
    find_active,
    find_slot,
    put_asset,
    restore_asset,
    set_active,
    versions_of,
)
from coursecrafter.authoring.deletion import ParentDeleted, delete_row, restore_row
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_asset_versions, cc_assets, cc_lessons
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.errors import CourseCrafterError

WRITERS = 20
LEVELS = ("project", "lesson", "scene", "segment")


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


def slot_at(cast: Cast, level: str, role: str = "poster") -> Slot:
    """A slot of the course at one of the four levels."""
    named = [f"{one}_id" for one in LEVELS[1 : LEVELS.index(level) + 1]]
    places = {name: cast.rows[f"cc_{name.removesuffix('_id')}s"] for name in named}
    return Slot(cast.project_id, role, Engine.E2, **places)


def add(cast: Cast, slot: Slot, content: str) -> AssetVersion:
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with cast.session() as conn, edit(conn, cast.owner, Event.ASSETS_ADDED, **place) as act:
        return add_variant(act, slot, stored(content), AssetType.IMAGE, {})


def history(cast: Cast, slot: Slot) -> tuple[Version, ...]:
    with cast.session() as conn:
        return versions_of(conn, slot)


def active(cast: Cast, slot: Slot) -> list[int]:
    return [one.version for one in history(cast, slot) if one.is_active]


@pytest.mark.parametrize("level", LEVELS)
def test_each_new_content_is_the_next_version_and_the_only_active_one(cast: Cast, level: str) -> None:
    slot = slot_at(cast, level)

    versions = [put(cast, slot, content) for content in ("a", "b", "c")]

    assert [(one.version, one.is_new) for one in versions] == [(1, True), (2, True), (3, True)]
    assert [(one.version, one.is_active) for one in history(cast, slot)] == [(1, False), (2, False), (3, True)]
    with cast.session() as conn:
        assert find_active(conn, slot) == stored("c")
        assert find_slot(conn, versions[0].id) == slot


def test_the_same_bytes_make_no_version_and_no_event(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first = put(cast, slot, "a")
    told = len(cast.events())

    again = put(cast, slot, "a")

    assert again == AssetVersion(first.id, 1, is_new=False)
    assert len(cast.events()) == told


def test_bytes_of_an_earlier_version_make_that_one_active_again(cast: Cast) -> None:
    slot = slot_at(cast, "scene")
    first = put(cast, slot, "a")
    put(cast, slot, "b")

    again = put(cast, slot, "a")

    assert again == AssetVersion(first.id, 1, is_new=False)
    assert active(cast, slot) == [1]


def test_the_event_holds_the_version_its_snapshot_and_the_one_it_replaces(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first = put(cast, slot, "a")

    second = put(cast, slot, "b")

    event = cast.events("assets_added")[-1]
    assert event.lesson_id == slot.lesson_id
    old, new, snapshot = event.event_payload["changes"]
    assert old == {
        "table": "cc_assets",
        "id": str(first.id),
        "before": {"is_active": True},
        "after": {"is_active": False},
    }
    assert (new["id"], new["before"], new["after"]["version"]) == (str(second.id), None, 2)
    assert new["after"]["metadata"] == {"width": 1, "sha256": stored("b").sha256, "size_bytes": 1}
    assert (snapshot["table"], snapshot["after"]["asset_id"]) == ("cc_asset_versions", str(second.id))


def test_slots_differ_by_level_engine_and_role(cast: Cast) -> None:
    slots = [slot_at(cast, level, role) for level in LEVELS for role in ("poster", "cover")]
    slots.append(Slot(cast.project_id, "poster", Engine.E1))
    slots.append(Slot(cast.project_id, "poster"))

    versions = [put(cast, slot, "same bytes") for slot in slots]

    assert [one.version for one in versions] == [1] * len(slots)
    assert len({one.id for one in versions}) == len(slots)


def test_a_segment_has_one_active_asset_of_a_role_whichever_engine_made_it(cast: Cast) -> None:
    by_e2 = slot_at(cast, "segment")
    by_e1 = Slot(by_e2.project_id, by_e2.role, Engine.E1, by_e2.lesson_id, by_e2.scene_id, by_e2.segment_id)

    versions = [put(cast, by_e1, "a"), put(cast, by_e2, "b")]

    assert [one.version for one in versions] == [1, 2]
    assert active(cast, by_e1) == [2]


def test_variants_take_consecutive_versions_and_none_is_active(cast: Cast) -> None:
    slot = slot_at(cast, "scene", "hero_image")

    variants = [add(cast, slot, content) for content in ("a", "b", "c", "b")]

    assert [(one.version, one.is_new) for one in variants] == [(1, True), (2, True), (3, True), (2, False)]
    assert active(cast, slot) == []


def test_a_variant_is_chosen_and_the_others_are_kept(cast: Cast) -> None:
    slot = slot_at(cast, "scene", "hero_image")
    variants = [add(cast, slot, content) for content in ("a", "b", "c")]

    cast.do(set_active, variants[1].id)

    assert active(cast, slot) == [2]
    assert len(history(cast, slot)) == 3


def test_an_earlier_version_becomes_active_again_and_the_event_tells_both_sides(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first, second = put(cast, slot, "a"), put(cast, slot, "b")

    chosen = cast.do(set_active, first.id)
    cast.do(set_active, first.id)

    assert chosen == AssetVersion(first.id, 1, is_new=False)
    assert active(cast, slot) == [1]
    (event,) = cast.events("asset_activated")
    assert event.event_payload["changes"] == [
        {"table": "cc_assets", "id": str(second.id), "before": {"is_active": True}, "after": {"is_active": False}},
        {"table": "cc_assets", "id": str(first.id), "before": {"is_active": False}, "after": {"is_active": True}},
    ]
    assert (event.event_payload["role"], event.event_payload["version"]) == ("poster", 1)


def test_deleting_the_active_version_leaves_the_slot_empty(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    put(cast, slot, "a")
    second = put(cast, slot, "b")

    cast.do(delete_asset, second.id)

    assert active(cast, slot) == []
    assert [one.is_deleted for one in history(cast, slot)] == [False, True]
    (event,) = cast.events("asset_deleted")
    (change,) = event.event_payload["changes"]
    assert change["before"] == {"deleted_at": None}
    assert change["after"]["deleted_at"]


def test_a_deleted_version_is_never_given_again_and_its_bytes_make_a_new_one(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first = put(cast, slot, "a")
    cast.do(delete_asset, first.id)

    again = put(cast, slot, "a")

    assert (again.version, again.is_new) == (2, True)


def test_a_restored_version_is_active_again_where_none_took_its_place(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first = put(cast, slot, "a")
    cast.do(delete_asset, first.id)

    cast.do(restore_asset, first.id)

    assert active(cast, slot) == [1]
    assert len(cast.events("asset_restored")) == 1


def test_a_restored_version_gives_way_to_what_became_active_meanwhile(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first = put(cast, slot, "a")
    cast.do(delete_asset, first.id)
    put(cast, slot, "b")

    cast.do(restore_asset, first.id)

    assert active(cast, slot) == [2]
    assert [one.is_deleted for one in history(cast, slot)] == [False, False]


def test_a_version_in_a_deleted_lesson_is_restored_with_it_and_not_alone(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    first = put(cast, slot, "a")
    lesson_id = cast.rows["cc_lessons"]
    place = {"project_id": cast.project_id}
    cast.do(delete_asset, first.id)
    cast.do(delete_row, Event.LESSON_DELETED, cc_lessons, lesson_id, **place)

    with pytest.raises(ParentDeleted, match="CC-0033"):
        cast.do(restore_asset, first.id)
    with pytest.raises(NotFound, match="lesson"):
        put(cast, slot, "b")
    cast.do(restore_row, Event.LESSON_RESTORED, cc_lessons, lesson_id, **place)
    cast.do(restore_asset, first.id)

    assert active(cast, slot) == [1]


@pytest.mark.parametrize("verb", [set_active, delete_asset])
def test_a_deleted_version_is_neither_chosen_nor_deleted_again(cast: Cast, verb: Callable[..., Any]) -> None:
    first = put(cast, slot_at(cast, "project"), "a")
    cast.do(delete_asset, first.id)

    with pytest.raises(NotFound, match="There is no such asset"):
        cast.do(verb, first.id)


def test_a_live_version_is_not_restored(cast: Cast) -> None:
    first = put(cast, slot_at(cast, "project"), "a")

    with pytest.raises(NotFound):
        cast.do(restore_asset, first.id)

    assert active(cast, slot_at(cast, "project")) == [1]


@pytest.mark.parametrize("verb", [set_active, delete_asset, restore_asset])
def test_a_foreign_version_a_missing_one_and_another_kind_of_row_are_answered_alike(
    cast: Cast, verb: Callable[..., Any]
) -> None:
    foreign, other_kind = cast.others["cc_assets"], cast.rows["cc_lessons"]

    answers = [_refusal(cast, verb, one) for one in (foreign, UUID(int=7), other_kind)]

    assert answers == ["There is no such asset. [CC-0020]"] * 3


def _refusal(cast: Cast, verb: Callable[..., Any], *args: Any) -> str:
    with pytest.raises(CourseCrafterError) as refused:
        cast.do(verb, *args)
    return str(refused.value)


@pytest.mark.parametrize("level", LEVELS)
def test_editors_put_versions_and_reviewers_viewers_and_strangers_do_not(cast: Cast, level: str) -> None:
    slot = slot_at(cast, level)

    version = put(cast, slot, "a", cast.editor)

    for verb in (set_active, delete_asset):
        with pytest.raises(NotAllowed):
            cast.do(verb, version.id, author=cast.reviewer)
    for person, refusal in ((cast.reviewer, NotAllowed), (cast.viewer, NotAllowed), (cast.stranger, NotFound)):
        with pytest.raises(refusal):
            put(cast, slot, "b", person)
    assert active(cast, slot) == [1]


def test_a_viewer_sees_the_versions_and_a_stranger_sees_none(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    put(cast, slot, "a")

    seen = []
    for person in (cast.viewer, cast.stranger):
        with cast.session(person) as conn:
            seen.append(len(versions_of(conn, slot)))

    assert seen == [1, 0]


def test_a_slot_whose_parts_do_not_belong_together_is_refused(cast: Cast) -> None:
    other = settle_cast(cast.database)
    lesson, scene = cast.rows["cc_lessons"], cast.rows["cc_scenes"]
    torn = {
        "lesson": Slot(cast.project_id, "poster", None, other.rows["cc_lessons"]),
        "scene": Slot(cast.project_id, "poster", None, lesson, other.rows["cc_scenes"]),
        "segment": Slot(cast.project_id, "poster", None, lesson, scene, cast.rows["cc_scenes"]),
        "project": Slot(cast.rows["cc_lessons"], "poster"),
    }

    for noun, slot in torn.items():
        with pytest.raises(NotFound, match=f"There is no such {noun}"):
            put(cast, slot, "a")


@pytest.mark.parametrize("role", ["poster\0", "poster\ud800"])
def test_a_role_that_no_text_can_hold_is_refused(cast: Cast, role: str) -> None:
    with pytest.raises(CourseCrafterError, match="CC-0027"):
        put(cast, slot_at(cast, "lesson", role), "a")


def test_snapshots_are_added_and_never_changed(cast: Cast) -> None:
    version = put(cast, slot_at(cast, "lesson"), "a")
    snapshot = sa.select(cc_asset_versions).where(cc_asset_versions.c.asset_id == version.id)

    with pytest.raises(NotAllowed), cast.session() as conn:
        conn.execute(cc_asset_versions.update().values(version=9))

    with cast.session() as conn:
        row = conn.execute(snapshot).one()
    assert (row.version, row.file_path, row.metadata["sha256"]) == (1, stored("a").key, stored("a").sha256)


@pytest.mark.parametrize("level", LEVELS)
def test_twenty_writers_at_once_make_twenty_versions_and_one_active_row(cast: Cast, level: str) -> None:
    slot = slot_at(cast, level)

    answers = all_at_once([lambda n=n: put(cast, slot, f"content {n}") for n in range(WRITERS)])

    assert sorted(one.version for one in answers) == list(range(1, WRITERS + 1))
    assert len(active(cast, slot)) == 1


@pytest.mark.parametrize("level", LEVELS)
def test_twenty_writers_of_the_same_bytes_make_one_version(cast: Cast, level: str) -> None:
    slot = slot_at(cast, level)

    answers = all_at_once([lambda: put(cast, slot, "same")] * WRITERS)

    assert {(one.id, one.version) for one in answers} == {(answers[0].id, 1)}
    assert [one.is_new for one in answers].count(True) == 1
    assert active(cast, slot) == [1]


@pytest.mark.parametrize("level", LEVELS)
def test_putting_choosing_deleting_and_restoring_at_once_never_leave_two_active(cast: Cast, level: str) -> None:
    slot = slot_at(cast, level)
    versions = [put(cast, slot, f"before {n}") for n in range(5)]
    cast.do(delete_asset, versions[0].id)
    acts: list[Callable[[], Any]] = []
    for n in range(5):
        acts.append(lambda n=n: put(cast, slot, f"new {n % 3}"))
        acts.append(lambda n=n: cast.do(set_active, versions[n].id))
        acts.append(lambda n=n: cast.do(delete_asset, versions[n].id))
        acts.append(lambda n=n: cast.do(restore_asset, versions[n].id))

    answers = all_at_once(acts)

    rows = history(cast, slot)
    assert [one.version for one in rows] == list(range(1, len(rows) + 1))
    assert len(active(cast, slot)) <= 1
    assert {str(one)[-9:] for one in _refused(answers)} <= {"[CC-0020]"}
    assert len(_refused(answers)) < len(answers)


def _refused(answers: Sequence[Any]) -> list[CourseCrafterError]:
    return [one for one in answers if isinstance(one, CourseCrafterError)]


def test_writers_of_different_project_slots_do_not_wait_for_each_other(cast: Cast) -> None:
    one, other = slot_at(cast, "project", "poster"), slot_at(cast, "project", "cover")
    place = {"project_id": cast.project_id}

    with cast.session() as conn, edit(conn, cast.owner, Event.ASSETS_ADDED, **place) as act:
        put_asset(act, one, stored("a"), AssetType.IMAGE, {})
        with cast.session() as second, edit(second, cast.owner, Event.ASSETS_ADDED, **place) as beside:
            second.execute(sa.text("SET LOCAL lock_timeout = '2s'"))
            put_asset(beside, other, stored("b"), AssetType.IMAGE, {})

    assert (active(cast, one), active(cast, other)) == ([1], [1])


def test_what_is_put_into_a_lesson_while_it_is_deleted_never_stays_behind(cast: Cast) -> None:
    slot = slot_at(cast, "lesson")
    lesson_id = cast.rows["cc_lessons"]
    delete = {"project_id": cast.project_id}
    acts: list[Callable[[], Any]] = [lambda n=n: put(cast, slot, f"content {n}") for n in range(WRITERS - 1)]
    acts.insert(WRITERS // 2, lambda: cast.do(delete_row, Event.LESSON_DELETED, cc_lessons, lesson_id, **delete))

    answers = all_at_once(acts)

    assert all(isinstance(one, NotFound) for one in _refused(answers))
    with cast.session() as conn:
        live = cc_assets.c.lesson_id == lesson_id, cc_assets.c.deleted_at.is_(None)
        assert conn.scalar(sa.select(sa.func.count()).select_from(cc_assets).where(*live)) == 0
