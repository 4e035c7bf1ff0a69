"""A film clip in the place of a scene's picture: the seam for clips that a video model makes.

Source: product, E2 ("the seam for a generated video clip per scene exists from the start").
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from coursecrafter.authoring.assets import AssetVersion, put_asset
from coursecrafter.authoring.author import Author
from coursecrafter.authoring.edits import edit
from coursecrafter.authoring.events import Event
from coursecrafter.authoring.rows import find_row, hold_row, missing
from coursecrafter.authoring.slots import Slot
from coursecrafter.authoring.sources import find_source
from coursecrafter.db.tables import cc_lessons, cc_scenes, cc_source_files
from coursecrafter.domain.course import Engine
from coursecrafter.domain.output import AssetType
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import VideoError

SCENE_CLIP = "scene_clip"
MP4 = "video/mp4"


class NotAClip(VideoError):
    """What should play in a scene's picture or in a segment's place is no film."""

    code = "CC-0245"
    status = 422
    remedy = "Upload the clip as MP4, and name that file."


def set_scene_clip(conn: Connection, author: Author, lesson_id: UUID, scene_id: UUID, source_id: UUID) -> AssetVersion:
    """Let an uploaded film stand in the place of a scene's picture, until its asset is deleted.

    Raises:
        NotFound: CC-0020, also a scene of another lesson or a file of another project.
        NotAllowed: CC-0021.
        NotAClip: CC-0245.
    """
    lesson = hold_row(conn, cc_lessons, lesson_id)
    if find_row(conn, cc_scenes, scene_id).lesson_id != lesson_id:
        raise missing(cc_scenes)
    stored = film_for(conn, lesson.project_id, source_id)
    slot = Slot(lesson.project_id, SCENE_CLIP, Engine.E2, lesson_id, scene_id)
    place = {"project_id": lesson.project_id, "lesson_id": lesson_id}
    with edit(conn, author, Event.ASSETS_ADDED, **place, role=SCENE_CLIP, scene_id=str(scene_id)) as act:
        return put_asset(act, slot, stored, AssetType.VIDEO, {"source_file_id": str(source_id)})


def film_for(conn: Connection, project_id: UUID, source_id: UUID) -> StoredObject:
    """A film that was uploaded to a project, to play in one of its videos.

    Raises:
        NotFound: CC-0020, also a file of another project.
        NotAClip: CC-0245.
    """
    source = find_source(conn, source_id)
    if source.project_id != project_id:
        raise missing(cc_source_files)
    if source.file_type != "mp4":
        raise NotAClip("What should play is no film.")
    return StoredObject(source.checksum, source.size_bytes, MP4)
