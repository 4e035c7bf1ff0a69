"""Child processes as the server sees them: kept warm, asked one thing at a time, ended when it is not wanted."""

from __future__ import annotations

import json
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO, Any, cast

from coursecrafter.background.processes import end_tree
from coursecrafter.errors import CourseCrafterError, JobError

LOOK_EVERY_S = 0.5
MOST_TASKS = 200
"""After these a process is replaced by a fresh one: what readers and encoders leave behind does not pile up."""
LEAVE_S = 2.0


class WorkGivenUp(JobError):
    """The work is not wanted any more: it was cancelled, or the server is stopping."""

    code = "CC-0608"
    status = 409
    retry = True
    remedy = "Ask for it again if you still want it."


class WorkerDied(JobError):
    """The process that did the work ended in the middle of it."""

    code = "CC-0609"
    remedy = "Try again; if it fails again, look for a damaged picture, font or film in what was uploaded."


class WorkTookTooLong(JobError):
    """The work was ended because it took longer than anything of its kind should."""

    code = "CC-0610"
    remedy = "Make the deck or film smaller, or split it, and try again."


class WorkBrokeDown(JobError):
    """The work failed for a reason that nobody foresaw."""

    code = "CC-0611"
    remedy = "Report it with the log: the cause stands there."


class Worker:
    """A child process; used by one thread.

    Args:
        place: where database and store are, for its first line.
    """

    def __init__(self, place: Mapping[str, Any]) -> None:
        self._place = json.dumps(place)
        self._process: subprocess.Popen[str] | None = None
        self._asked = 0

    def ask(self, order: Mapping[str, Any], longest_s: float, is_wanted: Callable[[], bool]) -> dict[str, Any]:
        """Let the process carry out an order; its answer.

        Args:
            is_wanted: asked twice a second.

        Raises:
            WorkGivenUp: CC-0608.
            WorkerDied: CC-0609.
            WorkTookTooLong: CC-0610.
            CourseCrafterError: what the work itself was refused with.
        """
        process = self._running()
        self._asked += 1
        try:
            line = _exchange(process, json.dumps(order), longest_s, is_wanted)
        except BaseException:
            self.end()
            raise
        if self._asked >= MOST_TASKS:
            self.leave()
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise _error(answer["error"])
        return cast("dict[str, Any]", answer["result"])

    def end(self) -> None:
        """End the process and all that it has started, at once."""
        if self._process is not None:
            end_tree(self._process.pid)
            self._forget()

    def leave(self) -> None:
        """Let an idle process go by itself."""
        if self._process is not None:
            with suppress(BrokenPipeError):
                _stdin(self._process).close()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(LEAVE_S)
            self.end()

    def _forget(self) -> None:
        process, self._process, self._asked = self._process, None, 0
        if process is not None:
            process.wait()
            for stream in (process.stdin, process.stdout):
                with suppress(BrokenPipeError):
                    cast("IO[str]", stream).close()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._forget()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "coursecrafter.background.child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            _send(self._process, self._place)
        return self._process


def _exchange(process: subprocess.Popen[str], order: str, longest_s: float, is_wanted: Callable[[], bool]) -> str:
    """Send a line and wait for the one that answers it."""
    _send(process, order)
    ends = time.monotonic() + longest_s
    answers = cast("IO[str]", process.stdout)
    with selectors.DefaultSelector() as waiting:
        waiting.register(answers, selectors.EVENT_READ)
        while not waiting.select(LOOK_EVERY_S):
            if not is_wanted():
                raise WorkGivenUp("The work was given up.")
            if time.monotonic() > ends:
                raise WorkTookTooLong(f"The work was ended after {round(longest_s / 60)} minutes.")
    line = answers.readline()
    if not line.endswith("\n"):
        raise WorkerDied("The process that did the work ended unexpectedly.", detail=f"exit code {process.poll()}")
    return line


def _send(process: subprocess.Popen[str], line: str) -> None:
    # A process that has ended says so when its answer is read.
    with suppress(BrokenPipeError):
        _stdin(process).write(line + "\n")
        _stdin(process).flush()


def _stdin(process: subprocess.Popen[str]) -> IO[str]:
    return cast("IO[str]", process.stdin)


def _error(told: Mapping[str, Any]) -> CourseCrafterError:
    """The error that the child met, as the same class."""
    kind = _known_errors().get(told["code"])
    if kind is None:
        return WorkBrokeDown("The work failed, and the cause is not one of yours.", detail=told["detail"])
    return kind(told["message"], detail=told["detail"])


def _known_errors() -> dict[str, type[CourseCrafterError]]:
    """Leaf classes by code; the child loads no module that this process has not."""
    kinds, found = [CourseCrafterError], {}
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if not kind.__subclasses__():
            found[kind.code] = kind
    return found
