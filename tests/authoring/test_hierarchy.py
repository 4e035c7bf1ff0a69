"""What authors do with learning units, modules and lessons, alone and at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring import hierarchy as verbs
from coursecrafter.authoring.deck_lessons import set_lessons
from coursecrafter.authoring.deck_plan import PlannedLesson
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.levels import LESSONS, MODULES, UNITS, Level, MoveRefused
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.projects import create_project
from coursecrafter.authoring.rows import hold_row
from coursecrafter.db.refusals import (
    EditedMeanwhile,
    NotAllowed,
    NotFound,
    StateRefused,
    UnusableText,
    ValueRefused,
)
from coursecrafter.db.session import Database
from coursecrafter.db.tables import (
    cc_assets,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_projects,
    cc_scenes,
    cc_scripts,
    cc_segments,
)

Verb = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Acts:
    """The verbs of one level, to test what all three have in common."""

    level: Level
    noun: str
    create: Verb
    change: Verb
    move: Verb
    order: Verb
    delete: Verb
    restore: Verb

    @property
    def table(self) -> sa.Table:
        return self.level.table


LEVELS = [
    Acts(
        UNITS,
        "learning unit",
        verbs.create_learning_unit,
        verbs.change_learning_unit,
        verbs.move_learning_unit,
        verbs.order_learning_units,
        verbs.delete_learning_unit,
        verbs.restore_learning_unit,
    ),
    Acts(
        MODULES,
        "module",
        verbs.create_module,
        verbs.change_module,
        verbs.move_module,
        verbs.order_modules,
        verbs.delete_module,
        verbs.restore_module,
    ),
    Acts(
        LESSONS,
        "lesson",
        verbs.create_lesson,
        verbs.change_lesson,
        verbs.move_lesson,
        verbs.order_lessons,
        verbs.delete_lesson,
        verbs.restore_lesson,
    ),
]
LOWER = LEVELS[1:]
EACH = pytest.mark.parametrize("acts", LEVELS, ids=[acts.noun for acts in LEVELS])
EACH_LOWER = pytest.mark.parametrize("acts", LOWER, ids=[acts.noun for acts in LOWER])


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


@EACH
def test_a_new_one_stands_at_the_end_or_where_it_is_put(cast: Cast, acts: Acts) -> None:
    last = make(cast, acts, "Last")
    second = make(cast, acts, "Second", position=2)

    assert standing(cast, acts) == [cast.rows[acts.table.name], second, last]


@EACH
def test_creating_tells_the_row_and_who_moved_up(cast: Cast, acts: Acts) -> None:
    was_first = cast.rows[acts.table.name]

    row_id = make(cast, acts, "First", position=1, author=cast.editor)

    event = cast.events(acts.level.created)[0]
    added, moved = event.event_payload["changes"]
    assert (added["id"], added["before"], added["after"]["title"]) == (str(row_id), None, "First")
    assert (moved["id"], moved["before"], moved["after"]) == (str(was_first), {"sequence": 1}, {"sequence": 2})
    assert event.user_id == cast.editor.user_id
    assert event.lesson_id == (row_id if acts.level is LESSONS else None)


@EACH
def test_changing_tells_before_and_after(cast: Cast, acts: Acts) -> None:
    row_id = cast.rows[acts.table.name]
    field = "objective" if acts.level is LESSONS else "description"
    before = cast.read(acts.table, row_id)

    cast.do(acts.change, row_id, title="New", **{field: "What for"})

    change = cast.events(acts.level.changed)[0].event_payload["changes"][0]
    assert change["before"] == {"title": before.title, field: None}
    assert change["after"] == {"title": "New", field: "What for"}


@EACH
def test_a_change_that_changes_nothing_leaves_no_event(cast: Cast, acts: Acts) -> None:
    row = cast.read(acts.table, cast.rows[acts.table.name])

    cast.do(acts.change, row.id, title=row.title)
    cast.do(acts.move, row.id, position=1)
    cast.do(acts.order, above(cast, acts), [row.id])

    assert [event.event_type for event in cast.events()] == ["project_created"]


@EACH
def test_a_change_of_what_changed_meanwhile_is_refused(cast: Cast, acts: Acts) -> None:
    row = cast.read(acts.table, cast.rows[acts.table.name])
    cast.do(acts.change, row.id, title="First", unless_changed_since=row.updated_at)

    with pytest.raises(EditedMeanwhile, match=acts.noun):
        cast.do(acts.change, row.id, title="Second", unless_changed_since=row.updated_at)

    assert cast.read(acts.table, row.id).title == "First"


@EACH
@pytest.mark.parametrize(
    ("title", "error", "words"),
    [
        ("", ValueRefused, "is empty"),
        (" \n", ValueRefused, "is empty"),
        ("x" * 501, ValueRefused, "longer than 500 signs"),
        ("a\0b", UnusableText, "sign"),
        ("\udc00", UnusableText, "sign"),
    ],
    ids=["empty", "blank", "long", "nul", "surrogate"],
)
def test_bad_titles_are_refused_by_field(
    cast: Cast, acts: Acts, title: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=f"title of the {acts.noun}.*{words}"):
        make(cast, acts, title)
    with pytest.raises(error, match=f"title of the {acts.noun}.*{words}"):
        cast.do(acts.change, cast.rows[acts.table.name], title=title)


def test_bad_codes_of_a_lesson_are_refused(cast: Cast) -> None:
    with pytest.raises(ValueRefused, match="short code of the lesson is empty"):
        cast.do(verbs.change_lesson, cast.rows["cc_lessons"], code="")
    with pytest.raises(ValueRefused, match="short code of the lesson is longer than 50"):
        cast.do(verbs.create_lesson, cast.rows["cc_modules"], title="L", code="x" * 51)


@EACH
@pytest.mark.parametrize("position", [0, -1, 3, 10**9, 10**30])
def test_a_place_beyond_the_ends_is_refused(cast: Cast, acts: Acts, position: int) -> None:
    with pytest.raises(PlaceRefused):
        cast.do(acts.move, cast.rows[acts.table.name], position=position)
    with pytest.raises(PlaceRefused):
        make(cast, acts, "New", position=position)

    assert len(standing(cast, acts)) == 1


@EACH
def test_one_is_put_at_another_place(cast: Cast, acts: Acts) -> None:
    first, second, third = cast.rows[acts.table.name], make(cast, acts, "Second"), make(cast, acts, "Third")

    cast.do(acts.move, third, position=1)

    assert standing(cast, acts) == [third, first, second]
    changes = cast.events(acts.level.reordered)[0].event_payload["changes"]
    moves = {change["id"]: (change["before"]["sequence"], change["after"]["sequence"]) for change in changes}
    assert moves == {str(third): (3, 1), str(first): (1, 2), str(second): (2, 3)}


@EACH
def test_all_are_put_into_an_order(cast: Cast, acts: Acts) -> None:
    first, second, third = cast.rows[acts.table.name], make(cast, acts, "Second"), make(cast, acts, "Third")

    cast.do(acts.order, above(cast, acts), [third, second, first])

    assert standing(cast, acts) == [third, second, first]
    moved = [change["id"] for change in cast.events(acts.level.reordered)[0].event_payload["changes"]]
    assert moved == [str(third), str(first)]


@EACH
def test_an_order_that_is_not_theirs_is_refused(cast: Cast, acts: Acts) -> None:
    first, second, third = cast.rows[acts.table.name], make(cast, acts, "Second"), make(cast, acts, "Third")
    cast.do(acts.delete, third)

    for wrong in ([second], [first, first], [first, second, third], [first, cast.others[acts.table.name]], []):
        with pytest.raises(PlaceRefused, match="each of the 2"):
            cast.do(acts.order, above(cast, acts), wrong)

    assert standing(cast, acts) == [first, second]


@EACH_LOWER
def test_one_moves_under_another_parent(cast: Cast, acts: Acts) -> None:
    row_id, follower = cast.rows[acts.table.name], make(cast, acts, "Follower")
    goal_id = make_parent(cast, acts)
    there = cast.do(acts.create, goal_id, title="There")

    cast.do(acts.move, row_id, position=1, **{acts.level.key: goal_id})

    assert standing(cast, acts, goal_id) == [row_id, there]
    assert standing(cast, acts) == [follower]
    changes = cast.events(acts.level.moved)[0].event_payload["changes"]
    assert changes[0]["id"] == str(row_id)
    assert changes[0]["after"][acts.level.key] == str(goal_id)
    assert [(one["id"], one["after"]) for one in changes[1:]] == [
        (str(there), {"sequence": 2}),
        (str(follower), {"sequence": 1}),
    ]


def test_all_in_a_moved_module_follows_it(cast: Cast) -> None:
    lesson_id = cast.rows["cc_lessons"]
    deleted = cast.do(verbs.create_lesson, cast.rows["cc_modules"], title="Deleted")
    cast.do(verbs.delete_lesson, deleted)
    goal_id = cast.do(verbs.create_learning_unit, cast.project_id, title="U2")

    cast.do(verbs.move_module, cast.rows["cc_modules"], learning_unit_id=goal_id)

    assert cast.read(cc_lessons, lesson_id).learning_unit_id == goal_id
    assert cast.read(cc_lessons, deleted).learning_unit_id == goal_id
    for table in (cc_scenes, cc_segments, cc_scripts, cc_assets):
        assert cast.read(table, cast.rows[table.name]).lesson_id == lesson_id
    cast.do(verbs.delete_learning_unit, goal_id)
    assert all(cast.read(table, cast.rows[table.name]).deleted_at for table in (cc_lessons, cc_segments, cc_assets))


def test_a_moved_lesson_stands_in_the_unit_of_its_module(cast: Cast) -> None:
    unit_id = cast.do(verbs.create_learning_unit, cast.project_id, title="U2")
    module_id = cast.do(verbs.create_module, unit_id, title="M2")

    cast.do(verbs.move_lesson, cast.rows["cc_lessons"], module_id=module_id)

    row = cast.read(cc_lessons, cast.rows["cc_lessons"])
    assert (row.module_id, row.learning_unit_id, row.sequence) == (module_id, unit_id, 1)


@EACH_LOWER
def test_nothing_moves_under_itself_or_a_row_of_another_kind(cast: Cast, acts: Acts) -> None:
    row_id = cast.rows[acts.table.name]

    for wrong in (row_id, cast.rows["cc_scenes"], UUID(int=3)):
        with pytest.raises(NotFound):
            cast.do(acts.move, row_id, **{acts.level.key: wrong})


@EACH_LOWER
def test_nothing_moves_under_a_deleted_parent(cast: Cast, acts: Acts) -> None:
    goal_id = make_parent(cast, acts)
    parents = next(one for one in LEVELS if one.table is acts.level.parent)
    cast.do(parents.delete, goal_id)

    with pytest.raises(NotFound):
        cast.do(acts.move, cast.rows[acts.table.name], **{acts.level.key: goal_id})
    with pytest.raises(NotFound):
        cast.do(acts.create, goal_id, title="New")


@EACH_LOWER
def test_nothing_moves_into_another_project(cast: Cast, acts: Acts) -> None:
    elsewhere = cast.do(create_project, name="Elsewhere", code=None, language="en")
    unit_id = cast.do(verbs.create_learning_unit, elsewhere, title="U")
    goal_id = unit_id if acts.level is MODULES else cast.do(verbs.create_module, unit_id, title="M")

    with pytest.raises(MoveRefused, match="another project"):
        cast.do(acts.move, cast.rows[acts.table.name], **{acts.level.key: goal_id})
    with pytest.raises(NotFound):
        cast.do(acts.move, cast.rows[acts.table.name], **{acts.level.key: cast.others[acts.level.parent.name]})


@EACH
def test_what_follows_a_deleted_one_moves_up_and_back(cast: Cast, acts: Acts) -> None:
    first, second, third = cast.rows[acts.table.name], make(cast, acts, "Second"), make(cast, acts, "Third")

    cast.do(acts.delete, second)
    without = standing(cast, acts)
    cast.do(acts.restore, second)

    assert without == [first, third]
    assert standing(cast, acts) == [first, second, third]
    deleted, moved = cast.events(acts.level.deleted)[0].event_payload["changes"]
    assert (deleted["id"], deleted["before"]) == (str(second), {"deleted_at": None})
    assert (moved["id"], moved["before"], moved["after"]) == (str(third), {"sequence": 3}, {"sequence": 2})
    restored, back = cast.events(acts.level.restored)[0].event_payload["changes"]
    assert (restored["id"], restored["after"]) == (str(second), {"deleted_at": None})
    assert (back["id"], back["after"]) == (str(third), {"sequence": 3})


@EACH
def test_a_restored_one_stands_at_the_end_of_what_is_shorter_now(cast: Cast, acts: Acts) -> None:
    first, second, third = cast.rows[acts.table.name], make(cast, acts, "Second"), make(cast, acts, "Third")
    for row_id in (third, second):
        cast.do(acts.delete, row_id)

    cast.do(acts.restore, third)

    assert standing(cast, acts) == [first, third]


@EACH
def test_what_is_deleted_is_there_for_no_act_but_restoring(cast: Cast, acts: Acts) -> None:
    row_id = cast.rows[acts.table.name]
    cast.do(acts.delete, row_id)

    for call in (
        lambda: cast.do(acts.change, row_id, title="New"),
        lambda: cast.do(acts.move, row_id, position=1),
        lambda: cast.do(acts.delete, row_id),
    ):
        with pytest.raises(NotFound, match=f"no such {acts.noun}"):
            call()
    cast.do(acts.restore, row_id)
    with pytest.raises(NotFound):
        cast.do(acts.restore, row_id)


@EACH_LOWER
def test_what_stands_in_a_deleted_parent_is_not_restored(cast: Cast, acts: Acts) -> None:
    row_id = cast.rows[acts.table.name]
    cast.do(acts.delete, row_id)
    cast.do(next(one for one in LEVELS if one.table is acts.level.parent).delete, above(cast, acts))

    with pytest.raises(ParentDeleted):
        cast.do(acts.restore, row_id)

    assert cast.events(acts.level.restored) == []


@EACH
@pytest.mark.parametrize("who", ["reviewer", "viewer"])
def test_who_only_sees_a_course_does_not_change_it(cast: Cast, acts: Acts, who: str) -> None:
    row_id, author = cast.rows[acts.table.name], getattr(cast, who)

    for call in calls_on(cast, acts, row_id, above(cast, acts), author):
        with pytest.raises(NotAllowed):
            call()


@EACH
@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_a_foreign_row_and_a_missing_one_are_answered_alike(cast: Cast, acts: Acts, who: str) -> None:
    author, missing_id = getattr(cast, who), UUID(int=11)
    foreign = calls_on(cast, acts, cast.rows[acts.table.name], above(cast, acts), author)
    missing = calls_on(cast, acts, missing_id, missing_id, author)

    for here, there in zip(foreign, missing, strict=True):
        with pytest.raises(NotFound) as seen:
            here()
        with pytest.raises(NotFound) as unseen:
            there()
        assert str(seen.value) == str(unseen.value)


def test_a_lesson_goes_along_its_states(cast: Cast) -> None:
    lesson_id = cast.rows["cc_lessons"]

    for status in ("in_design", "ready", "archived"):
        cast.do(verbs.change_lesson_status, lesson_id, status, author=cast.editor)

    event = cast.events("lesson_status_changed")[-1]
    assert event.lesson_id == lesson_id
    assert event.event_payload["changes"][0]["before"] == {"status": "ready"}
    with pytest.raises(StateRefused, match="is archived; it can become only in design, not ready"):
        cast.do(verbs.change_lesson_status, lesson_id, "ready")
    with pytest.raises(ValueRefused, match="state of the lesson"):
        cast.do(verbs.change_lesson_status, lesson_id, "done")
    with pytest.raises(NotAllowed):
        cast.do(verbs.change_lesson_status, lesson_id, "in_design", author=cast.reviewer)


def test_a_deck_sets_its_lessons_in_one_event(cast: Cast) -> None:
    lesson_id = cast.rows["cc_lessons"]

    ids = cast.do(set_lessons, cast.project_id, [planned("A", 1), planned("B", 2)])

    assert ids[0] == lesson_id
    assert [(row.title, row.code) for row in (cast.read(cc_lessons, one) for one in ids)] == [
        ("A", "L1.1"),
        ("B", "L2.1"),
    ]
    events = cast.events("lessons_changed")
    assert len(events) == 1
    tables = [change["table"] for change in events[0].event_payload["changes"]]
    assert tables == ["cc_learning_units", "cc_modules", "cc_lessons"] * 2


def test_the_same_deck_again_changes_nothing(cast: Cast) -> None:
    lessons = [planned("A", 1), planned("B", 2)]
    ids = cast.do(set_lessons, cast.project_id, lessons)

    again = cast.do(set_lessons, cast.project_id, lessons)

    assert again == ids
    assert len(cast.events("lessons_changed")) == 1


def test_a_shorter_deck_takes_its_surplus_away(cast: Cast) -> None:
    ids = cast.do(set_lessons, cast.project_id, [planned("A", 1), planned("B", 2), planned("C", 3)])

    left = cast.do(set_lessons, cast.project_id, [planned("A", 1)])

    assert left == ids[:1]
    assert len(standing(cast, LEVELS[0])) == 1
    assert live_below_deleted(cast) == []
    assert cast.events("lessons_changed")[-1].event_payload["taken_along"]["cc_lessons"] == 2


def test_who_only_sees_a_course_sets_no_lessons(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        cast.do(set_lessons, cast.project_id, [planned("A", 1)], author=cast.viewer)
    with pytest.raises(NotFound):
        cast.do(set_lessons, cast.project_id, [planned("A", 1)], author=cast.stranger)


@EACH
def test_twenty_who_reorder_at_once_leave_every_place_once(cast: Cast, acts: Acts) -> None:
    ids = [cast.rows[acts.table.name], *(make(cast, acts, f"N{number}") for number in range(2, 8))]
    chance = Random(1)  # noqa: S311 - not a secret
    orders = [chance.sample(ids, len(ids)) for _ in range(10)]
    moves = [(chance.choice(ids), chance.randint(1, len(ids))) for _ in range(10)]

    outcomes = all_at_once(
        [lambda order=order: cast.do(acts.order, above(cast, acts), order) for order in orders]
        + [lambda move=move: cast.do(acts.move, move[0], position=move[1]) for move in moves]
    )

    assert outcomes == [None] * 20
    assert sorted(standing(cast, acts)) == sorted(ids)


def test_twenty_who_create_at_once_stand_one_behind_the_other(cast: Cast) -> None:
    outcomes = all_at_once([lambda: make(cast, LEVELS[2], "New", position=1)] * 20)

    assert len(set(standing(cast, LEVELS[2]))) == 21
    assert set(outcomes) < set(standing(cast, LEVELS[2]))


def test_reorder_move_delete_restore_and_create_at_once_leave_a_whole_tree(cast: Cast) -> None:
    modules = [cast.rows["cc_modules"]]
    for number in (2, 3):
        unit_id = cast.do(verbs.create_learning_unit, cast.project_id, title=f"U{number}")
        modules.append(cast.do(verbs.create_module, unit_id, title=f"M{number}"))
    lessons = [cast.rows["cc_lessons"]]
    lessons += [cast.do(verbs.create_lesson, modules[one % 3], title=f"L{one}") for one in range(5)]
    units = standing(cast, LEVELS[0])
    chance = Random(2)  # noqa: S311 - not a secret
    kinds: list[Callable[[], Any]] = [
        lambda: cast.do(verbs.move_lesson, chance.choice(lessons), module_id=chance.choice(modules), position=1),
        lambda: cast.do(verbs.move_module, chance.choice(modules), learning_unit_id=chance.choice(units)),
        lambda: cast.do(verbs.delete_lesson, chance.choice(lessons)),
        lambda: cast.do(verbs.delete_module, chance.choice(modules)),
        lambda: cast.do(verbs.delete_learning_unit, chance.choice(units)),
        lambda: cast.do(verbs.restore_lesson, chance.choice(lessons)),
        lambda: cast.do(verbs.restore_module, chance.choice(modules)),
        lambda: cast.do(verbs.create_lesson, chance.choice(modules), title="New", position=1),
        lambda: cast.do(verbs.order_learning_units, cast.project_id, units[::-1]),
        lambda: add_scene(cast, chance.choice(lessons)),
    ]

    outcomes = all_at_once(kinds * 2)

    refused = {type(one) for one in outcomes if isinstance(one, Exception)}
    assert refused <= {NotFound, ParentDeleted, PlaceRefused}
    assert live_below_deleted(cast) == []
    assert gaps(cast) == []


def test_no_scene_lives_in_a_unit_that_is_deleted_meanwhile(cast: Cast) -> None:
    lesson_id, unit_id = cast.rows["cc_lessons"], cast.rows["cc_learning_units"]
    writers: list[Callable[[], Any]] = [lambda: add_scene(cast, lesson_id)] * 19

    outcomes = all_at_once([*writers[:9], lambda: cast.do(verbs.delete_learning_unit, unit_id), *writers[9:]])

    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {NotFound}
    assert live_below_deleted(cast) == []
    cast.do(verbs.restore_learning_unit, unit_id)
    added = sum(isinstance(one, UUID) for one in outcomes)
    with cast.session() as conn:
        live = sa.select(sa.func.count()).where(cc_scenes.c.lesson_id == lesson_id, cc_scenes.c.deleted_at.is_(None))
        assert conn.scalar(live) == added + 1


@EACH
def test_two_restores_at_once_are_one(cast: Cast, acts: Acts) -> None:
    row_id = cast.rows[acts.table.name]
    cast.do(acts.delete, row_id)

    outcomes = all_at_once([lambda: cast.do(acts.restore, row_id)] * 2)

    assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "NotFound"]
    assert len(cast.events(acts.level.restored)) == 1
    assert standing(cast, acts) == [row_id]


def calls_on(cast: Cast, acts: Acts, row_id: UUID, parent_id: UUID, author: Any) -> list[Callable[[], Any]]:
    """Each verb of a level, on a row or its parent."""
    return [
        lambda: cast.do(acts.create, parent_id, title="New", author=author),
        lambda: cast.do(acts.change, row_id, title="New", author=author),
        lambda: cast.do(acts.move, row_id, position=1, author=author),
        lambda: cast.do(acts.order, parent_id, [row_id], author=author),
        lambda: cast.do(acts.delete, row_id, author=author),
        lambda: cast.do(acts.restore, row_id, author=author),
    ]


def planned(title: str, place: int) -> PlannedLesson:
    return PlannedLesson(title, f"L{place}.1", ())


def above(cast: Cast, acts: Acts) -> UUID:
    """What the course's row of a level stands in."""
    return cast.rows[acts.level.parent.name]


def make(cast: Cast, acts: Acts, title: str, **fields: Any) -> UUID:
    row_id: UUID = cast.do(acts.create, above(cast, acts), title=title, **fields)
    return row_id


def make_parent(cast: Cast, acts: Acts) -> UUID:
    """A second parent of a level, in a learning unit of its own."""
    unit_id: UUID = cast.do(verbs.create_learning_unit, cast.project_id, title="U2")
    return unit_id if acts.level is MODULES else cast.do(verbs.create_module, unit_id, title="M2")


def standing(cast: Cast, acts: Acts, parent_id: UUID | None = None) -> list[UUID]:
    """The live rows of a parent in order; their places are 1 to n."""
    table, key = acts.table, acts.table.c[acts.level.key]
    wanted = sa.select(table.c.id, table.c.sequence).where(
        key == (parent_id or above(cast, acts)), table.c.deleted_at.is_(None)
    )
    with cast.session() as conn:
        rows = conn.execute(wanted.order_by(table.c.sequence)).all()
    assert [row.sequence for row in rows] == list(range(1, len(rows) + 1))
    return [row.id for row in rows]


def add_scene(cast: Cast, lesson_id: UUID) -> UUID:
    """What those do who work in a lesson: hold it, then add to it."""
    with cast.session() as conn:
        row = hold_row(conn, cc_lessons, lesson_id)
        with edit(conn, cast.owner, Event.SCENE_CREATED, project_id=row.project_id, lesson_id=lesson_id) as act:
            return act.add(cc_scenes, lesson_id=lesson_id, sequence=9)


def live_below_deleted(cast: Cast) -> list[str]:
    """Tables that hold a live row in a deleted one."""
    pairs = [
        (cc_learning_units, "project_id", cc_projects),
        (cc_modules, "learning_unit_id", cc_learning_units),
        (cc_lessons, "module_id", cc_modules),
        (cc_scenes, "lesson_id", cc_lessons),
        (cc_segments, "scene_id", cc_scenes),
        (cc_assets, "lesson_id", cc_lessons),
        (cc_assets, "segment_id", cc_segments),
    ]
    with cast.session() as conn:
        return [
            below.name
            for below, key, parent in pairs
            if conn.execute(
                sa.select(below.c.id)
                .join(parent, parent.c.id == below.c[key])
                .where(below.c.deleted_at.is_(None), parent.c.deleted_at.is_not(None))
            ).first()
        ]


def gaps(cast: Cast) -> list[str]:
    """Tables in which live siblings do not stand at 1 to n."""
    with cast.session() as conn:
        found = []
        for acts in LEVELS:
            table, key = acts.table, acts.table.c[acts.level.key]
            stood = sa.select(key, sa.func.array_agg(table.c.sequence)).where(table.c.deleted_at.is_(None))
            for _, places in conn.execute(stood.group_by(key)):
                if sorted(places) != list(range(1, len(places) + 1)):
                    found.append(f"{table.name}: {places}")
        return found
