"""A worker of the queue as a process of its own, as `coursecrafter worker` is one, with faults where a test wants them.

The first line of its input says what it works on, and `FAULTS` in its environment what goes wrong in it. It says
`ready` with its process id once it is registered, and `stopped` at the end of an orderly stop.
"""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

from coursecrafter.background import carrying, workers
from coursecrafter.background.processes import end_tree
from coursecrafter.background.runner import Background
from coursecrafter.config import QueueSettings, Settings
from coursecrafter.db.session import Database
from coursecrafter.db.urls import DatabaseUrls, read_url
from coursecrafter.jobs import queue_app
from faults.clocks import step_clock
from faults.nursery import Forked, Nursery, fork_here
from faults.plan import FORKS, WORKER, FaultPlan, read_plan


def main() -> None:
    """Work until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    told = json.loads(sys.stdin.readline())
    os.environ[WORKER] = str(os.getpid())
    if os.environ.get(FORKS):
        _fork_children(fork_here())
    _set_up(read_plan(), told)
    Thread(target=_end_with_input, daemon=True).start()
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    settings = Settings(Path(told["home"]), told["store"], None, None, told["threads"])
    database = Database(DatabaseUrls(*map(read_url, told["urls"])), is_embedded=False)
    program = [sys.executable, "-m", "faults.child"]
    background = Background(
        settings, database, queue=QueueSettings(**told["queue"]), name=told["name"], program=program
    )
    worker = background.worker
    while worker is not None and not worker.is_registered and not stopping.is_set():
        time.sleep(0.02)
    print(f"ready {os.getpid()}", flush=True)
    while not stopping.wait(0.1) and background.is_working:
        pass
    background.close()
    database.close()
    print("stopped", flush=True)


def _end_with_input() -> None:
    """End with the test that began this worker, also if that was killed."""
    sys.stdin.read()
    end_tree(os.getpid())


def _fork_children(nursery: Nursery) -> None:
    """Begin children without loading them."""

    def begin(program: list[str], **_fields: Any) -> Forked:
        return nursery.begin(program[-1], {})

    begun = SimpleNamespace(Popen=begin, PIPE=subprocess.PIPE, TimeoutExpired=subprocess.TimeoutExpired)
    workers.subprocess = begun  # type: ignore[attr-defined]


def _set_up(plan: FaultPlan, told: dict[str, Any]) -> None:
    if told["version"]:
        queue_app.__version__ = told["version"]  # type: ignore[attr-defined]
    for name, value in plan.tries.items():
        setattr(carrying, name, value)
    if plan.clock:
        step_clock(Path(plan.clock))


if __name__ == "__main__":
    main()
