"""Workers as the benchmark sees them: started, told to go, and asked what they did."""

from __future__ import annotations

import json
import math
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, cast
from uuid import UUID

from queue_load.world import World

PROGRAM = Path(__file__).with_name("worker.py")
PATIENCE_S = 600
NO_LIMITS: Mapping[str, Any] = {"org": None, "kinds": {}}


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a job; times of the machine's steady clock."""

    subject_id: UUID
    attempt: int
    begun_s: float
    ended_s: float
    worker: int


@dataclass
class Hands:
    """Some workers of one kind.

    Attributes:
        attempts: what they did, once they have stopped.
        cpu_s: of all of them, from `go` until they were told to stop.
        peak_mb: the most memory that each held.
    """

    processes: list[subprocess.Popen[str]]
    attempts: list[Attempt] = field(default_factory=list)
    cpu_s: float = 0.0
    peak_mb: list[float] = field(default_factory=list)

    def go(self) -> float:
        """Let them begin; when."""
        begun = time.monotonic()
        for process in self.processes:
            stdin = cast("IO[str]", process.stdin)
            stdin.write("go\n")
            stdin.flush()
        return begun

    def stop(self) -> None:
        """Let them stop, and hear what they did."""
        for process in self.processes:
            cast("IO[str]", process.stdin).close()
        for number, process in enumerate(self.processes):
            told = json.loads(cast("IO[str]", process.stdout).readline())
            process.wait(PATIENCE_S)
            self.attempts += [Attempt(UUID(one[0]), *one[1:], worker=number) for one in told["done"]]
            self.cpu_s += told["cpu_s"]
            self.peak_mb.append(told["peak_mb"])


@contextmanager
def open_hands(
    world: World,
    count: int,
    *,
    slots: int = 1,
    is_peer: bool = False,
    again_s: float | None = None,
    limits: Mapping[str, Any] = NO_LIMITS,
) -> Iterator[Hands]:
    """Workers that are registered, and hold their first job back until `go`."""
    url = world.peer_url if is_peer else world.urls.worker.render_as_string(hide_password=False)
    order = {"url": url, "slots": slots, "is_peer": is_peer, "again_s": again_s, "limits": dict(limits)}
    with ExitStack() as stack:
        processes = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, str(PROGRAM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                )
            )
            for _ in range(count)
        ]
        stack.callback(lambda: [process.kill() for process in processes if process.poll() is None])
        for process in processes:
            stdin = cast("IO[str]", process.stdin)
            stdin.write(json.dumps(order) + "\n")
            stdin.flush()
        for process in processes:
            assert cast("IO[str]", process.stdout).readline() == "ready\n"
        yield Hands(processes)


def wait_for(claim: Callable[[], bool], every_s: float = 0.05) -> None:
    """Wait until something is true."""
    ends = time.monotonic() + PATIENCE_S
    while not claim():
        assert time.monotonic() < ends, "it never became true"
        time.sleep(every_s)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that so large a share of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
