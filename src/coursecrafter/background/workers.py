"""Child processes as the server sees them: kept warm, asked one thing at a time, ended when it is not wanted."""

from __future__ import annotations

import json
import math
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event
from typing import IO, Any, cast

from coursecrafter.background.processes import end_group, end_tree
from coursecrafter.background.scratch import Scratch, open_scratch
from coursecrafter.errors import CourseCrafterError, JobError
from coursecrafter.jobs.room import NoRoom
from coursecrafter.jobs.shared_steps import HandedOver

LOOK_EVERY_S = 0.5
MOST_TASKS = 200
"""After these a process is replaced by a fresh one: what readers and encoders leave behind does not pile up."""
LEAVE_S = 2.0
LEAVE = "leave"
"""The line by which a child is told that its worker is to stop."""


class WorkGivenUp(JobError):
    """The work is not wanted any more: it was cancelled, or what it was for is gone."""

    code = "CC-0608"
    status = 409
    retry = True
    remedy = "Ask for it again if you still want it."


class WorkerDied(JobError):
    """The process that did the work ended in the middle of it."""

    code = "CC-0609"
    retry = True
    remedy = "Try again; if it fails again, look for a damaged picture, font or film in what was uploaded."


class WorkTookTooLong(JobError):
    """The work was ended because it took longer than anything of its kind should."""

    code = "CC-0610"
    remedy = "Make the deck or film smaller, or split it, and try again."


class WorkBrokeDown(JobError):
    """The work failed for a reason that nobody foresaw."""

    code = "CC-0611"
    remedy = "Report it with the log: the cause stands there."


@dataclass(frozen=True, slots=True)
class Leaving:
    """Whether the worker is told to stop, and how long what it does may still take.

    Attributes:
        is_told: set once it is to stop.
        grace_s: then a step under way may take so long to end.
    """

    is_told: Event = field(default_factory=Event)
    grace_s: float = 0.0


class Worker:
    """A child process; used by one thread.

    Args:
        place: where database and store are, for its first line.
        leaving: told to the process, so that it hands over what it is at.
        program: what to run; None: our own child.
    """

    def __init__(
        self, place: Mapping[str, Any], leaving: Leaving | None = None, program: Sequence[str] | None = None
    ) -> None:
        self._place = json.dumps(place)
        self._leaving = leaving or Leaving()
        self._program = list(program or [sys.executable, "-m", "coursecrafter.background.child"])
        self._process: subprocess.Popen[str] | None = None
        self._scratch: Scratch | None = None
        self._asked = 0

    def ask(self, order: Mapping[str, Any], longest_s: float, is_wanted: Callable[[], bool]) -> dict[str, Any]:
        """Let the process carry out an order; its answer.

        Args:
            is_wanted: asked twice a second.

        Raises:
            NoRoom: CC-0617, there is no temporary folder to be had.
            WorkGivenUp: CC-0608.
            HandedOver: CC-0616.
            WorkerDied: CC-0609.
            WorkTookTooLong: CC-0610.
            CourseCrafterError: what the work itself was refused with.
        """
        process = self._running()
        self._asked += 1
        try:
            line = _exchange(process, json.dumps(order), longest_s, is_wanted, self._leaving)
        except BaseException:
            self.end()
            raise
        if self._asked >= MOST_TASKS:
            self.leave()
        answer: dict[str, Any] = json.loads(line)
        if "error" in answer:
            raise error_of(answer["error"])
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
        scratch, self._scratch = self._scratch, None
        if scratch is not None:
            scratch.remove()

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._forget()
            self._scratch = _scratch()
            self._process = subprocess.Popen(
                self._program,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                start_new_session=True,
                env={**os.environ, "TMPDIR": str(self._scratch.folder)},
                pass_fds=(self._scratch.lock,),
            )
            _send(self._process, self._place)
        return self._process


def _scratch() -> Scratch:
    try:
        return open_scratch()
    except OSError as error:
        raise NoRoom("The machine has no temporary folder that can be written.", detail=str(error)) from error


def _exchange(
    process: subprocess.Popen[str], order: str, longest_s: float, is_wanted: Callable[[], bool], leaving: Leaving
) -> str:
    """Send a line and wait for the one that answers it."""
    _send(process, order)
    ends, leaves = time.monotonic() + longest_s, math.inf
    answers = cast("IO[str]", process.stdout)
    with selectors.DefaultSelector() as waiting:
        waiting.register(answers, selectors.EVENT_READ)
        while not waiting.select(LOOK_EVERY_S):
            if leaving.is_told.is_set() and leaves == math.inf:
                leaves = time.monotonic() + leaving.grace_s
                _send(process, LEAVE)
            if time.monotonic() > leaves:
                raise HandedOver("The worker was told to stop; another one goes on.")
            if not is_wanted():
                raise WorkGivenUp("The work was given up.")
            if time.monotonic() > ends:
                raise WorkTookTooLong(f"The work was ended after {round(longest_s / 60)} minutes.")
    line = answers.readline()
    if not line.endswith("\n"):
        # What it had started is nobody's child any more; its group still has all that led no session of its own.
        end_group(process.pid)
        raise WorkerDied("The process that did the work ended unexpectedly.", detail=f"exit code {process.poll()}")
    return line


def _send(process: subprocess.Popen[str], line: str) -> None:
    # A process that has ended says so when its answer is read.
    with suppress(BrokenPipeError):
        _stdin(process).write(line + "\n")
        _stdin(process).flush()


def _stdin(process: subprocess.Popen[str]) -> IO[str]:
    return cast("IO[str]", process.stdin)


def error_of(told: Mapping[str, Any]) -> CourseCrafterError:
    """The error that a child met, as the same class."""
    kind = _known_errors().get(told["code"])
    if kind is None:
        return WorkBrokeDown("The work failed, and the cause is not one of yours.", detail=told["detail"])
    # Made without its own words: some errors say theirs from figures that stayed in the child.
    error = kind.__new__(kind)
    CourseCrafterError.__init__(error, told["message"], detail=told["detail"])
    return error


def _known_errors() -> dict[str, type[CourseCrafterError]]:
    """Leaf classes by code; the child loads no module that this process has not."""
    kinds, found = [CourseCrafterError], {}
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        if not kind.__subclasses__():
            found[kind.code] = kind
    return found
