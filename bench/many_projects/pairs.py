"""Time a call with policies and without, in turns, on two connections of one server."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from many_projects.calls import Call, Kind
from many_projects.server import Server

RATIOS = {Kind.WHOLE: 1.1, Kind.SMALL: 1.1, Kind.LIST: 1.5}
ALLOWED_MORE_MS = 0.1
"""What a small call within one project may cost more whatever the ratio."""
TARGETS = 40
WARM_UP = 6
"""Repetitions that are not counted: psycopg prepares a statement when it has run five times."""

_DRAW = """
SELECT a.project_id, l.id AS lesson_id, c.id AS scene_id, g.id AS segment_id
FROM platform.project_access a
CROSS JOIN LATERAL (SELECT * FROM course_crafter.cc_lessons l WHERE l.project_id = a.project_id
                    ORDER BY random() LIMIT 1) l
CROSS JOIN LATERAL (SELECT * FROM course_crafter.cc_scenes c WHERE c.lesson_id = l.id ORDER BY sequence LIMIT 1) c
CROSS JOIN LATERAL (SELECT * FROM course_crafter.cc_segments g WHERE g.scene_id = c.id ORDER BY sequence LIMIT 1) g
WHERE a.user_id = %s ORDER BY random() LIMIT %s
"""

Parameters = dict[str, Any]


class WrongRows(Exception):
    """A call gave other rows with policies than without."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one call cost one user, in milliseconds."""

    user: str
    projects: int
    call: str
    kind: str
    pairs: int
    without_ms: float
    without_p95_ms: float
    with_ms: float
    with_p95_ms: float
    ratio: float
    is_met: bool


class Pairs:
    """Two connections, both entered as a request enters its session: the application's and the administrator's."""

    def __init__(self, app: psycopg.Connection, admin: psycopg.Connection) -> None:
        self.app = app
        self.admin = admin

    def draw(self, org_id: UUID, user_id: UUID) -> list[Parameters]:
        """What the repetitions ask for: lessons of the user's projects, by chance."""
        with self.admin.transaction():
            self.admin.execute("SELECT setseed(0.5)")
            rows = self.admin.execute(_DRAW, [user_id, TARGETS], prepare=False)
            names = [column.name for column in rows.description or ()]
            person = {"org_id": org_id, "user_id": user_id, "words": "%ladders%"}
            return [person | dict(zip(names, row, strict=True)) for row in rows]

    def measure(self, call: Call, drawn: Sequence[Parameters], repetitions: int, seconds: float) -> Timed:
        """Run both sides in turns until there are enough pairs or the time is over.

        Raises:
            WrongRows: the two sides disagree.
        """
        timed = Timed([], [])
        began = time.perf_counter()
        for number in range(-WARM_UP, repetitions):
            if number >= min(10, repetitions) and time.perf_counter() - began > seconds:
                break
            parameters = drawn[number % len(drawn)]
            sides = [
                (self.app, "cc_app", call.sql, timed.with_ms),
                (self.admin, "cc_admin", call.plain, timed.plain_ms),
            ]
            found = {}
            for connection, role, sql, times in sides if number % 2 else reversed(sides):
                found[role], ms = _run(connection, role, call.kind, sql, parameters)
                if number >= 0:
                    times.append(ms)
            if found["cc_app"] != found["cc_admin"]:
                raise WrongRows(f"{call.name}: {len(found['cc_app'])} rows, {len(found['cc_admin'])} without policies")
        return timed


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of each repetition; the two lists are as long as each other."""

    with_ms: list[float]
    plain_ms: list[float]

    def line(self, call: Call, user: str, projects: int) -> Line:
        """Sum them up and judge them."""
        with_ms, without_ms = statistics.median(self.with_ms), statistics.median(self.plain_ms)
        ratio = with_ms / without_ms
        is_met = ratio <= RATIOS[call.kind] or (call.kind is Kind.SMALL and with_ms - without_ms <= ALLOWED_MORE_MS)
        return Line(
            user,
            projects,
            call.name,
            call.kind,
            len(self.with_ms),
            round(without_ms, 3),
            round(_p95(self.plain_ms), 3),
            round(with_ms, 3),
            round(_p95(self.with_ms), 3),
            round(ratio, 2),
            is_met,
        )


@contextmanager
def open_pairs(server: Server) -> Iterator[Pairs]:
    """Connect both sides."""
    with ExitStack() as stack:
        yield Pairs(
            stack.enter_context(psycopg.connect(server.app)), stack.enter_context(psycopg.connect(server.admin))
        )


def _run(
    connection: psycopg.Connection, role: str, kind: Kind, sql: str, parameters: Parameters
) -> tuple[list[tuple[Any, ...]], float]:
    """The rows and the milliseconds of one statement in a transaction of its own, which is rolled back."""
    with connection.transaction(force_rollback=True):
        project_id = "" if kind is Kind.LIST else str(parameters["project_id"])
        connection.execute(
            "SELECT set_config('role', %s, true), set_config('cc.user_id', %s, true),"
            " set_config('cc.org_id', %s, true), set_config('cc.project_id', %s, true)",
            [role, str(parameters["user_id"]), str(parameters["org_id"]), project_id],
        )
        began = time.perf_counter()
        rows = connection.execute(sql, parameters).fetchall()
        return rows, (time.perf_counter() - began) * 1000


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
