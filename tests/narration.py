"""A small course with a voice: real espeak-ng, a real store, pictures drawn here."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

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
from coursecrafter.domain.output import Rendered
from coursecrafter.engines.bench import Bench
from coursecrafter.gateway.ports import OFFLINE, Candidate, Purpose, SpeechAnswer, SpeechRequest
from coursecrafter.gateway.providers.offline_speech import OfflineSpeech
from coursecrafter.jobs.steps import InlineRunner
from coursecrafter.storage.objects import ObjectStore
from plain_gateway import PlainGateway


class SpeakingGateway(PlainGateway):
    """The offline voice alone; counts its calls."""

    def __init__(self) -> None:
        self.voice = OfflineSpeech()
        self.spoken: list[str] = []

    def speakers(self, language: str, voice: str) -> Sequence[Candidate]:
        return (Candidate(OFFLINE, "", identity=self.voice.identity(language, voice)),)

    def speak(self, request: SpeechRequest, purpose: Purpose, by: Candidate) -> SpeechAnswer:
        self.spoken.append(request.text)
        return self.voice.speak(request)


@dataclass
class Workbench:
    """A bench in a folder of its own."""

    bench: Bench
    runner: InlineRunner
    gateway: SpeakingGateway
    folder: Path

    def file(self, rendered: Rendered, role: str) -> Path:
        """An output as a file."""
        output = next(output for output in rendered.outputs if output.role == role)
        path = self.folder / f"{role}{output.suffix}"
        self.bench.store.copy_to(output.object, path)
        return path

    def text(self, rendered: Rendered, role: str) -> str:
        """A text output."""
        return self.file(rendered, role).read_text(encoding="utf-8")


def make_workbench(folder: Path) -> Workbench:
    store = ObjectStore(str(folder / "store"), UUID(int=1))
    runner, gateway = InlineRunner(store), SpeakingGateway()
    return Workbench(Bench(runner, store, gateway), runner, gateway, folder)


def make_picture(workbench: Workbench, words: str, shade: int) -> SegmentContent:
    """A silent segment with a picture of its own."""
    image = Image.new("RGB", (1920, 1080), (shade, 90, 140))
    ImageDraw.Draw(image).text((200, 300), words, fill="white", font_size=120)
    held = io.BytesIO()
    image.save(held, "PNG")
    stored = workbench.bench.store.put_bytes(held.getvalue(), "image/png")
    return SegmentContent(uuid5(NAMESPACE_URL, words), 1, SourceType.PPT_SLIDE, "1.0", "", picture=stored)


def make_lesson(scenes: list[tuple[str | None, list[SegmentContent]]], title: str = "Fire doors") -> LessonContent:
    contents = tuple(
        SceneContent(UUID(int=100 + number), number, name, segments=tuple(segments))
        for number, (name, segments) in enumerate(scenes, 1)
    )
    return LessonContent(UUID(int=7), "L1.1", title, None, contents)


def make_course(lesson: LessonContent, language: str = "en", voice: str = "en_female_neutral_1") -> Course:
    module = ModuleContent(UUID(int=4), "Module", None, (lesson,))
    unit = UnitContent(UUID(int=3), "Unit", None, (module,))
    brand = Brand("Acme Safety", "#1f4e8c", "#f2a33a")
    modified = "2024-05-05T01:02:03Z"
    return Course(UUID(int=2), "HRA101", "Safety", None, language, modified, (unit,), brand, Context(language), voice)


@dataclass(frozen=True)
class Narrated:
    """A rendered lesson of seven segments: three slides, one silent, one with builds, one held long."""

    workbench: Workbench
    course: Course
    lesson: LessonContent
    rendered: Rendered

    @property
    def video(self) -> Path:
        return self.workbench.file(self.rendered, "final_video")


def narrated_lesson(workbench: Workbench) -> LessonContent:
    def segment(words: str, shade: int, text: str) -> SegmentContent:
        return replace(make_picture(workbench, words, shade), text=text)

    title = segment("title", 20, "Fire doors save lives")
    first = segment("first", 50, "Keep every fire door shut\nNever wedge it open")
    second = segment("second", 80, "Report a damaged door, today.")
    third = replace(segment("unseen", 0, "Then check it again."), picture=None)
    silent = replace(segment("silent", 110, ""), duration_s=Fraction(2))
    symbols = replace(segment("symbols", 140, "★ ☺ →"), duration_s=Fraction(1))
    long = segment("long", 170, "Thank you for looking after each other.")
    held = replace(long, duration_s=Fraction(6))
    return make_lesson(
        [("Fire doors", [title]), ("What to do", [first, second, third]), (None, [silent, symbols]), ("Thanks", [held])]
    )
