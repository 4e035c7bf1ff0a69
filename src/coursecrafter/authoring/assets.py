"""Assets in slots with versions (schema 4.2, 4.3; decisions "versions", "active slot above segments").

A slot is the place an asset fills: an engine's role of a segment, or of a scene, a lesson or the project where the
finer levels are null. Every version is a row; one of them is active.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, func, select, text

from coursecrafter.db.tables import cc_asset_versions, cc_assets
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject


@dataclass(frozen=True, slots=True)
class Slot:
    """The place of an asset.

    Attributes:
        engine: None for what belongs to no engine.
        role: as `final_video` or `slide_picture`.
    """

    project_id: UUID
    role: str
    engine: Engine | None = None
    lesson_id: UUID | None = None
    scene_id: UUID | None = None
    segment_id: UUID | None = None

    def matches(self) -> ColumnElement[bool]:
        """The slot's rows, deleted ones too: a version is never given twice."""
        columns = {
            cc_assets.c.engine: self.engine.value if self.engine else None,
            cc_assets.c.lesson_id: self.lesson_id,
            cc_assets.c.scene_id: self.scene_id,
            cc_assets.c.segment_id: self.segment_id,
        }
        same = [column.is_not_distinct_from(value) for column, value in columns.items()]
        return and_(cc_assets.c.project_id == self.project_id, cc_assets.c.role == self.role, *same)


@dataclass(frozen=True, slots=True)
class AssetVersion:
    """The row that now is active in a slot."""

    id: UUID
    version: int
    is_new: bool


def put_asset(
    conn: Connection, slot: Slot, stored: StoredObject, asset_type: AssetType, metadata: Mapping[str, Any]
) -> AssetVersion:
    """Make an object the active version of a slot.

    The same bytes make no new version: the version that has them becomes active again. Writers of one slot wait for
    each other, so that twenty at once give twenty versions and one active row.

    Returns:
        The active version.
    """
    lock = "SELECT pg_advisory_xact_lock(hashtextextended(:slot, 0))"
    conn.execute(text(lock), {"slot": repr(slot)})
    rows = conn.execute(
        select(cc_assets).where(slot.matches(), cc_assets.c.deleted_at.is_(None)).order_by(cc_assets.c.version)
    ).all()
    same = next((row for row in rows if row.file_path == stored.key), None)
    if same is not None and same.is_active:
        return AssetVersion(same.id, same.version, is_new=False)
    for row in rows:
        if row.is_active:
            conn.execute(cc_assets.update().where(cc_assets.c.id == row.id).values(is_active=False))
    if same is not None:
        conn.execute(cc_assets.update().where(cc_assets.c.id == same.id).values(is_active=True))
        return AssetVersion(same.id, same.version, is_new=False)
    return _add_version(conn, slot, stored, asset_type, metadata)


def _add_version(
    conn: Connection, slot: Slot, stored: StoredObject, asset_type: AssetType, metadata: Mapping[str, Any]
) -> AssetVersion:
    last = conn.execute(select(func.coalesce(func.max(cc_assets.c.version), 0)).where(slot.matches())).scalar_one()
    described = {**metadata, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
    asset_id = conn.execute(
        cc_assets.insert()
        .values(
            project_id=slot.project_id,
            lesson_id=slot.lesson_id,
            scene_id=slot.scene_id,
            segment_id=slot.segment_id,
            engine=slot.engine.value if slot.engine else None,
            asset_type=asset_type.value,
            role=slot.role,
            file_path=stored.key,
            mime_type=stored.mime_type,
            metadata=described,
            version=last + 1,
            is_active=True,
        )
        .returning(cc_assets.c.id)
    ).scalar_one()
    conn.execute(
        cc_asset_versions.insert().values(asset_id=asset_id, file_path=stored.key, version=last + 1, metadata=described)
    )
    return AssetVersion(asset_id, last + 1, is_new=True)


def find_active(conn: Connection, slot: Slot) -> StoredObject | None:
    """The object that is active in a slot."""
    row = conn.execute(
        select(cc_assets).where(slot.matches(), cc_assets.c.is_active, cc_assets.c.deleted_at.is_(None))
    ).first()
    return None if row is None else stored_object(row.metadata, row.mime_type)


def stored_object(metadata: Mapping[str, Any], mime_type: str) -> StoredObject:
    """The object that an asset's row names."""
    return StoredObject(metadata["sha256"], metadata["size_bytes"], mime_type)
