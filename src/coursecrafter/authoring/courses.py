"""A whole course, read from its rows into the frozen values that engines work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, select

from coursecrafter.authoring.assets import stored_object
from coursecrafter.authoring.brand_looks import brand_of
from coursecrafter.authoring.documents import read_documents
from coursecrafter.authoring.outlines import read_headings
from coursecrafter.authoring.rows import find_row
from coursecrafter.authoring.scene_clips import SCENE_CLIP
from coursecrafter.authoring.scene_images import SCENE_IMAGE, ImagePrompt, prompts_of_project
from coursecrafter.authoring.segment_clips import clips_of_project
from coursecrafter.authoring.source_parses import read_decks
from coursecrafter.authoring.voices import takes_of_project
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
from coursecrafter.domain.clip import SegmentClip
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
    Words,
)
from coursecrafter.domain.deck import Build, Deck, Slide
from coursecrafter.domain.names import project_slug
from coursecrafter.domain.speech import NO_TAKES, Takes
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore

SLIDE_PICTURE = "slide_picture"


@dataclass(frozen=True, slots=True)
class _Source:
    """What the decks' readers found: by lesson that has a deck of its own, else at None, the slides by number."""

    decks: Mapping[UUID | None, Deck]
    slides: Mapping[UUID | None, Mapping[int, Slide]]
    pictures: Mapping[UUID, StoredObject]
    headings: Mapping[UUID, str]
    takes: Mapping[UUID, Takes]
    illustrations: Mapping[UUID, StoredObject] = field(default_factory=dict)
    painters: Mapping[UUID, tuple[str, str]] = field(default_factory=dict)
    clips: Mapping[UUID, StoredObject] = field(default_factory=dict)
    prompts: Mapping[UUID, ImagePrompt] = field(default_factory=dict)
    played: Mapping[UUID, SegmentClip] = field(default_factory=dict)

    def find_slide(self, lesson_id: UUID, number: int | None) -> Slide | None:
        """The slide of that number in the deck that the lesson was made of."""
        slides = self.slides.get(lesson_id, self.slides.get(None, {}))
        return None if number is None else slides.get(number)

    def caveats(self, lesson_id: UUID, scenes: Sequence[SceneContent]) -> tuple[str, ...]:
        """What of the slides that the lesson shows could not be drawn as it is."""
        deck = self.decks.get(lesson_id, self.decks.get(None))
        refs = (segment.source_ref for scene in scenes for segment in scene.segments)
        numbers = [int(ref.partition(".")[0]) for ref in refs if ref]
        return deck.caveats(numbers) if deck and numbers else ()


def read_course(conn: Connection, store: ObjectStore, project_id: UUID, engine: Engine) -> Course:
    """Read a project with the segments of one engine's video.

    A lesson that has a deck of its own shows and says what stands in that; others what stands in the project's deck. A
    project whose author chose no voice speaks with a calm one of its language, and one without brand in plain colours.

    Args:
        engine: E1 for the plan that came from the deck (E3 and E4 draw on it too), E2 for the narration.
    """
    project = conn.execute(select(cc_projects).where(cc_projects.c.id == project_id)).one()
    decks = read_decks(conn, store, project_id)
    deck = decks.get(None)
    context = conn.execute(select(cc_project_context).where(cc_project_context.c.project_id == project_id)).first()
    source = _source(conn, store, project_id, decks, engine)
    return Course(
        id=project_id,
        code=project_slug(project.code, project.name),
        name=project.name,
        description=project.description,
        language=project.default_language,
        modified=deck.modified if deck else project.created_at.isoformat(),
        units=_units(conn, project_id, engine, source),
        brand=_brand(conn, project_id) or Brand(project.name),
        context=_context(context, project.default_language) if context else Context(project.default_language),
        voice=(context.metadata.get("voice") if context else None) or default_voice(project.default_language),
        documents=read_documents(conn, store, project_id),
    )


def default_voice(language: str) -> str:
    """A calm voice of a language: `de_female_neutral_1`."""
    return f"{language.split('-', maxsplit=1)[0].lower()}_female_neutral_1"


def _source(
    conn: Connection, store: ObjectStore, project_id: UUID, decks: Mapping[UUID | None, Deck], engine: Engine
) -> _Source:
    slides = {lesson_id: {slide.number: slide for slide in deck.slides} for lesson_id, deck in decks.items()}
    pictures = _active_pictures(conn, project_id, SLIDE_PICTURE, cc_assets.c.segment_id)
    takes = takes_of_project(conn, project_id, engine)
    if engine is not Engine.E2:
        return _Source(decks, slides, pictures, {}, takes, played=clips_of_project(conn, project_id))
    headings: dict[UUID, str] = {}
    for lesson in _live(conn, project_id, cc_lessons):
        headings |= read_headings(conn, store, project_id, lesson.id)
    scene_id = cc_assets.c.scene_id
    images, clips = (_active_pictures(conn, project_id, role, scene_id) for role in (SCENE_IMAGE, SCENE_CLIP))
    painters = _painters(conn, project_id)
    prompts = prompts_of_project(conn, store, project_id)
    return _Source(decks, slides, pictures, headings, takes, images, painters, clips, prompts)


def _active_pictures(
    conn: Connection, project_id: UUID, role: str, level: ColumnElement[UUID]
) -> Mapping[UUID, StoredObject]:
    """The active assets of a role by the segment or scene that each stands in."""
    rows = _active_assets(conn, project_id, role, level)
    return {row.place: stored_object(row.metadata, row.mime_type) for row in rows}


def _painters(conn: Connection, project_id: UUID) -> Mapping[UUID, tuple[str, str]]:
    """By scene the provider and model that drew its chosen picture; of one that was uploaded nothing is said."""
    rows = _active_assets(conn, project_id, SCENE_IMAGE, cc_assets.c.scene_id)
    told = {row.place: (row.metadata.get("provider"), row.metadata.get("model") or "") for row in rows}
    return {place: (str(provider), str(model)) for place, (provider, model) in told.items() if provider}


def _active_assets(conn: Connection, project_id: UUID, role: str, level: ColumnElement[UUID]) -> Sequence[Row[Any]]:
    return conn.execute(
        select(level.label("place"), cc_assets.c.metadata, cc_assets.c.mime_type).where(
            cc_assets.c.project_id == project_id,
            cc_assets.c.role == role,
            cc_assets.c.is_active,
            cc_assets.c.deleted_at.is_(None),
        )
    ).all()


def _units(conn: Connection, project_id: UUID, engine: Engine, source: _Source) -> tuple[UnitContent, ...]:
    lessons = _lessons(conn, project_id, engine, source)
    modules: dict[UUID, list[ModuleContent]] = {}
    for row in _live(conn, project_id, cc_modules):
        content = ModuleContent(row.id, row.title, row.description, tuple(lessons.get(row.id, ())))
        modules.setdefault(row.learning_unit_id, []).append(content)
    return tuple(
        UnitContent(row.id, row.title, row.description, _coded(place, modules.get(row.id, ())))
        for place, row in enumerate(_live(conn, project_id, cc_learning_units), 1)
    )


def _coded(unit: int, modules: Sequence[ModuleContent]) -> tuple[ModuleContent, ...]:
    """Modules whose lessons all have a code: one without is called by its place, as L1.2.3."""
    return tuple(
        replace(
            module,
            lessons=tuple(
                lesson if lesson.code else replace(lesson, code=f"L{unit}.{place}.{number}")
                for number, lesson in enumerate(module.lessons, 1)
            ),
        )
        for place, module in enumerate(modules, 1)
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
        caveats = source.caveats(row.id, scenes)
        lesson = LessonContent(row.id, row.code or "", row.title, row.objective, scenes, caveats)
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
    slide = source.find_slide(first.lesson_id, number)
    prompt = source.prompts.get(first.scene_id)
    return SceneContent(
        id=first.scene_id,
        sequence=first.scene_sequence,
        title=source.headings.get(first.scene_id, first.scene_title),
        notes=slide.notes if slide else "",
        alt_texts=slide.alt_texts if slide else (),
        segments=tuple(_segment(row, source) for row in rows),
        illustration=source.illustrations.get(first.scene_id),
        illustration_by=source.painters.get(first.scene_id),
        clip=source.clips.get(first.scene_id),
        image_prompt=prompt.text if prompt else None,
        image_take=prompt.take if prompt else 0,
    )


def _segment(row: Row[Any], source: _Source) -> SegmentContent:
    build = _build(row, source)
    # A part of a build, or several as one, no longer has the structure of the one that it is named after.
    is_whole = build is not None and row.draft_text == build.spoken
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
        takes=source.takes.get(row.id, NO_TAKES),
        words=_words(row, build),
        youtube_url=row.youtube_url,
        clip=source.played.get(row.id),
    )


def _words(row: Row[Any], build: Build | None) -> Words:
    if build is None or not row.final_text == row.draft_text == build.spoken:
        return Words.AUTHOR
    return Words.SCREEN if build.script is None else Words.NOTES


def _build(row: Row[Any], source: _Source) -> Build | None:
    number, _, index = (row.source_ref or "").partition(".")
    slide = source.find_slide(row.lesson_id, int(number)) if number else None
    return next((build for build in slide.builds if str(build.index) == index), None) if slide else None


def _brand(conn: Connection, project_id: UUID) -> Brand | None:
    own = select(cc_brand_profiles).where(cc_brand_profiles.c.project_id == project_id)
    # A project may keep several; it uses its first.
    row = conn.execute(own.order_by(cc_brand_profiles.c.created_at, cc_brand_profiles.c.id).limit(1)).first()
    return None if row is None else brand_of(conn, row)


def read_brand(conn: Connection, brand_id: UUID) -> Brand:
    """The look that a brand profile gives.

    Raises:
        NotFound: CC-0020.
    """
    return brand_of(conn, find_row(conn, cc_brand_profiles, brand_id))


def _context(row: Row[Any], language: str) -> Context:
    return Context(
        row.language or language, row.audience_level, row.audience_role, row.region, row.domain, row.raw_text or ""
    )
