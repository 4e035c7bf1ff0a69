"""Assets in slots with versions (schema 4.2, 4.3; decisions "versions", "active slot above segments").

Every version is a row; at most one of a slot is active.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.edits import Edit
from coursecrafter.authoring.slots import Slot, hold_slot
from coursecrafter.db.tables import cc_asset_versions, cc_assets
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject


@dataclass(frozen=True, slots=True)
class AssetVersion:
    """A version of a slot.

    Attributes:
        is_new: this act made it.
    """

    id: UUID
    version: int
    is_new: bool


def put_asset(
    act: Edit, slot: Slot, stored: StoredObject, asset_type: AssetType, metadata: Mapping[str, Any]
) -> AssetVersion:
    """Make an object the active version of a slot.

    The same bytes make no new version: the version that has them becomes active again. Writers of one slot wait for
    each other, so that twenty at once give twenty versions and one active row.

    Returns:
        The active version.

    Raises:
        NotFound: CC-0020, what the slot is in.
        NotAllowed: CC-0021.
    """
    rows = hold_slot(act.conn, slot)
    same = next((row for row in rows if row.file_path == stored.key and row.deleted_at is None), None)
    for row in rows:
        if row.is_active and row.deleted_at is None and row is not same:
            act.change(cc_assets, row.id, is_active=False)
    if same is not None:
        act.change(cc_assets, same.id, is_active=True)
        return AssetVersion(same.id, same.version, is_new=False)
    version = rows[-1].version + 1 if rows else 1
    return _add_version(act, slot, stored, version, asset_type=asset_type, metadata=metadata, is_active=True)


def _add_version(
    act: Edit,
    slot: Slot,
    stored: StoredObject,
    version: int,
    *,
    asset_type: AssetType,
    metadata: Mapping[str, Any],
    is_active: bool,
) -> AssetVersion:
    described = {**metadata, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
    asset_id = act.add(
        cc_assets,
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
        version=version,
        is_active=is_active,
    )
    act.add(cc_asset_versions, asset_id=asset_id, file_path=stored.key, version=version, metadata=described)
    return AssetVersion(asset_id, version, is_new=True)


def find_active(conn: Connection, slot: Slot) -> StoredObject | None:
    """The object that is active in a slot."""
    row = active_row(conn, slot)
    return None if row is None else stored_object(row.metadata, row.mime_type)


def active_row(conn: Connection, slot: Slot) -> Row[Any] | None:
    """The row that is active in a slot."""
    return conn.execute(
        select(cc_assets).where(slot.matches(), cc_assets.c.is_active, cc_assets.c.deleted_at.is_(None))
    ).first()


def stored_object(metadata: Mapping[str, Any], mime_type: str) -> StoredObject:
    """The object that an asset's row names."""
    return StoredObject(metadata["sha256"], metadata["size_bytes"], mime_type)
