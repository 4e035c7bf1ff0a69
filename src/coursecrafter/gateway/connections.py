"""Providers as rows, and whom a job may ask at what price. Routes are led in `routes`, budgets and prices in `budgets`.

What names no organisation is the installation's and is led on a connection of the administrator; an organisation's own
is led on a request's connection by its owners and admins, which policies see to. `candidates_for` wants a job's
connection (`Database.worker`): it is the one place where keys are opened, and addresses leave the database.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import ai_providers
from coursecrafter.errors import GatewayError
from coursecrafter.gateway.budgets import price_overrides
from coursecrafter.gateway.ports import OFFLINE, Candidate, Connection, Kind, Mode
from coursecrafter.gateway.prices import Override, Price, Usage, estimate, price_of
from coursecrafter.gateway.sealing import Keyring, KeyUnreadable, hint_of

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}")
LONGEST_ADDRESS = 2000
LONGEST_KEY = 4000
SECRET_OPTIONS = frozenset({"key", "api_key", "apikey", "token", "secret", "password", "authorization"})
NOT_IN_ANSWERS = frozenset(
    {
        *("calls_per_minute", "priced_as", "offers", "voices", "listed_voices", "voice_table"),
        *("connect_s", "first_byte_s", "silence_s", "longest_s", "proxy", "ca_file", "organization", "project"),
    }
)
"""Options on which no answer depends. Of `voices` an answer depends on the one that is chosen: `Candidate.voice`."""
HASH_DIGITS = 16


class UnusableProvider(GatewayError):
    """A provider's name, address, key or options cannot be used as they are."""

    code = "CC-0315"
    status = 422
    remedy = "Correct what the message names; “coursecrafter ai connect --help” shows what belongs where."


class RouteSwitchedOff(GatewayError):
    """Every provider of a route is switched off."""

    code = "CC-0316"
    status = 503
    remedy = "Switch a provider of the route on again, or add another one, such as the offline provider."


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as its administrators see it; nobody sees its key.

    Attributes:
        org_id: None: the whole installation's.
        key_hint: the key's last four signs, or "".
    """

    id: UUID
    org_id: UUID | None
    name: str
    protocol: str
    base_url: str
    has_key: bool
    key_hint: str
    options: Mapping[str, Any]
    is_enabled: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Offer:
    """A provider as every member sees it.

    Attributes:
        is_shared: whether it is the installation's.
        kinds: what it is asked for.
    """

    id: UUID
    name: str
    protocol: str
    is_shared: bool
    is_enabled: bool
    kinds: tuple[Kind, ...]


def add_provider(
    conn: sa.Connection,
    keyring: Keyring,
    *,
    org_id: UUID | None,
    name: str,
    protocol: str,
    base_url: str = "",
    key: str = "",
    options: Mapping[str, Any] | None = None,
    created_by: UUID | None = None,
) -> Provider:
    """Make a provider known.

    Raises:
        UnusableProvider: CC-0315.
        AlreadyTaken: CC-0024, the name.
    """
    _check_name(name)
    provider_id: UUID = conn.scalars(sa.text("SELECT platform.uuidv7()")).one()
    row = {
        "id": provider_id,
        "org_id": org_id,
        "name": name,
        "protocol": protocol,
        "base_url": _address(base_url),
        "options": check_options(options or {}),
        "created_by": created_by,
        **_sealed(keyring, provider_id, key),
    }
    return _provider(conn.execute(ai_providers.insert().values(row).returning(ai_providers)).one())


def change_provider(
    conn: sa.Connection,
    keyring: Keyring,
    provider_id: UUID,
    *,
    name: str | None = None,
    base_url: str | None = None,
    key: str | None = None,
    options: Mapping[str, Any] | None = None,
    is_enabled: bool | None = None,
) -> Provider:
    """Change what is named; its failures and pauses of before are forgotten.

    Args:
        key: "" takes it away; None leaves it. One who moves a provider to another server must have its key.

    Raises:
        UnusableProvider: CC-0315.
        NotFound: CC-0020.
        AlreadyTaken: CC-0024, the name.
    """
    before = _provider(_found(conn.execute(sa.select(ai_providers).where(ai_providers.c.id == provider_id)).first()))
    values: dict[str, Any] = {}
    if name is not None:
        values["name"] = _check_name(name)
    if base_url is not None:
        values["base_url"] = _address(base_url)
        if before.has_key and key is None and _server(values["base_url"]) != _server(before.base_url):
            raise UnusableProvider("A provider that moves to another server needs its key again.")
    if key is not None:
        values |= _sealed(keyring, provider_id, key)
    if options is not None:
        values["options"] = check_options(options)
    if is_enabled is not None:
        values["is_enabled"] = is_enabled
    if not values:
        return before
    change = ai_providers.update().where(ai_providers.c.id == provider_id).values(values).returning(ai_providers)
    return _provider(_found(conn.execute(change).first()))


def remove_provider(conn: sa.Connection, provider_id: UUID) -> None:
    """Forget a provider and its key; its entries go out of all routes.

    Raises:
        NotFound: CC-0020.
    """
    removal = ai_providers.delete().where(ai_providers.c.id == provider_id).returning(ai_providers.c.id)
    _found(conn.execute(removal).first())


def read_providers(conn: sa.Connection, org_id: UUID | None) -> tuple[Provider, ...]:
    """The providers of an organisation, or the installation's own, by name, for those who lead them."""
    wanted = sa.select(ai_providers).where(_of(ai_providers, org_id)).order_by(ai_providers.c.name)
    return tuple(_provider(row) for row in conn.execute(wanted))


def read_offers(conn: sa.Connection) -> tuple[Offer, ...]:
    """The providers that a member's organisation may use, its own and the installation's, by name."""
    rows = conn.execute(sa.text("SELECT * FROM platform.ai_offers()"))
    return tuple(
        Offer(row.id, row.name, row.protocol, row.is_shared, row.is_enabled, tuple(Kind(one) for one in row.kinds))
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class SealedAgain:
    """How many keys were sealed anew, and the names of providers whose keys no secret opens."""

    sealed: int
    unreadable: tuple[str, ...]


def seal_again(admin: sa.Connection, keyring: Keyring) -> SealedAgain:
    """Seal every key with the secret in use, so that the old ones may go."""
    rows = admin.execute(sa.select(ai_providers).where(ai_providers.c.key_sealed.is_not(None)).with_for_update())
    sealed, unreadable = 0, []
    for row in rows.all():
        if keyring.is_current(row.key_sealed, row.id):
            continue
        try:
            key = keyring.open(row.key_sealed, row.id, row.name)
        except KeyUnreadable:
            unreadable.append(row.name)
            continue
        anew = {"key_sealed": keyring.seal(key, row.id)}
        admin.execute(ai_providers.update().where(ai_providers.c.id == row.id).values(anew))
        sealed += 1
    return SealedAgain(sealed, tuple(sorted(unreadable)))


def candidates_for(
    conn: sa.Connection, project_id: UUID, kind: Kind, mode: Mode, keyring: Keyring
) -> tuple[Candidate, ...]:
    """Whom a job in a project may ask for something, in order; none where all of a list are switched off.

    The project's own list, else its organisation's, else the installation's, else the offline provider alone. The
    nearest list wins as a whole, premium falling back to standard within it; the offline provider is not added to it,
    so that an author can do without a robot's voice. Providers that are switched off are skipped; that nobody is left
    matters to those alone who ask for this kind of thing (`require_some`).

    Args:
        conn: a job's (`Database.worker`), in the project.

    Raises:
        NotFound: CC-0020, no such project.
        KeyUnreadable: CC-0313.
    """
    asked = sa.text("SELECT * FROM platform.ai_candidates(:project_id, :kind, :mode) ORDER BY place")
    rows = conn.execute(asked, {"project_id": project_id, "kind": kind.value, "mode": mode.value}).all()
    if not rows:
        return (Candidate(OFFLINE, ""),)
    return tuple(_candidate(row, keyring) for row in rows if row.provider_id is None or row.is_enabled)


def require_some(kind: Kind, candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """The candidates, at least one.

    Raises:
        RouteSwitchedOff: CC-0316.
    """
    if not candidates:
        raise RouteSwitchedOff(f"Every provider of the route for {kind.value} is switched off.")
    return candidates


@dataclass(frozen=True, slots=True)
class Prices:
    """What calls cost on a day, for a job's organisation.

    Attributes:
        on: the day, UTC, by the database's clock.
    """

    on: date
    overrides: tuple[Override, ...] = ()

    def price(self, by: Candidate) -> Price | None:
        """The price of a model; None: nobody knows."""
        return price_of(by.connection, by.model, self.on, self.overrides)

    def __call__(self, by: Candidate, usage: Usage) -> Decimal | None:
        """What some usage costs, in US dollars; None: nobody knows."""
        price = self.price(by)
        return None if price is None else estimate(price, usage)


def prices_of(conn: sa.Connection) -> Prices:
    """The prices of today for whoever's connection it is, a job's or a request's."""
    today: date = conn.scalars(sa.text("SELECT (now() AT TIME ZONE 'UTC')::date")).one()
    return Prices(today, price_overrides(conn))


def identity_of(connection: Connection, model: str, options: Mapping[str, Any]) -> str:
    """Who answers, as part of content keys: protocol, name and model, and a hash of options that change answers."""
    matter = {
        name: value for name, value in sorted({**connection.options, **options}.items()) if name not in NOT_IN_ANSWERS
    }
    identity = f"{connection.protocol}/{connection.name}/{model}"
    if not matter:
        return identity
    text = json.dumps(matter, sort_keys=True, ensure_ascii=False, default=str)
    return f"{identity}#{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()[:HASH_DIGITS]}"


def check_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options without a secret among them.

    Raises:
        UnusableProvider: CC-0315.
    """
    secret = sorted(name for name in options if name.lower() in SECRET_OPTIONS)
    if secret:
        raise UnusableProvider(f"The option “{secret[0]}” would be kept in the clear: give the key as the key.")
    return dict(options)


def _candidate(row: sa.Row[Any], keyring: Keyring) -> Candidate:
    if row.provider_id is None:
        return Candidate(OFFLINE, row.model, row.options)
    key = "" if row.key_sealed is None else keyring.open(row.key_sealed, row.provider_id, row.name)
    connection = Connection(
        row.provider_id, row.name, row.protocol, row.base_url, key, row.provider_options, may_be_private=row.is_shared
    )
    identity = identity_of(connection, row.model, row.options)
    return Candidate(connection, row.model, row.options, identity=identity)


def _of(table: sa.Table, org_id: UUID | None) -> sa.ColumnElement[bool]:
    return table.c.org_id.is_(None) if org_id is None else table.c.org_id == org_id


def _found(row: sa.Row[Any] | None) -> sa.Row[Any]:
    if row is None:
        raise NotFound("There is no such provider.")
    return row


def _provider(row: sa.Row[Any]) -> Provider:
    return Provider(
        row.id,
        row.org_id,
        row.name,
        row.protocol,
        row.base_url,
        row.key_sealed is not None,
        row.key_hint,
        row.options,
        row.is_enabled,
        row.created_at,
    )


def _check_name(name: str) -> str:
    if not NAME.fullmatch(name) or name == OFFLINE.name:
        raise UnusableProvider(
            "A provider's name is of 1 to 64 letters, digits, spaces, dots, hyphens and underscores; not “offline”."
        )
    return name


def _address(base_url: str) -> str:
    """An address without a slash at the end; one with a password in it would be shown to every administrator."""
    address = base_url.strip().rstrip("/")
    if not address:
        return ""
    parts = urlsplit(address)
    is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and len(address) <= LONGEST_ADDRESS
    if not is_whole or parts.username is not None or parts.query or parts.fragment:
        raise UnusableProvider("The address is no http or https address without password, query and fragment.")
    return address


def _server(base_url: str) -> tuple[str, str]:
    parts = urlsplit(base_url)
    return parts.scheme, parts.netloc.lower()


def _sealed(keyring: Keyring, provider_id: UUID, key: str) -> dict[str, Any]:
    """The columns of a key."""
    if len(key) > LONGEST_KEY or any(sign.isspace() or not sign.isprintable() for sign in key) or not key.isascii():
        raise UnusableProvider("The key holds spaces or signs that no key has.")
    return {"key_sealed": keyring.seal(key, provider_id) if key else None, "key_hint": hint_of(key)}
