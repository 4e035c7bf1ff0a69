"""`/healthz`, `/readyz` and `/metrics`: what those who run the service ask, outside `/cc` and its document.

They need no caller, count against nobody, and tell nothing but names of parts. What `/readyz` found holds for a second,
and one look at a time is taken, so that no stranger can make it work.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Mapping
from functools import cache
from uuid import UUID

import anyio
from anyio import to_thread
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from coursecrafter.api.site import Site
from coursecrafter.db.session import Identity
from coursecrafter.db.upgrade import SchemaAhead, current_revision, head_revision, require_current
from coursecrafter.domain.stored import StoredObject
from coursecrafter.errors import CourseCrafterError

log = logging.getLogger(__name__)

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})
KEPT_S = 1.0
LONGEST_S = 5.0
NOBODY = UUID(int=0)
NOTHING = StoredObject("0" * 64, 0, "application/octet-stream")
NOT_READY = 503

Look = Callable[[], object]
"""Looks at a part: an error, or False, says that it is not ready."""

probes = APIRouter(include_in_schema=False)


class Readiness:
    """Whether calls can be answered now, and which part keeps them from it.

    Args:
        site: the open installation.
        more: further parts by name, as the worker inside.
    """

    def __init__(self, site: Site, more: Mapping[str, Look] | None = None) -> None:
        self._site = site
        self._looks: Mapping[str, Look] = {
            "database": self._reach_database,
            "schema": self._reach_schema,
            "store": self._reach_store,
            **(more or {}),
        }
        # Threads of their own: when all of those for calls are taken, probes still answer.
        self.threads = anyio.CapacityLimiter(4)
        self._one_at_a_time = anyio.Lock()
        self._under_way: set[str] = set()
        self._found: tuple[str, ...] = ()
        self._found_at = float("-inf")

    async def missing(self) -> tuple[str, ...]:
        """The names of the parts that are not ready; none: it is ready."""
        if self._site.stopping.is_set():
            return ("service",)
        async with self._one_at_a_time:
            if time.monotonic() - self._found_at >= KEPT_S:
                self._found = await self._look()
                self._found_at = time.monotonic()
            return self._found

    async def _look(self) -> tuple[str, ...]:
        missing: list[str] = []
        for name in self._looks:
            # Without its database nothing can be said of the schema.
            if name == "schema" and "database" in missing:
                continue
            if not await self._is_ready_in_time(name):
                missing.append(name)
        return tuple(missing)

    async def _is_ready_in_time(self, name: str) -> bool:
        # A look that hangs is not joined by another one every second.
        if name not in self._under_way:
            with anyio.move_on_after(LONGEST_S):
                return await to_thread.run_sync(self._is_ready, name, abandon_on_cancel=True, limiter=self.threads)
        log.warning("Not ready: %s does not answer.", name)
        return False

    def _is_ready(self, name: str) -> bool:
        self._under_way.add(name)
        try:
            return self._looks[name]() is not False
        except CourseCrafterError as error:
            log.warning("Not ready: %s: %s", name, error)
        except Exception as error:  # noqa: BLE001 - whatever it is, the part is not ready
            log.warning("Not ready: %s: %s", name, type(error).__name__)
        finally:
            self._under_way.discard(name)
        return False

    def _reach_database(self) -> object:
        with self._site.database.accounts() as conn:
            return conn.exec_driver_sql("SELECT 1").scalar() == 1

    def _reach_schema(self) -> object:
        with self._site.database.app(Identity(NOBODY, NOBODY)) as conn:
            if current_revision(conn) != _own_revision():
                try:
                    require_current(conn)
                except SchemaAhead:
                    # Code that runs goes on running while the installation is upgraded.
                    return True
        return True

    def _reach_store(self) -> object:
        store = self._site.store(NOBODY)
        # An object that is not there is asked for: the store must say so.
        return not store.has(NOTHING) and (store.folder is None or os.access(store.folder, os.W_OK | os.X_OK))


@probes.api_route("/healthz", methods=["GET", "HEAD"])
async def is_alive() -> Response:
    """Say that the process lives."""
    return _answer(200, {"alive": True})


@probes.api_route("/readyz", methods=["GET", "HEAD"])
async def is_ready(request: Request) -> Response:
    """Say whether calls can be answered, and else which parts keep them from it."""
    readiness: Readiness = request.app.state.readiness
    missing = await readiness.missing()
    return _answer(NOT_READY if missing else 200, {"ready": not missing, "missing": list(missing)})


@probes.api_route("/metrics", methods=["GET"])
async def tell_figures(request: Request) -> Response:
    """Tell all figures, where the installation has this switched on."""
    figures = request.app.state.figures
    if figures is None:
        raise HTTPException(404)
    # In a thread: figures of the queue ask the database.
    accept, threads = request.headers.get("accept", ""), request.app.state.readiness.threads
    text, media_type = await to_thread.run_sync(figures.told, accept, limiter=threads)
    return Response(text, headers={"content-type": media_type})


def _answer(status: int, told: object) -> Response:
    return Response(json.dumps(told), status, media_type="application/json")


@cache
def _own_revision() -> str:
    return head_revision()
