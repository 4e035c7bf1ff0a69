"""Memory and disk of this machine, looked at before a step starts.

A step that runs out of either half-way costs more than one that waits: the kernel ends the process, or the disk is full
for the database too.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from coursecrafter.errors import JobError

LOOK_EVERY_S = 1.0
CGROUP = Path("/sys/fs/cgroup")


class NoRoom(JobError):
    """The machine has too little memory or disk left to begin a step."""

    code = "CC-0617"
    status = 503
    retry = True
    remedy = "Free memory or disk on the worker's machine, or give it fewer slots with COURSECRAFTER_RENDERS."


@dataclass(frozen=True, slots=True)
class Room:
    """What must be left.

    Attributes:
        memory_bytes: available to this process, within its container's limit.
        disk_bytes: free where temporary files go.
        patience_s: how long to wait for it: other steps end and give theirs back.
    """

    memory_bytes: int = 256 << 20
    disk_bytes: int = 512 << 20
    patience_s: float = 30.0

    def wait(self, is_leaving: Callable[[], bool] = lambda: False) -> None:
        """Wait until there is room.

        Raises:
            NoRoom: CC-0617.
        """
        ends = time.monotonic() + self.patience_s
        while (missing := self._missing()) is not None:
            if is_leaving():
                return
            if time.monotonic() >= ends:
                raise NoRoom(f"The machine has too little {missing} left to go on.")
            time.sleep(LOOK_EVERY_S)

    def _missing(self) -> str | None:
        if available_memory() < self.memory_bytes:
            return "memory"
        return "disk" if shutil.disk_usage(tempfile.gettempdir()).free < self.disk_bytes else None


def available_memory(cgroup: Path = CGROUP) -> int:
    """Bytes that can be had without swapping; a container's limit counts (cgroup v2, memory.max)."""
    available = int(psutil.virtual_memory().available)
    try:
        limit = (cgroup / "memory.max").read_text().strip()
        used = int((cgroup / "memory.current").read_text())
        cache = dict(line.split() for line in (cgroup / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return available
    if limit == "max":
        return available
    return min(available, int(limit) - used + int(cache.get("inactive_file", 0)))
