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

from coursecrafter.db.lists import FEW
from many_projects.calls import Call, Kind
from many_projects.server import Server

RATIOS = {Kind.WHOLE: 1.1, Kind.SMALL: 1.1, Kind.LIST: 1.5}
ALLOWED_MORE_MS = 0.1
"""What a small call within one project may cost more whatever the ratio."""
TARGETS = 40
WARM_UP = 12
"""Repetitions that are not counted: psycopg prepares a statement that ran five times, the server plans it five more."""

_ENTER = """
SELECT set_config('role', %s, true), set_config('cc.user_id', %s, true), set_config('cc.org_id', %s, true),
       set_config('cc.project_id', %s, true)
"""
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
            found = []
            for is_plain in (number % 2 == 0, number % 2 == 1):
                connection, role = (self.admin, "cc_admin") if is_plain else (self.app, "cc_app")
                rows, ms = _run(connection, role, call, parameters)
                found.append(rows)
                if number >= 0:
                    (timed.plain_ms if is_plain else timed.with_ms).append(ms)
            if found[0] != found[1]:
                raise WrongRows(f"{call.name}: {len(found[0])} rows and {len(found[1])}, with policies and without")
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
    connection: psycopg.Connection, role: str, call: Call, parameters: Parameters
) -> tuple[list[tuple[Any, ...]], float]:
    """The rows and the milliseconds of one call in a transaction of its own, which is rolled back."""
    project_id = "" if call.kind is Kind.LIST else str(parameters["project_id"])
    connection.execute(_ENTER, [role, str(parameters["user_id"]), str(parameters["org_id"]), project_id])
    began = time.perf_counter()
    if role == "cc_admin":
        rows = connection.execute(call.plain, parameters).fetchall()
    elif call.few:
        rows = _read_newest(connection, call, parameters)
    else:
        rows = connection.execute(call.sql, parameters).fetchall()
    elapsed_ms = (time.perf_counter() - began) * 1000
    # Not connection.rollback(): psycopg would forget its prepared statements, which requests, that commit, keep.
    connection.pgconn.exec_(b"ROLLBACK")
    return rows, elapsed_ms


def _read_newest(connection: psycopg.Connection, call: Call, parameters: Parameters) -> list[tuple[Any, ...]]:
    """As `coursecrafter.db.lists.read_newest` does it, without SQLAlchemy, whose time the other side has not."""
    asked = connection.execute("SELECT platform.projects_of_request(%s::int)", [FEW + 1]).fetchone()
    few = asked[0] if asked else []
    if len(few) <= FEW:
        return connection.execute(call.few, parameters | {"few": few}).fetchall()
    return connection.execute(call.sql, parameters).fetchall()


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
