"""The list of lessons that an LMS such as Thinkific is filled from: `lessons.json` (exports, "Thinkific/LMS")."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.exported import ExportedCourse
from coursecrafter.domain.look import VIDEO_ROLES
from coursecrafter.export.layout import PlacedFile, package_folder, place_files
from coursecrafter.export.names import lesson_names, name_part

MODULE_ROLE = "scorm_package"
BOOK_ROLES = ("book_pdf", "book_epub")


def list_lessons(course: ExportedCourse) -> list[dict[str, Any]]:
    """The lessons in course order, with the files of the full package that belong to each.

    Returns:
        Objects of lesson_code, title, video, ebook and scorm; paths below the package's folder, None for what is not
        rendered yet. The branded video is named where there is one, wide before tall before square, else the narrated
        one.
    """
    return lessons_of(course, place_files(course, course.files, package_folder))


def lessons_of(course: ExportedCourse, placed: Sequence[PlacedFile]) -> list[dict[str, Any]]:
    """`list_lessons` for files that are placed already."""
    names = lesson_names(course)
    book = _path(placed, None, BOOK_ROLES, (Engine.E3,))
    return [
        {
            "lesson_code": lesson_code(lesson, names[lesson.id]),
            "title": lesson.title,
            "video": _path(placed, lesson, VIDEO_ROLES, (Engine.E2, Engine.E1)),
            "ebook": book,
            "scorm": _path(placed, lesson, (MODULE_ROLE,), (Engine.E4,)),
        }
        for lesson in course.lessons
    ]


def lesson_code(lesson: LessonContent, name: str) -> str:
    """A lesson's code as in the tree, where it tells the lesson apart; else its place, as in its files' names."""
    return lesson.code if name_part(lesson.code) == name else name


def _path(
    placed: Sequence[PlacedFile], lesson: LessonContent | None, roles: Iterable[str], engines: Sequence[Engine]
) -> str | None:
    found = {(one.file.role, one.file.engine): str(one.path) for one in placed if one.lesson == lesson}
    return next((found[role, engine] for engine in engines for role in roles if (role, engine) in found), None)
