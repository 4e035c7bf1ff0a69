"""A finished course as rows tell of it, before any of its files is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from coursecrafter.domain.course import Engine, LessonContent, UnitContent
from coursecrafter.domain.output import AssetType


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """One file of a course that is active now.

    Attributes:
        id: of the row that names it.
        engine: who made it; None for what belongs to no engine.
        lesson_id: None for what belongs to the whole course.
        role: its slot, as `final_video`; for an upload its purpose.
        sha256: its name in the store.
        version: of its asset, from 1.
    """

    id: UUID
    engine: Engine | None
    lesson_id: UUID | None
    asset_type: AssetType
    role: str
    sha256: str
    mime_type: str
    version: int
    metadata: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ExportedCourse:
    """A whole project as it leaves.

    Attributes:
        code: as in file names (`HRA101`); `own_code` is as its author writes it (`HRA-101`).
        modified: ISO 8601 UTC time of the newest thing in it; what leaves carries it, so that the same course gives
            the same bytes.
        units: the tree in course order, its lessons without scenes.
        files: what is active, in course order.
        uploads: what came in, the first one first.
        jobs: its renders as JSON, the first one first, as `read_exported` says.
    """

    id: UUID
    code: str
    own_code: str | None
    name: str
    description: str | None
    language: str
    status: str
    modified: str
    units: tuple[UnitContent, ...]
    files: tuple[ExportedFile, ...]
    uploads: tuple[ExportedFile, ...]
    jobs: tuple[Mapping[str, Any], ...]

    @property
    def lessons(self) -> Iterator[LessonContent]:
        """All lessons in course order."""
        return (lesson for unit in self.units for module in unit.modules for lesson in module.lessons)
