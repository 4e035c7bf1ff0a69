"""The operations of the API as its OpenAPI document says them, and calls that fit them.

Everything that tries "every call" begins here, so that a new route is tried without a new line.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import httpx
from fastapi import FastAPI

from coursecrafter.api.app import all_routes, make_app
from coursecrafter.api.site import Site

JSON = "application/json"
MISSING = UUID("019ab1c2-0000-7000-8000-000000000000")
"""An id that nothing has."""

Place = tuple[str | int, ...]
"""Where in a call an id stands: ("path", name), ("query", name) or ("body", field, 0, field …)."""


@dataclass(frozen=True)
class Operation:
    """One call that there is.

    Attributes:
        path: with its names in braces.
        scope: what a key must be good for; "open": no caller is needed.
        definition: as the OpenAPI document has it.
    """

    method: str
    path: str
    scope: str
    definition: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def path_names(self) -> tuple[str, ...]:
        return tuple(one["name"] for one in self.parameters("path"))

    def parameters(self, place: str) -> list[Mapping[str, Any]]:
        return [one for one in self.definition.get("parameters", ()) if one["in"] == place]

    @property
    def media_types(self) -> tuple[str, ...]:
        return tuple(self.definition.get("requestBody", {}).get("content", {}))

    @property
    def schema(self) -> Mapping[str, Any] | None:
        """Of its JSON body."""
        content = self.definition.get("requestBody", {}).get("content", {})
        return cast("Mapping[str, Any]", content[JSON]["schema"]) if JSON in content else None

    @property
    def is_read(self) -> bool:
        return self.method in {"GET", "HEAD"}

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class HttpCall:
    """One call, with everything in it."""

    operation: Operation
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any = None
    headers: Mapping[str, str] | None = None
    raw: bytes | None = None

    @property
    def url(self) -> str:
        return self.operation.path.format(**{name: str(value) for name, value in self.path.items()})

    def send(self, http: httpx.Client, **headers: str) -> httpx.Response:
        options: dict[str, Any] = {"headers": {**(self.headers or {}), **headers}}
        if self.raw is not None:
            options["content"] = self.raw
        elif self.operation.schema is not None:
            options["json"] = self.body
        return http.request(self.operation.method, self.url, params=dict(self.query), **options)

    def with_id(self, place: Place, wanted: object) -> HttpCall:
        """The same call with another id in one place."""
        part, *inner = place
        if part == "path":
            return HttpCall(
                self.operation, {**self.path, str(inner[0]): wanted}, self.query, self.body, self.headers, self.raw
            )
        if part == "query":
            return HttpCall(
                self.operation, self.path, {**self.query, str(inner[0]): wanted}, self.body, self.headers, self.raw
            )
        body = copy.deepcopy(self.body)
        at = body
        for step in inner[:-1]:
            at = at[step]
        at[inner[-1]] = str(wanted)
        return HttpCall(self.operation, self.path, self.query, body, self.headers)


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return _app().openapi()


@cache
def operations() -> tuple[Operation, ...]:
    """Every call that there is."""
    scopes = {
        f"{method} {route.path}": str(getattr(route.endpoint, "scope", "open"))
        for router in all_routes()
        for route in router.routes
        for method in route.methods
    }
    found = [
        Operation(method.upper(), path, scopes[f"{method.upper()} {path}"], definition)
        for path, methods in document()["paths"].items()
        for method, definition in methods.items()
    ]
    assert {one.name for one in found} == {name for name in scopes if not name.startswith("HEAD ")} | {
        name for name in scopes if name in {one.name for one in found}
    }, "a route is hidden from the OpenAPI document"
    return tuple(found)


def operation(name: str) -> Operation:
    """By `POST /cc/projects/create`."""
    return next(one for one in operations() if one.name == name)


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema without the reference that it may be."""
    while "$ref" in schema:
        at: Any = document()
        for step in schema["$ref"].removeprefix("#/").split("/"):
            at = at[step]
        schema = at
    return schema


def sample(schema: Mapping[str, Any], name: str = "") -> Any:
    """A value that fits a schema: its example where it has one, else the least that it takes."""
    schema = resolved(schema)
    for key in ("examples", "enum"):
        if schema.get(key):
            return copy.deepcopy(schema[key][0])
    for key in ("example", "const", "default"):
        # An empty default says "not given", which a field that takes no empty text does not take either.
        if schema.get(key) is not None and schema[key] != "":
            return copy.deepcopy(schema[key])
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return sample(next(one for one in schema[key] if resolved(one).get("type") != "null"), name)
    maker = _SAMPLES.get(schema.get("type", "object"), lambda _: {})
    return maker(schema)


def _sample_object(schema: Mapping[str, Any]) -> dict[str, Any]:
    properties = schema.get("properties", {})
    wanted = [*schema.get("required", ())]
    # A change that changes nothing tries nothing.
    wanted = wanted or list(properties)[:1]
    return {name: sample(properties[name], name) for name in wanted}


def _sample_text(schema: Mapping[str, Any]) -> str:
    if schema.get("format") == "uuid":
        return str(MISSING)
    text = _BY_FORMAT.get(schema.get("format", ""), "Keep the door shut.")
    return text[: schema.get("maxLength", 100)]


_BY_FORMAT = {"date-time": "2026-11-22T09:30:00+00:00", "date": "2026-11-22", "email": "new@example.org"}
_SAMPLES: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
    "object": _sample_object,
    "string": _sample_text,
    "integer": lambda schema: int(schema.get("minimum", 1)),
    "number": lambda schema: float(schema.get("minimum", 1)),
    "boolean": lambda _: True,
    "array": lambda schema: [sample(schema.get("items", {}))] * max(1, schema.get("minItems", 1)),
    "null": lambda _: None,
}


def ids_in(schema: Mapping[str, Any], value: Any, place: Place = ("body",)) -> Iterator[tuple[Place, str]]:
    """Every id of a body that fits its schema, with the name under which it stands."""
    schema = resolved(schema)
    if "anyOf" in schema or "oneOf" in schema:
        for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
            if _fits(resolved(one), value):
                yield from ids_in(one, value, place)
                return
    elif schema.get("format") == "uuid" and isinstance(value, str):
        yield place, _name_of(place)
    elif isinstance(value, Mapping):
        for name, part in value.items():
            inner = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            if isinstance(inner, Mapping):
                yield from ids_in(inner, part, (*place, name))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from ids_in(schema.get("items", {}), part, (*place, number))


def id_fields(schema: Mapping[str, Any], seen: frozenset[str] = frozenset(), name: str = "") -> Iterator[str]:
    """The names under which a body may hold ids, whether a sample of it has them or not."""
    if schema.get("$ref") in seen:
        return
    seen = seen | {schema.get("$ref", "")}
    schema = resolved(schema)
    if schema.get("format") == "uuid":
        yield name
    for one in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from id_fields(one, seen, name)
    for inner_name, inner in schema.get("properties", {}).items():
        yield from id_fields(inner, seen, inner_name)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), Mapping):
            yield from id_fields(schema[key], seen, name)


def optional_ids(schema: Mapping[str, Any], body: Mapping[str, Any]) -> list[str]:
    """Names of ids that a body may have and has not."""
    properties = resolved(schema).get("properties", {})
    return [name for name, one in properties.items() if name not in body and _is_id(one)]


def _is_id(schema: Mapping[str, Any]) -> bool:
    schema = resolved(schema)
    return schema.get("format") == "uuid" or any(_is_id(one) for one in schema.get("anyOf", ()))


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    kinds: Mapping[str, tuple[type, ...]] = {
        "object": (dict,),
        "array": (list,),
        "string": (str,),
        "integer": (int,),
        "number": (int, float),
        "boolean": (bool,),
        "null": (type(None),),
    }
    if not isinstance(value, kinds.get(schema.get("type", "object"), (object,))):
        return False
    if isinstance(value, dict):
        constants = {
            name: resolved(one).get("const") for name, one in schema.get("properties", {}).items() if "const" in one
        }
        return set(schema.get("required", ())) <= set(value) and all(
            value.get(name, constant) == constant for name, constant in constants.items()
        )
    return True


def _name_of(place: Sequence[str | int]) -> str:
    return next(str(step) for step in reversed(place) if isinstance(step, str))


def without_chance(answer: httpx.Response) -> tuple[int, str]:
    """An answer without what is new in every answer: the request's id."""
    return answer.status_code, answer.text.replace(answer.headers.get("x-request-id", "—"), "…")


def _app() -> FastAPI:
    service = SimpleNamespace(cors_origins=(), public_url="http://localhost", threads=2)
    return make_app(cast("Site", SimpleNamespace(service=service)))
