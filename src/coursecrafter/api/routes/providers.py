"""`/cc/providers`: what can write, speak and draw for an organisation, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import BoundedSemaphore
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import Connection
from starlette.responses import Response

from coursecrafter.accounts.caller import Scope
from coursecrafter.api.account_calls import AccountRoutes, tell
from coursecrafter.api.call import Call, Calling
from coursecrafter.api.examples import example
from coursecrafter.api.fields import Body, Flag, JsonObject, Line
from coursecrafter.api.leading import require_lead
from coursecrafter.api.provider_options import require_options
from coursecrafter.api.routing import given
from coursecrafter.api.shapes.providers import Provider, ProviderChecked, Providers
from coursecrafter.db.refusals import AlreadyTaken, NotAllowed, NotFound
from coursecrafter.errors import GatewayError
from coursecrafter.gateway import connections
from coursecrafter.gateway.addresses import AddressRefused, require_form
from coursecrafter.gateway.connections import LONGEST_KEY, Offer, UnusableProvider
from coursecrafter.gateway.ports import OFFLINE, Kind
from coursecrafter.gateway.provider_checks import Checked, check_provider, connection_of
from coursecrafter.gateway.providers.registry import (
    PROTOCOLS,
    ProtocolFacts,
    UnsuitableOption,
    UnsuitableProvider,
)
from coursecrafter.gateway.sealing import KeyUnreadable, load_keyring

routes = AccountRoutes("/cc/providers", "Voices and providers")

CALL_TYPES: Mapping[Kind, str] = {
    Kind.TEXT: "llm",
    Kind.SPEECH: "tts",
    Kind.IMAGE: "image",
    Kind.VIDEO: "video",
    Kind.PARSE: "parse",
}
"""What a call of each kind is named in the log of calls."""

OFFLINE_CALL_TYPES = ("llm", "tts", "image")
NOT_REACHED = "Its address leads to where no provider may be."
MOST_MODELS = 500
MOST_CHECKS = 4
"""Providers that are asked at once: each holds a thread that others need."""

_checking = BoundedSemaphore(MOST_CHECKS)

Key = Annotated[str, Field(max_length=LONGEST_KEY, json_schema_extra={"writeOnly": True})]
LED = (NotAllowed, UnusableProvider, AddressRefused, UnsuitableProvider, UnsuitableOption, AlreadyTaken)


class ChecksBusy(GatewayError):
    """So many providers are being asked whether they work that nobody is free to ask one more."""

    code = "CC-0360"
    status = 503
    retry = True
    remedy = "Try again in a few seconds."


class NewProvider(Body):
    """A service or server that the organisation may ask, at a public https address."""

    name: Annotated[Line, Field(min_length=1, max_length=64)]
    protocol: Literal["openai_compatible", "anthropic", "azure_speech", "elevenlabs"]
    base_url: Annotated[Line, Field(description="Left out: where the protocol usually is.")] = ""
    key: Annotated[Key | None, Field(description="Kept sealed, and never shown again.")] = None
    options: JsonObject = Field(default_factory=dict)

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Writers",
                    "protocol": "openai_compatible",
                    "base_url": "https://api.openai.com/v1",
                    "key": "sk-example",
                    "options": {"calls_per_minute": 60},
                }
            ]
        }
    )


class ProviderChanges(Body):
    """What should be otherwise; what is left out stays."""

    name: Annotated[Line, Field(min_length=1, max_length=64)] = ""
    base_url: Line = ""
    key: Annotated[Key | None, Field(description="Left out: it stays; null: it goes.")] = None
    options: JsonObject = Field(default_factory=dict)
    is_enabled: Flag = True

    model_config = example(is_enabled=False)


@routes.reads("/list", Providers, refuses=())
def read_list(call: Calling) -> Response:
    """List what your organisation may ask: its own providers, the installation's, and the offline one.

    The installation's are told by name only. The address, the options and the last signs of the key of an own one are
    told to owners and admins.
    """
    return call.read(lambda conn: {"items": list(_all(call, conn))})


@routes.acts("/create", Provider, status=201, scope=Scope.ADMIN, refuses=LED)
def create(call: Calling, body: NewProvider) -> Response:
    """Make a provider known to your organisation; for owners and admins. Routes say what it is asked for."""
    require_lead(call)
    _require_usable(body.protocol, body.base_url, body.options)

    def work(conn: Connection) -> dict[str, Any]:
        made = connections.add_provider(
            conn,
            load_keyring(call.site.settings.home),
            org_id=call.caller.org_id,
            name=body.name,
            protocol=body.protocol,
            base_url=body.base_url,
            key=_plain_key(body.key),
            options=body.options,
            created_by=call.caller.user_id,
        )
        return _found(call, conn, made.id)

    return call.act(work, status=201)


@routes.acts("/{provider_id}/update", Provider, scope=Scope.ADMIN, refuses=(NotFound, *LED))
def update(call: Calling, provider_id: UUID, body: ProviderChanges) -> Response:
    """Change a provider of your organisation; for owners and admins. Moved to another server, it needs its key anew."""
    require_lead(call)

    def work(conn: Connection) -> dict[str, Any]:
        before = _own(call, conn, provider_id)
        changes = given(body)
        if "key" in changes:
            changes["key"] = _plain_key(body.key)
        _require_usable(before.protocol, changes.get("base_url", ""), changes.get("options", {}))
        connections.change_provider(conn, load_keyring(call.site.settings.home), provider_id, **changes)
        return _found(call, conn, provider_id)

    return call.act(work)


@routes.acts("/{provider_id}/delete", scope=Scope.ADMIN)
def delete(call: Calling, provider_id: UUID) -> Response:
    """Forget a provider of your organisation and its key; it goes out of all routes. For owners and admins."""
    require_lead(call)

    def work(conn: Connection) -> None:
        _own(call, conn, provider_id)
        connections.remove_provider(conn, provider_id)

    return call.act(work)


@routes.does(
    "/{provider_id}/test", ProviderChecked, scope=Scope.ADMIN, refuses=(NotFound, NotAllowed, KeyUnreadable, ChecksBusy)
)
def test(call: Calling, provider_id: UUID) -> Response:
    """Ask a provider of your organisation for its models, which costs nothing, and say what works.

    For owners and admins. That it does not answer is no error of this call: its answer says why.
    """
    require_lead(call)
    with call.site.database.app(call.identity()) as conn:
        _own(call, conn, provider_id)
        connection = connection_of(conn, load_keyring(call.site.settings.home), provider_id)
    # Outside of the transaction: whoever is slow there holds no row here.
    if not _checking.acquire(blocking=False):
        raise ChecksBusy("Other providers are being asked at the moment.")
    try:
        checked = check_provider(connection)
    finally:
        _checking.release()
    return tell(_told(connection.name, checked))


def _told(name: str, checked: Checked) -> dict[str, Any]:
    """What came of it, in words."""
    failure, models = checked.failure, checked.models
    if failure is not None:
        # To which addresses names lead inside is nothing that a request may find out.
        reason = NOT_REACHED if isinstance(failure, AddressRefused) else failure.message
        said = f"“{name}” does not work: {reason} {failure.remedy}"
    elif models:
        said = f"“{name}” answers, and has {len(models)} models for you."
    elif checked.voices:
        said = f"“{name}” answers, and has {checked.voices} voices for you."
    else:
        said = f"“{name}” answers, and names no models: those of a route are told only when they are asked."
    return {
        "works": failure is None,
        "said": said,
        "code": failure.code if failure else None,
        "models": list(models[:MOST_MODELS]),
        "took_seconds": round(checked.took_s, 3),
    }


def _all(call: Call, conn: Connection) -> Iterator[dict[str, Any]]:
    own = {one.id: one for one in _led(call, conn)}
    yield _line(_OFFLINE, None, OFFLINE_CALL_TYPES)
    for offer in connections.read_offers(conn):
        yield _line(offer, own.get(offer.id), _call_types(offer.protocol))


_OFFLINE = Offer(UUID(int=0), OFFLINE.name, OFFLINE.protocol, is_shared=True, is_enabled=True, kinds=())


def _line(offer: Offer, own: connections.Provider | None, call_types: Sequence[str]) -> dict[str, Any]:
    is_offline = offer is _OFFLINE
    facts = PROTOCOLS.get(offer.protocol)
    return {
        "id": None if is_offline else offer.id,
        "name": offer.name,
        "protocol": offer.protocol,
        "call_types": list(call_types),
        "asked_for": [kind.value for kind in offer.kinds],
        "is_shared": offer.is_shared,
        "is_enabled": offer.is_enabled,
        "needs_key": bool(facts and facts.needs_key),
        "needs_network": not is_offline,
        "base_url": own.base_url if own else None,
        "has_key": own.has_key if own else None,
        "key_hint": own.key_hint if own else None,
        "options": dict(own.options) if own else None,
        "created_at": own.created_at if own else None,
    }


def _call_types(protocol: str) -> list[str]:
    facts: ProtocolFacts | None = PROTOCOLS.get(protocol)
    return [name for kind, name in CALL_TYPES.items() if facts and kind in facts.serves]


def _led(call: Call, conn: Connection) -> Sequence[connections.Provider]:
    """The organisation's own, for those who lead them; policies show them to nobody else."""
    if Scope.ADMIN not in call.caller.scopes:
        return ()
    return connections.read_providers(conn, call.caller.org_id)


def _own(call: Call, conn: Connection, provider_id: UUID) -> connections.Provider:
    found = next((one for one in _led(call, conn) if one.id == provider_id), None)
    if found is None:
        raise NotFound("There is no such provider.")
    return found


def _found(call: Call, conn: Connection, provider_id: UUID) -> dict[str, Any]:
    return next(line for line in _all(call, conn) if line["id"] == provider_id)


def _plain_key(key: str | None) -> str:
    """A key as it was copied, without the line's end."""
    return (key or "").strip()


def _require_usable(protocol: str, base_url: str, options: Mapping[str, Any]) -> None:
    """Refuse an address that is not public, and options that the protocol does not have.

    A name is looked at here as it is; to which address it leads, and that this is a public one, is looked at each time
    that it is connected to.
    """
    if base_url.strip():
        require_form(base_url.strip(), may_be_private=False)
    require_options(protocol, options, on="connection", may_be_private=False)
