"""The tenancy matrix: tables x acts x people x ways, what `domain.roles` expects of each cell, and what came of it.

A cell is a line tried by one person in one way. A refusal counts only if its line has a proof that the statement is
sound: somebody who may did it, else the administrator did, else (where a foreign key stops even the administrator) the
same statement with the row's own key was done.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import psycopg

from coursecrafter.db.session import Database
from coursecrafter.domain.roles import TABLE_RULES
from database import TestServer
from tenancy_gateway import gateway_lines
from tenancy_lines import Line, keys_of_tables, lines_of
from tenancy_platform import platform_lines
from tenancy_requests import request_lines
from tenancy_world import ATTEMPT, Outcome, Person, Way, World, attempt, attempt_as, may, settle_world, undone


@dataclass(frozen=True, slots=True)
class Matrix:
    """The world, who is connected to it (by role), and each table's lines."""

    world: World
    connections: Mapping[str, psycopg.Connection]
    lines: Mapping[str, list[Line]]


@dataclass(frozen=True, slots=True)
class Cell:
    """A line, tried by one person in one way."""

    line: Line
    person: Person
    way: Way
    expected: bool
    outcome: Outcome

    @property
    def is_green(self) -> bool:
        return self.outcome.is_done if self.expected else self.outcome.is_refused

    def __str__(self) -> str:
        expected = "is expected" if self.expected else "is refused by the rules"
        return (
            f"{self.line.table}: {self.line.act} {self.line.said} by {self.person.name} in {self.way.name} {expected};"
            f" it reached {self.outcome.rows} rows {self.outcome.state} {self.outcome.words}".strip()
        )


def is_expected(world: World, person: Person, way: Way, line: Line, *, is_sound: bool) -> bool:
    """Whether the rules let a person do a line.

    Args:
        is_sound: whether foreign keys let anybody do it.
    """
    if line.needs is None or not is_sound or (line.names and way.project_id not in {None, line.names}):
        return False
    if (line.own is not None and person.user_id != line.own) or (line.is_of_requests and way.role == "cc_worker"):
        return False
    return all(may(person, way, right, place) for right, place in line.needs)


def administrators_outcomes(admin: psycopg.Connection, lines: Sequence[Line]) -> list[Outcome]:
    """What comes of each line if no policy is asked."""
    return attempt_as(admin, "cc_admin", [line.unasked or line.statement for line in lines])


def cells(
    world: World,
    connection: psycopg.Connection,
    lines: Sequence[Line],
    is_sound: Sequence[bool],
    ways: Iterable[Way],
) -> Iterator[Cell]:
    """Try each line by each person in each way."""
    statements = [line.statement for line in lines]
    for way in ways:
        for person in world.people:
            outcomes = attempt(connection, person, way, statements)
            for line, sound, outcome in zip(lines, is_sound, outcomes, strict=True):
                expected = is_expected(world, person, way, line, is_sound=sound)
                yield Cell(line, person, way, expected, outcome)


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the matrix says of some lines.

    Attributes:
        cells: all of them.
        red: sentences on cells that came out otherwise than the rules say, and on lines without a proof.
        proofs: how many lines were proved, by whom.
    """

    cells: tuple[Cell, ...]
    red: tuple[str, ...]
    proofs: Counter[str]


def judge(world: World, connections: Mapping[str, psycopg.Connection], lines: Sequence[Line]) -> Judgement:
    """Try lines in all ways, and prove each.

    Args:
        connections: by role; `cc_app`, `cc_worker` and `cc_admin` each logged in as themselves.
    """
    by_admin = administrators_outcomes(connections["cc_admin"], lines)
    is_sound = [outcome.is_done for outcome in by_admin]
    tried: list[Cell] = []
    for way in world.ways:
        tried += cells(world, connections[way.role], lines, is_sound, [way])
    done = {cell.line.statement for cell in tried if cell.expected and cell.outcome.is_done}
    twins = _twins(world, connections, lines)
    proofs: Counter[str] = Counter()
    red = [str(cell) for cell in tried if not cell.is_green]
    for line, sound, twin in zip(lines, is_sound, twins, strict=True):
        proof = "role" if line.statement in done else "administrator" if sound else "twin" if twin else ""
        proofs[proof] += 1
        if not proof:
            red.append(f"{line.table}: {line.act} {line.said} has no proof")
        if line.needs is not None and sound and proof != "role" and _is_within_reach(world, line):
            red.append(f"{line.table}: {line.act} {line.said} was done by nobody who may")
    return Judgement(tuple(tried), tuple(red), proofs)


def _is_within_reach(world: World, line: Line) -> bool:
    return any(is_expected(world, person, way, line, is_sound=True) for way in world.ways for person in world.people)


def _twins(world: World, connections: Mapping[str, psycopg.Connection], lines: Sequence[Line]) -> list[bool]:
    """Whether the same statement with the row's own keys is done by the author, or by the administrator of a log."""
    statements = [line.twin or "SELECT WHERE false" for line in lines]
    by_author = attempt(connections["cc_app"], world.person("author"), world.way("a request"), statements)
    by_admin = attempt_as(connections["cc_admin"], "cc_admin", statements)
    return [
        (admin if line.needs is None else author).is_done
        for line, author, admin in zip(lines, by_author, by_admin, strict=True)
    ]


@contextmanager
def open_matrix(server: TestServer, database: Database) -> Iterator[Matrix]:
    """A world with everybody connected; their transactions are undone."""
    world = settle_world(database)
    with server.superuser(database.urls.admin.database or "") as superuser:
        superuser.execute(ATTEMPT)
    urls = {"cc_app": database.urls.app, "cc_worker": database.urls.worker, "cc_admin": database.urls.admin}
    with ExitStack() as stack:
        connections = {role: stack.enter_context(undone(url)) for role, url in urls.items()}
        keys = keys_of_tables(connections["cc_admin"])
        lines = {f"course_crafter.{table}": lines_of(world, keys, table) for table in TABLE_RULES}
        yield Matrix(world, connections, lines | platform_lines(world) | request_lines(world) | gateway_lines(world))
