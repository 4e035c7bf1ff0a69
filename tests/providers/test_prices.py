"""What calls cost: the price in force on the day, exact to a millionth, and never nothing by mistake."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from importlib.resources import files
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursecrafter.gateway.ports import OFFLINE, Connection, Kind
from coursecrafter.gateway.prices import (
    LOCAL,
    Override,
    Price,
    Rates,
    Usage,
    estimate,
    fallback_price,
    is_local,
    price_of,
)

DAY = date(2026, 11, 28)
D = Decimal
TABLE: Mapping[str, Any] = json.loads((files("coursecrafter.gateway") / "prices.json").read_text(encoding="utf-8"))


def at(base_url: str, protocol: str = "openai_compatible", **options: object) -> Connection:
    return Connection(UUID(int=1), "paid", protocol, base_url, options=options, may_be_private=True)


OPENAI = at("https://api.openai.com/v1")


@pytest.mark.parametrize(
    ("connection", "model", "input_usd", "output_usd"),
    [
        (OPENAI, "gpt-4o", "2.5", "10"),
        (OPENAI, "gpt-4o-2024-08-06", "2.5", "10"),
        (OPENAI, "gpt-4o-mini", "0.15", "0.6"),
        (at("https://api.anthropic.com", "anthropic"), "claude-opus-4-6", "5", "25"),
        (at("https://gateway.example/anthropic", "anthropic"), "claude-opus-4-6", "5", "25"),
        (at("https://ours.openai.azure.com/openai"), "gpt-4o", "2.5", "10"),
        (at("https://ours.openai.azure.com/openai", priced_as={"fast": "gpt-4o-mini"}), "fast", "0.15", "0.6"),
        (at("https://models.example/v1", priced_as="gpt-4o"), "gpt-4o", None, None),
        (at("https://api.mistral.ai/v1"), "mistral-large-latest", "2", "6"),
        (OPENAI, "a model that nobody has heard of", None, None),
    ],
)
def test_a_price_is_found_by_address_and_model(
    connection: Connection, model: str, input_usd: str | None, output_usd: str | None
) -> None:
    found = price_of(connection, model, DAY)

    rates = found and (found.rates.input_usd, found.rates.output_usd)
    assert rates == (None if input_usd is None or output_usd is None else (D(input_usd), D(output_usd)))


@pytest.mark.parametrize(
    ("connection", "model", "usage", "cost"),
    [
        (OPENAI, "gpt-4o-mini", Usage(input_tokens=1000, output_tokens=500), "0.000450"),
        (OPENAI, "tts-1", Usage(characters=4096), "0.061440"),
        (OPENAI, "tts-1-hd", Usage(characters=1_000_000), "30"),
        (OPENAI, "gpt-4o-mini-tts", Usage(characters=1000, seconds=D(60)), "0.015"),
        (OPENAI, "gpt-4o-mini-tts", Usage(input_tokens=100, output_tokens=1000, characters=1000), "0.01206"),
        (OPENAI, "gpt-image-1", Usage(images=1), "0.25"),
        (OPENAI, "gpt-image-1", Usage(images=1, input_tokens=50, output_tokens=4160), "0.16665"),
        (OPENAI, "dall-e-3", Usage(images=2), "0.24"),
        (at("https://api.elevenlabs.io", "elevenlabs"), "eleven_flash_v2_5", Usage(characters=1000), "0.05"),
        (at("https://api.elevenlabs.io", "elevenlabs"), "eleven_multilingual_v2", Usage(characters=1000), "0.10"),
        (at("https://westeurope.tts.speech.microsoft.com", "azure_speech"), "", Usage(characters=1000), "0.016"),
    ],
)
def test_what_is_used_costs_what_the_provider_says(connection: Connection, model: str, usage: Usage, cost: str) -> None:
    """tts-1 with 4,096 characters was billed 0.061425 by OpenAI's own report, as a user measured."""
    price = price_of(connection, model, DAY)

    assert price is not None
    assert estimate(price, usage) == D(cost)


def test_the_price_of_the_day_counts() -> None:
    anthropic = at("https://api.anthropic.com", "anthropic")
    long = Usage(input_tokens=300_000, output_tokens=0)

    before, after = (price_of(anthropic, "claude-opus-4-6", day) for day in (date(2026, 3, 12), date(2026, 3, 13)))

    assert before is not None
    assert after is not None
    assert (estimate(before, long), estimate(after, long)) == (D(3), D("1.5"))


def test_a_call_that_reaches_a_tier_is_billed_at_it_as_a_whole() -> None:
    price = Price(
        "s", rates=Rates(D(1), D("0.1"), D(2)), tiers=((1000, Rates(D(10), None, D(20))), (5000, Rates(D(30))))
    )

    costs = [estimate(price, Usage(tokens, 1)) for tokens in (1000, 1001, 5001)]

    assert costs == [D("0.001002"), D("0.010030"), D("0.150050")]


def test_what_a_provider_remembers_costs_less() -> None:
    price = Price("s", rates=Rates(D(10), D(1), D(0)))

    assert estimate(price, Usage(input_tokens=1_000_000, cached_input_tokens=400_000)) == D("6.4")


def test_a_sum_is_rounded_half_up_to_a_millionth_at_the_end() -> None:
    half = Price("s", rates=Rates(D("0.25"), None, D("0.25")))

    assert estimate(half, Usage(1, 1)) == D("0.000001")
    assert estimate(half, Usage(1)) == D(0)


def test_one_price_of_ones_own_goes_before_the_table_and_before_a_local_address() -> None:
    mine = Override("paid", "gpt-4o", Price("us", date(2026, 1, 1), Rates(D(1))))
    local = at("http://localhost:11434/v1")

    assert price_of(OPENAI, "gpt-4o", DAY, [mine]) == mine.price
    assert price_of(local, "gpt-4o", DAY, [mine]) == mine.price
    assert price_of(OPENAI, "gpt-4o", date(2025, 12, 31), [mine]) != mine.price


def test_the_nearest_price_of_ones_own_counts() -> None:
    def own(provider: str, model: str, day: int, source: str) -> Override:
        return Override(provider, model, Price(source, date(2026, 1, day), Rates(D(1))))

    overrides = [
        own("openai_compatible", "*", 9, "protocol"),
        own("paid", "*", 8, "all models"),
        own("paid", "m", 2, "old"),
        own("paid", "m", 3, "new"),
        own("paid", "m", 31, "other model, later"),
        replace(own("paid", "m", 9, "of an organisation"), is_shared=False),
    ]

    def source(connection: Connection, model: str, day: int) -> str:
        found = price_of(connection, model, date(2026, 1, day), overrides)
        assert found is not None
        return found.source

    assert source(OPENAI, "m", 10) == "new"
    assert source(OPENAI, "m", 2) == "old"
    assert source(OPENAI, "n", 10) == "all models"
    assert source(replace(OPENAI, name="other"), "n", 10) == "protocol"
    assert source(replace(OPENAI, may_be_private=False), "m", 10) == "of an organisation"


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("http://localhost:11434/v1", True),
        ("http://127.0.0.1:8880/v1", True),
        ("http://[::1]:8880", True),
        ("http://10.1.2.3", True),
        ("http://192.168.0.7:5000", True),
        ("http://172.16.0.1", True),
        ("http://ollama:11434/v1", True),
        ("http://models.internal/v1", True),
        ("http://printer.local", True),
        ("https://api.openai.com/v1", False),
        ("https://localhost.example.com", False),
        ("https://10.example.com", False),
        ("https://8.8.8.8/v1", False),
        ("", False),
    ],
)
def test_a_server_in_a_private_network_is_somebodys_own_and_costs_nothing(address: str, *, is_there: bool) -> None:
    assert is_local(address) is is_there
    if is_there:
        assert price_of(at(address), "llama", DAY) is LOCAL
        assert estimate(LOCAL, Usage(10**6, 10**6, 10**6, 10, D(600))) == 0


def test_the_offline_provider_costs_nothing() -> None:
    assert price_of(OFFLINE, "", DAY) is LOCAL


@pytest.mark.parametrize("kind", list(Kind))
def test_a_price_that_nobody_knows_is_taken_high_and_says_so(kind: Kind) -> None:
    price = fallback_price(kind)
    used = Usage(1000, 100, 0 if kind is Kind.TEXT else 500, 1, D(10))

    assert not price.is_known
    assert estimate(price, used) > 0


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 100), st.integers(0, 10**4))
def test_more_use_never_costs_less(tokens: int, answered: int, characters: int, images: int, seconds: int) -> None:
    price = Price("s", rates=Rates(D(3), D("0.3"), D(15)))
    least = estimate(price, Usage(tokens, answered))

    assert least <= estimate(price, Usage(tokens + 1, answered))
    assert least <= estimate(price, Usage(tokens, answered + 1))
    assert least <= estimate(price, Usage(tokens, answered, characters, images, D(seconds)))


@pytest.mark.parametrize("usage", [Usage(characters=1000), Usage(images=1)])
def test_a_model_that_bills_tokens_is_not_free_before_it_says_how_many(usage: Usage) -> None:
    price = Price("s", rates=Rates(D("0.5"), None, D(10)))

    assert estimate(price, usage) > 0


def test_each_entry_of_the_table_has_a_source_or_is_of_the_package_and_prices_that_can_be_read() -> None:
    assert TABLE["source"].startswith("genai-prices ")
    assert date.fromisoformat(TABLE["read_on"]) <= DAY.replace(year=DAY.year + 20)
    models = [(provider, model) for provider in TABLE["providers"] for model in provider["models"]]
    assert len(models) > 500
    for provider, model in models:
        assert model["prices"], (provider["id"], model["id"])
        for price in model["prices"]:
            amounts = [value for name, value in price.items() if name not in {"from", "tiers"}]
            assert amounts, (provider["id"], model["id"])
            assert all(D(value) >= 0 for value in amounts)
    by_hand = [model for provider, model in models if provider["id"] in {"elevenlabs", "azure_speech"}]
    assert all(model["source"] for model in by_hand)
