"""Orders of renders, and the approval of what they gave, the same for all engines."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Call
from coursecrafter.api.fields import Body, Flag
from coursecrafter.authoring.engine_flags import approve_output
from coursecrafter.authoring.job_rows import RenderJob
from coursecrafter.authoring.places import own_project, project_of_lesson
from coursecrafter.authoring.render_jobs import request_render
from coursecrafter.domain.course import Engine
from coursecrafter.reading.jobs import read_job


class RenderOrder(Body):
    """How something is to be rendered."""

    voice_profile: Annotated[
        str | None,
        Field(pattern=r"^[a-z]{2,3}(-[a-z0-9]+)*_(female|male)_[a-z]+_\d$", description="Else the lesson's."),
    ] = None
    external: Annotated[Flag, Field(description="A worker of your own renders it, by calls of /cc/render.")] = False

    model_config = ConfigDict(json_schema_extra={"examples": [{"voice_profile": "en_female_neutral_1"}]})


def order_render(
    call: Call, engine: Engine, order: RenderOrder, *, lesson_id: UUID | None = None, project_id: UUID | None = None
) -> Response:
    """Queue a render of a lesson or, for a book, of a project; answer 202 with the job."""
    settings: dict[str, Any] = {"external": True} if order.external else {}
    if order.voice_profile is not None:
        settings["voice_profile"] = order.voice_profile
    made: list[RenderJob] = []

    def work(conn: Connection) -> bytes:
        place = project_of_lesson(conn, lesson_id) if lesson_id else own_project(conn, project_id or UUID(int=0))
        made.append(request_render(conn, call.author, engine, place, lesson_id, settings=settings))
        return read_job(conn, made[0].id)

    return call.act(work, status=202, afterwards=lambda: hand_over(call, made[0]))


def hand_over(call: Call, job: RenderJob) -> None:
    """Let the background carry out a job, unless an external worker does."""
    if not job.is_external:
        call.site.background.render(call.identity(job.project_id), job.id)


def approve(call: Call, engine: Engine, *, lesson_id: UUID | None = None, project_id: UUID | None = None) -> Response:
    """Approve the active result of an engine."""

    def work(conn: Connection) -> None:
        place = project_of_lesson(conn, lesson_id) if lesson_id else own_project(conn, project_id or UUID(int=0))
        approve_output(conn, call.author, engine, place, lesson_id)

    return call.act(work)
