"""What an engine hands back: files in the store, and what a check found about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from coursecrafter.domain.speech import Speech
from coursecrafter.domain.stored import StoredObject


class AssetType(StrEnum):
    """Schema 4.2, `asset_type`."""

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    BOOK = "book"
    DOCUMENT = "document"
    SCORM_PACKAGE = "scorm_package"
    TEMPLATE = "template"


class Severity(StrEnum):
    """How bad a finding is. An output with an error does not become active."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check with its figure.

    Attributes:
        check: short name of what was checked ("loudness", "duration").
        severity: the verdict.
        sentence: what a person reads.
        figure: the measured value with its unit in the sentence, or None.
        limit: what the figure is held against ("at most 5 s"); "" where nothing is.
    """

    check: str
    severity: Severity
    sentence: str
    figure: float | None = None
    limit: str = ""


@dataclass(frozen=True, slots=True)
class Output:
    """One file that becomes a version of an asset.

    Attributes:
        role: its slot, as `final_video`, `captions_vtt`, `book_pdf`, `scorm_package`.
        suffix: file ending in an export, with the dot.
        metadata: what the asset's row says of it (width, height, duration …), JSON.
    """

    role: str
    asset_type: AssetType
    object: StoredObject
    suffix: str
    metadata: Mapping[str, Any] = field(default_factory=dict)
    scene_id: UUID | None = None
    segment_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class SpokenSegment:
    """The voice track that an engine made for a segment."""

    segment_id: UUID
    speech: Speech


@dataclass(frozen=True, slots=True)
class Rendered:
    """All that one render of one engine leaves behind; the first output is the result itself."""

    outputs: tuple[Output, ...]
    findings: tuple[Finding, ...]
    voices: tuple[SpokenSegment, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @property
    def has_error(self) -> bool:
        """Whether a check refuses it."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)
