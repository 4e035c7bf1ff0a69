"""Calls whose work a child process does: most are answered when it is done, long ones with "running" meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import TimeoutError as StillAtIt
from threading import BoundedSemaphore
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Answered, Call
from coursecrafter.api.envelope import answer, encoded, wrapped
from coursecrafter.api.shapes.base import Shape
from coursecrafter.authoring.places import own_project, project_of_lesson

LONGEST_WAIT_S = 20.0
MOST_WAITING = 4
"""Calls that wait at once: each holds a thread and a connection that others need."""

_waiting = BoundedSemaphore(MOST_WAITING)


class Running(Shape):
    """The work is under way; the same call again waits for it and does not begin it twice."""

    state: Literal["running"]


class _NotYet(Exception):
    """Ends the transaction of a call whose work is still under way; its idempotency key stays free."""


Answering = Callable[[Connection, Mapping[str, Any]], Answered]


def lesson_work(call: Call, lesson_id: UUID, task: str, answered: Answering, /, **arguments: Any) -> Response:
    """Let a task work on a lesson that the caller may change, and answer with what `answered` makes of its result."""
    with call.site.database.app(call.identity()) as conn:
        project_id = project_of_lesson(conn, lesson_id)
    return _work(call, project_id, task, answered, {"lesson_id": lesson_id, **arguments})


def project_work(
    call: Call, project_id: UUID, task: str, answered: Answering, /, *, lesson_id: UUID | None = None, **arguments: Any
) -> Response:
    """Let a task work on a project that the caller may change, or for one of its lessons."""
    with call.site.database.app(call.identity(project_id)) as conn:
        own_project(conn, project_id)
        if lesson_id is not None:
            project_of_lesson(conn, lesson_id)
            arguments["lesson_id"] = lesson_id
    return _work(call, project_id, task, answered, arguments)


def project_look(
    call: Call, project_id: UUID, task: str, answered: Answering, /, *, lesson_id: UUID | None = None, **arguments: Any
) -> Response:
    """Let a task find something out about a project that the caller may change; nothing is changed, nothing kept."""
    with call.site.database.app(call.identity(project_id)) as conn:
        own_project(conn, project_id)
        if lesson_id is not None:
            project_of_lesson(conn, lesson_id)
            arguments["lesson_id"] = lesson_id
    return _work(call, project_id, task, answered, arguments, run=call.read)


def _work(
    call: Call,
    project_id: UUID,
    task: str,
    answered: Answering,
    arguments: dict[str, Any],
    run: Callable[..., Response] | None = None,
) -> Response:
    def work(conn: Connection) -> Answered:
        future = call.site.background.call(call.identity(project_id), task, **arguments)
        # Whoever finds no room to wait looks once, and is answered at once.
        has_room = _waiting.acquire(blocking=False)
        try:
            return answered(conn, future.result(LONGEST_WAIT_S if has_room else 0))
        except StillAtIt as error:
            raise _NotYet from error
        finally:
            if has_room:
                _waiting.release()

    try:
        return (run or call.act)(work, project_id=project_id)
    except _NotYet:
        return answer(wrapped(encoded({"state": "running"})), 202)
