"""The visual plan of a branded video: an image prompt for each scene, and pictures to choose from.

Source: product, E2 step 4 ("an image prompt per scene, 2 to 4 image variants, one selected"); architecture ("an image
prompt" is an asset whose file is the JSON itself).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import AssetVersion, add_variant, find_active, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.plan_rows import live_scenes
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.tables import cc_lessons, cc_scenes
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore

IMAGE_PROMPT = "image_prompt"
SCENE_IMAGE = "scene_image"


def set_image_prompts(
    conn: Connection, author: Author, store: ObjectStore, lesson_id: UUID, prompts: Mapping[UUID, str]
) -> None:
    """Give scenes of a lesson their image prompts; earlier ones stay as versions.

    Raises:
        NotFound: CC-0020, also a scene of another lesson.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=IMAGE_PROMPT) as act:
        for scene_id, prompt in prompts.items():
            content = json.dumps({"prompt": prompt}, ensure_ascii=False).encode("utf-8", "replace")
            stored = store.put_bytes(content, "application/json")
            slot = Slot(lesson.project_id, IMAGE_PROMPT, Engine.E2, lesson_id, scene_id)
            put_asset(act, slot, stored, AssetType.DOCUMENT, {"characters": len(prompt)})


def read_image_prompts(conn: Connection, store: ObjectStore, lesson_id: UUID) -> dict[UUID, str]:
    """The image prompts of a lesson's scenes, in playing order.

    Raises:
        NotFound: CC-0020.
    """
    lesson = find_row(conn, cc_lessons, lesson_id)
    prompts: dict[UUID, str] = {}
    for scene in live_scenes(conn, lesson_id):
        stored = find_active(conn, Slot(lesson.project_id, IMAGE_PROMPT, Engine.E2, lesson_id, scene.id))
        if stored is not None:
            prompts[scene.id] = json.loads(store.get_bytes(stored))["prompt"]
    return prompts


def add_scene_images(
    conn: Connection,
    author: Author,
    lesson_id: UUID,
    scene_id: UUID,
    images: Sequence[tuple[StoredObject, Mapping[str, Any]]],
) -> list[AssetVersion]:
    """Add pictures for a scene to choose from; where none is chosen yet the first of them is.

    Args:
        images: each with what its asset's row says of it.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if find_row(conn, cc_scenes, scene_id).lesson_id != lesson_id:
        raise missing(cc_scenes)
    slot = Slot(lesson.project_id, SCENE_IMAGE, Engine.E2, lesson_id, scene_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    kept: list[AssetVersion] = []
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=SCENE_IMAGE, scene_id=str(scene_id)) as act:
        for stored, described in images:
            is_first = not kept and find_active(conn, slot) is None
            add = put_asset if is_first else add_variant
            kept.append(add(act, slot, stored, AssetType.IMAGE, described))
    return kept
