"""Write the table of prices that ships with the program: `python tools/prices.py`, in a Python that has genai-prices.

Text prices come from the package genai-prices (MIT); it is needed for this alone, and no dependency of ours. What it
does not know of speech and pictures is kept by hand below, each with its source and the day on which that was read.

A price that depends on the time of day becomes the highest one, since a budget must hold at any hour. Discounts for
batches and the surcharge for writing into a provider's memory are left out: we send neither.
"""

from __future__ import annotations

import datetime as dt
import importlib
import importlib.metadata
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parents[1] / "src" / "coursecrafter" / "gateway" / "prices.json"

PROVIDERS = (
    "anthropic",
    "azure",
    "cerebras",
    "cohere",
    "deepseek",
    "fireworks",
    "google",
    "groq",
    "minimax",
    "mistral",
    "moonshotai",
    "openai",
    "openrouter",
    "ovhcloud",
    "perplexity",
    "together",
    "x-ai",
    "zai",
)
"""Those that are reached by a protocol that we speak."""

PARTS = {
    "input_mtok": "input",
    "cache_read_mtok": "cached_input",
    "output_mtok": "output",
    "input_mchars": "characters",
}
"""What genai-prices calls a part of a price, and what we call it."""

ELEVENLABS_HOST = r"https://api\.(?:[a-z.]+\.)?elevenlabs\.io"
AZURE_SPEECH_HOST = r"https://[a-z0-9-]+\.(?:tts\.speech\.microsoft\.com|api\.cognitive\.microsoft\.com)"

BY_HAND: tuple[dict[str, Any], ...] = (
    {
        "id": "elevenlabs",
        "protocols": ["elevenlabs"],
        "address": ELEVENLABS_HOST,
        "models": [
            {
                "id": "eleven_flash",
                "match": {"or": [{"starts_with": "eleven_flash"}, {"starts_with": "eleven_turbo"}]},
                "prices": [{"characters": "50"}],
                "source": "ElevenLabs, as a guide of June 2026 has it: Flash and Turbo, 0.05 USD per 1,000 characters",
                "read_on": "2026-11-28",
            },
            {
                "id": "eleven_multilingual",
                "match": {"starts_with": "eleven_"},
                "prices": [{"characters": "100"}],
                "source": "ElevenLabs, as a guide of June 2026 has it: Multilingual, 0.10 USD per 1,000 characters",
                "read_on": "2026-11-28",
            },
        ],
    },
    {
        "id": "azure_speech",
        "protocols": ["azure_speech"],
        "address": AZURE_SPEECH_HOST,
        "models": [
            {
                "id": "hd",
                "match": {"contains": "hd"},
                "prices": [{"characters": "30"}],
                "source": "Azure AI Speech, HD voices: set high, since its own page could not be read",
                "read_on": None,
            },
            {
                "id": "neural",
                "match": {"starts_with": ""},
                "prices": [{"characters": "16"}],
                "source": "Azure AI Speech, neural voices: 16 USD per million characters, as users report it",
                "read_on": "2026-11-28",
            },
        ],
    },
)
"""Providers that genai-prices does not have."""

MORE_OF: dict[str, tuple[dict[str, Any], ...]] = {
    "openai": (
        {
            "id": "dall-e-3",
            "match": {"equals": "dall-e-3"},
            "prices": [{"image": "0.12"}],
            "source": "OpenAI, DALL·E 3 as others bill it: 0.04 to 0.12 USD by size and quality; the highest counts",
            "read_on": "2026-11-28",
        },
    ),
}
"""Models that genai-prices does not have."""

BESIDE: dict[tuple[str, str], dict[str, str]] = {
    # For what is known before the call: a provider that bills tokens of sound and pictures says how many only after it.
    ("openai", "gpt-4o-mini-tts"): {"minute": "0.015", "characters": "20"},
    ("openai", "gpt-image-1"): {"image": "0.25"},
    ("openai", "gpt-image-1-mini"): {"image": "0.052"},
}
"""Estimates beside the prices of tokens, as users report and measured them; read on 2026-11-28."""


def table() -> dict[str, Any]:
    """The whole table."""
    # By its name: it is there in the Python that makes the table, and nowhere else.
    known = {one.id: one for one in importlib.import_module("genai_prices.data").providers}
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return {
        "source": f"genai-prices {importlib.metadata.version('genai-prices')}",
        "read_on": today,
        "providers": [*(_provider(known[name]) for name in PROVIDERS), *BY_HAND],
    }


def _provider(provider: Any) -> dict[str, Any]:
    models = [one for model in provider.models if (one := _model(provider.id, model))["prices"]]
    found = {
        "id": provider.id,
        "protocols": ["anthropic"] if provider.id == "anthropic" else [],
        "address": provider.api_pattern,
        "models": [*models, *MORE_OF.get(provider.id, ())],
    }
    also = [name for name in provider.fallback_model_providers or () if name in PROVIDERS]
    return found | ({"also": also} if also else {})


def _model(provider_id: str, model: Any) -> dict[str, Any]:
    prices = list(_prices(model.prices, is_image="image" in model.id))
    for one in prices:
        one.update(BESIDE.get((provider_id, model.id), {}))
    return {"id": model.id, "match": _match(model.match), "prices": prices}


def _prices(prices: Any, *, is_image: bool) -> Iterator[dict[str, Any]]:
    """Those of a model, each from its day on, the first without one."""
    found: list[dict[str, Any]] = []
    for one in prices if isinstance(prices, list) else [None]:
        price = _price(prices if one is None else one.prices, is_image=is_image)
        constraint = None if one is None else one.constraint
        start = getattr(constraint, "start_date", None)
        if start is not None:
            price = {"from": start.isoformat(), **price}
        if constraint is not None and start is None and found:
            _raise_to(found[-1], price)
        elif price.keys() - {"from"}:
            found.append(price)
    yield from found


def _price(price: Any, *, is_image: bool) -> dict[str, Any]:
    parts = {part: value for name, part in PARTS.items() if (value := getattr(price, name, None)) is not None}
    if is_image and getattr(price, "output_image_mtok", None) is not None:
        parts["output"] = price.output_image_mtok
    found: dict[str, Any] = {part: str(getattr(value, "base", value)) for part, value in parts.items()}
    starts = sorted({tier.start for value in parts.values() for tier in getattr(value, "tiers", ())})
    tiers = [
        {
            "above": start,
            **{
                part: str(tier.price)
                for part, value in parts.items()
                for tier in getattr(value, "tiers", ())
                if tier.start == start
            },
        }
        for start in starts
    ]
    return found | ({"tiers": tiers} if tiers else {})


def _raise_to(price: dict[str, Any], other: dict[str, Any]) -> None:
    """Make each part of a price the higher one of two."""
    for part, value in other.items():
        if part != "tiers" and float(value) > float(price.get(part, 0)):
            price[part] = value


def _match(clause: Any) -> dict[str, Any]:
    kind = type(clause).__name__
    if kind in {"ClauseOr", "ClauseAnd"}:
        name = kind.removeprefix("Clause").lower()
        return {name: [_match(one) for one in getattr(clause, f"{name}_")]}
    name = {
        "ClauseEquals": "equals",
        "ClauseStartsWith": "starts_with",
        "ClauseEndsWith": "ends_with",
        "ClauseContains": "contains",
        "ClauseRegex": "regex",
    }[kind]
    return {name: getattr(clause, name)}


def main() -> int:
    """Write it: one line per model, so that a change can be read."""
    made = table()
    lines = json.dumps(made, ensure_ascii=False, indent=1)
    for provider in made["providers"]:
        for model in provider["models"]:
            whole = json.dumps(model, ensure_ascii=False, indent=1).replace("\n", "\n    ")
            lines = lines.replace(f"    {whole}", f"    {json.dumps(model, ensure_ascii=False)}", 1)
    TABLE.write_text(f"{lines}\n", encoding="utf-8")
    sys.stdout.write(f"{sum(len(one['models']) for one in made['providers'])} models, {TABLE.stat().st_size:,} bytes\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
