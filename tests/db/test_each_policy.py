"""Each policy is needed: without it somebody who may can not, and wide open somebody can who may not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql

from coursecrafter.db.session import Database
from coursecrafter.domain.roles import TABLE_RULES
from database import TestServer
from tenancy_gateway import LED_TABLES, gateway_lines
from tenancy_lines import Line, keys_of_tables, lines_of
from tenancy_matrix import administrators_outcomes, is_expected
from tenancy_requests import OWN_TABLES, REQUEST_TABLES, request_lines
from tenancy_world import ATTEMPT, World, attempt, attempt_as, settle_world

POLICIES = """
SELECT tablename::text, policyname::text, cmd, qual IS NOT NULL, with_check IS NOT NULL
FROM pg_policies WHERE schemaname <> 'pg_catalog' AND roles <> '{cc_owner}' ORDER BY 1, 2
"""
TRIED_BY = {
    "SELECT": ("select",),
    "INSERT": ("insert", "point"),
    "UPDATE": ("update", "move", "point"),
    "DELETE": ("delete",),
}

PLATFORM_TABLES = (*REQUEST_TABLES, *LED_TABLES)
TABLES = (*TABLE_RULES, *PLATFORM_TABLES)
BACKED = "cc_projects_change USING (true)"
"""A project keeps its id, so what is asked of its row as it is left was asked of it as it was: one backs the other."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The matrix's lines, on one superuser's connection whose every transaction is undone.

    Attributes:
        lines: by table, each with whether foreign keys let anybody do it.
    """

    world: World
    superuser: psycopg.Connection
    lines: dict[str, list[tuple[Line, bool]]]

    def red(self, table: str, acts: Sequence[str]) -> Iterator[tuple[Line, bool]]:
        """Cells of a request that come out otherwise than the rules say, with what was expected, as they are found."""
        way = self.world.way("a request")
        lines = [(line, sound) for line, sound in self.lines[table] if line.act in acts]
        for person in reversed(self.world.people):
            outcomes = attempt(self.superuser, person, way, [line.statement for line, _ in lines])
            for (line, sound), outcome in zip(lines, outcomes, strict=True):
                expected = is_expected(self.world, person, way, line, is_sound=sound)
                if outcome.is_done != expected:
                    yield line, expected


@pytest.fixture(scope="module")
def ground(server: TestServer, database: Database) -> Iterator[Ground]:
    world = settle_world(database)
    with server.superuser(database.urls.admin.database or "") as superuser:
        superuser.execute(ATTEMPT)
        lines: dict[str, list[tuple[Line, bool]]] = {}
        with superuser.transaction(force_rollback=True):
            keys = keys_of_tables(superuser)
            all_lines = {table: lines_of(world, keys, table) for table in TABLE_RULES}
            of_platform = request_lines(world) | gateway_lines(world)
            for table, some in (
                all_lines | {table: of_platform[f"platform.{table}"] for table in PLATFORM_TABLES}
            ).items():
                sound = [outcome.is_done for outcome in administrators_outcomes(superuser, some)]
                lines[table] = list(zip(some, sound, strict=True))
        yield Ground(world, superuser, lines)


def policies(ground: Ground, table: str) -> list[tuple[str, str, bool, bool]]:
    found = [row[1:] for row in ground.superuser.execute(POLICIES).fetchall() if row[0] == table]
    assert len(found) in {2, 4}
    return found


@pytest.mark.parametrize("table", TABLES)
def test_as_it_stands_nothing_is_red(ground: Ground, table: str) -> None:
    with ground.superuser.transaction(force_rollback=True):
        red = list(ground.red(table, ["select", "insert", "update", "delete", "move", "point"]))

    assert red == []


@pytest.mark.parametrize("table", TABLES)
def test_without_a_policy_somebody_who_may_can_not(ground: Ground, table: str) -> None:
    unmissed = []
    for name, command, *_ in policies(ground, table):
        with ground.superuser.transaction(force_rollback=True):
            ground.superuser.execute(on_policy("DROP POLICY {} ON {}", name, table))
            if not any(expected for _, expected in ground.red(table, TRIED_BY[command])):
                unmissed.append(name)

    assert unmissed == []


@pytest.mark.parametrize("table", TABLES)
def test_with_a_policy_wide_open_somebody_can_who_may_not(ground: Ground, table: str) -> None:
    """Each of its conditions in turn: on rows as they were, and on rows as they are left."""
    unmissed = []
    for name, command, has_using, has_check in policies(ground, table):
        clauses = ["USING (true)"] * has_using + ["WITH CHECK (true)"] * has_check
        for clause in [*clauses, " ".join(clauses)]:
            with ground.superuser.transaction(force_rollback=True):
                if table in (*OWN_TABLES, *LED_TABLES) and command in {"UPDATE", "DELETE"}:
                    # Whose a row is decides alike on seeing and on changing it: one would back the other.
                    ground.superuser.execute(on_policy("ALTER POLICY {} ON {} USING (true)", f"{table}_read", table))
                ground.superuser.execute(on_policy("ALTER POLICY {} ON {} " + clause, name, table))
                if all(expected for _, expected in ground.red(table, TRIED_BY[command])):
                    unmissed.append(f"{name} {clause}")

    assert unmissed == [BACKED] * (table == "cc_projects")


@pytest.mark.parametrize("table", TABLES)
def test_without_row_level_security_somebody_can_who_may_not(ground: Ground, table: str) -> None:
    with ground.superuser.transaction(force_rollback=True):
        ground.superuser.execute(on_table("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", table))
        red = {line.act for line, expected in ground.red(table, ["select", "insert"]) if not expected}

    assert red == {"select", "insert"}


@pytest.mark.parametrize("table", TABLE_RULES)
def test_without_force_the_owner_sees_rows(ground: Ground, table: str) -> None:
    statement = on_table("SELECT FROM {}", table).as_string(None)

    with ground.superuser.transaction(force_rollback=True):
        forced = attempt_as(ground.superuser, "cc_owner", [statement])[0]
    with ground.superuser.transaction(force_rollback=True):
        ground.superuser.execute(on_table("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY", table))
        free = attempt_as(ground.superuser, "cc_owner", [statement])[0]

    # The owner sees projects, to refuse an id that is taken.
    assert forced.is_done == (table == "cc_projects")
    assert free.is_done


def test_without_its_guard_a_project_is_deleted_by_those_who_do_not_own_it(ground: Ground) -> None:
    with ground.superuser.transaction(force_rollback=True):
        ground.superuser.execute("DROP TRIGGER cc_projects_deletion ON course_crafter.cc_projects")
        red = {line.said for line, expected in ground.red("cc_projects", ["update", "delete"]) if not expected}

    assert red == {"ours, by a mark", "restoring a deleted one"}


@pytest.mark.parametrize(
    ("table", "column"), [("cc_brand_profiles", "logo_asset_id"), ("cc_brand_templates", "preview_asset_id")]
)
def test_without_its_guard_a_picture_is_taken_from_others(ground: Ground, table: str, column: str) -> None:
    with ground.superuser.transaction(force_rollback=True):
        for trigger in ("picture", "picture_first"):
            drop = sql.SQL("DROP TRIGGER {} ON course_crafter.{}")
            ground.superuser.execute(drop.format(sql.Identifier(f"{table}_{trigger}"), sql.Identifier(table)))
        red = [line for line, expected in ground.red(table, ["point"]) if not expected]

    assert red


def test_the_owners_own_policy_lets_it_see_projects_and_nobody_else(ground: Ground) -> None:
    """Functions that run as the owner refuse an id that is taken, and share what is there."""
    project_id, way = ground.world.ours.place.project_id, ground.world.way("a request")
    shared = f"SELECT platform.share_project('{project_id}', '{ground.world.bystander}', 'viewer')"

    with ground.superuser.transaction(force_rollback=True):
        before = attempt(ground.superuser, ground.world.person("author"), way, [shared])[0]
    with ground.superuser.transaction(force_rollback=True):
        ground.superuser.execute("DROP POLICY cc_projects_owner_read ON course_crafter.cc_projects")
        dropped = attempt(ground.superuser, ground.world.person("author"), way, [shared])[0]
    with ground.superuser.transaction(force_rollback=True):
        ground.superuser.execute("ALTER POLICY cc_projects_owner_read ON course_crafter.cc_projects TO cc_app")
        opened = [expected for _, expected in ground.red("cc_projects", ["select"])]

    assert before.is_done
    assert not dropped.is_done
    assert False in opened


def test_every_policy_was_tried(ground: Ground) -> None:
    """All that there are: those of the 24 tables and of what requests leave behind, and the one of the owner."""
    tried = {name for table in TABLES for name, *_ in policies(ground, table)} | {"cc_projects_owner_read"}
    found = ground.superuser.execute("SELECT policyname::text FROM pg_policies").fetchall()

    assert len(tried) > 85
    assert {name for (name,) in found} == tried


def on_policy(statement: str, name: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(name), _name(table))


def on_table(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(_name(table))


def _name(table: str) -> sql.Identifier:
    return sql.Identifier("platform" if table in PLATFORM_TABLES else "course_crafter", table)
