"""Nothing of one organisation or project is seen, written or reached by others: every table, act, person and way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from coursecrafter.db.session import Database
from coursecrafter.domain.roles import TABLE_RULES, Right
from database import TestServer
from tenancy_lines import ACTS, keys_of_tables
from tenancy_matrix import Judgement, Matrix, judge, open_matrix
from tenancy_platform import PLATFORM_TABLES
from tenancy_world import OF_AN_ORGANISATION, attempt, may

RELATIONS = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
"""
CONTENT = [f"course_crafter.{name}" for name in TABLE_RULES]


@pytest.fixture(scope="module")
def matrix(server: TestServer, database: Database) -> Iterator[Matrix]:
    with open_matrix(server, database) as matrix:
        yield matrix


@pytest.fixture(scope="module")
def judgements(matrix: Matrix) -> dict[str, Judgement]:
    return {table: judge(matrix.world, matrix.connections, lines) for table, lines in matrix.lines.items()}


@pytest.mark.parametrize("table", [*CONTENT, *PLATFORM_TABLES])
def test_every_cell_of_a_table_comes_out_as_the_rules_say(judgements: dict[str, Judgement], table: str) -> None:
    red = judgements[table].red

    assert red == (), f"{len(red)} of {len(judgements[table].cells)}"


def test_every_table_of_the_database_stands_in_the_matrix(matrix: Matrix) -> None:
    found = {name for (name,) in matrix.connections["cc_admin"].execute(RELATIONS).fetchall()}

    assert found == set(matrix.lines)


def test_every_act_stands_in_every_tables_lines(matrix: Matrix) -> None:
    for table in CONTENT:
        assert {line.act for line in matrix.lines[table]} == set(ACTS), table


def test_every_key_of_every_table_is_pointed_elsewhere(matrix: Matrix) -> None:
    """At a row of another project, of another organisation, and at none."""
    for table, keys in keys_of_tables(matrix.connections["cc_admin"]).items():
        said = [line.said for line in matrix.lines[f"course_crafter.{table}"] if line.act == "point"]
        for column in keys:
            elsewhere = {words.split(" at ")[1] for words in said if words.startswith(f"its {column} at ")}
            assert {"the foreign row", "a missing row"} <= elsewhere, (table, column)


def test_the_people_have_every_role(matrix: Matrix) -> None:
    """No right is without a person who has it in our places, nor without one who has it not."""
    world, way = matrix.world, matrix.world.way("a request")

    for right in Right:
        place = world.house.place if right in OF_AN_ORGANISATION else world.ours.place
        assert {may(person, way, right, place) for person in world.people} == {True, False}, right


def test_a_foreign_id_and_a_missing_one_get_one_answer(matrix: Matrix) -> None:
    """Nobody who may not see a row learns whether it exists: neither by what is reached nor by the refusal's kind."""
    world, way = matrix.world, matrix.world.way("a request")
    blind = [world.person(name) for name in ("nobody", "outsider", "colleague, member", "project editor")]

    for table in CONTENT:
        lines = matrix.lines[table]
        points = {line.said: line for line in lines if line.act == "point"}
        pairs = [
            (line, points[said.replace("a missing", "the foreign")])
            for said, line in points.items()
            if "a missing" in said and said.replace("a missing", "the foreign") in points
        ]
        assert pairs
        for person in blind:
            missing = attempt(matrix.connections["cc_app"], person, way, [pair[0].statement for pair in pairs])
            foreign = attempt(matrix.connections["cc_app"], person, way, [pair[1].statement for pair in pairs])
            assert [(o.rows, o.state) for o in missing] == [(o.rows, o.state) for o in foreign], (table, person.name)


def test_the_matrix_is_whole(
    matrix: Matrix, judgements: dict[str, Judgement], capsys: pytest.CaptureFixture[str]
) -> None:
    world = matrix.world
    counted = sum(len(judgement.cells) for judgement in judgements.values())
    lines = sum(len(some) for some in matrix.lines.values())
    proofs = {
        kind: sum(judgement.proofs[kind] for judgement in judgements.values())
        for kind in ("role", "administrator", "twin")
    }
    of_platform = [(table, act) for table in PLATFORM_TABLES for act in ("select", "insert", "update", "delete")]

    with capsys.disabled():
        print(
            f"\ntenancy matrix: {counted} cells, {lines} lines x {len(world.people)} people x {len(world.ways)} ways;"
            f" proved by a role {proofs['role']}, by the administrator {proofs['administrator']},"
            f" by a twin {proofs['twin']}"
        )

    assert counted == lines * len(world.people) * len(world.ways)
    assert sum(proofs.values()) == lines
    assert counted >= (len(CONTENT) * len(ACTS) + len(of_platform)) * len(world.people) * len(world.ways)
