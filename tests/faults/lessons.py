"""Lessons that faults happen to: small, and with every kind of step that their engines know."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from background_shops import Shopfloor, chalk_deck
from coursecrafter.authoring.plans import read_plan
from coursecrafter.authoring.segments import create_clip_segment
from coursecrafter.authoring.sources import PLAYED_CLIP, add_source
from coursecrafter.domain.course import Engine
from decks import Sketch, add_picture, make_deck
from faults.floors import add_lessons


def lesson_of(floor: Shopfloor, deck: Path, title: str = "Chalk") -> UUID:
    """A lesson with the plan that its deck gives it."""
    (lesson_id,) = add_lessons(floor, title)
    floor.upload(deck, "pptx", lesson_id)
    floor.ask("parse_ppt", lesson_id=lesson_id)
    return lesson_id


def filmed_lesson_of(floor: Shopfloor, deck: Path, film: Path) -> UUID:
    """A lesson of a course that came with a deck and its film."""
    floor.upload(deck, "pptx")
    floor.upload(film, "mp4")
    return UUID(floor.ask("import_deck")["lesson_ids"][0])


def with_clip(floor: Shopfloor, lesson_id: UUID, clip: Path) -> UUID:
    """The same lesson with a clip that plays after its first slide."""
    stored = floor.store.put_file(clip, "video/mp4")
    told = {"file_type": "mp4", "purpose": PLAYED_CLIP, "name": clip.name}
    source_id = floor.do(add_source, floor.project_id, stored, **told)
    first = floor.read(read_plan, lesson_id, Engine.E1)[0]
    floor.do(create_clip_segment, first.scene_id, source_id=source_id)
    return lesson_id


def plain_deck(folder: Path) -> Path:
    """Two slides."""
    return chalk_deck(folder / "Chalk.pptx")


def one_text_deck(folder: Path) -> Path:
    """A slide that says one thing: a voice that fails fails with it."""
    return make_deck(folder / "Slate.pptx", [Sketch(title="Slate is hard.")], language="en")


def pictured_deck(folder: Path) -> Path:
    """Two slides, one with a picture."""
    sketches = [
        Sketch(title="Chalk and slate", draw=lambda slide: add_picture(slide, "Board", description="A striped board")),
        Sketch(title="Two kinds", bullets=("Natural chalk is soft.", "Board chalk is gypsum.")),
    ]
    return make_deck(folder / "Pictured.pptx", sketches, language="en")
