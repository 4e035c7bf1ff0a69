"""The headings of a branded video and where its words came from, kept beside E2's scripts.

They have no column; architecture.md gives them a home: a template asset of the lesson whose file is the JSON itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import find_active, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.course import Engine
from coursecrafter.domain.outline import OutlineScene
from coursecrafter.domain.output import AssetType
from coursecrafter.storage.objects import ObjectStore

ROLE = "script_outline"


def keep_headings(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    place: tuple[UUID, UUID],
    outline: Sequence[OutlineScene],
    scene_ids: Sequence[UUID],
) -> None:
    """Keep the headings and source references of an outline's scenes, for a lesson (project, lesson)."""
    project_id, lesson_id = place
    scenes = [
        {
            "scene_id": str(scene_id),
            "heading": scene.heading,
            "sources": [list(segment.source_refs) for segment in scene.segments],
        }
        for scene_id, scene in zip(scene_ids, outline, strict=True)
    ]
    content = json.dumps({"scenes": scenes}, ensure_ascii=False).encode("utf-8", "replace")
    stored = store.put_bytes(content, "application/json")
    slot = Slot(project_id, ROLE, Engine.E2, lesson_id)
    with edit(conn, author, Event.ASSETS_ADDED, project_id=project_id, lesson_id=lesson_id, role=ROLE) as act:
        put_asset(act, slot, stored, AssetType.TEMPLATE, {"scenes": len(scenes)})


def read_headings(conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID) -> dict[UUID, str]:
    """Heading by scene."""
    stored = find_active(conn, Slot(project_id, ROLE, Engine.E2, lesson_id))
    if stored is None:
        return {}
    return {UUID(scene["scene_id"]): scene["heading"] for scene in json.loads(store.get_bytes(stored))["scenes"]}
