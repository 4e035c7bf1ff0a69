"""Outputs for slots, without files: what the tables know of an object is its hash."""

from __future__ import annotations

import hashlib

from course_people import Cast
from coursecrafter.authoring.assets import AssetVersion, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.slots import Slot
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.domain.stored import StoredObject


def stored(content: str, mime_type: str = "image/png") -> StoredObject:
    """The object that holds this content."""
    return StoredObject(hashlib.sha256(content.encode()).hexdigest(), len(content), mime_type)


def output(role: str, content: str) -> Output:
    """A file that an engine made."""
    return Output(role, AssetType.DOCUMENT, stored(content), ".txt")


def put(cast: Cast, slot: Slot, content: str, author: Author | None = None) -> AssetVersion:
    """Put content into a slot, as an act of its own."""
    who = author or cast.owner
    place = {"project_id": slot.project_id, "lesson_id": slot.lesson_id}
    with cast.session(who) as conn, edit(conn, who, Event.ASSETS_ADDED, **place) as act:
        return put_asset(act, slot, stored(content), AssetType.IMAGE, {"width": 1})
