"""What a branded video will look like before it is rendered: templates as sample sheets, a scene as a short film."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import put_asset
from coursecrafter.authoring.brand_choices import read_brand_choice
from coursecrafter.authoring.courses import read_brand, read_course
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.looks import read_look
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.voices import voice_of_lesson
from coursecrafter.background.lessons import lesson_in
from coursecrafter.domain.course import Course, Engine
from coursecrafter.domain.look import Look
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.engines.e2_video import engine as e2
from coursecrafter.wiring import Workshop

SCENE_PREVIEW = "scene_preview"
TEMPLATE_PREVIEW = "template_preview"


def preview_scene(
    shop: Workshop, project_id: UUID, lesson_id: UUID, scene_id: UUID, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Make one scene of a branded video, small, as it will be seen and heard; the film is an asset of the scene.

    Args:
        settings: how it looks, as a render is asked for it.

    Raises:
        NotFound: CC-0020, also music that is gone.
        NotAllowed: CC-0021.
        NothingToTell: CC-0230, also a scene that says nothing.
        VideoError: CC-02xx, what a render would be refused with.
        GatewayError: CC-03xx.
    """
    course, look = _of_lesson(shop, project_id, lesson_id, settings)
    made = e2.preview(course, lesson_in(course, lesson_id), scene_id, shop.bench(project_id), look)
    film = made.outputs[0]
    slot = Slot(project_id, SCENE_PREVIEW, Engine.E2, lesson_id, scene_id)
    asset_id = _keep(shop, slot, film.object, AssetType.VIDEO, film.metadata)
    warnings = [one.sentence for one in made.findings if one.severity != "ok"]
    return {
        "asset_id": str(asset_id),
        "duration_seconds": made.metadata["duration_seconds"],
        "warnings": warnings,
    }


def propose_templates(shop: Workshop, project_id: UUID, lesson_id: UUID) -> dict[str, Any]:
    """Show what each template that suits a lesson's brand makes of it; each sheet is an asset of the lesson.

    Raises:
        NotFound: CC-0020.
        NotAllowed: CC-0021.
        UnreadableLogo: CC-0231.
    """
    course, look = _of_lesson(shop, project_id, lesson_id, {})
    bench = shop.bench(project_id)
    size = {"width": look.size.width_px, "height": look.size.height_px}
    proposed = []
    for template in e2.templates_for(course.brand):
        sheet = e2.preview_template(template.name, course.brand, look.size, bench)
        stored = shop.store.put_bytes(sheet, "image/png")
        slot = Slot(project_id, f"{TEMPLATE_PREVIEW}_{template.name}", Engine.E2, lesson_id)
        asset_id = _keep(shop, slot, stored, AssetType.IMAGE, {"template": template.name, "of": size})
        proposed.append({"template_choice": template.name, "asset_id": str(asset_id)})
    return {"templates": proposed}


def _of_lesson(shop: Workshop, project_id: UUID, lesson_id: UUID, settings: Mapping[str, Any]) -> tuple[Course, Look]:
    with shop.database.app(shop.identity(project_id)) as conn:
        course = _branded(conn, shop, project_id, lesson_id)
        voice = settings.get("voice_profile") or voice_of_lesson(conn, lesson_id, Engine.E2) or course.voice
        return replace(course, voice=voice), read_look(conn, shop.store, project_id, lesson_id, settings)


def _branded(conn: Connection, shop: Workshop, project_id: UUID, lesson_id: UUID) -> Course:
    course = read_course(conn, shop.store, project_id, Engine.E2)
    choice = read_brand_choice(conn, shop.store, project_id, lesson_id)
    return (
        replace(course, brand=read_brand(conn, choice.brand_profile_id))
        if choice and choice.brand_profile_id
        else course
    )


def _keep(shop: Workshop, slot: Slot, stored: StoredObject, asset_type: AssetType, metadata: Mapping[str, Any]) -> UUID:
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with (
        shop.database.app(shop.identity(slot.project_id)) as conn,
        edit(conn, shop.author, Event.ASSETS_ADDED, **place, role=slot.role) as act,
    ):
        return put_asset(act, slot, stored, asset_type, metadata).id
