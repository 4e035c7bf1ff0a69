"""Whether an organisation's own provider answers: it is asked for its models, which no provider charges for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import ai_providers
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.errors import ProviderRefusedCall
from coursecrafter.gateway.ports import Connection
from coursecrafter.gateway.providers.registry import list_models, list_voices
from coursecrafter.gateway.sealing import Keyring

LONGEST_S = 8.0
"""For the first byte, for a silence and for all of it: somebody waits, and holds a thread of the service."""
WITHOUT_MODELS = frozenset({"azure_speech"})
"""Protocols that have a call for their voices only."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of asking a provider.

    Attributes:
        models: as it names them; none where its protocol has no call for them.
        voices: how many it has for us, where it was asked for them.
        took_s: from the question to the answer, in seconds.
        failure: why there was no answer; None: there was one.
    """

    models: tuple[str, ...] = ()
    voices: int = 0
    took_s: float = 0.0
    failure: GatewayError | None = None


def connection_of(conn: sa.Connection, keyring: Keyring, provider_id: UUID) -> Connection:
    """The connection to an organisation's own provider, on a request of one who leads it; addresses are public.

    Raises:
        NotFound: CC-0020, no such provider, or not the organisation's own.
        KeyUnreadable: CC-0313.
    """
    row = conn.execute(sa.select(ai_providers).where(ai_providers.c.id == provider_id)).first()
    if row is None:
        raise NotFound("There is no such provider.")
    key = "" if row.key_sealed is None else keyring.open(row.key_sealed, row.id, row.name)
    return Connection(row.id, row.name, row.protocol, row.base_url, key, row.options, may_be_private=row.org_id is None)


def check_provider(connection: Connection) -> Checked:
    """Ask a provider for its models, or for its voices where it has no models; a failure is part of the answer."""
    begun = time.monotonic()
    try:
        models, voices = _found(_hurried(connection))
    except GatewayError as error:
        return Checked(took_s=time.monotonic() - begun, failure=error)
    return Checked(tuple(models), voices, time.monotonic() - begun)


def _found(connection: Connection) -> tuple[Sequence[str], int]:
    if connection.protocol in WITHOUT_MODELS:
        return (), len(list_voices(connection))
    try:
        return list_models(connection), 0
    except ProviderRefusedCall:
        # Servers that only speak may have no call for models.
        voices = list_voices(connection)
        if not voices:
            raise
        return (), len(voices)


def _hurried(connection: Connection) -> Connection:
    """The connection with less patience than a render has."""
    limits = {name: min(LONGEST_S, _seconds(connection, name)) for name in ("first_byte_s", "silence_s", "longest_s")}
    return replace(connection, options={**connection.options, **limits})


def _seconds(connection: Connection, name: str) -> float:
    told = connection.options.get(name)
    return float(told) if isinstance(told, int | float) and told > 0 else LONGEST_S
