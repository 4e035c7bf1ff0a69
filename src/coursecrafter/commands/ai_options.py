"""Options of providers and routes, as they are written on a command line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import inf
from typing import Any, Literal

from coursecrafter.errors import GatewayError
from coursecrafter.gateway.providers.registry import check_options, facts_of

OF_THE_DOOR = {
    "voices": "table",
    "priced_as": "table",
    "offers": "json",
    "listed_voices": "list",
    "voice_table": "text",
    "calls_per_minute": "number",
    "most_source_chars": "number",
}
"""Options that every protocol may have, since no provider is told of them, and what each of them holds."""
SWITCHES = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


class UnreadableOption(GatewayError):
    """An option is not written as a name and a value of its kind."""

    code = "CC-0352"
    status = 422
    remedy = "Write options as NAME=VALUE, such as speed=1.1, captions=yes or voices.en_male=onyx."


def options_of(
    protocol: str, pairs: Sequence[str], *, on: Literal["connection", "route"], may_be_private: bool
) -> dict[str, Any]:
    """Options out of `name=value`; a name with a dot is an entry of a table, as in `voices.en_male=onyx`.

    Raises:
        UnsuitableOption: CC-0330, the protocol does not have it.
        UnreadableOption: CC-0352.
    """
    kinds = {name: option.kind for name, option in facts_of(protocol).options.items()}
    found: dict[str, Any] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        name, dot, part = name.strip().partition(".")
        if not (name and equals) or (dot and not part):
            raise UnreadableOption(f"“{pair}” is no option of the form NAME=VALUE.")
        if dot:
            table = found.setdefault(name, {})
            if not isinstance(table, dict) or OF_THE_DOOR.get(name) != "table":
                raise UnreadableOption(f"The option {name} is no table.")
            table[part] = value
        else:
            found[name] = _value(name, value, OF_THE_DOOR.get(name) or kinds.get(name, "text"))
    own = {name: value for name, value in found.items() if name not in OF_THE_DOOR}
    check_options(protocol, own, on=on, may_be_private=may_be_private)
    return found


def _value(name: str, text: str, kind: str) -> Any:
    try:
        if kind == "switch":
            return SWITCHES[text.strip().lower()]
        if kind == "number":
            return _number(text, is_above_0=name in OF_THE_DOOR)
        if kind == "json":
            return json.loads(text)
    except (KeyError, ValueError) as error:
        wanted = {
            "switch": "yes or no",
            "number": "a number above 0" if name in OF_THE_DOOR else "a number",
            "json": "JSON",
        }[kind]
        raise UnreadableOption(f"The option {name} takes {wanted}, and got “{text}”.") from error
    return [one.strip() for one in text.split(",") if one.strip()] if kind == "list" else text


def _number(text: str, *, is_above_0: bool) -> int | float:
    """Raises: ValueError, it is none."""
    number = int(text) if text.strip().isdigit() else float(text)
    if is_above_0 and not 0 < number < inf:
        raise ValueError(text)
    return number
