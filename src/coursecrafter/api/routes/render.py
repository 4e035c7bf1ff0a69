"""`/cc/render`: jobs as they wait, run and end; also by workers of somebody else's."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from coursecrafter.accounts.caller import Scope
from coursecrafter.api.call import Call, Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, JsonObject, Line, Prose, Title, page
from coursecrafter.api.orders import queued
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.base import EngineName, PageOf
from coursecrafter.api.shapes.jobs import Job, JobLine, JobState
from coursecrafter.authoring import render_jobs
from coursecrafter.authoring.job_rows import find_job
from coursecrafter.authoring.render_jobs import NotRetried
from coursecrafter.background.following import JobEvent, Seen, news_of, read_event_id
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused
from coursecrafter.domain.output import AssetType, Output
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError, JobError
from coursecrafter.reading.jobs import read_job, read_jobs_of_lesson, read_jobs_of_project
from coursecrafter.reading.pages import CursorRefused, Page
from coursecrafter.uploads.quotas import find_file

routes = Routes("/cc/render", "Renders")

ACT = (NotFound, NotAllowed, StateRefused)
LOOK_EVERY_S = 0.5
HEARTBEAT_S = 15.0
LONGEST_STREAM_S = 600.0
"""A reader that stays longer is sent away and comes back by itself, with what it may see by then."""


class NotExternal(JobError):
    """The job is the server's own to carry out."""

    code = "CC-0612"
    status = 409
    remedy = "Order the render with `external` true, and let the worker take that job."


class UnknownFile(JobError):
    """A result names a file that was never uploaded."""

    code = "CC-0613"
    status = 422
    remedy = "Upload the file first, and name it by the sha256 that the upload answered."


class MadeFile(Body):
    """A file that an external worker made and has uploaded."""

    role: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$", examples=["final_video"])]
    asset_type: Literal["image", "audio", "video", "book", "document", "scorm_package", "template"]
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size_bytes: Annotated[int, Field(strict=True, ge=1, le=1 << 40)]
    mime_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100, examples=["video/mp4"])]
    metadata: Annotated[JsonObject, Field(default_factory=dict)]


class Result(Body):
    """What an external worker made; the first file is the result itself."""

    outputs: Annotated[list[MadeFile], Field(min_length=1, max_length=50)]
    metadata: Annotated[JsonObject, Field(default_factory=dict)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "outputs": [
                        {
                            "role": "final_video",
                            "asset_type": "video",
                            "sha256": "0" * 64,
                            "size_bytes": 1048576,
                            "mime_type": "video/mp4",
                        }
                    ]
                }
            ]
        }
    )


class Failure(Body):
    """Why an external worker could not do it."""

    message: Title
    remedy: Line = ""
    place: Line | None = None

    model_config = example(message="The voice could not be reached.", remedy="Try again later.", place="slide 3")


class Progress(Body):
    """How far an external worker is; what is left out stays."""

    progress: Annotated[float, Field(ge=0, le=1)] = 0.0
    step: Line = ""
    line: Prose = ""
    time_left_s: Annotated[float, Field(ge=0, le=1e6)] = 0.0

    model_config = example(progress=0.4, step="speaking", line="slide 3", time_left_s=12.5)


Wanted = Annotated[Page, Depends(page)]


@routes.reads("/job/{job_id}", Job)
def read_one(call: Calling, job_id: UUID) -> Response:
    """A render: its state, progress, step, time left, log and, if it failed, why and what to do."""
    return call.read(lambda conn: read_job(conn, job_id), is_versioned=True)


@routes.reads("/project/{project_id}/jobs", PageOf[JobLine], refuses=(NotFound, CursorRefused))
def read_of_project(
    call: Calling,
    project_id: UUID,
    wanted: Wanted,
    job_state: Annotated[JobState | None, Query()] = None,
    engine: Annotated[EngineName | None, Query()] = None,
) -> Response:
    """A course's renders, the newest first."""
    filters: Any = {"job_state": job_state, "engine": engine}
    return call.read(lambda conn: read_jobs_of_project(conn, project_id, wanted, **filters), project_id=project_id)


@routes.reads("/lesson/{lesson_id}/jobs", PageOf[JobLine], refuses=(NotFound, CursorRefused))
def read_of_lesson(
    call: Calling,
    lesson_id: UUID,
    wanted: Wanted,
    job_state: Annotated[JobState | None, Query()] = None,
    engine: Annotated[EngineName | None, Query()] = None,
) -> Response:
    """A lesson's renders, the newest first."""
    filters: Any = {"job_state": job_state, "engine": engine}
    return call.read(lambda conn: read_jobs_of_lesson(conn, lesson_id, wanted, **filters))


@routes.gives("/job/{job_id}/events", ["text/event-stream"])
async def follow(call: Calling, job_id: UUID) -> Response:
    """Follow a render: its log lines, progress and end as server-sent events that go on from Last-Event-ID."""
    seen = read_event_id(call.request.headers.get("last-event-id"))
    events, seen = await run_in_threadpool(_news, call, job_id, seen)
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return StreamingResponse(_stream(call, job_id, events, seen), media_type="text/event-stream", headers=headers)


@routes.acts("/job/{job_id}/cancel", Job, refuses=ACT)
def cancel(call: Calling, job_id: UUID) -> Response:
    """Cancel a render that waits or runs; it stops within two seconds and publishes nothing."""

    def work(conn: Connection) -> bytes:
        render_jobs.cancel_render(conn, call.author, job_id)
        return read_job(conn, job_id)

    return call.act(work)


@routes.acts("/job/{job_id}/retry", Job, status=202, refuses=(*ACT, NotRetried))
def retry(call: Calling, job_id: UUID) -> Response:
    """Order a render again that failed or was cancelled, as a new job that names the old."""
    return call.act(lambda conn: queued(conn, render_jobs.retry_render(conn, call.author, job_id)), status=202)


@routes.acts("/job/{job_id}/start", Job, scope=Scope.WORKER, refuses=(*ACT, NotExternal))
def start(call: Calling, job_id: UUID) -> Response:
    """Begin an external job; of two workers that begin it one is refused."""

    def work(conn: Connection) -> bytes:
        _require_external(conn, job_id)
        render_jobs.start_render(conn, call.author, job_id)
        return read_job(conn, job_id)

    return call.act(work)


@routes.acts("/job/{job_id}/progress", Job, scope=Scope.WORKER, refuses=(*ACT, NotExternal))
def report(call: Calling, job_id: UUID, body: Progress) -> Response:
    """Say how far an external job is; 409 means that it was cancelled, and the worker should stop."""

    def work(conn: Connection) -> bytes:
        _require_external(conn, job_id)
        render_jobs.report_progress(conn, job_id, **given(body))
        return read_job(conn, job_id)

    return call.act(work)


@routes.acts("/job/{job_id}/complete", Job, scope=Scope.WORKER, refuses=(*ACT, NotExternal, UnknownFile))
def complete(call: Calling, job_id: UUID, body: Result) -> Response:
    """Publish what an external worker made and uploaded: all of it becomes active."""

    def work(conn: Connection) -> bytes:
        _require_external(conn, job_id)
        outputs = [_output(conn, call, made) for made in body.outputs]
        render_jobs.complete_render(conn, call.author, job_id, outputs, body.metadata)
        return read_job(conn, job_id)

    return call.act(work)


@routes.acts("/job/{job_id}/fail", Job, scope=Scope.WORKER, refuses=(*ACT, NotExternal))
def fail(call: Calling, job_id: UUID, body: Failure) -> Response:
    """Say that an external job failed, where, and what to do."""

    def work(conn: Connection) -> bytes:
        _require_external(conn, job_id)
        told = {"code": JobError.code, "message": body.message, "remedy": body.remedy, "place": body.place}
        render_jobs.fail_render(conn, call.author, job_id, body.message, told=told)
        return read_job(conn, job_id)

    return call.act(work)


def _require_external(conn: Connection, job_id: UUID) -> None:
    if not find_job(conn, job_id).is_external:
        raise NotExternal("This job is not marked for an external worker.")


def _output(conn: Connection, call: Call, made: MadeFile) -> Output:
    stored = StoredObject(made.sha256, made.size_bytes, made.mime_type)
    if find_file(conn, made.sha256) is None or not call.store.has(stored):
        raise UnknownFile(f"The file for “{made.role}” was not uploaded, or has another length.")
    # Its ending is for exports of the server's own; what is told of it is the worker's word.
    return Output(made.role, AssetType(made.asset_type), stored, "", made.metadata)


def _news(call: Call, job_id: UUID, seen: Seen) -> tuple[list[JobEvent], Seen]:
    with call.site.database.app(call.identity()) as conn:
        return news_of(conn, job_id, seen)


async def _stream(call: Call, job_id: UUID, events: list[JobEvent], seen: Seen) -> AsyncIterator[str]:
    begun = spoken = monotonic()
    yield "retry: 2000\n\n"
    while True:
        for event in events:
            yield f"id: {event.id}\nevent: {event.kind}\ndata: {json.dumps(event.content, ensure_ascii=False)}\n\n"
            spoken = monotonic()
        if seen.is_over or call.site.stopping.is_set() or monotonic() - begun > LONGEST_STREAM_S:
            return
        if monotonic() - spoken > HEARTBEAT_S:
            yield ": still here\n\n"
            spoken = monotonic()
        await asyncio.sleep(LOOK_EVERY_S)
        try:
            events, seen = await run_in_threadpool(_news, call, job_id, seen)
        except CourseCrafterError:
            # Gone, or no longer this reader's to see: coming back, they are told so.
            return
