"""What the stand-in for providers is asked and sends: shared by its protocols."""

# ruff: noqa: PLR0911 - a protocol is a list of checks

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KEY = "sk-test-0123456789abcdef"
LEAST = re.compile(r"(minItems|minLength|minimum): (\d+)")


@dataclass(frozen=True)
class Asked:
    """A request; names of headers in small letters."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass(frozen=True)
class Answer:
    """What is sent.

    Attributes:
        pieces: instead of the body, sent one after another.
    """

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    pieces: list[bytes] | None = None


def send(value: Any, status: int = 200) -> Answer:
    return Answer(
        status,
        json.dumps(value).encode(),
        {"Content-Type": "application/json", "x-request-id": "req_1", "request-id": "req_1"},
    )


def refuse(status: int, message: str, code: str | None = None, param: str | None = None) -> Answer:
    """As OpenAI words an error."""
    kind = "invalid_request_error" if status < 500 else "server_error"
    return send({"error": {"message": message, "type": kind, "param": param, "code": code}}, status)


def smallest(schema: Mapping[str, Any]) -> Any:
    """The smallest value that obeys a schema of the kinds that our tasks use."""
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return smallest(schema["anyOf"][0])
    kind = schema.get("type", "object")
    if isinstance(kind, list):
        kind = kind[0]
    # Bounds that not all enforce are said in words.
    said = {name: int(least) for name, least in LEAST.findall(str(schema.get("description", "")))}
    schema = {**said, **schema}
    if kind == "object":
        wanted = schema.get("required", ())
        return {name: smallest(part) for name, part in schema.get("properties", {}).items() if name in wanted}
    if kind == "array":
        return [smallest(schema.get("items", {"type": "string"}))] * schema.get("minItems", 0)
    if kind == "string":
        return "word".ljust(schema.get("minLength", 0), ".")
    return {"integer": schema.get("minimum", 0), "number": schema.get("minimum", 0), "boolean": False}.get(kind)
