"""`coursecrafter ai test`: what works of what is connected, in words; exit code 1 where a route's first entry fails."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from coursecrafter.authoring.library import ensure_library
from coursecrafter.config import load_settings
from coursecrafter.gateway.attempts import Attempts
from coursecrafter.gateway.connections import prices_of
from coursecrafter.gateway.ports import OFFLINE, Candidate, Connection, Kind, Mode
from coursecrafter.gateway.routes import Route, RouteEntry, read_routes
from coursecrafter.gateway.sealing import load_keyring
from coursecrafter.gateway.trials import TRIED, Finding, Trials, read_connections, try_provider
from coursecrafter.progress import BuildProgress
from coursecrafter.wiring import Who, Workshop, open_workshop

NOTHING_YET = (
    "No provider of AI is connected, and none is needed: the offline provider speaks, writes from the course's own"
    " texts, and draws, without key or network."
)
OFFLINE_KINDS = (Kind.TEXT, Kind.SPEECH, Kind.IMAGE)
HOW = "To connect a model: coursecrafter ai connect --help, and docs/howto/connect-a-model.md."


@dataclass(frozen=True, slots=True)
class Tried:
    """A trial and what it was of.

    Attributes:
        what: "provider", or the route as in "text, standard".
        place: of the entry among those of its route that are switched on, from 1; 0 for a provider.
    """

    what: str
    name: str
    place: int
    found: Finding

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        found = {**asdict(self.found), "cost_usd": None if self.found.cost_usd is None else float(self.found.cost_usd)}
        return {"what": self.what, "name": self.name, "place": self.place, **found}


@click.command("test")
@click.option("--image", "with_images", is_flag=True, help="Have a small picture drawn too; that costs most.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
@click.pass_obj
def test_command(who: Who, *, with_images: bool, as_json: bool) -> None:
    """Ask every provider and every entry of every route for something small, and say what works.

    Exits with 1 if the first entry of a route fails. The calls are real: they are counted, and paid for.
    """
    settings = load_settings()
    with BuildProgress(is_quiet=True) as progress, open_workshop(settings, progress, who) as shop:
        with shop.database.admin() as admin:
            connections = read_connections(admin, load_keyring(settings.home), shop.author.org_id)
            own = read_routes(admin, shop.author.org_id)
            routes = [*own, *read_routes(admin, None)]
        found = []
        if not connections and not as_json:
            click.echo(f"{NOTHING_YET}\n{HOW}\n")
        for one in _tried(shop, connections, routes or _offline_routes(), with_images=with_images):
            found.append(one)
            if not as_json:
                _tell(one)
    if as_json:
        click.echo(json.dumps([one.to_json() for one in found], indent=2))
    if any(one.place == 1 and not one.found.is_well for one in found):
        sys.exit(1)


def _tried(
    shop: Workshop,
    connections: Mapping[str, tuple[Connection, bool]],
    routes: Sequence[Route],
    *,
    with_images: bool,
) -> Iterator[Tried]:
    """Providers first, then the routes' entries; the same call is made once."""
    for name, (connection, is_enabled) in connections.items():
        found = try_provider(connection)
        state = "" if is_enabled else " It is switched off."
        yield Tried("provider", name, 0, Finding(found.is_well, f"{found.said}{state}", found.remedy, found.seconds))
    trials = _trials(shop)
    known: dict[tuple[str, str, str, str], Finding] = {}
    for route in routes:
        asked = [(entry, by) for entry in route.entries if (by := _candidate(entry, connections)) is not None]
        for place, (entry, by) in enumerate(asked, 1):
            if route.kind not in TRIED or (route.kind is Kind.IMAGE and not (with_images or by.is_offline)):
                continue
            if route.kind is Kind.PARSE and by.is_offline:  # which reads no pages that are pictures
                continue
            key = (route.kind.value, entry.provider, entry.model, json.dumps(dict(entry.options), sort_keys=True))
            if key not in known:
                known[key] = trials.try_candidate(by, route.kind)
            name = f"{entry.provider}/{entry.model}" if entry.model else entry.provider
            yield Tried(f"{route.kind.value}, {route.mode.value}", name, place, known[key])


def _trials(shop: Workshop) -> Trials:
    with shop.database.app(shop.identity()) as conn:
        project_id = ensure_library(conn, shop.author)
    identity = shop.identity(project_id)
    with shop.database.worker(identity) as conn:
        prices = prices_of(conn)
    return Trials(Attempts(shop.database, identity), project_id, prices)


def _candidate(entry: RouteEntry, connections: Mapping[str, tuple[Connection, bool]]) -> Candidate | None:
    """Whom an entry names; None for one that is switched off, since nobody asks it."""
    if entry.provider == OFFLINE.name:
        return Candidate(OFFLINE, entry.model, entry.options)
    connection, is_enabled = connections[entry.provider]
    return Candidate(connection, entry.model, entry.options) if is_enabled else None


def _offline_routes() -> list[Route]:
    return [Route(None, None, kind, Mode.STANDARD, (RouteEntry(OFFLINE.name),)) for kind in OFFLINE_KINDS]


def _tell(one: Tried) -> None:
    mark = "✓" if one.found.is_well else "✗"
    where = one.what if one.place < 1 else f"{one.what}, {_ordinal(one.place)}"
    cost = ""
    if one.found.cost_usd is not None:
        cost = f", {one.found.cost_usd:.6f} USD" if one.found.cost_usd else ", free"
    click.echo(f"{mark} {one.name} ({where}): {one.found.said} {one.found.seconds:.1f} s{cost}.")
    if not one.found.is_well and one.found.remedy:
        click.echo(f"  {one.found.remedy}")


def _ordinal(place: int) -> str:
    return {1: "first", 2: "second", 3: "third"}.get(place, f"{place}th")
