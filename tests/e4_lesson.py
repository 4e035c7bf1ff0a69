"""A small lesson with pictures for tests of the e-learning engine, and a bench to make it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from uuid import UUID

from PIL import Image, ImageDraw, ImageFont

from coursecrafter.domain.activities import Interaction, QuestionType, QuizQuestion
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
from coursecrafter.gateway.door import AiGateway
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.media.fonts import font_file
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls

ORGANISATION = UUID(int=1)

# fmt: off
SLIDES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Bees and the garden", ("Why a garden needs its bees, and what they ask in return.",)),
    ("Who visits a flower",
     ("Honey bees live in colonies of many thousand workers.", "Bumblebees fly in cold and wet weather.")),
    ("How pollen travels",
     ("Pollen sticks to the hairs of a bee.", "A single bee visits about fifty flowers on one flight.",
      "Wind carries the pollen of grasses.")),
    ("A year in the hive",
     ("In spring the queen lays two thousand eggs a day.", "In autumn the workers drive the drones out.")),
    ("What harms bees", ("Mites weaken the brood in the comb.", "Lawns without flowers leave nothing to eat.")),
    ("What you can do", ("Sow clover and borage in spring.", "Leave dry stems standing over winter.")),
)
# fmt: on


@dataclass(frozen=True)
class Workbench:
    """A bench with what stands behind it."""

    bench: Bench
    runner: InlineRunner
    store: ObjectStore
    ledger: MemoryCalls


def make_bench(folder: Path) -> Workbench:
    """A bench on a store in a folder, with the offline providers."""
    store = ObjectStore(str(folder), ORGANISATION)
    runner = InlineRunner(store)
    calls = MemoryCalls()
    return Workbench(Bench(runner, store, AiGateway(calls)), runner, store, calls)


def draw_slide(store: ObjectStore, title: str, lines: tuple[str, ...], color: str = "#1f4e8c") -> StoredObject:
    """A picture such as a deck would give."""
    image = Image.new("RGB", (1920, 1080), "#fbfaf6")
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 36, 1080), fill=color)
    pen.text((150, 130), title, fill=color, font=ImageFont.truetype(str(font_file(700)), 92))
    for row, line in enumerate(lines):
        pen.ellipse((156, 372 + row * 150, 180, 396 + row * 150), fill=color)
        pen.text((220, 350 + row * 150), line, fill="#222222", font=ImageFont.truetype(str(font_file(400)), 56))
    file = BytesIO()
    image.save(file, "PNG", compress_level=1)
    return store.put_bytes(file.getvalue(), "image/png")


def make_scene(store: ObjectStore, number: int, title: str, lines: tuple[str, ...]) -> SceneContent:
    """A slide whose lines appear one by one."""
    head = TextBlock(BlockKind.TITLE, title)
    segments = [_segment(store, number, 0, (head,), draw_slide(store, title, ()))]
    for build, line in enumerate(lines, 1):
        block = TextBlock(BlockKind.PARAGRAPH, line, is_bullet=True)
        segments.append(_segment(store, number, build, (block,), draw_slide(store, title, lines[:build])))
    return SceneContent(UUID(int=number), number, title, segments=tuple(segments))


def _segment(
    store: ObjectStore, number: int, build: int, blocks: tuple[TextBlock, ...], picture: StoredObject
) -> SegmentContent:
    return SegmentContent(
        id=UUID(int=number * 100 + build),
        sequence=build,
        source_type=SourceType.PPT_ANIMATION if build else SourceType.PPT_SLIDE,
        source_ref=f"{number}.{build}",
        text="\n".join(block.text for block in blocks),
        blocks=blocks,
        picture=picture,
        gap_after_s=Fraction(7, 20),
    )


def make_course(
    store: ObjectStore,
    slides: tuple[tuple[str, tuple[str, ...]], ...] = SLIDES,
    *,
    language: str = "en",
    voice: str = "en_female_neutral_1",
) -> Course:
    """A course of one lesson."""
    scenes = tuple(make_scene(store, number, *slide) for number, slide in enumerate(slides, 1))
    lesson = LessonContent(UUID(int=9), "L1.1", slides[0][0], "Know who pollinates a garden.", scenes)
    module = ModuleContent(UUID(int=8), "Module", None, (lesson,))
    unit = UnitContent(UUID(int=7), "Unit", None, (module,))
    return Course(
        id=UUID(int=6),
        code="BEE101",
        name="The garden year",
        description=None,
        language=language,
        modified="2026-03-01T10:20:30Z",
        units=(unit,),
        brand=Brand("Green Thumb"),
        context=Context(language),
        voice=voice,
    )


def with_scenes(course: Course, scenes: tuple[SceneContent, ...]) -> tuple[Course, LessonContent]:
    """The course with other scenes in its lesson, and that lesson."""
    lesson = replace(next(course.lessons), scenes=scenes)
    module = replace(course.units[0].modules[0], lessons=(lesson,))
    return replace(course, units=(replace(course.units[0], modules=(module,)),)), lesson


def every_kind_of_activity() -> tuple[Interaction, ...]:
    """Slides, an accordion, a timeline and a quiz with each type of question, whose answers a test knows."""
    entries = [
        {"title": "Colonies", "text": "Honey bees live in colonies.", "ref": "slide 2"},
        {"title": "Weather", "text": "Bumblebees fly in cold weather.\nThey are furry.", "ref": "slide 99"},
    ]
    questions = (
        QuizQuestion(
            "Who flies in cold and wet weather?",
            QuestionType.MCQ_SINGLE,
            ("Honey bees", "Bumblebees", "Drones"),
            (1,),
            ("They stay at home.", "That is right: their fur is thick.", "They rarely fly at all."),
            "slide 2",
        ),
        QuizQuestion(
            "What helps bees?",
            QuestionType.MCQ_MULTI,
            ("Clover", "Short lawns", "Borage", "Mites"),
            (0, 2),
            ("Clover is good.", "Lawns are bare.", "Borage is good.", "Mites harm."),
            "slide 6",
        ),
        QuizQuestion(
            "Wind carries the pollen of grasses.",
            QuestionType.TRUE_FALSE,
            ("True", "False"),
            (0,),
            ("Yes.", "It does."),
            "slide 3",
        ),
        QuizQuestion(
            "Who lays two thousand eggs a day?",
            QuestionType.SHORT_ANSWER,
            (),
            ("the queen", "queen"),
            ("In spring, the queen does.",),
            "slide 4",
        ),
    )
    return (
        Interaction("slides", "Slides", "", {}),
        Interaction("accordion", "Key points", "What to remember.", {"entries": entries}),
        Interaction("timeline", "A year", "", {"entries": entries}),
        Interaction("quiz", "Check what you know", "Four questions.", {}, questions),
    )
