"""`/cc/engine3`: the course's book, from outline to approval."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body, Line, Position, Prose, Title
from coursecrafter.api.orders import RenderOrder, approve, order_render
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.books import Book, Section
from coursecrafter.api.shapes.jobs import Job
from coursecrafter.api.waiting import Running, project_work
from coursecrafter.authoring import books
from coursecrafter.authoring.books import LevelRefused, SectionUnderItself
from coursecrafter.authoring.engine_flags import NothingToApprove
from coursecrafter.authoring.ordering import PlaceRefused
from coursecrafter.background.workers import WorkBrokeDown, WorkerDied, WorkTookTooLong
from coursecrafter.db.refusals import NotAllowed, NotFound, StateRefused, UnusableText, ValueMissing, ValueRefused
from coursecrafter.domain.course import Engine
from coursecrafter.reading.books import read_book, read_section

routes = Routes("/cc/engine3", "Engine 3: book")

ACT = (NotFound, NotAllowed)
WORDED = (*ACT, ValueRefused, UnusableText)
Level = Annotated[int, Field(strict=True, ge=1, le=6)]
SECTION = "019ab1c2-7d3e-7a41-9f60-2b8c4d5e6f70"


class BookChanges(Body):
    """What the book says of itself; what is left out stays."""

    title: Title = Field(default_factory=str)
    subtitle: Line | None = None
    status: Literal["draft", "in_edit", "ready"] = "draft"

    model_config = example(title="Fire drill", subtitle="A handbook", status="in_edit")


class NewSection(Body):
    """A section to add."""

    title: Title
    level: Level
    content_markdown: Prose = ""
    mapping_type: Literal["learning_unit", "module", "lesson", "custom"] = "custom"
    mapping_id: UUID | None = None
    position: Position | None = None

    model_config = ConfigDict(json_schema_extra={"examples": [{"title": "Before a fire", "level": 1}]})


class SectionChanges(Body):
    """What a section should say; what is left out stays."""

    section_id: UUID
    title: Title = Field(default_factory=str)
    content_markdown: Prose = ""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"section_id": SECTION, "content_markdown": "Find the **exit**."}]}
    )


class SectionMove(Body):
    """Where a section should stand, with all under it."""

    section_id: UUID
    position: Position
    level: Level | None = None

    model_config = example(section_id=ONE, position=2)


class SectionChoice(Body):
    """A section."""

    section_id: UUID

    model_config = example(section_id=ONE)


@routes.reads("/{project_id}/book", Book)
def read_whole_book(call: Calling, project_id: UUID) -> Response:
    """The book with its sections as a tree, without their texts."""
    return call.read(lambda conn: read_book(conn, project_id), project_id=project_id, is_versioned=True)


@routes.reads("/section/{section_id}", Section)
def read_one_section(call: Calling, section_id: UUID) -> Response:
    """A section with its text."""
    return call.read(lambda conn: read_section(conn, section_id), is_versioned=True)


@routes.acts(
    "/{project_id}/outline", Book, refuses=(*ACT, WorkerDied, WorkTookTooLong, WorkBrokeDown), else_accepts=Running
)
def propose_outline(call: Calling, project_id: UUID) -> Response:
    """Propose the book's sections from the course; sections that follow the course are brought in line with it."""
    return project_work(call, project_id, "design_book", lambda conn, _done: read_book(conn, project_id))


@routes.acts("/{project_id}/update-book", Book, refuses=(*WORDED, StateRefused), is_conditional=True)
def update_book(call: Calling, project_id: UUID, body: BookChanges) -> Response:
    """Change the book's title, subtitle or state; the first word makes the book."""

    def work(conn: Connection) -> bytes:
        changes = given(body)
        status = changes.pop("status", None)
        seen = call.unless_changed_since
        book_id = books.change_book(conn, call.author, project_id, unless_changed_since=seen, **changes)
        if status is not None:
            books.change_book_status(conn, call.author, book_id, status)
        return read_book(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts(
    "/{project_id}/create-section", Section, status=201, refuses=(*WORDED, ValueMissing, PlaceRefused, LevelRefused)
)
def create_section(call: Calling, project_id: UUID, body: NewSection) -> Response:
    """Add a section to the book."""

    def work(conn: Connection) -> bytes:
        book_id = books.change_book(conn, call.author, project_id)
        section_id = books.create_section(
            conn,
            call.author,
            book_id,
            level=body.level,
            title=body.title,
            content_markdown=body.content_markdown,
            mapping_type=body.mapping_type,
            mapping_id=body.mapping_id,
            position=body.position,
        )
        return read_section(conn, section_id)

    return call.act(work, status=201, project_id=project_id)


@routes.acts("/{project_id}/update-section", Section, refuses=WORDED, is_conditional=True)
def update_section(call: Calling, project_id: UUID, body: SectionChanges) -> Response:
    """Change a section's title or text."""

    def work(conn: Connection) -> bytes:
        changes = given(body)
        section_id = changes.pop("section_id")
        seen = call.unless_changed_since
        books.change_section(conn, call.author, section_id, unless_changed_since=seen, **changes)
        return read_section(conn, section_id)

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/move-section", Book, refuses=(*ACT, PlaceRefused, SectionUnderItself, LevelRefused))
def move_section(call: Calling, project_id: UUID, body: SectionMove) -> Response:
    """Move a section, with all that stands under it."""

    def work(conn: Connection) -> bytes:
        books.move_section(conn, call.author, body.section_id, position=body.position, level=body.level)
        return read_book(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/delete-section", Book, refuses=ACT)
def delete_section(call: Calling, project_id: UUID, body: SectionChoice) -> Response:
    """Delete a section with all that stands under it, for good."""

    def work(conn: Connection) -> bytes:
        books.delete_section(conn, call.author, body.section_id)
        return read_book(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/render-book", Job, status=202, refuses=ACT)
def render_book(call: Calling, project_id: UUID, body: RenderOrder) -> Response:
    """Order the book; a course without sections gets them proposed first."""
    return order_render(call, Engine.E3, body, project_id=project_id)


@routes.acts("/{project_id}/approve-book", refuses=(*ACT, NothingToApprove))
def approve_book(call: Calling, project_id: UUID) -> Response:
    """Approve the active book: this marks the engine done for its lessons."""
    return approve(call, Engine.E3, project_id=project_id)
