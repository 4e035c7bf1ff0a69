"""How routes are declared: what they answer, refuse and ask of a key, all of which the OpenAPI page says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel

from coursecrafter.accounts.caller import NotSignedIn, Scope, ScopeMissing
from coursecrafter.api.call import OPEN, CallRoute
from coursecrafter.api.envelope import Done, Envelope, Refusal
from coursecrafter.api.problems import (
    BodyCutOff,
    BodyTooLarge,
    ConditionRefused,
    FieldsRefused,
    HeaderRefused,
    IdRefused,
    KeyReused,
    TooManyCalls,
    UnreadableBody,
    WrongContentType,
    WrongOrigin,
)
from coursecrafter.db.refusals import EditedMeanwhile, NotAllowed, NotFound, UnusableText, ValueRefused
from coursecrafter.errors import CourseCrafterError

Endpoint = TypeVar("Endpoint", bound=Callable[..., Any])
Errors = Sequence[type[CourseCrafterError]]

ALWAYS: Errors = (TooManyCalls,)
KNOWN: Errors = (NotSignedIn, ScopeMissing)
CHANGING: Errors = (
    WrongOrigin,
    UnreadableBody,
    BodyTooLarge,
    BodyCutOff,
    WrongContentType,
    KeyReused,
    HeaderRefused,
    ConditionRefused,
    UnusableText,
    ValueRefused,
)
# Without examples: the page would fill them in, and refuse the second call that is tried.
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key with the same call gives the same answer for a day, and does the thing once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The version that was seen: an ETag, or `updated_at` in double quotes. Another one answers 409.",
    "schema": {"type": "string", "pattern": r'^"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)"$'},
}

SCHEMAS: dict[str, dict[str, Any]] = {
    "text/event-stream": {
        "type": "object",
        "description": "One event of the stream.",
        "properties": {name: {"type": "string"} for name in ("id", "event", "data")},
    },
    "application/json": {"description": "Any JSON."},
}
"""What is given by media type; anything else is bytes or text."""


class Routes(APIRouter):
    """The calls under one prefix.

    Args:
        prefix: as `/cc/projects`.
        section: what the OpenAPI page calls it.
    """

    def __init__(self, prefix: str, section: str) -> None:
        super().__init__(prefix=prefix, tags=[section], route_class=CallRoute)

    def reads(
        self,
        path: str,
        shape: Any,
        *,
        scope: str = Scope.READ,
        refuses: Errors = (NotFound,),
        else_accepts: Any = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """A GET that answers JSON of a shape; one that takes time may answer `else_accepts` with status 202."""
        return self._route("GET", path, shape, 200, scope, refuses, (), else_accepts)

    def acts(
        self,
        path: str,
        shape: Any = Done,
        *,
        status: int = 200,
        scope: str = Scope.WRITE,
        refuses: Errors = (NotFound, NotAllowed),
        is_conditional: bool = False,
        method: str = "POST",
        else_accepts: Any = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """A POST that changes something.

        Args:
            is_conditional: whether it takes If-Match.
            else_accepts: the shape of its answer with status 202, where it may also be that.
        """
        headers = (IDEMPOTENCY_KEY, IF_MATCH) if is_conditional else (IDEMPOTENCY_KEY,)
        refused = (*refuses, *CHANGING, *((EditedMeanwhile,) if is_conditional else ()))
        return self._route(method, path, shape, status, scope, refused, headers, else_accepts)

    def gives(
        self,
        path: str,
        media_types: Sequence[str],
        *,
        method: str = "GET",
        status: int = 200,
        scope: str = Scope.READ,
        refuses: Errors = (NotFound,),
        responses: dict[int | str, dict[str, Any]] | None = None,
    ) -> Callable[[Endpoint], Endpoint]:
        """A call that answers a file, a stream or a page, and no envelope unless it refuses."""
        content = {kind: {"schema": SCHEMAS.get(kind, {"type": "string"})} for kind in media_types}
        answers: dict[int | str, dict[str, Any]] = {status: {"description": "As asked for.", "content": content}}
        return self._declare(method, path, {**answers, **(responses or {})}, status, scope, refuses, ())

    def _route(
        self,
        method: str,
        path: str,
        shape: Any,
        status: int,
        scope: str,
        refuses: Errors,
        headers: Sequence[Any],
        else_accepts: Any = None,
    ) -> Callable[[Endpoint], Endpoint]:
        # Pydantic makes the class at run time; the shape is a value here.
        model = Envelope.__class_getitem__(shape)
        answers: dict[int | str, dict[str, Any]] = {status: {"model": model, "description": "Done."}}
        if else_accepts is not None:
            running = Envelope.__class_getitem__(else_accepts)
            answers[202] = {"model": running, "description": "Begun; the same call asks for it again."}
        return self._declare(method, path, answers, status, scope, refuses, headers)

    def _declare(
        self,
        method: str,
        path: str,
        answers: dict[int | str, dict[str, Any]],
        status: int,
        scope: str,
        refuses: Errors,
        headers: Sequence[Any],
    ) -> Callable[[Endpoint], Endpoint]:
        refused: set[type[CourseCrafterError]] = {
            IdRefused,
            FieldsRefused,
            *refuses,
            *ALWAYS,
            *(KNOWN if scope != OPEN else ()),
        }
        extra: dict[str, Any] = {"parameters": list(headers)} if headers else {}
        if scope == OPEN:
            extra["security"] = []

        def declare(endpoint: Endpoint) -> Endpoint:
            endpoint.scope = scope  # type: ignore[attr-defined]  # read by CallRoute
            self.add_api_route(
                path,
                endpoint,
                methods=[method],
                status_code=status,
                response_model=None,
                responses={**_refusals(refused), **answers},
                openapi_extra=extra or None,
            )
            return endpoint

        return declare


def _refusals(errors: set[type[CourseCrafterError]]) -> dict[int | str, dict[str, Any]]:
    """By status, which codes it may have."""
    by_status: dict[int | str, list[type[CourseCrafterError]]] = {}
    for error in sorted(errors, key=lambda error: error.code):
        by_status.setdefault(error.status, []).append(error)
    return {
        status: {
            "model": Refusal,
            "description": "; ".join(f"{error.code} {error.__name__}" for error in found),
        }
        for status, found in by_status.items()
    }


def given(body: BaseModel) -> dict[str, Any]:
    """The fields that a call names, as a verb takes them: what it leaves out stays as it is."""
    return {name: getattr(body, name) for name in body.model_fields_set}
