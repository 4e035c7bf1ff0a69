"""What was found in source files: assets whose file is the JSON itself. Source: architecture ("what a parser found").

`source_parse` is the deck that a plan was made of, the whole project's or a lesson's own; `source_parse_` and a file's
id is what was found in that file when it came, or why it could not be read. A deck that is only uploaded changes no
plan: it becomes the `source_parse` of its place when the plan is made of it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.assets import find_active, put_asset, stored_object
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import SourceFile
from coursecrafter.db.tables import cc_activity_log, cc_assets, cc_source_files
from coursecrafter.domain.deck import Deck
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError
from coursecrafter.storage.objects import ObjectStore

SOURCE_PARSE = "source_parse"


def keep_parse(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    project_id: UUID,
    deck: Deck,
    *,
    name: str,
    lesson_id: UUID | None = None,
) -> None:
    """Keep the deck that a plan is made of: a lesson's own or, without one, the project's.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    stored = _put(store, {"original_name": name, "deck": deck.to_json()})
    place = {"project_id": project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=SOURCE_PARSE) as act:
        slot = Slot(project_id, SOURCE_PARSE, lesson_id=lesson_id)
        put_asset(act, slot, stored, AssetType.DOCUMENT, {"slides": len(deck.slides)})


def read_parse(conn: Connection, store: ObjectStore, project_id: UUID, *, lesson_id: UUID | None = None) -> Deck | None:
    """The deck that the plan of a lesson or, without one, of the project was made of."""
    stored = find_active(conn, Slot(project_id, SOURCE_PARSE, lesson_id=lesson_id))
    return None if stored is None else Deck.from_json(json.loads(store.get_bytes(stored))["deck"])


def read_decks(conn: Connection, store: ObjectStore, project_id: UUID) -> dict[UUID | None, Deck]:
    """The decks of a project by the lesson that has its own; the whole project's at None."""
    rows = conn.execute(
        select(cc_assets.c.lesson_id, cc_assets.c.metadata, cc_assets.c.mime_type).where(
            cc_assets.c.project_id == project_id,
            cc_assets.c.role == SOURCE_PARSE,
            cc_assets.c.is_active,
            cc_assets.c.deleted_at.is_(None),
        )
    )
    kept = {row.lesson_id: store.get_bytes(stored_object(row.metadata, row.mime_type)) for row in rows}
    return {lesson_id: Deck.from_json(json.loads(content)["deck"]) for lesson_id, content in kept.items()}


def keep_source_parse(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    source: SourceFile,
    *,
    name: str,
    mime_type: str,
    scan: str,
    found: Mapping[str, Any] | CourseCrafterError,
) -> None:
    """Keep what was found in a source file, or why it could not be read.

    Args:
        name: the file's own name.
        scan: the verdict about it: clean or not_scanned.
        found: JSON with `pages`, where it has some; or the error.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    told: dict[str, Any] = {
        "original_name": name,
        "mime_type": mime_type,
        "file_type": source.file_type,
        "size_bytes": source.size_bytes,
        "sha256": source.checksum,
        "scan": scan,
        "pages": None,
        "errors": [],
    }
    if isinstance(found, CourseCrafterError):
        told |= {"state": "failed", "errors": [error_as_json(found)]}
    else:
        told |= {"state": "parsed", **found}
    stored = _put(store, told)
    slot = _slot(source)
    place = {"project_id": source.project_id, "lesson_id": source.lesson_id}
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=slot.role) as act:
        put_asset(act, slot, stored, AssetType.DOCUMENT, {"name": name, "state": told["state"]})


def read_source_parse(conn: Connection, store: ObjectStore, source: SourceFile) -> Mapping[str, Any] | None:
    """What was found in a source file; None while it has not been read."""
    stored = find_active(conn, _slot(source))
    found: Mapping[str, Any] | None = None if stored is None else json.loads(store.get_bytes(stored))
    return found


def source_name(conn: Connection, source: SourceFile) -> str:
    """The name that a source file came with; its event knows it."""
    added = {"changes": [{"table": cc_source_files.name, "id": str(source.id)}]}
    wanted = select(cc_activity_log.c.event_payload["name"].astext).where(
        cc_activity_log.c.project_id == source.project_id,
        cc_activity_log.c.event_type == Event.SOURCE_UPLOADED.value,
        cc_activity_log.c.event_payload.contains(added),
    )
    return conn.execute(wanted.limit(1)).scalar() or f"{source.purpose}.{source.file_type}"


def error_as_json(error: CourseCrafterError) -> dict[str, str]:
    """What a person is told of an error: code, message and remedy."""
    return {"code": error.code, "message": error.message, "remedy": error.remedy}


def _slot(source: SourceFile) -> Slot:
    return Slot(source.project_id, f"{SOURCE_PARSE}_{source.id}", lesson_id=source.lesson_id)


def _put(store: ObjectStore, told: Mapping[str, Any]) -> StoredObject:
    content = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return store.put_bytes(content.encode("utf-8", "replace"), "application/json")
