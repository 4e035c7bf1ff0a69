"""Options of a candidate: those of the route's entry come before those of its connection."""

from __future__ import annotations

from typing import Any

from coursecrafter.gateway.ports import Candidate


def option(candidate: Candidate, name: str, default: Any = None) -> Any:
    """An option of the route's entry, else of its connection."""
    value = candidate.options.get(name, candidate.connection.options.get(name))
    return default if value is None else value
