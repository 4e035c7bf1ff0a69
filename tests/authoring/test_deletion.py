"""One deletion marks all it takes with one time, and restoring takes back exactly that."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring import hierarchy
from coursecrafter.authoring.deletion import PARENTS, ParentDeleted, delete_row, mark_deleted, restore_row
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.db.session import Database
from coursecrafter.db.tables import (
    SCHEMA,
    cc_assets,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_projects,
    cc_scenes,
    cc_segments,
    metadata,
)

LEVELS = (cc_projects, cc_learning_units, cc_modules, cc_lessons, cc_scenes, cc_segments, cc_assets)
"""From the top down."""


@pytest.fixture
def cast(database: Database) -> Cast:
    return settle_cast(database)


def test_every_table_with_deleted_rows_is_known_to_deletion() -> None:
    marked = {table for table in metadata.tables.values() if table.schema == SCHEMA and "deleted_at" in table.c}

    assert set(PARENTS) == marked


def test_an_asset_goes_with_all_that_it_can_name() -> None:
    keys = {(key.parent.name, key.column.table) for key in cc_assets.foreign_keys if key.column.name == "id"}

    assert set(PARENTS[cc_assets]) == keys


def test_no_parent_comes_after_what_stands_in_it() -> None:
    order = list(PARENTS)

    assert all(order.index(parent) < order.index(table) for table, keys in PARENTS.items() for _, parent in keys)


@pytest.mark.parametrize("table", LEVELS, ids=[table.name for table in LEVELS])
def test_a_deletion_marks_all_below_and_nothing_above(cast: Cast, table: sa.Table) -> None:
    at = delete(cast, table)

    depth = LEVELS.index(table)
    assert [deleted_at(cast, one) for one in LEVELS] == [None] * depth + [at] * (len(LEVELS) - depth)


@pytest.mark.parametrize("table", LEVELS, ids=[table.name for table in LEVELS])
def test_restoring_takes_all_of_it_back(cast: Cast, table: sa.Table) -> None:
    delete(cast, table)

    restore(cast, table)

    assert [deleted_at(cast, one) for one in LEVELS] == [None] * len(LEVELS)


@pytest.mark.parametrize("table", LEVELS[1:], ids=[table.name for table in LEVELS[1:]])
def test_what_was_deleted_before_stays_deleted(cast: Cast, table: sa.Table) -> None:
    at = delete(cast, table)
    delete(cast, cc_projects)

    restore(cast, cc_projects)

    assert deleted_at(cast, table) == at
    assert deleted_at(cast, cc_projects) is None
    restore(cast, table)
    assert [deleted_at(cast, one) for one in LEVELS] == [None] * len(LEVELS)


def test_two_deletions_in_one_transaction_are_two(cast: Cast) -> None:
    with cast.session() as conn:
        for table in (cc_segments, cc_lessons):
            delete_row(conn, cast.owner, Event.LESSON_DELETED, table, cast.rows[table.name], project_id=cast.project_id)

    restore(cast, cc_lessons)

    assert deleted_at(cast, cc_segments) is not None
    assert deleted_at(cast, cc_scenes) is None


def test_another_lesson_is_not_touched(cast: Cast) -> None:
    other = cast.do(hierarchy.create_lesson, cast.rows["cc_modules"], title="Other")

    delete(cast, cc_lessons)

    assert cast.read(cc_lessons, other).deleted_at is None


def test_an_asset_goes_with_the_finest_and_the_coarsest_it_stands_in(cast: Cast) -> None:
    picture = {"asset_type": "image", "file_path": "o/7", "mime_type": "image/png", "project_id": cast.project_id}
    lesson, scene = {"lesson_id": cast.rows["cc_lessons"]}, {"scene_id": cast.rows["cc_scenes"]}
    with cast.session() as conn:
        of_scene, of_lesson, of_project = (
            conn.execute(cc_assets.insert().values(**picture, **place).returning(cc_assets.c.id)).scalar_one()
            for place in ({**lesson, **scene, "role": "a"}, {**lesson, "role": "b"}, {"role": "c"})
        )

    delete(cast, cc_scenes)
    after_scene = [cast.read(cc_assets, one).deleted_at is not None for one in (of_scene, of_lesson, of_project)]
    delete(cast, cc_lessons)
    after_lesson = [cast.read(cc_assets, one).deleted_at is not None for one in (of_scene, of_lesson, of_project)]

    assert after_scene == [True, False, False]
    assert after_lesson == [True, True, False]


def test_the_event_tells_the_row_and_counts_what_went_along(cast: Cast) -> None:
    at = delete(cast, cc_modules)
    restore(cast, cc_modules)

    deleted, restored = cast.events()[1:]
    along = {"cc_lessons": 1, "cc_scenes": 1, "cc_segments": 1, "cc_assets": 1}
    module_id = str(cast.rows["cc_modules"])
    assert deleted.event_payload == {
        "taken_along": along,
        "changes": [
            {
                "table": "cc_modules",
                "id": module_id,
                "before": {"deleted_at": None},
                "after": {"deleted_at": at.isoformat()},
            }
        ],
    }
    assert restored.event_payload["brought_back"] == along
    assert restored.event_payload["changes"][0]["before"] == {"deleted_at": at.isoformat()}


def test_several_deletions_of_one_act_are_counted_together(cast: Cast) -> None:
    other = cast.do(hierarchy.create_lesson, cast.rows["cc_modules"], title="Other")
    with cast.session() as conn, edit(conn, cast.owner, Event.LESSONS_CHANGED, project_id=cast.project_id) as act:
        conn.execute(cc_scenes.insert().values(lesson_id=other, sequence=1))
        for lesson_id in (cast.rows["cc_lessons"], other):
            mark_deleted(act, cc_lessons, lesson_id)

    assert cast.events("lessons_changed")[0].event_payload["taken_along"]["cc_scenes"] == 2


@pytest.mark.parametrize(
    ("child", "parent"),
    [(one, keys[0][1]) for one, keys in PARENTS.items() if keys],
    ids=[one.name for one, keys in PARENTS.items() if keys],
)
def test_what_stands_in_something_deleted_is_not_restored(cast: Cast, child: sa.Table, parent: sa.Table) -> None:
    at = delete(cast, child)
    delete(cast, parent)

    with pytest.raises(ParentDeleted, match="stands in a deleted"):
        restore(cast, child)

    assert deleted_at(cast, child) == at


def test_what_lives_is_not_restored_and_what_is_deleted_not_deleted(cast: Cast) -> None:
    with pytest.raises(NotFound):
        restore(cast, cc_lessons)
    delete(cast, cc_lessons)
    with pytest.raises(NotFound):
        delete(cast, cc_lessons)


@pytest.mark.parametrize("table", LEVELS, ids=[table.name for table in LEVELS])
def test_only_who_may_change_it_deletes_and_restores(cast: Cast, table: sa.Table) -> None:
    for who, error in (("viewer", NotAllowed), ("reviewer", NotAllowed), ("stranger", NotFound)):
        with pytest.raises(error):
            delete(cast, table, author=getattr(cast, who))
    delete(cast, table)
    for who, error in (("viewer", NotAllowed), ("reviewer", NotAllowed), ("stranger", NotFound)):
        with pytest.raises(error):
            restore(cast, table, author=getattr(cast, who))


def test_an_editor_deletes_what_is_in_a_project_but_not_the_project(cast: Cast) -> None:
    delete(cast, cc_learning_units, author=cast.editor)

    with pytest.raises(NotAllowed):
        delete(cast, cc_projects, author=cast.editor)


def test_twenty_who_delete_and_restore_at_once_leave_all_or_nothing(cast: Cast) -> None:
    outcomes = all_at_once([lambda: delete(cast, cc_lessons), lambda: restore(cast, cc_lessons)] * 10)

    assert {type(one) for one in outcomes if isinstance(one, Exception)} <= {NotFound}
    assert len({deleted_at(cast, table) for table in (cc_lessons, cc_scenes, cc_segments, cc_assets)}) == 1
    told = [event.event_type for event in cast.events()[1:]]
    done = [one for one in outcomes if not isinstance(one, Exception)]
    assert len(told) == len(done)
    assert told == [("lesson_deleted", "lesson_restored")[place % 2] for place in range(len(told))]


def delete(cast: Cast, table: sa.Table, **fields: Any) -> datetime:
    at: datetime = cast.do(
        delete_row, Event.LESSON_DELETED, table, cast.rows[table.name], project_id=cast.project_id, **fields
    )
    return at


def restore(cast: Cast, table: sa.Table, **fields: Any) -> None:
    row_id: UUID = cast.rows[table.name]
    cast.do(restore_row, Event.LESSON_RESTORED, table, row_id, project_id=cast.project_id, **fields)


def deleted_at(cast: Cast, table: sa.Table) -> datetime | None:
    at: datetime | None = cast.read(table, cast.rows[table.name]).deleted_at
    return at
