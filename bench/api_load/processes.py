"""What processes cost, as Linux counts it: CPU seconds and the most memory they held."""

from __future__ import annotations

import os
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """CPU time of a process, its own and of those of its children that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    # utime, stime, cutime and cstime: fields 14 to 17 of proc_pid_stat(5), here without the first two.
    return sum(map(int, fields[11:15])) / TICKS_PER_S


def children_of(pid: int) -> list[int]:
    """The processes that a process has started and that live."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def family_cpu_s(pid: int) -> float:
    """CPU time of a process and its children, living and dead."""
    return cpu_s(pid) + sum(_cpu_or_nothing(child) for child in children_of(pid))


def peak_mb(pid: int) -> float:
    """The most memory that a process held since it began."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024


def _cpu_or_nothing(pid: int) -> float:
    """Of a process that may end meanwhile: it is counted with its parent then."""
    try:
        return cpu_s(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
