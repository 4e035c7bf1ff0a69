"""What the watchdog of all machines keeps in common: what it saw seldom, and what it has told whom.

It stands in the queue's own schema, since it is needed exactly where the queue is: a store that is away must not
silence who would say so. Whoever holds the row is the one who looks and tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.watchdog.figures import Noted, Seldom

_NAME = {"name": "watchdog"}
_MAKE = sa.text("INSERT INTO queue.notes (name) VALUES (:name) ON CONFLICT DO NOTHING")
_READ = sa.text("SELECT kept, now() AS at FROM queue.notes WHERE name = :name")
_HOLD = sa.text("SELECT kept, now() AS at FROM queue.notes WHERE name = :name FOR UPDATE SKIP LOCKED")
_WAIT = sa.text("SELECT kept, now() AS at FROM queue.notes WHERE name = :name FOR UPDATE")
_KEEP = sa.text("UPDATE queue.notes SET kept = CAST(:kept AS jsonb) WHERE name = :name")
# Letters and calls are sent while the row is held.
_PATIENCE = sa.text("SET LOCAL idle_in_transaction_session_timeout = 0")


@dataclass(slots=True)
class Notes:
    """What is kept.

    Attributes:
        at: the database's time when it was read: machines' own clocks may differ.
        kept: JSON.
    """

    at: datetime
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def seldom(self) -> Seldom | None:
        """What was looked at seldom; None: nobody did yet."""
        return Seldom.of_json(self.kept["seldom"]) if "seldom" in self.kept else None

    @property
    def schema(self) -> Noted | None:
        """What the last check of the schema found."""
        return self._noted("schema")

    @property
    def collected(self) -> Noted | None:
        """What the last collection threw away."""
        return self._noted("collected")

    @property
    def looked_at(self) -> datetime | None:
        """When a worker last took the watchdog's turn."""
        return datetime.fromisoformat(self.kept["looked_at"]) if "looked_at" in self.kept else None

    @property
    def undelivered(self) -> Mapping[str, Mapping[str, str]]:
        """Ways on which the last alert was not delivered: since when, and what was said."""
        failed: Mapping[str, Mapping[str, str]] = self.kept.get("alerts", {}).get("failed", {})
        return failed

    def note(self, name: str, found: Mapping[str, Any]) -> None:
        """Keep what was found now."""
        self.kept[name] = {"at": self.at.isoformat(), "found": dict(found)}

    def _noted(self, name: str) -> Noted | None:
        told = self.kept.get(name)
        return None if told is None else Noted(datetime.fromisoformat(told["at"]), told["found"])


def read_notes(database: Database) -> Notes:
    """The notes as they stand.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    with database.queue() as conn:
        row = conn.execute(_READ, _NAME).first()
        at = row.at if row else conn.execute(sa.select(sa.func.now())).scalar_one()
    return Notes(at, row.kept if row else {})


@contextmanager
def holding_notes(database: Database, *, is_waiting: bool = False) -> Iterator[Notes | None]:
    """Hold the notes, of all machines alone, and keep them in the end.

    Args:
        is_waiting: whether to wait for whoever holds them; else None is given.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    with database.queue() as conn:
        conn.execute(_PATIENCE)
        if conn.execute(_READ, _NAME).first() is None:
            conn.execute(_MAKE, _NAME)
        row = conn.execute(_WAIT if is_waiting else _HOLD, _NAME).first()
        if row is None:
            yield None
            return
        notes = Notes(row.at, row.kept)
        yield notes
        conn.execute(_KEEP, {**_NAME, "kept": json.dumps(notes.kept)})


def note(database: Database, name: str, found: Mapping[str, Any]) -> None:
    """Keep what was found now under a name: `schema`, `collected`.

    Raises:
        DatabaseUnreachable: CC-0016.
    """
    with holding_notes(database, is_waiting=True) as notes:
        if notes is not None:
            notes.note(name, found)
