"""A span for each call, named by its route; what it orders carries it on."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coursecrafter.api.metrics import METHODS, NO_ROUTE, route_of
from coursecrafter.logs import log_context
from coursecrafter.telemetry import span

FAULT = 500


class CallSpans:
    """Puts each call into a span, which goes on from that of a proxy in front if it sends one."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        method = scope["method"] if scope["method"] in METHODS else "_OTHER"
        sent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), None)
        with span(method, parent=sent, kind="server", **{"http.request.method": method}) as call:

            async def send_noting(message: Message) -> None:
                if message["type"] == "http.response.start":
                    call.note(**{"http.response.status_code": message["status"]})
                    if message["status"] >= FAULT:
                        call.fail(str(message["status"]))
                await send(message)

            with log_context(trace_id=call.traceparent.split("-")[1] if call.traceparent else None):
                try:
                    await self.app(scope, receive, send_noting)
                finally:
                    route = route_of(scope)
                    if route != NO_ROUTE:
                        call.rename(f"{method} {route}")
                        call.note(**{"http.route": route})
