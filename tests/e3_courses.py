"""Courses for the book's tests, made of values alone: no deck is drawn for them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from uuid import UUID, uuid5

from PIL import Image, ImageDraw

from coursecrafter.domain.course import (
    Brand,
    Context,
    Course,
    LessonContent,
    ModuleContent,
    SceneContent,
    SegmentContent,
    SourceType,
    UnitContent,
)
from coursecrafter.domain.deck import BlockKind, TextBlock
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.bench import Bench
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore

NAMESPACE = UUID(int=7)
MODIFIED = "2024-05-03T10:20:30Z"


def make_bench(folder: Path) -> Bench:
    """A bench with a real store and runner; the book asks no model for anything."""
    store = ObjectStore(str(folder), uuid5(NAMESPACE, "organisation"))
    return Bench(InlineRunner(store), store, None)  # type: ignore[arg-type]  # E3 has no call to a model yet


def bullet(text: str, level: int = 0) -> TextBlock:
    return TextBlock(BlockKind.PARAGRAPH, text, level, is_bullet=True)


def paragraph(text: str) -> TextBlock:
    return TextBlock(BlockKind.PARAGRAPH, text)


def heading(text: str) -> TextBlock:
    return TextBlock(BlockKind.TITLE, text)


def table(*rows: tuple[str, ...]) -> TextBlock:
    return TextBlock(BlockKind.TABLE, "\n".join(", ".join(row) for row in rows), rows=rows)


@cache
def slide_png(colour: int, *, is_small: bool = False) -> bytes:
    """A picture in one of 360 hues."""
    size = (320, 180) if is_small else (1920, 1080)
    picture = Image.new("RGB", size, f"hsl({colour * 47 % 360}, 35%, 92%)")
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, size[0], size[1] // 8), fill=f"hsl({colour * 47 % 360}, 60%, 35%)")
    draw.ellipse((size[0] // 3, size[1] // 4, size[0] // 3 + size[1] // 2, size[1] * 3 // 4), fill="#f2a33a")
    content = io.BytesIO()
    picture.save(content, "PNG", compress_level=1)
    return content.getvalue()


def make_scene(
    bench: Bench,
    number: int,
    title: str | None,
    *blocks: TextBlock,
    notes: str = "",
    alt_texts: tuple[str, ...] = (),
    has_picture: bool = True,
    is_small: bool = False,
) -> SceneContent:
    """A scene of one segment, as a slide without builds gives it."""
    picture: StoredObject | None = None
    if has_picture:
        picture = bench.store.put_bytes(slide_png(number, is_small=is_small), "image/png")
    text = "\n".join(block.text for block in blocks)
    segment = SegmentContent(
        uuid5(NAMESPACE, f"segment {number}"), 1, SourceType.PPT_SLIDE, f"{number}.0", text, blocks, picture
    )
    return SceneContent(uuid5(NAMESPACE, f"scene {number}"), number, title, notes, alt_texts, (segment,))


def make_lesson(
    title: str, scenes: Sequence[SceneContent], code: str = "L1.1", objective: str | None = None
) -> LessonContent:
    return LessonContent(uuid5(NAMESPACE, f"lesson {code}"), code, title, objective, tuple(scenes))


def make_course(
    name: str,
    units: Sequence[UnitContent] | Sequence[SceneContent],
    *,
    language: str = "en-GB",
    brand: Brand | None = None,
    modified: str = MODIFIED,
) -> Course:
    """A course of units, or of one lesson with these scenes in a module and a unit of its name."""
    whole = [unit for unit in units if isinstance(unit, UnitContent)]
    scenes = [scene for scene in units if isinstance(scene, SceneContent)]
    if scenes:
        whole.append(make_unit(name, [make_module(name, [make_lesson(name, scenes)])]))
    return Course(
        id=uuid5(NAMESPACE, "course"),
        code="HRA101",
        name=name,
        description=None,
        language=language,
        modified=modified,
        units=tuple(whole),
        brand=brand or Brand("Harbour Academy", "#0f5c63", "#f4a259"),
        context=Context(language),
        voice="en_female_neutral_1",
    )


def make_unit(title: str, modules: Sequence[ModuleContent], description: str | None = None) -> UnitContent:
    return UnitContent(uuid5(NAMESPACE, ascii(f"unit {title}")), title, description, tuple(modules))


def make_module(title: str, lessons: Sequence[LessonContent], description: str | None = None) -> ModuleContent:
    return ModuleContent(uuid5(NAMESPACE, ascii(f"module {title}")), title, description, tuple(lessons))
