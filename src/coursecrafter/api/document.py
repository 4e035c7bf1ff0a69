"""The OpenAPI document: what the calls declare, with what no single call can say.

Making it takes seconds, so it is made once, in a thread, when it is first asked for.
"""

from __future__ import annotations

import json
from threading import Lock
from typing import Any

from fastapi import FastAPI

from coursecrafter.api.identify import COOKIE

KEY = "An API key, or a token of your larger platform."
SCHEMES = {
    "key": {"type": "http", "scheme": "bearer", "description": KEY},
    "session": {"type": "apiKey", "in": "cookie", "name": COOKIE},
}


class Document:
    """The document of an application.

    Args:
        app: with all its routes.
    """

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._making = Lock()
        self._text: bytes | None = None

    def text(self) -> bytes:
        """The document as JSON."""
        with self._making:
            if self._text is None:
                self._text = json.dumps(describe(self._app), ensure_ascii=False, separators=(",", ":")).encode()
            return self._text


def describe(app: FastAPI) -> dict[str, Any]:
    """The document of an application: callers' ways in, and each call's first sentence as its title."""
    document = app.openapi()
    document["components"]["securitySchemes"] = SCHEMES
    document["security"] = [{"key": []}, {"session": []}]
    for operations in document["paths"].values():
        for operation in operations.values():
            _entitle(operation)
    return document


def _entitle(operation: dict[str, Any]) -> None:
    """A docstring's first line is the title, what follows the description."""
    first, _, rest = str(operation.get("description", "")).strip().partition("\n")
    operation["summary"] = first.removesuffix(".")
    operation["description"] = rest.partition("\n\nRaises:")[0].strip()
    if not operation["description"]:
        del operation["description"]
