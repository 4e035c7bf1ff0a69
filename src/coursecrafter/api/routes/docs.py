"""`/cc/docs` and `/cc/openapi.json`: every call, to be read and tried without a network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from starlette.requests import Request
from starlette.responses import Response

from coursecrafter.api.call import OPEN
from coursecrafter.api.routing import Routes
from coursecrafter.errors import RequestError

routes = Routes("/cc", "Pages")

FOLDER = Path(__file__).parents[1] / "docs_page"
"""Built by `web/apps/api-docs`."""

MEDIA_TYPES: Mapping[str, str] = {
    "start.js": "text/javascript",
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "page.css": "text/css",
    "icon.svg": "image/svg+xml",
    "licences.txt": "text/plain",
}
PageFile = Literal["start.js", "swagger-ui-bundle.js", "swagger-ui.css", "page.css", "icon.svg", "licences.txt"]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)
KEPT = "private, max-age=3600"


class PagesMissing(RequestError):
    """The API's pages have not been built into this installation."""

    code = "CC-0039"
    status = 503
    remedy = "Run `make setup`; the same is in /cc/openapi.json."


@routes.gives("/docs", ("text/html",), scope=OPEN, refuses=(PagesMissing,))
def show_docs() -> Response:
    """Show all calls, to be tried."""
    return Response(_read("index.html"), headers={"content-security-policy": POLICY}, media_type="text/html")


@routes.gives("/docs/{name}", tuple(dict.fromkeys(MEDIA_TYPES.values())), scope=OPEN, refuses=(PagesMissing,))
def show_part(name: PageFile) -> Response:
    """Fetch a part of the page that shows all calls."""
    return Response(_read(name), headers={"cache-control": KEPT}, media_type=MEDIA_TYPES[name])


@routes.gives("/openapi.json", ("application/json",), scope=OPEN, refuses=())
def read_document(request: Request) -> Response:
    """Read all calls as an OpenAPI document."""
    return Response(request.app.state.document.text(), media_type="application/json")


def _read(name: str) -> bytes:
    try:
        return (FOLDER / name).read_bytes()
    except FileNotFoundError as error:
        raise PagesMissing("The API's pages are missing from this installation.", detail=str(error)) from error
