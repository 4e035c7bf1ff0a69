"""Every answer's shape: `{"ok": …, "data": …, "error": …}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, Field
from starlette.responses import Response

Shape = TypeVar("Shape")


class Envelope(BaseModel, Generic[Shape]):
    """An answer."""

    ok: Literal[True]
    data: Shape
    error: None


class FieldProblem(BaseModel):
    """A field that cannot be taken."""

    field: str = Field(examples=["title"])
    message: str


class Problem(BaseModel):
    """What went wrong and what to do."""

    code: str = Field(pattern=r"^CC-\d{4}$", examples=["CC-0020"])
    message: str = Field(examples=["There is no such lesson."])
    remedy: str
    retry: bool = Field(description="Whether the same call may succeed later without any change.")
    request_id: str
    fields: list[FieldProblem] | None = None


class Refusal(BaseModel):
    """An answer that says what went wrong."""

    ok: Literal[False]
    data: None
    error: Problem


class Done(BaseModel):
    """Nothing to tell but that it is done."""


class Made(BaseModel):
    """What was made."""

    id: UUID


def wrapped(data: bytes) -> bytes:
    """JSON text in the envelope."""
    return b'{"ok":true,"data":' + data + b',"error":null}'


def encoded(value: Mapping[str, Any] | list[Any] | None) -> bytes:
    """A small answer as JSON text."""
    return json.dumps({} if value is None else value, default=_plain, ensure_ascii=False).encode()


def answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer from the envelope's bytes."""
    return Response(body, status, dict(headers or {}), "application/json")


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
