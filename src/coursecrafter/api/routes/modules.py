"""`/cc/hierarchy/module`: the second level of a course."""

from __future__ import annotations

from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.confined import within
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Ids, Position, Prose, Title
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.hierarchy import LearningUnit, Module
from coursecrafter.authoring import hierarchy
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.authoring.levels import MoveRefused
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.db.confining import Part, confine
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.hierarchy import read_learning_unit, read_module

routes = Routes("/cc/hierarchy/module", "Course tree")
PLACED = (NotFound, NotAllowed, PlaceRefused)


class NewModule(Body):
    """A module of a learning unit; without a place, it stands at the end."""

    learning_unit_id: UUID
    title: Title
    description: Prose | None = None
    sequence: Position | None = None

    model_config = example(learning_unit_id=ONE, title="Escape routes")


class ModuleChanges(Body):
    """What should be otherwise; what is left out stays."""

    module_id: UUID
    title: Title = Field(default_factory=str)
    description: Prose | None = None

    model_config = example(module_id=ONE, description="Doors, stairs and signs.")


class ModuleMove(Body):
    """Where a module should stand: without a learning unit, in its own; without a place, at the end."""

    module_id: UUID
    learning_unit_id: UUID | None = None
    sequence: Position | None = None

    model_config = example(module_id=ONE, learning_unit_id=OTHER, sequence=1)


class ModuleOrder(Body):
    """All modules of a learning unit, in order."""

    learning_unit_id: UUID
    module_ids: Ids

    model_config = example(learning_unit_id=ONE, module_ids=[OTHER, ONE])


class ModuleNamed(Body):
    """Which module."""

    module_id: UUID

    model_config = example(module_id=ONE)


@routes.acts("/create", Module, status=201, refuses=(*PLACED, ValueRefused))
def create(call: Calling, body: NewModule) -> Response:
    """Add a module to a learning unit."""

    def work(conn: Connection) -> bytes:
        made = hierarchy.create_module(
            conn,
            call.author,
            body.learning_unit_id,
            title=body.title,
            description=body.description,
            position=body.sequence,
        )
        return read_module(conn, made)

    return call.act(within(Part.LEARNING_UNIT, body.learning_unit_id, work), status=201)


@routes.acts("/update", Module, refuses=(NotFound, NotAllowed, ValueRefused), is_conditional=True)
def update(call: Calling, body: ModuleChanges) -> Response:
    """Change a module's title or description."""

    def work(conn: Connection) -> bytes:
        changes, seen = given(body), call.unless_changed_since
        module_id = changes.pop("module_id")
        hierarchy.change_module(conn, call.author, module_id, unless_changed_since=seen, **changes)
        return read_module(conn, module_id)

    return call.act(within(Part.MODULE, body.module_id, work))


@routes.acts("/move", Module, refuses=(*PLACED, MoveRefused))
def move(call: Calling, body: ModuleMove) -> Response:
    """Put a module at another place, also of another learning unit of the course; its lessons follow."""

    def work(conn: Connection) -> bytes:
        goal = {"learning_unit_id": body.learning_unit_id}
        hierarchy.move_module(conn, call.author, body.module_id, position=body.sequence, **goal)
        confine(conn, Part.MODULE, body.module_id)
        return read_module(conn, body.module_id)

    return call.act(work)


@routes.acts("/reorder", LearningUnit, refuses=PLACED)
def reorder(call: Calling, body: ModuleOrder) -> Response:
    """Put all modules of a learning unit into an order."""

    def work(conn: Connection) -> bytes:
        hierarchy.order_modules(conn, call.author, body.learning_unit_id, body.module_ids)
        return read_learning_unit(conn, body.learning_unit_id)

    return call.act(within(Part.LEARNING_UNIT, body.learning_unit_id, work))


@routes.acts("/delete")
def delete(call: Calling, body: ModuleNamed) -> Response:
    """Delete a module with its lessons; it can be restored."""
    return call.act(
        within(Part.MODULE, body.module_id, lambda conn: hierarchy.delete_module(conn, call.author, body.module_id))
    )


@routes.acts("/restore", Module, refuses=(NotFound, NotAllowed, ParentDeleted))
def restore(call: Calling, body: ModuleNamed) -> Response:
    """Take back the deletion of a module with all that it took along."""

    def work(conn: Connection) -> bytes:
        hierarchy.restore_module(conn, call.author, body.module_id)
        return read_module(conn, body.module_id)

    return call.act(within(Part.MODULE, body.module_id, work))


@routes.reads("/{module_id}", Module)
def read_one(call: Calling, module_id: UUID) -> Response:
    """One module, with its lessons."""
    return call.read(lambda conn: read_module(conn, module_id), is_versioned=True)
