"""`/cc/hierarchy/lesson`: the third level of a course, and what everything is made for."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.confined import within
from coursecrafter.api.examples import ONE, OTHER, example
from coursecrafter.api.fields import Body, Code, Ids, Position, Prose, Title
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.hierarchy import Lesson, Module
from coursecrafter.authoring import copying, hierarchy
from coursecrafter.authoring.deletion import ParentDeleted
from coursecrafter.authoring.levels import MoveRefused
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.db.confining import Part, confine
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused, ValueRefused
from coursecrafter.reading.hierarchy import read_lesson, read_module
from coursecrafter.storage.objects import ObjectMissing

routes = Routes("/cc/hierarchy/lesson", "Course tree")
PLACED = (NotFound, NotAllowed, PlaceRefused)


class NewLesson(Body):
    """A lesson of a module; without a place, it stands at the end."""

    module_id: UUID
    title: Title
    code: Code | None = None
    objective: Prose | None = None
    sequence: Position | None = None

    model_config = example(module_id=ONE, title="Fire doors", code="L1.1", objective="Know why a door stays shut.")


class LessonChanges(Body):
    """What should be otherwise; what is left out stays."""

    lesson_id: UUID
    title: Title = Field(default_factory=str)
    code: Code | None = None
    objective: Prose | None = None

    model_config = example(lesson_id=ONE, title="Fire doors and why they stay shut")


class LessonStatus(Body):
    """The state that a lesson should come into; `rendering` is what its renders make of it."""

    lesson_id: UUID
    status: Literal["in_design", "ready", "archived"]

    model_config = example(lesson_id=ONE, status="in_design")


class LessonMove(Body):
    """Where a lesson should stand: without a module, in its own; without a place, at the end."""

    lesson_id: UUID
    module_id: UUID | None = None
    sequence: Position | None = None

    model_config = example(lesson_id=ONE, module_id=OTHER)


class LessonOrder(Body):
    """All lessons of a module, in order."""

    module_id: UUID
    lesson_ids: Ids

    model_config = example(module_id=ONE, lesson_ids=[OTHER, ONE])


class LessonCopy(Body):
    """What a copy is called and where it stands: without a module and place, behind its original."""

    lesson_id: UUID
    module_id: UUID | None = None
    sequence: Position | None = None
    title: Title | None = None

    model_config = example(lesson_id=ONE, title="Fire doors in short")


class LessonNamed(Body):
    """Which lesson."""

    lesson_id: UUID

    model_config = example(lesson_id=ONE)


@routes.acts("/create", Lesson, status=201, refuses=(*PLACED, ValueRefused))
def create(call: Calling, body: NewLesson) -> Response:
    """Add a lesson to a module."""

    def work(conn: Connection) -> bytes:
        made = hierarchy.create_lesson(
            conn,
            call.author,
            body.module_id,
            title=body.title,
            code=body.code,
            objective=body.objective,
            position=body.sequence,
        )
        return read_lesson(conn, made)

    return call.act(within(Part.MODULE, body.module_id, work), status=201)


@routes.acts("/update", Lesson, refuses=(NotFound, NotAllowed, ValueRefused), is_conditional=True)
def update(call: Calling, body: LessonChanges) -> Response:
    """Change a lesson's title, code or objective."""

    def work(conn: Connection) -> bytes:
        changes, seen = given(body), call.unless_changed_since
        lesson_id = changes.pop("lesson_id")
        hierarchy.change_lesson(conn, call.author, lesson_id, unless_changed_since=seen, **changes)
        return read_lesson(conn, lesson_id)

    return call.act(within(Part.LESSON, body.lesson_id, work))


@routes.acts("/status", Lesson, refuses=(NotFound, NotAllowed, StateRefused))
def change_status(call: Calling, body: LessonStatus) -> Response:
    """Take a lesson into design, call it ready, or archive it."""

    def work(conn: Connection) -> bytes:
        hierarchy.change_lesson_status(conn, call.author, body.lesson_id, body.status)
        return read_lesson(conn, body.lesson_id)

    return call.act(within(Part.LESSON, body.lesson_id, work))


@routes.acts("/move", Lesson, refuses=(*PLACED, MoveRefused))
def move(call: Calling, body: LessonMove) -> Response:
    """Put a lesson at another place, also of another module of the course."""

    def work(conn: Connection) -> bytes:
        goal = {"module_id": body.module_id}
        hierarchy.move_lesson(conn, call.author, body.lesson_id, position=body.sequence, **goal)
        confine(conn, Part.LESSON, body.lesson_id)
        return read_lesson(conn, body.lesson_id)

    return call.act(work)


@routes.acts("/reorder", Module, refuses=PLACED)
def reorder(call: Calling, body: LessonOrder) -> Response:
    """Put all lessons of a module into an order."""

    def work(conn: Connection) -> bytes:
        hierarchy.order_lessons(conn, call.author, body.module_id, body.lesson_ids)
        return read_module(conn, body.module_id)

    return call.act(within(Part.MODULE, body.module_id, work))


@routes.acts("/copy", Lesson, status=201, refuses=(*PLACED, MoveRefused, ValueRefused, ObjectMissing))
def copy(call: Calling, body: LessonCopy) -> Response:
    """Copy a lesson with all that is in it; the copy has no code."""

    def work(conn: Connection) -> bytes:
        made = copying.copy_lesson(
            conn,
            call.author,
            call.store,
            body.lesson_id,
            module_id=body.module_id,
            position=body.sequence,
            title=body.title,
        )
        confine(conn, Part.LESSON, made)
        return read_lesson(conn, made)

    return call.act(work, status=201)


@routes.acts("/delete")
def delete(call: Calling, body: LessonNamed) -> Response:
    """Delete a lesson with all that is in it; it can be restored."""
    return call.act(
        within(Part.LESSON, body.lesson_id, lambda conn: hierarchy.delete_lesson(conn, call.author, body.lesson_id))
    )


@routes.acts("/restore", Lesson, refuses=(NotFound, NotAllowed, ParentDeleted))
def restore(call: Calling, body: LessonNamed) -> Response:
    """Take back the deletion of a lesson with all that it took along."""

    def work(conn: Connection) -> bytes:
        hierarchy.restore_lesson(conn, call.author, body.lesson_id)
        return read_lesson(conn, body.lesson_id)

    return call.act(within(Part.LESSON, body.lesson_id, work))


@routes.reads("/{lesson_id}", Lesson)
def read_one(call: Calling, lesson_id: UUID) -> Response:
    """One lesson, with how many scenes and segments it has."""
    return call.read(lambda conn: read_lesson(conn, lesson_id), is_versioned=True)
