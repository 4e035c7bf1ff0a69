"""A whole course, read from its rows into the frozen values that engines work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.assets import stored_object
from coursecrafter.authoring.documents import read_documents
from coursecrafter.authoring.outlines import read_headings
from coursecrafter.authoring.sources import read_parse
from coursecrafter.db.tables import (
    cc_assets,
    cc_brand_profiles,
    cc_learning_units,
    cc_lessons,
    cc_modules,
    cc_project_context,
    cc_projects,
    cc_scenes,
    cc_scripts,
    cc_segments,
)
from coursecrafter.domain.course import (
    Brand,
    Context,
    Course,
    Engine,
    LessonContent,
    ModuleContent,
    SceneContent,
    SegmentContent,
    SourceType,
    UnitContent,
)
from coursecrafter.domain.deck import Build, Deck, Slide
from coursecrafter.domain.names import project_slug
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore

SLIDE_PICTURE = "slide_picture"


@dataclass(frozen=True, slots=True)
class _Source:
    """What the deck's reader found, by place."""

    slides: Mapping[int, Slide]
    builds: Mapping[str, Build]
    pictures: Mapping[UUID, StoredObject]
    headings: Mapping[UUID, str]


def read_course(conn: Connection, store: ObjectStore, project_id: UUID, engine: Engine) -> Course:
    """Read a project with the segments of one engine's video.

    Args:
        engine: E1 for the plan that came from the deck (E3 and E4 draw on it too), E2 for the narration.
    """
    project = conn.execute(select(cc_projects).where(cc_projects.c.id == project_id)).one()
    deck = read_parse(conn, store, project_id)
    context = conn.execute(select(cc_project_context).where(cc_project_context.c.project_id == project_id)).one()
    source = _source(conn, store, project_id, deck, engine)
    return Course(
        id=project_id,
        code=project_slug(project.code, project.name),
        name=project.name,
        description=project.description,
        language=project.default_language,
        modified=deck.modified if deck else project.created_at.isoformat(),
        units=_units(conn, project_id, engine, source),
        brand=_brand(conn, project_id),
        context=_context(context),
        voice=context.metadata["voice"],
        documents=read_documents(conn, store, project_id),
    )


def _source(conn: Connection, store: ObjectStore, project_id: UUID, deck: Deck | None, engine: Engine) -> _Source:
    slides = {slide.number: slide for slide in deck.slides} if deck else {}
    builds = {f"{slide.number}.{build.index}": build for slide in slides.values() for build in slide.builds}
    rows = conn.execute(
        select(cc_assets.c.segment_id, cc_assets.c.metadata, cc_assets.c.mime_type).where(
            cc_assets.c.project_id == project_id,
            cc_assets.c.role == SLIDE_PICTURE,
            cc_assets.c.is_active,
            cc_assets.c.deleted_at.is_(None),
        )
    )
    pictures = {row.segment_id: stored_object(row.metadata, row.mime_type) for row in rows}
    headings: dict[UUID, str] = {}
    if engine is Engine.E2:
        for lesson in _live(conn, project_id, cc_lessons):
            headings |= read_headings(conn, store, project_id, lesson.id)
    return _Source(slides, builds, pictures, headings)


def _units(conn: Connection, project_id: UUID, engine: Engine, source: _Source) -> tuple[UnitContent, ...]:
    lessons = _lessons(conn, project_id, engine, source)
    modules: dict[UUID, list[ModuleContent]] = {}
    for row in _live(conn, project_id, cc_modules):
        content = ModuleContent(row.id, row.title, row.description, tuple(lessons.get(row.id, ())))
        modules.setdefault(row.learning_unit_id, []).append(content)
    return tuple(
        UnitContent(row.id, row.title, row.description, tuple(modules.get(row.id, ())))
        for row in _live(conn, project_id, cc_learning_units)
    )


def _live(conn: Connection, project_id: UUID, table: Any) -> Sequence[Row[Any]]:
    wanted = select(table).where(table.c.project_id == project_id, table.c.deleted_at.is_(None))
    return conn.execute(wanted.order_by(table.c.sequence)).all()


def _lessons(conn: Connection, project_id: UUID, engine: Engine, source: _Source) -> dict[UUID, list[LessonContent]]:
    """Lessons by module."""
    segments = _segments(conn, project_id, engine)
    by_module: dict[UUID, list[LessonContent]] = {}
    for row in _live(conn, project_id, cc_lessons):
        scenes = tuple(
            _scene(list(run), source)
            for _, run in groupby(segments.get(row.id, ()), key=lambda segment: segment.scene_id)
        )
        lesson = LessonContent(row.id, row.code or "", row.title, row.objective, scenes)
        by_module.setdefault(row.module_id, []).append(lesson)
    return by_module


def _segments(conn: Connection, project_id: UUID, engine: Engine) -> dict[UUID, list[Row[Any]]]:
    """Rows of scene and segment by lesson, in playing order."""
    rows = conn.execute(
        select(
            cc_segments,
            cc_scripts.c.draft_text,
            cc_scripts.c.final_text,
            cc_scenes.c.title.label("scene_title"),
            cc_scenes.c.sequence.label("scene_sequence"),
        )
        .join(cc_scripts, cc_scripts.c.segment_id == cc_segments.c.id)
        .join(cc_scenes, cc_scenes.c.id == cc_segments.c.scene_id)
        .where(cc_scripts.c.project_id == project_id, cc_scripts.c.engine == engine.value)
        .where(cc_segments.c.deleted_at.is_(None), cc_scenes.c.deleted_at.is_(None))
        .order_by(cc_scenes.c.sequence, cc_scenes.c.id, cc_segments.c.sequence)
    ).all()
    by_lesson: dict[UUID, list[Row[Any]]] = {}
    for row in rows:
        by_lesson.setdefault(row.lesson_id, []).append(row)
    return by_lesson


def _scene(rows: Sequence[Row[Any]], source: _Source) -> SceneContent:
    first = rows[0]
    place = next((row.source_ref for row in rows if row.source_ref), None)
    number = int(place.split(".")[0]) if place else None
    slide = source.slides.get(number) if number is not None else None
    return SceneContent(
        id=first.scene_id,
        sequence=first.scene_sequence,
        title=source.headings.get(first.scene_id, first.scene_title),
        notes=slide.notes if slide else "",
        alt_texts=slide.alt_texts if slide else (),
        segments=tuple(_segment(row, source) for row in rows),
    )


def _segment(row: Row[Any], source: _Source) -> SegmentContent:
    build = source.builds.get(row.source_ref) if row.source_ref else None
    # A part of a build, or several as one, no longer has the structure of the one that it is named after.
    is_whole = build is not None and row.draft_text == build.text
    return SegmentContent(
        id=row.id,
        sequence=row.sequence,
        source_type=SourceType(row.source_type),
        source_ref=row.source_ref,
        text=row.final_text or "",
        blocks=build.blocks if build and is_whole else (),
        picture=source.pictures.get(row.id),
        duration_s=None if row.on_screen_duration is None else Fraction(row.on_screen_duration),
        gap_after_s=Fraction(row.gap_after),
    )


def _brand(conn: Connection, project_id: UUID) -> Brand:
    own = select(cc_brand_profiles).where(cc_brand_profiles.c.project_id == project_id)
    # A project may keep several; it uses its first.
    row = conn.execute(own.order_by(cc_brand_profiles.c.created_at, cc_brand_profiles.c.id).limit(1)).one()
    return Brand(row.name, row.primary_color, row.secondary_color)


def _context(row: Row[Any]) -> Context:
    return Context(row.language, row.audience_level, row.audience_role, row.region, row.domain, row.raw_text or "")
