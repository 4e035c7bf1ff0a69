"""What a version of the code asks of the database, recorded so that later schemas can be asked the same.

Before a revision that changes the schema, record the code that runs until then::

    .venv/bin/python tests/recordings.py COMMIT REVISION

It takes COMMIT's package out of git, builds the example deck with it, and a second time with one word changed, and
writes every statement with parameters, login and answer to `tests/db/recordings/before_REVISION.jsonl.xz`. What
start-up asks about the revision itself is left out: the old code is running already when the upgrade comes.
"""

from __future__ import annotations

import json
import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from threading import Lock
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg.types.json import Json, Jsonb

ROOT = Path(__file__).parents[1]
RECORDINGS = Path(__file__).parent / "db" / "recordings"
PLAYER = Path("src/coursecrafter/engines/e4_elearning/player")
"""Built, so not in git; the database does not see what it holds."""

BUILD_S = 900


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, or the end of a transaction.

    Attributes:
        transaction: number of the transaction it belongs to; several are open at once.
        login: app, worker or admin.
        sql: with psycopg's placeholders; COMMIT or ROLLBACK at the end.
        parameters: a mapping, or a list of them for one statement run many times; encoded.
        rows: what it returned, encoded; None: nothing can be fetched.
        count: of rows returned or changed.
    """

    transaction: int
    login: str
    sql: str
    parameters: Any = None
    rows: list[list[Any]] | None = None
    count: int = 0


def write_recording(path: Path, statements: Iterable[Statement]) -> None:
    """Write statements in the order in which they ended, one line each."""
    lines = "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in statements)
    path.write_bytes(lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME))


def read_lines(path: Path) -> list[str]:
    """The lines of a recording; a replay puts its own ids into them before it reads them."""
    return lzma.decompress(path.read_bytes()).decode().splitlines()


def read_statement(line: str) -> Statement:
    """One line of a recording."""
    return Statement(**json.loads(line))


def encode(value: Any) -> Any:
    """A parameter or a cell as JSON; kinds that JSON lacks are named."""
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list):
        return [encode(one) for one in value]
    for kind, (name, say, _read) in KINDS.items():
        if isinstance(value, kind):
            return {name: say(value)}
    raise TypeError(f"A {type(value).__name__} cannot be recorded yet.")


def decode(value: Any) -> Any:
    """What `encode` was given."""
    if isinstance(value, list):
        return [decode(one) for one in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    return READ[kind](inner)


KINDS: dict[type, tuple[str, Callable[[Any], Any], Callable[[Any], Any]]] = {
    UUID: ("uuid", str, UUID),
    datetime: ("time", datetime.isoformat, datetime.fromisoformat),
    Decimal: ("decimal", str, Decimal),
    dict: ("json", dict, dict),
    Json: ("into json", lambda value: value.obj, Json),
    Jsonb: ("into jsonb", lambda value: value.obj, Jsonb),
}
"""By kind: what it is called, how it is said in JSON, and how it is read back."""

READ = {name: read for name, _say, read in KINDS.values()}


class Recorder:
    """Listens to every engine of this process from `start` on."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []
        self._is_on = False
        self._lock = Lock()
        self._open: dict[int, int] = {}
        self._begun = 0

    def listen(self) -> None:
        """Hear every statement, and every end of a transaction that had one."""
        sa.event.listen(sa.Engine, "after_cursor_execute", self._hear)
        sa.event.listen(sa.Engine, "commit", lambda connection: self._end(connection, "COMMIT"))
        sa.event.listen(sa.Engine, "rollback", lambda connection: self._end(connection, "ROLLBACK"))

    def pause_during(self, owner: type, name: str) -> None:
        """Leave out what a method asks; begin to record when it has ended."""
        method = getattr(owner, name)

        def silent(*arguments: Any, **named: Any) -> Any:
            self._is_on = False
            try:
                return method(*arguments, **named)
            finally:
                self._is_on = True

        setattr(owner, name, silent)

    def _hear(self, connection: Any, cursor: Any, sql: str, parameters: Any, _context: Any, is_many: bool) -> None:
        if not self._is_on:
            return
        rows = None
        if cursor.description and not is_many:
            rows = [[encode(cell) for cell in row] for row in cursor.fetchall()]
            if rows:
                cursor.scroll(0, mode="absolute")  # the code under record reads them once more
        said = [_encode_all(one) for one in parameters] if is_many else _encode_all(parameters)
        with self._lock:
            number = self._number(connection)
            login = connection.engine.url.username.removeprefix("cc_")
            self.statements.append(Statement(number, login, sql, said, rows, cursor.rowcount))

    def hear_entering(self, session: Any) -> None:
        """Record too how a session begins: it goes to the driver as it stands, past all events."""
        enter = session._enter

        def heard(connection: Any, role: str, identity: Any = None) -> None:
            enter(connection, role, identity)
            said = f"SET LOCAL ROLE {role}" + (session._settings(identity) if identity is not None else "")
            if self._is_on:
                with self._lock:
                    number, login = self._number(connection), connection.engine.url.username.removeprefix("cc_")
                    self.statements += [Statement(number, login, one, {}, None, -1) for one in said.split("; ")]

        session._enter = heard

    def _number(self, connection: Any) -> int:
        """The transaction that a connection is in."""
        if id(connection) not in self._open:
            self._begun += 1
            self._open[id(connection)] = self._begun
        return self._open[id(connection)]

    def _end(self, connection: Any, word: str) -> None:
        with self._lock:
            number = self._open.pop(id(connection), None)
            if number is not None:
                self.statements.append(Statement(number, connection.engine.url.username.removeprefix("cc_"), word))


def _encode_all(parameters: Any) -> dict[str, Any]:
    return {name: encode(value) for name, value in dict(parameters).items()}


def record_command(path: Path, package: Path, arguments: list[str]) -> None:
    """Run `coursecrafter` of a package in this process and write what it asked."""
    # The package that PYTHONPATH names: not this version's.
    from coursecrafter import cli
    from coursecrafter.db import session

    if not Path(cli.__file__).is_relative_to(package):
        sys.exit(f"{cli.__file__} is not the package to record.")
    recorder = Recorder()
    recorder.listen()
    recorder.pause_during(session.Database, "ensure_ready")
    recorder.hear_entering(session)
    cli.cli(arguments, standalone_mode=False)
    write_recording(path, recorder.statements)


def record(commit: str, revision: str) -> Path:
    """Build twice with a commit's package and keep what it asked."""
    with tempfile.TemporaryDirectory(prefix="cc-record-") as name:
        folder = Path(name)
        folder.chmod(0o711)
        package = _check_out(commit, folder)
        deck = folder / "changed" / "safe-sign-in.pptx"
        deck.parent.mkdir()
        _change_word(package / "examples" / "safe-sign-in.pptx", deck)
        parts = [
            _record_build(folder / f"part{number}", package, folder / "home", one)
            for number, one in enumerate([package / "examples" / "safe-sign-in.pptx", deck])
        ]
        path = RECORDINGS / f"before_{revision}.jsonl.xz"
        write_recording(path, _joined(parts))
    return path


def _check_out(commit: str, folder: Path) -> Path:
    package = folder / "package"
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, check=True, capture_output=True, timeout=120)
    (folder / "package.tar").write_bytes(archive.stdout)
    with tarfile.open(folder / "package.tar") as tar:
        tar.extractall(package, filter="data")
    shutil.copytree(ROOT / PLAYER, package / PLAYER)
    return package


def _change_word(deck: Path, target: Path) -> None:
    from system.courses import change_word

    change_word(deck, target, "what to do beside them", "what to try beside them")


def _record_build(path: Path, package: Path, home: Path, deck: Path) -> Path:
    command = [sys.executable, __file__, "--here", str(path), str(package)]
    options = ["--code", "SSI-1", "--doc", str(package / "examples" / "handbook.md"), "--json"]
    environment = {**os.environ, "PYTHONPATH": str(package / "src"), "COURSECRAFTER_HOME": str(home)}
    subprocess.run(
        [*command, "build", str(deck), "--out", str(home.parent / "out"), *options],
        env=environment,
        cwd=package,
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=BUILD_S,
    )
    return path


def _joined(parts: list[Path]) -> Iterator[Statement]:
    """One recording after the other; their transactions go on counting."""
    before = 0
    for part in parts:
        statements = [read_statement(line) for line in read_lines(part)]
        for one in statements:
            yield Statement(one.transaction + before, one.login, one.sql, one.parameters, one.rows, one.count)
        before += max(one.transaction for one in statements)


if __name__ == "__main__":
    if sys.argv[1] == "--here":
        record_command(Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:])
    else:
        kept = record(sys.argv[1], sys.argv[2])
        sys.stdout.write(f"{kept.relative_to(ROOT)}: {kept.stat().st_size:,} bytes, {len(read_lines(kept))} lines\n")
