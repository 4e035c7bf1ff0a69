"""The outline of a branded video as it was proposed: headings, words and where they came from, beside E2's scripts.

They have no column; architecture.md gives them a home: a template asset of the lesson whose file is the JSON itself.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import find_active, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.course import Engine
from coursecrafter.domain.outline import OutlineScene, OutlineSegment
from coursecrafter.domain.output import AssetType
from coursecrafter.storage.objects import ObjectStore

ROLE = "script_outline"


@dataclass(frozen=True, slots=True)
class KnownOutline:
    """An outline that was proposed before.

    Attributes:
        scene_ids: the scene of each of its scenes.
    """

    scenes: tuple[OutlineScene, ...]
    scene_ids: tuple[UUID, ...]


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
            "is_own": scene.scene_id is None,
            "sources": [list(segment.source_refs) for segment in scene.segments],
            "texts": [segment.text for segment in scene.segments],
        }
        for scene_id, scene in zip(scene_ids, outline, strict=True)
    ]
    content = json.dumps({"scenes": scenes}, ensure_ascii=False).encode("utf-8", "replace")
    stored = store.put_bytes(content, "application/json")
    slot = Slot(project_id, ROLE, Engine.E2, lesson_id)
    with edit(conn, author, Event.ASSETS_ADDED, project_id=project_id, lesson_id=lesson_id, role=ROLE) as act:
        put_asset(act, slot, stored, AssetType.TEMPLATE, {"scenes": len(scenes)})


def read_headings(conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID) -> dict[UUID, str]:
    """Heading by scene, for scenes that were taken over; a scene of the video's own has its heading as its title."""
    kept = _read(conn, store, project_id, lesson_id)
    return {UUID(scene["scene_id"]): scene["heading"] for scene in kept if not scene.get("is_own", False)}


def read_outline(conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID) -> KnownOutline | None:
    """The outline as it was last proposed; None where none was, or before its words were kept with it."""
    kept = _read(conn, store, project_id, lesson_id)
    if not kept or any("texts" not in scene for scene in kept):
        return None
    scenes = tuple(
        OutlineScene(
            None if scene["is_own"] else UUID(scene["scene_id"]),
            scene["heading"],
            tuple(
                OutlineSegment(text, tuple(sources))
                for text, sources in zip(scene["texts"], scene["sources"], strict=True)
            ),
        )
        for scene in kept
    )
    return KnownOutline(scenes, tuple(UUID(scene["scene_id"]) for scene in kept))


def _read(conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID) -> list[dict[str, Any]]:
    stored = find_active(conn, Slot(project_id, ROLE, Engine.E2, lesson_id))
    scenes: list[dict[str, Any]] = [] if stored is None else json.loads(store.get_bytes(stored))["scenes"]
    return scenes
