"""Moves from state to state, refused in a sentence before the database refuses them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Table

from coursecrafter.db.refusals import StateRefused, ValueRefused
from coursecrafter.domain.states import LIFECYCLES


def require_move(table: Table, before: str, after: str) -> None:
    """Refuse a state that may not follow another, and a word that is no state.

    Raises:
        ValueRefused: CC-0022.
        StateRefused: CC-0025.
    """
    lifecycle = LIFECYCLES[table.name]
    if after not in lifecycle.moves:
        raise ValueRefused(f"The state of the {lifecycle.thing} can only be {_listed(lifecycle.moves)}.")
    if not lifecycle.allows(before, after):
        follow = lifecycle.moves[before]
        may = f"only {_listed(follow)}" if follow else "nothing else"
        raise StateRefused(f"The {lifecycle.thing} is {_said(before)}; it can become {may}, not {_said(after)}.")


def _listed(states: Iterable[str]) -> str:
    *first, last = map(_said, states)
    return f"{', '.join(first)} or {last}" if first else last


def _said(state: str) -> str:
    return state.replace("_", " ")
