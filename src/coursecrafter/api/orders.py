"""Orders of renders, and the approval of what they gave, the same for all engines."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Call
from coursecrafter.api.fields import Body, Flag
from coursecrafter.authoring.engine_flags import approve_output
from coursecrafter.authoring.job_rows import RenderJob
from coursecrafter.authoring.looks import read_music
from coursecrafter.authoring.places import own_project, project_of_lesson
from coursecrafter.authoring.render_jobs import request_render
from coursecrafter.domain.course import Engine
from coursecrafter.domain.look import ScreenText, Shape, Transition
from coursecrafter.jobs.queueing import enqueue_render
from coursecrafter.reading.jobs import read_job


class RenderOrder(Body):
    """How something is to be rendered."""

    voice_profile: Annotated[
        str | None,
        Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]+)*_(female|male)_[a-z]+_\d$", description="Else the lesson's."),
    ] = None
    external: Annotated[Flag, Field(description="A worker of your own renders it, by calls of /cc/render.")] = False

    model_config = ConfigDict(json_schema_extra={"examples": [{"voice_profile": "en_female_neutral_1"}]})

    def settings(self) -> dict[str, Any]:
        """What the job keeps of it: what was said, no more."""
        said = self.model_dump(mode="json", exclude_unset=True, exclude_none=True)
        return {name: value for name, value in said.items() if value is not False}


class VideoOrder(RenderOrder):
    """How a video is to be rendered."""

    music_source_id: Annotated[UUID | None, Field(description="A recording that lies under the speech.")] = None
    music_level_db: Annotated[float, Field(ge=-30, le=-6, strict=True, description="Below the voice.")] = -14.0

    model_config = ConfigDict(json_schema_extra={"examples": [{"voice_profile": "en_female_neutral_1"}]})


class LookOrder(VideoOrder):
    """How a branded video is to be rendered; what is left out is as the course's effects say."""

    transition: Transition | None = None
    text: ScreenText | None = None
    shape: Annotated[Shape | None, Field(description="Each shape is a video of its own beside the wide one.")] = None
    short_side_px: Literal[1080, 2160] | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"transition": "slide", "shape": "9x16"}]})


def order_render(
    call: Call, engine: Engine, order: RenderOrder, *, lesson_id: UUID | None = None, project_id: UUID | None = None
) -> Response:
    """Queue a render of a lesson or, for a book, of a project; answer 202 with the job."""

    def work(conn: Connection) -> bytes:
        place = project_of_lesson(conn, lesson_id) if lesson_id else own_project(conn, project_id or UUID(int=0))
        read_music(conn, place, order.settings())
        return queued(conn, request_render(conn, call.author, engine, place, lesson_id, settings=order.settings()))

    return call.act(work, status=202)


def queued(conn: Connection, job: RenderJob) -> bytes:
    """Put a job on the queue, unless an external worker does it; as it stands."""
    if not job.is_external:
        enqueue_render(conn, job.project_id, job.id, job.engine.value)
    return read_job(conn, job.id)


def approve(call: Call, engine: Engine, *, lesson_id: UUID | None = None, project_id: UUID | None = None) -> Response:
    """Approve the active result of an engine."""

    def work(conn: Connection) -> None:
        place = project_of_lesson(conn, lesson_id) if lesson_id else own_project(conn, project_id or UUID(int=0))
        approve_output(conn, call.author, engine, place, lesson_id)

    return call.act(work)
