"""`/cc/keys`: keys for programs."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import ConfigDict, Field
from starlette.responses import Response

from coursecrafter.accounts import keys
from coursecrafter.accounts.caller import Scope
from coursecrafter.accounts.people import LONGEST_NAME
from coursecrafter.api.account_calls import AccountRoutes, fields_of, tell
from coursecrafter.api.call import Calling
from coursecrafter.api.fields import Body, Line
from coursecrafter.api.identify import origin_of
from coursecrafter.api.shapes.accounts import Keys, NewKey
from coursecrafter.db.refusals import NotAllowed, NotFound, ValueRefused

routes = AccountRoutes("/cc/keys", "Keys")


class KeyOrder(Body):
    """A key that is wanted."""

    name: Annotated[Line, Field(min_length=1, max_length=LONGEST_NAME)]
    scopes: Annotated[list[Literal["read", "write", "admin", "worker"]], Field(min_length=1, max_length=4)]
    days: Annotated[int, Field(strict=True, ge=1, le=keys.LONGEST_DAYS)] | None = 90
    """For how long; null: until it is revoked."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"name": "Build server", "scopes": ["read", "write"], "days": 90}]}
    )


@routes.reads("/list", Keys, refuses=(NotAllowed,))
def read_list(
    call: Calling,
    *,
    everybodys: Annotated[bool, Query(description="Of the whole organisation; for owners and admins.")] = False,
) -> Response:
    """List your keys in the organisation that you work in, without their secrets."""
    with call.site.database.accounts() as conn:
        found = keys.list_keys(conn, call.caller, everybodys=everybodys)
    return tell({"keys": [fields_of(key) for key in found]})


@routes.does("/create", NewKey, scope=Scope.ADMIN, status=201, refuses=(NotAllowed, ValueRefused))
def create(call: Calling, body: KeyOrder) -> Response:
    """Make a key that speaks for you here; its secret is shown this once."""
    with call.site.database.accounts() as conn:
        secret, key = keys.make_key(conn, call.caller, body.name, body.scopes, origin_of(call.request), body.days)
    return tell({"secret": secret, "key": fields_of(key)}, 201)


@routes.does("/{key_id}/revoke", scope=Scope.READ, refuses=(NotFound,))
def revoke(call: Calling, key_id: UUID) -> Response:
    """End a key: your own, this one, or as owner or admin anybody's in the organisation."""
    with call.site.database.accounts() as conn:
        keys.revoke_key(conn, call.caller, key_id, origin_of(call.request))
    call.site.doors.forget()
    return tell()
