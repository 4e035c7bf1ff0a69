"""Processes that need not be loaded: forked from one that has imported everything and does nothing else.

A worker that is killed a hundred times would spend its lives importing. A forked one is a process like any other: it
has an input, an output and a session of its own, and dies as any other does.
"""

from __future__ import annotations

import array
import importlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from coursecrafter.ingest.office import installed_fonts
from coursecrafter.watchdog.machine import facts_of_this_machine

LONGEST_REQUEST = 1 << 16
PRELOADED = ("faults.worker_process", "faults.child")
ASKED_ONCE = (facts_of_this_machine, installed_fonts)
"""What each process would ask other programs for anew."""
TESTS = Path(__file__).parents[1]


class Forked:
    """A forked process, with what is used here of `subprocess.Popen`."""

    def __init__(self, pid: int, stdin: IO[str], stdout: IO[str]) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        self._ends = os.pidfd_open(pid)

    def poll(self) -> int | None:
        """None while it lives; how it ended, nobody knows."""
        return -1 if select.select([self._ends], [], [], 0)[0] else None

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended.

        Raises:
            TimeoutExpired: it has not.
        """
        if not select.select([self._ends], [], [], timeout)[0]:
            raise subprocess.TimeoutExpired(str(self.pid), timeout or 0.0)
        return -1

    def __del__(self) -> None:
        os.close(self._ends)


class Nursery:
    """A way to a process that forks itself on demand.

    Args:
        link: a socket whose other end `serve` reads.
    """

    def __init__(self, link: socket.socket) -> None:
        self._link = link

    def begin(self, module: str, environment: dict[str, str]) -> Forked:
        """Begin a module's `main` in a process of its own."""
        (read_in, write_in), (read_out, write_out) = os.pipe(), os.pipe()
        request = json.dumps({"module": module, "environment": environment}).encode()
        rights = array.array("i", [read_in, write_out])
        self._link.sendmsg([request], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
        os.close(read_in)
        os.close(write_out)
        pid = int(self._link.recv(32))
        return Forked(pid, os.fdopen(write_in, "w"), os.fdopen(read_out))


def serve(link: socket.socket) -> None:
    """Fork a process for each request, until nobody is left who could ask."""
    # Ends of children are of no interest here; they are not to stay as zombies.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        try:
            request, handed, _, _ = socket.recv_fds(link, LONGEST_REQUEST, 2)
        except ConnectionError:
            os._exit(0)
        if not request:
            os._exit(0)
        pid = os.fork()
        if pid == 0:
            link.close()
            _become(json.loads(request), handed)
        for descriptor in handed:
            os.close(descriptor)
        link.send(str(pid).encode())


def fork_here() -> Nursery:
    """A nursery that forks processes like this one, which has no threads yet; it ends with this one."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        ours.close()
        # Whoever reads what the worker says must see its end when the worker ends.
        nothing = os.open(os.devnull, os.O_RDWR)
        os.dup2(nothing, 0)
        os.dup2(nothing, 1)
        serve(its)
    its.close()
    return Nursery(ours)


@contextmanager
def open_nursery() -> Iterator[Nursery]:
    """A nursery of workers, loaded once."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "DATABASE_"))}
    with subprocess.Popen(
        [sys.executable, "-m", "faults.nursery", str(its.fileno())],
        pass_fds=[its.fileno()],
        env={**kept, "PYTHONPATH": str(TESTS)},
    ) as process:
        its.close()
        try:
            yield Nursery(ours)
        finally:
            ours.close()
            process.wait()


def _become(request: dict[str, object], handed: list[int]) -> None:
    """Be the process that was asked for; it never returns."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for target, descriptor in enumerate(handed):
            os.dup2(descriptor, target)
            os.close(descriptor)
        sys.stdin, sys.stdout = os.fdopen(0, closefd=False), os.fdopen(1, "w", closefd=False)
        os.environ.update(request["environment"])  # type: ignore[call-overload]
        importlib.import_module(str(request["module"])).main()
        sys.stdout.flush()
        status = 0
    except BaseException:  # noqa: BLE001 - a forked process must not go on as its parent would
        sys.stderr.write(traceback.format_exc())
    finally:
        os._exit(status)


if __name__ == "__main__":
    for one in PRELOADED:
        importlib.import_module(one)
    for ask in ASKED_ONCE:
        ask()
    serve(socket.socket(fileno=int(sys.argv[1])))
