"""A film or recording that plays in a segment's place: an asset in a slot of the segment, as its slide's picture is.

Source: schema 2.6 (`other_video`), 4.2; product, E1 ("an uploaded external video plays in place").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.assets import put_asset, stored_object
from coursecrafter.authoring.edits import Edit
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.tables import cc_assets
from coursecrafter.domain.clip import SEGMENT_CLIP, ClipBox, ClipPlayback, SegmentClip
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType


def put_clip(
    act: Edit, place: tuple[UUID, UUID, UUID, UUID], clip: SegmentClip, told: Mapping[str, Any] | None = None
) -> None:
    """Let a clip play in a segment's place.

    Args:
        act: the act that it is a part of.
        place: project, lesson, scene and segment.
        clip: what plays where.
        told: what else the asset says of it, as the id of its source file.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    project_id, *levels = place
    slot = Slot(project_id, SEGMENT_CLIP, Engine.E1, *levels)
    box = dict(clip.box.to_json()) if clip.box else None
    described = {**(told or {}), "original_name": clip.name, "box": box, "playback": dict(clip.playback.to_json())}
    kind = AssetType.AUDIO if clip.is_sound else AssetType.VIDEO
    version = put_asset(act, slot, clip.stored, kind, described)
    if not version.is_new:
        # The same film at another place of the slide, or played in another way.
        row = act.conn.execute(select(cc_assets.c.metadata).where(cc_assets.c.id == version.id)).one()
        act.change(cc_assets, version.id, metadata={**row.metadata, **described})


def clips_of_project(conn: Connection, project_id: UUID) -> Mapping[UUID, SegmentClip]:
    """What plays in the place of segments, by their ids."""
    rows = conn.execute(
        select(cc_assets.c.segment_id, cc_assets.c.metadata, cc_assets.c.mime_type).where(
            cc_assets.c.project_id == project_id,
            cc_assets.c.role == SEGMENT_CLIP,
            cc_assets.c.is_active,
            cc_assets.c.deleted_at.is_(None),
        )
    )
    return {row.segment_id: _clip(row.metadata, row.mime_type) for row in rows}


def _clip(metadata: Mapping[str, Any], mime_type: str) -> SegmentClip:
    box = metadata.get("box")
    return SegmentClip(
        stored_object(metadata, mime_type),
        ClipBox.from_json(box) if box else None,
        metadata.get("original_name") or "",
        # Clips that were placed before trims and crops were kept to hold none.
        ClipPlayback.from_json(metadata.get("playback") or {}),
    )
