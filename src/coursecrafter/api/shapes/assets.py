"""Assets (schema 4.2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from coursecrafter.api.shapes.base import EngineName, Id, Json, Shape, Timed


class Asset(Timed):
    """One version of what fills a slot."""

    id: Id
    project_id: Id
    lesson_id: Id | None
    scene_id: Id | None
    segment_id: Id | None
    engine: EngineName | None
    asset_type: Literal["image", "audio", "video", "book", "document", "scorm_package", "template"]
    role: Annotated[str, Field(examples=["final_video"])]
    file_path: str
    mime_type: Annotated[str, Field(examples=["video/mp4"])]
    metadata: Json
    version: Annotated[int, Field(ge=1)]
    is_active: bool


class AssetVersions(Shape):
    """A slot with its versions, the first one first."""

    project_id: Id
    lesson_id: Id | None
    scene_id: Id | None
    segment_id: Id | None
    engine: EngineName | None
    role: str
    versions: list[Asset]
