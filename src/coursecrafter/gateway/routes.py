"""Routes as rows: lists of who is asked for what, led by organisations for themselves and their projects.

What names no organisation is the installation's, and is led on a connection of the administrator; an organisation's own
lists by its owners and admins. Which list holds for a job says `connections.candidates_for`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.refusals import NotFound
from coursecrafter.db.tables import ai_routes
from coursecrafter.gateway.connections import check_options
from coursecrafter.gateway.ports import OFFLINE, Kind, Mode

_KNOWN = sa.text(
    """
SELECT id, name, org_id IS NULL AS is_shared FROM platform.ai_providers WHERE org_id = :org_id OR org_id IS NULL
UNION SELECT id, name, is_shared FROM platform.ai_offers()
"""
)
"""Those that may be read, and by a function those of the installation, which a request may not."""


@dataclass(frozen=True, slots=True)
class RouteEntry:
    """An entry of a list.

    Attributes:
        provider: a provider's name, or "offline".
    """

    provider: str
    model: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Route:
    """Who is asked for a kind of thing, in order; of an organisation or a project, else of the installation."""

    org_id: UUID | None
    project_id: UUID | None
    kind: Kind
    mode: Mode
    entries: tuple[RouteEntry, ...]


def set_route(
    conn: sa.Connection,
    *,
    org_id: UUID | None,
    project_id: UUID | None = None,
    kind: Kind,
    mode: Mode = Mode.STANDARD,
    entries: Sequence[RouteEntry],
) -> None:
    """Put a list in the place of the one that is there; without entries there is none any more.

    Raises:
        NotFound: CC-0020, no such provider or project.
    """
    ids = {name: None if name == OFFLINE.name else _id_of(conn, org_id, name) for name in {e.provider for e in entries}}
    place = {"org_id": org_id, "project_id": project_id, "kind": kind.value, "mode": mode.value}
    conn.execute(
        ai_routes.delete().where(*(ai_routes.c[name].is_not_distinct_from(is_) for name, is_ in place.items()))
    )
    for number, entry in enumerate(entries, 1):
        row = {"place": number, "provider_id": ids[entry.provider], "model": entry.model}
        conn.execute(ai_routes.insert().values(place | row | {"options": check_options(entry.options)}))


def read_routes(conn: sa.Connection, org_id: UUID | None) -> tuple[Route, ...]:
    """The lists of an organisation and its projects, or the installation's, for those who lead them."""
    ours = ai_routes.c.org_id.is_(None) if org_id is None else ai_routes.c.org_id == org_id
    names = {row.id: row.name for row in _known(conn, org_id)}
    order = (ai_routes.c.project_id, ai_routes.c.kind, ai_routes.c.mode, ai_routes.c.place)
    lists: dict[tuple[UUID | None, str, str], list[RouteEntry]] = {}
    for row in conn.execute(sa.select(ai_routes).where(ours).order_by(*order)):
        provider = OFFLINE.name if row.provider_id is None else names[row.provider_id]
        entry = RouteEntry(provider, row.model, row.options)
        lists.setdefault((row.project_id, row.kind, row.mode), []).append(entry)
    return tuple(
        Route(org_id, project_id, Kind(kind), Mode(mode), tuple(entries))
        for (project_id, kind, mode), entries in lists.items()
    )


def _known(conn: sa.Connection, org_id: UUID | None) -> Sequence[sa.Row[Any]]:
    """Providers that a route may name."""
    return conn.execute(_KNOWN, {"org_id": org_id}).all()


def _id_of(conn: sa.Connection, org_id: UUID | None, name: str) -> UUID:
    """A provider by its name; an organisation's own hides the installation's of that name."""
    found = sorted((row.is_shared, row.id) for row in _known(conn, org_id) if row.name == name)
    if not found or (org_id is None and not found[0][0]):
        raise NotFound(f"There is no provider “{name}”.")
    provider_id: UUID = found[0][1]
    return provider_id
