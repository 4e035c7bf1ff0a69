"""`/cc/scenes`: the scenes of a lesson."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.confined import within
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Ids, Position, Prose, Title
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.plans import Scene
from coursecrafter.authoring import scenes
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.db.confining import Part
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.plans import read_scene

routes = Routes("/cc/scenes", "Scenes and segments")
PLACED = (NotFound, NotAllowed, PlaceRefused)


class NewScene(Body):
    """A scene of a lesson; without a place, it stands at the end."""

    lesson_id: UUID
    title: Title | None = None
    description: Prose | None = None
    sequence: Position | None = None

    model_config = example(lesson_id=ONE, title="At the door", sequence=1)


class SceneChanges(Body):
    """What should be otherwise; what is left out stays, and null takes it away."""

    title: Title | None = None
    description: Prose | None = None

    model_config = example(title="At the fire door")


class ScenePlace(Body):
    """Where a scene should stand."""

    sequence: Position

    model_config = example(sequence=2)


class SceneOrder(Body):
    """All scenes of a lesson, in order."""

    lesson_id: UUID
    scene_ids: Ids

    model_config = example(lesson_id=ONE, scene_ids=[OTHER, ONE])


@routes.acts("/create", Scene, status=201, refuses=(*PLACED, ValueRefused))
def create(call: Calling, body: NewScene) -> Response:
    """Add a scene to a lesson."""

    def work(conn: Connection) -> bytes:
        made = scenes.create_scene(
            conn,
            call.author,
            body.lesson_id,
            title=body.title,
            description=body.description,
            position=body.sequence,
        )
        return read_scene(conn, made)

    return call.act(within(Part.LESSON, body.lesson_id, work), status=201)


@routes.acts("/reorder", refuses=PLACED)
def reorder(call: Calling, body: SceneOrder) -> Response:
    """Put all scenes of a lesson into an order."""
    return call.act(
        within(
            Part.LESSON,
            body.lesson_id,
            lambda conn: scenes.reorder_scenes(conn, call.author, body.lesson_id, body.scene_ids),
        )
    )


@routes.reads("/{scene_id}", Scene)
def read_one(call: Calling, scene_id: UUID) -> Response:
    """One scene, with its segments and their scripts of all engines."""
    return call.read(lambda conn: read_scene(conn, scene_id), is_versioned=True)


@routes.acts("/{scene_id}/update", Scene, refuses=(NotFound, NotAllowed, ValueRefused), is_conditional=True)
def update(call: Calling, scene_id: UUID, body: SceneChanges) -> Response:
    """Change a scene's title or description."""

    def work(conn: Connection) -> bytes:
        seen = call.unless_changed_since
        scenes.change_scene(conn, call.author, scene_id, unless_changed_since=seen, **given(body))
        return read_scene(conn, scene_id)

    return call.act(work)


@routes.acts("/{scene_id}/move", Scene, refuses=PLACED)
def move(call: Calling, scene_id: UUID, body: ScenePlace) -> Response:
    """Put a scene at another place of its lesson."""

    def work(conn: Connection) -> bytes:
        scenes.reorder_scene(conn, call.author, scene_id, body.sequence)
        return read_scene(conn, scene_id)

    return call.act(work)


@routes.acts("/{scene_id}/delete")
def delete(call: Calling, scene_id: UUID) -> Response:
    """Delete a scene with its segments, of all engines; it can be restored."""
    return call.act(lambda conn: scenes.delete_scene(conn, call.author, scene_id))


@routes.acts("/{scene_id}/restore", Scene, refuses=(NotFound, NotAllowed, ParentDeleted))
def restore(call: Calling, scene_id: UUID) -> Response:
    """Take back the deletion of a scene with all that it took along."""

    def work(conn: Connection) -> bytes:
        scenes.restore_scene(conn, call.author, scene_id)
        return read_scene(conn, scene_id)

    return call.act(work)
