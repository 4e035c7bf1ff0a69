"""`/cc/health`: whether the service answers."""

from __future__ import annotations

from starlette.responses import Response

from coursecrafter import __version__
from coursecrafter.api import app
from coursecrafter.api.call import OPEN, Open
from coursecrafter.api.envelope import answer, encoded, wrapped
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.service import Health
from coursecrafter.db.session import DatabaseUnreachable

routes = Routes("/cc/health", "Service")


@routes.reads("", Health, scope=OPEN, refuses=(DatabaseUnreachable,))
def read_health(site: Open) -> Response:
    """Ask whether service and database answer, and in which version."""
    with site.database.accounts():
        said = {"status": "ok", "program_version": __version__, "api_version": app.API_VERSION}
    return answer(wrapped(encoded(said)))
