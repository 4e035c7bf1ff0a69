"""`/cc/interactions`: the activities of a lesson."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.activity_bodies import InteractionChanges, InteractionOrder, NewInteraction, NewLessonInteraction
from coursecrafter.api.call import Call, Calling
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.activities import Interaction, Interactions
from coursecrafter.authoring import activities
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.authoring.places import require_interaction_of
from coursecrafter.db.refusals import NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.reading.activities import read_interaction, read_interactions

routes = Routes("/cc/interactions", "Interactions")

ACT = (NotFound, NotAllowed)
CREATED = (*ACT, ValueRefused, UnusableText, PlaceRefused)


def made_interaction(call: Call, lesson_id: UUID, body: NewInteraction) -> Response:
    """Add an activity to a lesson."""

    def work(conn: Connection) -> bytes:
        values = {**given(body), "interaction_type": body.interaction_type}
        values.pop("lesson_id", None)
        return read_interaction(conn, activities.create_interaction(conn, call.author, lesson_id, **values))

    return call.act(work, status=201)


def changed_interaction(
    call: Call, interaction_id: UUID, body: InteractionChanges, lesson_id: UUID | None = None
) -> Response:
    """Change an activity; one that must stand in a lesson and does not is not found."""

    def work(conn: Connection) -> bytes:
        changes = given(body)
        changes.pop("interaction_id", None)
        if lesson_id is not None:
            require_interaction_of(conn, lesson_id, interaction_id)
        seen = call.unless_changed_since
        activities.change_interaction(conn, call.author, interaction_id, unless_changed_since=seen, **changes)
        return read_interaction(conn, interaction_id)

    return call.act(work)


@routes.acts("/create", Interaction, status=201, refuses=CREATED)
def create(call: Calling, body: NewLessonInteraction) -> Response:
    """Add an activity to a lesson."""
    return made_interaction(call, body.lesson_id, body)


@routes.reads("/{lesson_id}/list", Interactions)
def read_list(call: Calling, lesson_id: UUID) -> Response:
    """A lesson's activities in order, with their questions."""
    return call.read(lambda conn: read_interactions(conn, lesson_id))


@routes.acts("/{lesson_id}/reorder", Interactions, refuses=(*ACT, PlaceRefused))
def reorder(call: Calling, lesson_id: UUID, body: InteractionOrder) -> Response:
    """Put a lesson's activities in another order."""

    def work(conn: Connection) -> bytes:
        activities.reorder_interactions(conn, call.author, lesson_id, body.ids)
        return read_interactions(conn, lesson_id)

    return call.act(work)


@routes.reads("/{interaction_id}", Interaction)
def read_one(call: Calling, interaction_id: UUID) -> Response:
    """An activity with its questions."""
    return call.read(lambda conn: read_interaction(conn, interaction_id), is_versioned=True)


@routes.acts("/{interaction_id}/update", Interaction, refuses=CREATED, is_conditional=True)
def update(call: Calling, interaction_id: UUID, body: InteractionChanges) -> Response:
    """Change what an activity says."""
    return changed_interaction(call, interaction_id, body)


@routes.acts("/{interaction_id}/delete", refuses=ACT)
def delete(call: Calling, interaction_id: UUID) -> Response:
    """Delete an activity with its questions, for good."""
    return call.act(lambda conn: activities.delete_interaction(conn, call.author, interaction_id))
