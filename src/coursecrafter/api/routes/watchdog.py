"""`/cc/watchdog`: how the factory does."""

from __future__ import annotations

from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.figures import Status
from coursecrafter.reading.watchdog import read_status

routes = Routes("/cc/watchdog", "Watchdog")


@routes.reads("/status", Status, refuses=())
def read_figures(call: Calling) -> Response:
    """Renders that wait, run and fail, what models cost today and what is stored, as far as you may see it."""
    return call.read(read_status)
