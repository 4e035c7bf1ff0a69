"""`/cc/watchdog`: how the factory does."""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.api.call import Calling
from coursecrafter.api.envelope import encoded
from coursecrafter.api.metrics import ServiceFigures
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.figures import Status
from coursecrafter.reading.watchdog import read_status
from coursecrafter.watchdog.looking import look
from coursecrafter.watchdog.own import read_own_lanes
from coursecrafter.watchdog.report import as_report

routes = Routes("/cc/watchdog", "Watchdog")


@routes.reads("/status", Status, refuses=())
def read_figures(call: Calling) -> Response:
    """Work that waits, runs and fails, costs and files as far as you may see; all machines, if you run them."""

    def read(conn: Connection) -> bytes:
        status = read_status(conn)
        lanes = read_own_lanes(call.site.database, conn, str(call.caller.org_id))
        return status[:-1] + b', "lanes": ' + lanes + b', "installation": ' + installation + b"}"

    installation = b"null"
    if call.caller.is_operator:
        figures: ServiceFigures | None = call.request.app.state.counted
        seen = look(call.site.database, calls=None if figures is None else figures.answered())
        installation = encoded(as_report(seen))
    return call.read(read)
