"""`/cc/projects`: courses from their first name to their deletion."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from pydantic import ConfigDict
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, Code, Language, Line, Prose, Title, page
from coursecrafter.api.routing import Routes, given
from coursecrafter.api.shapes.projects import Project, ProjectPage, ProjectStatus
from coursecrafter.authoring import copying, projects
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed, NotFound, StateRefused, ValueRefused
from coursecrafter.reading.pages import CursorRefused, Page
from coursecrafter.reading.projects import read_project, read_projects

routes = Routes("/cc/projects", "Projects")
NAMED = (NotFound, NotAllowed, AlreadyTaken, ValueRefused)


class NewProject(Body):
    """A course that is begun."""

    name: Title
    code: Code | None = None
    description: Prose | None = None
    default_language: Language = "en"

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Fire drill", "code": "HSE-101", "default_language": "en"}]}
    )


class ProjectChanges(Body):
    """What should be otherwise; what is left out stays."""

    name: Title = ""
    code: Code | None = None
    description: Prose | None = None
    default_language: Language = "en"
    status: ProjectStatus = "draft"

    model_config = example(name="Fire drill", status="in_progress")


class CopyOrder(Body):
    """What the copy is called."""

    name: Title
    code: Code | None = None

    model_config = example(name="Fire drill, night shift", code="HSE-102")


@routes.acts("/create", Project, status=201, refuses=(NotAllowed, AlreadyTaken, ValueRefused))
def create(call: Calling, body: NewProject) -> Response:
    """Begin a course; whoever begins it owns it."""

    def work(conn: Connection) -> bytes:
        project_id = projects.create_project(
            conn,
            call.author,
            name=body.name,
            code=body.code,
            language=body.default_language,
            description=body.description,
        )
        return read_project(conn, project_id)

    return call.act(work, status=201)


@routes.reads("/list", ProjectPage, refuses=(CursorRefused,))
def read_list(
    call: Calling,
    wanted: Annotated[Page, Depends(page)],
    status: Annotated[ProjectStatus | None, Query()] = None,
    search: Annotated[Line | None, Query(description="Words of the name or the code.")] = None,
    *,
    deleted: Annotated[bool, Query(description="The deleted ones, to restore them.")] = False,
) -> Response:
    """The courses that you may see, the last changed first."""
    return call.read(lambda conn: read_projects(conn, wanted, status=status, search=search, is_deleted=deleted))


@routes.reads("/{project_id}", Project)
def read_one(call: Calling, project_id: UUID) -> Response:
    """One course, with your role in it."""
    return call.read(lambda conn: read_project(conn, project_id), project_id=project_id, is_versioned=True)


@routes.acts("/{project_id}/update", Project, refuses=(*NAMED, StateRefused), is_conditional=True)
def update(call: Calling, project_id: UUID, body: ProjectChanges) -> Response:
    """Change a course's name, code, description, language or status."""

    def work(conn: Connection) -> bytes:
        changes = given(body)
        status = changes.pop("status", None)
        seen = call.unless_changed_since
        projects.change_project(conn, call.author, project_id, unless_changed_since=seen, **changes)
        if status is not None:
            projects.change_project_status(conn, call.author, project_id, status)
        return read_project(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/delete")
def delete(call: Calling, project_id: UUID) -> Response:
    """Delete a course with all that is in it; it can be restored."""
    return call.act(lambda conn: projects.delete_project(conn, call.author, project_id), project_id=project_id)


@routes.acts("/{project_id}/restore", Project, refuses=(NotFound, NotAllowed, AlreadyTaken))
def restore(call: Calling, project_id: UUID) -> Response:
    """Take back the deletion of a course."""

    def work(conn: Connection) -> bytes:
        projects.restore_project(conn, call.author, project_id)
        return read_project(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/copy", Project, status=201, refuses=NAMED)
def copy(call: Calling, project_id: UUID, body: CopyOrder) -> Response:
    """Copy a course with all that is in it; the copy is yours."""

    def work(conn: Connection) -> bytes:
        made = copying.copy_project(conn, call.author, call.store, project_id, name=body.name, code=body.code)
        return read_project(conn, made)

    return call.act(work, status=201)
