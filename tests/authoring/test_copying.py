"""A copy is its original with other ids, and nothing of what happened to it."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from course_people import Cast, all_at_once, settle_cast
from coursecrafter.authoring import hierarchy, projects
from coursecrafter.authoring.copying import copy_lesson, copy_project
from coursecrafter.authoring.levels import MoveRefused
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.row_copies import ADDED_APART, LEFT_BEHIND, LESSON_ROOTS, ROOTS
from coursecrafter.authoring.rows import hold_row
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.db.session import Database
from coursecrafter.db.tables import (
    SCHEMA,
    cc_asset_versions,
    cc_assets,
    cc_book_sections,
    cc_brand_profiles,
    cc_interactions,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_project_documents,
    cc_projects,
    cc_quiz_questions,
    cc_scenes,
    cc_scripts,
    cc_segments,
    cc_voice_tracks,
    metadata,
)
from coursecrafter.storage.objects import ObjectStore

TABLES = {table.name: table for table in metadata.tables.values() if table.schema == SCHEMA}
STARTS_OVER = {
    "cc_projects": {"name", "code", "status", "created_by"},
    "cc_lessons": {"engine_flags", "status"},
    "cc_assets": {"version"},
    "cc_asset_versions": {"version"},
}
"""What a copy does not take over."""


@dataclass(frozen=True, slots=True)
class Studio:
    cast: Cast
    store: ObjectStore


@pytest.fixture
def studio(database: Database, tmp_path: Path) -> Studio:
    cast = settle_cast(database)
    return Studio(cast, ObjectStore(str(tmp_path), cast.owner.org_id))


def test_every_table_is_copied_added_apart_or_left_behind() -> None:
    known = [*ROOTS, *ADDED_APART, *LEFT_BEHIND]

    assert sorted(table.name for table in known) == sorted(TABLES)


def test_what_stands_in_a_lesson_is_copied_with_it() -> None:
    below = {
        table
        for table in ROOTS
        for key in table.foreign_keys
        if table is not cc_lessons and key.column.table is cc_lessons
    }

    assert set(LESSON_ROOTS) == below


def test_a_copied_project_is_its_original_with_other_ids(studio: Studio) -> None:
    enrich(studio)
    cast = studio.cast

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code="AG-1")

    original, copied = tree_of(cast, cast.project_id), tree_of(cast, copy_id)
    assert {name: len(rows) for name, rows in copied.items()} == {name: len(rows) for name, rows in original.items()}
    assert copied == original
    assert all(copied[table.name] for table in ROOTS), "each table has a row to compare"


def test_a_copied_project_shares_no_id_with_its_original(studio: Studio) -> None:
    enrich(studio)
    cast = studio.cast

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    old_ids = {row["id"] for rows in rows_of(cast, cast.project_id).values() for row in rows}
    texts = json.dumps(rows_of(cast, copy_id), default=str)
    assert not [one for one in old_ids if str(one) in texts]


def test_nothing_deleted_and_no_earlier_version_is_copied(studio: Studio) -> None:
    enrich(studio)
    cast = studio.cast

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    with cast.session() as conn:
        for table in (cc_learning_units, cc_modules, cc_lessons, cc_assets):
            rows = conn.execute(sa.select(table).where(table.c.project_id == copy_id)).all()
            assert rows
            assert all(lives(row._asdict()) for row in rows)
        lessons = sa.select(cc_lessons.c.id).where(cc_lessons.c.project_id == copy_id)
        for table in (cc_scenes, cc_segments):
            rows = conn.execute(sa.select(table).where(table.c.lesson_id.in_(lessons))).all()
            assert rows
            assert all(lives(row._asdict()) for row in rows)


def test_a_course_is_copied_whole_while_others_work_in_it(studio: Studio) -> None:
    cast, lesson_id = studio.cast, studio.cast.rows["cc_lessons"]

    def write(number: int) -> None:
        with cast.session() as conn:
            hold_row(conn, cc_lessons, lesson_id)
            scene_id = add(conn, cc_scenes, lesson_id=lesson_id, sequence=number, title="Both")
            place = {"lesson_id": lesson_id, "scene_id": scene_id}
            add(conn, cc_segments, **place, source_type="text", sequence=1, script_text="Both")

    def copy(number: int) -> UUID:
        if number % 2:
            copied: UUID = cast.do(copy_lesson, studio.store, lesson_id)
            return copied
        project_id = cast.do(copy_project, studio.store, cast.project_id, name=f"P{number}", code=None)
        with cast.session() as conn:
            first = sa.select(cc_lessons.c.id).where(cc_lessons.c.project_id == project_id)
            return conn.execute(first.order_by(cc_lessons.c.sequence).limit(1)).scalar_one()

    outcomes = all_at_once(
        [lambda number=number: copy(number) for number in range(4)]
        + [lambda number=number: write(number) for number in range(2, 12)]
    )

    with cast.session() as conn:
        for copied in outcomes[:4]:
            scenes = sa.select(sa.func.count()).where(cc_scenes.c.lesson_id == copied)
            segments = sa.select(sa.func.count()).where(cc_segments.c.lesson_id == copied)
            assert conn.scalar(scenes) == conn.scalar(segments) > 0
    assert outcomes[4:] == [None] * 10


def test_a_copied_project_begins_as_a_draft_of_whoever_copied_it(studio: Studio) -> None:
    cast = studio.cast
    cast.do(projects.change_project_status, cast.project_id, "in_progress")

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Mine", code="M-1", author=cast.editor)

    with cast.session(cast.editor) as conn:
        row = conn.execute(sa.select(cc_projects).where(cc_projects.c.id == copy_id)).one()
        people = conn.execute(sa.text("SELECT role FROM platform.project_people(:id)"), {"id": copy_id}).scalars().all()
    assert (row.name, row.code, row.status, row.created_by) == ("Mine", "M-1", "draft", cast.editor.user_id)
    assert people == ["owner"]


def test_jobs_calls_and_events_stay_with_the_original(studio: Studio) -> None:
    cast = studio.cast

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    with cast.session() as conn:
        counts = {
            table.name: conn.scalar(sa.select(sa.func.count()).select_from(table).where(table.c.project_id == copy_id))
            for table in LEFT_BEHIND
        }
    assert counts.pop("cc_activity_log") == 1
    assert set(counts.values()) == {0}


def test_the_event_of_a_copy_names_the_original_and_the_new_lessons(studio: Studio) -> None:
    cast = studio.cast

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    with cast.session() as conn:
        log = metadata.tables[f"{SCHEMA}.cc_activity_log"]
        event = conn.execute(sa.select(log).where(log.c.project_id == copy_id)).one()
        lessons = conn.execute(sa.select(cc_lessons.c.id).where(cc_lessons.c.project_id == copy_id)).scalars().all()
    assert event.event_type == "project_copied"
    assert event.event_payload["original"] == str(cast.project_id)
    assert event.event_payload["lessons"] == [str(one) for one in lessons]
    assert [change["table"] for change in event.event_payload["changes"]] == ["cc_projects"]


def test_nothing_is_rendered_of_a_copied_lesson(studio: Studio) -> None:
    cast = studio.cast
    lesson_id = cast.rows["cc_lessons"]
    with cast.session() as conn:
        for status in ("in_design", "ready"):
            conn.execute(cc_lessons.update().values(status=status, engine_flags={"e1": True}))

    copy_id = cast.do(copy_lesson, studio.store, lesson_id)

    row = cast.read(cc_lessons, copy_id)
    assert (row.status, row.engine_flags, row.code) == ("in_design", {}, None)


def test_a_draft_is_copied_as_a_draft(studio: Studio) -> None:
    cast = studio.cast

    copy_id = cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"])

    assert cast.read(cc_lessons, copy_id).status == "draft"


def test_a_copied_lesson_is_its_original_with_other_ids(studio: Studio) -> None:
    enrich(studio)
    cast = studio.cast

    copy_id = cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"])

    original, copied = lesson_tree(cast, cast.rows["cc_lessons"]), lesson_tree(cast, copy_id)
    assert copied == original
    assert all(copied[table.name] for table in LESSON_ROOTS), "each table has a row to compare"


def test_a_copied_lesson_stands_behind_its_original(studio: Studio) -> None:
    cast = studio.cast
    module_id, lesson_id = cast.rows["cc_modules"], cast.rows["cc_lessons"]
    last = cast.do(hierarchy.create_lesson, module_id, title="Last")

    copy_id = cast.do(copy_lesson, studio.store, lesson_id, title="Second")

    assert places_in(cast, module_id) == [(lesson_id, 1), (copy_id, 2), (last, 3)]
    assert cast.read(cc_lessons, copy_id).title == "Second"


def test_a_lesson_is_copied_into_another_module_at_a_place(studio: Studio) -> None:
    cast = studio.cast
    unit_id = cast.do(hierarchy.create_learning_unit, cast.project_id, title="U2")
    module_id = cast.do(hierarchy.create_module, unit_id, title="M2")
    there = cast.do(hierarchy.create_lesson, module_id, title="There")

    first = cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"], module_id=module_id, position=1)
    last = cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"], module_id=module_id)

    assert places_in(cast, module_id) == [(first, 1), (there, 2), (last, 3)]
    assert cast.read(cc_lessons, first).learning_unit_id == unit_id


def test_the_event_of_a_copied_lesson_moves_what_follows(studio: Studio) -> None:
    cast = studio.cast
    last = cast.do(hierarchy.create_lesson, cast.rows["cc_modules"], title="Last")

    copy_id = cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"])

    event = cast.events("lesson_copied")[0]
    assert event.lesson_id == copy_id
    assert event.event_payload["original"] == str(cast.rows["cc_lessons"])
    assert event.event_payload["lessons"] == [str(copy_id)]
    assert event.event_payload["copied"]["cc_scenes"] == 1
    assert [(change["id"], change["before"]) for change in event.event_payload["changes"]] == [
        (str(copy_id), None),
        (str(last), {"sequence": 2}),
    ]


def test_headings_of_a_copied_video_name_the_copied_scenes(studio: Studio) -> None:
    enrich(studio)
    cast = studio.cast

    copy_id = cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"])

    with cast.session() as conn:
        outline = conn.execute(
            sa.select(cc_assets).where(cc_assets.c.lesson_id == copy_id, cc_assets.c.role == "script_outline")
        ).one()
        scenes = conn.execute(sa.select(cc_scenes.c.id).where(cc_scenes.c.lesson_id == copy_id)).scalars().all()
        snapshot = conn.execute(sa.select(cc_asset_versions).where(cc_asset_versions.c.asset_id == outline.id)).one()
    named = {UUID(one["scene_id"]) for one in json.loads(content_of(studio, outline))["scenes"]}
    assert named <= set(scenes)
    assert (snapshot.version, snapshot.file_path, snapshot.metadata) == (1, outline.file_path, outline.metadata)


def test_a_copied_document_keeps_what_its_reader_found(studio: Studio) -> None:
    enrich(studio)
    cast = studio.cast

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    with cast.session() as conn:
        document = conn.execute(
            sa.select(cc_project_documents.c.id).where(cc_project_documents.c.project_id == copy_id)
        ).scalar_one()
        roles = conn.execute(sa.select(cc_assets.c.role).where(cc_assets.c.project_id == copy_id)).scalars().all()
    assert f"document_parse_{document}" in roles


def test_a_section_of_a_deleted_lesson_stands_on_its_own_in_the_copy(studio: Studio) -> None:
    cast = studio.cast
    cast.do(hierarchy.delete_lesson, cast.rows["cc_lessons"])

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    section = rows_of(cast, copy_id)["cc_book_sections"][0]
    assert (section["title"], section["mapping_type"], section["mapping_id"]) == ("C", "custom", None)


def test_a_logo_of_another_project_serves_the_copy_too(studio: Studio) -> None:
    cast = studio.cast
    library = cast.do(projects.create_project, name="Library", code="LIB", language="en")
    with cast.session() as conn:
        picture = {"asset_type": "image", "role": "logo", "file_path": "o/9", "mime_type": "image/png"}
        logo = conn.execute(
            cc_assets.insert().values(project_id=library, **picture).returning(cc_assets.c.id)
        ).scalar_one()
        conn.execute(cc_brand_profiles.update().values(logo_asset_id=logo))

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)

    assert rows_of(cast, copy_id)["cc_brand_profiles"][0]["logo_asset_id"] == logo


def test_a_taken_code_leaves_no_copy(studio: Studio) -> None:
    cast = studio.cast
    cast.do(projects.create_project, name="First", code="TAKEN", language="en")

    with pytest.raises(AlreadyTaken, match="TAKEN"):
        cast.do(copy_project, studio.store, cast.project_id, name="Second", code="TAKEN")

    with cast.session() as conn:
        names = conn.execute(sa.select(cc_projects.c.name)).scalars().all()
    assert "Second" not in names


@pytest.mark.parametrize("who", ["reviewer", "viewer"])
def test_who_may_not_change_a_project_does_not_copy_it(studio: Studio, who: str) -> None:
    cast = studio.cast
    author = getattr(cast, who)

    with pytest.raises(NotAllowed):
        cast.do(copy_project, studio.store, cast.project_id, name="Mine", code=None, author=author)
    with pytest.raises(NotAllowed):
        cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"], author=author)


@pytest.mark.parametrize("who", ["colleague", "stranger"])
def test_a_foreign_project_is_copied_as_little_as_a_missing_one(studio: Studio, who: str) -> None:
    cast = studio.cast
    author = getattr(cast, who)

    with pytest.raises(NotFound) as foreign:
        cast.do(copy_project, studio.store, cast.project_id, name="Mine", code=None, author=author)
    with pytest.raises(NotFound) as missing:
        cast.do(copy_project, studio.store, UUID(int=7), name="Mine", code=None, author=author)

    assert str(foreign.value) == str(missing.value)


def test_a_lesson_is_not_copied_out_of_its_project(studio: Studio) -> None:
    cast = studio.cast
    elsewhere = cast.do(projects.create_project, name="Elsewhere", code=None, language="en")
    unit_id = cast.do(hierarchy.create_learning_unit, elsewhere, title="U")
    module_id = cast.do(hierarchy.create_module, unit_id, title="M")

    with pytest.raises(MoveRefused):
        cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"], module_id=module_id)
    with pytest.raises(NotFound):
        cast.do(copy_lesson, studio.store, cast.rows["cc_lessons"], module_id=cast.others["cc_modules"])
    with pytest.raises(NotFound):
        cast.do(copy_lesson, studio.store, cast.others["cc_lessons"])


def test_bad_names_and_places_leave_no_copy(studio: Studio) -> None:
    cast = studio.cast
    lesson_id = cast.rows["cc_lessons"]

    with pytest.raises(ValueRefused, match="title of the lesson is empty"):
        cast.do(copy_lesson, studio.store, lesson_id, title=" ")
    with pytest.raises(UnusableText, match="title of the lesson"):
        cast.do(copy_lesson, studio.store, lesson_id, title="a\0b")
    with pytest.raises(ValueRefused, match="name of the project is empty"):
        cast.do(copy_project, studio.store, cast.project_id, name="", code=None)
    with pytest.raises(PlaceRefused):
        cast.do(copy_lesson, studio.store, lesson_id, position=10**30)

    assert places_in(cast, cast.rows["cc_modules"]) == [(lesson_id, 1)]


def test_a_project_of_64_lessons_is_copied_about_as_fast_as_its_rows_are_written(studio: Studio) -> None:
    cast = studio.cast
    begun = time.monotonic()
    fill(cast, lessons=64, segments=60)
    filled = time.monotonic()

    copy_id = cast.do(copy_project, studio.store, cast.project_id, name="Again", code=None)
    ratio = (time.monotonic() - filled) / (filled - begun)

    with cast.session() as conn:
        count = conn.scalar(
            sa.select(sa.func.count())
            .select_from(cc_segments.join(cc_lessons, cc_lessons.c.id == cc_segments.c.lesson_id))
            .where(cc_lessons.c.project_id == copy_id)
        )
    print(f"{count} segments copied in {ratio:.2f} times the time that they were written in")
    assert count == 64 * 60 + 1
    assert ratio < 10


def enrich(studio: Studio) -> None:
    """Add to the course what makes copying hard: order without numbers, history, ids in JSON and in files."""
    cast, rows = studio.cast, studio.cast.rows
    project = {"project_id": cast.project_id}
    lesson = {**project, "lesson_id": rows["cc_lessons"]}
    with cast.session() as conn:
        conn.execute(cc_projects.update().where(cc_projects.c.id == cast.project_id).values(description="About fire"))
        second = add(conn, cc_scenes, lesson_id=rows["cc_lessons"], sequence=1, title="Same place")
        gone = add(conn, cc_scenes, lesson_id=rows["cc_lessons"], sequence=2, deleted_at=sa.func.now())
        place = {"lesson_id": rows["cc_lessons"], "scene_id": second}
        segment = add(conn, cc_segments, **place, source_type="text", sequence=1001, script_text="Run")
        add(conn, cc_segments, **place, source_type="text", sequence=1, deleted_at=sa.func.now())
        lost = add(
            conn, cc_segments, lesson_id=rows["cc_lessons"], scene_id=gone, source_type="text", sequence=1,
            deleted_at=sa.func.now(),
        )  # fmt: skip
        script = add(conn, cc_scripts, **project, **place, segment_id=segment, engine="e2", final_text="Run")
        add(conn, cc_scripts, **lesson, scene_id=gone, segment_id=lost, engine="e2")
        track = {"file_path": "o/5", "voice_profile": "v", "tts_provider": "offline", "duration_seconds": 1.25}
        voice = add(conn, cc_voice_tracks, **project, **place, segment_id=segment, script_id=script, **track)
        conn.execute(cc_voice_tracks.update().where(cc_voice_tracks.c.id == voice).values(status="rejected"))
        quiz = add(
            conn, cc_interactions, **lesson, interaction_type="hotspot", sequence=2, config={"segment": str(segment)}
        )
        add(
            conn,
            cc_quiz_questions,
            **lesson,
            interaction_id=quiz,
            question_text="?",
            question_type="mcq_single",
            sequence=1,
        )
        outline = {"scenes": [{"scene_id": str(second), "heading": "Über", "sources": []}]}
        keep_json(studio, conn, outline, **lesson, engine="e2", asset_type="template", role="script_outline", version=3)
        keep_json(
            studio, conn, {}, **lesson, engine="e2", asset_type="template", role="script_outline", is_active=False
        )
        parsed = {"title": "Doc", "paragraphs": []}
        role = f"document_parse_{rows['cc_project_documents']}"
        keep_json(studio, conn, parsed, **project, asset_type="document", role=role)
        logo = keep_json(studio, conn, {"svg": 1}, **project, asset_type="image", role="logo")
        conn.execute(
            cc_brand_profiles.update()
            .where(cc_brand_profiles.c.id == rows["cc_brand_profiles"])
            .values(logo_asset_id=logo, style_prefs={"hero": str(logo)})
        )
        for place, (kind, table) in enumerate((("learning_unit", "cc_learning_units"), ("module", "cc_modules")), 2):
            section = {"level": 1, "title": kind, "content_markdown": "text", "sequence": place}
            add(
                conn, cc_book_sections, book_id=rows["cc_book_structures"], mapping_type=kind, mapping_id=rows[table],
                **section,
            )  # fmt: skip
        add(
            conn, cc_book_sections, book_id=rows["cc_book_structures"], level=1, title="Own", content_markdown="x",
            mapping_type="custom", sequence=4,
        )  # fmt: skip
    unit_id = cast.do(hierarchy.create_learning_unit, cast.project_id, title="Deleted")
    module_id = cast.do(hierarchy.create_module, unit_id, title="Deleted")
    cast.do(hierarchy.create_lesson, module_id, title="Deleted")
    cast.do(hierarchy.delete_learning_unit, unit_id)


def add(conn: sa.Connection, table: sa.Table, **values: Any) -> UUID:
    row_id: UUID = conn.execute(table.insert().values(**values).returning(table.c.id)).scalar_one()
    return row_id


def keep_json(studio: Studio, conn: sa.Connection, value: Any, **values: Any) -> UUID:
    stored = studio.store.put_bytes(json.dumps(value, ensure_ascii=False).encode(), "application/json")
    described = {"sha256": stored.sha256, "size_bytes": stored.size_bytes}
    asset_id = add(conn, cc_assets, file_path=stored.key, mime_type=stored.mime_type, metadata=described, **values)
    version = values.get("version", 1)
    add(conn, cc_asset_versions, asset_id=asset_id, file_path=stored.key, version=version, metadata=described)
    return asset_id


def fill(cast: Cast, *, lessons: int, segments: int) -> None:
    """Give the course many lessons of many segments, each with picture, script and voice."""
    with cast.session() as conn:
        for number in range(2, lessons + 2):
            keys = {"project_id": cast.project_id, "learning_unit_id": cast.rows["cc_learning_units"]}
            lesson_id = add(
                conn, cc_lessons, **keys, module_id=cast.rows["cc_modules"], title=f"L{number}", sequence=number
            )
            scene_id = add(conn, cc_scenes, lesson_id=lesson_id, sequence=1)
            place = {"lesson_id": lesson_id, "scene_id": scene_id}
            made = [
                {**place, "source_type": "text", "sequence": one, "script_text": "Words"} for one in range(segments)
            ]
            ids = conn.execute(cc_segments.insert().returning(cc_segments.c.id), made).scalars().all()
            within = [{"project_id": cast.project_id, **place, "segment_id": one} for one in ids]
            picture = {"asset_type": "image", "role": "slide_picture", "file_path": "o/1", "mime_type": "image/png"}
            pictures = [{**one, **picture, "engine": "e1", "metadata": {"width": 1920}} for one in within]
            conn.execute(cc_assets.insert(), pictures)
            scripts = [{**one, "engine": "e1", "final_text": "Words"} for one in within]
            script_ids = conn.execute(cc_scripts.insert().returning(cc_scripts.c.id), scripts).scalars().all()
            track = {"file_path": "o/2", "voice_profile": "v", "tts_provider": "offline"}
            voices = [{**one, **track, "script_id": script} for one, script in zip(within, script_ids, strict=True)]
            conn.execute(cc_voice_tracks.insert(), voices)


def places_in(cast: Cast, module_id: UUID) -> list[tuple[UUID, int]]:
    wanted = sa.select(cc_lessons.c.id, cc_lessons.c.sequence).where(
        cc_lessons.c.module_id == module_id, cc_lessons.c.deleted_at.is_(None)
    )
    with cast.session() as conn:
        return [(row.id, row.sequence) for row in conn.execute(wanted.order_by(cc_lessons.c.sequence))]


def content_of(studio: Studio, asset: Any) -> bytes:
    folder = studio.store.folder
    assert folder is not None
    return (folder / studio.store.prefix / asset.file_path).read_bytes()


def rows_of(cast: Cast, project_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """What a copy of a project takes, by table and in the order of ids."""
    found: dict[str, list[dict[str, Any]]] = {
        "cc_projects": [cast.read(cc_projects, project_id)._asdict()],
    }
    ids = {cc_projects: {project_id}}
    with cast.session() as conn:
        for table, root in [*ROOTS.items(), (cc_asset_versions, "asset_id")]:
            target = next(key.column.table for key in table.c[root].foreign_keys if key.column.name == "id")
            wanted = sa.select(table).where(table.c[root].in_(ids[target])).order_by(table.c.id)
            rows = [row._asdict() for row in conn.execute(wanted) if lives(row._asdict())]
            rows = [row for row in rows if stands(row, ids)]
            ids[table] = {row["id"] for row in rows}
            found[table.name] = rows
    return found


def lives(row: dict[str, Any]) -> bool:
    return row.get("deleted_at") is None and row.get("is_active", True)


def stands(row: dict[str, Any], ids: dict[sa.Table, set[UUID]]) -> bool:
    """Whether all that a row stands in is there."""
    above = {"scene_id": cc_scenes, "segment_id": cc_segments, "lesson_id": cc_lessons}
    return all(row.get(key) is None or row[key] in ids[table] for key, table in above.items() if table in ids)


def tree_of(cast: Cast, project_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """A project's rows with every id as the place of its row, so that two trees can be compared."""
    return named_by_place(rows_of(cast, project_id))


def lesson_tree(cast: Cast, lesson_id: UUID) -> dict[str, list[dict[str, Any]]]:
    """The same for a lesson."""
    rows = rows_of(cast, cast.project_id)
    scenes = {row["id"] for row in rows["cc_scenes"] if row["lesson_id"] == lesson_id}
    assets = {row["id"] for row in rows["cc_assets"] if row["lesson_id"] == lesson_id}
    kept = {
        table.name: [
            row for row in rows[table.name] if row.get("lesson_id") == lesson_id or row.get("scene_id") in scenes
        ]
        for table in LESSON_ROOTS
    }
    kept["cc_asset_versions"] = [row for row in rows["cc_asset_versions"] if row["asset_id"] in assets]
    kept["cc_lessons"] = [{"id": lesson_id}]
    return named_by_place(kept)


def named_by_place(rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    places = {str(row["id"]): f"{name} {place}" for name, found in rows.items() for place, row in enumerate(found)}

    def anew(value: Any) -> Any:
        text = json.dumps(value, default=str)
        for old, place in places.items():
            text = text.replace(old, place)
        return json.loads(text)

    def compared(name: str, row: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        for field, value in row.items():
            if field not in {"created_at", "updated_at", *STARTS_OVER.get(name, ())}:
                yield field, anew(value)

    trees = {name: [dict(compared(name, row)) for row in found] for name, found in rows.items()}
    for found in (trees.get("cc_assets", []), trees.get("cc_asset_versions", [])):
        for row in found:
            if row.get("role") == "script_outline" or row["file_path"].startswith("objects/"):
                # The file of these is rewritten; another test reads it.
                row.pop("file_path")
                row["metadata"] = {**row["metadata"], "sha256": "", "size_bytes": 0}
    return trees
