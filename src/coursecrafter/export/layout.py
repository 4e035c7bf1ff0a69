"""Where each file of a course stands in what leaves, and what it is called there.

Source: exports, "The full package", "Names".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from pathlib import PurePosixPath

from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.exported import ExportedCourse, ExportedFile
from coursecrafter.domain.look import VIDEO_ROLES
from coursecrafter.domain.media_types import ending_of
from coursecrafter.domain.output import AssetType
from coursecrafter.export.names import lesson_names, name_file

PACKAGE_FOLDERS = (
    "metadata",
    "videos/engine1",
    "videos/engine2",
    "book/pdf",
    "book/epub",
    "book/html",
    "scorm",
    "assets/images",
    "assets/audio",
    "assets/thumbnails",
    "assets/branding",
    "assets/logos",
    "logs",
)
ASSET_FOLDERS = tuple(
    f"assets/{name}" for name in ("images", "audio", "video", "branding", "thumbnails", "raw_uploads")
)
MODULE_FOLDERS = ("assets", "slides", "scripts")

SIDECAR_ROLE = "sidecar_json"
TEXT_ROLES = ("captions", "transcript", "words", "chapters", "report")
STUDIO_ROLES = ("scene_preview", "template_preview")
"""Looked at before a render; a finished course has no use for them."""
THUMBNAIL_ROLES = ("poster", "book_page", "thumbnail")
VIDEO_FOLDERS = {Engine.E1: "videos/engine1", Engine.E2: "videos/engine2"}
BOOK_FOLDERS = {".pdf": "book/pdf", ".epub": "book/epub"}
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class PlacedFile:
    """A file with its place.

    Attributes:
        path: below the folder of the course.
        lesson: None for what belongs to the whole course.
    """

    path: PurePosixPath
    lesson: LessonContent | None
    file: ExportedFile

    @property
    def suffix(self) -> str:
        """Its ending in lower case, with the dot."""
        return self.path.suffix.lower()


def place_files(
    course: ExportedCourse, files: Iterable[ExportedFile], folder_of: Callable[[ExportedFile], str | None]
) -> list[PlacedFile]:
    """Give each file its path; a name asked for twice is numbered, what `folder_of` has no place for is left out."""
    names = lesson_names(course)
    lessons = {lesson.id: lesson for lesson in course.lessons}
    taken: set[str] = set()
    placed = []
    for file in files:
        folder = folder_of(file)
        if folder is None:
            continue
        lesson = lessons[file.lesson_id] if file.lesson_id else None
        path = next(
            path
            for number in count(1)
            if str(
                path := PurePosixPath(folder, _name(course, file, names[lesson.id] if lesson else None, number))
            ).lower()
            not in taken
        )
        taken.add(str(path).lower())
        placed.append(PlacedFile(path, lesson, file))
    return placed


def name_of_only(course: ExportedCourse) -> str:
    """What a course's one file is called when it is taken away alone: as in a whole export."""
    (placed,) = place_files(course, course.files, lambda _: ".")
    return placed.path.name


def package_folder(file: ExportedFile) -> str | None:
    """The folder of a file in the full package; None for what only the studio works with."""
    kind = file.asset_type
    if file.role.startswith(STUDIO_ROLES):
        return None
    if kind in {AssetType.IMAGE, AssetType.AUDIO, AssetType.TEMPLATE}:
        return _material_folder(file, logos="assets/logos")
    if kind is AssetType.SCORM_PACKAGE:
        return "scorm"
    if kind is AssetType.BOOK:
        return BOOK_FOLDERS.get(ending_of(file.mime_type), "book/html")
    if file.role.startswith((*VIDEO_ROLES, *TEXT_ROLES)):
        return VIDEO_FOLDERS.get(file.engine, "videos") if file.engine else "videos"
    # A clip that was uploaded to stand in a video is no result, and the package has no folder for it: it is among all
    # assets.
    return None


def assets_folder(file: ExportedFile) -> str | None:
    """The folder of a file in the ZIP of all assets; None for what only the studio works with, and for results."""
    if file.role.startswith(STUDIO_ROLES):
        return None
    if file.asset_type in {AssetType.IMAGE, AssetType.AUDIO, AssetType.TEMPLATE}:
        return _material_folder(file, logos="assets/branding")
    if file.asset_type is AssetType.VIDEO or file.role.startswith(TEXT_ROLES):
        return "assets/video"
    return None


def _material_folder(file: ExportedFile, *, logos: str) -> str | None:
    if file.asset_type is AssetType.TEMPLATE:
        # A template that is JSON is a choice of the author's, kept as a file for want of a column.
        return None if file.mime_type == JSON else "assets/branding"
    if file.asset_type is AssetType.AUDIO:
        return "assets/audio"
    if file.role.startswith(THUMBNAIL_ROLES):
        return "assets/thumbnails"
    return logos if file.role.startswith("logo") else "assets/images"


def _name(course: ExportedCourse, file: ExportedFile, lesson_name: str | None, number: int) -> str:
    suffix = ending_of(file.mime_type)
    return name_file(course, file.engine, lesson_name, file.role, file.version, suffix=suffix, number=number)
