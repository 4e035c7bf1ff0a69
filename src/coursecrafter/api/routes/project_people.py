"""`/cc/people`: who has which role in a course."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.examples import ONE, example
from coursecrafter.api.fields import Body
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.people import ProjectPeople
from coursecrafter.authoring import access
from coursecrafter.db.refusals import LastOwner, NotAllowed, NotFound, ValueRefused
from coursecrafter.reading.people import read_people_of_project

routes = Routes("/cc/people", "People of a course")
REFUSED = (NotFound, NotAllowed, LastOwner)


class Sharing(Body):
    """Who gets which role; a member has one role in a course."""

    user_id: UUID
    role: Literal["owner", "editor", "reviewer", "viewer"]

    model_config = example(user_id=ONE, role="reviewer")


class Unsharing(Body):
    """Whose role is taken away."""

    user_id: UUID

    model_config = example(user_id=ONE)


@routes.reads("/{project_id}/list", ProjectPeople)
def read_list(call: Calling, project_id: UUID) -> Response:
    """Who has which role in a course, by name."""
    return call.read(lambda conn: read_people_of_project(conn, project_id), project_id=project_id)


@routes.acts("/{project_id}/share", ProjectPeople, refuses=(*REFUSED, ValueRefused))
def share(call: Calling, project_id: UUID, body: Sharing) -> Response:
    """Give a member of the organisation a role in a course; its owners and the organisation's admins may."""

    def work(conn: Connection) -> bytes:
        access.share_project(conn, call.author, project_id, body.user_id, body.role)
        return read_people_of_project(conn, project_id)

    return call.act(work, project_id=project_id)


@routes.acts("/{project_id}/unshare", refuses=REFUSED)
def unshare(call: Calling, project_id: UUID, body: Unsharing) -> Response:
    """Take a person's role in a course away; anybody may leave."""
    return call.act(
        lambda conn: access.unshare_project(conn, call.author, project_id, body.user_id), project_id=project_id
    )
