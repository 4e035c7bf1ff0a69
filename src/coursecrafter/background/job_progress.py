"""How far a render is, written into its job's row: about twice a second, never backwards."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from threading import Event, Lock, Thread
from typing import Any, Self
from uuid import UUID

from coursecrafter.authoring.render_jobs import report_progress
from coursecrafter.db.session import Database, Identity
from coursecrafter.errors import CourseCrafterError
from coursecrafter.jobs.steps import Done
from coursecrafter.progress import WORDS

log = logging.getLogger(__name__)

WRITE_EVERY_S = 0.5
NEARLY_DONE = 0.97
"""What is shown while the result is being published: only that makes it whole."""
GUESSABLE = 0.04
"""Below this share no time left is told: a guess from so little is none."""


class JobProgress:
    """Implements `Progress` for one job.

    Args:
        database: where its row is.
        identity: on whose behalf, in the job's project.
        job_id: a job that is about to begin.
        past: seconds that a step of each kind took in renders like this one.
        at_once: steps that run at once.
    """

    def __init__(
        self,
        database: Database,
        identity: Identity,
        job_id: UUID,
        past: Mapping[str, float] | None = None,
        at_once: int = 1,
    ) -> None:
        self._past = dict(past or {})
        self._at_once = at_once
        self._made: Counter[str] = Counter()
        self._took_s: dict[str, float] = {}
        self._database = database
        self._identity = identity
        self._job_id = job_id
        self._lock, self._writing = Lock(), Lock()
        self._begun = time.monotonic()
        self._expected: Counter[str] = Counter()
        self._seen: Counter[str] = Counter()
        self._running: list[tuple[str, str]] = []
        self._lines: list[str] = []
        self._told: set[str] = set()
        self._step = ""
        self._is_news = False
        self._ended = Event()
        self._writer = Thread(target=self._write_on, name="job-progress", daemon=True)

    def __enter__(self) -> Self:
        self._writer.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._ended.set()
        self._writer.join()

    @contextmanager
    def stage(self, title: str) -> Iterator[None]:
        """See `Progress.stage`."""
        self.say(title)
        yield

    def expect(self, counts: Mapping[str, int]) -> None:
        """See `Progress.expect`."""
        with self._lock:
            self._expected.update(counts)
            self._is_news = True

    def step(self, name: str, label: str, done: Done | None) -> None:
        """See `Progress.step`."""
        words = WORDS.get(name, name.replace("_", " "))
        with self._lock:
            self._step, self._is_news = f"{words} {label}".strip(), True
            if done is None:
                self._running.append((name, label))
                if name not in self._told:
                    self._told.add(name)
                    self._lines.append(words)
                return
            self._seen[name] += 1
            if not done.is_reused:
                self._made[name] += 1
                self._took_s[name] = self._took_s.get(name, 0.0) + done.seconds
            with suppress(ValueError):
                self._running.remove((name, label))

    def place(self) -> str | None:
        """Where the work is that was begun and never done, as "speaking slide 3.0": what failed, if something did."""
        with self._lock:
            if not self._running:
                return None
            name, label = self._running[0]
            return f"{WORDS.get(name, name)} {label}".strip()

    def pace(self) -> dict[str, Any]:
        """What the next render's time is told from: by kind, steps made and the seconds they took."""
        with self._lock:
            return {"pace": {name: [count, round(self._took_s[name], 3)] for name, count in self._made.items()}}

    def say(self, line: str) -> None:
        """See `Progress.say`."""
        with self._lock:
            self._lines.append(line)
            self._is_news = True

    def _share(self) -> float:
        """Done of what is expected, 0 to 1; kinds that nobody announced do not count."""
        total = sum(self._expected.values())
        done = sum(min(self._seen[name], count) for name, count in self._expected.items())
        return NEARLY_DONE * done / total if total else 0.0

    def _left_s(self, share: float) -> float | None:
        """Time left: from past renders where each kind of step that is to come was seen, else from this one."""
        with self._lock:
            to_come = {name: count - self._seen[name] for name, count in self._expected.items()}
        known = {name: self._past.get(name) for name, count in to_come.items() if count > 0}
        if self._expected and all(seconds is not None for seconds in known.values()):
            return sum(to_come[name] * (seconds or 0.0) for name, seconds in known.items()) / self._at_once
        elapsed_s = time.monotonic() - self._begun
        return elapsed_s * (1 - share) / share if share > GUESSABLE else None

    def write(self) -> None:
        """Write what is new; to be called once more before the job ends, since nothing can be written then."""
        with self._writing:
            try:
                self._write()
            except CourseCrafterError as error:
                if error.retry:
                    log.warning("progress of %s is not written yet: %s", self._job_id, error)
                    return
                # Not begun, over, or cancelled: whoever watches the job ends the work itself.
                log.debug("progress of %s not written: %s", self._job_id, error)

    def _write_on(self) -> None:
        while not self._ended.wait(WRITE_EVERY_S):
            self.write()

    def _write(self) -> None:
        with self._lock:
            if not self._is_news:
                return
            share, step, lines, steps = self._share(), self._step, self._lines, sum(self._seen.values())
            self._lines, self._is_news = [], False
        left_s = self._left_s(share)
        try:
            with self._database.worker(self._identity) as conn:
                for line in lines:
                    report_progress(conn, self._job_id, line=line)
                report_progress(conn, self._job_id, progress=share, step=step or None, time_left_s=left_s, steps=steps)
        except CourseCrafterError as error:
            if error.retry:
                with self._lock:
                    self._lines, self._is_news = [*lines, *self._lines], True
            raise
