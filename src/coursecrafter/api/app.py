"""The application: its routes, and what stands around them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib import import_module
from pkgutil import iter_modules

import anyio.to_thread
from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import Lifespan

from coursecrafter.api import routes
from coursecrafter.api.call import refusal, wrong_method
from coursecrafter.api.document import Document
from coursecrafter.api.headers import AnswerHeaders
from coursecrafter.api.metrics import CallFigures, ServiceFigures
from coursecrafter.api.probes import Look, Readiness, probes
from coursecrafter.api.problems import Fault, NoSuchCall, WrongMethod
from coursecrafter.api.routing import Routes
from coursecrafter.api.site import Site
from coursecrafter.api.sweeping import sweep_for_ever
from coursecrafter.api.tracing import CallSpans
from coursecrafter.telemetry import is_sending

API_VERSION = "1.9.0"
"""Raised whenever a schema of the API changes: the middle number when something is added, the first otherwise."""

COMPRESSED_FROM_BYTES = 1024
COMPRESSION = 4
"""Level of gzip: 9 costs three times as much for a twentieth less."""

NOT_COMPRESSED = (
    "text/event-stream",
    "application/zip",
    "application/epub+zip",
    "application/octet-stream",
    "application/pdf",
    "audio/*",
    "image/*",
    "video/*",
)
TUS_HEADERS = (
    "tus-resumable",
    "upload-checksum",
    "upload-expires",
    "upload-length",
    "upload-metadata",
    "upload-offset",
)
TAKEN_HEADERS = ("authorization", "content-type", "idempotency-key", "if-match", "last-event-id", *TUS_HEADERS)
TOLD_HEADERS = ("etag", "location", "retry-after", "x-request-id", *TUS_HEADERS)
"""What a page of another origin may send and see."""

DESCRIPTION = """
Course Crafter's whole work, by HTTP. Every answer is an envelope: `{"ok", "data", "error"}`. An error has a code
(`CC-0020`), says what happened and what to do, and carries the request's id.

Programs send an API key as `Authorization: Bearer cc_key_…`; browsers have a session's cookie. Changes take
`Idempotency-Key`, so that a call can be repeated without harm, and where it says so `If-Match`, so that nobody's change
is lost.
"""


def make_app(
    site: Site,
    *,
    figures: ServiceFigures | None = None,
    is_telling_figures: bool = False,
    looks: Mapping[str, Look] | None = None,
) -> FastAPI:
    """The application of an open installation.

    Args:
        figures: where calls are counted; None: nowhere.
        is_telling_figures: whether /metrics answers.
        looks: what must be ready besides database, schema and store, by name.
    """

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        anyio.to_thread.current_default_thread_limiter().total_tokens = site.service.threads
        sweeping = asyncio.create_task(sweep_for_ever(site))
        yield
        sweeping.cancel()

    app = all_calls(lifespan)
    app.state.site = site
    app.state.readiness = Readiness(site, looks)
    app.state.figures = figures if is_telling_figures else None
    app.state.counted = figures
    # Beside the calls of the document: whoever runs the service asks them, no caller.
    app.router.routes += probes.routes
    app.state.routes = [*app.state.routes, *probes.routes]
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _fault)
    _surround(app, site, figures)
    return app


def all_calls(lifespan: Lifespan[FastAPI] | None = None) -> FastAPI:
    """Every call and the document that describes them; no installation is needed for it."""
    app = FastAPI(
        title="Course Crafter",
        version=API_VERSION,
        description=DESCRIPTION.strip(),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.state.routes = [route for router in all_routes() for route in router.routes]
    # Each is whole as it stands. Included by router, each call would be looked for twice, through all routers.
    app.router.routes += app.state.routes
    app.state.document = Document(app)
    return app


def all_routes() -> list[Routes]:
    """The calls of every module of routes."""
    modules = sorted(module.name for module in iter_modules(routes.__path__))
    found = [import_module(f"{routes.__name__}.{name}") for name in modules]
    return [module.routes for module in found]


def _surround(app: FastAPI, site: Site, figures: ServiceFigures | None) -> None:
    """Middleware, the innermost first."""
    app.add_middleware(
        GZipMiddleware,
        minimum_size=COMPRESSED_FROM_BYTES,
        compresslevel=COMPRESSION,
        exclude_content_types=NOT_COMPRESSED,
    )
    if site.service.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=site.service.cors_origins,
            allow_credentials=True,
            allow_methods=["GET", "POST", "HEAD", "PATCH", "DELETE"],
            allow_headers=TAKEN_HEADERS,
            expose_headers=TOLD_HEADERS,
        )
    if is_sending():
        app.add_middleware(CallSpans)
    app.add_middleware(AnswerHeaders, is_https=site.service.public_url.startswith("https://"))
    if figures is not None:
        app.add_middleware(CallFigures, figures=figures)


async def _http_error(request: Request, error: Exception) -> Response:
    """What the router itself refuses."""
    status = getattr(error, "status_code", 500)
    if status == NoSuchCall.status:
        return refusal(request, NoSuchCall("There is no such call."))
    if status == WrongMethod.status:
        return refusal(request, wrong_method(request))
    return refusal(request, Fault("The call could not be answered."))


async def _fault(request: Request, error: Exception) -> Response:
    return refusal(request, error)
