"""The lines of whom the gateway asks and what it may cost: admins of an organisation lead its own, and no other's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.tables import ai_providers
from coursecrafter.domain.roles import Right
from tenancy_lines import Line
from tenancy_world import Place, World

LED_TABLES = ("ai_providers", "ai_routes", "ai_prices", "ai_budgets")
CLOSED_TABLES = ("ai_attempts", "ai_spending", "ai_turns")
"""Reached by functions only; a request has no right on them."""

CHANGES = {
    "ai_providers": "is_enabled = NOT is_enabled",
    "ai_routes": "model = 'other'",
    "ai_prices": "source = 'other'",
    "ai_budgets": "limit_usd = limit_usd + 1",
}


APART = {
    "ai_providers": "name = 'moved'",
    "ai_routes": "place = 77",
    "ai_prices": "model = 'moved'",
    "ai_budgets": "period = 'total'",
}
"""What keeps a row that moves from meeting one that is there."""


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose rows they are.

    Attributes:
        place: None: the installation's.
        project_id: a project of theirs.
        provider_id: a provider of theirs.
    """

    said: str
    place: Place | None
    project_id: UUID | None
    provider_id: UUID

    @property
    def org(self) -> str:
        return "NULL" if self.place is None else f"'{self.place.org_id}'"

    @property
    def is_theirs(self) -> str:
        return "org_id IS NULL" if self.place is None else f"org_id = '{self.place.org_id}'"

    @property
    def needs(self) -> tuple[tuple[Right, Place], ...] | None:
        return None if self.place is None else ((Right.ADMIN, self.place),)


def gateway_lines(world: World) -> dict[str, list[Line]]:
    """All lines of the seven tables, by name; their rows are written first."""
    owners = _owners(world)
    _settle(world, owners)
    lines = {f"platform.{name}": list(_led_lines(world, owners, name)) for name in LED_TABLES}
    lines["platform.ai_routes"] += _pointed(owners)
    lines["platform.ai_budgets"] += _imposed(owners[0])
    return lines | {f"platform.{name}": list(_closed_lines(owners[0], name)) for name in CLOSED_TABLES}


def _owners(world: World) -> tuple[Owner, Owner, Owner]:
    """Ours, theirs, the installation's; with projects of their own, since a route would keep the matrix's in place."""
    with world.database.admin() as admin:

        def owner(said: str, place: Place | None) -> Owner:
            org_id = place.org_id if place else None
            project = sa.text(
                "INSERT INTO course_crafter.cc_projects (org_id, name) VALUES (:org_id, 'P') RETURNING id"
            )
            project_id = admin.scalar(project, {"org_id": org_id}) if place else None
            made = ai_providers.insert().values(org_id=org_id, name="main", protocol="openai_compatible")
            return Owner(said, place, project_id, admin.scalars(made.returning(ai_providers.c.id)).one())

        return (
            owner("ours", world.house.place),
            owner("the other's", world.their_house.place),
            owner("the installation's", None),
        )


def _values(owner: Owner, name: str, mark: int) -> tuple[str, str]:
    """Columns and values of a row, apart from those of other marks."""
    project = f"'{owner.project_id}'" if owner.project_id else "NULL"
    by_table = {
        "ai_providers": ("org_id, name, protocol", f"{owner.org}, 'p{mark}', 'anthropic'"),
        "ai_routes": (
            "org_id, project_id, kind, mode, place, provider_id, model",
            f"{owner.org}, {project}, 'text', 'standard', {mark}, '{owner.provider_id}', 'm'",
        ),
        "ai_prices": (
            "org_id, provider, model, valid_from, input_usd, source",
            f"{owner.org}, 'main', 'm{mark}', '2026-01-01', 1, 's'",
        ),
        "ai_budgets": (
            "org_id, project_id, period, limit_usd",
            f"{owner.org}, {project if mark == 1 else 'NULL'}, 'month', 1",
        ),
    }
    return by_table[name]


def _settle(world: World, owners: tuple[Owner, ...]) -> None:
    ours = owners[0]
    assert ours.place is not None
    with world.database.admin() as admin:
        for owner in owners:
            for name in LED_TABLES[1:]:
                if owner.place is not None or name != "ai_budgets":
                    columns, values = _values(owner, name, 1)
                    admin.execute(sa.text(f"INSERT INTO platform.{name} ({columns}) VALUES ({values})"))  # noqa: S608 - ours
        for statement in (
            f"ai_budgets (org_id, period, limit_usd, is_imposed) VALUES ({ours.org}, 'total', 9, true)",
            *(f"{name} ({columns}) VALUES ({values})" for name, (columns, values, _) in _closed(ours, "m").items()),
        ):
            admin.execute(sa.text(f"INSERT INTO platform.{statement}"))


def _led_lines(world: World, owners: tuple[Owner, ...], name: str) -> Iterator[Line]:
    """Rows are seen, added, changed and removed by the admins of their organisation, and given to no other."""
    table = f"platform.{name}"
    for owner in owners:
        if owner.place is None and name == "ai_budgets":
            continue
        row = f"{owner.is_theirs} AND NOT is_imposed" if name == "ai_budgets" else owner.is_theirs
        columns, values = _values(owner, name, 2)
        insert = f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608 - ids of ours
        yield _line(table, "select", owner.said, f"SELECT FROM {table} WHERE {row}", owner.needs)
        yield _line(table, "insert", owner.said, insert, owner.needs)
        yield _line(table, "update", owner.said, f"UPDATE {table} SET {CHANGES[name]} WHERE {row}", owner.needs)  # noqa: S608 - ours
        yield _line(table, "delete", owner.said, f"DELETE FROM {table} WHERE {row}", owner.needs)  # noqa: S608 - ids of ours
    ours, theirs, _ = owners
    detached = {"ai_routes": ", project_id = NULL, provider_id = NULL", "ai_budgets": ", project_id = NULL"}.get(
        name, ""
    )
    for said, rows, org in (
        ("from ours to another organisation", ours, f"'{world.spare_org}'"),
        ("from the other's to ours", theirs, ours.org),
        ("from ours to the whole installation", ours, "NULL"),
    ):
        if org == "NULL" and name == "ai_budgets":
            continue
        row = f"{rows.is_theirs} AND NOT is_imposed" if name == "ai_budgets" else rows.is_theirs
        moved = f"UPDATE {table} SET org_id = {org}{detached}, {APART[name]} WHERE {row}"  # noqa: S608 - ids of ours
        yield _line(table, "move", said, moved, None)


def _pointed(owners: tuple[Owner, ...]) -> Iterator[Line]:
    """A route leads to a provider of one's own or of the installation; another's is answered as a missing one."""
    ours, theirs, shared = owners
    update = f"UPDATE platform.ai_routes SET provider_id = '{{}}' WHERE {ours.is_theirs}"  # noqa: S608 - ids of ours
    yield _line("platform.ai_routes", "point", "ours at the shared one", update.format(shared.provider_id), ours.needs)
    twin = update.format(ours.provider_id)
    yield _line("platform.ai_routes", "point", "ours at theirs", update.format(theirs.provider_id), None, twin=twin)
    project = f"UPDATE platform.ai_routes SET project_id = '{{}}' WHERE {ours.is_theirs}"  # noqa: S608 - ids of ours
    twin = project.format(ours.project_id)
    yield _line(
        "platform.ai_routes", "point", "ours at their project", project.format(theirs.project_id), None, twin=twin
    )


def _imposed(ours: Owner) -> Iterator[Line]:
    """What the installation imposes is seen and not changed, and nobody makes such a budget."""
    table, row = "platform.ai_budgets", f"{ours.is_theirs} AND is_imposed"
    yield _line(table, "select", "an imposed one", f"SELECT FROM {table} WHERE {row}", ours.needs)
    yield _line(table, "update", "an imposed one", f"UPDATE {table} SET limit_usd = 99 WHERE {row}", None)  # noqa: S608 - ids of ours
    yield _line(table, "delete", "an imposed one", f"DELETE FROM {table} WHERE {row}", None)  # noqa: S608 - ids of ours
    columns = "org_id, period, limit_usd, is_imposed"
    insert = f"INSERT INTO {table} ({columns}) VALUES ({ours.org}, 'month', 1, true)"  # noqa: S608 - ids of ours
    yield _line(table, "insert", "an imposed one", insert, None)
    claimed = f"UPDATE {table} SET is_imposed = true WHERE {ours.is_theirs} AND period = 'month'"  # noqa: S608 - ids of ours
    yield _line(table, "update", "one's own into an imposed one", claimed, None)


def _closed(ours: Owner, mark: str) -> dict[str, tuple[str, str, str]]:
    """Columns and values of a row of each closed table, and a change."""
    return {
        "ai_attempts": (
            "org_id, project_id, kind, provider_id, provider, model, month, reserved_usd",
            f"{ours.org}, '{ours.project_id}', 'text', '{ours.provider_id}', 'main', '{mark}', '2026-11-01', 1",
            "reserved_usd = 0",
        ),
        "ai_spending": ("org_id, project_id, spent_usd", f"{ours.org}, platform.uuidv7(), 0", "spent_usd = 0"),
        "ai_turns": ("provider_id, model", f"'{ours.provider_id}', '{mark}'", "failures = 0"),
    }


def _closed_lines(ours: Owner, name: str) -> Iterator[Line]:
    table = f"platform.{name}"
    columns, values, change = _closed(ours, "n")[name]
    insert = f"INSERT INTO {table} ({columns}) VALUES ({values})"  # noqa: S608 - ids of ours
    yield _line(table, "select", "any", f"SELECT FROM {table}", None)
    yield _line(table, "insert", "one of ours", insert, None)
    yield _line(table, "update", "any", f"UPDATE {table} SET {change}", None)  # noqa: S608 - names of ours
    yield _line(table, "delete", "any", f"DELETE FROM {table}", None)  # noqa: S608 - names of ours


def _line(
    table: str,
    act: str,
    said: str,
    statement: str,
    needs: tuple[tuple[Right, Place], ...] | None,
    *,
    twin: str = "",
) -> Line:
    """A line of requests: a job asks functions only."""
    return Line(table, act, said, statement, needs, twin=twin, is_of_requests=True)
