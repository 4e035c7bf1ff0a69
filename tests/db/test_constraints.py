"""What the tables themselves refuse, and what they carry along."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from coursecrafter.db.session import Database
from tenants import Tenant, settle_tenant, table_named


class Undo(Exception):
    """Leaves a transaction without a trace."""


@pytest.fixture(scope="module")
def tenant(database: Database) -> Tenant:
    return settle_tenant(database, "acme")


@pytest.fixture
def session(database: Database, tenant: Tenant) -> Iterator[sa.Connection]:
    with suppress(Undo), database.app(tenant.author) as session:
        yield session
        raise Undo


@contextmanager
def refused(session: sa.Connection, by: str) -> Iterator[None]:
    with pytest.raises(sa.exc.IntegrityError, match=by), session.begin_nested():
        yield


def add(session: sa.Connection, name: str, /, **values: Any) -> UUID:
    table = table_named(name)
    row: UUID = session.scalars(table.insert().values(values).returning(table.c.id)).one()
    return row


def change(session: sa.Connection, name: str, row: UUID, /, **values: Any) -> None:
    table = table_named(name)
    assert session.execute(table.update().where(table.c.id == row).values(values)).rowcount == 1


def read(session: sa.Connection, name: str, row: UUID) -> sa.Row[Any]:
    table = table_named(name)
    return session.execute(sa.select(table).where(table.c.id == row)).one()


def test_ids_are_version_7_and_ascend(session: sa.Connection) -> None:
    ids = [session.scalar(sa.text("SELECT platform.uuidv7()")) for _ in range(50)]

    assert {row.version for row in ids} == {7}
    assert {row.variant for row in ids} == {"specified in RFC 4122"}
    assert [row.int >> 64 for row in ids] == sorted(row.int >> 64 for row in ids)
    now_ms = session.scalar(sa.text("SELECT extract(epoch FROM clock_timestamp()) * 1000"))
    assert abs((ids[-1].int >> 80) - now_ms) < 60_000


def test_a_change_moves_updated_at(session: sa.Connection, tenant: Tenant) -> None:
    before = read(session, "cc_lessons", tenant.rows["cc_lessons"])

    change(session, "cc_lessons", before.id, title="Other")

    after = read(session, "cc_lessons", before.id)
    assert after.updated_at > before.updated_at
    assert after.created_at == before.created_at


def test_a_segments_role_has_one_active_asset(session: sa.Connection, tenant: Tenant) -> None:
    rows = tenant.rows
    place = {"project_id": tenant.author.project_id, "lesson_id": rows["cc_lessons"], "scene_id": rows["cc_scenes"]}
    asset = {"asset_type": "image", "role": "hero_image", "file_path": "o/9", "mime_type": "image/png", "engine": "e2"}
    segment = place | asset | {"segment_id": rows["cc_segments"]}

    with refused(session, "idx_cc_assets_segment_role_active"):
        add(session, "cc_assets", **segment, version=2)
    with refused(session, "idx_cc_assets_segment_role_version"):
        add(session, "cc_assets", **segment, version=1, is_active=False)
    assert add(session, "cc_assets", **segment, version=2, is_active=False)


@pytest.mark.parametrize("level", ["scene", "lesson", "project"])
@pytest.mark.parametrize("engine", ["e2", None])
def test_a_slot_above_segments_has_one_active_asset(
    session: sa.Connection, tenant: Tenant, level: str, engine: str | None
) -> None:
    places = {"scene": ("lesson_id", "scene_id"), "lesson": ("lesson_id",), "project": ()}[level]
    place = {column: tenant.rows[f"cc_{column.removesuffix('_id')}s"] for column in places}
    asset = {"asset_type": "video", "role": "final_video", "file_path": "o/9", "mime_type": "video/mp4"}
    slot = place | asset | {"project_id": tenant.author.project_id, "engine": engine}

    add(session, "cc_assets", **slot)

    with refused(session, f"idx_cc_assets_{level}_role_active"):
        add(session, "cc_assets", **slot, version=2)
    with refused(session, f"idx_cc_assets_{level}_role_version"):
        add(session, "cc_assets", **slot, version=1, is_active=False)
    assert add(session, "cc_assets", **slot | {"engine": "e1"})


def test_a_code_is_taken_once_until_its_project_is_deleted(database: Database, tenant: Tenant) -> None:
    with suppress(Undo), database.admin() as session:
        project = {"org_id": tenant.author.org_id, "name": "P", "code": "HRA-101"}
        first = add(session, "cc_projects", **project)
        with refused(session, "idx_cc_projects_code_unique"):
            add(session, "cc_projects", **project)
        change(session, "cc_projects", first, deleted_at=sa.func.now())
        add(session, "cc_projects", **project)
        with refused(session, "idx_cc_projects_code_unique"):
            change(session, "cc_projects", first, deleted_at=None)
        raise Undo


def test_a_voice_track_needs_a_scene_or_a_segment(session: sa.Connection, tenant: Tenant) -> None:
    with refused(session, "ck_cc_voice_tracks_place_known"):
        change(session, "cc_voice_tracks", tenant.rows["cc_voice_tracks"], scene_id=None, segment_id=None)


def test_a_section_says_what_it_maps_unless_it_is_custom(session: sa.Connection, tenant: Tenant) -> None:
    section = tenant.rows["cc_book_sections"]

    with pytest.raises(sa.exc.DBAPIError), session.begin_nested():
        change(session, "cc_book_sections", section, mapping_id=None)
    change(session, "cc_book_sections", section, mapping_id=None, mapping_type="custom")


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("cc_lessons", "learning_unit_id"),
        ("cc_segments", "lesson_id"),
        ("cc_assets", "lesson_id"),
        ("cc_assets", "scene_id"),
        ("cc_scripts", "scene_id"),
        ("cc_voice_tracks", "script_id"),
        ("cc_quiz_questions", "interaction_id"),
    ],
)
def test_a_copied_key_cannot_disagree(session: sa.Connection, tenant: Tenant, name: str, column: str) -> None:
    """Another row of the same course, under another parent, does not fit."""
    project = {"project_id": tenant.author.project_id}
    unit = add(session, "cc_learning_units", **project, title="U2", sequence=2)
    module = add(session, "cc_modules", **project, learning_unit_id=unit, title="M2", sequence=1)
    lesson = add(session, "cc_lessons", **project, module_id=module, title="L2", sequence=1)
    scene = add(session, "cc_scenes", lesson_id=lesson, sequence=1)
    others = {
        "learning_unit_id": unit,
        "lesson_id": lesson,
        "scene_id": scene,
        "script_id": add(session, "cc_scripts", **project, lesson_id=lesson, scene_id=scene, engine="e1"),
        "interaction_id": add(
            session, "cc_interactions", **project, lesson_id=lesson, interaction_type="quiz", sequence=1
        ),
    }

    with refused(session, "fk_"):
        change(session, name, tenant.rows[name], **{column: others[column]})


def test_what_hangs_on_a_scene_moves_with_it(session: sa.Connection, tenant: Tenant) -> None:
    rows, project = tenant.rows, {"project_id": tenant.author.project_id}
    lesson = add(session, "cc_lessons", **project, module_id=rows["cc_modules"], title="L2", sequence=2)

    change(session, "cc_scenes", rows["cc_scenes"], lesson_id=lesson)

    session.execute(sa.text("SET CONSTRAINTS ALL IMMEDIATE"))
    for name in ("cc_segments", "cc_assets", "cc_scripts", "cc_voice_tracks"):
        assert read(session, name, rows[name]).lesson_id == lesson


def test_what_hangs_on_a_segment_moves_with_it(session: sa.Connection, tenant: Tenant) -> None:
    rows, project = tenant.rows, {"project_id": tenant.author.project_id}
    lesson = add(session, "cc_lessons", **project, module_id=rows["cc_modules"], title="L2", sequence=2)
    scene = add(session, "cc_scenes", lesson_id=lesson, sequence=1)

    change(session, "cc_segments", rows["cc_segments"], scene_id=scene, lesson_id=lesson)

    for name in ("cc_assets", "cc_scripts", "cc_voice_tracks"):
        row = read(session, name, rows[name])
        assert (row.lesson_id, row.scene_id) == (lesson, scene)


def test_a_module_takes_its_lessons_to_another_unit(session: sa.Connection, tenant: Tenant) -> None:
    unit = add(session, "cc_learning_units", project_id=tenant.author.project_id, title="U2", sequence=2)

    change(session, "cc_modules", tenant.rows["cc_modules"], learning_unit_id=unit)

    assert read(session, "cc_lessons", tenant.rows["cc_lessons"]).learning_unit_id == unit


def test_a_deleted_asset_leaves_its_job_and_brand(session: sa.Connection, tenant: Tenant) -> None:
    rows = tenant.rows
    change(session, "cc_video_render_jobs", rows["cc_video_render_jobs"], result_asset_id=rows["cc_assets"])
    change(session, "cc_brand_profiles", rows["cc_brand_profiles"], logo_asset_id=rows["cc_assets"])

    session.execute(table_named("cc_assets").delete())

    assert read(session, "cc_video_render_jobs", rows["cc_video_render_jobs"]).result_asset_id is None
    assert read(session, "cc_brand_profiles", rows["cc_brand_profiles"]).logo_asset_id is None


def test_a_purged_project_takes_everything_but_its_events(database: Database, tenant: Tenant) -> None:
    with suppress(Undo), database.admin() as admin:
        admin.execute(table_named("cc_projects").delete())
        left = {name: admin.scalar(sa.select(sa.func.count()).select_from(table_named(name))) for name in tenant.rows}
        event = read(admin, "cc_activity_log", tenant.rows["cc_activity_log"])
        raise Undo

    assert {name for name, count in left.items() if count} == {"cc_activity_log"}
    assert (event.project_id, event.lesson_id) == (None, None)
