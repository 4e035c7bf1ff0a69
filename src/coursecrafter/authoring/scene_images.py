"""The visual plan of a branded video: an image prompt for each scene, and pictures to choose from.

Source: product, E2 step 4 ("an image prompt per scene, 2 to 4 image variants, one selected"); architecture ("an image
prompt" is an asset whose file is the JSON itself).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.assets import AssetVersion, add_variant, find_active, leave_empty, put_asset, stored_object
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import Edit, edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.plan_rows import live_scenes
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.tables import cc_assets, cc_lessons, cc_scenes
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.objects import ObjectStore

IMAGE_PROMPT = "image_prompt"
SCENE_IMAGE = "scene_image"


@dataclass(frozen=True, slots=True)
class ImagePrompt:
    """What a scene's picture is to show.

    Attributes:
        text: None: what the scene says.
        take: how often another picture of the same was asked for.
    """

    text: str | None
    take: int = 0


def set_image_prompts(
    conn: Connection,
    author: Author,
    store: ObjectStore,
    lesson_id: UUID,
    prompts: Mapping[UUID, str],
    calls: Mapping[UUID, UUID] | None = None,
) -> None:
    """Give scenes of a lesson their image prompts; earlier ones stay as versions.

    Args:
        calls: to models that wrote them, by scene.

    Raises:
        NotFound: CC-0020, also a scene of another lesson.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    of_lesson = (lesson.project_id, IMAGE_PROMPT, Engine.E2, lesson_id)
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=IMAGE_PROMPT) as act:
        of_call: dict[str, str] = {}
        for scene_id, prompt in prompts.items():
            version = _put_prompt(act, store, Slot(*of_lesson, scene_id), ImagePrompt(prompt))
            if calls and scene_id in calls:
                of_call[str(version.id)] = str(calls[scene_id])
        if of_call:
            act.payload["ai_call_of"] = of_call


def read_image_prompts(conn: Connection, store: ObjectStore, lesson_id: UUID) -> dict[UUID, str]:
    """The image prompts of a lesson's scenes, in playing order.

    Raises:
        NotFound: CC-0020.
    """
    lesson = find_row(conn, cc_lessons, lesson_id)
    prompts: dict[UUID, str] = {}
    for scene in live_scenes(conn, lesson_id):
        stored = find_active(conn, Slot(lesson.project_id, IMAGE_PROMPT, Engine.E2, lesson_id, scene.id))
        text = _prompt_in(store, stored).text if stored else None
        if text is not None:
            prompts[scene.id] = text
    return prompts


def prompts_of_project(conn: Connection, store: ObjectStore, project_id: UUID) -> dict[UUID, ImagePrompt]:
    """The image prompts of all scenes of a project's branded videos."""
    assets = cc_assets
    rows = conn.execute(
        select(assets.c.scene_id, assets.c.metadata, assets.c.mime_type)
        .where(assets.c.project_id == project_id, assets.c.role == IMAGE_PROMPT, assets.c.engine == Engine.E2.value)
        .where(assets.c.is_active, assets.c.deleted_at.is_(None), assets.c.scene_id.is_not(None))
    )
    # What is said in the row need not be fetched from a store that may be far away.
    return {
        row.scene_id: ImagePrompt(row.metadata["prompt"], row.metadata["take"])
        if "take" in row.metadata
        else _prompt_in(store, stored_object(row.metadata, row.mime_type))
        for row in rows
    }


def ask_another_image(conn: Connection, author: Author, store: ObjectStore, lesson_id: UUID, scene_id: UUID) -> None:
    """Have a scene's picture drawn anew by the next render; the pictures that there are stay to be chosen again.

    Raises:
        NotFound: CC-0020, also a scene of another lesson.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if find_row(conn, cc_scenes, scene_id).lesson_id != lesson_id:
        raise missing(cc_scenes)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    slot = Slot(lesson.project_id, IMAGE_PROMPT, Engine.E2, lesson_id, scene_id)
    stored = find_active(conn, slot)
    before = _prompt_in(store, stored) if stored else ImagePrompt(None)
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=IMAGE_PROMPT, scene_id=str(scene_id)) as act:
        _put_prompt(act, store, slot, replace(before, take=before.take + 1))
        leave_empty(act, replace(slot, role=SCENE_IMAGE))


def _put_prompt(act: Edit, store: ObjectStore, slot: Slot, prompt: ImagePrompt) -> AssetVersion:
    told = {"prompt": prompt.text, "take": prompt.take}
    stored = store.put_bytes(json.dumps(told, ensure_ascii=False).encode("utf-8", "replace"), "application/json")
    return put_asset(act, slot, stored, AssetType.DOCUMENT, {**told, "characters": len(prompt.text or "")})


def _prompt_in(store: ObjectStore, stored: StoredObject) -> ImagePrompt:
    told = json.loads(store.get_bytes(stored))
    return ImagePrompt(told["prompt"], told.get("take", 0))


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
