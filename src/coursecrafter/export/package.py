"""What is sent away whole: a course's full package, all its assets, one lesson's module.

Everything is checked while it is put together; an archive that is closed may be handed out.

Source: exports, "The full package", "What is validated before an export is handed out".
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO
from uuid import UUID

from coursecrafter.domain.exported import ExportedCourse
from coursecrafter.domain.output import AssetType, Finding, Severity
from coursecrafter.domain.stored import StoredObject
from coursecrafter.export.archive import Archive, open_archive
from coursecrafter.export.layout import (
    ASSET_FOLDERS,
    MODULE_FOLDERS,
    PACKAGE_FOLDERS,
    PlacedFile,
    assets_folder,
    package_folder,
    place_files,
)
from coursecrafter.export.lessons_list import lesson_code, lessons_of
from coursecrafter.export.manifest import RESULT_TYPES, Shipped, manifest, project_facts, sidecars, written
from coursecrafter.export.names import course_name, lesson_names
from coursecrafter.export.shipping import NotRenderedYet, problem, refuse, room, ship, unmade
from coursecrafter.storage.objects import ObjectStore

PIECE_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Module:
    """A lesson's module to hand out."""

    stored: StoredObject
    file_name: str


def write_package(file: BinaryIO, course: ExportedCourse, store: ObjectStore, calls: Path) -> tuple[Finding, ...]:
    """Write a course's full package as a ZIP.

    Args:
        file: empty, on disk, open for reading and writing; it holds half an archive if an error leaves this.
        calls: the course's calls to models, a JSON file.

    Returns:
        What its author should know, as it stands in the manifest too.

    Raises:
        NotRenderedYet: CC-0805, nothing of the course was.
        UnsoundExport: CC-0806.
        ExportDiskFull: CC-0807.
    """
    placed = place_files(course, course.files, package_folder)
    if not any(one.file.asset_type in RESULT_TYPES for one in placed):
        raise NotRenderedYet(f"Nothing of “{course.name}” is rendered yet, so there is nothing to send.")
    findings = _findings(course, placed)
    root = PurePosixPath(course_name(course))
    with room(), open_archive(file, course.modified) as archive:
        for folder in PACKAGE_FOLDERS:
            archive.add_folder(root / folder)
        shipped = _ship_all(archive, root, course, placed, store)
        _unpack_modules(archive, root, course, shipped)
        for path, content in sidecars(course, shipped, store):
            archive.add_bytes(root / path, written(content))
        _write_lists(archive, root, course, placed, calls)
        archive.add_bytes(root / "metadata/manifest.json", written(manifest(course, shipped, archive, findings)))
    return findings


def write_assets(file: BinaryIO, course: ExportedCourse, store: ObjectStore) -> None:
    """Write all assets of a course as a ZIP, what was uploaded with them.

    Raises:
        NotRenderedYet: CC-0805, there is none.
        UnsoundExport: CC-0806.
        ExportDiskFull: CC-0807.
    """
    placed = place_files(course, course.files, assets_folder)
    placed += place_files(course, course.uploads, lambda _: "assets/raw_uploads")
    if not placed:
        raise NotRenderedYet(f"“{course.name}” has no assets and no uploads yet, so there is nothing to send.")
    with room(), open_archive(file, course.modified) as archive:
        for folder in ASSET_FOLDERS:
            archive.add_folder(PurePosixPath(folder))
        _ship_all(archive, PurePosixPath(), course, placed, store)


def find_module(course: ExportedCourse, lesson_id: UUID, store: ObjectStore) -> Module:
    """A lesson's SCORM package as it is, checked.

    Raises:
        NotRenderedYet: CC-0805.
        UnsoundExport: CC-0806.
        ExportDiskFull: CC-0807.
    """
    own = [file for file in course.files if file.lesson_id == lesson_id and file.role == "scorm_package"]
    placed = place_files(course, own, package_folder)
    if not placed:
        title = next((lesson.title for lesson in course.lessons if lesson.id == lesson_id), "")
        raise NotRenderedYet(f"The module of “{title}” is not rendered yet.")
    with room(), tempfile.TemporaryFile() as file, open_archive(file, course.modified) as archive:
        _ship_all(archive, PurePosixPath(), course, placed, store)
    stored = store.find(placed[0].file.sha256, placed[0].file.mime_type)
    return Module(stored, placed[0].path.name)


def _ship_all(
    archive: Archive, root: PurePosixPath, course: ExportedCourse, placed: Sequence[PlacedFile], store: ObjectStore
) -> list[Shipped]:
    """Put files into an archive; all that is wrong with them is said at once.

    Raises:
        UnsoundExport: CC-0806.
    """
    problems = unmade(course, placed)
    shipped: list[Shipped] = []
    for one in sorted(placed, key=lambda one: str(one.path)):
        entry, fault = ship(archive, root, one, store)
        if fault:
            problems.append(problem(one, fault))
        elif entry is not None:
            shipped.append((one, entry))
    refuse(problems)
    return shipped


def _findings(course: ExportedCourse, placed: Sequence[PlacedFile]) -> tuple[Finding, ...]:
    """What is not in the package though it could be: named, not refused."""
    names = lesson_names(course)
    has_output = {one.file.lesson_id for one in placed if one.file.asset_type in RESULT_TYPES}
    findings = [
        Finding(
            "lesson",
            Severity.WARNING,
            f"{lesson_code(lesson, names[lesson.id])} “{lesson.title}” has no video and no module yet.",
        )
        for lesson in course.lessons
        if lesson.id not in has_output
    ]
    if not any(one.file.asset_type is AssetType.BOOK for one in placed):
        findings.append(Finding("book", Severity.WARNING, "The course has no book yet."))
    return tuple(findings)


def _unpack_modules(archive: Archive, root: PurePosixPath, course: ExportedCourse, shipped: Sequence[Shipped]) -> None:
    """Each module once more as a folder, as its manifest names its files (so nothing stands in `scripts/` yet)."""
    names = lesson_names(course)
    for one, entry in shipped:
        if one.file.asset_type is AssetType.SCORM_PACKAGE and one.lesson is not None:
            folder = root / "scorm" / f"lesson_{names[one.lesson.id]}"
            for name in MODULE_FOLDERS:
                archive.add_folder(folder / name)
            _unpack(archive, folder, archive.open(entry))


def _unpack(archive: Archive, folder: PurePosixPath, package: BinaryIO) -> None:
    with zipfile.ZipFile(package) as module:
        members = sorted((one for one in module.infolist() if not one.is_dir()), key=lambda one: one.filename)
        for member in members:
            with module.open(member) as content:
                archive.add(folder / member.filename, iter(lambda: content.read(PIECE_BYTES), b""), member.file_size)


def _write_lists(
    archive: Archive, root: PurePosixPath, course: ExportedCourse, placed: Sequence[PlacedFile], calls: Path
) -> None:
    """Everything that is text of ours: the tree, the lessons, the renders and the logs."""
    shown = {str(one.file.id): str(one.path) for one in placed}
    results = [{**job, "file": shown[job["result_asset_id"]]} for job in course.jobs if job["result_asset_id"] in shown]
    results = [{key: value for key, value in job.items() if key != "log"} for job in results]
    archive.add_bytes(root / "metadata/project.json", written(project_facts(course)))
    archive.add_bytes(root / "metadata/lessons.json", written(lessons_of(course, placed)))
    archive.add_bytes(root / "metadata/render_jobs.json", written(results))
    archive.add_bytes(root / "logs/render_jobs.json", written(course.jobs))
    with calls.open("rb") as logged:
        pieces = iter(lambda: logged.read(PIECE_BYTES), b"")
        archive.add(root / "logs/ai_calls.json", pieces, calls.stat().st_size)
