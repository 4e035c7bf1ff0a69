"""`/cc/uploads`: files for lessons and courses."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import ConfigDict, StringConstraints
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from coursecrafter.api.call import Call, Calling
from coursecrafter.api.fields import Body, Line, page
from coursecrafter.api.file_bodies import FILE_REFUSALS, is_json, read_json, takes_file
from coursecrafter.api.incoming_files import take_body
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.assets import Asset
from coursecrafter.api.shapes.base import PageOf
from coursecrafter.api.shapes.context import SourceFile
from coursecrafter.api.shapes.plans import Segment
from coursecrafter.api.upload_places import PICTURE, SOURCE, Place
from coursecrafter.authoring.scenes import create_scene
from coursecrafter.authoring.segments import create_youtube_segment
from coursecrafter.authoring.sources import delete_source
from coursecrafter.authoring.youtube import NotYouTube, NoYouTubeHere
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.domain.course import Engine
from coursecrafter.reading.context import read_source, read_sources, read_sources_of_lesson
from coursecrafter.reading.pages import CursorRefused, Page
from coursecrafter.reading.plans import read_segment

routes = Routes("/cc/uploads", "Uploads")
SourcePage = PageOf[SourceFile]

Name = Annotated[
    str | None,
    Query(max_length=2000, description="The file's name, where the body is the file itself.", examples=["deck.pptx"]),
]
Purpose = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,50}$")] | None,
    Query(description="What it is for, as `engine1_ppt`; by default what its kind is mostly for."),
]
Role = Annotated[
    str,
    Query(pattern=r"^[a-z0-9_]{1,50}$", description="The slot that it fills, as `logo` or `cover`."),
]
FileType = Annotated[Literal["pptx", "mp4", "docx", "pdf", "image", "audio"] | None, Query()]


class YouTubeLink(Body):
    """A YouTube video that a lesson shows, in a scene of its own at the end."""

    youtube_url: Line
    intro: Line = ""
    engine: Literal["e1", "e2"] = "e1"

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"youtube_url": "https://www.youtube.com/watch?v=jNQXAC9IVRw"}]}
    )


@takes_file(routes, YouTubeLink)
@routes.acts(
    "/{lesson_id}/source", SourceFile | Segment, status=201, refuses=(*FILE_REFUSALS, NotYouTube, NoYouTubeHere)
)
async def add_source_of_lesson(call: Calling, lesson_id: UUID, name: Name = None, purpose: Purpose = None) -> Response:
    """Upload a deck, film, document, picture or recording for a lesson, or give a YouTube link."""
    if is_json(call):
        link = await read_json(call, YouTubeLink)
        return await run_in_threadpool(_add_link, call, lesson_id, link)
    return await take_body(call, Place(SOURCE, lesson_id=lesson_id, detail=purpose), name)


@takes_file(routes)
@routes.acts("/project/{project_id}/source", SourceFile, status=201, refuses=FILE_REFUSALS)
async def add_source_of_project(
    call: Calling, project_id: UUID, name: Name = None, purpose: Purpose = None
) -> Response:
    """Upload a file for a whole course."""
    return await take_body(call, Place(SOURCE, project_id=project_id, detail=purpose), name)


@takes_file(routes)
@routes.acts("/{project_id}/picture", Asset, status=201, refuses=FILE_REFUSALS)
async def add_picture(call: Calling, project_id: UUID, name: Name = None, role: Role = "logo") -> Response:
    """Upload a picture for a course: it becomes the active version of its slot."""
    return await take_body(call, Place(PICTURE, project_id=project_id, detail=role), name)


@routes.reads("/{lesson_id}/sources", SourcePage, refuses=(NotFound, CursorRefused))
def list_sources_of_lesson(call: Calling, lesson_id: UUID, wanted: Annotated[Page, Depends(page)]) -> Response:
    """A lesson's own source files, the newest first."""
    return call.read(lambda conn: read_sources_of_lesson(conn, lesson_id, wanted))


@routes.reads("/project/{project_id}/sources", SourcePage, refuses=(NotFound, CursorRefused))
def list_sources(
    call: Calling,
    project_id: UUID,
    wanted: Annotated[Page, Depends(page)],
    purpose: Purpose = None,
    file_type: FileType = None,
) -> Response:
    """A course's source files, those of its lessons too, the newest first."""

    def work(conn: Connection) -> bytes:
        return read_sources(conn, project_id, wanted, purpose=purpose, file_type=file_type)

    return call.read(work, project_id=project_id)


@routes.reads("/source/{source_id}", SourceFile)
def read_one_source(call: Calling, source_id: UUID) -> Response:
    """One source file, with what was found in it."""
    return call.read(lambda conn: read_source(conn, source_id))


@routes.acts("/source/{source_id}/delete", refuses=(NotFound, NotAllowed))
def delete_one_source(call: Calling, source_id: UUID) -> Response:
    """Delete a source file for good; what was made of it stays."""
    return call.act(lambda conn: delete_source(conn, call.author, source_id))


def _add_link(call: Call, lesson_id: UUID, link: YouTubeLink) -> Response:
    def work(conn: Connection) -> bytes:
        scene_id = create_scene(conn, call.author, lesson_id)
        segment_id = create_youtube_segment(
            conn, call.author, scene_id, Engine(link.engine), youtube_url=link.youtube_url, intro=link.intro
        )
        return read_segment(conn, segment_id)

    return call.act(work, status=201)
