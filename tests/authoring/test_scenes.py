"""What an author does to scenes, and what is refused."""

from __future__ import annotations

from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from authored_plans import Desk, changed, together
from coursecrafter.authoring.deletion import ParentDeleted, delete_row
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.scenes import (
    change_scene,
    create_scene,
    delete_scene,
    reorder_scene,
    reorder_scenes,
    restore_scene,
)
from coursecrafter.authoring.segments import delete_segment
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import cc_lessons, cc_scenes
from tenants import settle_tenant


@pytest.fixture(scope="module")
def desk(database: Database) -> Desk:
    tenant = settle_tenant(database, "scenes")
    return Desk(database, tenant.author, tenant)


def titles(desk: Desk, lesson_id: UUID) -> list[str | None]:
    """Titles of live scenes in order; their places are 1 to n."""
    wanted = sa.select(cc_scenes).where(cc_scenes.c.lesson_id == lesson_id, cc_scenes.c.deleted_at.is_(None))
    rows = desk.rows(wanted.order_by(cc_scenes.c.sequence, cc_scenes.c.id))
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    return [row.title for row in rows]


def three(desk: Desk) -> tuple[UUID, list[UUID]]:
    lesson_id = desk.new_lesson()
    return lesson_id, [desk.do(create_scene, lesson_id, title=title) for title in ("A", "B", "C")]


def test_a_new_scene_stands_at_the_end_or_where_it_was_put(desk: Desk) -> None:
    lesson_id, _ = three(desk)

    desk.do(create_scene, lesson_id, title="D", description="What D is about.")
    desk.do(create_scene, lesson_id, title="Z", position=1)

    assert titles(desk, lesson_id) == ["Z", "A", "B", "C", "D"]
    event, payload = desk.last_event(lesson_id)
    assert event == "scene_created"
    assert changed(payload, "cc_scenes")[0][1]["title"] == "Z"


def test_a_scene_may_go_without_a_title(desk: Desk) -> None:
    lesson_id = desk.new_lesson()

    scene_id = desk.do(create_scene, lesson_id)
    desk.do(change_scene, scene_id, title="Now one")
    desk.do(change_scene, scene_id, title=None)

    assert titles(desk, lesson_id) == [None]


@pytest.mark.parametrize("position", [0, -1, 5, 10**9, 10**30])
def test_a_place_that_is_not_there_is_refused(desk: Desk, position: int) -> None:
    lesson_id, ids = three(desk)

    with pytest.raises(PlaceRefused):
        desk.do(create_scene, lesson_id, title="D", position=position)
    with pytest.raises(PlaceRefused):
        desk.do(reorder_scene, ids[0], position)

    assert titles(desk, lesson_id) == ["A", "B", "C"]


@pytest.mark.parametrize(
    ("title", "refusal"), [("", ValueRefused), (" \n", ValueRefused), ("x" * 501, ValueRefused), ("a\0", UnusableText)]
)
def test_a_title_that_is_none_is_refused(desk: Desk, title: str, refusal: type[Exception]) -> None:
    lesson_id, ids = three(desk)

    with pytest.raises(refusal):
        desk.do(create_scene, lesson_id, title=title)
    with pytest.raises(refusal):
        desk.do(change_scene, ids[0], title=title)

    assert titles(desk, lesson_id) == ["A", "B", "C"]


def test_a_change_tells_what_was_before_and_opens_the_lesson(desk: Desk) -> None:
    lesson_id, ids = three(desk)
    with desk.work() as conn:
        conn.execute(cc_lessons.update().where(cc_lessons.c.id == lesson_id).values(status="ready"))

    desk.do(change_scene, ids[1], title="Bee", description="Buzz.")
    desk.do(change_scene, ids[1], title="Bee")

    event, payload = desk.last_event(lesson_id)
    assert event == "scene_changed"
    assert changed(payload, "cc_scenes") == [
        ({"title": "B", "description": None}, {"title": "Bee", "description": "Buzz."})
    ]
    assert changed(payload, "cc_lessons") == [({"status": "ready"}, {"status": "in_design"})]


def test_a_change_of_an_earlier_view_is_refused(desk: Desk) -> None:
    lesson_id, ids = three(desk)
    seen = desk.rows(sa.select(cc_scenes.c.updated_at).where(cc_scenes.c.id == ids[0]))[0].updated_at
    desk.do(change_scene, ids[0], title="Ay", unless_changed_since=seen)

    with pytest.raises(EditedMeanwhile):
        desk.do(change_scene, ids[0], title="Eh", unless_changed_since=seen)

    assert titles(desk, lesson_id) == ["Ay", "B", "C"]


def test_scenes_come_into_another_order(desk: Desk) -> None:
    lesson_id, (a, b, c) = three(desk)

    desk.do(reorder_scene, c, 1)
    assert titles(desk, lesson_id) == ["C", "A", "B"]
    desk.do(reorder_scenes, lesson_id, [b, a, c])
    assert titles(desk, lesson_id) == ["B", "A", "C"]
    events = len(desk.events(lesson_id))
    desk.do(reorder_scenes, lesson_id, [b, a, c])

    assert len(desk.events(lesson_id)) == events
    for wrong in ([a, b], [a, a, b], [a, b, uuid4()], []):
        with pytest.raises(PlaceRefused):
            desk.do(reorder_scenes, lesson_id, wrong)


def test_a_deleted_scene_comes_back_to_its_place_with_exactly_what_went_along(desk: Desk) -> None:
    scene = desk.new_scene("One.", "Two.")
    desk.do(create_scene, scene.lesson_id, title="After")
    desk.do(delete_segment, scene.segments[0])

    desk.do(delete_scene, scene.id)

    assert titles(desk, scene.lesson_id) == ["After"]
    assert desk.texts(scene.lesson_id) == []
    event, payload = desk.last_event(scene.lesson_id)
    assert (event, payload["taken_along"]) == ("scene_deleted", {"cc_segments": 1})
    desk.do(restore_scene, scene.id)
    assert titles(desk, scene.lesson_id) == ["Board", "After"]
    assert desk.texts(scene.lesson_id) == ["Two."]
    with pytest.raises(NotFound):
        desk.do(restore_scene, scene.id)


def test_nothing_comes_back_into_a_deleted_lesson(desk: Desk) -> None:
    lesson_id, ids = three(desk)
    desk.do(delete_scene, ids[0])
    place = {"project_id": desk.identity.project_id, "lesson_id": lesson_id}
    desk.do(delete_row, Event.LESSON_DELETED, cc_lessons, lesson_id, **place)

    with pytest.raises(ParentDeleted):
        desk.do(restore_scene, ids[0])
    with pytest.raises(NotFound):
        desk.do(create_scene, lesson_id)


VERBS = [
    lambda desk, one: desk.do(create_scene, one),
    lambda desk, one: desk.do(reorder_scenes, one, []),
    lambda desk, one: desk.do(change_scene, one, title="New"),
    lambda desk, one: desk.do(reorder_scene, one, 1),
    lambda desk, one: desk.do(delete_scene, one),
    lambda desk, one: desk.do(restore_scene, one),
]


@pytest.mark.parametrize("verb", VERBS)
def test_a_foreign_scene_is_answered_as_a_missing_one(desk: Desk, database: Database, verb: Any) -> None:
    tenant = settle_tenant(database, f"other-{uuid4()}")
    stranger = Desk(database, tenant.author, tenant)
    lesson_id, ids = three(desk)
    wanted = lesson_id if verb in VERBS[:2] else ids[0]

    answers = []
    for one in (wanted, uuid4(), tenant.rows["cc_segments"]):
        with pytest.raises(NotFound) as refused:
            verb(stranger, one)
        answers.append((refused.value.message, refused.value.detail))

    assert len(set(answers)) == 1
    assert titles(desk, lesson_id) == ["A", "B", "C"]


@pytest.mark.parametrize("role", ["reviewer", "viewer"])
@pytest.mark.parametrize("verb", VERBS)
def test_who_only_reads_changes_nothing(desk: Desk, role: str, verb: Any) -> None:
    lesson_id, ids = three(desk)

    with pytest.raises(NotAllowed):
        verb(desk.beside(role), lesson_id if verb in VERBS[:2] else ids[0])

    assert titles(desk, lesson_id) == ["A", "B", "C"]


def test_scenes_are_made_moved_and_deleted_at_once_without_gaps(desk: Desk) -> None:
    lesson_id, (a, b, c) = three(desk)

    acts = [partial(desk.do, create_scene, lesson_id, title=f"N{number}", position=1) for number in range(8)]
    acts += [partial(desk.do, reorder_scene, one, 2) for one in (a, b, c)]
    acts += [partial(desk.do, delete_scene, b), partial(desk.do, delete_scene, b)]
    acts += [partial(desk.do, change_scene, b, title="Bee"), partial(desk.do, reorder_scenes, lesson_id, [c, b, a])]
    answers = together(acts)

    refused = [answer for answer in answers if answer is not None]
    assert all(isinstance(answer, NotFound | PlaceRefused) for answer in refused)
    assert set(titles(desk, lesson_id)) == {"A", "C", *(f"N{number}" for number in range(8))}
