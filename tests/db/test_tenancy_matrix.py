"""Nothing of one organisation or project is seen, written or reached by others: every table, act, person and way."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from coursecrafter.db.session import Database, Identity
from coursecrafter.domain.roles import TABLE_RULES, Right
from coursecrafter.errors import CourseCrafterError
from database import TestServer
from tenancy_gateway import CLOSED_TABLES, LED_TABLES
from tenancy_lines import ACTS, foreign_and_missing, keys_of_tables
from tenancy_matrix import Judgement, Matrix, judge, open_matrix
from tenancy_platform import PLATFORM_TABLES
from tenancy_requests import REQUEST_TABLES
from tenancy_world import OF_AN_ORGANISATION, attempt, may, values_in
from tenants import table_named

RELATIONS = """
SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
"""
CONTENT = [f"course_crafter.{name}" for name in TABLE_RULES]
OF_REQUESTS = [f"platform.{name}" for name in (*REQUEST_TABLES, *LED_TABLES)]
CLOSED = [*PLATFORM_TABLES, *(f"platform.{name}" for name in CLOSED_TABLES)]


@pytest.fixture(scope="module")
def matrix(server: TestServer, database: Database) -> Iterator[Matrix]:
    with open_matrix(server, database) as matrix:
        yield matrix


@pytest.fixture(scope="module")
def judgements(matrix: Matrix) -> dict[str, Judgement]:
    return {table: judge(matrix.world, matrix.connections, lines) for table, lines in matrix.lines.items()}


@pytest.mark.parametrize("table", [*CONTENT, *OF_REQUESTS, *CLOSED])
def test_every_cell_of_a_table_comes_out_as_the_rules_say(judgements: dict[str, Judgement], table: str) -> None:
    red = judgements[table].red

    assert red == (), f"{len(red)} of {len(judgements[table].cells)}"


def test_every_table_of_the_database_stands_in_the_matrix(matrix: Matrix) -> None:
    found = {name for (name,) in matrix.connections["cc_admin"].execute(RELATIONS).fetchall()}
    # Nobody has any right on these: tests/db/test_queue.py looks at each.
    of_queue = {name for name in found if name.startswith("queue.")}

    assert found - of_queue == set(matrix.lines)


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
    """Nobody who may not see a row learns whether it exists, by the rows that are reached or by the refusal's kind."""
    world, connection, red = matrix.world, matrix.connections["cc_app"], []
    keys = keys_of_tables(matrix.connections["cc_admin"])
    blind = [person for person in world.people if world.theirs.place.project_id not in person.project_roles]
    assert len(blind) > 12

    for table in TABLE_RULES:
        pairs = list(foreign_and_missing(world, keys, table))
        for person in blind:
            foreign = attempt(connection, person, world.way("a request"), [pair[0] for pair in pairs])
            missing = attempt(connection, person, world.way("a request"), [pair[1] for pair in pairs])
            assert not any(outcome.is_done for outcome in [*foreign, *missing])
            red += [
                (person.name, pair[0], one, other)
                for pair, one, other in zip(pairs, foreign, missing, strict=True)
                if (one.rows, one.state) != (other.rows, other.state)
            ]

    assert red == []


def test_an_event_of_a_foreign_lesson_and_of_a_missing_one_get_one_answer(matrix: Matrix) -> None:
    """Two keys hold an event to its lesson, and which of them fails must not be told."""
    world = matrix.world
    author, answers = world.person("author"), []
    assert author.org_id is not None
    assert author.user_id is not None

    for lesson in (world.theirs.rows["cc_lessons"], uuid4()):
        values = values_in(world.ours, "cc_activity_log") | {"lesson_id": lesson}
        with (
            pytest.raises(CourseCrafterError) as refused,
            world.database.app(Identity(author.org_id, author.user_id)) as session,
        ):
            session.execute(table_named("cc_activity_log").insert().values(values))
        answers.append((type(refused.value), str(refused.value)))

    assert answers[0] == answers[1]


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
    platform = (*CLOSED, *OF_REQUESTS)
    of_platform = [(table, act) for table in platform for act in ("select", "insert", "update", "delete")]

    with capsys.disabled():
        print(
            f"\ntenancy matrix: {counted} cells, {lines} lines x {len(world.people)} people x {len(world.ways)} ways;"
            f" proved by a role {proofs['role']}, by the administrator {proofs['administrator']},"
            f" by a twin {proofs['twin']}"
        )

    assert counted == lines * len(world.people) * len(world.ways)
    assert sum(proofs.values()) == lines
    assert counted >= (len(CONTENT) * len(ACTS) + len(of_platform)) * len(world.people) * len(world.ways)
