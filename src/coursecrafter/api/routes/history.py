"""`/cc/history`: what happened to a course, and undo and redo of all of it."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.envelope import Made
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body, page
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.base import PageOf
from coursecrafter.api.shapes.logs import Act
from coursecrafter.authoring import history
from coursecrafter.authoring.turning_back import ChangedSince
from coursecrafter.authoring.undoable import UNDOABLE
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused
from coursecrafter.reading.history import read_history
from coursecrafter.reading.pages import CursorRefused, Page

routes = Routes("/cc/history", "History")
TURNED = (NotFound, NotAllowed, StateRefused, ChangedSince, history.NotUndoable, history.AlreadyUndone)


class WhereToUndo(Body):
    """In the whole course or in one of its lessons."""

    lesson_id: UUID | None = None

    model_config = example(lesson_id=ONE)


@routes.reads("/{project_id}/list", PageOf[Act], refuses=(NotFound, CursorRefused))
def read_list(
    call: Calling,
    project_id: UUID,
    wanted: Annotated[Page, Depends(page)],
    lesson_id: Annotated[UUID | None, Query(description="Only what happened in this lesson.")] = None,
    user_id: Annotated[UUID | None, Query(description="Only what this person did.")] = None,
) -> Response:
    """What happened to a course, the newest first, and what of it can be undone; a deleted course's, too."""
    told = {"lesson_id": lesson_id, "user_id": user_id}
    return call.read(
        lambda conn: read_history(conn, project_id, wanted, undoable=UNDOABLE, **told), project_id=project_id
    )


@routes.acts("/{event_id}/undo", Made, refuses=TURNED)
def undo(call: Calling, event_id: UUID) -> Response:
    """Turn back all that one act changed, or nothing; what was undone is so done again."""

    def work(conn: Connection) -> dict[str, UUID]:
        return {"id": history.undo(conn, call.author, event_id)}

    return call.act(work)


@routes.acts("/{event_id}/redo", Made, refuses=TURNED)
def redo(call: Calling, event_id: UUID) -> Response:
    """Do again what an undoing turned back."""

    def work(conn: Connection) -> dict[str, UUID]:
        return {"id": history.redo(conn, call.author, event_id)}

    return call.act(work)


@routes.acts("/{project_id}/undo-last", Made, refuses=(*TURNED, history.NothingLeft))
def undo_last(call: Calling, project_id: UUID, body: WhereToUndo) -> Response:
    """Undo what you did last, in the course or in a lesson."""

    def work(conn: Connection) -> dict[str, UUID]:
        return {"id": history.undo_last(conn, call.author, project_id, body.lesson_id)}

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/redo-last", Made, refuses=(*TURNED, history.NothingLeft))
def redo_last(call: Calling, project_id: UUID, body: WhereToUndo) -> Response:
    """Redo what you undid last, unless you changed something since."""

    def work(conn: Connection) -> dict[str, UUID]:
        return {"id": history.redo_last(conn, call.author, project_id, body.lesson_id)}

    return call.act(work, project_id=project_id)
