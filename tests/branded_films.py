"""A small lesson for branded videos: real voice, real pictures, a real store."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

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
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.door import AiGateway
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import MemoryCalls

SCENES: list[tuple[str | None, tuple[str, ...]]] = [
    ("Fire doors save lives", ("A fire door holds back smoke.",)),
    ("What to do", ("Keep every fire door shut, always.", "Report a damaged door today.")),
    (None, ("Thank you.",)),
]


class CallCounter(MemoryCalls):
    """Calls by their kind."""

    @property
    def counts(self) -> Counter[str]:
        return Counter(call.call_type for call in self.calls)


@dataclass
class Studio:
    """A bench in a folder of its own."""

    bench: Bench
    runner: InlineRunner
    ledger: CallCounter
    folder: Path

    def file(self, rendered: Rendered, role: str) -> Path:
        output = next(output for output in rendered.outputs if output.role == role)
        path = self.folder / f"{role}{output.suffix}"
        self.bench.store.copy_to(output.object, path)
        return path


@dataclass(frozen=True)
class Branded:
    studio: Studio
    course: Course
    lesson: LessonContent
    rendered: Rendered

    @property
    def video(self) -> Path:
        return self.studio.file(self.rendered, "final_video")


def open_studio(folder: Path) -> Studio:
    store, ledger = ObjectStore(str(folder / "store"), UUID(int=1)), CallCounter()
    runner = InlineRunner(store)
    return Studio(Bench(runner, store, AiGateway(ledger)), runner, ledger, folder)


def make_lesson(scenes: list[tuple[str | None, tuple[str, ...]]], ids: int = 0) -> LessonContent:
    contents = tuple(
        SceneContent(
            UUID(int=ids + 100 * number),
            number,
            heading,
            segments=tuple(
                SegmentContent(UUID(int=ids + 100 * number + place), place, SourceType.TEXT, None, text)
                for place, text in enumerate(texts, 1)
            ),
        )
        for number, (heading, texts) in enumerate(scenes, 1)
    )
    return LessonContent(UUID(int=ids + 7), "L1.1", "Fire doors", None, contents)


def make_course(lesson: LessonContent, language: str = "en") -> Course:
    module = ModuleContent(UUID(int=4), "Module", None, (lesson,))
    unit = UnitContent(UUID(int=3), "Unit", None, (module,))
    return Course(
        UUID(int=2), "HRA101", "Safety", None, language, "2024-05-05T01:02:03Z", (unit,),
        Brand("Acme Safety"), Context(language), "en_female_neutral_1",
    )  # fmt: skip
