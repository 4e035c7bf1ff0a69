"""How a lesson's branded video looks and moves: what its render was asked for, else what the course's author set.

Source: product, E2 steps 5 and 6; architecture ("effects, transitions, voice at render time: the job's metadata; their
defaults: the context's metadata").
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select

from coursecrafter.authoring.brand_choices import read_brand_choice, read_scene_templates
from coursecrafter.authoring.sources import SourceFile, find_source
from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import cc_project_context
from coursecrafter.domain.look import FrameSize, Look, Music, ScreenText, Shape, Transition
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import VideoError
from coursecrafter.storage.objects import ObjectStore

MUSIC_LEVEL_DB = -14.0
ANY_TYPE = "application/octet-stream"
OF_COURSE = ("transition", "text", "shape")


class NotMusic(VideoError):
    """What should lie under a video as music is no recording."""

    code = "CC-0244"
    status = 422
    remedy = "Upload a recording (WAV, MP3, M4A, OGG or FLAC), and name that file."


def read_look(
    conn: Connection, store: ObjectStore, project_id: UUID, lesson_id: UUID, settings: Mapping[str, Any]
) -> Look:
    """What a lesson's branded video is to look like.

    Args:
        settings: of its job; they go before the course's own effects.

    Raises:
        NotFound: CC-0020, the music was deleted.
        NotMusic: CC-0244.
    """
    told = {**_effects(conn, project_id), **settings}
    choice = read_brand_choice(conn, store, project_id, lesson_id)
    plain = Look()
    return Look(
        size=FrameSize(Shape(told.get("shape", plain.size.shape)), told.get("short_side_px", plain.size.short_side_px)),
        template=told.get("template", choice.template_choice if choice else None),
        scene_templates=read_scene_templates(conn, store, project_id, lesson_id),
        transition=Transition(told.get("transition", plain.transition)),
        text=ScreenText(told.get("text", plain.text)),
        music=read_music(conn, project_id, told),
    )


def read_music(conn: Connection, project_id: UUID, settings: Mapping[str, Any]) -> Music | None:
    """The music that settings name by its source file; None: none.

    Raises:
        NotFound: CC-0020, it was deleted, or is another project's.
        NotMusic: CC-0244.
    """
    named = settings.get("music_source_id")
    if named is None:
        return None
    source = find_source(conn, UUID(str(named)))
    if source.project_id != project_id:
        raise NotFound("There is no such source file.")
    if source.file_type != "audio":
        raise NotMusic("What should lie under the video as music is no recording.")
    return Music(_stored(source), float(settings.get("music_level_db", MUSIC_LEVEL_DB)))


def _effects(conn: Connection, project_id: UUID) -> Mapping[str, Any]:
    """The course's own: what is chosen from closed lists, so that it is well-formed."""
    wanted = select(cc_project_context.c.metadata).where(cc_project_context.c.project_id == project_id)
    kept: Mapping[str, Any] = (conn.execute(wanted).scalar() or {}).get("effects") or {}
    return {name: kept[name] for name in OF_COURSE if kept.get(name) is not None}


def _stored(source: SourceFile) -> StoredObject:
    return StoredObject(source.checksum, source.size_bytes, ANY_TYPE)
