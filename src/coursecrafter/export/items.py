"""What leaves: a finished course's files with their versions, and the figures of their making."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from coursecrafter.domain.course import Engine, LessonContent
from coursecrafter.domain.look import Shape
from coursecrafter.domain.output import Finding, Output


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One file of a course.

    Attributes:
        engine: who made it; None for what belongs to no engine.
        lesson: None for what belongs to the whole course, as its book.
        version: of its asset, from 1.
    """

    engine: Engine | None
    lesson: LessonContent | None
    output: Output
    version: int


@dataclass(frozen=True, slots=True)
class EngineFigures:
    """What one render took and what its checks found.

    Attributes:
        lesson_code: None for the book.
        seconds_wall: in seconds, from the first step to the last check.
        made, reused: steps by kind.
        shape: of the video; the wide one for what is none.
    """

    engine: Engine
    lesson_code: str | None
    seconds_wall: float
    made: Mapping[str, int]
    reused: Mapping[str, int]
    findings: tuple[Finding, ...]
    shape: Shape = Shape.WIDE


@dataclass(frozen=True, slots=True)
class Written:
    """A file in the output folder.

    Attributes:
        path: below the output folder.
        item: what it shows; None for a file of ours beside it (sidecar, preview, page).
        is_new: whether it was written now; the same bytes may have been there already.
    """

    path: PurePosixPath
    item: ExportItem | None
    is_new: bool
