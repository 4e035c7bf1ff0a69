"""`/cc/hierarchy/{project_id}`: a course as its tree. Each level has calls of its own."""

from __future__ import annotations

from uuid import UUID

from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.hierarchy import Tree
from coursecrafter.reading.hierarchy import read_tree

routes = Routes("/cc/hierarchy", "Course tree")


@routes.reads("/{project_id}/full-tree", Tree)
def read_full_tree(call: Calling, project_id: UUID) -> Response:
    """A course with its learning units, modules and lessons, nested and in order."""
    return call.read(lambda conn: read_tree(conn, project_id), project_id=project_id)
