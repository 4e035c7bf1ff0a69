"""What calls cost: a dated table of list prices, prices of one's own that go before it, and exact sums.

The table `prices.json` is made by `tools/prices.py`; each entry says its source. A price is found, in this order: one
that the organisation set for a provider of its own, or the operator for any; nothing for a server with an address of a
private network, which is somebody's own machine; the table's, by the address, else by the protocol. The newest price
counts that was in force on the day.

A price that nobody knows is unknown, not nothing: `price_of` gives None, and whoever calls takes `fallback_price`,
which is high on purpose, and says `price_source: fallback` in the ledger. Whether such a call is made at all is for
the organisation's budgets to say (`attempts`).

Sums are in US dollars, exact, and rounded half up to a millionth at the end alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from coursecrafter.gateway.ports import Connection, Kind

MILLION = Decimal(1_000_000)
MINUTE_S = 60
MILLIONTH = Decimal("0.000001")
ANY_MODEL = "*"
LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa")

OUTPUT_TOKENS_PER_CHARACTER = 2
"""Of sound, for a voice that bills tokens and has not said yet how many: measured voices need 1.3 to 1.7."""

OUTPUT_TOKENS_PER_IMAGE = 6300
"""Of a picture, likewise: the largest of gpt-image-1 has 6,240."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call used, or may use at most.

    Attributes:
        input_tokens: with those that the provider remembers.
        characters: that were spoken.
        seconds: of sound or film.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    characters: int = 0
    images: int = 0
    seconds: Decimal = Decimal(0)
    cached_input_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Rates:
    """US dollars per million tokens that are sent, remembered, answered; None: not billed by it."""

    input_usd: Decimal | None = None
    cached_input_usd: Decimal | None = None
    output_usd: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs.

    Attributes:
        source: "local", "fallback", who set it, or where the table has it from.
        valid_from: the day it came into force; None: it is the first that is known.
        tiers: rates of calls that send more than so many tokens, the largest number last.
        characters_usd: per million.
    """

    source: str
    valid_from: date | None = None
    rates: Rates = Rates()
    tiers: tuple[tuple[int, Rates], ...] = ()
    characters_usd: Decimal | None = None
    image_usd: Decimal | None = None
    minute_usd: Decimal | None = None

    @property
    def is_known(self) -> bool:
        """Whether somebody said so; a fallback is a guess."""
        return self.source != FALLBACK


@dataclass(frozen=True, slots=True)
class Override:
    """A price of one's own: a row of `platform.ai_prices`.

    Attributes:
        provider: a provider's name, or a protocol.
        model: "*": all of the provider's.
        is_shared: whether the operator set it; an organisation's own holds for its own providers only.
    """

    provider: str
    model: str
    price: Price
    is_shared: bool = True


FALLBACK = "fallback"
LOCAL = Price("local", None, Rates(Decimal(0), Decimal(0), Decimal(0)), (), Decimal(0), Decimal(0), Decimal(0))
_FALLBACKS = {
    Kind.TEXT: Price(FALLBACK, rates=Rates(Decimal(15), Decimal(15), Decimal(75))),
    Kind.SPEECH: Price(FALLBACK, characters_usd=Decimal(100)),
    Kind.IMAGE: Price(FALLBACK, image_usd=Decimal("0.25")),
    Kind.VIDEO: Price(FALLBACK, minute_usd=Decimal(30)),
    Kind.PARSE: Price(FALLBACK, rates=Rates(Decimal(15), Decimal(15), Decimal(75)), image_usd=Decimal("0.02")),
}

UNKNOWN_MOST_USD = {
    Kind.TEXT: Decimal("0.50"),
    Kind.SPEECH: Decimal("0.50"),
    Kind.IMAGE: Decimal("0.25"),
    Kind.VIDEO: Decimal(30),
    Kind.PARSE: Decimal("1.00"),
}
"""What is kept free for a call of which not even the usage can be told."""


def fallback_price(kind: Kind) -> Price:
    """The price to count with where none is known: that of the dearest services of the kind."""
    return _FALLBACKS[kind]


def price_of(connection: Connection, model: str, on: date, overrides: Sequence[Override] = ()) -> Price | None:
    """What a provider's model costs on a day; None: nobody knows.

    The options of a connection may say `priced_as`, the name of a model in the table, or a table of such names by
    deployment: on Azure a model is called as its administrator likes.
    """
    if connection.id is None:
        return LOCAL
    own = _override(connection, model, on, overrides)
    if own is not None:
        return own
    if is_local(connection.base_url):
        return LOCAL
    priced_as = connection.options.get("priced_as", model)
    name = str(priced_as.get(model, model) if isinstance(priced_as, Mapping) else priced_as)
    for provider in _providers_of(connection):
        found = _in_force(_entry(provider, name), on)
        if found is not None:
            return found
    return None


def estimate(price: Price, usage: Usage) -> Decimal:
    """What some usage costs, in US dollars, rounded half up to a millionth.

    Tokens, once they are known, say it all; before, a voice or a picture is told by its characters, seconds or number.
    """
    rates = _rates_for(price, usage.input_tokens)
    fresh = max(0, usage.input_tokens - usage.cached_input_tokens)
    remembered = rates.input_usd if rates.cached_input_usd is None else rates.cached_input_usd
    total = fresh * _or_zero(rates.input_usd) + usage.cached_input_tokens * _or_zero(remembered)
    total = (total + usage.output_tokens * _or_zero(rates.output_usd)) / MILLION
    if usage.output_tokens == 0 or rates.output_usd is None:
        total += _sound(price, rates, usage) + _pictures(price, rates, usage)
    return rounded(total)


def rounded(amount: Decimal) -> Decimal:
    """An amount of US dollars to a millionth, half up."""
    return amount.quantize(MILLIONTH, ROUND_HALF_UP)


def is_local(base_url: str) -> bool:
    """Whether an address is of this machine or of a private network, by itself: no name is looked up."""
    host = (urlsplit(base_url).hostname or "").rstrip(".")
    if not host:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(LOCAL_NAMES)
    return address.is_private or address.is_loopback or address.is_link_local


def _or_zero(rate: Decimal | None) -> Decimal:
    return Decimal(0) if rate is None else rate


def _rates_for(price: Price, input_tokens: int) -> Rates:
    """All tokens of a call are billed at the rates of the tier that it reaches, each by the last that names it."""
    found = price.rates
    for above, rates in price.tiers:
        if input_tokens > above:
            named = {name: rate for name, rate in asdict(rates).items() if rate is not None}
            found = replace(found, **named)
    return found


def _sound(price: Price, rates: Rates, usage: Usage) -> Decimal:
    if usage.seconds and price.minute_usd is not None:
        return usage.seconds / MINUTE_S * price.minute_usd
    if price.characters_usd is not None:
        return usage.characters * price.characters_usd / MILLION
    return usage.characters * OUTPUT_TOKENS_PER_CHARACTER * _or_zero(rates.output_usd) / MILLION


def _pictures(price: Price, rates: Rates, usage: Usage) -> Decimal:
    if price.image_usd is not None:
        return usage.images * price.image_usd
    return usage.images * OUTPUT_TOKENS_PER_IMAGE * _or_zero(rates.output_usd) / MILLION


def _override(connection: Connection, model: str, on: date, overrides: Sequence[Override]) -> Price | None:
    """The nearest one: by the provider's name before its protocol, by the model before all models, the newest."""
    found: list[tuple[tuple[bool, bool, bool, date], Price]] = []
    for one in overrides:
        day = one.price.valid_from or date.min
        is_meant = one.provider in {connection.name, connection.protocol} and one.model in {model, ANY_MODEL}
        # The installation's providers may have private addresses; an organisation's own may not.
        if is_meant and day <= on and (one.is_shared or not connection.may_be_private):
            order = (not one.is_shared, one.provider == connection.name, one.model == model, day)
            found.append((order, one.price))
    return max(found, key=lambda one: one[0])[1] if found else None


def _providers_of(connection: Connection) -> list[Mapping[str, Any]]:
    """The table's providers that may be behind a connection: by its address, with those whose models it lends."""
    table = _table()
    by_id = {one["id"]: one for one in table}
    found = [one for one in table if connection.base_url and re.match(one["address"], connection.base_url)]
    if not found:
        found = [one for one in table if connection.protocol in one["protocols"]]
    lent = [by_id[name] for one in found for name in one.get("also", ())]
    return [*found, *lent]


def _entry(provider: Mapping[str, Any], model: str) -> Mapping[str, Any] | None:
    name = model.lower()
    return next((one for one in provider["models"] if _is_match(one["match"], name)), None)


def _in_force(entry: Mapping[str, Any] | None, on: date) -> Price | None:
    """An entry's newest price of that day."""
    if entry is None:
        return None
    dated = [(date.fromisoformat(one["from"]) if "from" in one else None, one) for one in entry["prices"]]
    in_force = [(day, one) for day, one in dated if day is None or day <= on]
    if not in_force:
        return None
    day, one = max(in_force, key=lambda pair: pair[0] or date.min)
    return Price(
        entry.get("source") or _source(),
        day,
        _rates(one),
        tuple((int(tier["above"]), _rates(tier)) for tier in one.get("tiers", ())),
        _part(one, "characters"),
        _part(one, "image"),
        _part(one, "minute"),
    )


def _rates(one: Mapping[str, Any]) -> Rates:
    return Rates(_part(one, "input"), _part(one, "cached_input"), _part(one, "output"))


def _part(one: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(one[name]) if name in one else None


def _is_match(clause: Mapping[str, Any], name: str) -> bool:
    ((kind, wanted),) = clause.items()
    if kind in {"or", "and"}:
        answers: Iterable[bool] = (_is_match(one, name) for one in wanted)
        return any(answers) if kind == "or" else all(answers)
    if kind == "regex":
        return re.search(wanted, name) is not None
    text = str(wanted).lower()
    match kind:
        case "equals":
            return name == text
        case "starts_with":
            return name.startswith(text)
        case "ends_with":
            return name.endswith(text)
        case _:
            return text in name


@cache
def _read() -> Mapping[str, Any]:
    text = (files("coursecrafter.gateway") / "prices.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text)
    return found


def _table() -> Sequence[Mapping[str, Any]]:
    providers: Sequence[Mapping[str, Any]] = _read()["providers"]
    return providers


def _source() -> str:
    """Where the table has it from, and when it was read."""
    return f"{_read()['source']}, {_read()['read_on']}"
