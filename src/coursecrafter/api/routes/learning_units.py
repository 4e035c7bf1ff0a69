"""`/cc/hierarchy/learning-unit`: the first level of a course."""

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
from coursecrafter.api.shapes.hierarchy import LearningUnit, Tree
from coursecrafter.authoring import hierarchy
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.db.confining import Part
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.hierarchy import read_learning_unit, read_tree

routes = Routes("/cc/hierarchy/learning-unit", "Course tree")
PLACED = (NotFound, NotAllowed, PlaceRefused)


class NewLearningUnit(Body):
    """A learning unit of a project; without a place, it stands at the end."""

    project_id: UUID
    title: Title
    description: Prose | None = None
    sequence: Position | None = None

    model_config = example(project_id=ONE, title="Before a fire", sequence=1)


class LearningUnitChanges(Body):
    """What should be otherwise; what is left out stays."""

    learning_unit_id: UUID
    title: Title = Field(default_factory=str)
    description: Prose | None = None

    model_config = example(learning_unit_id=ONE, title="Before and during a fire")


class LearningUnitMove(Body):
    """Where a learning unit should stand."""

    learning_unit_id: UUID
    sequence: Position

    model_config = example(learning_unit_id=ONE, sequence=2)


class LearningUnitOrder(Body):
    """All learning units of a project, in order."""

    project_id: UUID
    learning_unit_ids: Ids

    model_config = example(project_id=ONE, learning_unit_ids=[OTHER, ONE])


class LearningUnitNamed(Body):
    """Which learning unit."""

    learning_unit_id: UUID

    model_config = example(learning_unit_id=ONE)


@routes.acts("/create", LearningUnit, status=201, refuses=(*PLACED, ValueRefused))
def create(call: Calling, body: NewLearningUnit) -> Response:
    """Add a learning unit to a course."""

    def work(conn: Connection) -> bytes:
        made = hierarchy.create_learning_unit(
            conn,
            call.author,
            body.project_id,
            title=body.title,
            description=body.description,
            position=body.sequence,
        )
        return read_learning_unit(conn, made)

    return call.act(work, status=201, project_id=body.project_id)


@routes.acts("/update", LearningUnit, refuses=(NotFound, NotAllowed, ValueRefused), is_conditional=True)
def update(call: Calling, body: LearningUnitChanges) -> Response:
    """Change a learning unit's title or description."""

    def work(conn: Connection) -> bytes:
        changes, seen = given(body), call.unless_changed_since
        unit_id = changes.pop("learning_unit_id")
        hierarchy.change_learning_unit(conn, call.author, unit_id, unless_changed_since=seen, **changes)
        return read_learning_unit(conn, unit_id)

    return call.act(within(Part.LEARNING_UNIT, body.learning_unit_id, work))


@routes.acts("/move", LearningUnit, refuses=PLACED)
def move(call: Calling, body: LearningUnitMove) -> Response:
    """Put a learning unit at another place of its course."""

    def work(conn: Connection) -> bytes:
        hierarchy.move_learning_unit(conn, call.author, body.learning_unit_id, position=body.sequence)
        return read_learning_unit(conn, body.learning_unit_id)

    return call.act(within(Part.LEARNING_UNIT, body.learning_unit_id, work))


@routes.acts("/reorder", Tree, refuses=PLACED)
def reorder(call: Calling, body: LearningUnitOrder) -> Response:
    """Put all learning units of a course into an order."""

    def work(conn: Connection) -> bytes:
        hierarchy.order_learning_units(conn, call.author, body.project_id, body.learning_unit_ids)
        return read_tree(conn, body.project_id)

    return call.act(work, project_id=body.project_id)


@routes.acts("/delete")
def delete(call: Calling, body: LearningUnitNamed) -> Response:
    """Delete a learning unit with its modules and lessons; it can be restored."""
    return call.act(
        within(
            Part.LEARNING_UNIT,
            body.learning_unit_id,
            lambda conn: hierarchy.delete_learning_unit(conn, call.author, body.learning_unit_id),
        )
    )


@routes.acts("/restore", LearningUnit, refuses=(NotFound, NotAllowed, ParentDeleted))
def restore(call: Calling, body: LearningUnitNamed) -> Response:
    """Take back the deletion of a learning unit with all that it took along."""

    def work(conn: Connection) -> bytes:
        hierarchy.restore_learning_unit(conn, call.author, body.learning_unit_id)
        return read_learning_unit(conn, body.learning_unit_id)

    return call.act(within(Part.LEARNING_UNIT, body.learning_unit_id, work))


@routes.reads("/{learning_unit_id}", LearningUnit)
def read_one(call: Calling, learning_unit_id: UUID) -> Response:
    """One learning unit, with its modules and their lessons."""
    return call.read(
        lambda conn: read_learning_unit(conn, learning_unit_id),
        is_versioned=True,
    )
