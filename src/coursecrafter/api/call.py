"""A call: who sends it, under which conditions, and how its verb is run.

A route is a function that parses nothing and decides nothing: it gives `Call.read` or `Call.act` a verb to run in the
caller's own session and answers what these answer. Around it, `CallRoute` knows the caller before a byte of the body
is read, and turns every error into the envelope.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Coroutine, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any, cast
from uuid import UUID

from fastapi import Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import Scope

from coursecrafter.accounts.caller import Caller, ScopeMissing
from coursecrafter.api.bodies import CallRequest
from coursecrafter.api.conditions import etag_of, read_if_match
from coursecrafter.api.envelope import answer, encoded, wrapped
from coursecrafter.api.identify import origin_of
from coursecrafter.api.problems import (
    Fault,
    HeaderRefused,
    KeyReused,
    TooManyCalls,
    WrongContentType,
    WrongMethod,
    error_body,
    say_fields,
)
from coursecrafter.api.rates import Rates
from coursecrafter.api.site import Site
from coursecrafter.authoring.author import Author
from coursecrafter.db.confining import Part, confine
from coursecrafter.db.repeats import KeptAnswer, Repeat, claim, keep
from coursecrafter.db.session import Identity
from coursecrafter.errors import CourseCrafterError
from coursecrafter.storage.objects import ObjectStore

log = logging.getLogger(__name__)

Answered = bytes | Mapping[str, Any] | None
Work = Callable[[Connection], Answered]
OPEN = "open"
"""The scope of calls that need no caller."""

LONGEST_KEY = 255
PARTS = {
    "learning_unit_id": Part.LEARNING_UNIT,
    "module_id": Part.MODULE,
    "lesson_id": Part.LESSON,
    "scene_id": Part.SCENE,
    "segment_id": Part.SEGMENT,
    "script_id": Part.SCRIPT,
    "voice_track_id": Part.VOICE_TRACK,
    "asset_id": Part.ASSET,
    "source_id": Part.SOURCE_FILE,
    "document_id": Part.DOCUMENT,
    "interaction_id": Part.INTERACTION,
    "question_id": Part.QUESTION,
}
"""What an id in an address names: the call then sees only the project that this stands in."""


class _Known(Exception):
    """Ends a repeated call's transaction: its answer is known."""

    def __init__(self, known: KeptAnswer) -> None:
        super().__init__()
        self.known = known


@dataclass
class Call:
    """One call of a caller that is known.

    Attributes:
        request: for streams and headers; its body has been read if the route takes one.
    """

    request: Request
    site: Site
    caller: Caller

    @property
    def author(self) -> Author:
        """On whose behalf verbs act."""
        return Author(self.caller.org_id, self.caller.user_id)

    @property
    def store(self) -> ObjectStore:
        """The caller's organisation's objects."""
        return self.site.store(self.caller.org_id)

    @cached_property
    def unless_changed_since(self) -> datetime | None:
        """The version that the caller saw, from If-Match.

        Raises:
            ConditionRefused: CC-0019.
        """
        return read_if_match(self.request.headers.get("if-match"))

    def identity(self, project_id: UUID | None = None) -> Identity:
        """For whom a session is opened."""
        return Identity(self.caller.org_id, self.caller.user_id, project_id)

    def read(self, work: Work, *, project_id: UUID | None = None, is_versioned: bool = False) -> Response:
        """Answer what a read gives.

        Args:
            work: gives JSON text, or something small to encode.
            project_id: the project, where the call names it: looked up alone, it costs less.
            is_versioned: what is read is one thing, whose `updated_at` becomes the ETag.
        """
        with self.site.database.app(self.identity(project_id)) as conn:
            self._confine(conn)
            found = work(conn)
        data = found if isinstance(found, bytes) else encoded(found)
        etag = etag_of(data) if is_versioned else None
        if etag is not None and self.request.headers.get("if-none-match") == etag:
            return Response(status_code=304, headers={"etag": etag})
        return answer(wrapped(data), headers={"etag": etag} if etag else None)

    def act(
        self,
        work: Work,
        *,
        status: int = 200,
        project_id: UUID | None = None,
        afterwards: Callable[[], object] | None = None,
        told: bytes | None = None,
    ) -> Response:
        """Run a verb in one transaction, with its events and the answer that is kept for a repeated key.

        Args:
            work: gives JSON text, or something small to encode; None: there is nothing to tell.
            afterwards: runs once the transaction is committed, not for a repeated call.
            told: what tells a repeated call from another one under its key; None: the body.

        Raises:
            KeyReused: CC-0018.
        """
        identity, repeat = self.identity(project_id), self._repeat(told)
        try:
            with self.site.database.app(identity) as conn:
                known = claim(conn, identity, repeat) if repeat is not None else None
                _end_if(known)
                self._confine(conn)
                done = work(conn)
                body = wrapped(done if isinstance(done, bytes) else encoded(done))
                if repeat is not None:
                    keep(conn, identity, repeat, status, body)
        except _Known as repeated:
            return _repeated(repeated.known)
        if afterwards is not None:
            afterwards()
        return answer(body, status)

    def require_headers(self) -> None:
        """Refuse headers that cannot be read, before anything is done ahead of the act.

        Raises:
            HeaderRefused: CC-0037.
        """
        self._repeat(None)

    def _confine(self, conn: Connection) -> None:
        for name, value in self.request.path_params.items():
            if name in PARTS:
                confine(conn, PARTS[name], UUID(value))

    def _repeat(self, told: bytes | None) -> Repeat | None:
        key = self.request.headers.get("idempotency-key")
        if key is None:
            return None
        if not 1 <= len(key) <= LONGEST_KEY or not key.isprintable():
            raise HeaderRefused(f"Idempotency-Key takes 1 to {LONGEST_KEY} printable signs.")
        body = getattr(self.request, "_body", b"") if told is None else told
        query = self.request.url.query
        called = f"{self.request.method} {self.request.url.path}" + (f"?{query}" if query else "")
        return Repeat(key, called, hashlib.sha256(body).digest())


def _end_if(known: KeptAnswer | None) -> None:
    if known is not None:
        raise _Known(known)


def _repeated(known: KeptAnswer) -> Response:
    if not known.is_same:
        raise KeyReused("This idempotency key was used for another call.")
    return answer(known.body, known.status, {"idempotency-replayed": "true"})


async def _call(request: Request) -> Call:
    return cast("Call", request.state.call)


async def _site(request: Request) -> Site:
    return cast("Site", request.app.state.site)


Calling = Annotated[Call, Depends(_call)]
"""The call of a route that needs a caller."""

Open = Annotated[Site, Depends(_site)]
"""The installation, for the few routes that need no caller."""


class CallRoute(APIRoute):
    """A route under `/cc`; its endpoint's `scope` says what the caller's key must be good for."""

    @cached_property
    def beginning(self) -> str:
        """What its paths have in common: all before the first parameter."""
        return self.path_format.partition("{")[0]

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See `BaseRoute`. Of hundreds of routes, nearly all are told apart by their beginning."""
        if not scope["path"].startswith(self.beginning):
            return Match.NONE, {}
        return super().matches(scope)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """See `APIRoute`."""
        handle = super().get_route_handler()
        scope: str = getattr(self.endpoint, "scope", "write")
        takes_json = self.body_field is not None

        async def handle_call(request: Request) -> Response:
            call = CallRequest(request.scope, request.receive)
            try:
                await _admit(call, scope)
                if takes_json:
                    await _require_json(call)
                return await handle(call)
            except RequestValidationError as error:
                return refusal(call, _wrong_method(call, self, error) or error)
            except Exception as error:  # noqa: BLE001 - nothing leaves this server that is no envelope
                return refusal(call, error)

        return handle_call


def _wrong_method(request: Request, route: APIRoute, error: RequestValidationError) -> WrongMethod | None:
    """What to say if a part of the address is no id because it is the name of a call with another method.

    `GET /cc/projects/create` is a wrong method for `create`, not a project whose id is no id.
    """
    if not any(one["loc"][0] == "path" for one in error.errors()):
        return None
    named = [one for one in _matching(request) if len(one.param_convertors) < len(route.param_convertors)]
    return wrong_method(request) if named else None


def wrong_method(request: Request) -> WrongMethod:
    """The refusal that names the methods that there are at an address."""
    found = _matching(request)
    # A call's own name goes before an id that could stand in its place.
    fewest = min((len(one.param_convertors) for one in found), default=0)
    methods = {method for one in found if len(one.param_convertors) == fewest for method in one.methods or ()}
    error = WrongMethod("This call takes another method.")
    error.allow = ", ".join(sorted(methods))
    return error


def _matching(request: Request) -> list[APIRoute]:
    return [one for one in request.app.state.routes if one.path_regex.match(request.scope["path"])]


def refusal(request: Request, error: Exception) -> Response:
    """An error as an answer; a fault of ours is logged and told without a word of it."""
    request_id = request.scope.get("cc_request_id", "")
    fields: list[dict[str, str]] = []
    told: CourseCrafterError
    if isinstance(error, RequestValidationError):
        told, fields = say_fields(error.errors())
    elif isinstance(error, CourseCrafterError):
        told = error
        if told.status >= Fault.status:
            log.error("%s %s: %s", request_id, told, told.detail, exc_info=error)
    else:
        log.error("%s", request_id, exc_info=error)
        told = Fault("Something went wrong on our side; nothing was changed.")
    headers = {}
    retry_after = getattr(told, "retry_after_s", None)
    if retry_after is not None:
        headers["retry-after"] = str(max(1, round(retry_after)))
    if isinstance(told, WrongMethod):
        headers["allow"] = told.allow
    if told.status == 401:  # noqa: PLR2004 - the status itself
        headers["www-authenticate"] = "Bearer"
    return answer(error_body(told, request_id, fields), told.status, headers)


async def _admit(request: CallRequest, scope: str) -> None:
    """Know the caller, and refuse what they may not call, before the body is read."""
    site: Site = request.app.state.site
    if scope == OPEN:
        _count(site.stranger_rates, origin_of(request).ip)
        site.doors.require_origin(request, request.method)
        return
    caller = site.doors.remembered(request)
    if caller is None:
        caller = await _find(request, site)
    _count(site.rates, (caller.org_id, caller.user_id))
    site.doors.require_origin(request, request.method)
    if scope not in caller.scopes:
        raise ScopeMissing(f"This key is not good for “{scope}”.")
    request.state.call = Call(request, site, caller)


async def _find(request: CallRequest, site: Site) -> Caller:
    """Look a caller up; who is not found counts against where they come from, and an office that is found does not."""
    ip = origin_of(request).ip
    _count(site.stranger_rates, ip, calls=0)
    try:
        return await run_in_threadpool(site.doors.find, request)
    except CourseCrafterError:
        _count(site.stranger_rates, ip)
        raise


def _count(rates: Rates, who: Hashable, *, calls: int = 1) -> None:
    wait_s = rates.wait_s(who, calls=calls)
    if wait_s:
        error = TooManyCalls("Too many calls in a minute.")
        error.retry_after_s = wait_s
        raise error


async def _require_json(request: CallRequest) -> None:
    """Refuse a body that is something else; a call without a body is answered by its missing fields."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if await request.body():
        if kind != "application/json":
            raise WrongContentType("The body is no JSON.")
        # Parsed here, where its refusal is ours; the framework finds it parsed.
        request.parsed = await request.json()
