"""A worker in a process of its own, ours or the peer's, whose work only takes its time: `python worker.py`.

The first line on its input says what it is. It says `ready`, holds its first job back until it is told `go`, and when
its input ends it stops and says what it did: when each job began and ended by the machine's steady clock, and its CPU
time.
"""

from __future__ import annotations

import asyncio
import json
import logging
import resource
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast
from uuid import UUID

sys.path.insert(0, str(Path(__file__).parents[1]))

from procrastinate import App, PsycopgConnector

from coursecrafter.background.carrying import Again, Carrier
from coursecrafter.background.queue_worker import QueueWorker
from coursecrafter.config import QueueSettings
from coursecrafter.db.urls import read_url
from coursecrafter.jobs.fence import Fence
from queue_load.world import length_of

PEERS_POLL_S = 1.0


@dataclass
class StandIn:
    """Takes the place of the carrier: sleeps as long as a job says.

    Attributes:
        again_s: a job's first attempt is put back for so long; None: it succeeds.
        done: of each attempt: subject, attempt, begun, ended.
    """

    again_s: float | None = None
    go: threading.Event = field(default_factory=threading.Event)
    done: list[tuple[str, int, float, float]] = field(default_factory=list)

    def carry_out(self, _task: str, arguments: Mapping[str, Any], fence: Fence) -> None:
        self.work(arguments["subject_id"], fence.attempt)

    def work(self, subject: str, attempt: int) -> None:
        self.go.wait()
        begun = time.monotonic()
        length_s = length_of(UUID(subject))
        if length_s:
            time.sleep(length_s)
        self.done.append((subject, attempt, begun, time.monotonic()))
        if self.again_s is not None and attempt == 0:
            raise Again(self.again_s)


def main() -> None:
    """Work until the input ends."""
    # It warns that its app stands in the main module.
    logging.getLogger("procrastinate").setLevel(logging.ERROR)
    order = json.loads(sys.stdin.readline())
    standing = StandIn(order["again_s"])
    stop = run_peer(order, standing) if order["is_peer"] else run_ours(order, standing)
    say("ready")
    sys.stdin.readline()
    before = cpu_s()
    standing.go.set()
    sys.stdin.read()
    used = cpu_s() - before
    stop()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say(json.dumps({"done": standing.done, "cpu_s": used, "peak_mb": peak_mb}))


def run_ours(order: Mapping[str, Any], standing: StandIn) -> Any:
    """Our worker, with nothing but the carrier changed; what stops it."""
    limits = order["limits"]
    settings = QueueSettings(order["slots"], 0, limits["org"], limits["kinds"], 8, 25, 0, 0)
    worker = QueueWorker(read_url(order["url"]), settings, cast("Carrier", standing), name="bench")
    worker.start()
    while not worker.is_registered:
        time.sleep(0.01)

    def stop() -> None:
        worker.stop()
        worker.join(30)

    return stop


def run_peer(order: Mapping[str, Any], standing: StandIn) -> Any:
    """Plain procrastinate; what stops it."""
    app = App(connector=PsycopgConnector(conninfo=order["url"]))

    @app.task(name="render")
    def render(subject_id: str, **_arguments: str) -> None:
        standing.work(subject_id, 1)

    loop, begun = asyncio.new_event_loop(), threading.Event()
    running: list[asyncio.Task[None]] = []

    async def work() -> None:
        async with app.open_async():
            running.append(
                asyncio.create_task(
                    app.run_worker_async(
                        concurrency=order["slots"],
                        install_signal_handlers=False,
                        fetch_job_polling_interval=PEERS_POLL_S,
                    )
                )
            )
            begun.set()
            await asyncio.gather(*running, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(work()))
    thread.start()
    begun.wait()

    def stop() -> None:
        loop.call_soon_threadsafe(running[0].cancel)
        thread.join(30)

    return stop


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
