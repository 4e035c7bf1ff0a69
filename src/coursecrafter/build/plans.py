"""A drawn deck becomes E1's plan, with its pictures: of a whole project, or of a lesson that has its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import put_asset
from coursecrafter.authoring.courses import SLIDE_PICTURE, read_course
from coursecrafter.authoring.deck_lessons import set_lessons
from coursecrafter.authoring.deck_plan import clips_of, plan_lessons, plan_scenes
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.plan_rows import reopen_lesson
from coursecrafter.authoring.proposals import set_deck_plan
from coursecrafter.authoring.segment_clips import put_clip
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.source_parses import keep_parse, read_decks, read_parse
from coursecrafter.domain.clip import SEGMENT_CLIP, SegmentClip
from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.wiring import Workshop


@dataclass(frozen=True, slots=True)
class DrawnDeck:
    """A deck with the picture of each of its states.

    Attributes:
        course_name: title of the only lesson of a deck without sections.
        file_name: the deck's own.
        pictures: each distinct state's picture by its key.
    """

    course_name: str
    file_name: str
    deck: Deck
    pictures: Mapping[str, StoredObject]


def write_plan(conn: Connection, shop: Workshop, project_id: UUID, drawn: DrawnDeck) -> list[UUID]:
    """Give a project the learning units, modules and lessons of its deck, each with E1's plan and pictures.

    Returns:
        The lessons' ids in order.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    author = shop.author
    known = read_parse(conn, shop.store, project_id)
    keep_parse(conn, author, shop.store, project_id, drawn.deck, name=drawn.file_name)
    earlier = [lesson.scenes for lesson in plan_lessons(known, drawn.course_name)] if known else []
    lessons = plan_lessons(drawn.deck, drawn.course_name)
    lesson_ids = set_lessons(conn, author, project_id, lessons)
    for place, lesson_id in enumerate(lesson_ids):
        before = earlier[place] if place < len(earlier) else ()
        set_deck_plan(conn, author, lesson_id, lessons[place].scenes, before)
    own = read_decks(conn, shop.store, project_id)
    for lesson in read_course(conn, shop.store, project_id, Engine.E1).lessons:
        if lesson.id not in own:
            _keep_pictures(conn, shop, project_id, lesson, drawn)
    return lesson_ids


def write_lesson_plan(conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID, drawn: DrawnDeck) -> None:
    """Give a lesson E1's plan of a deck of its own: all the deck's slides, whatever its sections, and their pictures.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    known = read_parse(conn, shop.store, project_id, lesson_id=lesson_id)
    keep_parse(conn, shop.author, shop.store, project_id, drawn.deck, name=drawn.file_name, lesson_id=lesson_id)
    set_deck_plan(conn, shop.author, lesson_id, plan_scenes(drawn.deck), plan_scenes(known) if known else ())
    course = read_course(conn, shop.store, project_id, Engine.E1)
    lesson = next(one for one in course.lessons if one.id == lesson_id)
    _keep_pictures(conn, shop, project_id, lesson, drawn)


def _keep_pictures(conn: Connection, shop: Workshop, project_id: UUID, lesson: LessonContent, drawn: DrawnDeck) -> None:
    """Make each segment's picture an asset of it."""
    deck = drawn.deck
    keys = {f"{slide.number}.{build.index}": build.picture_key for slide in deck.slides for build in slide.builds}
    size = {"width": deck.width_px, "height": deck.height_px}
    place = {"project_id": project_id, "lesson_id": lesson.id}
    shown = [(scene.id, segment) for scene in lesson.scenes for segment in scene.segments]
    with edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=SLIDE_PICTURE) as act:
        for scene_id, segment in shown:
            # A segment that its author added has no picture in the deck; what plays after a build shows that one's.
            picture = drawn.pictures.get(keys.get(".".join((segment.source_ref or "").split(".")[:2]), ""))
            if picture is not None and segment.picture != picture:
                slot = Slot(project_id, SLIDE_PICTURE, Engine.E1, lesson.id, scene_id, segment.id)
                put_asset(act, slot, picture, AssetType.IMAGE, size)
    _keep_clips(conn, shop, project_id, lesson, drawn)


def _keep_clips(conn: Connection, shop: Workshop, project_id: UUID, lesson: LessonContent, drawn: DrawnDeck) -> None:
    """Make what plays on a slide an asset of the segment that plays it; a lesson that plays another is not ready."""
    clips = {ref: clip for slide in drawn.deck.slides for ref, clip in clips_of(slide).items()}
    place = {"project_id": project_id, "lesson_id": lesson.id}
    with edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=SEGMENT_CLIP) as act:
        for scene in lesson.scenes:
            for segment in scene.segments:
                found = clips.get(segment.source_ref or "")
                if found is None or found.stored is None:
                    continue
                clip = SegmentClip(found.stored, found.box, found.name, found.playback)
                if segment.clip != clip:
                    put_clip(act, (project_id, lesson.id, scene.id, segment.id), clip)
        if act.changes:
            reopen_lesson(act, lesson.id)
