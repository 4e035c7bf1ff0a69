"""What every answer carries: the request's id, and headers that keep a browser from doing more than it should."""

from __future__ import annotations

import logging
import re
import secrets
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

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
                took_ms = (time.monotonic() - begun) * 1000
                path = SECRET_PATH.sub(r"\1…", scope["path"])
                log.info("%s %s %s %d %.1f ms", request_id, scope["method"], path, message["status"], took_ms)
            await send(message)

        await self.app(scope, receive, send_with_headers)
