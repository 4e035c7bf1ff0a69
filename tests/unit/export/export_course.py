"""A finished course in values, for the tests of what leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from coursecrafter.domain.course import (
    Brand,
    Context,
    Course,
    LessonContent,
    ModuleContent,
    UnitContent,
)
from coursecrafter.export.items import EngineFigures, ExportItem
from coursecrafter.storage.objects import ObjectStore

VTT = "WEBVTT\n\n00:00.000 --> 00:03.000\nEvery site gets a password of its own.\n"
OBJECTIVES = ("Explain how accounts are broken into.", "Make a passphrase that lasts.")
TITLES = ("How passwords fall", "A password that holds")


def make_lesson(number: int, code: str, title: str = "A lesson") -> LessonContent:
    return LessonContent(UUID(int=number), code, title, OBJECTIVES[number % 2], ())


def make_course(*lessons: LessonContent, code: str = "HRA101", name: str = "Safe sign-in") -> Course:
    units = tuple(
        UnitContent(UUID(int=100 + n), one.title, None, (ModuleContent(UUID(int=200 + n), one.title, None, (one,)),))
        for n, one in enumerate(lessons)
    )
    brand = Brand("Harbour Training", "#14707f", "#f2a93b")
    return Course(
        UUID(int=1),
        code,
        name,
        "Passwords that hold, and what to do beside them",
        "en-GB",
        "2025-03-03T09:00:00Z",
        units,
        brand,
        Context("en-GB"),
        "en_female_neutral_1",
    )


@dataclass(frozen=True)
class FinishedCourse:
    """What `write_folder` is given."""

    course: Course
    items: tuple[ExportItem, ...]
    store: ObjectStore
    figures: tuple[EngineFigures, ...]


def with_course(finished: FinishedCourse, **changes: object) -> FinishedCourse:
    """The same files under other words."""
    return replace(finished, course=replace(finished.course, **changes))
