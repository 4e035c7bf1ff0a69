"""Names by the million in a few megabytes: sets on disk, for as long as one collection takes.

Everything the collection knows of an organisation stands here: what lies in the store, and what is named. It is a
SQLite file without a name that only this process sees; it goes when it is closed, also by a kill.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from coursecrafter.storage.backends import Listed

CACHE_KIB = 8 * 1024
"""What SQLite holds in memory at most; the rest lies on disk."""
BATCH = 500
NAME_DIGITS = 64
LONGEST_RUN = 80
"""A longer run of hex digits is no name with something before or behind it, but a text of its own."""

_TABLES = """
CREATE TABLE objects (name TEXT PRIMARY KEY, size INTEGER, changed REAL) WITHOUT ROWID;
CREATE TABLE aside (name TEXT PRIMARY KEY, size INTEGER, changed REAL) WITHOUT ROWID;
CREATE TABLE held (name TEXT PRIMARY KEY, is_open INTEGER) WITHOUT ROWID;
CREATE INDEX held_open ON held (name) WHERE is_open;
CREATE TABLE kept_ids (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
_IN = "EXISTS (SELECT 1 FROM {0} WHERE {0}.name = place.name)"


class Scratch:
    """The sets of one collection.

    `objects` and `aside` are what lies in the store; `held` is what is named. A held name is open until it is known
    what its file names in turn.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def note(self, place: str, found: Iterable[Listed]) -> None:
        """Add what lies in the store.

        Args:
            place: objects or aside.
        """
        rows = [(one.name, one.size_bytes, one.changed_at.timestamp()) for one in found]
        self._db.executemany(f"INSERT OR REPLACE INTO {place} VALUES (?, ?, ?)", rows)  # noqa: S608 - one of two words

    def hold(self, names: Iterable[str], *, is_open: bool = True) -> None:
        """Add names that are used; what is said first of a name stays.

        Args:
            is_open: whether their files may name others.
        """
        self._db.executemany("INSERT OR IGNORE INTO held VALUES (?, ?)", ((name, is_open) for name in names))

    def opened(self) -> Iterator[Sequence[tuple[str, int]]]:
        """Names whose files have not been looked into, with their length; also those that are held meanwhile."""
        wanted = (
            "SELECT held.name, coalesce(objects.size, aside.size) FROM held LEFT JOIN objects USING (name)"
            " LEFT JOIN aside USING (name) WHERE is_open LIMIT ?"
        )
        while found := self._db.execute(wanted, (BATCH,)).fetchall():
            yield [(name, size) for name, size in found if size]
            self._db.executemany("UPDATE held SET is_open = 0 WHERE name = ?", ((name,) for name, _ in found))

    def lost(self) -> Iterator[Sequence[str]]:
        """Names that are used and lie aside only."""
        is_lost = f"{_IN.format('held')} AND NOT {_IN.format('objects')}"
        return self._paged(f"SELECT name FROM aside place WHERE {is_lost}")  # noqa: S608 - written here

    def unused(self, place: str, before: float) -> Iterator[Sequence[str]]:
        """Names of what lies in a place for longer and nothing names; of what lies aside also what was made anew.

        Args:
            before: POSIX time.
        """
        unnamed = f"NOT {_IN.format('held')}"
        if place == "aside":
            unnamed = f"({unnamed} OR {_IN.format('objects')})"
        wanted = f"SELECT name FROM {place} place WHERE changed < ? AND {unnamed}"  # noqa: S608 - one of two words
        return self._paged(wanted, before)

    def is_held(self, name: str) -> bool:
        """Whether anything names it."""
        return self._db.execute("SELECT 1 FROM held WHERE name = ?", (name,)).fetchone() is not None

    def is_young(self, name: str, since: float) -> bool:
        """Whether an object was written since a POSIX time."""
        wanted = "SELECT 1 FROM objects WHERE name = ? AND changed >= ?"
        return self._db.execute(wanted, (name, since)).fetchone() is not None

    def keep_ids(self, ids: Iterable[str]) -> None:
        """Add ids of rows that others name."""
        self._db.executemany("INSERT OR IGNORE INTO kept_ids VALUES (?)", ((one,) for one in ids))

    def is_kept_id(self, row_id: str) -> bool:
        """Whether a row is named."""
        return self._db.execute("SELECT 1 FROM kept_ids WHERE name = ?", (row_id,)).fetchone() is not None

    def kept_ids(self) -> Iterator[Sequence[str]]:
        """Those ids."""
        return self._paged("SELECT name FROM kept_ids")

    def _paged(self, wanted: str, *values: float) -> Iterator[Sequence[str]]:
        last = ""
        paged = f"SELECT name FROM ({wanted}) WHERE name > ? ORDER BY name LIMIT ?"  # noqa: S608 - written above
        while names := [name for (name,) in self._db.execute(paged, (*values, last, BATCH))]:
            yield names
            last = names[-1]


@contextmanager
def open_scratch() -> Iterator[Scratch]:
    """Begin with empty sets."""
    connection = sqlite3.connect("", isolation_level=None)
    try:
        connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA temp_store = FILE")
        connection.executescript(_TABLES)
        yield Scratch(connection)
    finally:
        connection.close()


def names_in(run: str) -> Iterator[str]:
    """The names that a run of hex digits may be; an escape such as `u00ab` may stand before one."""
    if len(run) <= LONGEST_RUN:
        for start in range(len(run) - NAME_DIGITS + 1):
            yield run[start : start + NAME_DIGITS]
