"""`/cc/scripts`: the words of segments, from draft to approval, with all their versions."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body, Prose
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.plans import Script, ScriptHistory
from coursecrafter.authoring import scripts
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused
from coursecrafter.reading.plans import read_script

routes = Routes("/cc/scripts", "Scripts and voices")
MOVED = (NotFound, NotAllowed, StateRefused)


class ScriptChanges(Body):
    """Other words; what is left out stays. The final text is what is spoken, else the draft."""

    draft_text: Prose | None = None
    final_text: Prose | None = None

    model_config = example(final_text="Keep every fire door shut.")


class ScriptVersion(Body):
    """The change after which the script had the wanted words; its history names it."""

    event_id: UUID

    model_config = example(event_id=ONE)


@routes.reads("/{script_id}", Script)
def read_one(call: Calling, script_id: UUID) -> Response:
    """One script, with its voices."""
    return call.read(lambda conn: read_script(conn, script_id), is_versioned=True)


@routes.reads("/{script_id}/history", ScriptHistory)
def read_history(call: Calling, script_id: UUID) -> Response:
    """Who changed a script, when, from what to what; the newest first."""

    def work(conn: Connection) -> dict[str, Any]:
        # Found first as it is read: a script of a deleted segment is gone.
        read_script(conn, script_id)
        return {"changes": [asdict(change) for change in scripts.script_history(conn, script_id)]}

    return call.read(work)


@routes.acts("/{script_id}/update", Script, is_conditional=True)
def update(call: Calling, script_id: UUID, body: ScriptChanges) -> Response:
    """Give a script other words; it waits for approval again."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        scripts.change_script(conn, call.author, script_id, unless_changed_since=seen, **given(body))
        return read_script(conn, script_id)

    return call.act(work)


@routes.acts("/{script_id}/submit", Script, refuses=MOVED)
def submit(call: Calling, script_id: UUID) -> Response:
    """Hand a script to its reviewers."""

    def work(conn: Connection) -> bytes:
        scripts.submit_for_review(conn, call.author, script_id)
        return read_script(conn, script_id)

    return call.act(work)


@routes.acts("/{script_id}/approve", Script, refuses=MOVED)
def approve(call: Calling, script_id: UUID) -> Response:
    """Approve the words of a script; its segment takes them over."""

    def work(conn: Connection) -> bytes:
        scripts.approve_script(conn, call.author, script_id)
        return read_script(conn, script_id)

    return call.act(work)


@routes.acts("/{script_id}/reopen", Script, refuses=MOVED)
def reopen(call: Calling, script_id: UUID) -> Response:
    """Take a script back into drafting."""

    def work(conn: Connection) -> bytes:
        scripts.reopen_script(conn, call.author, script_id)
        return read_script(conn, script_id)

    return call.act(work)


@routes.acts("/{script_id}/restore-version", Script)
def restore_version(call: Calling, script_id: UUID, body: ScriptVersion) -> Response:
    """Give a script the words that it had after an earlier change; it waits for approval again."""

    def work(conn: Connection) -> bytes:
        scripts.restore_script_version(conn, call.author, script_id, body.event_id)
        return read_script(conn, script_id)

    return call.act(work)
