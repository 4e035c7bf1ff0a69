"""What a person sees while a course is made: a bar per engine with the step at work and the time left."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from threading import Lock
from typing import Protocol, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.progress import TimeRemainingColumn as TimeLeftColumn

from coursecrafter.domain.step_kinds import STEP_KINDS
from coursecrafter.jobs.steps import Done

WORDS = {kind.name: kind.words for kind in STEP_KINDS.values()}


class Progress(Protocol):
    """Whoever is told how far work is."""

    def stage(self, title: str) -> AbstractContextManager[None]:
        """One engine's work on one lesson."""
        ...

    def expect(self, counts: Mapping[str, int]) -> None:
        """Take note of the steps to come, by kind."""
        ...

    def step(self, name: str, label: str, done: Done | None) -> None:
        """Take note of a step that begins (None) or is done; from any thread."""
        ...

    def say(self, line: str) -> None:
        """Tell something that whoever waits should know; from any thread."""
        ...


class BuildProgress:
    """Bars on the terminal; one plain line per stage where there is none (a pipe, CI).

    Args:
        is_quiet: show nothing at all.
    """

    def __init__(self, *, is_quiet: bool = False) -> None:
        self._console = Console(stderr=True, quiet=is_quiet, highlight=False)
        self._bars = Bars(
            TextColumn("[bold]{task.fields[stage]:<26}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeLeftColumn(compact=True),
            TextColumn("[dim]{task.fields[now]}"),
            console=self._console,
            transient=False,
        )
        self._is_live = not is_quiet and sys.stderr.isatty()
        self._lock = Lock()
        self._task: TaskID | None = None
        self._expected: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()

    def __enter__(self) -> Self:
        if self._is_live:
            self._bars.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        if self._is_live:
            self._bars.stop()

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """Show one engine's work on one lesson as a bar."""
        self._expected, self._seen = Counter(), Counter()
        self._task = self._bars.add_task("", total=None, stage=title, now="")
        if not self._is_live:
            self._console.print(f"{title} …")
        yield
        done = sum(self._seen.values())
        self._bars.update(self._task, total=max(done, 1), completed=max(done, 1), now="done")
        self._task = None

    def expect(self, counts: Mapping[str, int]) -> None:
        """Take note of the steps to come."""
        with self._lock:
            self._expected.update(counts)
            self._show("")

    def step(self, name: str, label: str, done: Done | None) -> None:
        """Take note of a step that begins or is done."""
        with self._lock:
            if done is not None:
                self._seen[name] += 1
            self._show(f"{WORDS.get(name, name)} {label}".strip())

    def say(self, line: str) -> None:
        """Print one line above the bars."""
        self._console.print(line, markup=False)

    def _show(self, now: str) -> None:
        if self._task is None:
            return
        total = sum(max(self._expected[name], self._seen[name]) for name in {*self._expected, *self._seen})
        self._bars.update(self._task, total=total or None, completed=sum(self._seen.values()), now=now[:40])
