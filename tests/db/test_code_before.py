"""The code before a revision goes on running on the schema after it: what it asked then, it may ask now.

`tests/recordings.py` says how a recording is made. Each is replayed, statement by statement, on a database at the last
revision; ids that the database makes are put in the place of those it made then.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.script import ScriptDirectory

from coursecrafter.db.session import Database
from coursecrafter.db.upgrade import MIGRATIONS
from database import TestServer
from recordings import RECORDINGS, Statement, decode, encode, read_lines, read_statement

UUID_TEXT = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
PATHS = sorted(RECORDINGS.glob("*.xz"))
FIRST = "20261122_11"
"""The first revision that found code in use."""


@dataclass
class Replay:
    """A recording under way.

    Attributes:
        ids: what stands in the place of each id that the database made then.
        differences: statements that were refused or answered otherwise.
    """

    database: Database
    stack: ExitStack
    ids: dict[str, str] = field(default_factory=dict)
    open: dict[int, psycopg.Connection] = field(default_factory=dict)
    free: dict[str, list[psycopg.Connection]] = field(default_factory=dict)
    done: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def run(self, line: str) -> None:
        """Ask what a line asks, and compare the answer."""
        statement = read_statement(UUID_TEXT.sub(lambda found: self.ids.get(found[0], found[0]), line))
        if statement.transaction in self.open:
            connection = self.open[statement.transaction]
        else:
            connection = self.open[statement.transaction] = self._connect(statement.login)
        if statement.sql in {"COMMIT", "ROLLBACK"}:
            connection.execute(statement.sql)
            self.free[statement.login].append(self.open.pop(statement.transaction))
            return
        try:
            count, rows = ask(connection, statement)
        except psycopg.Error as error:
            pytest.fail(f"The code before is refused: {error}\n{statement.sql}\n{statement.parameters}")
        self.done[statement.sql.split()[0]] += 1
        self._compare(statement, count, rows)

    def _compare(self, statement: Statement, count: int, rows: list[list[Any]] | None) -> None:
        for then, now in zip(statement.rows or [], rows or [], strict=False):
            for told, found in zip(then, now, strict=True):
                if is_id(told) and is_id(found):
                    self.ids.setdefault(told["uuid"], found["uuid"])
        if count != statement.count:
            self.differences.append(
                f"{statement.sql}\n{statement.parameters}\n{statement.count} rows then, {count} now"
            )
        elif shapes(self._with_ids(statement.rows)) != shapes(rows):
            self.differences.append(f"{statement.sql}\n{statement.parameters}\nthen {statement.rows}\nnow {rows}")

    def _with_ids(self, value: Any) -> Any:
        match value:
            case str():
                return UUID_TEXT.sub(lambda found: self.ids.get(found[0], found[0]), value)
            case list():
                return [self._with_ids(one) for one in value]
            case dict():
                return {name: self._with_ids(one) for name, one in value.items()}
        return value

    def _connect(self, login: str) -> psycopg.Connection:
        free = self.free.setdefault(login, [])
        if free:
            return free.pop()
        url = getattr(self.database.urls, login).set(drivername="postgresql")
        connection = psycopg.connect(url.render_as_string(hide_password=False))
        self.stack.enter_context(connection)
        # Two recorded transactions that now wait for each other would wait for ever.
        connection.execute("SET statement_timeout = '10s'")
        connection.commit()
        return connection


def replay_all(database: Database, stack: ExitStack, path: Path) -> Replay:
    replay = Replay(database, stack)
    for line in read_lines(path):
        replay.run(line)
    return replay


def ask(connection: psycopg.Connection, statement: Statement) -> tuple[int, list[list[Any]] | None]:
    """Run one statement; give the count and the encoded rows."""
    with connection.cursor() as cursor:
        if isinstance(statement.parameters, list):
            cursor.executemany(statement.sql, [decoded(one) for one in statement.parameters])
            return cursor.rowcount, None
        cursor.execute(statement.sql, decoded(statement.parameters))
        rows = [[encode(cell) for cell in row] for row in cursor.fetchall()] if cursor.description else None
        return cursor.rowcount, rows


def decoded(parameters: dict[str, Any]) -> dict[str, Any]:
    return {name: decode(value) for name, value in parameters.items()}


def is_id(cell: Any) -> bool:
    return isinstance(cell, dict) and "uuid" in cell


def shapes(rows: list[list[Any]] | None) -> list[str]:
    """Rows in an order of their own, without the time of day."""
    return sorted(
        repr([{"time": ...} if isinstance(cell, dict) and "time" in cell else cell for cell in row])
        for row in rows or []
    )


@pytest.fixture
def fresh(server: TestServer) -> Iterator[Database]:
    with server.session_database() as database:
        yield database


def test_every_revision_has_a_recording_of_the_code_before_it() -> None:
    revisions = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}

    recorded = {path.name.removeprefix("before_").removesuffix(".jsonl.xz") for path in PATHS}

    assert recorded == {revision for revision in revisions if revision >= FIRST}


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name.split(".")[0])
def test_the_code_before_it_still_runs(fresh: Database, path: Path) -> None:
    with ExitStack() as stack:
        replay = replay_all(fresh, stack, path)

    assert replay.differences == []
    assert replay.open == {}
    assert min(replay.done[word] for word in ("SELECT", "INSERT", "UPDATE")) > 100


def test_a_schema_that_refuses_the_old_code_is_found(fresh: Database) -> None:
    """One CHECK that the code before does not keep."""
    with fresh.admin() as admin:
        admin.exec_driver_sql("ALTER TABLE course_crafter.cc_segments ADD CHECK (gap_after > 1000)")

    with ExitStack() as stack, pytest.raises(pytest.fail.Exception, match=r"INSERT INTO course_crafter\.cc_segments"):
        replay_all(fresh, stack, PATHS[0])


def test_a_schema_that_hides_rows_from_the_old_code_is_found(fresh: Database) -> None:
    with fresh.admin() as admin:
        admin.exec_driver_sql("ALTER POLICY cc_scenes_read ON course_crafter.cc_scenes USING (title = 'none')")

    with ExitStack() as stack:
        try:
            differences = replay_all(fresh, stack, PATHS[0]).differences
        except pytest.fail.Exception as refused:
            differences = [str(refused)]

    assert differences
