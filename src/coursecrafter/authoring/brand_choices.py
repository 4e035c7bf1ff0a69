"""Which brand profile and template a lesson's branded video takes: a template asset of the lesson, the JSON itself.

Source: architecture ("a lesson's or scene's chosen template"); product, E2 step 5.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import AssetVersion, find_active, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.plan_rows import live_scenes
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.slots import Slot
from coursecrafter.db.tables import cc_brand_profiles, cc_lessons, cc_scenes
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.storage.objects import ObjectStore

ROLE = "brand_choice"


@dataclass(frozen=True, slots=True)
class BrandChoice:
    """What a lesson looks like.

    Attributes:
        brand_profile_id: None for the project's first profile.
        template_choice: one of the templates that E2 proposes for the brand; None: the first of them.
    """

    brand_profile_id: UUID | None
    template_choice: str | None


def choose_brand(
    conn: Connection, author: Author, store: ObjectStore, lesson_id: UUID, choice: BrandChoice
) -> AssetVersion:
    """Choose a lesson's brand profile, of its project or its organisation, and its template.

    Raises:
        NotFound: CC-0020, also of the profile.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if choice.brand_profile_id is not None:
        brand = find_row(conn, cc_brand_profiles, choice.brand_profile_id)
        if brand.project_id not in {None, lesson.project_id}:
            raise missing(cc_brand_profiles)
    told = {name: None if value is None else str(value) for name, value in asdict(choice).items()}
    return _keep(conn, author, store, Slot(lesson.project_id, ROLE, Engine.E2, lesson_id), told)


def choose_scene_template(
    conn: Connection, author: Author, store: ObjectStore, lesson_id: UUID, scene_id: UUID, template: str | None
) -> AssetVersion:
    """Let a scene go its own way; None: as its lesson again.

    Raises:
        NotFound: CC-0020, also a scene of another lesson.
        NotAllowed: CC-0021.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if find_row(conn, cc_scenes, scene_id).lesson_id != lesson_id:
        raise missing(cc_scenes)
    slot = Slot(lesson.project_id, ROLE, Engine.E2, lesson_id, scene_id)
    return _keep(conn, author, store, slot, {"template_choice": template})


def read_scene_templates(conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID) -> dict[UUID, str]:
    """The templates of those scenes of a lesson that go their own way."""
    found: dict[UUID, str] = {}
    for scene in live_scenes(conn, lesson_id):
        stored = find_active(conn, Slot(project_id, ROLE, Engine.E2, lesson_id, scene.id))
        template = json.loads(store.get_bytes(stored))["template_choice"] if stored else None
        if template is not None:
            found[scene.id] = template
    return found


def _keep(
    conn: Connection, author: Author, store: ObjectStore, slot: Slot, told: Mapping[str, str | None]
) -> AssetVersion:
    content = json.dumps(told, ensure_ascii=False, sort_keys=True).encode("utf-8", "replace")
    stored = store.put_bytes(content, "application/json")
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=ROLE) as act:
        return put_asset(act, slot, stored, AssetType.TEMPLATE, told)


def read_brand_choice(conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID) -> BrandChoice | None:
    """What was chosen for a lesson; None where nothing was."""
    stored = find_active(conn, Slot(project_id, ROLE, Engine.E2, lesson_id))
    if stored is None:
        return None
    told = json.loads(store.get_bytes(stored))
    brand_id = told["brand_profile_id"]
    return BrandChoice(None if brand_id is None else UUID(brand_id), told["template_choice"])
