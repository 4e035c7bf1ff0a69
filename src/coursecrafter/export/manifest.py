"""What a package says of itself, as JSON: the tree, the manifest with its hashes, a sidecar beside each result.

Source: exports, "The full package", "Formats".
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from coursecrafter.domain.exported import ExportedCourse
from coursecrafter.domain.output import AssetType, Finding
from coursecrafter.export.archive import Archive, Entry
from coursecrafter.export.layout import SIDECAR_ROLE, PlacedFile
from coursecrafter.export.lessons_list import lessons_of
from coursecrafter.export.names import course_name
from coursecrafter.storage.objects import ObjectMissing, ObjectStore

EXPORT_VERSION = "1.0"
RESULT_TYPES = (AssetType.VIDEO, AssetType.BOOK, AssetType.SCORM_PACKAGE)

Shipped = tuple[PlacedFile, Entry]


def project_facts(course: ExportedCourse) -> dict[str, Any]:
    """A course and its tree, without its files."""
    return {
        "id": str(course.id),
        "code": course.own_code,
        "name": course.name,
        "description": course.description,
        "language": course.language,
        "status": course.status,
        "modified": course.modified,
        "learning_units": [
            {
                "title": unit.title,
                "description": unit.description,
                "modules": [
                    {
                        "title": module.title,
                        "description": module.description,
                        "lessons": [
                            {"id": str(one.id), "code": one.code, "title": one.title, "objective": one.objective}
                            for one in module.lessons
                        ],
                    }
                    for module in unit.modules
                ],
            }
            for unit in course.units
        ],
    }


def manifest(
    course: ExportedCourse, shipped: Sequence[Shipped], archive: Archive, findings: Sequence[Finding]
) -> dict[str, Any]:
    """All that is in the package, with hashes by which it can be checked.

    The hash of the whole is over one line for each file, `{sha256}  {path}`, sorted by path: what `sha256sum` prints.
    """
    root = course_name(course)
    files = sorted((str(entry.path.relative_to(root)), entry) for entry in archive.entries)
    lines = "".join(f"{entry.sha256}  {path}\n" for path, entry in files)
    kinds = {"videos": AssetType.VIDEO, "books": AssetType.BOOK, "scorm_packages": AssetType.SCORM_PACKAGE}
    return {
        "export_version": EXPORT_VERSION,
        "generated_at": course.modified,
        "project": {"id": str(course.id), "code": course.own_code, "name": course.name, "language": course.language},
        "lessons": [
            {"id": str(lesson.id), **listed}
            for lesson, listed in zip(course.lessons, lessons_of(course, [one for one, _ in shipped]), strict=True)
        ],
        "assets_count": sum(path.startswith("assets/") for path, _ in files),
        **{
            name: [_facts(one, entry) for one, entry in shipped if one.file.asset_type is kind]
            for name, kind in kinds.items()
        },
        "files": [{"path": path, "size_bytes": one.size_bytes, "sha256": one.sha256} for path, one in files],
        "findings": [
            {"check": one.check, "severity": one.severity.value, "sentence": one.sentence} for one in findings
        ],
        "integrity": {"hash_algorithm": "SHA256", "hash": hashlib.sha256(lines.encode()).hexdigest()},
    }


def sidecars(
    course: ExportedCourse, shipped: Sequence[Shipped], store: ObjectStore
) -> Iterator[tuple[PurePosixPath, Mapping[str, Any]]]:
    """One JSON beside the first result of each engine and lesson: what its engine says, and its files ("Formats")."""
    said = {
        (file.engine, file.lesson_id): _read_sidecar(file.sha256, store)
        for file in course.files
        if file.role == SIDECAR_ROLE
    }
    described = set()
    for one, _ in sorted(shipped, key=lambda each: each[1].path.suffix != ".pdf"):
        maker = one.file.engine, one.file.lesson_id
        if one.file.asset_type not in RESULT_TYPES or one.file.engine is None or maker in described:
            continue
        described.add(maker)
        facts = {
            "engine": one.file.engine.value,
            "project_id": str(course.id),
            "lesson_id": str(one.file.lesson_id) if one.file.lesson_id else None,
            "version": one.file.version,
            "files": [_facts(own, entry) for own, entry in shipped if (own.file.engine, own.file.lesson_id) == maker],
        }
        yield one.path.with_suffix(".json"), {**said.get(maker, {}), **facts}


def _read_sidecar(sha256: str, store: ObjectStore) -> dict[str, Any]:
    try:
        said: dict[str, Any] = json.loads(store.get_bytes(store.find(sha256, "application/json")))
    except (ObjectMissing, ValueError):
        return {}  # the facts of the rows stand in the export's own sidecar all the same
    return said


def _facts(one: PlacedFile, entry: Entry) -> dict[str, Any]:
    return {
        "path": str(one.path),
        "role": one.file.role,
        "version": one.file.version,
        "mime_type": one.file.mime_type,
        "size_bytes": entry.size_bytes,
        "sha256": entry.sha256,
    }


def written(value: Any) -> bytes:
    """JSON for people too: in lines, its keys sorted, in UTF-8."""
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
