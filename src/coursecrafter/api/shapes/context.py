"""Context, documents and source files (schema 3, 4.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import Id, Json, Moment, Shape, Timed


class Context(Shape):
    """What a course is about and for whom; all null where nothing was said."""

    id: Id | None
    project_id: Id
    raw_text: str | None
    audience_level: Literal["intro", "intermediate", "advanced"] | None
    audience_role: Literal["operator", "supervisor", "manager", "executive", "mixed"] | None
    region: Annotated[str | None, Field(examples=["africa"])]
    domain: Annotated[str | None, Field(examples=["fire_safety"])]
    language: Annotated[str | None, Field(examples=["en"])]
    metadata: Annotated[Json, Field(examples=[{"voice": "en_female_neutral_1", "mode": "standard"}])]
    """Settings: voice, mode, original, effects, defaults, lexicon, script."""
    created_at: Moment | None
    updated_at: Moment | None


class Parse(Shape):
    """What a reader found in a file: the asset that holds it, and what its row tells."""

    asset_id: Id
    version: int
    metadata: Json
    created_at: Moment


class Document(Timed):
    """A document that tells a course's context."""

    id: Id
    project_id: Id
    file_path: str
    file_type: Literal["pdf", "docx", "pptx", "txt"]
    title: str | None
    description: str | None
    parsed_status: Literal["pending", "parsed", "failed"]
    parsed_summary: str | None
    parse: Parse | None


class SourceFile(Timed):
    """A file that came in to make lessons of."""

    id: Id
    project_id: Id
    lesson_id: Id | None
    file_path: str
    file_type: Literal["pptx", "mp4", "docx", "pdf", "image", "audio"]
    purpose: Annotated[str, Field(examples=["engine1_ppt"])]
    size_bytes: int
    checksum: Annotated[str, Field(description="SHA-256 of its bytes, 64 hex digits.")]
    parse: Parse | None
