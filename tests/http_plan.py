"""What each operation asks of a caller, and the bodies that it takes where its example does not do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from coursecrafter.domain.roles import Right
from http_calls import HttpCall, Operation, ids_in, sample
from http_things import NAMES
from http_world import Home

ANYONE = "anyone who is signed in"
NOBODY_NEEDED = "no caller is needed"


@dataclass(frozen=True)
class Placed:
    """Where an operation stands in the matrix.

    Attributes:
        needs: the right that it asks for, or one of the words above.
        things: where an id's name does not say what it is of in this call.
        body: fields that its example does not have or has otherwise; an id of a thing is `{thing}`.
        query: parameters without which it does nothing.
        answers: what those who may are answered, if that is no success: why stands beside it.
    """

    needs: Right | str
    things: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[int, str] | None = None


READ, COMMENT, WRITE, OWN = Right.READ, Right.COMMENT, Right.WRITE, Right.OWN
MEMBER, ADMIN, GOVERN = Right.MEMBER, Right.ADMIN, Right.GOVERN

OPERATIONS: Mapping[str, Placed] = {
    "POST /cc/projects/create": Placed(MEMBER),
    "GET /cc/projects/list": Placed(MEMBER),
    "GET /cc/projects/{project_id}": Placed(READ),
    "POST /cc/projects/{project_id}/update": Placed(WRITE),
    "POST /cc/projects/{project_id}/delete": Placed(OWN),
    "POST /cc/projects/{project_id}/restore": Placed(OWN, {"project_id": "deleted project"}),
    "POST /cc/projects/{project_id}/copy": Placed(WRITE),
    # There is one already; owners and admins let themselves in.
    "POST /cc/library/open": Placed(ADMIN),
    "GET /cc/library/assets": Placed(MEMBER),
    "GET /cc/voices/list": Placed(MEMBER),
    "GET /cc/providers/list": Placed(MEMBER),
}


def call_of(operation: Operation, home: Home) -> HttpCall:
    """The call as somebody of an organisation makes it, about their own things."""
    placed = OPERATIONS[operation.name]

    def thing(name: str) -> str:
        return str(home.things[placed.things.get(name) or NAMES[name]])

    path = {one["name"]: _value(one, thing) for one in operation.parameters("path")}
    query = {name: _filled(value, home) for name, value in placed.query.items()}
    if operation.schema is None:
        return HttpCall(operation, path, query)
    body = sample(operation.schema)
    if isinstance(placed.body, Mapping) and isinstance(body, dict):
        body |= placed.body
    elif placed.body is not None:
        body = placed.body
    call = HttpCall(operation, path, query, _filled(body, home))
    for place, name in ids_in(operation.schema, call.body):
        if _id_at(call.body, place) not in home.ids():
            call = call.with_id(place, thing(name))
    return call


def _value(parameter: Mapping[str, Any], thing: Any) -> Any:
    if parameter["schema"].get("format") == "uuid":
        return thing(parameter["name"])
    return parameter.get("example") or sample(parameter["schema"])


def _filled(value: Any, home: Home) -> Any:
    """A value with the ids of an organisation's things for `{thing}`."""
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return str(home.things[value[1:-1]])
    if isinstance(value, Mapping):
        return {name: _filled(part, home) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_filled(part, home) for part in value]
    return value


def _id_at(body: Any, place: tuple[str | int, ...]) -> Any:
    for step in place[1:]:
        body = body[step]
    return body
