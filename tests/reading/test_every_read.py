"""Rules that hold for every read: its shape, who sees it, and what is gone with what is deleted."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
import sqlalchemy as sa

from all_reads import OF_ORGANISATION, READS, Read
from course_people import Cast, settle_cast
from coursecrafter.authoring import hierarchy, projects, scenes, segments
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.session import Database

DELETE = {
    "cc_projects": projects.delete_project,
    "cc_learning_units": hierarchy.delete_learning_unit,
    "cc_lessons": hierarchy.delete_lesson,
    "cc_scenes": scenes.delete_scene,
    "cc_segments": segments.delete_segment,
}

each_read = pytest.mark.parametrize("one", READS, ids=lambda read: read.name)


@pytest.fixture(scope="module")
def cast(database: Database) -> Cast:
    return settle_cast(database)


@each_read
@pytest.mark.parametrize("role", ["owner", "editor", "reviewer", "viewer"])
def test_whoever_has_a_role_reads_the_same(cast: Cast, one: Read, role: str) -> None:
    with cast.session(getattr(cast, role)) as conn:
        said = one.read(conn, cast.rows[one.table])

    shape = one.shape.model_validate_json(said)
    assert shape.model_dump(mode="json").keys() == json.loads(said).keys()


@each_read
def test_what_is_not_shared_is_answered_as_what_does_not_exist(cast: Cast, one: Read) -> None:
    told = set()

    for who, row_id in (
        (cast.owner, uuid4()),
        (cast.colleague, cast.rows[one.table]),
        (cast.stranger, cast.rows[one.table]),
        (cast.owner, cast.others[one.table]),
    ):
        with cast.session(who) as conn, pytest.raises(NotFound) as refused:
            one.read(conn, row_id)
        told.add((str(refused.value), refused.value.detail))

    assert len(told) == 1


@pytest.mark.parametrize("one", [read for read in READS if read.goes_with], ids=lambda read: read.name)
def test_what_is_deleted_takes_along_what_stands_in_it(cast: Cast, one: Read) -> None:
    with cast.session() as conn:
        DELETE[one.goes_with](conn, cast.owner, cast.rows[one.goes_with])

        with pytest.raises(NotFound):
            one.read(conn, cast.rows[one.table])

        conn.rollback()


@pytest.mark.parametrize("one", [read for read in READS if not read.goes_with], ids=lambda read: read.name)
def test_what_is_still_asked_for_outlives_its_lesson(cast: Cast, one: Read) -> None:
    with cast.session() as conn:
        hierarchy.delete_lesson(conn, cast.owner, cast.rows["cc_lessons"])

        assert one.read(conn, cast.rows[one.table])

        conn.rollback()


@pytest.mark.parametrize(("name", "read", "shape"), OF_ORGANISATION, ids=lambda value: str(value)[:20])
@pytest.mark.parametrize("role", ["owner", "editor", "reviewer", "viewer", "colleague", "stranger"])
def test_every_member_reads_what_belongs_to_the_organisation(cast: Cast, name: str, read, shape, role: str) -> None:
    with cast.session(getattr(cast, role)) as conn:
        said = read(conn)

    assert shape.model_validate_json(said)


@each_read
def test_every_read_is_one_statement(cast: Cast, one: Read) -> None:
    said: list[str] = []

    with cast.session() as conn:
        sa.event.listen(conn, "before_cursor_execute", lambda *args: said.append(args[2]))
        one.read(conn, cast.rows[one.table])

    assert len(said) == 1
