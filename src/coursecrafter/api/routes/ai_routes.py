"""`/cc/ai/routes`: who is asked for what, in which order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.accounts.caller import Scope
from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body, JsonObject, Line
from coursecrafter.api.leading import require_lead
from coursecrafter.api.provider_options import require_options
from coursecrafter.api.routing import Routes
from coursecrafter.api.shapes.providers import KindName, ModeName, RouteList
from coursecrafter.db.refusals import NotAllowed, NotFound
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.connections import UnusableProvider, read_offers
from coursecrafter.gateway.ports import OFFLINE, Kind, Mode
from coursecrafter.gateway.providers.registry import UnsuitableOption, UnsuitableProvider, facts_of
from coursecrafter.gateway.routes import RouteEntry, read_routes, set_route

routes = Routes("/cc/ai/routes", "AI gateway")

OFFLINE_SERVES = frozenset({Kind.TEXT, Kind.SPEECH, Kind.IMAGE, Kind.PARSE})
"""A list of the offline provider alone keeps pages from being sent away: what can read them here does."""

MOST_ENTRIES = 10


class KindNotServed(GatewayError):
    """A provider of the list cannot be asked for this kind of thing."""

    code = "CC-0359"
    status = 422
    remedy = "Take it out of the list; /cc/providers/list says what each provider can be asked for."


class EntryOrder(Body):
    """Who is asked."""

    provider: Annotated[Line, Field(min_length=1, max_length=64, description="A provider's name, or `offline`.")]
    model: Annotated[Line, Field(max_length=200)] = ""
    options: JsonObject = Field(default_factory=dict)


class RouteOrder(Body):
    """A list that takes the place of the one that is there; an empty one takes it away."""

    project_id: Annotated[UUID | None, Field(description="Left out: for all courses without a list of their own.")] = (
        None
    )
    kind: KindName
    mode: Annotated[ModeName, Field(description="A course says in its settings how it is made.")] = "standard"
    entries: Annotated[list[EntryOrder], Field(max_length=MOST_ENTRIES)]

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "text", "mode": "standard", "entries": [{"provider": "offline"}]}],
        }
    )


@routes.reads("/list", RouteList, scope=Scope.ADMIN, refuses=(NotAllowed,))
def read_list(call: Calling) -> Response:
    """List who is asked for what, by your organisation and its courses; for owners and admins."""
    require_lead(call)
    return call.read(lambda conn: _told(conn, call.caller.org_id))


@routes.acts(
    "/set",
    RouteList,
    scope=Scope.ADMIN,
    refuses=(NotFound, NotAllowed, KindNotServed, UnusableProvider, UnsuitableProvider, UnsuitableOption),
)
def set_list(call: Calling, body: RouteOrder) -> Response:
    """Say who is asked for one kind of thing, in order; for owners and admins.

    The next one is asked where the one before fails. The offline provider is asked only if the list names it.
    """
    require_lead(call)
    kind, org_id = Kind(body.kind), call.caller.org_id

    def work(conn: Connection) -> dict[str, Any]:
        entries = [RouteEntry(one.provider, one.model, one.options) for one in body.entries]
        _require_served(conn, kind, entries)
        set_route(conn, org_id=org_id, project_id=body.project_id, kind=kind, mode=Mode(body.mode), entries=entries)
        return _told(conn, org_id)

    return call.act(work)


def _require_served(conn: Connection, kind: Kind, entries: Sequence[RouteEntry]) -> None:
    """Refuse providers that cannot do it, and options that they do not know; one that is unknown is `set_route`'s."""
    # An organisation's own provider hides the installation's of that name.
    known = {offer.name: offer for offer in sorted(read_offers(conn), key=lambda offer: not offer.is_shared)}
    for entry in entries:
        if entry.provider == OFFLINE.name:
            serves = OFFLINE_SERVES
        elif entry.provider in known:
            offer = known[entry.provider]
            serves = facts_of(offer.protocol).serves
            require_options(offer.protocol, entry.options, on="route", may_be_private=offer.is_shared)
            if offer.is_shared and "deployment" in entry.options:
                # The price is the model's: another deployment would be asked at the price of the model that is named.
                raise UnsuitableOption("The option deployment may be set for providers of your own only.")
        else:
            continue
        if kind not in serves:
            raise KindNotServed(f"“{entry.provider}” cannot be asked for {kind.value}.")


def _told(conn: Connection, org_id: UUID) -> dict[str, Any]:
    return {
        "items": [
            {
                "project_id": route.project_id,
                "kind": route.kind.value,
                "mode": route.mode.value,
                "entries": [
                    {"provider": entry.provider, "model": entry.model, "options": dict(entry.options)}
                    for entry in route.entries
                ],
            }
            for route in read_routes(conn, org_id)
        ]
    }
