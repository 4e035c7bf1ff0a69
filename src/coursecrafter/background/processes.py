"""End a process with everything that it has started, also what it started in sessions of its own.

Sandboxed readers lead sessions of their own, so a process group does not hold them; the parents in /proc do. Source:
proc(5), /proc/pid/task/tid/children.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def end_tree(pid: int) -> None:
    """End a process and all its descendants, at once."""
    tree = [pid, *_stopped(pid)]
    for one in tree:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def end_group(leader: int) -> None:
    """End the group of a process that has ended and was not waited for: until then its number is nobody else's."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def end_descendants(pid: int) -> None:
    """End all that a process has started, and leave it itself."""
    for child in list(_children(pid)):
        end_tree(child)


def _stopped(pid: int) -> Iterator[int]:
    """All descendants, each stopped before its children are listed, so that none can start another one unseen."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGSTOP)
    for child in list(_children(pid)):
        yield child
        yield from _stopped(child)


def _children(pid: int) -> Iterator[int]:
    for listed in Path("/proc", str(pid), "task").glob("*/children"):
        with suppress(OSError):
            yield from (int(one) for one in listed.read_text().split())
