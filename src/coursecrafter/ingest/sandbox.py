"""Child processes that read what strangers made.

A child sees the system and the named files read-only, writes into one folder, has no network, little memory and a wall
clock. Bubblewrap gives all of it; without it (or where the kernel forbids it) limits of memory, file size and time
remain, and the network and the file system do not close.

As root the child is uid 65534 in a user namespace of its own: what it may touch is decided by what is mounted.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import coursecrafter

NOBODY = 65534
PROBE_TIMEOUT_S = 10
TAIL_BYTES = 16_384
PARSE_WALL_S = 120.0
PARSE_MEMORY_MB = 2048
MAX_ANSWER_BYTES = 64 << 20
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/opt")
_SETTINGS = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/libreoffice",
    "/etc/localtime",
    "/var/cache/fontconfig",
)


@dataclass(frozen=True, slots=True)
class CompletedRun:
    """What became of a child.

    Attributes:
        returncode: its exit code; negative for a signal.
        output: the end of what it wrote to both streams.
        wall_s: seconds from start to end.
        is_timed_out: whether the wall clock ended it.
    """

    returncode: int
    output: str
    wall_s: float
    is_timed_out: bool


def run_sandboxed(
    argv: Sequence[str | Path],
    *,
    reads: Sequence[Path] = (),
    writes: Path,
    wall_s: float,
    memory_mb: int,
    file_mb: int = 2048,
) -> CompletedRun:
    """Run a program that must not be trusted with anything but its own files.

    Args:
        argv: program and arguments; paths are the same inside and outside.
        reads: files and folders it may read beside the system.
        writes: the one folder it may change; also its home.
        wall_s: after this many seconds it and all its children are killed.
        memory_mb: address space of each of its processes.
        file_mb: length of the largest file it may write.
    """
    limits = ["prlimit", f"--as={memory_mb << 20}", f"--fsize={file_mb << 20}", "--core=0", "--"]
    command = [*limits, *(str(word) for word in argv)]
    if sandbox_level() == "bubblewrap":
        command = [*_walls(reads, writes), *command]
    began = time.monotonic()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=writes,
            env=_environment(writes),
            start_new_session=True,
        )
        is_timed_out = _wait(process, wall_s)
        output.seek(max(0, output.seek(0, os.SEEK_END) - TAIL_BYTES))
        tail = output.read().decode(errors="replace")
    return CompletedRun(process.returncode, tail, time.monotonic() - began, is_timed_out)


def run_python(
    module: str, arguments: Sequence[str | Path], *, reads: Sequence[Path], writes: Path, wall_s: float, memory_mb: int
) -> CompletedRun:
    """Run a module of this package in the sandbox, with this interpreter."""
    package = Path(coursecrafter.__file__).parent
    homes = [Path(sys.prefix), Path(sys.base_prefix), package]
    argv = [sys.executable, "-m", module, *arguments]
    return run_sandboxed(argv, reads=[*homes, *reads], writes=writes, wall_s=wall_s, memory_mb=memory_mb)


def parse_sandboxed(
    module: str, arguments: Sequence[str], source: Path, *, wall_s: float = PARSE_WALL_S
) -> tuple[Any, CompletedRun]:
    """Let a module of this package read a file and answer with JSON.

    Args:
        module: run with the arguments, the file, and the name of the answer that it must write.
        wall_s: after this many seconds it is given up.

    Returns:
        The answer (None: it wrote nothing, a link, far too much, or no JSON), still to be checked, and the run.
    """
    with tempfile.TemporaryDirectory(prefix="cc-parse-") as folder:
        file, target = source.absolute(), Path(folder, "answer.json")
        run = run_python(
            module,
            [*arguments, file, target],
            reads=[file],
            writes=Path(folder),
            wall_s=wall_s,
            memory_mb=PARSE_MEMORY_MB,
        )
        is_sound = target.is_file() and not target.is_symlink() and target.stat().st_size <= MAX_ANSWER_BYTES
        if run.is_timed_out or run.returncode != 0 or not is_sound:
            return None, run
        try:
            return json.loads(target.read_bytes()), run
        except ValueError:
            return None, run


@lru_cache(maxsize=1)
def sandbox_level() -> str:
    """Say which walls this machine gives: "bubblewrap" where it works, else "rlimits"; tried once for a process."""
    if shutil.which("bwrap") is None:
        return "rlimits"
    with tempfile.TemporaryDirectory(prefix="cc-probe-") as folder:
        command = [*_walls((), Path(folder)), "true"]
        try:
            probe = subprocess.run(command, capture_output=True, check=False, timeout=PROBE_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            return "rlimits"
    return "bubblewrap" if probe.returncode == 0 else "rlimits"


def _walls(reads: Sequence[Path], writes: Path) -> list[str]:
    words = ["bwrap", "--unshare-all", "--uid", str(NOBODY), "--gid", str(NOBODY), "--die-with-parent", "--new-session"]
    words += ["--hostname", "sandbox", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108 - a private one
    for folder in _SYSTEM:
        if Path(folder).is_symlink():
            words += ["--symlink", str(Path(folder).readlink()), folder]
        else:
            words += ["--ro-bind-try", folder, folder]
    for name in (*_SETTINGS, *(str(path) for path in dict.fromkeys(_outside_system(reads)))):
        words += ["--ro-bind-try", name, name]
    return [*words, "--bind", str(writes), str(writes), "--chdir", str(writes), "--"]


def _outside_system(paths: Sequence[Path]) -> Iterator[Path]:
    """Binding a folder of the system again would hide nothing and cost a mount."""
    for path in paths:
        if not any(path.is_relative_to(folder) for folder in _SYSTEM):
            yield path


def _environment(home: Path) -> dict[str, str]:
    """Nothing of ours: keys and addresses in the environment stay outside."""
    return {
        "PATH": os.defpath + ":/usr/local/bin",
        "HOME": str(home),
        "TMPDIR": str(home),
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "SAL_USE_VCLPLUGIN": "svp",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONPATH": str(Path(coursecrafter.__file__).parent.parent),
    }


def _wait(process: subprocess.Popen[bytes], wall_s: float) -> bool:
    try:
        process.wait(timeout=wall_s)
    except subprocess.TimeoutExpired:
        return True
    finally:
        # Also when all went well: a child's child must not outlive the run.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return False
