"""Collect what nothing uses any more: objects, step records, parts of uploads.

An object is in use as long as a row, a step record that is kept, or a JSON file in use names it. The others go in two
steps with a grace between them: first they are laid aside, from where whoever asks for one gets it back (`storage`);
only what nobody asked for and nothing names in the end is removed. So a step that finds an old object at the moment
when it goes loses nothing, and no lock stands between the two. Not safe is work whose result neither a row nor a record
names for longer than the grace.

All of it may be killed at any point and done again. Names lie in a scratch file (`scratch`): memory is bounded by its
cache and by what a batch needs, some 20 MB, whatever the organisation holds.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from threading import Lock
from uuid import UUID

import sqlalchemy as sa

from coursecrafter.db.session import Database
from coursecrafter.db.tables import organisations, uploaded_files
from coursecrafter.domain.stored import StoredObject
from coursecrafter.storage.backends import Listed
from coursecrafter.storage.objects import ObjectMissing, ObjectStore, aside_of
from coursecrafter.upkeep.references import fade, faded_events, read_parses, read_pictures, row_names
from coursecrafter.upkeep.scratch import BATCH, LONGEST_RUN, Scratch, names_in, open_scratch

DAY_S = 24 * 3600
GRACE_S = DAY_S
RECORDS_KEPT_S = 30 * DAY_S
LATE = timedelta(minutes=15)
"""A row tells when its transaction began; one that began so long before the collection may end during it."""
READERS = 8
"""Small files that are read at once: another machine's store takes some milliseconds for each."""
FIRST_BYTES = 64 * 1024
"""Read of a file to see whether it is JSON; most that are end within."""
_HEX = re.compile(rb"[0-9a-f]{64,}")
_STAGED = re.compile(r".+#\d+")
"""How the library names a file in a folder store until it is whole."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What went.

    Attributes:
        laid_aside, laid_aside_bytes: objects that nothing uses; they are kept for a grace.
        removed, removed_bytes: objects that were laid aside a grace ago, and are gone.
        brought_back: objects that were laid aside and are used after all.
        records: step records that were not used for long.
        leftovers, leftover_bytes: parts of uploads that were given up, and files that never became objects.
        given_up, given_up_bytes: files that no longer count towards a quota.
    """

    laid_aside: int = 0
    laid_aside_bytes: int = 0
    removed: int = 0
    removed_bytes: int = 0
    brought_back: int = 0
    records: int = 0
    leftovers: int = 0
    leftover_bytes: int = 0
    given_up: int = 0
    given_up_bytes: int = 0

    def __add__(self, other: Collected) -> Collected:
        return Collected(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def collect(
    database: Database,
    store_url: str,
    *,
    grace_s: float = GRACE_S,
    records_kept_s: float = RECORDS_KEPT_S,
    now: datetime | None = None,
    is_trial: bool = False,
) -> Collected:
    """Collect in all organisations, one after the other; one that is being collected already is passed over.

    Args:
        grace_s: what is younger stays; also how long an object lies aside.
        records_kept_s: step records go that were not used for so long.
        now: the time by which ages are told, UTC; None: the clock's.
        is_trial: only say what would go.

    Raises:
        StoreUnreachable: CC-0703.
        DatabaseUnreachable: CC-0016.
    """
    with database.admin() as conn:
        org_ids = conn.scalars(sa.select(organisations.c.id).order_by(organisations.c.id)).all()
    collected = Collected()
    for org_id in org_ids:
        with _alone(database, org_id) as is_alone, open_scratch() as scratch:
            if is_alone:
                at = now or datetime.now(UTC)
                ages = (at - timedelta(seconds=grace_s), at - timedelta(seconds=records_kept_s))
                collected += _Collection(
                    database, ObjectStore(store_url, org_id), org_id, scratch, *ages, is_trial
                ).run()
    return collected


@contextmanager
def _alone(database: Database, org_id: UUID) -> Iterator[bool]:
    """Hold an organisation's collection; whether nobody else does. The transaction holds no row and no snapshot."""
    with database.admin() as conn:
        conn.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        key = sa.func.hashtextextended(f"collect:{org_id}", 0)
        yield conn.scalars(sa.select(sa.func.pg_try_advisory_xact_lock(key))).one()


@dataclass(slots=True)
class _Collection:
    """The collection of one organisation.

    Attributes:
        before: what is older has outlived the grace.
        records_before: what is older was not used for long.
    """

    database: Database
    store: ObjectStore
    org_id: UUID
    scratch: Scratch
    before: datetime
    records_before: datetime
    is_trial: bool
    counts: Counter[str] = field(default_factory=Counter)
    begun: datetime = field(default_factory=lambda: datetime.now(UTC))
    counting: Lock = field(default_factory=Lock)

    def run(self) -> Collected:
        # What lies there comes first: what is put later is no candidate, whoever names it.
        for place in ("objects", "aside"):
            for batch in self.store.list_below(place):
                self.scratch.note(place, batch)
        self._hold_rows()
        self._hold_records()
        self._hold_named_by_files()
        self._bring_back()
        self._remove_aside()
        self._give_up_files()
        self._lay_aside()
        self._remove_parts()
        self._remove_unfinished()
        return Collected(**self.counts)

    def _hold_rows(self) -> None:
        """What rows name, as they stand at one moment."""
        with self.database.admin() as conn:
            conn.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            self.begun = conn.scalars(sa.select(sa.func.now())).one()
            self.scratch.hold(read_parses(conn, self.org_id, is_gone=False))
            self.scratch.hold(read_parses(conn, self.org_id, is_gone=True), is_open=False)
            self.scratch.hold(read_pictures(conn, self.org_id), is_open=False)
            self.scratch.hold(row_names(conn, self.org_id, self.before))

    def _hold_records(self) -> None:
        """What step records name; those that were not used for long go, before their objects."""
        with ThreadPoolExecutor(READERS) as readers:
            for batch in self.store.list_below("steps"):
                for names in readers.map(self._names_in_record, batch):
                    self.scratch.hold(names)

    def _names_in_record(self, listed: Listed) -> list[str]:
        """Names in a record, or none if it goes."""
        if listed.changed_at < self.records_before:
            again = self.store.look(listed.key)
            if again is None or again.changed_at < self.records_before:
                if not self.is_trial:
                    self.store.remove_part(listed.key)
                self._count("records")
                return []
        return self._names_in_file(listed.key, listed.size_bytes)

    def _hold_named_by_files(self) -> None:
        """What JSON files in use name in turn."""
        with ThreadPoolExecutor(READERS) as readers:
            for files in self.scratch.opened():
                for names in readers.map(lambda file: self._names_in_file(_key(file[0]), file[1]), files):
                    self.scratch.hold(names)

    def _names_in_file(self, key: str, size_bytes: int) -> list[str]:
        """Names in a file, if it is JSON; none if it is gone."""
        try:
            first = b"".join(self.store.read_key(key, 0, min(size_bytes, FIRST_BYTES)))
            if not first.lstrip().startswith((b"{", b"[")):
                return []
            pieces = chain([first], self.store.read_key(key, FIRST_BYTES, size_bytes))
            return [name for run in _runs(pieces) for name in names_in(run)]
        except ObjectMissing:
            return []

    def _bring_back(self) -> None:
        for names in self.scratch.lost():
            for name in names:
                if self.is_trial or self.store.fetch_back(_key(name)):
                    self._count("brought_back")

    def _remove_aside(self) -> None:
        """Remove what was laid aside a grace ago and nothing names now."""
        for names in self.scratch.unused("aside", self.before.timestamp()):
            self._let_go("removed", [aside_of(_key(name)) for name in names], self.store.remove_part)

    def _lay_aside(self) -> None:
        for names in self.scratch.unused("objects", self.before.timestamp()):
            self._let_go("laid_aside", list(map(_key, names)), self.store.lay_aside)

    def _let_go(self, kind: str, keys: Sequence[str], act: Callable[[str], object]) -> None:
        """Do something with objects that nothing uses, after a last look at rows and store."""

        def do(key: str) -> None:
            again = self.store.look(key)
            if again is not None and again.changed_at < self.before:
                if not self.is_trial:
                    act(key)
                self._count(kind, again.size_bytes)

        with self.database.admin() as conn:
            named = self._named_since(conn, [_name(key) for key in keys])
        with ThreadPoolExecutor(READERS) as movers:
            list(movers.map(do, (key for key in keys if _name(key) not in named)))

    def _named_since(self, conn: sa.Connection, names: Iterable[str]) -> set[str]:
        """Which of some names have been written into rows since the collection began."""
        wanted = set(names)
        rows = row_names(conn, self.org_id, self.before, since=self.begun - LATE)
        return {name for name in rows if name in wanted}

    def _give_up_files(self) -> None:
        """Count files no longer that nothing uses; events that tell of their going cannot be undone any more."""
        last = ""
        while files := self._sent_files(last):
            last = files[-1].sha256
            unused = {file.sha256: file.size_bytes for file in files if self._is_unused(file.sha256)}
            with self.database.admin() as conn:
                # As who counts a file does: of a sender of the same bytes and us, one comes after the other.
                conn.execute(sa.select(organisations.c.id).where(organisations.c.id == self.org_id).with_for_update())
                gone = [name for name in unused if name not in self._named_since(conn, unused)] if unused else []
                is_gone = sa.and_(uploaded_files.c.org_id == self.org_id, uploaded_files.c.sha256.in_(gone))
                if not self.is_trial:
                    conn.execute(sa.delete(uploaded_files).where(is_gone))
            for name in gone:
                self._count("given_up", unused[name])
        self._fade_events()

    def _sent_files(self, after: str) -> Sequence[sa.Row[str, int]]:
        files = uploaded_files
        ours = sa.select(files.c.sha256, files.c.size_bytes).where(files.c.org_id == self.org_id)
        old = ours.where(files.c.created_at < self.before, files.c.sha256 > after)
        with self.database.admin() as conn:
            return conn.execute(old.order_by(files.c.sha256).limit(BATCH)).all()

    def _is_unused(self, name: str) -> bool:
        return not self.scratch.is_held(name) and not self.scratch.is_young(name, self.before.timestamp())

    def _fade_events(self) -> None:
        if self.is_trial:
            return
        with self.database.admin() as conn:
            for event_id, names in faded_events(conn, self.org_id, self.before):
                if any(self._is_unused(name) for name in names):
                    self.scratch.keep_ids([str(event_id)])
        for ids in self.scratch.kept_ids():
            with self.database.admin() as conn:
                fade(conn, [UUID(one) for one in ids])

    def _remove_parts(self) -> None:
        """Remove parts that no upload under way names."""
        for batch in self.store.list_below("uploads"):
            old = {part.key: part.size_bytes for part in batch if part.changed_at < self.before}
            with self.database.admin() as conn:
                named = set(conn.scalars(_PARTS, {"org_id": self.org_id, "keys": list(old)}))
            for key, size_bytes in old.items():
                if key not in named:
                    self._remove_leftover(key, size_bytes)

    def _remove_leftover(self, key: str, size_bytes: int) -> None:
        if not self.is_trial:
            self.store.remove_part(key)
        self._count("leftover", size_bytes, plural="leftovers")

    def _remove_unfinished(self) -> None:
        """Remove what a process that was killed left of files that never became objects."""
        for path in chain(_files_in(self.store.incoming_folder), self._staged_files()):
            with suppress(FileNotFoundError):
                status = path.stat()
                if status.st_mtime < self.before.timestamp():
                    if not self.is_trial:
                        path.unlink()
                    self._count("leftover", status.st_size, plural="leftovers")

    def _staged_files(self) -> Iterator[Path]:
        """Files of a folder store that are not whole; another store has none that is seen."""
        if self.store.folder is not None:
            for folder, _, names in os.walk(self.store.folder / self.store.prefix):
                yield from (Path(folder, name) for name in names if _STAGED.fullmatch(name))

    def _count(self, kind: str, size_bytes: int | None = None, *, plural: str | None = None) -> None:
        with self.counting:
            self.counts[plural or kind] += 1
            if size_bytes is not None:
                self.counts[f"{kind}_bytes"] += size_bytes


_PARTS = sa.text(
    """
    SELECT part ->> 0 FROM platform.uploads u, jsonb_array_elements(u.details -> 'parts') part
    WHERE u.org_id = :org_id AND u.state = 'receiving' AND u.expires_at > now() AND part ->> 0 = ANY (:keys)
    """
)


def _runs(pieces: Iterable[bytes]) -> Iterator[str]:
    """Runs of hex digits in a file, also those that two pieces share."""
    rest = b""
    for piece in pieces:
        whole = rest + piece
        # What may go on in the next piece waits for it; a run that is too long for a name need not.
        tail = re.search(rb"[0-9a-f]{1,%d}$" % LONGEST_RUN, whole)
        end = tail.start() if tail else len(whole)
        yield from (run.decode() for run in _HEX.findall(whole[:end]))
        rest = whole[end:]
    yield from (run.decode() for run in _HEX.findall(rest))


def _files_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _key(name: str) -> str:
    return StoredObject(name, 0, "").key


def _name(key: str) -> str:
    return key.rpartition("/")[2]
