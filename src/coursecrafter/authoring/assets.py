"""Assets in slots with versions (schema 4.2, 4.3; decisions "versions", "active slot above segments").

Every version is a row; at most one of a slot is active.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, select

from coursecrafter.authoring.author import Author
from coursecrafter.authoring.deletion import mark_deleted, take_back
from coursecrafter.authoring.edits import Edit, edit, origin
from coursecrafter.authoring.engine_flags import refresh_flags
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, missing
from coursecrafter.authoring.slots import Slot, active_of, hold_slot, slot_of
from coursecrafter.db.tables import cc_asset_versions, cc_assets
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject


@dataclass(frozen=True, slots=True)
class AssetVersion:
    """A version of a slot, after an act.

    Attributes:
        is_new: the act made it.
    """

    id: UUID
    version: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class Version:
    """One version in the history of a slot."""

    id: UUID
    version: int
    stored: StoredObject
    asset_type: AssetType
    metadata: Mapping[str, Any]
    is_active: bool
    is_deleted: bool
    created_at: datetime


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
    same = _same_bytes(rows, stored)
    _make_active(act, rows, same)
    if same is None:
        version = _add_version(act, slot, rows, stored, asset_type=asset_type, metadata=metadata, is_active=True)
    else:
        version = AssetVersion(same.id, same.version, is_new=False)
    refresh_flags(act, slot)
    return version


def add_picture(
    conn: Connection, author: Author, slot: Slot, stored: StoredObject, *, name: str, metadata: Mapping[str, Any]
) -> UUID:
    """Make a picture that an author sent the active version of a slot; the version's id.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=slot.role, name=name) as act:
        return put_asset(act, slot, stored, AssetType.IMAGE, {**metadata, "original_name": name}).id


def add_variant(
    act: Edit, slot: Slot, stored: StoredObject, asset_type: AssetType, metadata: Mapping[str, Any]
) -> AssetVersion:
    """Add an object to a slot as its next version, to choose from: what is active stays active.

    The same bytes make no new version.

    Raises:
        NotFound: CC-0020, what the slot is in.
        NotAllowed: CC-0021.
    """
    rows = hold_slot(act.conn, slot)
    same = _same_bytes(rows, stored)
    if same is not None:
        return AssetVersion(same.id, same.version, is_new=False)
    return _add_version(act, slot, rows, stored, asset_type=asset_type, metadata=metadata, is_active=False)


def leave_empty(act: Edit, slot: Slot) -> None:
    """Make no version of a slot active; all of them stay to be chosen again.

    Raises:
        NotFound: CC-0020, what the slot is in.
        NotAllowed: CC-0021.
    """
    _make_active(act, hold_slot(act.conn, slot), None)
    refresh_flags(act, slot)


def set_active(conn: Connection, author: Author, asset_id: UUID) -> AssetVersion:
    """Make a version of a slot its active one again.

    Raises:
        NotFound: CC-0020, there is no such version, or it is deleted.
        NotAllowed: CC-0021.
    """
    slot = slot_of(find_row(conn, cc_assets, asset_id))
    rows = hold_slot(conn, slot)
    # It may have been deleted while the slot was waited for.
    chosen = find_row(conn, cc_assets, asset_id)
    with _edit(conn, author, Event.ASSET_ACTIVATED, chosen) as act:
        _make_active(act, rows, chosen)
        refresh_flags(act, slot)
    return AssetVersion(chosen.id, chosen.version, is_new=False)


def delete_asset(conn: Connection, author: Author, asset_id: UUID) -> None:
    """Delete a version; its number is never given again.

    Where it was the active one the slot stays empty: an earlier version was replaced for a reason, so that only an
    author makes it active again, and a result that nobody chose is never published.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    row = find_row(conn, cc_assets, asset_id)
    slot = slot_of(row)
    hold_slot(conn, slot)
    with _edit(conn, author, Event.ASSET_DELETED, row) as act:
        mark_deleted(act, cc_assets, asset_id)
        refresh_flags(act, slot)


def restore_asset(conn: Connection, author: Author, asset_id: UUID) -> None:
    """Take back the deletion of a version; what has become active in its slot meanwhile stays active.

    Raises:
        NotFound: CC-0020, there is no such version, or it is not deleted.
        NotAllowed: CC-0021.
        ParentDeleted: CC-0033.
    """
    row = find_row(conn, cc_assets, asset_id, deleted=True)
    slot = slot_of(row)
    rows = hold_slot(conn, slot, deleted=True)
    if not any(one.id == asset_id and one.deleted_at is not None for one in rows):
        raise missing(cc_assets)
    with _edit(conn, author, Event.ASSET_RESTORED, row) as act:
        if active_of(rows) is not None:
            act.change(cc_assets, asset_id, deleted=True, is_active=False)
        take_back(act, cc_assets, asset_id)
        refresh_flags(act, slot)


def versions_of(conn: Connection, slot: Slot) -> tuple[Version, ...]:
    """All versions of a slot, the first one first, deleted ones too."""
    rows = conn.execute(select(cc_assets).where(slot.matches()).order_by(cc_assets.c.version)).all()
    return tuple(
        Version(
            row.id,
            row.version,
            stored_object(row.metadata, row.mime_type),
            AssetType(row.asset_type),
            row.metadata,
            row.is_active and row.deleted_at is None,
            row.deleted_at is not None,
            row.created_at,
        )
        for row in rows
    )


def find_slot(conn: Connection, asset_id: UUID) -> Slot:
    """The slot of an asset, deleted or not.

    Raises:
        NotFound: CC-0020.
    """
    return slot_of(find_row(conn, cc_assets, asset_id, deleted=True))


def _edit(conn: Connection, author: Author, event: Event, row: Row[Any]) -> AbstractContextManager[Edit]:
    told = {"asset_id": str(row.id), "role": row.role, "version": row.version}
    return edit(conn, author, event, project_id=row.project_id, lesson_id=row.lesson_id, **told)


def _same_bytes(rows: Sequence[Row[Any]], stored: StoredObject) -> Row[Any] | None:
    return next((row for row in rows if row.file_path == stored.key and row.deleted_at is None), None)


def _make_active(act: Edit, rows: Sequence[Row[Any]], chosen: Row[Any] | None) -> None:
    """Make one row of a slot active, or none; the old one first, since there are never two."""
    active = active_of(rows)
    if active is not None and (chosen is None or active.id != chosen.id):
        act.change(cc_assets, active.id, is_active=False)
    if chosen is not None:
        act.change(cc_assets, chosen.id, is_active=True)


def _add_version(
    act: Edit,
    slot: Slot,
    rows: Sequence[Row[Any]],
    stored: StoredObject,
    *,
    asset_type: AssetType,
    metadata: Mapping[str, Any],
    is_active: bool,
) -> AssetVersion:
    version = rows[-1].version + 1 if rows else 1
    described = {**origin(), **metadata, "sha256": stored.sha256, "size_bytes": stored.size_bytes}
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
    row = conn.execute(
        select(cc_assets).where(slot.matches(), cc_assets.c.is_active, cc_assets.c.deleted_at.is_(None))
    ).first()
    return None if row is None else stored_object(row.metadata, row.mime_type)


def stored_object(metadata: Mapping[str, Any], mime_type: str) -> StoredObject:
    """The object that an asset's row names."""
    return StoredObject(metadata["sha256"], metadata["size_bytes"], mime_type)
