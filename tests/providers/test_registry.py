"""Protocols: what each serves, which options it has, and that a wrong one is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from coursecrafter.gateway.ports import Candidate, Connection, Kind
from coursecrafter.gateway.providers import registry
from coursecrafter.gateway.providers.registry import (
    PROTOCOLS,
    UnsuitableOption,
    UnsuitableProvider,
    check_options,
    list_models,
    list_voices,
    painter,
    speaker,
    text_model,
)

MAKERS: dict[Kind, Callable[[Candidate], Any]] = {
    Kind.TEXT: text_model,
    Kind.SPEECH: speaker,
    Kind.IMAGE: painter,
    Kind.PARSE: partial(text_model, kind=Kind.PARSE),
}


def known(protocol: str, **changes: Any) -> Candidate:
    options = {"region": "westeurope"} if protocol == "azure_speech" else {}
    return Candidate(replace(Connection(UUID(int=1), "p", protocol, "", "key", options), **changes), "m", {}, "v")


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", MAKERS)
def test_a_protocol_does_what_it_says_and_refuses_the_rest(protocol: str, kind: Kind) -> None:
    can = kind in PROTOCOLS[protocol].serves

    if can:
        made = MAKERS[kind](known(protocol))
        assert callable(
            getattr(made, {"text": "chat", "speech": "speak", "image": "draw", "parse": "chat"}[kind.value])
        )
    else:
        with pytest.raises(UnsuitableProvider, match=kind.value):
            MAKERS[kind](known(protocol))


@pytest.mark.parametrize("protocol", [name for name, facts in PROTOCOLS.items() if facts.needs_key])
def test_a_key_that_is_needed_is_asked_for_before_the_call(protocol: str) -> None:
    kind = next(iter(PROTOCOLS[protocol].serves))

    with pytest.raises(UnsuitableProvider, match="needs a key"):
        MAKERS[kind](known(protocol, key=""))


def test_a_protocol_that_nobody_knows_is_told() -> None:
    stranger = Connection(None, "p", "telepathy", "https://example.org")

    for call in (list_models, list_voices):
        with pytest.raises(UnsuitableProvider, match="telepathy"):
            call(stranger)
    with pytest.raises(UnsuitableProvider, match="telepathy"):
        check_options("telepathy", {}, on="route", may_be_private=True)


@pytest.mark.parametrize(
    ("protocol", "options", "on"),
    [
        ("openai_compatible", {"json": "object", "temperature": 0.2, "stream": False, "sizes": ["1024x1024"]}, "route"),
        ("openai_compatible", {"api_version": "2024-10-21", "silence_s": 5, "json": "schema"}, "connection"),
        ("anthropic", {"thinking": "on", "effort": "low"}, "route"),
        ("azure_speech", {"region": "westeurope", "word_times": "exact"}, "connection"),
        ("elevenlabs", {"stability": 1, "tell_language": True}, "route"),
        ("elevenlabs", {}, "route"),
    ],
)
def test_options_of_a_protocol_are_taken(protocol: str, options: dict[str, Any], on: Any) -> None:
    check_options(protocol, options, on=on, may_be_private=False)


@pytest.mark.parametrize(
    ("options", "on"),
    [
        ({"novelty": 1}, "route"),
        ({"word_times": "exact"}, "route"),
        ({"json": "yaml"}, "route"),
        ({"json": []}, "route"),
        ({"temperature": "hot"}, "route"),
        ({"temperature": True}, "route"),
        ({"temperature": float("nan")}, "route"),
        ({"temperature": -1}, "route"),
        ({"stream": "no"}, "route"),
        ({"sizes": "1024x1024"}, "route"),
        ({"sizes": [1]}, "route"),
        ({"deployment": "a\nb"}, "route"),
        ({"silence_s": 5}, "route"),
        ({"proxy": "http://proxy.example"}, "connection"),
        ({"ca_file": "ca.pem"}, "connection"),
    ],
)
def test_an_option_that_does_not_fit_is_told_by_its_name(options: dict[str, Any], on: Any) -> None:
    (name,) = options

    with pytest.raises(UnsuitableOption, match=name):
        check_options("openai_compatible", options, on=on, may_be_private=False)


def test_the_installations_own_providers_may_have_a_proxy() -> None:
    options = {"proxy": "http://proxy.example:3128", "ca_file": "ca.pem"}

    check_options("openai_compatible", options, on="connection", may_be_private=True)

    with pytest.raises(UnsuitableOption):
        check_options("openai_compatible", options, on="route", may_be_private=True)


def test_every_option_says_what_it_does() -> None:
    for facts in PROTOCOLS.values():
        for name, option in facts.options.items():
            assert option.about.endswith("."), name
            assert option.about[0].isupper(), name


def test_each_kind_that_is_served_has_its_maker() -> None:
    served = {(name, kind) for name, facts in PROTOCOLS.items() for kind in facts.serves}

    assert served == set(registry._MAKERS)
