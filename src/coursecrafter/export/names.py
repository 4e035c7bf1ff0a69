"""File names of a finished course.

A name is put together from parts that each hold only letters, digits, dots, dashes and underscores, so no title, code
or role from outside can leave its folder, hide its file or break a shell.

Source: exports, "Names".
"""

from __future__ import annotations

import re
from collections import Counter
from uuid import UUID

from coursecrafter.domain.course import Course, Engine
from coursecrafter.domain.exported import ExportedCourse
from coursecrafter.domain.names import project_slug
from coursecrafter.domain.output import AssetType
from coursecrafter.export.items import ExportItem

LONGEST_PART = 40
RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
MAIN_ROLES = (
    "final_video",
    "captions_vtt",
    "captions_srt",
    "captions",
    "transcript_txt",
    "transcript_html",
    "transcript",
    "book_pdf",
    "book_epub",
    "book_html",
    "book",
    "scorm_package",
)
"""Roles that an engine's name alone tells; what follows one of them is shape or language (`final_video_9x16`)."""

BESIDE_ROLES = {
    "words_json": "words",
    "chapters_vtt": "chapters",
    "report_json": "report",
    "report_html": "report",
}
"""Roles beside a video whose file names tell what they are; their endings tell the rest."""

ENGINE_WORDS = {Engine.E1: "E1", Engine.E2: "E2", Engine.E3: "BOOK", Engine.E4: "SCORM"}
ENGINE_FOLDERS = {Engine.E1: "videos", Engine.E2: "videos", Engine.E3: "book", Engine.E4: "scorm"}
ASSET_FOLDERS = {
    AssetType.IMAGE: "assets/images",
    AssetType.AUDIO: "assets/audio",
    AssetType.TEMPLATE: "assets/branding",
}


def lesson_names(course: Course | ExportedCourse) -> dict[UUID, str]:
    """Name each lesson for files: by its code, or by its place (`L1.2.3`) without one or with one that another has.

    Returns:
        Names by lesson, no two equal even where a file system ignores case.
    """
    places = {
        lesson.id: f"L{u}.{m}.{n}"
        for u, unit in enumerate(course.units, 1)
        for m, module in enumerate(unit.modules, 1)
        for n, lesson in enumerate(module.lessons, 1)
    }
    names = {lesson.id: name_part(lesson.code) or places[lesson.id] for lesson in course.lessons}
    # A place may itself be another lesson's code, so each turn may send one more lesson to its place.
    while doubles := _doubles(names):
        names = {key: places[key] if name.lower() in doubles else name for key, name in names.items()}
    return names


def course_name(course: Course | ExportedCourse) -> str:
    """Name a course for files and for its folder: `HRA101`, or a slug of its name without a code."""
    name = name_part(course.code) or project_slug(None, course.name)
    # Windows keeps these to itself, as folders too.
    return f"{name}_course" if RESERVED.fullmatch(name) else name


def file_name(course: Course | ExportedCourse, item: ExportItem, lesson_name: str | None, number: int = 1) -> str:
    """Name a file: `HRA101_L1.1_E1_v2.mp4`, `HRA101_BOOK_v1.pdf`, `HRA101_L1.1_E2_9x16_v1.mp4`.

    Args:
        course: gives the first part, its code as `authoring` made it for file names; a slug of its name without one.
        item: gives engine, shape or language, version and ending.
        lesson_name: from `lesson_names`; None for what belongs to the whole course.
        number: tells apart what would have one name, as the pictures of several scenes; 1 is not written.
    """
    suffix = item.output.suffix
    return name_file(course, item.engine, lesson_name, item.output.role, item.version, suffix=suffix, number=number)


def name_file(
    course: Course | ExportedCourse,
    engine: Engine | None,
    lesson_name: str | None,
    role: str,
    version: int,
    *,
    suffix: str,
    number: int = 1,
) -> str:
    """Name a file by what is known of it; `file_name` says how."""
    engine_word = ENGINE_WORDS[engine] if engine else ""
    parts = [course_name(course), lesson_name or "", engine_word, _shape(role), str(number) if number > 1 else ""]
    return "_".join(part for part in [*parts, f"v{version}"] if part) + _ending(suffix)


def folder_name(item: ExportItem) -> str:
    """The folder below the output folder in which a file belongs."""
    by_type = ASSET_FOLDERS.get(item.output.asset_type)
    if by_type is not None or item.engine is None:
        return by_type or "assets"
    return ENGINE_FOLDERS[item.engine]


def _shape(role: str) -> str:
    """What a role says beyond the engine's main result."""
    for main in MAIN_ROLES:
        if role == main:
            return ""
        if role.startswith(f"{main}_"):
            return name_part(role.removeprefix(f"{main}_"))
    for beside, word in BESIDE_ROLES.items():
        if role.startswith(beside):
            return name_part(word + role.removeprefix(beside))
    return name_part(role)


def _ending(suffix: str) -> str:
    kept = re.sub(r"[^a-z0-9]", "", suffix.lower())
    return f".{kept}" if kept else ""


def name_part(text: str) -> str:
    """What of a text may stand in a name; "" if nothing may."""
    return re.sub(r"[^A-Za-z0-9._-]+", "", text)[:LONGEST_PART].strip("._-")


def _doubles(names: dict[UUID, str]) -> set[str]:
    return {name for name, count in Counter(name.lower() for name in names.values()).items() if count > 1}
