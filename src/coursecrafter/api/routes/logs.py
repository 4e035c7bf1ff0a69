"""`/cc/logs`: what models were asked, and what happened."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Line, Moment, page
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.base import EngineName, PageOf
from coursecrafter.api.shapes.logs import AiCall, Event
from coursecrafter.db.refusals import NotFound
from coursecrafter.reading.logs import read_ai_calls, read_events, read_organisation_events
from coursecrafter.reading.pages import CursorRefused, Page

routes = Routes("/cc/logs", "Logs")

LISTED = (NotFound, CursorRefused)
Wanted = Annotated[Page, Depends(page)]
Since = Annotated[Moment | None, Query(description="From this time on.")]
Until = Annotated[Moment | None, Query(description="Before this time.")]
OfLesson = Annotated[UUID | None, Query()]
OfKind = Annotated[Line | None, Query(description="As `render_failed`.")]


@routes.reads("/ai/{project_id}", PageOf[AiCall], refuses=LISTED)
def read_calls(
    call: Calling,
    project_id: UUID,
    wanted: Wanted,
    engine: Annotated[Literal["e1", "e2", "e3", "e4", "global"] | None, Query()] = None,
    call_type: Annotated[Literal["llm_script", "llm_outline", "tts", "image", "video", "parse"] | None, Query()] = None,
    status: Annotated[Literal["success", "failed"] | None, Query()] = None,
    lesson_id: OfLesson = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """A course's calls to models, the newest first, with what each cost."""
    filters: Any = {"engine": engine, "call_type": call_type, "status": status, "lesson_id": lesson_id}
    times: Any = {"since": since, "until": until}
    return call.read(lambda conn: read_ai_calls(conn, project_id, wanted, **filters, **times), project_id=project_id)


@routes.reads("/events", PageOf[Event], refuses=(CursorRefused,))
def read_organisations(
    call: Calling, wanted: Wanted, event_type: OfKind = None, since: Since = None, until: Until = None
) -> Response:
    """What happened in the organisation and in no course, the newest first; its admins see it."""
    filters: Any = {"event_type": event_type, "since": since, "until": until}
    return call.read(lambda conn: read_organisation_events(conn, wanted, **filters))


@routes.reads("/events/{project_id}", PageOf[Event], refuses=LISTED)
def read_happened(
    call: Calling,
    project_id: UUID,
    wanted: Wanted,
    engine: Annotated[EngineName | None, Query(description="Events that tell it.")] = None,
    event_type: OfKind = None,
    lesson_id: OfLesson = None,
    since: Since = None,
    until: Until = None,
) -> Response:
    """What happened in a course, the newest first."""
    filters: Any = {"engine": engine, "event_type": event_type, "lesson_id": lesson_id}
    times: Any = {"since": since, "until": until}
    return call.read(lambda conn: read_events(conn, project_id, wanted, **filters, **times), project_id=project_id)
