"""Options of providers and of routes' entries, as calls may give them: known, of their kind, and without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from coursecrafter.gateway.connections import check_options as refuse_secrets
from coursecrafter.gateway.providers.registry import UnsuitableOption, check_options


def require_options(
    protocol: str, options: Mapping[str, Any], *, on: Literal["connection", "route"], may_be_private: bool
) -> None:
    """Refuse options that a protocol does not know or cannot have, and keys that would be kept in the clear.

    Args:
        on: where they stand.
        may_be_private: whether the provider is the installation's own.

    Raises:
        UnusableProvider: CC-0315, a secret.
        UnsuitableProvider: CC-0329.
        UnsuitableOption: CC-0330.
    """
    refuse_secrets(options)
    for name, value in options.items():
        if name in OF_THE_GATEWAY and not OF_THE_GATEWAY[name][1](value):
            raise UnsuitableOption(f"The option {name} is {OF_THE_GATEWAY[name][0]}.")
    own = {name: value for name, value in options.items() if name not in OF_THE_GATEWAY}
    check_options(protocol, own, on=on, may_be_private=may_be_private)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and value.isprintable()


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _names_texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(map(_is_text, value.values()))


def _is_offer(value: Any) -> bool:
    if not isinstance(value, Mapping) or not (_is_text(value.get("name")) and _is_text(value.get("voice"))):
        return False
    pace = value.get("pace_wpm")
    return all(isinstance(one, str) for name, one in value.items() if name not in {"name", "voice", "pace_wpm"}) and (
        pace is None or _is_number(pace)
    )


OF_THE_GATEWAY: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "calls_per_minute": ("a number", _is_number),
    "most_source_chars": ("a number", _is_number),
    "priced_as": ("the name of a model, or a table of them", lambda value: _is_text(value) or _names_texts(value)),
    "voices": ("a table of the provider's voices by profile, gender or language", _names_texts),
    "offers": (
        "a list of voices, each with name and voice",
        lambda value: isinstance(value, list) and all(map(_is_offer, value)),
    ),
    "voice_table": ("a text", _is_text),
    "listed_voices": ("a list of texts", _are_texts),
}
"""Options that every protocol takes, with what each is: they are ours, and no server is told them."""
