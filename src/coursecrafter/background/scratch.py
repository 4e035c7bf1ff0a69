"""The temporary folder of a child process: gone with it, however it ends.

A process that is killed leaves its temporary files. So each has a folder of its own for them, which its worker removes
after it; and one whose worker was killed too is removed by the next worker of this machine that starts a child. Whoever
uses a folder holds a lock on it, which ends with the process. Source: flock(2).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PREFIX = "cc-child-"


@dataclass(frozen=True, slots=True)
class Scratch:
    """A folder that is in use.

    Attributes:
        lock: a descriptor that holds it; a process that inherits it holds it too.
    """

    folder: Path
    lock: int

    def remove(self) -> None:
        """Remove it, with all that was left in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self.lock)


def open_scratch() -> Scratch:
    """A new folder; those that nobody uses any more are removed first."""
    _remove_left_over()
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(lock, fcntl.LOCK_SH)
        # Another worker may have found it in the moment before it was held.
        if folder.exists():
            return Scratch(folder, lock)
        os.close(lock)


def _remove_left_over() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        # Somebody else's, in use, or gone by now.
        with suppress(OSError):
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(lock)
