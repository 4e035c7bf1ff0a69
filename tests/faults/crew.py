"""Worker processes of a test: started, killed, frozen, told to stop, and begun anew when they die."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Any

import psutil

from coursecrafter.background.processes import end_tree
from coursecrafter.config import Settings
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls
from faults.nursery import TESTS, Forked, Nursery
from faults.plan import FORKS, VARIABLE, FaultPlan

PROGRAM = "faults.worker_process"
START_S = 60
SUBREAPER = 36
"""PR_SET_CHILD_SUBREAPER: what a dead worker leaves behind becomes ours, and is found."""
SHORT_LEASE_S = 1
QUEUE: dict[str, Any] = {
    "renders": 1,
    "calls": 1,
    "renders_per_org": None,
    "renders_per_engine": {},
    "lease_s": SHORT_LEASE_S,
    "grace_s": 5,
    "memory_mb": 0,
    "disk_mb": 0,
}


@dataclass
class Member:
    """One worker process."""

    process: subprocess.Popen[str] | Forked
    pid: int = 0

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    def wait_ready(self) -> None:
        """Wait until it is registered; a worker that died on the way says nothing."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("ready "):
                self.pid = int(line.split()[1])
                return

    def kill(self) -> None:
        """End it and all that it has started, at once."""
        end_tree(self.process.pid)
        self.process.wait(START_S)

    def tell(self) -> None:
        """Tell it to stop."""
        os.kill(self.pid, signal.SIGTERM)

    def family(self) -> list[psutil.Process]:
        """The process and all its descendants."""
        with suppress(psutil.NoSuchProcess):
            first = psutil.Process(self.process.pid)
            return [first, *first.children(recursive=True)]
        return []

    def freeze(self) -> list[psutil.Process]:
        """Stop all its processes; the parents first, so that none starts another one."""
        frozen: list[psutil.Process] = []
        while more := [one for one in self.family() if one not in frozen]:
            for one in more:
                one.send_signal(signal.SIGSTOP)
            frozen += more
        return frozen


def wake(frozen: Iterable[psutil.Process]) -> None:
    """Let processes go on."""
    for one in frozen:
        with suppress(psutil.NoSuchProcess):
            one.send_signal(signal.SIGCONT)


@dataclass
class Crew:
    """The workers of a test.

    Attributes:
        begun: how many were started.
    """

    database: Database
    settings: Settings
    nursery: Nursery
    members: list[Member] = field(default_factory=list)
    begun: int = 0

    def start(
        self,
        name: str = "",
        *,
        plan: FaultPlan | None = None,
        urls: DatabaseUrls | None = None,
        store: str = "",
        version: str = "",
        inside: Sequence[str] = (),
        is_loaded: bool = False,
        environment: dict[str, str] | None = None,
        **queue: Any,
    ) -> Member:
        """Start a worker.

        Args:
            urls: another way to the database.
            store: another way to the store.
            version: of its program, as it tells.
            inside: a program that starts it, with its arguments.
            is_loaded: whether it and its children load themselves, instead of being forked from what is loaded.
            queue: settings that differ from `QUEUE`.
        """
        self.begun += 1
        found = urls or self.database.urls
        told = {
            "urls": [url.render_as_string(hide_password=False) for url in (found.app, found.worker, found.admin)],
            "home": str(self.settings.home),
            "store": store or self.settings.store_url,
            "threads": self.settings.workers,
            "queue": {**QUEUE, **queue},
            "name": name or f"worker-{self.begun}",
            "version": version,
        }
        own = {**(environment or {}), VARIABLE: (plan or FaultPlan()).as_text()}
        process = _started(inside, own) if inside or is_loaded else self.nursery.begin(PROGRAM, {**own, FORKS: "1"})
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps(told) + "\n")
            process.stdin.flush()
        member = Member(process)
        self.members.append(member)
        return member

    def ready(self, *args: Any, **fields: Any) -> Member:
        """Start a worker and wait until it takes work."""
        member = self.start(*args, **fields)
        member.wait_ready()
        assert member.pid, "the worker did not start"
        return member

    @contextmanager
    def kept(self, count: int, **fields: Any) -> Iterator[None]:
        """Have so many workers alive: one that dies is followed by another."""
        over = Event()

        def keep() -> None:
            ours = [self.start(**fields) for _ in range(count)]
            while not over.wait(0.05):
                ours = [one if one.is_alive else self.start(**fields) for one in ours]

        keeper = Thread(target=keep, daemon=True)
        keeper.start()
        try:
            yield
        finally:
            over.set()
            keeper.join()

    def close(self) -> None:
        """End all of them."""
        for member in self.members:
            if member.is_alive:
                member.kill()
            for stream in (member.process.stdin, member.process.stdout):
                with suppress(BrokenPipeError):
                    stream.close()  # type: ignore[union-attr]


def _started(inside: Sequence[str], own: dict[str, str]) -> subprocess.Popen[str]:
    """A worker that loads itself."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("COVERAGE_", "DATABASE_"))}
    return subprocess.Popen(
        [*inside, sys.executable, "-m", PROGRAM],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**kept, **own, "PYTHONPATH": str(TESTS)},
        start_new_session=True,
    )


@contextmanager
def open_crew(database: Database, settings: Settings, nursery: Nursery) -> Iterator[Crew]:
    """Workers of a test, that leave no process behind."""
    ctypes.CDLL(None).prctl(SUBREAPER, 1, 0, 0, 0)
    crew = Crew(database, settings, nursery)
    try:
        yield crew
    finally:
        crew.close()


def orphans(longest_s: float = START_S) -> list[str]:
    """Processes that a worker left behind and that have not gone by themselves; the database's do not count."""
    ends = time.monotonic() + longest_s
    while True:
        left = [one for one in psutil.Process().children(recursive=True) if _is_of_worker(one)]
        if not left or time.monotonic() > ends:
            return [_said(one) for one in left]
        time.sleep(0.1)


def _is_of_worker(process: psutil.Process) -> bool:
    """Whether it inherited a worker's environment and lives."""
    with suppress(psutil.Error, OSError):
        return process.status() != psutil.STATUS_ZOMBIE and VARIABLE in process.environ()
    return False


def _said(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return "gone"
