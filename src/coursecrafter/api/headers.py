"""What every answer carries: the request's id, and headers that keep a browser from doing more than it should."""

from __future__ import annotations

import logging
import re
import secrets
import time
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from coursecrafter.api.metrics import route_of
from coursecrafter.api.probes import PROBES
from coursecrafter.logs import log_context

log = logging.getLogger("coursecrafter.access")

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
SAFE_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    "cache-control": "no-store",
}
"""A route that needs another value sets its own. Source: OWASP, REST Security, Security Headers."""

HSTS = "max-age=31536000"
SECRET_PATH = re.compile(r"^(/cc/files/).+")
"""Whoever reads the log must not be able to open what a link opens."""


class AnswerHeaders:
    """Gives each request an id, and each answer its headers.

    Args:
        is_https: whether browsers reach this by https, and should never try otherwise.
    """

    def __init__(self, app: ASGIApp, *, is_https: bool) -> None:
        self.app = app
        headers = {**SAFE_HEADERS, **({"strict-transport-security": HSTS} if is_https else {})}
        self.headers = tuple((name.encode(), value.encode()) for name, value in headers.items())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = next((value for name, value in scope["headers"] if name == b"x-request-id"), b"").decode("latin-1")
        request_id = sent if REQUEST_ID.fullmatch(sent) else secrets.token_hex(8)
        scope["cc_request_id"] = request_id
        begun = time.monotonic()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = message["headers"]
                named = {name for name, _ in own}
                usual = [header for header in self.headers if header[0] not in named]
                message["headers"] = [*own, (b"x-request-id", request_id.encode()), *usual]
                _log_answer(scope, request_id, message["status"], time.monotonic() - begun)
            await send(message)

        with log_context(request_id=request_id):
            await self.app(scope, receive, send_with_headers)


def _log_answer(scope: Scope, request_id: str, status: int, took_s: float) -> None:
    """One line for each answer; those to probes, which come every few seconds, only if something is wrong."""
    path = SECRET_PATH.sub(r"\1…", scope["path"])
    level = logging.DEBUG if path in PROBES and status < HTTPStatus.BAD_REQUEST else logging.INFO
    if not log.isEnabledFor(level):
        return
    call = scope.get("state", {}).get("call")
    told: dict[str, Any] = {
        "method": scope["method"],
        "route": route_of(scope),
        "status": status,
        "duration_s": round(took_s, 4),
        "org_id": call.caller.org_id if call is not None else None,
        "project_id": scope.get("path_params", {}).get("project_id"),
    }
    log.log(level, "%s %s %s %d %.1f ms", request_id, scope["method"], path, status, took_s * 1000, extra=told)
